"""How the service reaches Tracker and the forges: long-lived clients, and never a write without the lease."""

import os
import time
from collections.abc import Callable, Mapping

from gitlink import settings
from gitlink.forge.client import ForgeClient
from gitlink.forge.model import PullRequest
from gitlink.forge.remote import Known, project_at
from gitlink.forge.tokens import token_for
from gitlink.tracker.client import TrackerClient
from gitlink.transport.model import Request, Response
from gitlink.transport.send import Transport


class LeasedTransport(Transport):
    """Asks for leave right before each write: a process that slept through its lease must not wake up and write.

    `answers`: how many it has had that were no fault of the other side's.
    """

    def __init__(self, may_write: Callable[[], None], sleep: Callable[[float], None] = time.sleep) -> None:
        super().__init__(sleep=sleep)
        self._may_write = may_write
        self.answers = 0

    def send(self, request: Request) -> Response:
        """Return the answer, as Transport does; raises what `may_write` raises."""
        if not request.is_read:
            self._may_write()
        response = super().send(request)
        self.answers += response.status < 500 and response.status not in (401, 429)
        return response


def tracker(environ: Mapping[str, str], transport: Transport) -> TrackerClient:
    """Return Tracker's client; raises AuthError or SettingsError with what is missing."""
    return TrackerClient(transport, settings.credentials(environ), settings.language(environ))


class ForgeClients:
    """Clients by project, for one thread: a connection to a forge is kept from delivery to delivery."""

    def __init__(self, known: Mapping[str, Known], may_write: Callable[[], None]) -> None:
        self._known = known
        self._transport = LeasedTransport(may_write)

    def renew(self) -> None:
        """Begin a new budget of time."""
        self._transport.renew()

    def of(self, found: PullRequest) -> ForgeClient | None:
        """Return the client for a pull request's project, None where no token is for its host."""
        remote = project_at(found.url, found.forge, found.repository, self._known)
        token = token_for(remote, os.environ) if remote else None
        return ForgeClient(self._transport, remote, token) if remote and token else None
