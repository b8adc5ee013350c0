"""Stores a batch of arrivals in as few statements as each database allows; called once for every delivery there is.

Both speak to the driver: SQLAlchemy's compiler costs more than the insert itself. SQLite takes them one by one.
PostgreSQL takes all as one text of JSON, since each statement is a round trip and each array is dumped in Python.
"""

import json
from base64 import b64encode
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.engine.interfaces import DBAPICursor

from gitlink.service.rows import Arrival, Clock

_COLUMNS = (
    *("forge", "delivery", "event", "repository", "pull_request", "issue", "state", "received", "due", "finished"),
    *("attempts", "fence", "headers", "body", "steps", "story", "error"),
)
# `ON CONFLICT DO NOTHING`: SQLite 3.24. https://www.sqlite.org/lang_upsert.html
_SQLITE = (
    f"INSERT INTO deliveries ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))}) ON CONFLICT DO NOTHING"
)
_SQLITE_TURN = "INSERT INTO turns (key, seq) VALUES (?, ?)"
# Numbers are dealt before commits are, so nobody else may accept for the same turns until this commits. A statement of
# its own: what it waits for must be seen by the next.
_LOCK = (
    "SELECT pg_advisory_xact_lock(hashtextextended(key, 0))"
    " FROM (SELECT key FROM unnest(%s::text[]) AS key ORDER BY key) AS sorted"
)
_POSTGRES = f"""
    WITH given AS (
        SELECT * FROM json_to_recordset(%(rows)s::json) AS t(
            forge text, delivery text, event text, repository text, pull_request bigint, issue text, state text,
            received float8, due float8, finished float8, attempts bigint, fence bigint, headers text, body text,
            steps text, story text, error text, at bigint, turns json)
    ), stored AS (
        INSERT INTO deliveries ({", ".join(_COLUMNS)})
        SELECT {", ".join(["decode(body, 'base64')" if name == "body" else name for name in _COLUMNS])}
        FROM given ORDER BY at
        ON CONFLICT DO NOTHING RETURNING seq, forge, delivery
    ), lined AS (
        INSERT INTO turns (key, seq) SELECT json_array_elements_text(turns), seq
        FROM stored JOIN given USING (forge, delivery)
    )
    SELECT forge, delivery FROM stored"""


def store(connection: Connection, arrivals: Sequence[Arrival], clock: Clock) -> list[bool]:
    """Insert *arrivals* in their order, each with its turns; return for each whether it is new."""
    now = clock(connection)
    cursor = connection.connection.cursor()
    try:
        if connection.dialect.name == "postgresql":
            return _store_at_once(cursor, arrivals, now)
        return [_store_one(cursor, arrival, now) for arrival in arrivals]
    finally:
        cursor.close()


def _store_one(cursor: DBAPICursor, arrival: Arrival, now: float) -> bool:
    cursor.execute(_SQLITE, tuple(_row(arrival, now).values()))
    if cursor.rowcount < 1:
        return False
    cursor.executemany(_SQLITE_TURN, [(key, cursor.lastrowid) for key in _turns(arrival)])
    return True


def _store_at_once(cursor: DBAPICursor, arrivals: Sequence[Arrival], now: float) -> list[bool]:
    cursor.execute(_LOCK, (sorted({key for arrival in arrivals for key in arrival.turns}),))
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for at, arrival in enumerate(arrivals):
        row = _row(arrival, now) | {"at": at, "turns": _turns(arrival), "body": b64encode(arrival.body).decode()}
        rows.setdefault((arrival.forge, arrival.once), row)
    cursor.execute(_POSTGRES, {"rows": json.dumps(list(rows.values()), ensure_ascii=False)})
    new = set(cursor.fetchall())
    fresh = []
    for arrival in arrivals:  # the second of two in one batch is not new
        name = (arrival.forge, arrival.once)
        fresh.append(name in new)
        new.discard(name)
    return fresh


def _turns(arrival: Arrival) -> list[str]:
    # Each waits in some line: only the first of a line is ever claimed.
    return [] if arrival.reason else list(dict.fromkeys(arrival.turns)) or [f"{arrival.forge}:{arrival.once}"]


def _row(arrival: Arrival, now: float) -> dict[str, Any]:
    """Return the values of a new row, in the order of `_COLUMNS`."""
    reason = arrival.reason
    return {
        "forge": arrival.forge,
        "delivery": arrival.once,
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
