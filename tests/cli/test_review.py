"""`gitlink review`."""

import json

from gitlink.sandbox.server import SandboxServer
from tests.cli.conftest import Run
from tests.conftest import Repository
from tests.sandbox.asking import Api


def _comments(api: Api, key: str) -> list[str]:
    return [comment["text"] for comment in api("GET", f"/issues/{key}/comments").json()]


def test_a_verdict_moves_the_issue_and_says_why(gitlink: Run, tracker: SandboxServer, api: Api) -> None:
    told = gitlink("review", "rejected", "--issue", "TEST-3", "--comment", "Still grey").stdout
    assert told == "TEST-3  In review → Needs improvement\n"
    assert _comments(api, "TEST-3")[-1] == "Still grey"
    again = gitlink("review", "rejected", "--issue", "TEST-3", "--comment", "Still grey").stdout
    assert again == "TEST-3  Needs improvement already\n"


def test_a_status_several_moves_away_is_shown_and_reached(gitlink: Run, tracker: SandboxServer) -> None:
    way = "TEST-1  would move: Open → In progress → Ready for test\n"
    assert gitlink("review", "accepted", "--dry-run").stdout == way
    assert json.loads(gitlink("status", "--json").stdout)["status"]["key"] == "open"
    assert json.loads(gitlink("review", "accepted", "--json").stdout)["status"]["key"] == "readyForTest"


def test_the_policy_names_the_status_in_any_language(
    gitlink: Run, repository: Repository, tracker: SandboxServer
) -> None:
    repository.policy('[status]\n\taccepted = "На ревью"\n')
    assert gitlink("review", "accepted").stdout == "TEST-1  Open → In review\n"


def test_a_policy_without_the_status_has_the_fix(gitlink: Run, repository: Repository, tracker: SandboxServer) -> None:
    repository.policy("[status]\n\taccepted =\n")
    told = gitlink("review", "accepted", code=3).stderr
    assert "  fix:   git config -f .gitlink status.accepted 'Ready for test'\n" in told
    repository.sh("git config -f .gitlink status.accepted 'Ready for test'")
    gitlink("review", "accepted", "--dry-run")


def test_another_verdict_is_wrong_usage(gitlink: Run, tracker: SandboxServer) -> None:
    assert "neither accepted nor rejected" in gitlink("review", "fine", code=2).stderr
