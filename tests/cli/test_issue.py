"""`gitlink issue` and `gitlink open`."""

import json
from pathlib import Path

import pytest

from gitlink.sandbox.server import SandboxServer
from tests.cli.conftest import Run, on_terminal
from tests.conftest import Repository
from tests.sandbox.asking import Api


def test_an_issue_is_shown_with_all_that_matters(gitlink: Run, tracker: SandboxServer, api: Api) -> None:
    gitlink("bench", "set", "https://bench.example.com/1", "--issue", "TEST-2")
    gitlink("link", "TEST-1", "--issue", "TEST-2", "--as", "depends-on")
    api("PATCH", "/issues/TEST-2", {"description": "One\n\nTwo"})
    assert gitlink("issue", "test-2").stdout == (
        "TEST-2  Reset a forgotten password\n"
        "  status     In progress\n"
        "  type       task\n"
        "  priority   Normal\n"
        "  assignee   Anna Ivanova\n"
        "  bench      https://bench.example.com/1\n"
        "  link       depends on TEST-1  Add login form\n"
        f"  url        {tracker.url}/TEST-2\n"
        "\n"
        "  One\n"
        "\n"
        "  Two\n"
    )


def test_json_names_what_the_table_names(gitlink: Run, tracker: SandboxServer) -> None:
    shown = json.loads(gitlink("issue", "--json").stdout)
    assert shown == {
        "issue": "TEST-1",
        "summary": "Add login form",
        "status": {"key": "open", "name": "Open"},
        "resolution": None,
        "type": "story",
        "priority": {"key": "normal", "name": "Normal"},
        "assignee": None,
        "bench": None,
        "links": shown["links"],
        "description": None,
        "url": f"{tracker.url}/TEST-1",
    }
    both = json.loads(gitlink("issue", "TEST-1", "--issue", "TEST-2", "--json").stdout)
    assert [one["issue"] for one in both] == ["TEST-1", "TEST-2"]


def test_what_people_wrote_cannot_move_the_cursor(gitlink: Run, api: Api) -> None:
    evil = "red \x1b[31m\x1b]0;title\x07\r\nsecond‮ line"
    api("PATCH", "/issues/TEST-1", {"summary": evil, "description": f"{evil}\n{evil}"})
    for words in (("issue",), ("status",), ("issue", "--json")):
        told = gitlink(*words).stdout
        assert not any(sign in told for sign in ("\x1b", "\x07", "\r", "‮"))
    first = gitlink("status").stdout.splitlines()[0]
    assert first.startswith("TEST-1  Open  red ")


def test_colour_is_for_terminals_that_want_it(repository: Repository, gitlink: Run, tracker: SandboxServer) -> None:
    assert "\x1b" not in gitlink("issue").stdout
    assert "\x1b[1mTEST-1\x1b[0m" in on_terminal(repository, "issue")[1]
    assert "\x1b[" not in on_terminal(repository, "issue", NO_COLOR="1")[1]


@pytest.fixture
def browser(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A browser that only writes down where it was sent."""
    program, visited = repository.path.parent / "browser", repository.path.parent / "visited"
    program.write_text(f"#!/bin/sh\necho \"$1\" >> '{visited}'\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("BROWSER", f"{program} %s")
    return visited


def test_open_opens_only_on_a_terminal(
    repository: Repository, gitlink: Run, tracker: SandboxServer, browser: Path
) -> None:
    page = f"{tracker.url}/TEST-1"
    assert gitlink("open").stdout == f"{page}\n"
    assert json.loads(gitlink("open", "--json").stdout) == {"issue": "TEST-1", "url": page}
    for words, environ in ((("open", "--print"), {}), (("open", "--json"), {}), (("open",), {"CI": "true"})):
        assert page in on_terminal(repository, *words, **environ)[1]
    assert not browser.exists()
    assert page in on_terminal(repository, "open")[1]
    assert browser.read_text(encoding="utf-8") == f"{page}\n"


def test_open_needs_no_credentials(gitlink: Run) -> None:
    assert gitlink("open", "TEST-7").stdout == "https://tracker.yandex.ru/TEST-7\n"
