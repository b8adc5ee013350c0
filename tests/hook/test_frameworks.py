"""The hooks as pre-commit and prek run them: one ref, no standard input, PRE_COMMIT_* variables."""

import pytest

from tests.conftest import SCRIPTS, Repository

CONFIG = """\
repos:
  - repo: local
    hooks:
      - {id: a, name: a, entry: gitlink-pre-push, language: system, stages: [pre-push], always_run: true,
         pass_filenames: false}
      - {id: b, name: b, entry: gitlink-commit-msg, language: system, stages: [commit-msg], always_run: true}
      - {id: c, name: c, entry: gitlink-prepare-commit-msg, language: system, stages: [prepare-commit-msg],
         always_run: true}
      - {id: d, name: d, entry: gitlink-post-checkout, language: system, stages: [post-checkout], always_run: true,
         pass_filenames: false, verbose: true}
"""
STAGES = ("pre-push", "commit-msg", "prepare-commit-msg", "post-checkout")


@pytest.fixture(params=["pre-commit", "prek"])
def hosted(request: pytest.FixtureRequest, repository: Repository, monkeypatch: pytest.MonkeyPatch) -> Repository:
    monkeypatch.setenv("PATH", f"{SCRIPTS}:/usr/bin:/bin:/usr/local/bin")
    (repository.path / ".pre-commit-config.yaml").write_text(CONFIG, encoding="utf-8")
    repository.policy("[gitlink]\n\tqueue = TEST\n[commit]\n\trequire = branch\n\tinsert = prefix\n")
    repository.git("add", "-A")
    repository.commit("Configure")
    repository.git("push", "-q", "origin", "main")
    repository.run(str(SCRIPTS / request.param), "install", *[word for stage in STAGES for word in ("-t", stage)])
    return repository


def test_a_bad_branch_with_a_new_commit_is_refused(hosted: Repository) -> None:
    hosted.git("switch", "-q", "-c", "login")
    hosted.commit("Add login")
    refused = hosted.git("push", "origin", "login", check=False)
    assert refused.returncode == 1
    assert "[branch-without-key]" in refused.stdout + refused.stderr


def test_a_good_branch_is_pushed_and_its_key_inserted(hosted: Repository) -> None:
    hosted.git("switch", "-q", "-c", "TEST-1-login")
    hosted.git("commit", "--allow-empty", "-m", "Add login")
    assert hosted.git("log", "-1", "--format=%s").stdout == "TEST-1 Add login\n"
    hosted.git("push", "-q", "origin", "TEST-1-login")


def test_the_commits_of_a_push_are_judged(hosted: Repository) -> None:
    hosted.git("switch", "-q", "-c", "TEST-1-login")
    # `--no-verify` would still run prepare-commit-msg, which would put the key in.
    hosted.git("-c", "core.hooksPath=/dev/null", "commit", "--allow-empty", "-m", "Add login")
    refused = hosted.git("push", "origin", "TEST-1-login", check=False)
    assert "[commit-without-key]" in refused.stdout + refused.stderr


def test_a_checkout_reminds_and_keeps_its_status(hosted: Repository) -> None:
    done = hosted.git("switch", "-c", "login")
    assert "branch login names no issue" in done.stdout + done.stderr
