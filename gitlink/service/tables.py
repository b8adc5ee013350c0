"""The tables behind the inbox, for SQLite and PostgreSQL alike, and the step that makes them."""

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Engine,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    insert,
    inspect,
    select,
    text,
)

from gitlink.errors import SettingsError

VERSION = 1
_ADVISORY_LOCK = 0x6769746C

metadata = MetaData()

_SEQUENCE = BigInteger().with_variant(Integer, "sqlite")

version = Table("gitlink_version", metadata, Column("number", Integer, nullable=False))

deliveries = Table(
    "deliveries",
    metadata,
    Column("seq", _SEQUENCE, primary_key=True, autoincrement=True),
    Column("forge", Text, nullable=False),
    Column("delivery", Text, nullable=False),
    Column("event", Text),
    Column("repository", Text),
    Column("pull_request", BigInteger),
    Column("issue", Text),
    Column("state", Text, nullable=False),
    Column("received", Float, nullable=False),
    Column("due", Float, nullable=False),
    Column("finished", Float),
    Column("attempts", Integer, nullable=False, default=0),
    Column("fence", Integer, nullable=False, default=0),
    Column("owner", Text),
    Column("headers", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("steps", Text, nullable=False, default="{}"),
    Column("story", Text, nullable=False, default="[]"),
    Column("error", Text),
    UniqueConstraint("forge", "delivery", name="deliveries_once"),
    Index("deliveries_due", "state", "due"),
    sqlite_autoincrement=True,
)

turns = Table(
    "turns",
    metadata,
    Column("key", Text, primary_key=True),
    Column("seq", _SEQUENCE, ForeignKey("deliveries.seq", ondelete="CASCADE"), primary_key=True),
    Index("turns_of", "seq"),
)
"""What an unfinished delivery must wait its turn for: its pull request, and each issue it may move."""

pull_requests = Table(
    "pull_requests",
    metadata,
    Column("forge", Text, primary_key=True),
    Column("repository", Text, primary_key=True),
    Column("number", BigInteger, primary_key=True),
    Column("memory", Text, nullable=False),
)

issues = Table(
    "issues",
    metadata,
    Column("key", Text, primary_key=True),
    Column("decided", Float, nullable=False),
)
"""When the event happened that moved an issue last: what is older, of whatever pull request, moves it no more."""

gates = Table(
    "gates",
    metadata,
    Column("name", Text, primary_key=True),
    Column("until", Float, nullable=False),
    Column("why", Text, nullable=False),
)


def prepare(engine: Engine) -> None:
    """Make the tables where there are none; raises SettingsError where a newer gitlink has made them.

    Several processes may start at once on one database. Where the tables are made already nothing is locked, so that
    whoever only looks waits for no writer.
    """
    with engine.connect().execution_options(reads=True) as connection:
        found = _version(connection) if inspect(connection).has_table(version.name) else None
    found = _make(engine) if found is None else found
    if found > VERSION:
        raise SettingsError(
            f"the database is of a newer gitlink (its version is {found}, this gitlink knows {VERSION})",
            where=engine.url.render_as_string(hide_password=True),
            fix="pip install --upgrade gitlink-tracker",
        )


def _make(engine: Engine) -> int:
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _ADVISORY_LOCK})
        metadata.create_all(connection)
        found = _version(connection)
        if found is None:
            connection.execute(insert(version).values(number=VERSION))
        return VERSION if found is None else found


def _version(connection: Connection) -> int | None:
    return connection.execute(select(version.c.number)).scalar_one_or_none()
