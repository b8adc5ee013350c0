"""What every request to the API passes first: trailing slashes, the journal, the faults; knows nothing of Tracker."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .access import language, refused
from .api import VERSIONS, respond
from .faults import Fault, Faults, Journal
from .guard import MESSENGERS
from .model import Name, Refusal
from .state import Tracker

_WATCHED = (*(f"/{version}/" for version in VERSIONS), *MESSENGERS)
HangUp = Callable[[Scope], None]


class Front:
    """The outermost layer around the API; *hang_up* closes the connection that a request came over."""

    def __init__(self, app: ASGIApp, journal: Journal, faults: Faults, tracker: Tracker, hang_up: HangUp) -> None:
        self.app = app
        self.journal = journal
        self.faults = faults
        self.tracker = tracker
        self.hang_up = hang_up
        self._recent: deque[float] = deque()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or do to it what a fault asks for."""
        if scope["type"] != "http" or not scope["path"].startswith(_WATCHED):
            await self.app(scope, receive, send)
            return
        method, path, body = scope["method"], scope["path"], await _body(receive)
        entry = self.journal.note(method, path, scope["query_string"].decode("latin-1"), body, self._secrets())
        fault = self.faults.take(method, path) or Fault()

        async def answer(message: Message) -> None:
            if fault.close:
                return
            if message["type"] == "http.response.start":
                entry.status = message["status"]
                await asyncio.sleep(fault.delay_s)
            await send(message)

        if fault.status is None and not fault.close and self._too_many():
            await self._slow_down(scope)(scope, receive, answer)
        elif fault.status is None and fault.close != "before":
            await self.app({**scope, "path": path.rstrip("/")}, _replay(body, receive), answer)
        elif not fault.close:
            await _made_up(fault)(scope, receive, answer)
        if fault.close:
            await asyncio.sleep(fault.delay_s)
            await self._drop(scope, receive)

    def _secrets(self) -> list[str]:
        return list(self.tracker.world.tokens)

    def _too_many(self) -> bool:
        """Tell whether this request is one more than the switch `rate_limit` allows in a second."""
        limit, now = self.tracker.world.switches.rate_limit, time.monotonic()
        while self._recent and self._recent[0] <= now - 1:
            self._recent.popleft()
        if limit and len(self._recent) >= limit:
            return True
        self._recent.append(now)
        return False

    def _slow_down(self, scope: Scope) -> Response:
        text = Name("Слишком много запросов.", "Too many requests.")
        reply = refused(Refusal(429, text), language(Headers(scope=scope)))
        if self.tracker.world.switches.retry_after:
            reply.headers["Retry-After"] = "1"
        return respond(reply)

    async def _drop(self, scope: Scope, receive: Receive) -> None:
        self.hang_up(scope)
        while (await receive())["type"] != "http.disconnect":
            pass


def _made_up(fault: Fault) -> Response:
    content, media_type = fault.content()
    given = {name.lower() for name in fault.headers}
    return Response(content, fault.status or 500, fault.headers, None if "content-type" in given else media_type)


async def _body(receive: Receive) -> bytes:
    parts: list[bytes] = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


def _replay(body: bytes, receive: Receive) -> Receive:
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return waiting.pop() if waiting else await receive()

    return replay
