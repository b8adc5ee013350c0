"""A Tracker, a Slack and a Telegram on the loopback address, as new for each test."""

import time
from collections.abc import Callable, Iterator

import pytest

from gitlink.sandbox.server import SandboxServer, exports
from tests.notify.standins import TOKEN, Messengers, messengers
from tests.sandbox.asking import Api
from tests.service.conftest import database, postgres_server

__all__ = ["database", "postgres_server"]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxServer]:
    with SandboxServer() as running:
        yield running


@pytest.fixture
def there() -> Iterator[Messengers]:
    with messengers() as running:
        yield running


@pytest.fixture
def api(sandbox: SandboxServer, there: Messengers, monkeypatch: pytest.MonkeyPatch) -> Api:
    """The sandbox as new, and the variables that lead to it and to the messengers."""
    variables = {
        **exports(sandbox.port, sandbox.token),
        "NO_PROXY": "127.0.0.1",
        "no_proxy": "127.0.0.1",
        "SLACK_WEBHOOK_URL": there.slack,
        "TELEGRAM_BOT_TOKEN": TOKEN,
        "TELEGRAM_API_BASE_URL": there.url,
        "GITLINK_NOTIFY_SECRET": "between-us",
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    asked = Api(sandbox)
    assert asked("POST", "/_sandbox/reset").status_code == 204
    return asked


@pytest.fixture
def wait() -> Callable[[Callable[[], bool]], None]:
    """Wait until something is so; fail if it does not come."""

    def until(is_so: Callable[[], bool], timeout_s: float = 30.0) -> None:
        end = time.monotonic() + timeout_s
        while not is_so():
            assert time.monotonic() < end
            time.sleep(0.005)

    return until
