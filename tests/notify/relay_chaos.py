"""The relay under fire: a third of the messengers' answers are 429 or 500, and the service is killed again and again.

Each message must arrive, in order within its chat, no chat hearing more than one a second, and none before the time it
asked for. Neither messenger can be asked whether a message is there, so what was posted just before a kill may be
posted once more: such repetitions are counted, and there must be no more than workers at the moment of each kill.

    python -m tests.notify.relay_chaos --messages 10000 --chats 200 --kill-every 20 [--database postgresql://…]
"""

import argparse
import itertools
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import requests

from gitlink.sandbox.server import SandboxServer, exports
from tests.conftest import SCRIPTS
from tests.notify.standins import TOKEN, Messengers, Said, broken, messengers, slow

WORKERS = 5
SECRET = "between-us"


@dataclass
class Outcome:
    """What came of a run; `repeated`: how often a message was posted once more."""

    messages: int
    kills: int
    posted: int
    repeated: int
    faults: int
    seconds: float

    def __str__(self) -> str:
        return (
            f"{self.messages} messages, {self.posted} posted ({self.repeated} of them once more than once), "
            f"{self.faults} answers 429 or 500, {self.kills} kills, {self.seconds:.0f} s"
        )


class Service:
    """`gitlink serve` as a process that can be killed and comes back on the same port and database."""

    def __init__(self, folder: Path, environ: dict[str, str]) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self._folder, self._environ = folder, environ
        self.url = f"http://127.0.0.1:{self.port}"
        self.start()

    def start(self) -> None:
        command = [str(SCRIPTS / "gitlink"), "serve", "--port", str(self.port), "--policy", "policy", "--lease", "1"]
        with (self._folder / "serve.log").open("ab") as log:
            self._process = subprocess.Popen(command, cwd=self._folder, env=self._environ, stdout=log, stderr=log)

    def kill(self) -> None:
        """End it as a power cut would, and start it again; return once it listens, however busy the machine is."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        self.start()
        while not self._listens() and self._process.poll() is None:
            time.sleep(0.1)

    def _listens(self) -> bool:
        with socket.socket() as tried:
            return not tried.connect_ex(("127.0.0.1", self.port))

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(60)


def channel_of(number: int) -> tuple[str, str]:
    return f"c{number}", "telegram" if number % 2 else "slack"


def prepare(folder: Path, there: Messengers, chats: int, tracker: int, database: str | None) -> dict[str, str]:
    """Write the policy, and return the environment with every channel's secret."""
    environ = {**os.environ, **exports(tracker), "GITLINK_NOTIFY_SECRET": SECRET, "TELEGRAM_API_BASE_URL": there.url}
    environ |= {"GITLINK_DATABASE_URL": database or f"sqlite:///{folder / 'relay.db'}", "NO_PROXY": "127.0.0.1"}
    lines = []
    for number in range(chats):
        name, kind = channel_of(number)
        lines.append(f'[notify "{name}"]\n\tkind = {kind}\n')
        if kind == "telegram":
            lines.append(f"\tchat = -{1000 + number}\n")
        environ[f"GITLINK_NOTIFY_{name.upper()}"] = TOKEN if kind == "telegram" else f"{there.url}/services/T/B/{name}"
    (folder / "policy").write_text("".join(lines), encoding="utf-8")
    return environ


def deliver(service: Service, number: int, each: int) -> None:
    """Send a channel's messages as a trigger would: the same bytes again until there is an answer."""
    name, _ = channel_of(number)
    for index in range(each):
        body = json.dumps({"issue": f"TEST-{index + 1}", "at": str(index), "text": [{"text": f"{name} {index}"}]})
        while True:
            try:
                answer = requests.post(
                    f"{service.url}/notify/{name}", data=body, headers={"X-Gitlink-Secret": SECRET}, timeout=10
                )
            except requests.RequestException:
                time.sleep(0.1)
                continue
            assert answer.status_code in (200, 202, 500), answer.text
            if answer.status_code != 500:
                break


def run(
    messages: int, chats: int, kill_every_s: float, limit_s: float, seed: int = 1, database: str | None = None
) -> Outcome:
    """Run it, and raise AssertionError for what must not be. *database*: an empty one, else SQLite in a file."""
    chance, began = random.Random(seed), time.monotonic()
    until: dict[str, float] = defaultdict(float)
    killed: list[float] = []
    early: list[str] = []

    def fault(kind: str, chat: str) -> Said | None:
        now = time.monotonic()
        # What was said just before a kill may not have been written down.
        if now < until[chat] - 0.05 and not any(until[chat] - 3 < at < now for at in killed):
            early.append(chat)
        drawn = chance.random()
        if drawn < 1 / 6:
            until[chat] = now + 1
            return slow(kind, 1)
        return broken(kind) if drawn < 1 / 3 else None

    each = messages // chats
    with tempfile.TemporaryDirectory() as name, messengers() as there, SandboxServer() as sandbox:
        there.fault = fault
        folder = Path(name)
        service = Service(folder, prepare(folder, there, chats, sandbox.port, database))
        done = threading.Event()

        def kill() -> None:
            while not done.wait(kill_every_s * chance.uniform(0.5, 1.5)):
                killed.append(time.monotonic())
                service.kill()

        killer = threading.Thread(target=kill)
        killer.start()
        try:
            with ThreadPoolExecutor(16) as pool:
                list(pool.map(lambda number: deliver(service, number, each), range(chats)))
            while time.monotonic() - began < limit_s:
                if len({message.shown for message in list(there.posted)}) == each * chats:
                    break
                time.sleep(0.2)
        finally:
            done.set()
            killer.join()
            service.stop()
        return judge(there, each, chats, killed, early, time.monotonic() - began)


def judge(there: Messengers, each: int, chats: int, killed: list[float], early: list[str], seconds: float) -> Outcome:
    by_chat: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for message in there.posted:
        by_chat[message.shown.split()[0]].append((message.shown, message.at))
    repeated = 0
    for number in range(chats):
        name = channel_of(number)[0]
        shown = [text for text, _ in by_chat[name]]
        assert list(dict.fromkeys(shown)) == [f"{name} {index}" for index in range(each)], (name, shown)
        repeated += len(shown) - each
        # A repetition stands right behind what it repeats: the line of a chat waits.
        assert [text for text, _ in itertools.groupby(shown)] == list(dict.fromkeys(shown)), shown
        for (before, at), (after, then) in itertools.pairwise(by_chat[name]):
            assert before == after or then - at >= 0.95, (before, after, then - at)
    assert repeated <= WORKERS * len(killed), (repeated, len(killed))
    assert early == []
    return Outcome(each * chats, len(killed), len(there.posted), repeated, len(there.refused), seconds)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=10_000)
    parser.add_argument("--chats", type=int, default=200)
    parser.add_argument("--kill-every", type=float, default=20.0, metavar="SECONDS")
    parser.add_argument("--limit", type=float, default=3600.0, metavar="SECONDS")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", metavar="URL", help="an empty one; SQLite in a temporary file by default")
    asked = parser.parse_args()
    done = run(asked.messages, asked.chats, asked.kill_every, asked.limit, asked.seed, asked.database)
    sys.stdout.write(f"{done}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
