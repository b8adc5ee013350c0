"""post-checkout on a terminal and off it: never a status but 0."""

import os
import pty
import subprocess

import pytest

from tests.conftest import SCRIPTS, Repository


def on_terminal(repository: Repository, *args: str, **environ: str) -> tuple[int, str]:
    """Run git with a terminal as its standard error; return the status and what stood there."""
    ours, theirs = pty.openpty()
    done = subprocess.run(
        ("git", *args),
        cwd=repository.path,
        env=os.environ | environ,
        stderr=theirs,
        stdout=subprocess.DEVNULL,
        check=False,
    )
    os.close(theirs)
    told = b""
    try:
        while chunk := os.read(ours, 4096):
            told += chunk
    except OSError:
        pass
    os.close(ours)
    return done.returncode, told.decode()


@pytest.fixture(autouse=True)
def _hooked(repository: Repository) -> None:
    repository.hook("post-checkout")


@pytest.mark.parametrize(
    "args",
    [
        ("switch", "-q", "-c", "TEST-1-x"),
        ("switch", "-q", "main"),
        ("checkout", "-q", "--detach"),
        ("checkout", "-q", "HEAD", "--", "."),
    ],
)
def test_nothing_is_said(repository: Repository, args: tuple[str, ...]) -> None:
    (repository.path / "file").write_text("x", encoding="utf-8")
    repository.git("add", "file")
    repository.commit("File")
    status, told = on_terminal(repository, *args)
    assert (status, "gitlink" in told) == (0, False)


def test_a_branch_without_a_key_is_told_with_the_fix(repository: Repository) -> None:
    status, told = on_terminal(repository, "switch", "-q", "-c", "feature/login")
    assert status == 0
    assert "branch feature/login names no issue" in told
    assert "git branch -m feature/login TEST-123-login" in told


def test_off_a_terminal_it_is_silent(repository: Repository) -> None:
    assert "gitlink" not in repository.git("switch", "-q", "-c", "feature/login").stderr


def test_a_wrong_policy_keeps_the_status(repository: Repository) -> None:
    repository.policy("[nonsense]\n\ta = 1\n")
    status, told = on_terminal(repository, "switch", "-q", "-c", "x")
    assert (status, "gitlink knows no such section" in told) == (0, True)


REMINDER = (
    "gitlink: branch login names no issue, and a push of it will be refused\n"
    "  fix:   git branch -m login TEST-123-login\n"
)


@pytest.mark.parametrize("args", [("switch", "login"), ("checkout", "login"), ("checkout", "-B", "login")])
def test_a_switch_to_a_branch_without_a_key_is_told(repository: Repository, args: tuple[str, ...]) -> None:
    repository.git("branch", "login")
    status, told = on_terminal(repository, *args)
    assert (status, REMINDER in told.replace("\r\n", "\n")) == (0, True)
    repository.sh("git branch -m login TEST-123-login")
    assert "gitlink" not in on_terminal(repository, "switch", "TEST-123-login")[1]


@pytest.mark.parametrize(
    "policy",
    ["[checkout]\n\tremind = false\n", "[branch]\n\trequire = false\n", "[branch]\n\texempt = login\n"],
    ids=["checkout.remind", "branch.require", "branch.exempt"],
)
def test_the_policy_can_do_without_the_reminder(repository: Repository, policy: str) -> None:
    repository.policy(policy)
    assert "gitlink" not in on_terminal(repository, "switch", "-c", "login")[1]


@pytest.mark.parametrize(
    "args",
    [
        pytest.param(("checkout", "HEAD~1", "--", "file"), id="files of a commit"),
        pytest.param(("checkout", "--", "file"), id="files of the index"),
        pytest.param(("restore", "--source=HEAD~1", "file"), id="restore"),
        pytest.param(("checkout", "HEAD~1"), id="a commit"),
        pytest.param(("switch", "--detach", "HEAD~1"), id="a commit by switch"),
        pytest.param(("checkout", "v1"), id="a tag"),
        pytest.param(("rebase", "--onto", "main", "HEAD~1"), id="rebase"),
        pytest.param(("rebase", "main", "later"), id="rebase of another branch"),
        pytest.param(("pull", "--rebase", "origin", "main"), id="pull --rebase"),
        pytest.param(("stash", "pop"), id="stash pop"),
        pytest.param(("branch", "-m", "logout"), id="a rename"),
    ],
)
def test_what_is_no_checkout_of_a_branch_is_silent(repository: Repository, args: tuple[str, ...]) -> None:
    repository.git("switch", "-q", "-c", "later")
    for name in ("file", "other"):
        (repository.path / name).write_text("1", encoding="utf-8")
        repository.git("add", name)
        repository.commit(name)
    repository.git("tag", "v1")
    repository.git("branch", "login")
    repository.git("switch", "-q", "main")
    repository.commit("On main")
    repository.git("push", "-q", "origin", "main")
    repository.git("switch", "-q", "login")
    if args[0] == "stash":
        (repository.path / "file").write_text("3", encoding="utf-8")
        repository.git("stash")
    status, told = on_terminal(repository, *args)
    assert (status, "gitlink" in told) == (0, False), told


def test_a_bisection_is_silent_to_its_end(repository: Repository) -> None:
    repository.git("switch", "-q", "-c", "login")
    for number in range(4):
        repository.commit(str(number))
    for args in (("start", "HEAD", "HEAD~4"), ("good",), ("reset",)):
        status, told = on_terminal(repository, "bisect", *args)
        assert (status, "gitlink" in told) == (0, False), told
    assert repository.git("branch", "--show-current").stdout == "login\n"


def test_a_clone_is_silent(repository: Repository) -> None:
    template = repository.path.parent / "template"
    (template / "hooks").mkdir(parents=True)
    hook = template / "hooks" / "post-checkout"
    hook.write_bytes((repository.path / ".git" / "hooks" / "post-checkout").read_bytes())
    hook.chmod(0o755)
    repository.git("push", "-q", "origin", "main:refs/heads/login")
    args = ("clone", "-b", "login", str(repository.remote), "../clone")
    status, told = on_terminal(repository, *args, GIT_TEMPLATE_DIR=str(template))
    assert (status, "gitlink" in told) == (0, False), told
    clone = Repository(repository.path.parent / "clone", repository.remote)
    assert "gitlink" in on_terminal(clone, "switch", "-c", "more")[1], "the hook is there"


def test_a_branch_without_commits_and_the_first_switch_to_it(repository: Repository) -> None:
    assert on_terminal(repository, "switch", "--orphan", "login")[0] == 0


def test_a_name_with_quotes_can_be_pasted(repository: Repository) -> None:
    told = on_terminal(repository, "switch", "-c", "it's&me")[1]
    fix = next(line.partition("fix:")[2].strip() for line in told.splitlines() if "fix:" in line)
    repository.sh(fix)
    assert repository.git("branch", "--show-current").stdout == "TEST-123-it-s-me\n"


@pytest.mark.parametrize("args", [(), ("a",), ("a", "b", "2"), ("a", "b", "1", "more")])
def test_arguments_that_git_never_gives_end_in_0(repository: Repository, args: tuple[str, ...]) -> None:
    assert repository.run(str(SCRIPTS / "gitlink-post-checkout"), *args).returncode == 0


def test_without_git_or_a_repository_it_is_0(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    repository.policy("")
    hook = str(SCRIPTS / "gitlink-post-checkout")
    for name, value in (("PRE_COMMIT", "1"), ("PRE_COMMIT_FROM_REF", "a"), ("PRE_COMMIT_CHECKOUT_TYPE", "1")):
        monkeypatch.setenv(name, value)
    done = repository.run(hook, PATH="/nowhere")
    assert (done.returncode, "git is not to be found" in done.stderr) == (0, True)
    outside = Repository(repository.path.parent, repository.remote)
    assert outside.run(hook).returncode == 0


def test_a_worktree_is_added_in_silence(repository: Repository) -> None:
    status, told = on_terminal(repository, "worktree", "add", "-q", "../other", "-b", "login")
    assert (status, "gitlink" in told) == (0, False)
