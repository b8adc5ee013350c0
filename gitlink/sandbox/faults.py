"""Faults that can be switched on, and the journal of what was asked; decides, does nothing to a connection."""

from __future__ import annotations

import json
import re
from collections import deque
from dataclasses import dataclass, field

_KEYS = {"method", "path", "times", "status", "headers", "body", "delay", "close"}
_JOURNAL_LENGTH = 10_000


@dataclass(slots=True)
class Fault:
    """What shall go wrong: for which requests, how often, and how.

    With *status* the action is not done and the answer is made up. *close* drops the connection without an answer,
    "before" or "after" the action. *delay_s* passes before the answer, when the action, if any, is done.
    """

    method: str | None = None
    path: str = ""
    times: int = 1
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    body: object = None
    delay_s: float = 0.0
    close: str | None = None

    def fits(self, method: str, path: str) -> bool:
        """Tell whether this fault is meant for the request and not used up."""
        return self.times > 0 and self.method in (None, method) and re.search(self.path, path) is not None

    def content(self) -> tuple[bytes, str]:
        """Return the body of the made-up answer and its media type."""
        if isinstance(self.body, str):
            return self.body.encode(), "text/html" if self.body.lstrip().startswith("<") else "text/plain"
        made_up: dict[str, object] = {"errors": {}, "errorMessages": ["Injected fault."], "statusCode": self.status}
        return json.dumps(made_up if self.body is None else self.body).encode(), "application/json"


def read_faults(listed: object) -> list[Fault]:
    """Return the faults of a request, a list or a single one; raise ValueError saying what is wrong."""
    return [_read(item) for item in (listed if isinstance(listed, list) else [listed])]


def _read(item: object) -> Fault:
    if not isinstance(item, dict):
        raise ValueError("a fault is an object")
    if unknown := item.keys() - _KEYS:
        raise ValueError(f"unknown: {', '.join(sorted(unknown))}")
    if item.get("close") not in (None, "before", "after"):
        raise ValueError('close is "before" or "after"')
    try:
        method, status, path = item.get("method"), item.get("status"), str(item.get("path") or "")
        re.compile(path)
        return Fault(
            method=str(method).upper() if method else None,
            path=path,
            times=int(item.get("times", 1)),
            status=int(status) if status is not None else None,
            headers={str(name): str(value) for name, value in (item.get("headers") or {}).items()},
            body=item.get("body"),
            delay_s=float(item.get("delay") or 0),
            close=item.get("close"),
        )
    except (TypeError, AttributeError, re.error) as fault:
        raise ValueError(str(fault)) from fault


class Faults:
    """The faults that are switched on, in order; the first that fits a request is used for it."""

    def __init__(self) -> None:
        self.listed: list[Fault] = []

    def take(self, method: str, path: str) -> Fault | None:
        """Return the fault for this request, used up once more, or None."""
        for fault in self.listed:
            if fault.fits(method, path):
                fault.times -= 1
                return fault
        return None


@dataclass(slots=True)
class Seen:
    """One request as the journal keeps it; no header is kept, so no token is. *status* None: no answer was given."""

    method: str
    path: str
    query: str
    body: object
    status: int | None = None


class Journal:
    """The newest requests to the API."""

    def __init__(self) -> None:
        self.seen: deque[Seen] = deque(maxlen=_JOURNAL_LENGTH)

    def note(self, method: str, path: str, query: str, body: bytes, secrets: list[str]) -> Seen:
        """Write down a request, without any of *secrets*; return the entry, to which the status is added later."""
        text = body.decode("utf-8", errors="replace")
        for secret in sorted(secrets, key=len, reverse=True):
            text, query = text.replace(secret, "***"), query.replace(secret, "***")
        entry = Seen(method, path, query, _parsed(text))
        self.seen.append(entry)
        return entry


def _parsed(text: str) -> object:
    try:
        return json.loads(text) if text else None
    except (ValueError, RecursionError):
        return text
