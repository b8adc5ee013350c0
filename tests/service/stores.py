"""A database of each kind for every test: SQLite in a file always, PostgreSQL where its programs are installed."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_BINARIES = ("/usr/lib/postgresql/*/bin", "/usr/local/bin", "/opt/homebrew/bin")


def postgres_program(name: str) -> str | None:
    """Return the path of one of PostgreSQL's programs; Debian keeps them off PATH."""
    found = [str(path / name) for pattern in _BINARIES for path in sorted(Path("/").glob(pattern[1:]))]
    return next((path for path in reversed(found) if os.access(path, os.X_OK)), shutil.which(name))


@contextmanager
def postgres() -> Iterator[str | None]:
    """Run a PostgreSQL server on a free port of loopback; yield its address, None where there is none to run.

    It refuses to run as root, and is then run as `nobody`.
    """
    initdb, server = postgres_program("initdb"), postgres_program("postgres")
    if not initdb or not server:
        yield None
        return
    user = {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.geteuid() == 0 else {}
    with tempfile.TemporaryDirectory(prefix="gitlink-postgres-") as name:
        folder = Path(name, "data")
        if user:
            os.chmod(name, 0o777)
        environ = {"PATH": os.environ["PATH"], "HOME": name, "LC_ALL": "C.UTF-8"}
        common = {"env": environ, "cwd": name, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, **user}
        subprocess.run((initdb, "-D", str(folder), "-U", "gitlink", "-A", "trust"), check=True, **common)  # type: ignore[call-overload]
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        options = ("-p", str(port), "-k", name, "-c", "listen_addresses=127.0.0.1", "-c", "max_connections=200")
        process = subprocess.Popen((server, "-D", str(folder), *options), **common)  # type: ignore[call-overload]
        try:
            yield _when_ready(port)
        finally:
            process.send_signal(signal.SIGINT)  # a fast shutdown: sessions of the tests may be open
            process.wait(30)


def _when_ready(port: int) -> str:
    import psycopg

    url = f"postgresql://gitlink@127.0.0.1:{port}"
    for _ in range(200):
        try:
            psycopg.connect(f"{url}/postgres").close()
            return url
        except psycopg.OperationalError:
            import time

            time.sleep(0.1)
    raise RuntimeError("PostgreSQL did not come up")


def new_postgres_database(server: str) -> str:
    """Make an empty database on *server* and return its address."""
    import psycopg

    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    return f"{server}/{name}"
