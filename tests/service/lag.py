"""How long the service keeps others waiting: a process of its own that asks `/healthz` until its input ends."""

import http.client
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

_PAUSE_S = 0.005


@dataclass
class Lag:
    """The seconds that answers took, in order of their length, once the block is left."""

    answers_s: list[float] = field(default_factory=list)

    @property
    def worst_s(self) -> float:
        return self.answers_s[-1]

    @property
    def p99_s(self) -> float:
        return self.answers_s[len(self.answers_s) * 99 // 100]


@contextmanager
def measured(url: str) -> Iterator[Lag]:
    """Ask all the while that the block runs."""
    lag = Lag()
    command = (sys.executable, "-m", "tests.service.lag", url)
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"asking\n"
    try:
        yield lag
    finally:
        printed, _ = process.communicate(timeout=120)
        lag.answers_s[:] = sorted(json.loads(printed))


def main() -> None:
    """Ask, and print how long each answer took."""
    ended = threading.Event()

    def wait_for_the_end() -> None:
        sys.stdin.read()
        ended.set()

    threading.Thread(target=wait_for_the_end, daemon=True).start()
    connection = http.client.HTTPConnection(urlsplit(sys.argv[1]).netloc, timeout=100)
    taken = []
    print("asking", flush=True)
    while not ended.wait(_PAUSE_S):
        began = time.monotonic()
        connection.request("GET", "/healthz")
        connection.getresponse().read()
        taken.append(time.monotonic() - began)
    print(json.dumps(taken))


if __name__ == "__main__":
    main()
