"""A real HTTP server on loopback that answers what a test tells it to, and a world in which no second passes."""

import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from gitlink.tracker.access import Credentials
from gitlink.tracker.client import TrackerClient
from gitlink.transport.send import Transport

TOKEN = "y0__secret-of-anna"


@dataclass(frozen=True)
class Seen:
    """One request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def line(self) -> str:
        return f"{self.method} {self.path}"


@dataclass(frozen=True)
class Answer:
    """What to send back. `cut`: so many bytes of the body are held back; `is_silent`: close without a word;
    `hold`: keep silent until it is set; `drip_s`: seconds from byte to byte."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    cut: int = 0
    is_silent: bool = False
    hold: threading.Event | None = None
    drip_s: float = 0


def told(value: object, status: int = 200, **headers: str) -> Answer:
    """Return *value* as a JSON answer; header names are written with `_`."""
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return Answer(status, json.dumps(value).encode(), {"Content-Type": "application/json; charset=UTF-8", **named})


@dataclass
class Server:
    """Where it listens and what it has seen."""

    url: str
    seen: list[Seen]

    @property
    def lines(self) -> list[str]:
        return [request.line for request in self.seen]


@contextmanager
def serving(handle: Callable[[Seen], Answer], tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    """Serve on a free port of loopback until the block is left, over TLS where its context is given."""
    seen: list[Seen] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def _serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = Seen(self.command, self.path, headers, body)
            seen.append(request)
            answer = handle(request)
            if answer.hold:
                answer.hold.wait(10)
            if answer.is_silent or answer.hold:
                self.close_connection = True
                return
            # The plain one sends a `Date` of its own.
            (self.send_response_only if "Date" in answer.headers else self.send_response)(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            if "Transfer-Encoding" not in answer.headers:
                self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            try:
                self._write(answer)
            except OSError:
                pass  # The client has had enough.
            if answer.cut:
                self.close_connection = True

        def _write(self, answer: Answer) -> None:
            body = answer.body[: len(answer.body) - answer.cut]
            step = 1 if answer.drip_s else len(body) or 1
            for start in range(0, len(body), step):
                self.wfile.write(body[start : start + step])
                if answer.drip_s:
                    threading.Event().wait(answer.drip_s)

        do_GET = do_POST = do_PATCH = do_PUT = _serve

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield Server(f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}", seen)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def in_turn(*answers: Answer) -> Callable[[Seen], Answer]:
    """Answer with each of *answers* once, and with the last from then on."""
    waiting = list(answers)
    return lambda _: waiting.pop(0) if len(waiting) > 1 else waiting[0]


class World:
    """A clock that a sleep moves on at once."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    def clock(self) -> float:
        return time.monotonic() + sum(self.slept)

    def transport(self, request_s: float = 10.0, total_s: float = 20.0) -> Transport:
        return Transport(
            request_s=request_s,
            total_s=total_s,
            clock=self.clock,
            sleep=self.slept.append,
            now=lambda: datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        )


def client(server: Server, language: str = "en") -> TrackerClient:
    """Return a client of *server* for which no second passes."""
    return TrackerClient(World().transport(), Credentials(server.url, TOKEN, "77"), language)
