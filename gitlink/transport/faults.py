"""Network faults in words of ours: those of requests hold addresses and headers."""

import requests
import urllib3

from gitlink.core.text import printable
from gitlink.transport.model import NoAnswer, Request, origin

_NEVER_ARRIVED = (
    urllib3.exceptions.NewConnectionError,
    urllib3.exceptions.ConnectTimeoutError,
    urllib3.exceptions.ProxyError,
)
_LATE = "it did not answer in time"


def no_answer(
    request: Request, why: str, *, uncertain: bool = False, is_final: bool = False, fix: str | None = None
) -> NoAnswer:
    """Return the fault that *request* had no answer, with *why* and the way out."""
    return NoAnswer(
        f"no answer from `{origin(request.url)}`",
        uncertain=uncertain and not request.is_read,
        is_final=is_final,
        where=request.label,
        why=why,
        fix=fix or "check the network and the proxy settings (`HTTPS_PROXY`, `NO_PROXY`), then try again",
    )


def explain(request: Request, fault: Exception, *, is_late: bool = False) -> NoAnswer:
    """Return what *fault* comes to; `uncertain` where a write may have arrived. *is_late*: its deadline ended it."""
    chain = _chain(fault)
    if not is_late and any(
        isinstance(link, requests.exceptions.SSLError | urllib3.exceptions.SSLError) for link in chain
    ):
        return _distrusted(request, chain)
    arrived = not any(isinstance(link, _NEVER_ARRIVED) for link in chain)
    late = (requests.Timeout, urllib3.exceptions.TimeoutError, TimeoutError)
    # NewConnectionError is a ConnectTimeoutError in urllib3 2.
    refused = any(isinstance(link, urllib3.exceptions.NewConnectionError) for link in chain)
    if is_late or (not refused and any(isinstance(link, late) for link in chain)):
        return no_answer(request, _LATE, uncertain=arrived)
    words = "the connection broke before the answer was complete" if arrived else "no connection could be made"
    cause = next((link.strerror for link in chain if isinstance(link, OSError) and link.strerror), None)
    return no_answer(request, words + (f": {printable(cause).lower()}" if cause else ""), uncertain=arrived)


def _distrusted(request: Request, chain: list[BaseException]) -> NoAnswer:
    is_certificate = any(type(link).__name__ == "SSLCertVerificationError" for link in chain)
    why = "its certificate is not trusted" if is_certificate else "the TLS connection failed"
    fix = "name the certificate authority of your network in `REQUESTS_CA_BUNDLE`"
    return no_answer(request, why, uncertain=not is_certificate, is_final=is_certificate, fix=fix)


def _chain(fault: BaseException) -> list[BaseException]:
    """Return *fault* and all that it carries: urllib3 hides the cause in `reason`, requests in the first argument."""
    found: list[BaseException] = []
    waiting: list[object] = [fault]
    while waiting:
        link = waiting.pop(0)
        if isinstance(link, BaseException) and link not in found:
            found.append(link)
            waiting += [getattr(link, "reason", None), *link.args, link.__cause__, link.__context__]
    return found


def redirected(request: Request, target: str) -> NoAnswer:
    """Return the fault that *request* was sent on to *target*."""
    why = f"it sends us on to `{origin(target)}`, where our credentials do not belong"
    fix = "set the address of the API itself; `gitlink doctor` shows what is set"
    return no_answer(request, why, is_final=True, fix=fix)
