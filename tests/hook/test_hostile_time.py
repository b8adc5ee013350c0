"""A policy, a branch or a history that is made to keep a hook busy: it ends all the same, and says why.

A hang fails by the deadline of `subprocess.run`; that is far beyond the seconds that are promised, for the machine of
the tests may be busy. What is promised in seconds is of the processor's time.
"""

import os
import random
import resource
import subprocess
from collections.abc import Callable

import pytest

from tests.conftest import SCRIPTS, Repository

CATASTROPHE = "[branch]\n\tpattern = ^(([a-zA-Z0-9-])+)+$\n\trequire = false\n"
LONG = "TEST-1-" + "a" * 60 + "_"
_PROMISED_S, _HUNG_S = 5.0, 120


def hook(repository: Repository, name: str, *args: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """Run a hook's executable as Git does; fails where it takes more than the promised time of the processor's."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        (str(SCRIPTS / f"gitlink-{name}"), *args), cwd=repository.path, input=stdin, capture_output=True,
        encoding="utf-8", errors="surrogateescape", timeout=_HUNG_S, check=False,
    )  # fmt: skip
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 2 * _PROMISED_S
    return done


def push(repository: Repository, *branches: str) -> subprocess.CompletedProcess[str]:
    tip = repository.git("rev-parse", "HEAD").stdout.strip()
    lines = "".join([f"refs/heads/{branch} {tip} refs/heads/{branch} {'0' * 40}\n" for branch in branches])
    return hook(repository, "pre-push", "origin", "url", stdin=lines)


def checkout(repository: Repository) -> subprocess.CompletedProcess[str]:
    tip = repository.git("rev-parse", "HEAD").stdout.strip()
    return hook(repository, "post-checkout", tip, tip, "1")


def message(text: str) -> Callable[[Repository], subprocess.CompletedProcess[str]]:
    def run(repository: Repository) -> subprocess.CompletedProcess[str]:
        (repository.path / "message").write_text(text, encoding="utf-8")
        return hook(repository, "commit-msg", "message")

    return run


def test_a_pattern_that_goes_back_for_ever_is_ended(repository: Repository) -> None:
    repository.policy(CATASTROPHE)
    done = push(repository, "TEST-1-good", LONG, *[f"TEST-{number}-x" for number in range(400)])
    assert done.returncode == 3
    assert f".gitlink: branch.pattern: takes too long with branch {LONG}\n" in done.stderr
    assert "\n  fix:   git config -f .gitlink --edit\n" in done.stderr


def test_check_ends_with_such_a_pattern_too(repository: Repository) -> None:
    repository.policy(CATASTROPHE)
    repository.git("switch", "-q", "-c", LONG)
    done = subprocess.run(
        (str(SCRIPTS / "gitlink"), "check"), cwd=repository.path, capture_output=True, timeout=_HUNG_S, check=False
    )
    assert done.returncode == 3
    assert b"takes too long with branch" in done.stderr


def test_a_good_pattern_judges_every_branch_of_a_push(repository: Repository) -> None:
    repository.policy('[branch]\n\tpattern = "^TEST-\\\\d+-[a-z\u0451\U0001f600]+$"\n\trequire = false\n')
    assert push(repository, *[f"TEST-{number}-x" for number in range(400)]).returncode == 0
    done = push(repository, "TEST-1-\u0451\U0001f600", "TEST-2-UPPER", "TEST-3-\udcff")
    assert done.returncode == 1
    assert "branch TEST-2-UPPER does not match" in done.stderr
    assert "branch TEST-3-\ufffd does not match" in done.stderr
    assert "TEST-1-" not in done.stderr


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        pytest.param(f"[{'x' * 100_000}]\n\ty = 1\n", "larger than 64 KiB", id="a section without end"),
        pytest.param(f"[x]\n\t{'y' * 60_000} = 1\n", "a key of more than 1,000 characters", id="a key without end"),
        pytest.param(f'[status "{"y" * 60_000}"]\n\tmerged = 1\n', "a key of more than 1,000", id="a subsection"),
        pytest.param("[branch]\n" + "\texempt = x\n" * 60_000, "larger than 64 KiB", id="60,000 exempt globs"),
        pytest.param("[branch]\n" + "exempt=x\n" * 7000, "has more than 1,000 entries", id="7,000 of them"),
    ],
)
@pytest.mark.parametrize("hooked", ["pre-push", "post-checkout", "commit-msg", "pre-receive"])
def test_a_policy_without_end(repository: Repository, policy: str, said: str, hooked: str) -> None:
    repository.policy(policy)
    if hooked == "pre-push":
        done = push(repository, "x")
    elif hooked == "commit-msg":
        done = message("x")(repository)
    elif hooked == "post-checkout":
        repository.git("switch", "-q", "-c", "TEST-1-x")
        done = checkout(repository)
    else:
        repository.git("add", ".gitlink")
        tip = repository.commit("Policy")
        done = hook(repository, "pre-receive", stdin=f"{'0' * 40} {tip} refs/heads/x\n")
    assert done.returncode == (0 if hooked == "post-checkout" else 3)
    assert said in done.stderr
    assert "  fix:   git config -f .gitlink --edit\n" in done.stderr


def test_the_size_of_what_a_link_leads_to_counts(repository: Repository) -> None:
    (repository.path / "big").write_text("[branch]\n" + "\texempt = x\n" * 3_000_000, encoding="utf-8")
    (repository.path / ".gitlink").symlink_to("big")
    done = push(repository, "TEST-1-x")
    assert (done.returncode, ".gitlink is larger than 64 KiB" in done.stderr) == (3, True)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("x\n\nGitlink-Skip: x\n" + " x\n" * 400_000, id="a trailer's lines"),
        pytest.param("".join([f"WEB-{number} " for number in range(1, 30_000)]), id="30,000 keys"),
        pytest.param("x" * 100_000_000, id="100 MB"),
        pytest.param("A-1" * 30_000_000, id="90 MB of what looks like keys"),
    ],
)
def test_a_message_without_end(repository: Repository, text: str) -> None:
    repository.policy("[gitlink]\n\tqueue = TEST\n[commit]\n\trequire = any\n")
    repository.git("switch", "-q", "-c", "x")
    done = message(text)(repository)
    assert done.returncode == (0 if "Gitlink-Skip" in text else 1)
    assert len(done.stderr) < 2000


def test_a_key_is_put_into_a_message_with_a_long_diff_below(repository: Repository) -> None:
    """What follows the beginning of the file stays as it is to the byte."""
    repository.policy("[commit]\n\tinsert = prefix\n")
    repository.git("switch", "-q", "-c", "TEST-1-x")
    diff = b"\n# ------------------------ >8 ------------------------\n" + b"+\xff diff\n" * 1_000_000
    (repository.path / "message").write_bytes(b"Fix\n" + diff)
    assert hook(repository, "prepare-commit-msg", "message", "message").returncode == 0
    assert (repository.path / "message").read_bytes() == b"TEST-1 Fix\n" + diff


def history(repository: Repository, commits: int, body: str) -> str:
    text = body.encode()
    stream = b"".join(
        b"commit refs/heads/long\ncommitter a <a@b> %d +0000\ndata %d\n%s\n" % (1700000000 + at, len(text), text)
        for at in range(commits)
    )
    subprocess.run(("git", "fast-import", "--quiet"), cwd=repository.path, input=stream, check=True)
    return repository.git("rev-parse", "long").stdout.strip()


@pytest.mark.parametrize("hooked", ["pre-push", "pre-receive"])
def test_a_history_that_takes_too_long_is_refused(repository: Repository, hooked: str) -> None:
    """Every commit names the issue only at its end, behind much that looks like keys; 5 MB each, well packed."""
    policy = "[commit]\n\trequire = any\n[gitlink]\n\tqueue = TEST\n"
    repository.policy(policy)
    repository.git("add", ".gitlink")
    repository.commit("Policy")
    tip = history(repository, 600, "A-1a" * 60_000 + " TEST-1\n")
    if hooked == "pre-push":
        line = f"refs/heads/long {tip} refs/heads/TEST-1-long {'0' * 40}\n"
        done = hook(repository, "pre-push", "origin", "url", stdin=line)
    else:
        repository.git("update-ref", "-d", "refs/heads/long")
        done = hook(repository, "pre-receive", stdin=f"{'0' * 40} {tip} refs/heads/TEST-1-long\n")
    assert done.returncode == 7
    assert "gitlink: this takes too long to judge, and nothing is let through unjudged\n" in done.stderr
    assert "  fix:   gitlink check commits\n  once:  " in done.stderr


@pytest.mark.parametrize("hooked", ["pre-push", "pre-receive"])
def test_one_bad_commit_among_many_branches_is_named(repository: Repository, hooked: str) -> None:
    repository.policy("[commit]\n\trequire = any\n")
    repository.git("add", ".gitlink")
    repository.commit("Policy")
    many, bad_one = 3000, 999  # the last by name
    stream = b"".join(
        b"commit refs/new/%d\ncommitter a <a@b> %d +0000\ndata 7\n%s\n"
        % (at, 1700000000 + at, b"TEST-1 " if at != bad_one else b"No key.")
        for at in range(1, many)
    )
    subprocess.run(("git", "fast-import", "--quiet"), cwd=repository.path, input=stream, check=True)
    tips = repository.git("for-each-ref", "--format=%(refname:lstrip=2) %(objectname)", "refs/new").stdout
    none = "0" * 40
    bad, lines = "", []
    for name, tip in [line.split() for line in tips.splitlines()]:
        bad = tip if int(name) == bad_one else bad
        branch = f"refs/heads/TEST-{name}-x"
        lines.append(f"{branch} {tip} {branch} {none}\n" if hooked == "pre-push" else f"{none} {tip} {branch}\n")
    done = hook(repository, hooked, "origin", "url", stdin="".join(lines))
    assert done.returncode == 1
    assert done.stderr.startswith(f"gitlink: commit {bad[:7]} names no issue\n  where: TEST-{bad_one}-x")
    assert done.stderr.count("gitlink: ") == 1


@pytest.mark.parametrize("hooked", ["pre-push", "pre-receive"])
def test_names_of_people_are_not_looked_up(repository: Repository, hooked: str) -> None:
    """Git takes the square of a `.mailmap`'s lines to read it: of these 400,000 a quarter of a minute, for each tip."""
    numbers = list(range(400_000))
    random.Random(1).shuffle(numbers)
    lines = [f"<a{number}@b> <x{number}@c>\n" for number in numbers]
    (repository.path / ".mailmap").write_text("".join(lines), encoding="utf-8")
    repository.git("add", ".mailmap")
    tips = [repository.commit("No key"), repository.commit("TEST-1 A key")]
    if hooked == "pre-push":
        pushed = "".join([f"refs/heads/x {tip} refs/heads/bad{at} {'0' * 40}\n" for at, tip in enumerate(tips)])
        done = hook(repository, "pre-push", "origin", "url", stdin=pushed)
    else:
        pushed = "".join([f"{'0' * 40} {tip} refs/heads/bad{at}\n" for at, tip in enumerate(tips)])
        repository.git("push", "-q", "origin", "HEAD:main")
        bare = Repository(repository.remote, repository.remote)
        done = hook(bare, "pre-receive", stdin=pushed)
    assert (done.returncode, done.stderr.count("gitlink: branch bad")) == (1, 2)
    assert "TEST-1-" in done.stderr


def test_a_checkout_of_any_name_is_quick(repository: Repository) -> None:
    name = "/".join(["A-1-" * 60] * 10)
    repository.policy("[branch]\n" + "\texempt = *a*b*c*d*e\n" * 900)
    repository.git("update-ref", f"refs/heads/{name}", "HEAD")
    repository.git("symbolic-ref", "HEAD", f"refs/heads/{name}")
    assert os.path.exists(repository.path / ".git" / "HEAD")
    assert checkout(repository).returncode == 0
