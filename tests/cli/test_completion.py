"""Completion as the shells ask for it: typer's protocol, in a process of its own."""

import time
from pathlib import Path

import pytest

from gitlink.sandbox.server import SandboxServer
from tests.cli.conftest import GITLINK, Run
from tests.conftest import SCRIPTS, Repository
from tests.sandbox.asking import Api
from tests.tracker.loopback import Answer, serving


def _bash(repository: Repository, line: str, **environ: str) -> list[str]:
    words = line.split(" ")
    asked = {"_GITLINK_COMPLETE": "complete_bash", "COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1)}
    done = repository.run(GITLINK, check=True, **asked, **environ)
    assert done.stderr == ""
    return done.stdout.split()


def _zsh(repository: Repository, line: str, **environ: str) -> str:
    done = repository.run(GITLINK, check=True, _GITLINK_COMPLETE="complete_zsh", _TYPER_COMPLETE_ARGS=line, **environ)
    assert done.stderr == ""
    return done.stdout


def test_statuses_are_those_the_issue_offers(repository: Repository, gitlink: Run, tracker: SandboxServer) -> None:
    offered = _bash(repository, "gitlink status ")
    assert {"inProgress", "needInfo", "In-progress", "Need-info", "resolved"} <= set(offered)
    assert "readyForTest" not in offered
    assert "readyForTest" in _bash(repository, "gitlink status --issue test-2 ")
    assert _bash(repository, "gitlink status in") == ["inProgress", "in-progress"]
    assert _bash(repository, "gitlink status В", LC_ALL="ru_RU.UTF-8") == ["В-работе"]
    assert '"needInfo":"Need info"' in _zsh(repository, "gitlink status need")


def test_what_is_offered_is_accepted(repository: Repository, gitlink: Run, tracker: SandboxServer) -> None:
    for word in [*_bash(repository, "gitlink status in", LC_ALL="ru_RU.UTF-8"), "В-работе"]:
        gitlink("status", word, LC_ALL="ru_RU.UTF-8")


@pytest.mark.parametrize("line", ["gitlink issue ", "gitlink open ", "gitlink status --issue ", "gitlink link "])
def test_issues_are_my_own_open_ones(repository: Repository, gitlink: Run, tracker: SandboxServer, line: str) -> None:
    assert "TEST-3" in _bash(repository, line)
    assert "TEST-2" not in _bash(repository, line)  # Anna's
    assert '"TEST-3":"Search forgets its filter, In review"' in _zsh(repository, line)
    assert _bash(repository, line + "test-") == ["test-3"]


def test_queues_and_resolutions_come_from_the_organization(
    repository: Repository, gitlink: Run, tracker: SandboxServer
) -> None:
    assert _bash(repository, "gitlink bench setup --queue T") == ["TEST"]
    assert _bash(repository, "gitlink init --queue we") == ["web"]
    assert "fixed" in _bash(repository, "gitlink status closed --resolution ")


def test_a_summary_cannot_run_in_the_shell(
    repository: Repository, gitlink: Run, tracker: SandboxServer, api: Api
) -> None:
    """zsh hands what is printed to `eval`; typer escapes `$` and backquotes, but not a backslash before them."""
    api("PATCH", "/issues/TEST-3", {"summary": r"\$(touch pwned) \`touch pwned\` ' \" [/nonsense] ; touch pwned"})
    told = _zsh(repository, "gitlink issue TEST-3")
    assert told.count('"') == 4 and told.count("'") == 2
    assert not set("\\$`[];") & set(told.partition("((")[2].partition("))")[0])


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("gitlink explain commit", ["commit-without-key", "commit-other-issue"]),
        ("gitlink install --hook pre", ["pre-push", "prepare-commit-msg"]),
        ("gitlink check --format g", ["github", "gitlab"]),
        ("gitlink check commits --format s", ["sarif"]),
        ("gitlink check branch TEST", ["TEST-1-login"]),
        ("gitlink review ", ["accepted", "rejected"]),
        ("gitlink link TEST-2 --as dep", ["depends-on"]),
        ("gitlink ben", ["bench"]),
        ("gitlink bench s", ["show", "setup", "set"]),
    ],
)
def test_words_of_our_own_need_no_tracker(repository: Repository, gitlink: Run, line: str, words: list[str]) -> None:
    assert sorted(_bash(repository, line)) == sorted(words)


def test_it_is_silent_where_nothing_is_known(repository: Repository, tmp_path: Path) -> None:
    outside = Repository(tmp_path, repository.remote)
    for line in ("gitlink status ", "gitlink issue ", "gitlink check branch "):
        assert _bash(repository, line) == [] or "branch" in line
        assert _bash(outside, line) == []
        assert _bash(outside, line, TRACKER_TOKEN="wrong", TRACKER_API_BASE_URL="nonsense", TRACKER_ORG_ID="1") == []


def test_a_tracker_that_is_away_is_not_waited_for(
    repository: Repository, gitlink: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bare start-up is taken off, so that a slow machine is not blamed on the deadline."""
    import threading

    never = threading.Event()
    with serving(lambda _: Answer(hold=never)) as server:
        known = {"TRACKER_API_BASE_URL": server.url, "TRACKER_TOKEN": "t", "TRACKER_ORG_ID": "1"}
        for line in ("gitlink status ", "gitlink issue "):
            started = time.monotonic()
            _bash(repository, "gitlink review ")
            bare = time.monotonic() - started
            assert _bash(repository, line, **known) == []
            assert time.monotonic() - started < 2 * bare + 8
        never.set()


def test_nothing_is_told_or_sent_while_someone_types(
    repository: Repository, gitlink: Run, tracker: SandboxServer
) -> None:
    gitlink("comment", "x", code=6, TRACKER_API_BASE_URL="http://127.0.0.1:9")
    for news in (repository.path.parent / "home" / "state" / "gitlink").glob("*/outbox"):
        (news / "news").write_text("dropped\n", encoding="utf-8")
    assert _bash(repository, "gitlink review a", TRACKER_API_BASE_URL="http://127.0.0.1:9") == ["accepted"]
    assert "dropped" in gitlink("open").stderr


def test_bash_itself_gets_it(repository: Repository, gitlink: Run, tracker: SandboxServer) -> None:
    script = (
        f"export PATH='{SCRIPTS}':$PATH; eval \"$(gitlink --show-completion bash)\"; "
        "COMP_WORDS=(gitlink status need); COMP_CWORD=2; _gitlink_completion gitlink; printf '%s|' \"${COMPREPLY[@]}\""
    )
    done = repository.run("bash", "-c", script, _TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION="1")
    assert done.stdout == "needInfo|need-info|", done.stderr
