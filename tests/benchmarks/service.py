"""Print what a durable accept costs: python -m tests.benchmarks.service [ROUNDS] [--database URL].

The same server takes the same deliveries twice, in turn: storing each before it answers, and checking signatures only.
Figures: throughput of 16 senders that keep their connections, and the 99th percentile of the answers at 150 deliveries
a second from 50 senders. SQLite always; PostgreSQL where its programs are installed.
"""

import argparse
import asyncio
import itertools
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager

from gitlink.core import policy as policies
from gitlink.forge.model import FORGES
from gitlink.service import logs, server, wire
from gitlink.service.acceptor import Acceptor
from gitlink.service.config import Config
from gitlink.service.database import open_database
from gitlink.service.desk import Desk
from gitlink.service.inbox import Inbox
from gitlink.service.meters import Meters
from gitlink.service.rows import Arrival
from tests.service.reviews import SECRET, renamed, signed, tell
from tests.service.stores import new_postgres_database, postgres

_SENDERS, _SECONDS = 16, 3.0
_RATE, _MANY = 150, 50
_names = itertools.count()


class _Nowhere(Acceptor):
    """Takes everything and keeps nothing."""

    async def accept(self, arrival: Arrival) -> bool:
        """Say that it is new."""
        return True


def serve(database: str, *, is_durable: bool) -> None:
    """Serve until killed; the first line of standard output is the port."""
    logs.set_up()
    engine = open_database(database)
    inbox, desk = Inbox(engine), Desk(engine)
    service = server.Service(desk, inbox, Meters(desk), None)
    acceptor = Acceptor(inbox) if is_durable else _Nowhere(inbox)
    app = server.application(service, Config(dict.fromkeys(FORGES, (SECRET,))), policies.DEFAULTS, acceptor)
    listening = wire.listen("127.0.0.1", 0)
    print(listening.getsockname()[1], flush=True)
    server.run(app, listening)


@contextmanager
def serving(database: str, kind: str) -> Iterator[int]:
    """Run a server in a process of its own; yield its port."""
    command = (sys.executable, "-m", "tests.benchmarks.service", "--serve", kind, "--database", database)
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, encoding="ascii")
    assert process.stdout is not None
    try:
        yield int(process.stdout.readline())
    finally:
        process.kill()
        process.wait()


def request(number: int) -> bytes:
    """Return one delivery of 1 to 2 kB, never the same."""
    key = f"TEST-{number % 50 + 1}"
    sample = renamed(tell("github", "approved", name=f"{number}", number=number % 50 + 1), "TEST-1", key)
    headers, body = signed("github", sample)
    lines = ["POST /hooks/github HTTP/1.1", "Host: x", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


async def _ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, text: bytes) -> None:
    writer.write(text)
    head = await reader.readuntil(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 202"), head
    length = next(int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
    await reader.readexactly(length)


async def throughput(port: int) -> float:
    """Return how many deliveries a second are answered."""
    texts = iter([request(next(_names)) for _ in range(int(4000 * _SECONDS))])
    connections = [await asyncio.open_connection("127.0.0.1", port) for _ in range(_SENDERS)]
    end, done = time.perf_counter() + _SECONDS, 0

    async def send(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal done
        while time.perf_counter() < end:
            await _ask(reader, writer, next(texts))
            done += 1

    started = time.perf_counter()
    await asyncio.gather(*[send(*pair) for pair in connections])
    return done / (time.perf_counter() - started)


async def percentiles(port: int, seconds: float = 10.0) -> tuple[float, float]:
    """Return median and 99th percentile in ms at the fixed rate, from the moment each was due."""
    texts = [request(next(_names)) for _ in range(int(_RATE * seconds))]
    connections = [await asyncio.open_connection("127.0.0.1", port) for _ in range(_MANY)]
    started = time.perf_counter() + 0.2
    taken: list[float] = []

    async def send(sender: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for number in range(sender, len(texts), _MANY):
            due = started + number / _RATE
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            await _ask(reader, writer, texts[number])
            taken.append(time.perf_counter() - due)

    await asyncio.gather(*[send(number, *pair) for number, pair in enumerate(connections)])
    found = statistics.quantiles(taken, n=100)
    return found[49] * 1000, found[98] * 1000


def measure(what: str, database: str, rounds: int) -> None:
    """Print one store's figures."""
    with serving(database, "durable") as durable, serving(database, "nothing") as nothing:
        for port in (durable, nothing):
            asyncio.run(throughput(port))
        pairs = [(asyncio.run(throughput(durable)), asyncio.run(throughput(nothing))) for _ in range(rounds)]
        ours, other = [statistics.median(side) for side in zip(*pairs, strict=True)]
        ratio = statistics.median([one / two for one, two in pairs])
        print(f"{what:12}durable accept {ours:6.0f}/s   storing nothing {other:6.0f}/s   ratio {ratio:5.2f}  (>= 0.50)")
        for name, port in (("durable", durable), ("nothing", nothing)):
            middle, slow = asyncio.run(percentiles(port))
            print(f"{what:12}{name}, {_RATE}/s of {_MANY} senders: p50 {middle:5.1f} ms   p99 {slow:5.1f} ms  (<= 50)")


def main() -> None:
    """Measure, or serve where a measuring process asks for it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rounds", type=int, nargs="?", default=5)
    parser.add_argument("--serve", choices=["durable", "nothing"])
    parser.add_argument("--database")
    given = parser.parse_args()
    if given.serve:
        serve(given.database, is_durable=given.serve == "durable")
        return
    with tempfile.TemporaryDirectory() as name:
        measure("SQLite", f"sqlite:///{name}/gitlink.db", given.rounds)
    with postgres() as url:
        if url is None:
            print("PostgreSQL: its programs are not installed, left out")
        else:
            measure("PostgreSQL", new_postgres_database(url), given.rounds)


if __name__ == "__main__":
    main()
