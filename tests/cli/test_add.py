"""`gitlink comment`, `log` and `link`: each adds once, and says what is wrong with what it was given."""

import pytest

from gitlink.sandbox.server import SandboxServer
from tests.cli.conftest import Run
from tests.sandbox.asking import Api


def _comments(api: Api) -> list[str]:
    return [comment["text"] for comment in api("GET", "/issues/TEST-1/comments").json()]


def test_a_comment_comes_from_the_command_line_or_from_a_pipe(gitlink: Run, tracker: SandboxServer, api: Api) -> None:
    before = _comments(api)
    assert gitlink("comment", "It *works*").stdout == "TEST-1  comment: It *works*\n"
    gitlink("comment", "-", stdin="First line\n\nГотово\n")
    assert _comments(api) == [*before, "It *works*", "First line\n\nГотово"]


def test_a_comment_whose_answer_is_lost_is_written_once(gitlink: Run, tracker: SandboxServer, api: Api) -> None:
    before = _comments(api)
    api("POST", "/_sandbox/faults", [{"method": "POST", "path": "/comments$", "close": "after"}])
    assert gitlink("comment", "Once").stdout == "TEST-1  comment: Once\n"
    assert _comments(api) == [*before, "Once"]


def test_nothing_is_written_in_a_dry_run(gitlink: Run, tracker: SandboxServer, api: Api) -> None:
    api("POST", "/_sandbox/reset")
    gitlink("comment", "Hello", "--dry-run")
    gitlink("log", "1h", "--dry-run")
    gitlink("link", "TEST-2", "--dry-run")
    asked = api("GET", "/_sandbox/requests").json()
    assert [entry for entry in asked if entry["method"] != "GET"] == []


@pytest.mark.parametrize("text", ["", " \n\t"])
def test_an_empty_comment_is_wrong_usage(gitlink: Run, tracker: SandboxServer, text: str) -> None:
    assert "the comment is empty" in gitlink("comment", text, code=2).stderr
    assert "the comment is empty" in gitlink("comment", "-", stdin=text, code=2).stderr


def test_work_that_ends_now_is_recorded(gitlink: Run, tracker: SandboxServer, api: Api) -> None:
    assert gitlink("log", "1h30m", "--comment", "Leak").stdout == "TEST-1  1h 30m logged\n"
    record = api("GET", "/issues/TEST-1/worklog").json()[-1]
    assert (record["duration"], record["comment"]) == ("PT1H30M", "Leak")
    assert record["start"] < record["createdAt"]


@pytest.mark.parametrize("duration", ["0m", "soon", "-1h", "1x", "", "90"])
def test_a_wrong_duration_comes_with_examples(gitlink: Run, tracker: SandboxServer, duration: str) -> None:
    assert "1h30m" in gitlink("log", "--", duration, code=2).stderr


@pytest.mark.parametrize(
    ("word", "words"),
    [
        ("relates", "relates"),
        ("blocks", "is dependent by"),
        ("Depends On", "depends on"),
        ("depends_on", "depends on"),
        ("зависит от", "depends on"),
        ("subtask", "is subtask for"),
        ("is-parent-task-for", "is parent task for"),
        ("duplicate", "duplicates"),
    ],
)
def test_a_relation_has_many_spellings(gitlink: Run, tracker: SandboxServer, api: Api, word: str, words: str) -> None:
    gitlink("link", "web-1", "--as", word)
    assert _posted(api) == [{"relationship": words, "issue": "WEB-1"}]
    assert gitlink("link", "web-1", "--as", word).stdout.endswith("WEB-1 already\n")


def _posted(api: Api) -> list[object]:
    asked = api("GET", "/_sandbox/requests").json()
    return [entry["body"] for entry in asked if entry["method"] == "POST" and entry["path"].endswith("/links")]


def test_a_link_that_reads_the_other_way_is_another_link(gitlink: Run, tracker: SandboxServer, api: Api) -> None:
    for locale in ("en_US.UTF-8", "ru_RU.UTF-8"):
        gitlink("link", "WEB-1", "--as", "depends-on", LC_ALL=locale)
        gitlink("link", "WEB-1", "--as", "blocks", LC_ALL=locale)
    told = gitlink("link", "TEST-1", "--as", "depends-on", "--issue", "WEB-1").stdout
    assert told == "WEB-1  depends on TEST-1 already\n"
    assert _posted(api) == [
        {"relationship": "depends on", "issue": "WEB-1"},
        {"relationship": "is dependent by", "issue": "WEB-1"},
    ]


def test_what_cannot_be_linked_is_told(gitlink: Run, tracker: SandboxServer) -> None:
    unknown = gitlink("link", "TEST-2", "--as", "blokcs", code=2).stderr
    assert "  fix:   gitlink link TEST-2 --as blocks\n" in unknown
    assert "cannot be linked to itself" in gitlink("link", "TEST-1", code=2).stderr
    assert "there is no issue `TEST-999`" in gitlink("link", "TEST-999", code=5).stderr
