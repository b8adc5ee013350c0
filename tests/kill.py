"""Kill gitlink at random moments and count what came of it: python -m tests.kill [KILLS]; GITLINK_SEED repeats a run.

Commands run as processes, several at once, against a sandbox that loses answers; some of them are killed with signal 9.
What ended with 0 or 6 was promised: it must be there in the end, once. What was killed may be there, once.
"""

import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field

import requests

from gitlink.sandbox.seed import ORG_ID, TOKEN
from gitlink.sandbox.server import SandboxServer, steering
from gitlink.sandbox.state import Tracker
from tests.harbour import outbox

FIRST = {"TEST-1": "open", "TEST-2": "inProgress", "TEST-7": "needInfo"}
STATUSES = ("open", "inProgress", "needInfo")
FAULTS: list[dict[str, object]] = [
    {"close": "after", "method": "POST"},
    {"close": "before", "method": "POST"},
    {"close": "after", "method": "PATCH", "times": 3},
    {"status": 503, "times": 4},
    {"close": "before", "times": 4},
    {"status": 502, "method": "POST", "body": "<html>"},
    {"close": "after", "method": "POST", "times": 2},
    {"delay": 0.7, "method": "POST", "times": 6},
    {"status": 503, "method": "POST", "times": 6},
]


@dataclass
class Try:
    """One command on one issue; `code` None: it was killed."""

    kind: str
    issue: str
    value: str
    comment: str = ""
    code: int | None = None

    @property
    def is_promised(self) -> bool:
        return self.code in (0, 6)


@dataclass
class Run:
    """A run: what was tried, in order, and what is wrong in the end."""

    url: str
    token: str
    chance: random.Random
    tries: list[Try] = field(default_factory=list)
    kills: int = 0
    syncs: Counter[object] = field(default_factory=Counter)

    def rounds(self, kills: int) -> None:
        """Go on until so many processes were killed."""
        while self.kills < kills:
            self._faults()
            self._round()

    def _faults(self) -> None:
        wanted = self.chance.sample(FAULTS, self.chance.randint(0, 2))
        requests.post(f"{self.url}/_sandbox/faults", json=wanted, headers=steering(self.token), timeout=10)

    def _round(self) -> None:
        """Start one command on each of some issues, and a sync or two; kill some of them."""
        begun = [self._begin(key) for key in self.chance.sample(sorted(FIRST), 2)]
        syncs = [start("sync") for _ in range(self.chance.randint(0, 2))]
        doomed = [process for process in [*(entry[1] for entry in begun), *syncs] if self.chance.random() < 0.5]
        stop = time.monotonic() + 1.5
        for process in doomed:
            time.sleep(max(0.0, min(self.chance.uniform(0.2, 0.9), stop - time.monotonic())))
            if process.poll() is None:
                process.kill()
                self.kills += 1
        for entry, process in begun:
            code = process.wait(60)
            entry.code = code if code >= 0 else None
        self.syncs.update(process.wait(90) for process in syncs)

    def _begin(self, issue: str) -> tuple[Try, "subprocess.Popen[bytes]"]:
        number = len(self.tries)
        kind = self.chance.choice(("status", "bench", "comment"))
        value = {"status": self.chance.choice(STATUSES), "bench": f"https://bench.example.com/{number}"}.get(kind, "")
        entry = Try(kind, issue, value, f"comment {number}" if kind != "bench" else "")
        self.tries.append(entry)
        words = {
            "status": ("status", value, "--comment", entry.comment, "--issue", issue),
            "bench": ("bench", "set", value, "--issue", issue),
        }
        return entry, start(*words[kind]) if kind in words else start_comment(issue, entry.comment)

    def settle(self) -> None:
        """Switch the faults off and send what waits."""
        requests.post(f"{self.url}/_sandbox/faults", json=[], headers=steering(self.token), timeout=10)
        for _ in range(5):
            if start("sync").wait(90) == 0 and not outbox(self.url).entries():
                return

    def wrong(self, tracker: Tracker) -> list[str]:
        """Return what was lost, doubled or not meant, in words."""
        found = [f"{entry} waits" for entry in outbox(self.url).entries()]
        found += [f"{entry}: code {entry.code}" for entry in self.tries if entry.code not in (None, 0, 6)]
        for entry in self.tries:
            issue = tracker.issue(entry.issue)
            count = [comment.text for comment in issue.comments].count(entry.comment) if entry.comment else None
            if count is not None and count not in ((1,) if entry.is_promised else (0, 1)):
                found.append(f"{entry}: {count} times")
            sets = [change.new for listed in issue.changes for change in listed.fields if change.field == "benchLink"]
            if entry.kind == "bench" and sets.count(entry.value) > 1:
                found.append(f"{entry}: set {sets.count(entry.value)} times")
        return found + [words for kind in ("status", "bench") for words in self._ends(tracker, kind)]

    def _ends(self, tracker: Tracker, kind: str) -> list[str]:
        """Return the issues that are not as the last promise, or a killed command after it, would have them."""
        found = []
        for key in {entry.issue for entry in self.tries if entry.kind == kind}:
            issue = tracker.issue(key)
            is_now = issue.status if kind == "status" else issue.values.get("benchLink")
            allowed: set[object] = {FIRST[key] if kind == "status" else None}
            for entry in [entry for entry in self.tries if (entry.kind, entry.issue) == (kind, key)]:
                allowed = {entry.value} if entry.is_promised else allowed | {entry.value}
            if is_now not in allowed:
                found.append(f"{key}: {kind} is {is_now}, not one of {sorted(map(str, allowed))}")
        return found


def start(*words: str) -> "subprocess.Popen[bytes]":
    """Start `gitlink WORDS`."""
    return _quiet(sys.executable, "-m", "gitlink", *words)


def start_comment(issue: str, text: str) -> "subprocess.Popen[bytes]":
    """Start what a command does that writes a comment."""
    return _quiet(sys.executable, "-m", "tests.kill", "comment", issue, text)


def _quiet(*command: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def comment(issue: str, text: str) -> int:
    """Write a comment as a command does, and return its exit code."""
    from datetime import UTC, datetime

    from gitlink.cli import telling
    from gitlink.errors import GitlinkError
    from gitlink.goals import CommentOnce

    try:
        telling.tell([CommentOnce(issue, text, datetime.now(UTC))], lambda *_: None)
    except GitlinkError as fault:
        return fault.exit_code
    return 0


def run(kills: int, seed: int) -> list[str]:
    """Make a run with *seed* and return what is wrong; prints seed and figures."""
    print(f"GITLINK_SEED={seed}", flush=True)
    with SandboxServer() as sandbox, tempfile.TemporaryDirectory() as folder:
        os.environ.update(TRACKER_API_BASE_URL=sandbox.url, TRACKER_TOKEN=TOKEN, TRACKER_ORG_ID=ORG_ID)
        os.environ.update(XDG_STATE_HOME=folder, NO_PROXY="127.0.0.1")
        made = Run(sandbox.url, sandbox.token, random.Random(seed))
        begun = time.monotonic()
        made.rounds(kills)
        made.settle()
        found = made.wrong(sandbox.state)
        codes = Counter(str(entry.code) for entry in made.tries)
        print(f"{made.kills} kills, {len(made.tries)} commands in {time.monotonic() - begun:.0f} s")
        print(f"exit codes {dict(codes)} (None: killed), of sync {dict(made.syncs)}; wrong: {len(found)}", flush=True)
    return found


def main() -> int:
    """Run as the command line says."""
    if sys.argv[1:2] == ["comment"]:
        return comment(*sys.argv[2:4])
    seed = int(os.environ.get("GITLINK_SEED") or random.SystemRandom().randrange(1_000_000))
    found = run(int(sys.argv[1]) if len(sys.argv) > 1 else 20, seed)
    print(*found, sep="\n")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
