"""pre-receive in the repository pushed to: the policy is the default branch's."""

import pytest

from tests.conftest import SCRIPTS, Repository


@pytest.fixture(autouse=True)
def _hooked(repository: Repository) -> None:
    hook = repository.remote / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\nexec '{SCRIPTS / 'gitlink-pre-receive'}'\n", encoding="utf-8")
    hook.chmod(0o755)


def test_a_good_branch_and_a_deletion_are_taken(repository: Repository) -> None:
    repository.git("push", "origin", "HEAD:refs/heads/TEST-1-x")
    repository.git("push", "origin", ":TEST-1-x")


def test_a_bad_branch_is_refused_and_nothing_moves(repository: Repository) -> None:
    refused = repository.git("push", "origin", "HEAD:refs/heads/TEST-1-x", "HEAD:refs/heads/bad", check=False)
    assert "branch bad names no issue" in refused.stderr
    assert "refs/heads/" in repository.git("ls-remote", "origin").stdout
    assert "TEST-1-x" not in repository.git("ls-remote", "origin").stdout


def test_the_policy_of_the_default_branch_counts_and_no_other(repository: Repository) -> None:
    repository.policy("[commit]\n\trequire = any\n")
    repository.git("add", ".gitlink")
    repository.commit("Policy")
    repository.git("push", "-q", "origin", "main")
    repository.git("switch", "-q", "-c", "TEST-1-x")
    repository.policy("[commit]\n\trequire = off\n")
    repository.git("add", ".gitlink")
    repository.commit("Sneak out")
    refused = repository.git("push", "origin", "TEST-1-x", check=False)
    assert "[commit-without-key]" in refused.stderr
    assert "main" in repository.git("ls-remote", "origin").stdout
