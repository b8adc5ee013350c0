"""Which refs and which commits of a push are judged, with one remote and with several; first what must pass."""

import hashlib
import subprocess
from pathlib import Path

import pytest

from tests.conftest import Repository

ANY = "[commit]\n\trequire = any\n"


@pytest.fixture(autouse=True)
def _hooked(repository: Repository) -> None:
    repository.hook("pre-push")


def add_remote(repository: Repository, name: str) -> Path:
    path = repository.path.parent / f"{name}.git"
    subprocess.run(("git", "init", "-q", "--bare", "-b", "main", str(path)), check=True)
    repository.git("remote", "add", name, str(path))
    return path


def refused(repository: Repository, *args: str) -> list[str]:
    """Push, and return the first line of each violation; none where the push went through."""
    done = repository.git("push", *args, check=False)
    told = [line for line in done.stderr.splitlines() if line.startswith("gitlink: ")]
    assert bool(told) is bool(done.returncode), done.stderr
    return told


def short(repository: Repository, revision: str) -> str:
    return repository.git("rev-parse", revision).stdout[:7]


@pytest.mark.parametrize(
    "refspecs",
    [
        pytest.param([":bad"], id="a deletion"),
        pytest.param(["v1"], id="a tag"),
        pytest.param(["v2"], id="an annotated tag"),
        pytest.param(["HEAD:refs/tags/v3"], id="a tag named outright"),
        pytest.param(["HEAD:refs/notes/bad"], id="a ref that is no branch"),
        pytest.param([":bad", "v1", "HEAD:main", "HEAD:refs/heads/release/1/2"], id="all that is exempt at once"),
        pytest.param(["bad:refs/heads/TEST-1-x"], id="a good name on the remote, whatever it is called here"),
    ],
)
def test_never_judged(repository: Repository, refspecs: list[str]) -> None:
    repository.policy(ANY)
    repository.git("push", "-q", "--no-verify", "origin", "HEAD:refs/heads/bad")
    repository.git("branch", "bad")
    repository.git("tag", "v1")
    repository.git("tag", "-a", "-m", "No key", "v2")
    assert refused(repository, "origin", *refspecs) == []


def test_the_name_on_the_remote_is_judged(repository: Repository) -> None:
    repository.git("branch", "TEST-1-good")
    assert refused(repository, "origin", "TEST-1-good:refs/heads/bad") == ["gitlink: branch bad names no issue"]


def test_a_new_branch_without_new_commits_is_judged_by_its_name(repository: Repository) -> None:
    repository.git("branch", "bad")
    assert refused(repository, "origin", "bad") == ["gitlink: branch bad names no issue"]


def test_every_branch_of_push_all_is_judged(repository: Repository) -> None:
    for name in ("bad", "TEST-1-good", "worse"):
        repository.git("branch", name)
    assert refused(repository, "--all", "origin") == [
        "gitlink: branch bad names no issue",
        "gitlink: branch worse names no issue",
    ]


@pytest.mark.parametrize("source", ["HEAD", "HEAD~1", "HEAD^{/fix bug}", "main", "oid"])
def test_a_commit_pushed_by_any_name(repository: Repository, source: str) -> None:
    repository.commit("fix bug")
    repository.commit("TEST-1 Add")
    if source == "oid":
        source = repository.git("rev-parse", "HEAD").stdout.strip()
    assert refused(repository, "origin", f"{source}:refs/heads/bad") == ["gitlink: branch bad names no issue"]
    assert refused(repository, "origin", f"{source}:refs/heads/TEST-1-x") == []


def test_a_detached_head_and_a_rebase_under_way(repository: Repository) -> None:
    repository.policy(ANY)
    repository.git("checkout", "-q", "--detach")
    repository.commit("No key")
    assert refused(repository, "origin", "HEAD:refs/heads/bad") == [
        "gitlink: branch bad names no issue",
        f"gitlink: commit {short(repository, 'HEAD')} names no issue",
    ]
    repository.commit("TEST-1 Key", "--amend")
    assert refused(repository, "origin", "HEAD:refs/heads/TEST-1-x") == []
    repository.git("switch", "-q", "-c", "TEST-1-y")
    repository.commit("Second")
    repository.git("rebase", "-i", "HEAD~1", GIT_SEQUENCE_EDITOR="sed -i.bak s/^pick/edit/")
    assert refused(repository, "origin", "HEAD:refs/heads/TEST-1-y") == [
        f"gitlink: commit {short(repository, 'HEAD')} names no issue"
    ]


def test_what_the_remote_has_is_not_new(repository: Repository) -> None:
    repository.policy(ANY)
    repository.commit("On main")
    repository.git("push", "-q", "origin", "main")
    repository.git("switch", "-q", "-c", "TEST-1-x")
    old = repository.commit("TEST-1 Add")
    assert refused(repository, "origin", "TEST-1-x") == []
    repository.commit("No key", "--amend")
    assert refused(repository, "--force", "origin", "TEST-1-x") == [
        f"gitlink: commit {short(repository, 'HEAD')} names no issue"
    ]
    repository.git("reset", "-q", "--soft", old)
    assert refused(repository, "--force", "origin", "TEST-1-x") == []


def test_the_old_tip_on_the_remote_need_not_be_here(repository: Repository) -> None:
    repository.policy(ANY)
    other = Repository(repository.path.parent / "clone", repository.remote)
    subprocess.run(("git", "clone", "-q", str(repository.remote), str(other.path)), check=True)
    other.commit("TEST-1 Theirs")
    other.git("push", "-q", "origin", "HEAD:refs/heads/TEST-1-x")
    repository.commit("TEST-1 Ours")
    assert refused(repository, "--force", "origin", "HEAD:refs/heads/TEST-1-x") == []


def test_of_two_remotes_the_one_pushed_to_counts(repository: Repository) -> None:
    repository.policy(ANY)
    add_remote(repository, "upstream")
    repository.git("switch", "-q", "-c", "TEST-1-x")
    repository.commit("Only upstream has it")
    repository.git("push", "-q", "--no-verify", "upstream", "TEST-1-x")
    assert refused(repository, "upstream", "TEST-1-x:refs/heads/TEST-1-y") == []
    assert refused(repository, "origin", "TEST-1-x") == [f"gitlink: commit {short(repository, 'HEAD')} names no issue"]


def test_a_new_fork_has_no_remote_tracking_branch_so_any_remote_counts(repository: Repository) -> None:
    repository.policy(ANY)
    add_remote(repository, "fork")
    repository.git("switch", "-q", "-c", "TEST-1-x")
    repository.commit("TEST-1 Add")
    assert refused(repository, "fork", "TEST-1-x") == []
    repository.commit("No key")
    add_remote(repository, "fork2")
    assert refused(repository, "fork2", "TEST-1-x") == [f"gitlink: commit {short(repository, 'HEAD')} names no issue"]


def test_a_remote_with_a_name_like_a_glob(repository: Repository) -> None:
    repository.policy(ANY)
    repository.git("remote", "rename", "origin", "team/origin")
    repository.git("switch", "-q", "-c", "TEST-1-x")
    repository.commit("TEST-1 Add")
    assert refused(repository, "team/origin", "TEST-1-x") == []


def test_an_empty_remote_has_nothing(repository: Repository) -> None:
    repository.policy(ANY)
    add_remote(repository, "empty")
    repository.git("remote", "remove", "origin")
    repository.commit("TEST-1 Add")
    (told,) = refused(repository, "empty", "HEAD:refs/heads/TEST-1-x")
    assert told == f"gitlink: commit {short(repository, 'HEAD~1')} names no issue"


def test_a_push_to_a_url_that_no_remote_has(repository: Repository) -> None:
    repository.policy(ANY)
    path = add_remote(repository, "fork")
    repository.git("remote", "remove", "fork")
    repository.commit("TEST-1 Add")
    assert refused(repository, str(path), "HEAD:refs/heads/TEST-1-x") == []
    repository.commit("No key")
    assert len(refused(repository, str(path), "HEAD:refs/heads/TEST-1-y")) == 1


def test_merges_and_reverts_pass_and_a_pushed_fixup_does_not(repository: Repository) -> None:
    repository.policy(ANY)
    repository.git("switch", "-q", "-c", "TEST-1-x")
    repository.commit("TEST-1 Work")
    repository.git("switch", "-q", "main")
    repository.commit("TEST-1 On main")
    repository.git("merge", "-q", "--no-ff", "-m", "Merge without a key", "TEST-1-x")
    repository.commit('Revert "Work"')
    assert refused(repository, "origin", "HEAD:refs/heads/TEST-1-x") == []
    for kind in ("fixup!", "squash!", "amend!"):
        repository.commit(f"{kind} Work")
    assert len(refused(repository, "origin", "HEAD:refs/heads/TEST-1-y")) == 3


@pytest.mark.parametrize("encoding", ["cp1251", "utf-8"])
def test_a_message_in_another_encoding_is_read(repository: Repository, encoding: str) -> None:
    repository.policy(ANY)
    repository.git("config", "i18n.commitEncoding", "cp1251")
    for subject in ("TEST-1 Исправлено", "Исправлено"):
        file = repository.path.parent / "message"
        file.write_bytes(subject.encode(encoding))
        repository.git("commit", "-q", "--allow-empty", "-F", str(file))
    done = repository.git("push", "origin", "HEAD:refs/heads/TEST-1-x", check=False)
    assert done.stderr.count("[commit-without-key]") == 1
    assert encoding != "cp1251" or 'TEST-1-x → origin, "Исправлено"\n' in done.stderr


def test_a_shallow_clone_pushes(repository: Repository, tmp_path: Path) -> None:
    repository.commit("On main")
    repository.git("push", "-q", "origin", "main")
    subprocess.run(("git", "clone", "-q", "--depth=1", f"file://{repository.remote}", str(tmp_path / "s")), check=True)
    shallow = Repository(tmp_path / "s", repository.remote)
    shallow.hook("pre-push")
    shallow.policy(ANY)
    shallow.commit("TEST-1 Add")
    assert refused(shallow, "origin", "HEAD:refs/heads/TEST-1-x") == []
    shallow.commit("No key")
    assert len(refused(shallow, "origin", "HEAD:refs/heads/TEST-1-y")) == 1


def contents(folder: Path) -> dict[str, str]:
    """Return every file below *folder* with its content and time."""
    return {
        str(file): f"{hashlib.sha256(file.read_bytes()).hexdigest()} {file.stat().st_mtime_ns}"
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def test_a_dry_run_is_judged_and_leaves_nothing_behind(repository: Repository) -> None:
    repository.policy(ANY)
    repository.git("switch", "-q", "-c", "TEST-1-x")
    repository.git("config", "branch.TEST-1-x.description", "TEST-1 Add")
    repository.commit("TEST-1 Add")
    before = contents(repository.path.parent)
    assert refused(repository, "--dry-run", "origin", "TEST-1-x") == []
    assert refused(repository, "--dry-run", "origin", "TEST-1-x:refs/heads/bad") != []
    assert contents(repository.path.parent) == before


def test_a_commit_that_was_replaced_is_judged_as_it_is_pushed(repository: Repository) -> None:
    """A replacement stays on this machine; the remote gets the commit itself."""
    repository.policy(ANY)
    repository.git("switch", "-q", "-c", "TEST-1-x")
    repository.commit("No key")
    judged = repository.git("rev-parse", "HEAD").stdout.strip()
    repository.git("commit", "-q", "--amend", "--allow-empty", "-m", "TEST-1 A better message")
    repository.git("replace", judged, "HEAD")
    repository.git("reset", "-q", "--hard", judged)
    assert refused(repository, "origin", "TEST-1-x") == [f"gitlink: commit {judged[:7]} names no issue"]


def test_a_work_tree_without_a_policy_has_that_of_head(repository: Repository) -> None:
    """As in a sparse checkout, or after `git clone --no-checkout`."""
    repository.policy(ANY)
    repository.git("add", ".gitlink")
    repository.commit("TEST-1 Policy")
    (repository.path / ".gitlink").unlink()
    repository.git("switch", "-q", "-c", "TEST-1-x")
    repository.commit("No key")
    assert refused(repository, "origin", "TEST-1-x") == [f"gitlink: commit {short(repository, 'HEAD')} names no issue"]


def test_hundreds_of_good_branches_are_pushed(repository: Repository) -> None:
    """Each with a commit of its own: together they take no longer than a hook may."""
    repository.policy(ANY)
    lines = []
    for number in range(1, 401):
        message = f"TEST-{number} Good"
        who = "committer A <a@example.com> 1767323045 +0000"
        lines.append(f"commit refs/heads/TEST-{number}-x\n{who}\ndata {len(message)}\n{message}\nfrom main^0\n")
    repository.run("git", "fast-import", "--quiet", stdin="\n".join(lines))
    assert refused(repository, "origin", "refs/heads/TEST-*:refs/heads/TEST-*") == []


def test_of_many_branches_the_bad_commit_is_put_down_to_its_own(repository: Repository) -> None:
    repository.policy(ANY)
    repository.git("switch", "-q", "-c", "TEST-1-x")
    repository.commit("TEST-1 Good")
    repository.git("switch", "-q", "-c", "TEST-2-y", "HEAD~1")
    repository.commit("No key")
    done = repository.git("push", "origin", "TEST-1-x", "TEST-2-y", check=False)
    assert done.stderr.count("[commit-without-key]") == 1
    assert 'TEST-2-y → origin, "No key"' in done.stderr


@pytest.mark.parametrize("name", ["--mirror", "-d", "--delete", "+main", "tag"])
def test_what_is_printed_to_be_pasted_takes_a_name_for_nothing_else(repository: Repository, name: str) -> None:
    """Such a branch comes from a hostile remote, whose HEAD it is."""
    repository.git("push", "-q", "origin", "HEAD:refs/heads/main", "HEAD:refs/heads/TEST-3-other")
    repository.git("update-ref", f"refs/heads/{name}", "HEAD")
    repository.git("symbolic-ref", "HEAD", f"refs/heads/{name}")
    repository.commit("Mine")
    done = repository.git("push", "origin", f"refs/heads/{name}", check=False)
    lines = {line[:7].strip(): line[9:] for line in done.stderr.splitlines() if line.startswith("  ")}
    before = repository.git("ls-remote", "origin", "main", "TEST-3-other").stdout
    repository.sh(lines["once:"])
    assert repository.git("ls-remote", "origin", "main", "TEST-3-other").stdout == before
    assert f"refs/heads/{name}\n" in repository.git("ls-remote", "origin").stdout
    repository.sh(lines["fix:"])
    branches = repository.git("for-each-ref", "--format=%(refname)", "refs/heads/").stdout.splitlines()
    assert f"refs/heads/{name}" not in branches
    assert repository.git("symbolic-ref", "HEAD").stdout.startswith("refs/heads/TEST-")


def test_a_wrong_policy_can_be_deleted(repository: Repository) -> None:
    repository.policy("[gitlnk]\n\tqueue = TEST\n")
    repository.git("add", ".gitlink")
    repository.commit("TEST-1 Wrong")
    repository.git("rm", "-q", ".gitlink")
    assert refused(repository, "origin", "HEAD:refs/heads/TEST-1-x") == []
