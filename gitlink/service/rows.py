"""A delivery in the database and in memory, and the two ways between them; every write names the fence it holds."""

import json
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, insert, select, text, update

from gitlink.service.tables import deliveries, turns

RELAY = "notify"
"""In a row's `forge`: no forge, but Tracker with a message for a messenger; working on it needs no Tracker."""
ACTIVE = ("waiting", "running")
STATES = (*ACTIVE, "done", "ignored", "superseded", "failed", "skipped")
Clock = Callable[[Connection], float]


class LostLease(Exception):
    """Another process has the delivery now; whatever was about to be done about it is not ours to do."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A delivery as it came. `turns`: what it must wait its turn for; `headers`: lower-case names, no secret in them.

    `reason`: why nothing follows from it, None where something may.
    """

    forge: str
    delivery: str
    event: str | None
    repository: str | None
    pull_request: int | None
    issue: str | None
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    turns: tuple[str, ...] = ()
    reason: str | None = None

    @property
    def once(self) -> str:
        """What there is one of on each forge; whoever speaks for one repository can choose no other's."""
        return f"{self.delivery}\n{self.repository}" if self.repository else self.delivery


@dataclass(slots=True)
class Delivery:
    """A row of the inbox. `steps`: results of what was done already, by name; `story`: every decision, in order.

    Times are seconds since the epoch.
    """

    seq: int
    forge: str
    delivery: str
    event: str | None
    repository: str | None
    pull_request: int | None
    issue: str | None
    state: str
    received: float
    due: float
    finished: float | None
    attempts: int
    fence: int
    headers: dict[str, str]
    body: bytes = field(repr=False)
    steps: dict[str, Any]
    story: list[dict[str, Any]]
    error: str | None


def turn_of_pull_request(forge: str, repository: str | None, number: int | None) -> str:
    """Return the turn that all deliveries of one pull request wait for."""
    return f"{forge}:{repository}#{number}"


def turns_of(delivery: Delivery) -> tuple[str, ...]:
    """Return what a delivery that begins anew must wait its turn for."""
    place = turn_of_pull_request(delivery.forge, delivery.repository, delivery.pull_request)
    return (place, delivery.issue) if delivery.issue else (place,)


def own_clock(_: Connection) -> float:
    """Return the time of this machine, in seconds since the epoch."""
    return time.time()


def database_clock(connection: Connection) -> float:
    """Return the time of PostgreSQL's machine, the same for all that work on it."""
    return float(connection.execute(text("SELECT extract(epoch FROM clock_timestamp())")).scalar_one())


def clock_of(engine: Engine) -> Clock:
    """Return the clock that leases on this database go by."""
    return database_clock if engine.dialect.name == "postgresql" else own_clock


def reading(engine: Engine) -> Connection:
    """Return a connection that only reads, so that SQLite need not keep writers out."""
    return engine.connect().execution_options(reads=True)


def queue_up(connection: Connection, seq: int, keys: Iterable[str]) -> None:
    """Have the delivery *seq* wait its turn for *keys*."""
    have = set(connection.execute(select(turns.c.key).where(turns.c.seq == seq)).scalars())
    rows = [{"key": key, "seq": seq} for key in dict.fromkeys(keys) if key not in have]
    if rows:
        connection.execute(insert(turns), rows)


def read(row: RowMapping) -> Delivery:
    """Read one row; without its body where the query left that out."""
    values: dict[str, Any] = {name: row.get(name, b"") for name in Delivery.__slots__}
    for name in ("headers", "steps", "story"):
        values[name] = json.loads(values[name])
    values["delivery"] = values["delivery"].partition("\n")[0]  # see Arrival.once
    return Delivery(**values)


def write(
    connection: Connection,
    delivery: Delivery,
    *,
    owner: str | None = None,
    fence_was: int | None = None,
    is_leased: bool = False,
) -> None:
    """Write all that changes of a row, if its fence is what it was; raises LostLease if not.

    *is_leased*: its due time is the lease, which others renew meanwhile.
    """
    values: dict[str, Any] = {
        "state": delivery.state,
        "finished": delivery.finished,
        "attempts": delivery.attempts,
        "fence": delivery.fence,
        "issue": delivery.issue,
        "steps": json.dumps(delivery.steps),
        "story": json.dumps(delivery.story),
        "error": delivery.error,
    }
    if owner is not None:
        values["owner"] = owner
    if not is_leased:
        values["due"] = delivery.due
    fence = delivery.fence if fence_was is None else fence_was
    query = update(deliveries).where(deliveries.c.seq == delivery.seq, deliveries.c.fence == fence).values(values)
    if not connection.execute(query).rowcount:
        raise LostLease
