"""Sends one HTTP request and brings back one answer, or the fault; knows nothing of Tracker or forges."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urljoin

import requests
import urllib3

from gitlink import __version__
from gitlink.transport.deadline import Watch, watched
from gitlink.transport.faults import explain, no_answer, redirected
from gitlink.transport.model import NoAnswer, Request, Response, is_below, is_loopback, origin, retry_after

Waiting = Callable[[], AbstractContextManager[None]]

TRIES = 3
BODY_LIMIT = 10 * 1024 * 1024
_PAUSES_S = (0.5, 1.0)
# `all` and the host's own keys are looked up after the scheme's: select_proxy() in utils.py of requests.
_DIRECT = {"http": "", "https": ""}
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class Transport:
    """One session for one command: 10 s a request, three tries, 20 s of waiting in all, however many requests.

    Only time spent in `send` and `counting` counts, so a command may wait for a person. What lives longer than a
    command calls `renew` before each piece of work. `waiting` is entered around each request. `clock` counts seconds,
    `now` is the wall clock that `Retry-After` is read by.
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
        self._watch = Watch()
        self._session = _Session(self._watch)

    def renew(self) -> None:
        """Begin a new budget of time."""
        self._left_s = self._total_s

    @contextmanager
    def counting(self) -> Iterator[None]:
        """Count the block as waiting: reading one page of many takes time too, and a server decides how many."""
        started = self._clock()
        try:
            yield
        finally:
            self._left_s -= self._clock() - started

    def send(self, request: Request) -> Response:
        """Return the answer, also a refusing one; a 429 or 5xx only when there was no try or time left.

        Raises NoAnswer.
        """
        with self.counting(), self._waiting():
            return self._persist(request, self._clock() + self._left_s)

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
        """Try once; an answer that sends a read elsewhere below its root is followed, at most three times."""
        stop = min(self._clock() + self._request_s, deadline)
        for _ in range(4):
            answer = self._once(request, stop)
            if isinstance(answer, NoAnswer) or answer.status not in _REDIRECTS:
                return answer
            target = _target(request.url, answer.headers.get("location", ""))
            if not request.is_read or not is_below(target, request.root or origin(request.url)):
                return redirected(request, target)
            request = replace(request, url=target)
        return redirected(request, request.url)

    def _once(self, request: Request, stop: float) -> Response | NoAnswer:
        left = stop - self._clock()
        if left <= 0:
            return no_answer(request, "there was no time left to ask")
        try:
            return self._exchange(request, stop, left)
        except _TooLong:
            return no_answer(request, f"it is longer than {BODY_LIMIT} bytes", uncertain=True, is_final=True)
        except (ValueError, requests.RequestException, urllib3.exceptions.HTTPError, OSError) as fault:
            if isinstance(fault, ValueError) and not self._watch.is_over:
                # Comes first: InvalidHeader and InvalidURL are of both kinds, and quote what is secret.
                why = "its address or a header holds characters that cannot be sent"
                return no_answer(request, why, is_final=True, fix="gitlink doctor")
            return explain(request, fault, is_late=self._watch.is_over)

    def _exchange(self, request: Request, stop: float, left: float) -> Response:
        with (
            self._watch.within(left),
            self._session.request(
                request.method,
                request.url,
                headers=dict(request.headers),
                data=request.body,
                proxies=_DIRECT if is_loopback(request.url) else None,
                timeout=urllib3.Timeout(total=left),  # type: ignore[arg-type]  # connecting and waiting share it
                allow_redirects=False,
                stream=True,
            ) as answer,
        ):
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
        if self._watch.is_over:
            raise requests.ReadTimeout
        return b"".join(parts)


class _TooLong(Exception):
    """The body is longer than BODY_LIMIT."""


def _keep_authorization(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Leave the request as it is; with no `auth` at all, requests puts `~/.netrc` in place of our header.

    https://requests.readthedocs.io/en/latest/user/authentication/#netrc-authentication
    """
    return request


class _Adapter(requests.adapters.HTTPAdapter):
    """Has its connections watched, those to and through a proxy too."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        super().__init__()
        self.poolmanager.pool_classes_by_scheme = watched(self.poolmanager.pool_classes_by_scheme, watch)

    def proxy_manager_for(self, proxy: str, **settings: Any) -> Any:
        """Return the manager of *proxy*'s connections."""
        manager = super().proxy_manager_for(proxy, **settings)
        manager.pool_classes_by_scheme = watched(manager.pool_classes_by_scheme, self._watch)
        return manager


class _Session(requests.Session):
    """Honours proxies and REQUESTS_CA_BUNDLE, and knows neither cookies, nor `~/.netrc`, nor redirects."""

    def __init__(self, watch: Watch) -> None:
        super().__init__()
        for scheme in ("https://", "http://"):
            self.mount(scheme, _Adapter(watch))
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
