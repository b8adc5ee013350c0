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


def refused(repository: Repository, *args: str) -> list[str]:
    """Push, and return the first line of each violation as the server tells it."""
    done = repository.git("push", *args, check=False)
    lines = [line.removeprefix("remote: ").rstrip() for line in done.stderr.splitlines()]
    return [line for line in lines if line.startswith("gitlink: ")]


def set_policy(repository: Repository, text: str) -> None:
    repository.policy(text)
    repository.git("add", ".gitlink")
    repository.commit("Policy")
    repository.git("push", "-q", "origin", "main")


@pytest.mark.parametrize(
    "refspecs",
    [["HEAD:refs/tags/v1"], ["v2"], ["HEAD:refs/notes/x"], ["HEAD:refs/heads/release/1/2"], [":old"], [":old", "v2"]],
    ids=["a tag", "an annotated tag", "no branch", "an exempt branch", "a deletion", "two at once"],
)
def test_what_is_never_judged(repository: Repository, refspecs: list[str]) -> None:
    repository.run("git", "-C", str(repository.remote), "branch", "old", "main")
    repository.git("tag", "-a", "-m", "No key", "v2")
    assert refused(repository, "origin", *refspecs) == []
    assert len(repository.git("ls-remote", "origin").stdout.splitlines()) >= 2


def test_every_ref_of_a_push_is_judged_and_none_moves(repository: Repository) -> None:
    told = refused(repository, "origin", "HEAD:refs/heads/bad", "HEAD:refs/heads/TEST-1-x", "HEAD:refs/heads/worse")
    assert told == ["gitlink: branch bad names no issue", "gitlink: branch worse names no issue"]
    assert repository.git("ls-remote", "--heads", "origin").stdout.count("\n") == 1


@pytest.mark.parametrize(
    ("glob", "exempt"),
    [("sandbox-?", "sandbox-é"), ("x[!0-9]", "xé"), ("[é]", "é"), ("[à-ï]x", "éx"), ("[a\\\\]", "a"), ("*é", "sé")],
)
def test_what_is_exempt_makes_no_commit_known_however_git_reads_the_glob(
    repository: Repository, glob: str, exempt: str
) -> None:
    set_policy(repository, f'[branch]\n\texempt = "{glob}"\n[commit]\n\trequire = any\n')
    bad = repository.commit("No key")
    assert refused(repository, "origin", f"HEAD:refs/heads/{exempt}") == []
    assert refused(repository, "origin", "HEAD:refs/heads/TEST-1-x") == [f"gitlink: commit {bad[:7]} names no issue"]


def test_new_commits_in_quarantine_are_judged_once_each(repository: Repository) -> None:
    set_policy(repository, "[commit]\n\trequire = any\n")
    repository.git("switch", "-q", "-c", "TEST-1-x")
    repository.commit("TEST-1 Add")
    assert refused(repository, "origin", "TEST-1-x") == []
    bad = repository.commit("No key")
    assert refused(repository, "origin", "TEST-1-x") == [f"gitlink: commit {bad[:7]} names no issue"]
    assert refused(repository, "origin", "TEST-1-x:refs/heads/TEST-2-y") == [
        f"gitlink: commit {bad[:7]} names no issue"
    ]
    repository.commit("TEST-1 Mended", "--amend")
    assert refused(repository, "origin", "TEST-1-x") == []
    assert refused(repository, "--force", "origin", "TEST-1-x~1:refs/heads/TEST-1-x") == []


def test_branch_pattern_and_since_and_the_skip_trailer(repository: Repository) -> None:
    repository.commit("Before")
    old = repository.git("rev-parse", "HEAD").stdout.strip()
    set_policy(repository, f'[branch]\n\tpattern = "^TEST-\\\\d"\n[commit]\n\trequire = branch\n\tsince = {old}\n')
    assert refused(repository, "origin", "HEAD:refs/heads/f/TEST-1") == [
        "gitlink: branch f/TEST-1 does not match `branch.pattern`"
    ]
    repository.commit("Bump\n\nGitlink-Skip: robot")
    (told,) = refused(repository, "origin", "HEAD:refs/heads/TEST-1-x")
    assert told.endswith(" is exempt (Gitlink-Skip: robot)")
    assert repository.git("ls-remote", "origin", "TEST-1-x").stdout


def test_a_reason_in_the_pushers_environment_does_not_count(repository: Repository) -> None:
    done = repository.git("push", "origin", "HEAD:refs/heads/bad", check=False, GITLINK_SKIP="hotfix")
    assert done.returncode == 1
    assert "once:  ask whoever runs this server" in done.stderr


def test_a_wrong_policy_on_the_server_refuses_with_the_fix(repository: Repository) -> None:
    repository.policy("[branch]\n\trequire = maybe\n")
    repository.git("add", ".gitlink")
    repository.commit("Policy")
    repository.git("push", "-q", "origin", "main")
    told = repository.git("push", "origin", "HEAD:refs/heads/TEST-1-x", check=False).stderr
    assert "gitlink: HEAD:.gitlink: branch.require: `maybe` is neither true nor false" in told
    assert "  fix:   git config -f .gitlink branch.require true" in told
    assert "Traceback" not in told


def test_a_wrong_policy_stops_no_tag_and_no_deletion_and_is_mended_by_a_push(repository: Repository) -> None:
    set_policy(repository, "[branch]\n\trequire = maybe\n")
    repository.git("push", "origin", "HEAD:refs/tags/v1")
    repository.git("push", "origin", ":refs/tags/v1")
    repository.policy("[branch]\n\trequire = perhaps\n")
    repository.commit("Still wrong", "-a")
    assert refused(repository, "origin", "main")[0].endswith("`maybe` is neither true nor false")
    repository.policy("[branch]\n\trequire = true\n")
    repository.commit("Mended", "-a")
    assert refused(repository, "origin", "HEAD:refs/heads/TEST-1-x")[0].endswith("`maybe` is neither true nor false")
    assert refused(repository, "origin", "main", "HEAD:refs/heads/bad") == ["gitlink: branch bad names no issue"]
    assert refused(repository, "origin", "main") == []


def test_a_since_that_the_server_lacks_is_mended_by_a_push_too(repository: Repository) -> None:
    set_policy(repository, "[commit]\n\trequire = any\n\tsince = v9\n")
    (told,) = refused(repository, "origin", "HEAD:refs/heads/TEST-1-x")
    assert told == "gitlink: .gitlink: commit.since: `v9` is not in this clone"
    set_policy(repository, "[commit]\n\trequire = any\n")


def test_the_first_push_to_an_empty_repository(repository: Repository) -> None:
    repository.run("git", "-C", str(repository.remote), "update-ref", "-d", "refs/heads/main")
    repository.policy("[branch]\n\trequire = maybe\n")
    repository.git("add", ".gitlink")
    repository.commit("Policy")
    assert refused(repository, "origin", "HEAD:refs/heads/bad") == ["gitlink: branch bad names no issue"]
    assert refused(repository, "origin", "main") == []


def test_a_tag_called_head_is_no_default_branch(repository: Repository) -> None:
    repository.run("git", "-C", str(repository.remote), "update-ref", "-d", "refs/heads/main")
    repository.policy("[branch]\n\trequire = false\n")
    repository.git("add", ".gitlink")
    repository.commit("Anything goes")
    repository.git("push", "-q", "origin", "HEAD:refs/tags/HEAD")
    assert refused(repository, "origin", "HEAD:refs/heads/bad") == ["gitlink: branch bad names no issue"]


def test_a_default_branch_that_is_an_old_commit(repository: Repository) -> None:
    set_policy(repository, "[branch]\n\trequire = false\n")
    repository.run("git", "-C", str(repository.remote), "update-ref", "--no-deref", "HEAD", "refs/heads/main")
    assert refused(repository, "origin", "HEAD:refs/heads/any") == []


def test_drafts_are_no_business_of_the_server(repository: Repository) -> None:
    repository.git("branch", "TEST-1-x")
    repository.git("config", "branch.TEST-1-x.description", "No key")
    assert refused(repository, "origin", "TEST-1-x") == []


@pytest.mark.parametrize("line", ["x\n", "a b\n"])
def test_standard_input_that_is_no_push(repository: Repository, line: str) -> None:
    done = repository.run(str(SCRIPTS / "gitlink-pre-receive"), check=False, stdin=line)
    assert (done.returncode, "Traceback" in done.stderr) == (7, False)


@pytest.mark.parametrize(
    "first", ["refs/tags/t1", "refs/foo/bar", "refs/heads/dependabot/x", "refs/heads/release/1", "refs/notes/x"]
)
def test_a_commit_that_was_pushed_elsewhere_first_is_new_all_the_same(repository: Repository, first: str) -> None:
    set_policy(repository, "[commit]\n\trequire = any\n")
    repository.git("switch", "-q", "-c", "TEST-1-x")
    repository.commit("No key")
    repository.git("push", "-q", "origin", f"HEAD:{first}")
    assert len(refused(repository, "origin", "TEST-1-x")) == 1


def test_what_the_default_branch_or_a_judged_one_has_is_not_new(repository: Repository) -> None:
    repository.commit("On main, which is exempt")
    set_policy(repository, "[commit]\n\trequire = any\n")
    repository.git("switch", "-q", "-c", "TEST-1-x")
    repository.commit("TEST-1 Add")
    repository.git("push", "-q", "origin", "TEST-1-x")
    assert refused(repository, "origin", "HEAD:refs/heads/TEST-2-y") == []
