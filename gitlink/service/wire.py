"""The service's socket and its server: a port that is known or refused at once, and no patience with half a request."""

import asyncio
import os
import socket
from functools import partial
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from gitlink.errors import SettingsError

_BACKLOG = 1024
_MOST_CONNECTIONS = 1000
_OTHER_FILES = 200
_HEADER_S = 10.0


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens (port 0: on a free one); raises SettingsError where it cannot be had."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        # With the protocol named, asyncio sets TCP_NODELAY; without, a small answer may wait for a delayed ACK.
        listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    except OSError as error:
        raise _taken(host, port, error) from error
    try:
        if os.name != "nt":  # there the option would let two servers share one port
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(_BACKLOG)
    except OSError as error:
        listening.close()
        raise _taken(host, port, error) from error
    return listening


def address_of(listening: socket.socket) -> str:
    """Return host and port as a URL has them."""
    host, port = listening.getsockname()[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def server(app: ASGIApp, header_s: float = _HEADER_S, most: int = _MOST_CONNECTIONS) -> uvicorn.Server:
    """Return a server for *app*; a connection that has not sent its request's header after *header_s* is closed.

    uvicorn itself waits for ever, and counts such connections against `limit_concurrency`. Where there are *most*, the
    one that has waited longest for a whole request makes room for a new one, so that who only holds connections open
    keeps nobody out; only whole requests that are worked on can be more, twice as many at most.
    """
    _allow_files(2 * most)
    config = uvicorn.Config(
        app,
        http=partial(_Impatient, header_s, _Crowd(most)),  # type: ignore[arg-type]  # makes a protocol
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=2 * most,
        timeout_graceful_shutdown=20,
    )
    return uvicorn.Server(config)


class _Crowd:
    """The connections there are; those without a whole request by how long they have been so, the longest first."""

    def __init__(self, enough: int) -> None:
        self._enough = enough
        self._all: set[_Impatient] = set()
        self._waiting: dict[_Impatient, None] = {}

    def add(self, one: "_Impatient") -> None:
        """Take in a new connection; where there are enough, the one that has waited longest is cut off."""
        if len(self._all) >= self._enough and self._waiting:
            oldest = next(iter(self._waiting))
            self.remove(oldest)
            oldest.transport.abort()  # `close` would wait for what the other side does not read
        self._all.add(one)
        self._waiting[one] = None

    def waits(self, one: "_Impatient") -> None:
        """Note that a connection waits for a request, from now on if it did not already."""
        if one in self._all:
            self._waiting.setdefault(one)

    def is_busy(self, one: "_Impatient") -> None:
        """Note that a connection has sent a whole request: it is not cut off until it is answered."""
        self._waiting.pop(one, None)

    def remove(self, one: "_Impatient") -> None:
        """Forget a connection."""
        self._all.discard(one)
        self._waiting.pop(one, None)


class _Impatient(H11Protocol):
    def __init__(self, header_s: float, crowd: _Crowd, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._header_s = header_s
        self._crowd = crowd
        self._overdue: asyncio.TimerHandle | None = None
        self._unread: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._crowd.add(self)
        self._await_header()

    def data_received(self, data: bytes) -> None:
        if self._overdue is None and (self.cycle is None or self.cycle.response_complete):
            self._await_header()
        seen = self.cycle
        super().data_received(data)
        if self.cycle is not seen:
            self._stop_waiting()
        if self.cycle is not None and not self.cycle.more_body and not self.cycle.response_complete:
            self._crowd.is_busy(self)

    def on_response_complete(self) -> None:
        self._crowd.waits(self)
        super().on_response_complete()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._unread = self.loop.call_later(self._header_s, self.transport.abort)

    def resume_writing(self) -> None:
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None
        super().resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        self._crowd.remove(self)
        self._stop_waiting()
        if self._unread is not None:
            self._unread.cancel()
        super().connection_lost(exc)

    def _await_header(self) -> None:
        self._overdue = self.loop.call_later(self._header_s, self._give_up)

    def _stop_waiting(self) -> None:
        if self._overdue is not None:
            self._overdue.cancel()
            self._overdue = None

    def _give_up(self) -> None:
        self._overdue = None
        if not self.transport.is_closing():
            self.transport.abort()


def _allow_files(most: int) -> None:
    """Let the process have as many files open as it may have connections, and some more, if the system allows that."""
    try:
        import resource  # not on Windows
    except ModuleNotFoundError:
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = most + _OTHER_FILES
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(wanted, hard) if hard > 0 else wanted, hard))


def _taken(host: str, port: int, error: OSError) -> SettingsError:
    return SettingsError(
        f"cannot listen on {host}:{port}",
        where="--host, --port",
        why=f"{(error.strerror or str(error)).lower()}; port 0 is any free one",
        fix="gitlink serve --port 0",
    )
