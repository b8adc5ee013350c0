"""Stores a batch of arrivals in as few statements as each database allows; called once for every delivery there is.

SQLite takes them one by one, without SQLAlchemy's compiler, which costs more than the insert itself. PostgreSQL takes
all in one statement, since each is a round trip.
"""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, insert, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine.interfaces import DBAPICursor

from gitlink.service.rows import Arrival
from gitlink.service.tables import deliveries, turns

_COLUMNS = (
    *("forge", "delivery", "event", "repository", "pull_request", "issue", "state", "received", "due", "finished"),
    *("attempts", "fence", "headers", "body", "steps", "story", "error"),
)
# `ON CONFLICT DO NOTHING`: SQLite 3.24. https://www.sqlite.org/lang_upsert.html
_SQLITE = (
    f"INSERT INTO deliveries ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))}) ON CONFLICT DO NOTHING"
)
_SQLITE_TURN = "INSERT INTO turns (key, seq) VALUES (?, ?)"
_POSTGRES = (
    postgresql.insert(deliveries)
    .on_conflict_do_nothing()
    .returning(deliveries.c.seq, deliveries.c.forge, deliveries.c.delivery)
)
_LOCK = text(
    "SELECT pg_advisory_xact_lock(hashtextextended(key, 0)) FROM (SELECT key FROM unnest(CAST(:keys AS text[])) AS key"
    " ORDER BY key) AS sorted"
)


def take_places(connection: Connection, arrivals: Sequence[Arrival]) -> None:
    """Keep others from accepting for the same turns until this commits: numbers are dealt before commits are."""
    keys = sorted({key for arrival in arrivals for key in arrival.turns})
    if keys and connection.dialect.name == "postgresql":
        connection.execute(_LOCK, {"keys": keys})


def store(connection: Connection, arrivals: Sequence[Arrival], now: float) -> list[bool]:
    """Insert *arrivals* in their order, each with its turns; return for each whether it is new."""
    if connection.dialect.name == "postgresql":
        return _store_at_once(connection, arrivals, now)
    cursor = connection.connection.cursor()
    try:
        return [_store_one(cursor, arrival, now) for arrival in arrivals]
    finally:
        cursor.close()


def _store_one(cursor: DBAPICursor, arrival: Arrival, now: float) -> bool:
    cursor.execute(_SQLITE, tuple(_row(arrival, now).values()))
    if cursor.rowcount < 1:
        return False
    cursor.executemany(_SQLITE_TURN, [(key, cursor.lastrowid) for key in _turns(arrival)])
    return True


def _store_at_once(connection: Connection, arrivals: Sequence[Arrival], now: float) -> list[bool]:
    rows = [_row(arrival, now) for arrival in arrivals]
    found = {(forge, name): seq for seq, forge, name in connection.execute(_POSTGRES, rows)}
    fresh, places = [], []
    for arrival in arrivals:
        seq = found.pop((arrival.forge, arrival.delivery), None)
        fresh.append(seq is not None)
        if seq is not None:
            places += [{"key": key, "seq": seq} for key in _turns(arrival)]
    if places:
        connection.execute(insert(turns), places)
    return fresh


def _turns(arrival: Arrival) -> list[str]:
    # Each waits in some line: only the first of a line is ever claimed.
    return [] if arrival.reason else list(dict.fromkeys(arrival.turns)) or [f"{arrival.forge}:{arrival.delivery}"]


def _row(arrival: Arrival, now: float) -> dict[str, Any]:
    """Return the values of a new row, in the order of `_COLUMNS`."""
    reason = arrival.reason
    return {
        "forge": arrival.forge,
        "delivery": arrival.delivery,
        "event": arrival.event,
        "repository": arrival.repository,
        "pull_request": arrival.pull_request,
        "issue": arrival.issue,
        "state": "ignored" if reason else "waiting",
        "received": now,
        "due": now,
        "finished": now if reason else None,
        "attempts": 0,
        "fence": 0,
        "headers": json.dumps(dict(arrival.headers)),
        "body": arrival.body,
        "steps": "{}",
        "story": json.dumps([{"at": now, "what": reason}]) if reason else "[]",
        "error": reason,
    }
