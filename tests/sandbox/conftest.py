"""A sandbox on a free port for all tests of this folder, reset before each."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gitlink.sandbox.server import SandboxServer

from .asking import Api


@pytest.fixture(scope="session")
def sandbox() -> Iterator[SandboxServer]:
    with SandboxServer() as running:
        yield running


@pytest.fixture
def api(sandbox: SandboxServer) -> Api:
    asked = Api(sandbox)
    assert asked("POST", "/_sandbox/reset").status_code == 204
    return asked
