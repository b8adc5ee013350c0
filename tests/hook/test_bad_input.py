"""What goes wrong around a hook: never a traceback, never a wrong verdict."""

import os
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


@pytest.mark.parametrize(
    ("command", "status"),
    [
        ((GITLINK, "check"), 7),
        ((GITLINK, "check", "branch"), 7),
        ((GITLINK, "check", "branch", "TEST-1-x"), 0),
        ((GITLINK, "check", "branch", "login"), 1),
        ((GITLINK, "check", "commits"), 7),
        ((GITLINK, "check", "message", "message"), 0),
        ((GITLINK, "check", "pr"), 7),
        ((GITLINK, "check", "pr", "--title", "TEST-1"), 0),
        ((GITLINK, "check", "pr", "--title", "No key"), 1),
        ((GITLINK, "check", "pr", "--title", ""), 1),
        ((GITLINK, "check", "pr", "--description", ""), 1),
        ((PRE_PUSH, "origin", "url"), 0),
        ((str(SCRIPTS / "gitlink-commit-msg"), "message"), 0),
        ((str(SCRIPTS / "gitlink-prepare-commit-msg"), "message"), 0),
        ((str(SCRIPTS / "gitlink-post-checkout"), "a", "b", "1"), 0),
        ((str(SCRIPTS / "gitlink-pre-receive"),), 0),
    ],
    ids=lambda value: " ".join([Path(value[0]).name, *value[1:]]) if isinstance(value, tuple) else None,
)
def test_not_a_repository(tmp_path: Path, command: tuple[str, ...], status: int) -> None:
    (tmp_path / "message").write_text("No key\n", encoding="utf-8")
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False, stdin=subprocess.DEVNULL, text=True)
    assert (done.returncode, "Traceback" in done.stderr) == (status, False), done.stderr
    assert status != 7 or done.stderr == (
        "gitlink: Git can read no repository here\n"
        f"  where: {tmp_path}\n  why:   `git status` says why\n  fix:   git status\n"
    )


def test_a_repository_that_git_refuses_to_trust_does_not_pass_in_silence(repository: Repository) -> None:
    if os.geteuid():
        pytest.skip("only root can give a folder away")
    for path in (repository.path, repository.path / ".git"):
        os.chown(path, 1, 1)
    assert repository.git("status", check=False).returncode == 128
    assert repository.run(GITLINK, "check", check=False).returncode == 7


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


HOOKS = {
    "pre-push": ("origin", "url"),
    "pre-receive": (),
    "commit-msg": ("message",),
    "prepare-commit-msg": ("message", "message"),
    "post-checkout": ("a", "b", "1"),
}


@pytest.mark.parametrize("streams", ["<&- >&-", "<&- >&- 2>&-", "2>/dev/full"])
@pytest.mark.parametrize("hook", HOOKS)
def test_streams_that_are_closed_or_full(repository: Repository, hook: str, streams: str) -> None:
    repository.policy("[commit]\n\trequire = any\n\tinsert = prefix\n")
    repository.git("switch", "-q", "-c", "TEST-1-x")
    (repository.path / "message").write_text("No key\n", encoding="utf-8")
    line = f"'{SCRIPTS / f'gitlink-{hook}'}' {' '.join(HOOKS[hook])} {streams}"
    done = repository.run("sh", "-c", line, check=False)
    assert (done.returncode, "Traceback" in done.stderr) == (int(hook == "commit-msg"), False)


@pytest.mark.parametrize("hook", HOOKS)
def test_a_policy_that_leads_out_is_refused_by_the_gates_and_told_by_the_others(
    repository: Repository, hook: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (repository.path / ".gitlink").symlink_to("/etc/passwd")
    (repository.path / "message").write_text("No key\n", encoding="utf-8")
    for name, value in (("PRE_COMMIT", "1"), ("PRE_COMMIT_FROM_REF", "a"), ("PRE_COMMIT_CHECKOUT_TYPE", "1")):
        monkeypatch.setenv(name, value)
    line = f"HEAD {'1' * 40} refs/heads/TEST-1-x {'0' * 40}\n"
    status = {"pre-push": 3, "commit-msg": 3}.get(hook, 0)
    done = repository.run(
        str(SCRIPTS / f"gitlink-{hook}"), *HOOKS[hook], check=False, stdin=line if hook == "pre-push" else ""
    )
    assert done.returncode == status
    assert (".gitlink is a link that is not followed" in done.stderr) is (hook != "pre-receive")
    assert "root:" not in done.stderr


@pytest.mark.parametrize("branch", ["TEST-1-задача", "задача/TEST-1", "TEST-1-it's&me", "TEST-1-\u202ename"])
def test_branches_that_strangers_name(repository: Repository, branch: str) -> None:
    for hook in ("pre-push", "commit-msg", "prepare-commit-msg", "post-checkout"):
        repository.hook(hook)
    repository.policy("[commit]\n\trequire = branch\n\tinsert = prefix\n")
    repository.git("switch", "-q", "-c", branch)
    repository.git("commit", "--allow-empty", "-m", "Add form")
    assert repository.git("log", "-1", "--format=%s").stdout == "TEST-1 Add form\n"
    refused = repository.git("commit", "--allow-empty", "-m", "TEST-2 Add form", check=False)
    assert refused.stderr.replace("\n", "").isprintable()
    fix = next(line.partition(":")[2].strip() for line in refused.stderr.splitlines() if "  fix:" in line)
    repository.sh(fix)
    repository.git("push", "origin", branch)


def test_a_hook_in_a_shallow_sha256_worktree(tmp_path: Path) -> None:
    """All three at once: none of the hooks asks what kind of repository this is."""
    first = new_repository(tmp_path, "--object-format=sha256")
    for number in range(3):
        first.commit(f"On main {number}")
    subprocess.run(("git", "clone", "-q", "--bare", str(first.path), str(first.remote)), check=True)
    path = tmp_path / "shallow"
    subprocess.run(("git", "clone", "-q", "--depth=1", f"file://{first.remote}", str(path)), check=True)
    Repository(path, first.remote).git("worktree", "add", "-q", str(tmp_path / "tree"), "-b", "TEST-1-x")
    for hook in ("pre-push", "commit-msg"):
        Repository(path, first.remote).hook(hook)
    tree = Repository(tmp_path / "tree", first.remote)
    tree.policy(ANY)
    assert tree.git("commit", "--allow-empty", "-m", "No key", check=False).returncode == 1
    tree.git("commit", "--allow-empty", "-m", "TEST-1 Add")
    tree.git("push", "origin", "TEST-1-x")
    tree.commit("No key")
    refused = tree.git("push", "origin", "TEST-1-x", check=False)
    assert refused.stderr.count("[commit-without-key]") == 1
