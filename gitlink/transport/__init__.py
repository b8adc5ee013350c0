"""HTTP with time-outs and bounded retries, and no secret in any fault: the only door to `requests`."""

from gitlink.transport.model import NoAnswer, Request, Response, is_loopback, origin, retry_after
from gitlink.transport.send import BODY_LIMIT, Transport, Waiting

__all__ = [
    "BODY_LIMIT",
    "NoAnswer",
    "Request",
    "Response",
    "Transport",
    "Waiting",
    "is_loopback",
    "origin",
    "retry_after",
]
