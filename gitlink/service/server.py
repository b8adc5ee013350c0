"""Puts the service together and runs it: receiving over HTTP, working in threads, either or both."""

import asyncio
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from gitlink import hosting
from gitlink.core.policy import Policy
from gitlink.errors import AuthError, SettingsError
from gitlink.forge.client import ForgeClient
from gitlink.forge.model import PullRequest
from gitlink.service import meters as metering
from gitlink.service import wire
from gitlink.service.acceptor import Acceptor
from gitlink.service.bench import Bench
from gitlink.service.config import Config
from gitlink.service.database import open_database
from gitlink.service.desk import Desk
from gitlink.service.flow import Flow
from gitlink.service.forges import Forges
from gitlink.service.inbox import Inbox
from gitlink.service.links import ForgeClients, LeasedTransport, tracker
from gitlink.service.meters import Meters
from gitlink.service.pages import Pages
from gitlink.service.receiver import Receiver
from gitlink.service.relay import Relay, RelayAlone, messengers
from gitlink.service.rows import RELAY
from gitlink.service.silence import Silence
from gitlink.service.worker import Work, Workers
from gitlink.transport.send import Transport

KEPT_S = 90 * 24 * 3600
_TIDY_S = 3600.0
_log = logging.getLogger("gitlink.serve")


@dataclass(frozen=True, slots=True)
class Service:
    """The parts of one process. `workers` is None where it only receives."""

    desk: Desk
    inbox: Inbox
    meters: Meters
    workers: Workers | None


def build(database: str, policy: Policy, *, is_working: bool, lease_s: float, needs_tracker: bool = True) -> Service:
    """Open the database and make the parts; raises SettingsError, and AuthError where it is to work without a token.

    *needs_tracker*: else it does with the relay where Tracker cannot be reached, and says so.
    """
    engine = open_database(database)
    inbox, desk = Inbox(engine), Desk(engine)
    meters = Meters(desk)
    if not is_working:
        return Service(desk, inbox, meters, None)
    messengers(policy, inbox, os.environ)
    try:
        tracker(os.environ, Transport())  # so that what is missing is said now, not by the first delivery
    except (AuthError, SettingsError) as error:
        if needs_tracker:
            raise
        sys.stderr.write(f"gitlink: {error.message}: only the relay works here\n")
        alone = Work(inbox, meters, lambda hold: RelayAlone(messengers(policy, inbox, os.environ), hold), lease_s)
        return Service(desk, inbox, meters, Workers(alone, only=RELAY))
    hosts, silence = hosting.hosts(os.environ), Silence()

    def flow(hold: Callable[[], None]) -> Flow:
        transport, forges = LeasedTransport(hold), ForgeClients(hosts, hold)

        def renew() -> None:
            transport.renew()
            forges.renew()

        def client_of(found: PullRequest) -> ForgeClient | None:
            return forges.of(found) if policy.names_repository(found.repository) else None

        client = tracker(os.environ, transport)
        senders = messengers(policy, inbox, os.environ)
        return Flow(inbox, client, Forges(client_of, silence), policy, hold, renew, lambda: transport.answers, senders)

    return Service(desk, inbox, meters, Workers(Work(inbox, meters, flow, lease_s)))


def application(service: Service, config: Config, policy: Policy, acceptor: Acceptor | None = None) -> Starlette:
    """Return the HTTP side: hooks, pages, health, metrics."""
    acceptor = acceptor or Acceptor(service.inbox)
    wake = service.workers.wake if service.workers else _nobody
    pages = Pages(config, service.desk)

    async def healthz(_: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def readyz(_: Request) -> Response:
        try:
            await run_in_threadpool(service.desk.counts)
        except Exception:
            return PlainTextResponse("the database does not answer\n", 503)
        return PlainTextResponse("ready\n")

    async def metrics(_: Request) -> Response:
        text = await run_in_threadpool(service.meters.text)
        return Response(text, headers={"Content-Type": metering.CONTENT_TYPE})

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        if service.workers:
            service.workers.start()
        tidying = asyncio.create_task(_tidy(service.desk))
        yield
        tidying.cancel()
        await run_in_threadpool(acceptor.close)
        if service.workers:
            await run_in_threadpool(service.workers.close)

    receiver = Receiver(config, policy, acceptor, service.meters, wake)
    bench = Bench(config, policy, acceptor, wake)
    relay = Relay(policy, os.environ, acceptor, wake)
    return Starlette(
        routes=[
            Route("/hooks/{forge}", receiver.take, methods=["POST"]),
            Route("/bench", bench.take, methods=["POST"]),
            Route("/notify/{channel}", relay.take, methods=["POST"]),
            Route("/healthz", healthz),
            Route("/readyz", readyz),
            Route("/metrics", metrics),
            Route("/", pages.deliveries),
            Route("/deliveries/{seq}", pages.delivery),
            Route("/deliveries/{seq}/{what}", pages.act, methods=["POST"]),
        ],
        lifespan=lifespan,
    )


def run(app: Starlette, listening: socket.socket) -> None:
    """Serve until a signal; requests in flight are answered first."""
    with listening:
        wire.server(app).run([listening])


def work(service: Service) -> None:
    """Work without receiving, until a signal; what is being worked on is finished first."""
    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    assert service.workers is not None
    service.workers.start()
    stop.wait()
    service.workers.close()


def _nobody() -> None:
    """There is no worker here to wake: others look once a second."""


async def _tidy(desk: Desk) -> None:
    while True:
        try:
            await run_in_threadpool(desk.forget, KEPT_S)
        except Exception:
            _log.exception("old deliveries were not forgotten")
        await asyncio.sleep(_TIDY_S)
