"""A partial clone: what it has left out, no hook waits for; what needs nothing of that goes first."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import SCRIPTS, Repository
from tests.hook.test_hostile_time import hook

NONE = "0" * 40


@pytest.fixture
def partial(repository: Repository, tmp_path: Path) -> Repository:
    """A clone without blobs, but for those of the branch `other`; who fetches from its remote leaves a file `asked`."""
    repository.run("git", "-C", str(repository.remote), "config", "uploadpack.allowFilter", "true")
    repository.run("git", "-C", str(repository.remote), "config", "uploadpack.allowAnySHA1InWant", "true")
    repository.policy("[checkout]\n\tstatus = inProgress\n[commit]\n\trequire = any\n")
    repository.git("add", ".gitlink")
    repository.commit("Policy")
    repository.git("push", "-q", "origin", "main")
    repository.git("switch", "-q", "-c", "other")
    repository.policy("[commit]\n\trequire = any\n")
    repository.commit("Other", "-a")
    repository.git("push", "-q", "origin", "other")
    url, path = f"file://{repository.remote}", tmp_path / "partial"
    repository.git("clone", "-q", "--filter=blob:none", "-b", "other", url, str(path))
    script = tmp_path / "upload-pack"
    script.write_text(f'#!/bin/sh\ntouch "{tmp_path / "asked"}"\nexec git-upload-pack "$@"\n', encoding="utf-8")
    script.chmod(0o755)
    made = Repository(path, repository.remote)
    made.git("config", "remote.origin.uploadpack", f"'{script}'")
    made.git("config", "protocol.allow", "always")
    made.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main")
    return made


@pytest.fixture(autouse=True)
def _asks_nobody(partial: Repository, tmp_path: Path) -> Iterator[None]:
    yield
    assert not (tmp_path / "asked").exists()


def test_a_push_over_what_is_not_here_is_judged(partial: Repository) -> None:
    tip = partial.commit("No key")
    line = f"refs/heads/x {tip} refs/heads/TEST-1-x {'1' * 40}\n"
    done = hook(partial, "pre-push", "origin", "url", stdin=line)
    assert (done.returncode, done.stderr.count("[commit-without-key]")) == (1, 1)
    assert f"--force-with-lease=TEST-1-x:{'1' * 40}" in done.stderr


def test_a_checkout_obeys_no_policy_that_is_not_here(partial: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACKER_ORG_ID", "1")
    monkeypatch.setenv("TRACKER_API_BASE_URL", "http://127.0.0.1:9")
    partial.git("switch", "-q", "-c", "TEST-2-y")
    tip = partial.git("rev-parse", "HEAD").stdout.strip()
    done = hook(partial, "post-checkout", tip, tip, "1")
    assert (done.returncode, done.stderr) == (0, "")


def test_a_policy_that_is_left_out_is_told_with_the_fix(partial: Repository, tmp_path: Path) -> None:
    """Neither in the work tree, which is sparse, nor among the objects: silence would be the default policy."""
    partial.git("sparse-checkout", "set", "--no-cone", "/nothing")
    partial.git("update-ref", "HEAD", "refs/remotes/origin/main")
    assert not (partial.path / ".gitlink").exists()
    tip = partial.git("rev-parse", "HEAD").stdout.strip()
    line = f"refs/heads/x {tip} refs/heads/TEST-1-x {NONE}\n"
    done = hook(partial, "pre-push", "origin", "url", stdin=line)
    assert (done.returncode, "gitlink: HEAD:.gitlink is not in this clone\n" in done.stderr) == (3, True)
    fix = done.stderr.partition("  fix:   ")[2].partition("\n")[0]
    assert not (tmp_path / "asked").exists()
    partial.sh(fix)
    os.unlink(tmp_path / "asked")
    done = hook(partial, "pre-push", "origin", "url", stdin=line)
    assert (done.returncode, done.stderr) == (0, "")


def test_doctor_says_how_a_policy_that_is_left_out_is_fetched(partial: Repository, tmp_path: Path) -> None:
    partial.policy("[checkout]\n\tstatus = inProgress\n")
    seen = partial.run(str(SCRIPTS / "gitlink"), "doctor", check=False).stdout
    assert "it was left out of a partial clone" in seen and not (tmp_path / "asked").exists()
    partial.sh(next(line.partition("fix: ")[2] for line in seen.splitlines() if "fix: git cat-file" in line))
    os.unlink(tmp_path / "asked")
    assert "checkout.status" not in partial.run(str(SCRIPTS / "gitlink"), "doctor", check=False).stdout
