"""`gitlink check` where the policy wants the issue verified, against the sandbox."""

from collections.abc import Iterator

import pytest

from gitlink.sandbox.server import SandboxServer, exports
from tests.conftest import SCRIPTS, Repository

GITLINK = str(SCRIPTS / "gitlink")


@pytest.fixture
def tracker(monkeypatch: pytest.MonkeyPatch) -> Iterator[SandboxServer]:
    with SandboxServer() as sandbox:
        for name, value in exports(sandbox.port).items():
            monkeypatch.setenv(name, value)
        yield sandbox


def test_nobody_is_asked_where_the_policy_does_not_want_it(repository: Repository) -> None:
    assert repository.run(GITLINK, "check", "branch", "TEST-999-x").stderr == ""


def test_an_exempt_branch_and_a_real_issue_pass(repository: Repository, tracker: SandboxServer) -> None:
    repository.policy("[issue]\n\tverify = open\n")
    assert repository.run(GITLINK, "check", "branch", "main", "TEST-1-x").stderr == ""


def test_an_issue_that_is_not_there_or_closed(repository: Repository, tracker: SandboxServer) -> None:
    repository.policy("[issue]\n\tverify = open\n")
    repository.run(GITLINK, "status", "closed", "--issue", "TEST-1", "--resolution", "fixed")
    refused = repository.run(GITLINK, "check", "branch", "TEST-1-x", "TEST-999-x", check=False)
    assert refused.returncode == 1
    assert "[closed-issue]" in refused.stdout
    assert "[unknown-issue]" in refused.stdout


def test_no_answer_and_no_token_are_warnings(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    repository.policy("[issue]\n\tverify = exists\n")
    assert "no token" in repository.run(GITLINK, "check", "branch", "TEST-1-x").stderr
    for name, value in exports(1).items():
        monkeypatch.setenv(name, value)
    assert "TEST-1 is not verified: no answer" in repository.run(GITLINK, "check", "branch", "TEST-1-x").stderr
