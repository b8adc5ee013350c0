"""Opens the service's database: SQLite in a file by default, PostgreSQL for many processes; the same to all above.

SQLite: WAL, and `synchronous=FULL` on every connection, since it is not kept in the file and NORMAL may lose what was
acknowledged when the power fails (https://www.sqlite.org/pragma.html#pragma_synchronous). Every transaction begins
IMMEDIATE, so that two never deadlock over an upgrade (https://www.sqlite.org/lang_transaction.html).
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, OperationalError, SQLAlchemyError

from gitlink.core.text import printable, shell_quote
from gitlink.errors import SettingsError, Unreachable
from gitlink.redact import redact
from gitlink.service import tables

DEFAULT_URL = "sqlite:///gitlink.db"
_BUSY_S = 10
# A process that is stopped or cut off in the middle of a transaction must not keep its locks from the others.
# https://www.postgresql.org/docs/current/runtime-config-client.html#GUC-IDLE-IN-TRANSACTION-SESSION-TIMEOUT
_IMPATIENT = "-c idle_in_transaction_session_timeout=5s -c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5"


def open_database(url: str, *, is_new: bool = True) -> Engine:
    """Return the engine of *url* with its tables made; raises SettingsError where it cannot be opened.

    *url*: `sqlite:///relative.db`, `sqlite:////absolute.db` or `postgresql://user:password@host/name`; `is_new`: a file
    may be made.
    """
    try:
        _look_for_at(url)
        engine = _engine(make_url(url))
        if is_new:
            _make_file(engine.url)
        else:
            _look_for_file(engine.url)
        tables.prepare(engine)
    except (ArgumentError, NoSuchModuleError, ValueError) as error:
        raise _wrong("is no address of a database gitlink knows", None) from error
    except ModuleNotFoundError as error:
        why = f"the Python package `{error.name}` is missing"
        raise _wrong("needs a driver", why, "pip install 'gitlink-tracker[postgres]'") from error
    except OperationalError as error:
        raise _wrong("does not open", redact(printable(str(error.orig)), url).strip(), _try(make_url(url))) from error
    except SQLAlchemyError as error:
        raise _wrong("cannot be used", printable(type(error).__name__)) from error
    return engine


@contextmanager
def told() -> Iterator[None]:
    """Turn what a database says that is locked or has gone away into Unreachable, for a person to read."""
    try:
        yield
    except OperationalError as error:
        raise Unreachable(
            "the service's database does not answer",
            where="--database or GITLINK_DATABASE_URL",
            why=redact(printable(str(error.orig))).strip(),
            fix="try again in a moment; `gitlink serve` writes to the same database",
        ) from error


def _engine(url: URL) -> Engine:
    backend = url.get_backend_name()
    if backend == "postgresql":
        # A proxy or an idle time-out may have closed a connection that the pool still holds.
        url = url.set(drivername="postgresql+psycopg")
        return create_engine(url, pool_pre_ping=True, pool_size=8, connect_args={"options": _IMPATIENT})
    if backend != "sqlite" or not url.database or url.database == ":memory:":
        raise ArgumentError("neither SQLite in a file nor PostgreSQL")
    settings: dict[str, Any] = {"check_same_thread": False, **({} if "timeout" in url.query else {"timeout": _BUSY_S})}
    engine = create_engine(url, connect_args=settings)
    event.listen(engine, "connect", _settle)
    event.listen(engine, "begin", _begin)
    return engine


def _settle(connection: Any, _: object) -> None:
    """Take the transactions out of the driver's hands, and set what SQLite forgets with each connection."""
    assert isinstance(connection, sqlite3.Connection)
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    reads = connection.get_execution_options().get("reads")
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def _make_file(url: URL) -> None:
    """Make the file for its owner's eyes alone, as SQLite then makes those beside it: it holds whole deliveries."""
    if url.get_backend_name() != "sqlite" or os.name == "nt" or "uri" in url.query:
        return
    with suppress(OSError):  # it is there, or SQLite says better why it cannot be
        os.close(os.open(url.database or "", os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def open_to_others(url: str) -> list[str]:
    """Return those of the database's files that other users of the machine can read; SQLite's newest pages are beside.

    https://www.sqlite.org/tempfiles.html
    """
    made = make_url(url)
    if made.get_backend_name() != "sqlite" or os.name == "nt":
        return []
    found = []
    for path in [f"{made.database}{ending}" for ending in ("", "-wal", "-shm")]:
        with suppress(OSError):
            if os.stat(path).st_mode & 0o077:
                found.append(path)
    return found


def _look_for_at(url: str) -> None:
    """Refuse what would be cut in the middle of its password, the rest of which would be looked up and told."""
    if not url.startswith("sqlite") and url.count("@") > 1:
        why = "it holds more than one `@`; in a user name or a password it is written `%40`, `/` is `%2F`, `#` is `%23`"
        raise _wrong("cannot be read", why, "gitlink serve --database postgresql://USER:PASSWORD@HOST/NAME")


def _look_for_file(url: URL) -> None:
    if url.get_backend_name() == "sqlite" and not os.path.exists(url.database or ""):
        raise _wrong(
            "is not there",
            f"there is no file `{printable(os.path.abspath(url.database or ''))}`; name the one of `gitlink serve`",
            "gitlink deliveries list --database sqlite:////var/lib/gitlink/gitlink.db",
        )


def _try(url: URL) -> str:
    """Return the command that shows what is wrong, without the password."""
    if url.get_backend_name() == "sqlite":
        folder = os.path.dirname(os.path.abspath(url.database or ""))
        if not os.path.isdir(folder):
            return f"mkdir -p {shell_quote(folder)}"
        return f"ls -ld {shell_quote(folder)}"
    bare = URL.create("postgresql", url.username, None, url.host, url.port, url.database)
    return f"psql {shell_quote(bare.render_as_string())} -c 'select 1'"


def _wrong(what: str, why: str | None, fix: str | None = None) -> SettingsError:
    """Return the error; the address itself may hold a password and is not printed."""
    return SettingsError(
        f"the service's database {what}",
        where="--database or GITLINK_DATABASE_URL",
        why=why or "it must look like `sqlite:///gitlink.db` or `postgresql://user@host/name`",
        fix=fix or f"gitlink serve --database {DEFAULT_URL}",
    )
