"""Kill, lose, repeat, and count: python -m tests.service.chaos --events 5000 --kills 50 [--seed N] [--postgresql].

Processes receive and work while they are killed with SIGKILL, Tracker fails a third of its calls and loses a tenth of
its answers, and a tenth of the deliveries comes twice. Then every delivery that was acknowledged must have had exactly
one effect, in the order of its issue.
"""

import argparse
import random
import tempfile
import threading
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field

from sqlalchemy import text

from gitlink.service.database import open_database
from gitlink.service.desk import Desk
from tests.service.process import Served, until
from tests.service.reviews import FORGES, renamed, tell
from tests.service.stores import new_postgres_database, postgres
from tests.service.unreliable import Sandbox, unreliable

ENDS = {"approved": "readyForTest", "changes_requested": "needsImprovement"}
_BACKLOG = 400
_SENDERS = 4


@dataclass
class Plan:
    """What to do. `roles`: of each process; `rounds`: events of one issue; `lease_s`: of the dead ones' work."""

    events: int
    kills: int
    seed: int
    database: str
    roles: tuple[str, ...]
    lease_s: float = 2.0
    failing: float = 1 / 3
    losing: float = 0.1
    patience_s: float = 5400.0
    rounds: int = 10
    calm_s: float = float("inf")


@dataclass
class Chaos:
    """One run."""

    plan: Plan
    sandbox: Sandbox
    acknowledged: dict[str, list[str]] = field(default_factory=dict)
    answers: Counter[int] = field(default_factory=Counter)
    killed: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.random = random.Random(self.plan.seed)
        self.guard = threading.Lock()
        self.desk = Desk(open_database(self.plan.database))
        self.processes = [self._start(role) for role in self.plan.roles]
        self.keys = self.sandbox.plant(max(1, self.plan.events // self.plan.rounds))
        for process in self.processes:
            process.ready()

    def run(self) -> None:
        """Send all, kill meanwhile, and wait until all is done."""
        front, plan = self.sandbox.front, self.plan
        front.failing, front.losing, front.slow_s = plan.failing, plan.losing, 0.01
        senders = [threading.Thread(target=self._send, args=(n,), daemon=True) for n in range(_SENDERS)]
        for sender in senders:
            sender.start()
        begun = time.monotonic()
        end = begun + plan.patience_s
        while any(sender.is_alive() for sender in senders) or self.backlog():
            assert time.monotonic() < end, f"not done in time: {self.desk.counts()}{self._unfinished()}"
            if self.killed.total() < plan.kills * self.done() / plan.events:
                self._kill()
            if time.monotonic() - begun > plan.calm_s:  # Tracker mends: who was unlucky need not stay so
                front.failing = front.losing = 0.0
            time.sleep(0.1)

    def _unfinished(self) -> str:
        rows = self.desk.listing(states=["waiting", "running"])
        return "".join(
            f"\n{row.seq} {row.attempts} tries, due {row.due - time.time():.0f} s: {row.error}" for row in rows
        )

    def stop(self) -> None:
        for process in self.processes:
            process.kill()

    def done(self) -> int:
        return self.desk.counts()["done"]

    def backlog(self) -> int:
        counts = self.desk.counts()
        return counts["waiting"] + counts["running"]

    def check(self) -> None:
        """Compare what was acknowledged with what has become of it; AssertionError where they differ."""
        counts = self.desk.counts()
        rows = {row.delivery: row for row in self.desk.listing(limit=10 * self.plan.events)}
        for key, names in self.acknowledged.items():
            states = {name: rows[name].state if name in rows else "lost" for name in names}
            assert set(states.values()) == {"done"}, (key, states)
            wanted = [ENDS[name.split("/")[1]] for name in names]
            way = [status for status in self.sandbox.way(key) if status in ENDS.values()]
            assert way == wanted, (key, way, wanted)
            comments = [comment.text for comment in self.sandbox.issue(key).comments]
            assert len(comments) == 1 and comments[0].startswith("Pull request ["), (key, comments)
        sent = sum(len(names) for names in self.acknowledged.values())
        assert counts["done"] == sent == self.plan.events, (counts, sent)
        if self.plan.database.startswith("sqlite"):
            with open_database(self.plan.database).connect() as connection:
                assert connection.execute(text("PRAGMA integrity_check")).scalar() == "ok"

    def _start(self, role: str) -> Served:
        # Several start at once on one empty database.
        return Served(self.plan.database, "--role", role, "--lease", str(self.plan.lease_s), tracker=self.sandbox.url)

    def _kill(self) -> None:
        at = self.random.randrange(len(self.processes))
        role = self.plan.roles[at]
        self.processes[at].kill()
        self.killed[role] += 1
        self.processes[at] = self._start(role).ready()

    def _send(self, sender: int) -> None:
        """Send the events of this sender's issues, one after the other of each issue."""
        dice = random.Random(self.plan.seed * 1000 + sender)
        mine = list(enumerate(self.keys))[sender::_SENDERS]
        for number in range(self.plan.rounds):
            what = list(ENDS)[number % 2]
            for index, key in mine:
                if index * self.plan.rounds + number >= self.plan.events:
                    continue
                while self.backlog() > _BACKLOG:
                    time.sleep(0.2)
                self._deliver(key, index, what, number, dice)

    def _deliver(self, key: str, index: int, what: str, number: int, dice: random.Random) -> None:
        forge = FORGES[index % len(FORGES)]
        name = f"{key}/{what}/{number}"
        word = {"gitlab": "iid", "bitbucket": "id", "bitbucket-dc": "id"}.get(forge, "number")
        sample = renamed(tell(forge, what, number + 1, name, **{word: index + 1}), "TEST-1", key)
        for _ in range(2 if dice.random() < 0.1 else 1):
            answer = 0
            while answer not in (200, 202):
                answer = dice.choice([one for one in self.processes if one.url]).deliver(forge, sample)
                with self.guard:
                    self.answers[answer] += 1
                if answer == 0:
                    time.sleep(0.05)
        self.acknowledged.setdefault(key, []).append(name)


def roles_for(database: str) -> tuple[str, ...]:
    """Return who runs: SQLite is one machine's, PostgreSQL lets the roles apart."""
    return ("both",) * 5 if database.startswith("sqlite") else ("receive", "receive", *("work",) * 5)


def run(plan: Plan) -> str:
    """Do *plan* and return what happened, on one line; AssertionError where something was lost, doubled, misordered."""
    started = time.monotonic()
    with unreliable(plan.seed) as sandbox:
        chaos = Chaos(plan, sandbox)
        try:
            chaos.run()
            chaos.check()
        finally:
            chaos.stop()
        front = sandbox.front
        return (
            f"{plan.events} events of {len(chaos.keys)} issues, {dict(chaos.killed)} killed, answers"
            f" {dict(chaos.answers)}, {front.calls} calls to Tracker ({front.failed} failed, {front.lost} lost),"
            f" {time.monotonic() - started:.0f} s: nothing lost, doubled or misordered"
        )


def main() -> None:
    """Read the command line, run, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=5000)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--postgresql", action="store_true", help="on a server of its own; SQLite in a file by default")
    given = parser.parse_args()
    print(f"seed {given.seed}", flush=True)
    with ExitStack() as stack:
        server = stack.enter_context(postgres()) if given.postgresql else None
        if given.postgresql and not server:
            parser.error("PostgreSQL's initdb and postgres are not installed")
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        database = new_postgres_database(server) if server else f"sqlite:///{folder}/gitlink.db"
        print(run(Plan(given.events, given.kills, given.seed, database, roles_for(database))))


if __name__ == "__main__":
    main()


__all__ = ["Plan", "roles_for", "run", "until"]
