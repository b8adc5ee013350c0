"""Sends one HTTP request and brings back one answer; the only door to `requests`. Knows nothing of Tracker or forges.

An address can be a secret (Slack's webhooks, Telegram's bots), and a header always may: neither is ever part of an
error or of a `repr`, which name scheme and host only.
"""

import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.cookiejar import DefaultCookiePolicy
from ipaddress import ip_address
from urllib.parse import urljoin, urlsplit

import requests
import urllib3

from gitlink import __version__
from gitlink.core.text import printable
from gitlink.errors import Unreachable

Waiting = Callable[[], AbstractContextManager[None]]

TRIES = 3
BODY_LIMIT = 10 * 1024 * 1024
_PAUSES_S = (0.5, 1.0)
# `all` and the host's own keys are looked up after the scheme's: select_proxy() in utils.py of requests.
_DIRECT = {"http": "", "https": ""}
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_NEVER_ARRIVED = (
    urllib3.exceptions.NewConnectionError,
    urllib3.exceptions.ConnectTimeoutError,
    urllib3.exceptions.ProxyError,
)


@dataclass(frozen=True, slots=True)
class Request:
    """What to send. `is_repeatable`: doing it twice is the same as doing it once, though the method does not say so."""

    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | None = field(default=None, repr=False)
    is_repeatable: bool = False

    @property
    def is_read(self) -> bool:
        """Whether the method promises to change nothing (RFC 9110, 9.2.1)."""
        return self.method in ("GET", "HEAD")

    @property
    def label(self) -> str:
        """Method and host, fit to be printed."""
        return f"{self.method} {origin(self.url)}"


@dataclass(frozen=True, slots=True)
class Response:
    """What came back, whatever its status. `headers`: lower-case names."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


class NoAnswer(Unreachable):
    """There was no answer to use.

    `uncertain`: it was a write and may have happened all the same. `is_final`: the same again would end the same.
    """

    def __init__(self, message: str, *, uncertain: bool = False, is_final: bool = False, **told: str | None) -> None:
        super().__init__(message, **told)
        self.uncertain = uncertain
        self.is_final = is_final


class Transport:
    """One session for one command: 10 s a request, three tries, 20 s of waiting in all, however many requests.

    Only time spent in `send` counts, so a command may wait for a person. What lives longer than a command calls
    `renew` before each piece of work. `waiting` is entered around each request. `clock` counts seconds, `now` is the
    wall clock that `Retry-After` is read by.
    """

    def __init__(
        self,
        waiting: Waiting = nullcontext,
        *,
        request_s: float = 10.0,
        total_s: float = 20.0,
        tries: int = TRIES,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._request_s = request_s
        self._total_s = self._left_s = total_s
        self._tries = tries
        self._clock = clock
        self._sleep = sleep
        self._now = now
        self._waiting = waiting
        self._session = _Session()

    def renew(self) -> None:
        """Begin a new budget of time."""
        self._left_s = self._total_s

    def send(self, request: Request) -> Response:
        """Return the answer, also a refusing one; a 429 or 5xx only when there was no try or time left.

        Raises NoAnswer.
        """
        started = self._clock()
        try:
            with self._waiting():
                return self._persist(request, started + self._left_s)
        finally:
            self._left_s -= self._clock() - started

    def _persist(self, request: Request, deadline: float) -> Response:
        uncertain = False
        for attempt in range(self._tries):
            answer = self._attempt(request, deadline)
            uncertain = uncertain or (isinstance(answer, NoAnswer) and answer.uncertain)
            pause = self._pause(request, answer, attempt)
            if pause is None or self._clock() + pause >= deadline:
                break
            self._sleep(pause)
        if isinstance(answer, Response):
            return answer
        answer.uncertain = uncertain
        raise answer from None

    def _pause(self, request: Request, answer: Response | NoAnswer, attempt: int) -> float | None:
        """Return the seconds to wait before the next try, or None when there must not be one."""
        if attempt + 1 == self._tries or not _may_repeat(request, answer):
            return None
        asked = retry_after(answer.headers, self._now()) if isinstance(answer, Response) else None
        return _PAUSES_S[attempt] if asked is None else asked

    def _attempt(self, request: Request, deadline: float) -> Response | NoAnswer:
        """Try once; an answer that sends a read elsewhere on the same host is followed, at most three times."""
        stop = min(self._clock() + self._request_s, deadline)
        for _ in range(4):
            answer = self._once(request, stop)
            if isinstance(answer, NoAnswer) or answer.status not in _REDIRECTS:
                return answer
            target = _target(request.url, answer.headers.get("location", ""))
            if not request.is_read or origin(target) != origin(request.url):
                return _redirected(request, target)
            request = replace(request, url=target)
        return _redirected(request, request.url)

    def _once(self, request: Request, stop: float) -> Response | NoAnswer:
        left = stop - self._clock()
        if left <= 0:
            return _no_answer(request, "there was no time left to ask")
        try:
            return self._exchange(request, stop, left)
        except _TooLong:
            return _no_answer(request, f"it is longer than {BODY_LIMIT} bytes", uncertain=True, is_final=True)
        except ValueError:
            # Comes first: InvalidHeader and InvalidURL are of both kinds, and quote what is secret.
            why = "its address or a header holds characters that cannot be sent"
            return _no_answer(request, why, is_final=True, fix="gitlink doctor")
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as fault:
            return _explain(request, fault)

    def _exchange(self, request: Request, stop: float, left: float) -> Response:
        with self._session.request(
            request.method,
            request.url,
            headers=dict(request.headers),
            data=request.body,
            proxies=_DIRECT if is_loopback(request.url) else None,
            timeout=urllib3.Timeout(total=left),  # type: ignore[arg-type]  # connecting and waiting share it
            allow_redirects=False,
            stream=True,
        ) as answer:
            headers = {name.lower(): value for name, value in answer.headers.items()}
            return Response(answer.status_code, headers, self._body(answer.raw, stop))

    def _body(self, raw: urllib3.HTTPResponse, stop: float) -> bytes:
        """Read what is there as it comes: a body that drips must not outlive the request's time."""
        parts: list[bytes] = []
        size = 0
        while part := raw.read1(65536, decode_content=True):
            parts.append(part)
            size += len(part)
            if size > BODY_LIMIT:
                raise _TooLong
            if self._clock() >= stop:
                raise requests.ReadTimeout
        return b"".join(parts)


class _TooLong(Exception):
    """The body is longer than BODY_LIMIT."""


def origin(url: str) -> str:
    """Return scheme, host and port of *url*: what a token is bound to, and all of an address that may be printed."""
    try:
        parts = urlsplit(url)
        port = parts.port or {"https": 443, "http": 80}.get(parts.scheme)
    except ValueError:
        return "an address that cannot be read"
    standard = {"https": 443, "http": 80}.get(parts.scheme) == port
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname or ""
    return printable(f"{parts.scheme}://{host}" + ("" if standard else f":{port}"))


def is_loopback(url: str) -> bool:
    """Whether *url* is of this machine: then nobody overhears plain HTTP, and no proxy is asked (as browsers do)."""
    try:
        host = urlsplit(url).hostname or ""
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Return the seconds that `Retry-After` asks for, given as a number or as a date (RFC 9110, 10.2.3), or None."""
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())


def _keep_authorization(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Leave the request as it is; with no `auth` at all, requests puts `~/.netrc` in place of our header.

    https://requests.readthedocs.io/en/latest/user/authentication/#netrc-authentication
    """
    return request


class _Session(requests.Session):
    """Honours proxies and REQUESTS_CA_BUNDLE, and knows neither cookies, nor `~/.netrc`, nor redirects."""

    def __init__(self) -> None:
        super().__init__()
        self.auth = _keep_authorization
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self.headers["User-Agent"] = f"gitlink/{__version__}"

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        """Return None: even where it follows no redirect, requests would prepare it and read the whole body for it."""
        return None


def _target(url: str, location: str) -> str:
    try:
        return urljoin(url, location)
    except ValueError:
        return location


def _may_repeat(request: Request, answer: Response | NoAnswer) -> bool:
    """A read may; a write only when it has certainly not happened (429, or the connection never stood)."""
    is_safe = request.is_read or request.is_repeatable
    if isinstance(answer, NoAnswer):
        return not answer.is_final and (is_safe or not answer.uncertain)
    return answer.status == 429 or (is_safe and answer.status >= 500)


def _no_answer(
    request: Request, why: str, *, uncertain: bool = False, is_final: bool = False, fix: str | None = None
) -> NoAnswer:
    return NoAnswer(
        f"no answer from `{origin(request.url)}`",
        uncertain=uncertain and not request.is_read,
        is_final=is_final,
        where=request.label,
        why=why,
        fix=fix or "check the network and the proxy settings (`HTTPS_PROXY`, `NO_PROXY`), then try again",
    )


def _explain(request: Request, fault: Exception) -> NoAnswer:
    """Put a network fault in words of ours: requests' own hold addresses and headers."""
    chain = _chain(fault)
    if any(isinstance(link, requests.exceptions.SSLError | urllib3.exceptions.SSLError) for link in chain):
        return _distrusted(request, chain)
    arrived = not any(isinstance(link, _NEVER_ARRIVED) for link in chain)
    late = (requests.Timeout, urllib3.exceptions.TimeoutError, TimeoutError)
    # NewConnectionError is a ConnectTimeoutError in urllib3 2.
    refused = any(isinstance(link, urllib3.exceptions.NewConnectionError) for link in chain)
    if not refused and any(isinstance(link, late) for link in chain):
        return _no_answer(request, "it did not answer in time", uncertain=arrived)
    words = "the connection broke before the answer was complete" if arrived else "no connection could be made"
    cause = next((link.strerror for link in chain if isinstance(link, OSError) and link.strerror), None)
    return _no_answer(request, words + (f": {printable(cause).lower()}" if cause else ""), uncertain=arrived)


def _distrusted(request: Request, chain: list[BaseException]) -> NoAnswer:
    is_certificate = any(type(link).__name__ == "SSLCertVerificationError" for link in chain)
    why = "its certificate is not trusted" if is_certificate else "the TLS connection failed"
    fix = "name the certificate authority of your network in `REQUESTS_CA_BUNDLE`"
    return _no_answer(request, why, uncertain=not is_certificate, is_final=is_certificate, fix=fix)


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


def _redirected(request: Request, target: str) -> NoAnswer:
    why = f"it sends us on to `{origin(target)}`, where our credentials do not belong"
    fix = "set the address of the API itself; `gitlink doctor` shows what is set"
    return _no_answer(request, why, is_final=True, fix=fix)
