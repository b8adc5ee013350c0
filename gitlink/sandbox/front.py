"""What every request to the API passes first: trailing slashes, the journal, the faults; knows nothing of Tracker."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .api import VERSIONS
from .faults import Fault, Faults, Journal

HangUp = Callable[[Scope], None]


class Front:
    """The outermost layer around the API; *hang_up* closes the connection that a request came over."""

    def __init__(
        self, app: ASGIApp, journal: Journal, faults: Faults, secrets: Callable[[], list[str]], hang_up: HangUp
    ) -> None:
        self.app = app
        self.journal = journal
        self.faults = faults
        self.secrets = secrets
        self.hang_up = hang_up

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or do to it what a fault asks for."""
        if scope["type"] != "http" or not scope["path"].startswith(tuple(f"/{version}/" for version in VERSIONS)):
            await self.app(scope, receive, send)
            return
        method, path, body = scope["method"], scope["path"], await _body(receive)
        entry = self.journal.note(method, path, scope["query_string"].decode("latin-1"), body, self.secrets())
        fault = self.faults.take(method, path) or Fault()

        async def answer(message: Message) -> None:
            if fault.close:
                return
            if message["type"] == "http.response.start":
                entry.status = message["status"]
                await asyncio.sleep(fault.delay_s)
            await send(message)

        if fault.status is None and fault.close != "before":
            await self.app({**scope, "path": path.rstrip("/")}, _replay(body, receive), answer)
        elif not fault.close:
            await _made_up(fault)(scope, receive, answer)
        if fault.close:
            await asyncio.sleep(fault.delay_s)
            await self._drop(scope, receive)

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
