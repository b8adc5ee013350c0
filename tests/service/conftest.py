"""The same tests on each store; a sandbox as Tracker; loopback without the machine's proxies."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gitlink.sandbox.server import SandboxServer
from tests.service.rig import Rig
from tests.service.stores import new_postgres_database, postgres
from tests.tracker.conftest import _no_proxy

__all__ = ["_no_proxy"]


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str | None]:
    with postgres() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'gitlink.db'}"
    server = request.getfixturevalue("postgres_server")
    if server is None:
        pytest.skip("PostgreSQL's programs are not installed")
    return new_postgres_database(server)


@pytest.fixture
def sandbox() -> Iterator[SandboxServer]:
    with SandboxServer() as server:
        yield server


@pytest.fixture
def rig(tmp_path: Path, sandbox: SandboxServer) -> Callable[..., Rig]:
    """What makes a Rig on SQLite from a policy and a forge's address."""
    return lambda policy="", forge=None: Rig(f"sqlite:///{tmp_path / 'rig.db'}", sandbox, policy, forge)
