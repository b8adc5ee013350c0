"""The relay in this process: the real service on a free port, its pace as fast as a test wants."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import uvicorn

from gitlink.core.policy import Policy
from gitlink.core.policy import read as read_policy
from gitlink.notify import channels
from gitlink.sandbox.wire import listen
from gitlink.service.config import Config
from gitlink.service.database import open_database
from gitlink.service.desk import Desk
from gitlink.service.flow import Flow
from gitlink.service.forges import Forges
from gitlink.service.inbox import Inbox
from gitlink.service.links import LeasedTransport, tracker
from gitlink.service.meters import Meters
from gitlink.service.relay import Messengers
from gitlink.service.server import Service, application
from gitlink.service.worker import Work, Workers


def policy_of(*telegrams: tuple[str, str], slack: tuple[str, ...] = ("team",)) -> Policy:
    """Return a policy with Slack channels, and Telegram channels by name and chat."""
    entries: list[tuple[str, str | None]] = [(f"notify.{name}.kind", "slack") for name in slack]
    for name, chat in telegrams:
        entries += [(f"notify.{name}.kind", "telegram"), (f"notify.{name}.chat", chat)]
    return read_policy(entries, "relay.gitlink")


@contextmanager
def relay(database: str, policy: Policy, environ: Mapping[str, str], pace_s: float = 0.0) -> Iterator[tuple[str, Desk]]:
    """Run the service on *database*, and return its address and what a person sees of its deliveries."""
    engine = open_database(database)
    inbox, desk = Inbox(engine), Desk(engine)

    def flow(hold: Callable[[], None]) -> Flow:
        transport = LeasedTransport(hold)
        client = tracker(environ, transport)
        senders = Messengers(channels.read(policy), inbox, environ, pace_s=pace_s)
        forges = Forges(lambda _: None)
        return Flow(inbox, client, forges, policy, hold, transport.renew, lambda: transport.answers, senders)

    meters = Meters(desk)
    service = Service(desk, inbox, meters, Workers(Work(inbox, meters, flow)))
    listening = listen(0)
    config = uvicorn.Config(application(service, Config(), policy), log_config=None, access_log=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}", desk
    finally:
        server.should_exit = True
        thread.join(30)
        listening.close()
