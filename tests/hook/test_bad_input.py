"""What goes wrong around a hook: never a traceback, never a wrong verdict."""

import subprocess
from pathlib import Path

import pytest

from tests.conftest import SCRIPTS, Repository

GITLINK = str(SCRIPTS / "gitlink")
PRE_PUSH = str(SCRIPTS / "gitlink-pre-push")
ANY = "[commit]\n\trequire = any\n"


def new_repository(tmp_path: Path, *args: str) -> Repository:
    path = tmp_path / "another"
    subprocess.run(("git", "init", "-q", "-b", "main", *args, str(path)), check=True)
    return Repository(path, tmp_path / "another.git")


def test_sha256(tmp_path: Path) -> None:
    made = new_repository(tmp_path, "--object-format=sha256")
    subprocess.run(("git", "init", "-q", "--bare", "--object-format=sha256", str(made.remote)), check=True)
    made.hook("pre-push")
    made.policy(ANY)
    made.commit("No key")
    refused = made.git("push", str(made.remote), "HEAD:refs/heads/TEST-1-x", check=False)
    assert "[commit-without-key]" in refused.stderr
    made.commit("TEST-1 Key", "--amend")
    made.git("push", str(made.remote), "HEAD:refs/heads/TEST-1-x")
    made.git("push", str(made.remote), ":TEST-1-x")


def test_a_push_to_a_url_knows_the_remote_by_it(repository: Repository) -> None:
    repository.hook("pre-push")
    repository.commit("On main, before gitlink came")
    repository.git("push", "-q", "origin", "main")
    repository.policy(ANY)
    repository.git("push", str(repository.remote), "HEAD:refs/heads/TEST-1-x")


def test_a_force_push_after_a_rebase_judges_new_commits_only(repository: Repository) -> None:
    repository.hook("pre-push")
    repository.policy(ANY)
    repository.git("switch", "-q", "-c", "TEST-1-x")
    repository.commit("TEST-1 One")
    repository.git("push", "-q", "origin", "TEST-1-x")
    repository.commit("No key", "--amend")
    refused = repository.git("push", "--force", "origin", "TEST-1-x", check=False)
    assert refused.stderr.count("[commit-without-key]") == 1


def test_no_commits_yet(tmp_path: Path) -> None:
    made = new_repository(tmp_path)
    made.policy(ANY)
    assert made.run(GITLINK, "check").returncode == 0
    assert made.run(GITLINK, "install").returncode == 0
    made.git("switch", "-q", "-c", "TEST-1-x")
    made.git("commit", "-q", "--allow-empty", "-m", "TEST-1 First")


def test_not_a_repository(tmp_path: Path) -> None:
    done = subprocess.run((GITLINK, "check"), cwd=tmp_path, capture_output=True, check=False)
    assert b"Traceback" not in done.stderr


def test_a_bare_repository_has_its_policy_in_the_default_branch(repository: Repository) -> None:
    repository.policy("[gitlink]\n\tqueue = WEB\n")
    repository.git("add", ".gitlink")
    repository.commit("Policy")
    repository.git("push", "-q", "origin", "main")
    bare = Repository(repository.remote, repository.remote)
    assert bare.run(GITLINK, "check", "branch", "WEB-1-x").returncode == 0
    assert "[unknown-queue]" in bare.run(GITLINK, "check", "branch", "TEST-1-x", check=False).stdout


def test_a_shallow_clone_warns_here_and_fails_in_a_ci(repository: Repository, tmp_path: Path) -> None:
    repository.commit("Second")
    repository.git("push", "-q", "origin", "main")
    subprocess.run(("git", "clone", "-q", "--depth=1", f"file://{repository.remote}", str(tmp_path / "s")), check=True)
    shallow = Repository(tmp_path / "s", repository.remote)
    shallow.policy(ANY)
    assert "shallow" in shallow.run(GITLINK, "check", "commits").stderr
    done = shallow.run(GITLINK, "check", "commits", check=False, GITLAB_CI="true", CI_COMMIT_BRANCH="TEST-1-x")
    assert (done.returncode, "git fetch --unshallow" in done.stderr) == (7, True)


def test_a_branch_with_control_characters_is_told_without_them(repository: Repository) -> None:
    line = f"HEAD {'1' * 40} refs/heads/evil\x1b[2Jname {'0' * 40}\n"
    done = repository.run(PRE_PUSH, "origin", "url", check=False, stdin=line)
    assert (done.returncode, "\x1b" in done.stderr) == (1, False)


@pytest.mark.parametrize("line", ["x\n", "a b\n", "\x00\n"])
def test_standard_input_that_is_no_push(repository: Repository, line: str) -> None:
    done = repository.run(PRE_PUSH, "origin", "url", check=False, stdin=line)
    assert (done.returncode, "Traceback" in done.stderr) == (7, False)


def test_a_full_disk_changes_no_verdict(repository: Repository) -> None:
    line = f"HEAD {'1' * 40} refs/heads/bad {'0' * 40}"
    assert repository.run("sh", "-c", f"echo '{line}' | '{PRE_PUSH}' o u 2>/dev/full", check=False).returncode == 1


def test_without_git_the_push_is_refused(repository: Repository) -> None:
    line = f"HEAD {'1' * 40} refs/heads/bad {'0' * 40}\n"
    repository.policy(ANY)
    done = repository.run(PRE_PUSH, "o", "u", check=False, stdin=line, PATH="/nowhere")
    assert (done.returncode, "git is not to be found" in done.stderr) == (7, True)


def test_ten_violations_and_a_count(repository: Repository) -> None:
    lines = "".join(f"HEAD {'1' * 40} refs/heads/bad{number} {'0' * 40}\n" for number in range(14))
    done = repository.run(PRE_PUSH, "origin", "url", check=False, stdin=lines)
    assert done.stderr.count("[branch-without-key]") == 10
    assert "and 4 more" in done.stderr
