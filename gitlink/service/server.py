"""Puts the service together and runs it: receiving over HTTP, working in threads, either or both."""

import asyncio
import os
import signal
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from gitlink.connect import connect
from gitlink.core.policy import Policy
from gitlink.forge.client import ForgeClient
from gitlink.forge.model import PullRequest
from gitlink.forge.remote import recognise
from gitlink.forge.tokens import known_hosts, token_for
from gitlink.service import meters as metering
from gitlink.service.acceptor import Acceptor
from gitlink.service.bench import Bench
from gitlink.service.config import Config
from gitlink.service.database import open_database
from gitlink.service.desk import Desk
from gitlink.service.flow import Flow
from gitlink.service.forges import Forges, project_url
from gitlink.service.inbox import Inbox
from gitlink.service.meters import Meters
from gitlink.service.pages import Pages
from gitlink.service.receiver import Receiver
from gitlink.service.rows import Delivery
from gitlink.service.worker import Work, Workers
from gitlink.transport import Transport

KEPT_S = 90 * 24 * 3600
_TIDY_S = 3600.0
_MOST_CONNECTIONS = 1000


@dataclass(frozen=True, slots=True)
class Service:
    """The parts of one process. `workers` is None where it only receives."""

    desk: Desk
    inbox: Inbox
    meters: Meters
    workers: Workers | None


def build(database: str, policy: Policy, *, is_working: bool, lease_s: float) -> Service:
    """Open the database and make the parts; raises SettingsError, and AuthError where it is to work without a token."""
    engine = open_database(database)
    inbox, desk = Inbox(engine), Desk(engine)
    meters = Meters(desk)
    if not is_working:
        return Service(desk, inbox, meters, None)
    connect(os.environ)  # so that what is missing is said now, not by the first delivery

    def flow(hold: Callable[[Delivery], None]) -> Flow:
        client, _ = connect(os.environ)
        return Flow(inbox, client, Forges(_forge_client), policy, hold)

    return Service(desk, inbox, meters, Workers(Work(inbox, meters, flow, lease_s)))


def _forge_client(found: PullRequest) -> ForgeClient | None:
    """Return the client for a pull request's project, None where no token is for its host."""
    remote = recognise(project_url(found), known_hosts({}, os.environ))
    token = token_for(remote, os.environ) if remote and remote.forge == found.forge else None
    return ForgeClient(Transport(), remote, token) if remote and token else None


def application(service: Service, config: Config, policy: Policy) -> Starlette:
    """Return the HTTP side: hooks, pages, health, metrics."""
    acceptor = Acceptor(service.inbox)
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
    return Starlette(
        routes=[
            Route("/hooks/{forge}", receiver.take, methods=["POST"]),
            Route("/bench", bench.take, methods=["POST"]),
            Route("/healthz", healthz),
            Route("/readyz", readyz),
            Route("/metrics", metrics),
            Route("/", pages.deliveries),
            Route("/deliveries/{seq:int}", pages.delivery),
            Route("/deliveries/{seq:int}/{what:str}", pages.act, methods=["POST"]),
        ],
        lifespan=lifespan,
    )


def run(app: Starlette, host: str, port: int) -> None:
    """Serve until a signal; requests in flight are answered first."""
    uvicorn.run(
        app,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=_MOST_CONNECTIONS,
        timeout_graceful_shutdown=20,
    )


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
        await run_in_threadpool(desk.forget, KEPT_S)
        await asyncio.sleep(_TIDY_S)
