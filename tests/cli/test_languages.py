"""Names come in the locale's language and are accepted in both, whatever they name."""

import json

import pytest

from gitlink.sandbox.server import SandboxServer
from tests.cli.conftest import Run
from tests.sandbox.asking import Api

_BOTH = [("en_US.UTF-8", "In progress"), ("ru_RU.UTF-8", "В работе")]


@pytest.mark.parametrize(("locale", "name"), _BOTH)
def test_names_come_in_the_language_of_the_locale(gitlink: Run, tracker: SandboxServer, locale: str, name: str) -> None:
    shown = json.loads(gitlink("status", "--json", "--issue", "TEST-2", LC_ALL=locale).stdout)
    assert shown["status"] == {"key": "inProgress", "name": name}


@pytest.mark.parametrize("locale", [locale for locale, _ in _BOTH])
@pytest.mark.parametrize(
    "word", ["Можно тестировать", "можно-тестировать", "Ready for test", "ready_for_test", "readyForTest"]
)
def test_a_status_is_meant_in_either_language(gitlink: Run, tracker: SandboxServer, locale: str, word: str) -> None:
    gitlink("status", word, "--issue", "TEST-2", LC_ALL=locale)
    gitlink("status", word, "--issue", "TEST-2", LC_ALL=locale)
    assert json.loads(gitlink("status", "--json", "--issue", "TEST-2").stdout)["status"]["key"] == "readyForTest"


@pytest.mark.parametrize("locale", [locale for locale, _ in _BOTH])
@pytest.mark.parametrize("resolution", ["fixed", "Fixed", "Решён", "решен"])
def test_a_resolution_is_meant_in_either_language(
    gitlink: Run, tracker: SandboxServer, api: Api, locale: str, resolution: str
) -> None:
    gitlink("status", "closed", "--resolution", resolution, "--issue", "TEST-2", LC_ALL=locale)
    assert api("GET", "/issues/TEST-2").json()["resolution"]["key"] == "fixed"


@pytest.mark.parametrize("locale", [locale for locale, _ in _BOTH])
@pytest.mark.parametrize("field", ["resolution", "Resolution", "Резолюция"])
def test_a_field_of_the_form_is_meant_in_either_language(
    gitlink: Run, tracker: SandboxServer, api: Api, locale: str, field: str
) -> None:
    gitlink("status", "closed", "--field", f"{field}=fixed", "--issue", "TEST-2", LC_ALL=locale)
    assert api("GET", "/issues/TEST-2").json()["resolution"]["key"] == "fixed"


def test_names_that_nobody_knows_are_refused_before_anything_moves(gitlink: Run, tracker: SandboxServer) -> None:
    told = gitlink("status", "closed", "--resolution", "fixd", code=5).stderr
    assert "  fix:   gitlink status closed --resolution fixed --issue TEST-1\n" in told
    told = gitlink("status", "ready-for-test", "--field", "Nonsense=1", code=5).stderr
    assert "queue `TEST` has no field `Nonsense`" in told
    assert json.loads(gitlink("status", "--json").stdout)["status"]["key"] == "open"
