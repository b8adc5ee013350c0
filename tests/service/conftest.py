"""The same tests on each store."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.service.stores import new_postgres_database, postgres


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
