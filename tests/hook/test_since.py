"""commit.since: one commit, whatever a stranger calls their branches and tags, and whatever the value is."""

import subprocess
from itertools import pairwise
from pathlib import Path

import pytest

from tests.conftest import SCRIPTS, Repository
from tests.hook.test_hostile_time import hook

ANY = "[commit]\n\trequire = any\n"
NONE = "0" * 40
GITLINK = str(SCRIPTS / "gitlink")


def since(repository: Repository, value: str) -> None:
    repository.policy(f'{ANY}\tsince = "{value}"\n')


def push(repository: Repository, tip: str = "HEAD") -> subprocess.CompletedProcess[str]:
    """Judge a push of *tip* to a remote that has nothing yet."""
    oid = repository.git("rev-parse", tip).stdout.strip()
    return hook(repository, "pre-push", "origin", "url", stdin=f"HEAD {oid} refs/heads/TEST-1-x {NONE}\n")


@pytest.fixture
def adopted(repository: Repository) -> str:
    """The commit that gitlink was adopted at, which tags and branches of several kinds lead to."""
    repository.git("update-ref", "-d", "refs/remotes/origin/main")
    repository.git("switch", "-q", "-c", "TEST-1-x")
    repository.commit("Before gitlink")
    oid = repository.commit("Before gitlink too")
    repository.git("tag", "v1")
    repository.git("tag", "-a", "-m", "No key", "rel/2")
    repository.git("tag", "--no-sign", "-a", "-m", "No key", "rel/3", "rel/2")
    repository.git("branch", "alt/вход")
    repository.git("update-ref", "refs/remotes/up/main", oid)
    repository.git("symbolic-ref", "refs/remotes/up/HEAD", "refs/remotes/up/main")
    repository.git("tag", "2026", oid)
    repository.commit("TEST-1 After it")
    return oid


@pytest.mark.parametrize(
    "value",
    ["OID", "SHORT", "UPPER", "v1", "rel/2", "rel/3", "alt/вход", "up/main", "up", "refs/tags/v1", "refs/tags/2026",
     "HEAD~", "HEAD^1~0", "@~1", "TEST-1-x^", "rel/3^0", "SHORT~0"],
)  # fmt: skip
def test_it_leaves_out_a_commit_and_its_ancestors(repository: Repository, adopted: str, value: str) -> None:
    named = {"OID": adopted, "SHORT": adopted[:7], "UPPER": adopted[:12].upper(), "SHORT~0": f"{adopted[:9]}~0"}
    since(repository, named.get(value, value))
    done = push(repository)
    assert (done.returncode, done.stderr) == (0, "")
    assert repository.run(GITLINK, "check", "commits", "HEAD").stderr == ""
    late = repository.commit("No key")
    refused = push(repository)
    assert refused.stderr.startswith(f"gitlink: commit {late[:7]} names no issue")
    assert refused.stderr.count("[commit-without-key]") == 1


@pytest.mark.parametrize(
    "value", ["v9", "refs/tags/v9", "HEAD~99", "v1^2", "f" * 40, "f" * 64, "abcd", "HEAD" + "~9" * 90]
)
def test_what_is_not_here_is_3_with_the_fix(repository: Repository, adopted: str, value: str) -> None:
    since(repository, value)
    refused = push(repository)
    assert refused.returncode == 3
    assert f"commit.since: `{value}` is not in this clone" in refused.stderr
    assert "  fix:   git fetch --tags --unshallow || git fetch --tags\n" in refused.stderr


def test_a_folder_of_branches_is_none(repository: Repository) -> None:
    repository.git("update-ref", "refs/heads/v1/a\u2028b", "HEAD")
    since(repository, "v1")
    assert "commit.since: `v1` is not in this clone" in push(repository).stderr


@pytest.mark.parametrize(
    "value",
    ["--all", "-n1", "HEAD^{tree}", "HEAD^{/After}", ":/After", "HEAD@{0}", "@{u}", "v1..v1", "^v1", "v1 v2", "v?",
     "v*", "v[1]", "HEAD:a", "HEAD^@", "HEAD^!", "HEAD^-", "~1", "v1\\tx", "v1\\\\x"],
)  # fmt: skip
def test_what_is_no_name_is_told(repository: Repository, adopted: str, value: str) -> None:
    since(repository, value)
    refused = push(repository)
    assert refused.returncode == 3
    assert " is no name and no id\n  where: .gitlink, key `commit.since`\n" in refused.stderr
    assert repository.run(GITLINK, "check", "commits", "HEAD", check=False).returncode == 3


def test_no_regular_expression_is_searched_for(repository: Repository) -> None:
    """Git's own search goes back and forth for ever (regcomp(3) knows back references)."""
    repository.git("switch", "-q", "-c", "TEST-1-x")
    repository.commit("a" * 3000)
    since(repository, "HEAD^{/((a*)*)*\\\\1x}")
    assert push(repository).returncode == 3


def test_steps_through_a_long_history_end(repository: Repository) -> None:
    stream = b"".join(b"commit refs/heads/long\ncommitter a <a@b> %d +0000\ndata 0\n\n" % at for at in range(50_000))
    subprocess.run(("git", "fast-import", "--quiet"), cwd=repository.path, input=stream, check=True)
    since(repository, "long" + "~49999" + "^0~0" * 200)
    assert "names no issue" in push(repository, "long").stderr


def receiving(repository: Repository, value: str) -> None:
    """Put pre-receive into the remote, with a policy that asks for an issue since *value*."""
    file = repository.remote / "hooks" / "pre-receive"
    file.parent.mkdir(exist_ok=True)
    file.write_text(f"#!/bin/sh\nexec '{SCRIPTS / 'gitlink-pre-receive'}'\n", encoding="utf-8")
    file.chmod(0o755)
    since(repository, value)
    repository.git("add", ".gitlink")
    repository.commit("Policy")
    repository.git("push", "-q", "origin", "main")


@pytest.mark.parametrize("length", [7, 12, 40])
def test_a_tag_named_like_the_commits_id_is_not_it(repository: Repository, length: int) -> None:
    oid = repository.git("rev-parse", "HEAD").stdout.strip()
    receiving(repository, oid[:length])
    repository.commit("No key")
    repository.git("push", "-q", "origin", f"HEAD:refs/tags/{oid[:length]}")
    refused = repository.git("push", "origin", "HEAD:refs/heads/TEST-1-x", check=False)
    assert "names no issue" in refused.stderr
    assert "ambiguous" not in refused.stderr


@pytest.mark.parametrize("kind", ["tags", "heads"])
def test_a_branch_and_a_tag_of_one_name_are_told_apart_by_the_policy(repository: Repository, kind: str) -> None:
    """Neither goes before the other: tags are pushed unjudged, and so are branches that are exempt."""
    meant, other = ("refs/heads/release/1", "refs/tags/release/1")[:: 1 if kind == "tags" else -1]
    repository.git("push", "-q", "origin", f"HEAD:{meant}")
    receiving(repository, "release/1")
    repository.commit("No key")
    repository.git("push", "-q", "origin", f"HEAD:{other}")
    refused = repository.git("push", "origin", "HEAD:refs/heads/TEST-1-x", check=False)
    assert "commit.since: `release/1` is more than one commit" in refused.stderr
    assert "it is refs/heads/release/1 and refs/tags/release/1" in refused.stderr
    assert "  fix:   git config -f .gitlink commit.since refs/heads/release/1" in refused.stderr
    receiving(repository, meant)
    refused = repository.git("push", "origin", "HEAD:refs/heads/TEST-1-x", check=False)
    assert refused.stderr.count("[commit-without-key]") == 0
    repository.commit("No key either")
    refused = repository.git("push", "origin", "HEAD:refs/heads/TEST-1-x", check=False)
    assert refused.stderr.count("[commit-without-key]") == 1


def test_a_tag_of_digits_is_named_in_full(repository: Repository, adopted: str) -> None:
    since(repository, "2026")
    refused = push(repository)
    assert refused.returncode == 3
    assert "  fix:   git config -f .gitlink commit.since refs/tags/2026\n" in refused.stderr
    repository.git("config", "-f", ".gitlink", "commit.since", "refs/tags/2026")
    assert push(repository).returncode == 0


def test_the_beginning_of_several_ids_is_none(repository: Repository, tmp_path: Path) -> None:
    stream = b"".join(b"blob\ndata %d\n%d\n" % (len(str(at)), at) for at in range(3000))
    subprocess.run(("git", "fast-import", "--quiet"), cwd=repository.path, input=stream, check=True)
    listing = repository.git("cat-file", "--batch-all-objects", "--batch-check=%(objectname)").stdout.split()
    short = next(a[:4] for a, b in pairwise(listing) if a[:4] == b[:4])
    since(repository, short)
    refused = push(repository)
    assert (refused.returncode, f"`{short}` is more than one commit" in refused.stderr) == (3, True)
    assert f"  fix:   git rev-parse --disambiguate={short}\n" in refused.stderr
