"""An exchange ends at its deadline, however little at a time the other side says or takes."""

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from gitlink.service.links import LeasedTransport
from gitlink.transport.model import NoAnswer, Request
from gitlink.transport.send import Transport
from tests.conftest import SCRIPTS, Repository
from tests.tracker.loopback import Answer, World, in_turn, serving, told
from tests.tracker.test_transport import certificate, tls

__all__ = ["certificate"]

# A byte comes more often than any time-out between two of them, and for longer than any test may take.
DRIP_S = 0.2
_MANY = b"x" * 10_000
_HEAD = b"HTTP/1.1 200 OK\r\n"
_CHUNKED = _HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
Talk = Callable[[socket.socket], None]


def drip(said: bytes, slowly: bytes = _MANY) -> Talk:
    """Read a request, say *said* at once and *slowly* byte by byte."""

    def talk(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(said)
        for byte in slowly:
            connection.sendall(bytes([byte]))
            time.sleep(DRIP_S)

    return talk


def endlessly(said: bytes, first: bytes = b"") -> Talk:
    """Read a request, say *first*, and *said* over and over."""

    def talk(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(first)
        while True:
            connection.sendall(said)

    return talk


def takes_nothing(connection: socket.socket) -> None:
    time.sleep(60)


@contextmanager
def talking(talk: Talk) -> Iterator[str]:
    """Let *talk* deal with every connection, each in a thread of its own; the address of it."""
    listener = socket.create_server(("127.0.0.1", 0))

    def deal(connection: socket.socket) -> None:
        with connection:
            try:
                talk(connection)
            except OSError:
                pass  # the other side has had enough

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=deal, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield f"127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def given_up(request: Request, transport: Transport | None = None) -> NoAnswer:
    began = time.monotonic()
    with pytest.raises(NoAnswer) as caught:
        (transport or Transport(request_s=1, total_s=1)).send(request)
    assert time.monotonic() - began < 30
    assert caught.value.why == "it did not answer in time"
    return caught.value


TALKS = {
    "status line": drip(b""),
    "after the status line": drip(_HEAD),
    "one header for ever": drip(_HEAD + b"X-A: "),
    "headers one by one": drip(_HEAD, b"A:b\r\n" * 2_000),
    "body of a length": drip(_HEAD + b"Content-Length: 10000\r\n\r\n"),
    "body until the end": drip(_HEAD + b"Connection: close\r\n\r\n"),
    "size of a chunk": drip(_CHUNKED, b"0" * 10_000),
    "extension of a chunk": drip(_CHUNKED + b"1;"),
    "trailers": drip(_CHUNKED + b"0\r\n", b"A:b\r\n" * 2_000),
    "closing connection, chunks": drip(
        _HEAD + b"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n", b"0" * 10_000
    ),
    "100 Continue for ever": endlessly(b"HTTP/1.1 100 Continue\r\n\r\n"),
    "100 Continue with headers": endlessly(b"HTTP/1.1 100 Continue\r\nA: b\r\n\r\n"),
    "trailers for ever": endlessly(b"A: b\r\n" * 1000, first=_CHUNKED + b"0\r\n"),
}


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("talk", TALKS.values(), ids=TALKS)
def test_a_dripping_answer_ends_at_the_deadline_and_a_write_is_uncertain(talk: Talk, method: str) -> None:
    with talking(talk) as place:
        fault = given_up(Request(method, f"http://{place}/v3/myself", {}, b"{}" if method == "POST" else None))
    assert fault.uncertain == (method == "POST")


def test_a_request_that_nobody_takes_ends_too() -> None:
    with talking(takes_nothing) as place:
        fault = given_up(Request("POST", f"http://{place}/", {}, bytes(64 * 1024 * 1024)))
    assert fault.uncertain


@pytest.mark.parametrize("talk", [takes_nothing, drip(b"\x16\x03\x03\x40\x00")], ids=["silent", "dripping"])
def test_a_tls_handshake_ends(talk: Talk) -> None:
    with talking(talk) as place:
        given_up(Request("POST", f"https://{place}/", {}, b"{}"))


def test_a_dripping_answer_over_tls_ends(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    context = tls(certificate)

    def talk(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as wrapped:
            drip(_HEAD)(wrapped)

    with talking(talk) as place:
        assert given_up(Request("POST", f"https://{place}/", {}, b"{}")).uncertain


@pytest.mark.parametrize(
    "talk", [drip(b""), drip(_HEAD), drip(_HEAD, b"A:b\r\n" * 2_000)], ids=["status line", "header", "headers"]
)
def test_a_proxy_that_drips_its_answer_to_connect(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    with talking(talk) as place:
        monkeypatch.setenv("https_proxy", f"http://{place}")
        given_up(Request("GET", "https://tracker.invalid/v3/myself"))


def test_behind_a_proxy_the_handshake_ends_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def talk(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        drip(b"\x16\x03\x03\x40\x00")(connection)

    with talking(talk) as place:
        monkeypatch.setenv("https_proxy", f"http://{place}")
        given_up(Request("GET", "https://tracker.invalid/v3/myself"))


def test_a_host_of_many_addresses_that_never_answer_takes_the_time_of_one(monkeypatch: pytest.MonkeyPatch) -> None:
    listener = socket.create_server(("127.0.0.1", 0), backlog=0)
    port = listener.getsockname()[1]
    with ExitStack() as filling:
        for _ in range(4):  # nobody accepts them: once the queue is full, what else comes is dropped (listen(2))
            filler = filling.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", port))
        filling.enter_context(listener)
        address = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_more: [address] * 200)
        given_up(Request("GET", f"http://tracker.invalid:{port}/"))


def test_what_is_cut_off_at_the_deadline_is_not_taken_for_the_whole() -> None:
    """Headers and a body without a length end where the connection does."""
    for said in (_HEAD + b"Connection: close\r\n\r\nhalf", _HEAD + b"X-A: b\r\n", _HEAD):
        with talking(drip(said, b"")) as quick:
            assert Transport().send(Request("GET", f"http://{quick}/")).status == 200

        def talk(connection: socket.socket, said: bytes = said) -> None:
            connection.recv(65536)
            connection.sendall(said)
            time.sleep(60)

        with talking(talk) as place:
            given_up(Request("GET", f"http://{place}/"))


@pytest.mark.parametrize("said", [_HEAD + b"A: b\r\n" * 101 + b"\r\n", _HEAD + b"A: " + b"x" * 70_000 + b"\r\n\r\n"])
def test_headers_are_bounded_in_number_and_length(said: bytes) -> None:
    with talking(drip(said)) as place, pytest.raises(NoAnswer) as caught:
        Transport(tries=1, request_s=60, total_s=60).send(Request("GET", f"http://{place}/"))
    assert caught.value.why != "it did not answer in time"


def test_no_descriptor_is_left() -> None:
    folder = f"/proc/{os.getpid()}/fd"
    if not os.path.isdir(folder):
        pytest.skip("descriptors are not to be counted here")
    transport = World().transport()
    closing = Answer(body=b"x", headers={"Connection": "close"})
    with serving(in_turn(told("well"))) as server, serving(in_turn(closing)) as other, talking(drip(b"")) as place:
        transport.send(Request("GET", server.url))
        before = len(os.listdir(folder))
        for _ in range(20):
            assert transport.send(Request("GET", server.url)).body == b'"well"'
            assert transport.send(Request("GET", other.url)).body == b"x"
            transport.renew()
        for _ in range(3):
            given_up(Request("GET", f"http://{place}/"), Transport(request_s=0.3, total_s=0.3))
        # What a test's own threads hold of a connection that has just been given up is closed a moment later.
        until = time.monotonic() + 30
        while len(os.listdir(folder)) > before + 2 and time.monotonic() < until:
            time.sleep(0.05)
        assert len(os.listdir(folder)) <= before + 2


def test_after_a_deadline_the_next_request_is_answered() -> None:
    hold = threading.Event()
    transport = Transport(request_s=1, total_s=1, tries=1)
    with serving(in_turn(Answer(hold=hold), told("well"))) as server:
        given_up(Request("GET", server.url), transport)
        hold.set()
        transport.renew()
        assert transport.send(Request("GET", server.url)).body == b'"well"'


def test_a_worker_of_the_service_is_free_again_after_its_budget() -> None:
    """The service's own budget: 10 s for a request, 20 s in all."""
    transport = LeasedTransport(lambda: None)
    with talking(drip(_HEAD)) as place:
        began = time.monotonic()
        with pytest.raises(NoAnswer):
            transport.send(Request("GET", f"http://{place}/"))
        assert time.monotonic() - began < 60


def test_a_command_ends_at_a_dripping_tracker(repository: Repository) -> None:
    with talking(drip(_HEAD)) as place:
        began = time.monotonic()
        done = repository.run(
            str(SCRIPTS / "gitlink"),
            "whoami",
            check=False,
            TRACKER_API_BASE_URL=f"http://{place}",
            TRACKER_TOKEN="y0_x",
            TRACKER_ORG_ID="1",
        )
        assert time.monotonic() - began < 60
    assert (done.returncode, "it did not answer in time" in done.stderr) == (6, True)
