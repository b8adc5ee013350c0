"""A real HTTP server that keeps what it is sent and answers as told: where triggers post to in tests."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Got:
    """One request as it arrived; *headers* with names in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: str


@dataclass
class Receiver:
    """What arrived; *answers* are statuses in order (then 200), *delay_s* passes before each answer."""

    url: str = ""
    got: list[Got] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    delay_s: float = 0.0

    def wait(self, count: int, timeout_s: float = 60.0) -> list[Got]:
        """Return what arrived once there are *count* requests; fail if they do not come."""
        until = time.monotonic() + timeout_s
        while len(self.got) < count and time.monotonic() < until:
            time.sleep(0.005)
        assert len(self.got) >= count, self.got
        return self.got


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Serve on a free port of the loopback address."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            headers = {name.lower(): value for name, value in self.headers.items()}
            receiver.got.append(Got(self.command, self.path, headers, body))
            status = receiver.answers.pop(0) if receiver.answers else 200
            time.sleep(receiver.delay_s)
            self.send_response(status)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        do_GET = do_POST = do_PUT = do_DELETE = answer

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    receiver.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
