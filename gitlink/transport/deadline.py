"""Ends an exchange at its deadline, whatever it waits for: a time-out of a socket counts anew from byte to byte.

A connection hands in a second descriptor of its socket as soon as there is one; at the deadline the socket is shut down
through it, which ends each read and write that waits: TLS and a proxy's answer, status line, headers, chunk sizes. Not
ended is the system's own search for a host's address, which has bounds of its own (resolv.conf(5)).
"""

import socket
import ssl
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any


class Watch:
    """One for each session, which serves one thread at a time. `is_over`: the exchange met its deadline."""

    def __init__(self) -> None:
        self.is_over = False
        self._lock = threading.Lock()
        self._exchange: object = None
        self._held: set[socket.socket] = set()
        self._dropped: list[socket.socket] = []

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Shut all connections of the session down if the block takes longer."""
        exchange = object()
        with self._lock:
            self._exchange, self.is_over = exchange, False
        timer = threading.Timer(seconds, self._end, (exchange,))
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            with self._lock:
                self._exchange = None
                self._close_dropped()

    def hold(self, connected: socket.socket) -> socket.socket:
        """Return the second descriptor of what has just been connected; raises TimeoutError where it is too late."""
        with self._lock:
            if self.is_over:
                connected.close()
                raise TimeoutError
            second = connected.dup()
            self._held.add(second)
        return second

    def drop(self, second: socket.socket) -> None:
        """Let go of a connection; its answer may still be read, so while an exchange lasts it stays watched."""
        with self._lock:
            self._dropped.append(second)
            if self._exchange is None:
                self._close_dropped()

    def _end(self, exchange: object) -> None:
        with self._lock:
            if self._exchange is exchange:
                self.is_over = True  # first: what is cut off must not pass for an answer that has ended
                for second in self._held:
                    _shut(second)

    def _close_dropped(self) -> None:
        for second in self._dropped:
            self._held.discard(second)
            second.close()
        self._dropped.clear()


def _shut(second: socket.socket) -> None:
    try:
        second.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass  # the other side was quicker


class _Options(tuple[Any, ...]):
    """Options of a socket, which urllib3 sets before it tries an address; raises TimeoutError where it is too late.

    A host may have any number of addresses that never answer, and each may take the time-out of a connection.
    """

    watch: Watch

    def __iter__(self) -> Iterator[Any]:
        if self.watch.is_over:
            raise TimeoutError
        return super().__iter__()


class _Watched:
    """What makes a connection of urllib3's hand in its socket: it is set when connected, wrapped, and closed."""

    watch: Watch
    _sock: socket.socket | None = None
    _second: socket.socket | None = None
    _options: _Options

    @property
    def socket_options(self) -> _Options:
        """The options of each socket that the connection tries."""
        return self._options

    @socket_options.setter
    def socket_options(self, new: Iterable[Any] | None) -> None:
        self._options = _Options(new or ())
        self._options.watch = self.watch

    @property
    def sock(self) -> socket.socket | None:
        """The socket, or what TLS has made of it."""
        return self._sock

    @sock.setter
    def sock(self, new: socket.socket | None) -> None:
        self._sock = new
        if new is None and self._second is not None:
            second, self._second = self._second, None
            self.watch.drop(second)
        elif isinstance(new, socket.socket) and not isinstance(new, ssl.SSLSocket) and self._second is None:
            self._second = self.watch.hold(new)


def watched(pools: Mapping[str, Any], watch: Watch) -> dict[str, Any]:
    """Return urllib3's *pools* (`pool_classes_by_scheme`) with connections that *watch* can end."""
    return {scheme: _watched(pool, watch) for scheme, pool in pools.items()}


def _watched(pool: Any, watch: Watch) -> Any:
    if issubclass(pool.ConnectionCls, _Watched):
        return pool
    connection = type(pool.ConnectionCls.__name__, (_Watched, pool.ConnectionCls), {"watch": watch})
    return type(pool.__name__, (pool,), {"ConnectionCls": connection})
