"""A sandbox whose answers get lost: a share of the calls fails, of others the answer never arrives."""

import asyncio
import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gitlink.sandbox.app import create_app
from gitlink.sandbox.records import Issue
from gitlink.sandbox.seed import fresh
from gitlink.sandbox.state import Tracker
from gitlink.sandbox.wire import HOST, listen, make_server


class Unreliable:
    """What stands in front of the sandbox. `failing`, `losing`: shares of the calls; `slow_s`: at most so long each."""

    def __init__(self, app: ASGIApp, hang_up: Callable[[Scope], None], seed: int) -> None:
        self._app = app
        self._hang_up = hang_up
        self._random = random.Random(seed)
        self.failing, self.losing, self.slow_s = 0.0, 0.0, 0.0
        self.calls = self.failed = self.lost = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.calls += 1
        dice = self._random.random()
        if dice < self.failing:
            self.failed += 1
            answer = JSONResponse({"errorMessages": ["no"]}, 503, {"Retry-After": "0"})
            await answer(scope, receive, send)
            return
        if dice < self.failing + self.losing:
            self.lost += 1
            await self._lose(scope, receive)
            return
        await asyncio.sleep(self._random.random() * self.slow_s)
        await self._app(scope, receive, send)

    async def _lose(self, scope: Scope, receive: Receive) -> None:
        async def swallow(_: Message) -> None:
            return

        await self._app(scope, receive, swallow)
        self._hang_up(scope)
        while (await receive())["type"] != "http.disconnect":
            pass


class Sandbox:
    """A running one, its state, and what stands in front of it."""

    def __init__(self, url: str, state: Tracker, front: Unreliable) -> None:
        self.url = url
        self.state = state
        self.front = front

    def plant(self, number: int) -> list[str]:
        """Make so many open issues; return their keys."""
        author = next(iter(self.state.world.users.values()))
        made = [self.state.create_issue(author, {"queue": "TEST", "summary": f"Issue {n}"}) for n in range(number)]
        return [issue.key for issue in made]

    def issue(self, key: str) -> Issue:
        return self.state.issue(key)

    def way(self, key: str) -> list[str]:
        """Return the statuses that the issue has been in, in order."""
        fields = [field for change in self.issue(key).changes for field in change.fields]
        return [str(field.new) for field in fields if field.field == "status"]


@contextmanager
def unreliable(seed: int) -> Iterator[Sandbox]:
    """Run one on a thread."""
    state = Tracker(fresh(lambda: datetime.now(UTC)), lambda: datetime.now(UTC))
    fronts: list[Unreliable] = []

    def make(hang_up: Callable[[Scope], None]) -> ASGIApp:
        fronts.append(Unreliable(create_app(state, "unreliable", hang_up=hang_up), hang_up, seed))
        return fronts[0]

    listening = listen(0)
    server = make_server(make)
    thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
    thread.start()
    try:
        yield Sandbox(f"http://{HOST}:{listening.getsockname()[1]}", state, fronts[0])
    finally:
        server.should_exit = True
        thread.join(10)
        listening.close()
