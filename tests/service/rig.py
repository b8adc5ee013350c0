"""The service's insides in one process: a sandbox as Tracker, a database, a flow, and a clock that can be moved."""

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from sqlalchemy import Connection

from gitlink.core import policy as policies
from gitlink.forge.client import ForgeClient
from gitlink.forge.model import Forge, PullRequest
from gitlink.forge.remote import Remote
from gitlink.forge.tokens import Token
from gitlink.sandbox.seed import ORG_ID, TOKEN
from gitlink.sandbox.server import SandboxServer, steering
from gitlink.service.arrival import arrival
from gitlink.service.database import open_database
from gitlink.service.desk import Desk
from gitlink.service.flow import Flow
from gitlink.service.forges import Forges
from gitlink.service.inbox import Inbox
from gitlink.service.links import LeasedTransport
from gitlink.service.meters import Meters
from gitlink.service.relay import Messengers
from gitlink.service.rows import Delivery, clock_of
from gitlink.service.silence import Silence
from gitlink.service.worker import Work, Workers
from gitlink.tracker.access import Credentials
from gitlink.tracker.client import TrackerClient
from gitlink.transport.send import Transport
from tests.forge.samples import Delivery as Sample
from tests.service import reviews


def quick() -> Transport:
    """A transport that does not pause."""
    return Transport(sleep=lambda _: None)


class Rig:
    """Takes deliveries and works on them, when it is told to."""

    def __init__(
        self,
        database: str,
        sandbox: SandboxServer,
        policy: str = "",
        forge: str | None = None,
        transport: Callable[[], Transport] = quick,
    ) -> None:
        engine = open_database(database)
        self.later_s = 0.0
        self.frozen_at: float | None = None  # where nothing may depend on how fast the machine is
        real = clock_of(engine)

        def clock(connection: Connection) -> float:
            return self.frozen_at or real(connection) + self.later_s

        self.silence = Silence(lambda: self.later_s)
        self.sandbox = sandbox
        self.policy = policies.read([entry_of(line) for line in policy.splitlines() if line.strip()])
        self.inbox, self.desk = Inbox(engine, clock), Desk(engine, clock)
        self._forge, self._transport = forge, transport
        self.meters = Meters(self.desk)
        self.messengers: Messengers | None = None
        self._names = itertools.count()
        self.start(TOKEN)

    def start(self, token: str) -> None:
        """Begin anew, as a restarted process with this token for Tracker."""
        self.token = token
        self.workers = Workers(Work(self.inbox, self.meters, self._flow))

    def _flow(self, hold: Callable[[], None]) -> Flow:
        transport = LeasedTransport(hold, lambda _: None)
        client = TrackerClient(transport, Credentials(self.sandbox.url, self.token, ORG_ID))
        forges = Forges(self._client, self.silence)
        return Flow(
            self.inbox,
            client,
            forges,
            self.policy,
            hold,
            client.renew,
            lambda: transport.answers,
            self.messengers,
        )

    def _client(self, found: PullRequest) -> ForgeClient | None:
        if self._forge is None or found.forge != "github":
            return None
        host = urlsplit(self._forge).netloc
        remote = Remote("github", host, self._forge, found.repository)
        return ForgeClient(self._transport(), remote, Token("github", "GITHUB_TOKEN", "gh-secret"))

    def take(self, sample: Sample, forge: Forge = "github") -> bool:
        """Accept one delivery; return whether it was new."""
        row = arrival(forge, *sample, self.policy)
        assert row is not None
        return self.inbox.accept([row])[0]

    def tell(self, what: str, minute: int = 5, forge: Forge = "github", **pull: object) -> Delivery:
        """Accept a delivery, work on all there is, and return its row."""
        assert self.take(reviews.tell(forge, what, minute, f"{what}-{minute}-{next(self._names)}", **pull), forge)
        self.work()
        return self.desk.listing(limit=1)[0]

    def work(self) -> None:
        """Work until nothing is left whose turn it is."""
        while self.workers.step("tester"):
            pass

    def status(self, key: str = "TEST-1") -> str:
        return self.sandbox.state.issue(key).status

    def comments(self, key: str = "TEST-1") -> list[str]:
        return [comment.text for comment in self.sandbox.state.issue(key).comments]


def entry_of(line: str) -> tuple[str, str | None]:
    """Read `key = value`."""
    key, _, value = line.partition(" = ")
    return key.strip(), value.strip()


@contextmanager
def faults(sandbox: SandboxServer, *listed: dict[str, object]) -> Iterator[None]:
    """Switch faults of the sandbox on for a while."""
    import json
    import urllib.request

    def put(value: object) -> None:
        url, headers = f"{sandbox.url}/_sandbox/faults", steering(sandbox.token)
        request = urllib.request.Request(url, json.dumps(value).encode(), headers, method="POST")
        urllib.request.urlopen(request).close()

    put(list(listed))
    try:
        yield
    finally:
        put([])
