"""A sandbox that goes away and comes back: the same port, refused meanwhile, and the same world."""

import os
import socket

from gitlink import state
from gitlink.outbox import Outbox
from gitlink.sandbox import moves
from gitlink.sandbox.model import User
from gitlink.sandbox.records import Issue
from gitlink.sandbox.seed import ORG_ID
from gitlink.sandbox.server import SandboxServer
from gitlink.sandbox.state import Tracker


class Harbour:
    """`tracker` is its world, which someone else may change as well, also while nobody can be reached."""

    def __init__(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            self.port: int = taken.getsockname()[1]
        self._server: SandboxServer | None = SandboxServer(self.port)
        self._server.__enter__()
        self.tracker: Tracker = self._server.state
        self.url = self._server.url
        self.token = self._server.token

    def leave(self) -> None:
        """Go away."""
        if self._server is not None:
            self._server.__exit__(None, None, None)
        self._server = None

    def come_back(self) -> None:
        """Serve again."""
        self._server = SandboxServer(self.port, state=self.tracker, token=self.token)
        self._server.__enter__()

    @property
    def someone(self) -> User:
        """A person, the one whom the token belongs to."""
        return next(iter(self.tracker.world.users.values()))

    def issue(self, key: str = "TEST-1") -> Issue:
        """Return the issue."""
        return self.tracker.issue(key)

    def someone_moves(self, transition: str) -> None:
        """Move TEST-1 behind gitlink's back."""
        moves.execute(self.tracker, self.someone, self.issue(), transition, {})

    def someone_sets(self, **values: object) -> None:
        """Set fields of TEST-1 behind gitlink's back."""
        self.tracker.edit_issue(self.someone, self.issue(), values)

    def texts(self, key: str = "TEST-1") -> list[str]:
        """Return the comments of an issue."""
        return [comment.text for comment in self.issue(key).comments]


def binding(url: str) -> str:
    """Return the folder of the state that belongs to a Tracker."""
    return state.binding(os.environ, url, ORG_ID)


def outbox(url: str) -> Outbox:
    """Return the outbox that belongs to a Tracker."""
    return Outbox(binding(url))
