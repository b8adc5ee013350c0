"""The receiver on a thread: the app behind the service's own server, and raw connections to it."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.routing import Route

from gitlink.core import policy as policies
from gitlink.service import wire
from gitlink.service.acceptor import Acceptor
from gitlink.service.config import Config
from gitlink.service.database import open_database
from gitlink.service.desk import Desk
from gitlink.service.inbox import Inbox
from gitlink.service.meters import Meters
from gitlink.service.receiver import Receiver


@dataclass(frozen=True)
class Door:
    """Where it listens, and what it has kept."""

    host: str
    port: int
    desk: Desk

    def connect(self) -> socket.socket:
        return socket.create_connection((self.host, self.port), timeout=20)

    def post(self, path: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        """Send one request, byte for byte, and return status and body; 0 where there was no answer."""
        head = [f"POST {path} HTTP/1.1", f"Content-Length: {len(body)}", "Connection: close"]
        head += [] if "Host" in headers else ["Host: localhost"]
        head += [f"{name}: {value}" for name, value in headers.items()]
        return self.raw("\r\n".join(head).encode("latin-1", "replace") + b"\r\n\r\n" + body)

    def raw(self, text: bytes) -> tuple[int, bytes]:
        """Send bytes as they are, and return status and body of the answer."""
        with self.connect() as connection:
            try:
                connection.sendall(text)
            except OSError:
                pass  # it has answered before it had all
            return answer(connection)


def answer(connection: socket.socket) -> tuple[int, bytes]:
    """Read one answer up to the end of the connection."""
    parts = []
    try:
        while part := connection.recv(65536):
            parts.append(part)
    except OSError:
        pass
    head, _, body = b"".join(parts).partition(b"\r\n\r\n")
    words = head.split()
    return (int(words[1]), body) if len(words) > 1 else (0, b"")


@contextmanager
def receiving(
    database: str, config: Config, *, deadline_s: float = 10.0, header_s: float = 10.0, most: int = 1000
) -> Iterator[Door]:
    """Serve `/hooks/<forge>` on a free port."""
    engine = open_database(database)
    desk, acceptor = Desk(engine), Acceptor(Inbox(engine))
    receiver = Receiver(config, policies.DEFAULTS, acceptor, Meters(desk), lambda: None, deadline_s)
    app = Starlette(routes=[Route("/hooks/{forge}", receiver.take, methods=["POST"])])
    listening = wire.listen("127.0.0.1", 0)
    server = wire.server(app, header_s, most)
    thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
    thread.start()
    try:
        host, port = listening.getsockname()[:2]
        yield Door(host, port, desk)
    finally:
        server.should_exit = True
        thread.join(25)
        acceptor.close()
        listening.close()
