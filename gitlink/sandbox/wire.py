"""uvicorn on a socket of our own: the loopback address only, its port known at once, and able to hang up."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable

import uvicorn
from starlette.types import ASGIApp, Scope
from uvicorn.protocols.http.h11_impl import H11Protocol

HOST = "127.0.0.1"
_BACKLOG = 128


def listen(port: int) -> socket.socket:
    """Return a socket that listens on *port* (0: a free one); raise OSError if it is taken."""
    # With the protocol named, asyncio sets TCP_NODELAY; without, each small answer waits 40 ms for a delayed ACK.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name != "nt":  # there the option would let two servers share one port
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((HOST, port))
        listening.listen(_BACKLOG)
    except BaseException:
        listening.close()
        raise
    return listening


def make_server(make_app: Callable[[Callable[[Scope], None]], ASGIApp]) -> uvicorn.Server:
    """Return a server for the app that *make_app* makes, given the function that closes a request's connection."""
    connections: dict[object, asyncio.Transport] = {}

    class Protocol(H11Protocol):
        """uvicorn's own, with a list of its open connections: ASGI has no way to hang up."""

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            connections[transport.get_extra_info("peername")] = transport
            super().connection_made(transport)

        def connection_lost(self, exc: Exception | None) -> None:
            connections.pop(self.transport.get_extra_info("peername"), None)
            super().connection_lost(exc)

    def hang_up(scope: Scope) -> None:
        transport = connections.get(tuple(scope["client"]))
        if transport is not None:  # else the client was faster
            transport.close()

    config = uvicorn.Config(
        make_app(hang_up),
        http=Protocol,
        ws="none",
        lifespan="off",
        log_level="error",
        access_log=False,
        proxy_headers=False,
        timeout_graceful_shutdown=1,
    )
    return uvicorn.Server(config)
