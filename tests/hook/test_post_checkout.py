"""post-checkout on a terminal and off it: never a status but 0."""

import os
import pty
import subprocess

import pytest

from tests.conftest import SCRIPTS, Repository


def on_terminal(repository: Repository, *args: str) -> tuple[int, str]:
    """Run git with a terminal as its standard error; return the status and what stood there."""
    ours, theirs = pty.openpty()
    done = subprocess.run(("git", *args), cwd=repository.path, stderr=theirs, stdout=subprocess.DEVNULL, check=False)
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


def test_a_worktree_is_added_in_silence(repository: Repository) -> None:
    status, told = on_terminal(repository, "worktree", "add", "-q", "../other", "-b", "login")
    assert (status, "gitlink" in told) == (0, False)
    assert SCRIPTS.exists()
