"""One row for each delivery: accepted once, worked on by one at a time, in the order of each pull request and issue.

A lease is a due time in the future: whoever claims a row pushes `due` past now and raises its fence, and whatever is
written about the row afterwards names that fence, so that a process that slept through its lease writes nothing. On
PostgreSQL the clock is the database's, since the workers' may differ.
"""

import json
import time
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Engine, and_, delete, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from gitlink.core.text import printable, shorten
from gitlink.redact import redact
from gitlink.service import intake
from gitlink.service.line import heads, is_blocked
from gitlink.service.rows import (
    ACTIVE,
    RELAY,
    Arrival,
    Clock,
    Delivery,
    LostLease,
    clock_of,
    queue_up,
    read,
    reading,
    write,
)
from gitlink.service.tables import deliveries, gates, issues, pull_requests, turns

_CLAIMING = 0x676974
_LONGEST = 4000  # characters of what is told: the other side's words are in it


class Inbox:
    """The one door to the service's tables."""

    def __init__(self, engine: Engine, clock: Clock | None = None) -> None:
        self._engine = engine
        self._is_postgres = engine.dialect.name == "postgresql"
        self._clock = clock or clock_of(engine)

    def accept(self, arrivals: Sequence[Arrival]) -> list[bool]:
        """Store *arrivals* in one transaction; return for each whether it is new. Durable when this returns."""
        with self._engine.begin() as connection:
            return intake.store(connection, arrivals, self._clock)

    def claim(
        self, owner: str, lease_s: float, most: int = 1, only: str | None = None, but: Collection[str] = ()
    ) -> list[Delivery]:
        """Take up to *most* deliveries whose turn it is, for *lease_s* seconds.

        *only*: those of this forge; *but*: none of these forges. A shut gate holds back what needs Tracker, and none of
        the relay's messages.
        """
        with self._engine.begin() as connection:
            self._alone(connection)
            now = self._clock(connection)
            if connection.execute(select(gates.c.until).where(gates.c.until > now)).first():
                only = RELAY
            query = (
                select(deliveries)
                .where(deliveries.c.seq.in_(heads()), deliveries.c.state.in_(ACTIVE), deliveries.c.due <= now)
                .where(~is_blocked(now))
                .order_by(deliveries.c.due)
                .limit(most)
            )
            if only is not None:
                query = query.where(deliveries.c.forge == only)
            if but:
                query = query.where(deliveries.c.forge.not_in(but))
            if self._is_postgres:
                query = query.with_for_update(skip_locked=True)
            taken = [read(row) for row in connection.execute(query).mappings()]
            for delivery in taken:
                delivery.fence += 1
                delivery.attempts += 1
                delivery.state, delivery.due = "running", now + lease_s
                write(connection, delivery, owner=owner, fence_was=delivery.fence - 1)
            return taken

    def renew(self, delivery: Delivery, lease_s: float) -> None:
        """Hold *delivery* for *lease_s* seconds from now, whoever asks in its worker's name; raises LostLease."""
        with self._engine.begin() as connection:
            due = self._clock(connection) + lease_s
            mine = and_(deliveries.c.seq == delivery.seq, deliveries.c.fence == delivery.fence)
            query = update(deliveries).where(mine, deliveries.c.state == "running").values(due=due)
            if not connection.execute(query).rowcount:
                raise LostLease

    def save(self, delivery: Delivery) -> None:
        """Write down how far *delivery* has come; raises LostLease."""
        with self._engine.begin() as connection:
            write(connection, delivery, is_leased=True)

    def tell(self, delivery: Delivery, what: str) -> None:
        """Add to the story in memory; the next write keeps it."""
        delivery.story.append({"at": time.time(), "what": _fit(what)})

    def finish(self, delivery: Delivery, state: str, error: str | None = None) -> None:
        """End *delivery* in a final state; raises LostLease."""
        delivery.state, delivery.error = state, error and _fit(error)
        with self._engine.begin() as connection:
            delivery.finished = self._clock(connection)
            write(connection, delivery)
            connection.execute(delete(turns).where(turns.c.seq == delivery.seq))

    def wait(self, delivery: Delivery, seconds: float, error: str) -> None:
        """Try again in *seconds*; raises LostLease."""
        delivery.state, delivery.error = "waiting", _fit(error)
        with self._engine.begin() as connection:
            delivery.due = self._clock(connection) + seconds
            write(connection, delivery)

    def line_up(self, delivery: Delivery, keys: Sequence[str]) -> bool:
        """Wait one's turn for *keys* too, which acceptance did not know; return whether it is one's turn now."""
        with self._engine.begin() as connection:
            self._alone(connection)
            write(connection, delivery, is_leased=True)
            queue_up(connection, delivery.seq, keys)
            blocked = select(deliveries.c.seq).where(
                deliveries.c.seq == delivery.seq, is_blocked(self._clock(connection))
            )
            return connection.execute(blocked).first() is None

    def _alone(self, connection: Connection) -> None:
        """Let no two processes decide at once whose turn it is; SQLite's transactions are alone anyway."""
        if self._is_postgres:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _CLAIMING})

    def shut(self, name: str, seconds: float, why: str) -> None:
        """Let nothing be claimed that needs Tracker for so long: it does not answer anybody."""
        with self._engine.begin() as connection:
            until, why = self._clock(connection) + seconds, _fit(why)
            dialect = postgresql if self._is_postgres else sqlite
            statement = dialect.insert(gates).values(name=name, until=until, why=why)
            connection.execute(
                statement.on_conflict_do_update(index_elements=["name"], set_={"until": until, "why": why})
            )

    def open(self, name: str) -> None:
        """Let deliveries be claimed again, at once also those that a shut gate has taught to wait long."""
        with self._engine.begin() as connection:
            if connection.execute(delete(gates).where(gates.c.name == name)).rowcount:
                query = update(deliveries).where(deliveries.c.state == "waiting", deliveries.c.forge != RELAY)
                connection.execute(query.values(due=self._clock(connection)))

    def recall(self, forge: str, repository: str, number: int) -> dict[str, Any]:
        """Return what is remembered of a pull request, an empty object where it is new."""
        with reading(self._engine) as connection:
            query = select(pull_requests.c.memory).where(_is_pull_request(forge, repository, number))
            found = connection.execute(query).scalar_one_or_none()
        return dict(json.loads(found)) if found else {}

    def decided(self, key: str) -> float | None:
        """Return when the event happened that moved the issue *key* last, None where none is known."""
        with reading(self._engine) as connection:
            return connection.execute(select(issues.c.decided).where(issues.c.key == key)).scalar_one_or_none()

    def remember(
        self, delivery: Delivery, memory: Mapping[str, Any], decided: Mapping[str, float] | None = None
    ) -> None:
        """Keep what is known of the delivery's pull request, and the delivery with it; raises LostLease.

        *decided*: by issue, when the event happened that has moved it; what is known to be newer stays.
        """
        key = {"forge": delivery.forge, "repository": delivery.repository, "number": delivery.pull_request}
        dialect = postgresql if self._is_postgres else sqlite
        value = json.dumps(memory)
        statement = dialect.insert(pull_requests).values(**key, memory=value)
        with self._engine.begin() as connection:
            write(connection, delivery, is_leased=True)
            connection.execute(statement.on_conflict_do_update(index_elements=list(key), set_={"memory": value}))
            for issue, at in (decided or {}).items():
                moved = dialect.insert(issues).values(key=issue, decided=at)
                is_newer = issues.c.decided < at
                connection.execute(
                    moved.on_conflict_do_update(index_elements=["key"], set_={"decided": at}, where=is_newer)
                )


def _fit(text: str) -> str:
    """Return *text* as every store takes it and a person may see it: one line of bounded length, no secrets in it."""
    return shorten(redact(printable(text[: 2 * _LONGEST])), _LONGEST)


def _is_pull_request(forge: str, repository: str, number: int) -> Any:
    table = pull_requests.c
    return and_(table.forge == forge, table.repository == repository, table.number == number)
