"""The fix of a refused push, pasted: it mends this very case and touches nothing else."""

import subprocess

import pytest

from tests.conftest import Repository

ANY = "[commit]\n\trequire = any\n"
OWN = "[commit]\n\trequire = branch\n"


@pytest.fixture(autouse=True)
def _hooked(repository: Repository) -> None:
    repository.hook("pre-push")


def fixes(done: subprocess.CompletedProcess[str], label: str = "fix") -> list[str]:
    assert done.returncode == 1, done.stderr
    return [line.partition(":")[2].strip() for line in done.stderr.splitlines() if line.startswith(f"  {label}:")]


def paste(repository: Repository, line: str) -> None:
    """Paste into a shell."""
    repository.sh(line)


def subjects(repository: Repository, revisions: str) -> list[str]:
    lines = repository.git("log", "--format=%s|%(trailers:key=Issue,valueonly,separator=%x2C)", revisions).stdout
    return lines.splitlines()


def test_the_whole_refusal_of_a_push(repository: Repository) -> None:
    repository.policy(f"[gitlink]\n\tqueue = TEST\n{ANY}")
    repository.git("switch", "-q", "-c", "feature/login")
    oid = repository.commit("Add login form")
    done = repository.git("push", "origin", "feature/login", check=False)
    assert done.stderr.partition("error: failed to push")[0] == (
        "gitlink: branch feature/login names no issue\n"
        "  where: feature/login → origin\n"
        "  why:   .gitlink asks every pushed branch for a key of queue TEST [branch-without-key]\n"
        "  fix:   git branch -m feature/login TEST-123-login\n"
        f"gitlink: commit {oid[:7]} names no issue\n"
        '  where: feature/login → origin, "Add login form"\n'
        "  why:   .gitlink asks every new commit for a key of queue TEST [commit-without-key]\n"
        '  fix:   git commit --amend --no-edit --trailer "Issue: TEST-123" --only --allow-empty\n'
        '  once:  GITLINK_SKIP="why" git push origin feature/login\n'
    )


@pytest.mark.parametrize("name", ["feature/login", "it's", "a;b", "ü&ñ", "задача", "$HOME", "a|b"])
def test_a_branch_is_renamed_whatever_its_name(repository: Repository, name: str) -> None:
    repository.git("switch", "-q", "-c", name)
    (fix,) = fixes(repository.git("push", "origin", name, check=False))
    paste(repository, fix)
    repository.git("push", "origin", "HEAD")
    assert repository.git("ls-remote", "origin", name).stdout == ""


@pytest.mark.parametrize("source", ["HEAD", "HEAD^{/fix bug}", "login"])
def test_a_name_on_the_remote_alone_is_pushed_anew(repository: Repository, source: str) -> None:
    oid = repository.commit("fix bug")
    repository.git("branch", "login")
    (fix,) = fixes(repository.git("push", "origin", f"{source}:refs/heads/it's-bad", check=False))
    paste(repository, fix)
    assert oid in repository.git("ls-remote", "origin", "refs/heads/TEST-123-*").stdout


@pytest.mark.parametrize("refspecs", [["login"], ["HEAD:refs/heads/bad"], ["login", "HEAD~1:refs/heads/a&b", "good"]])
def test_once_passes_what_was_refused(repository: Repository, refspecs: list[str]) -> None:
    repository.commit("TEST-1 Add")
    for name in ("login", "good"):
        repository.git("branch", name)
    (once,) = fixes(repository.git("push", "origin", *refspecs, check=False), "once")
    paste(repository, once)
    for refspec in refspecs:
        assert repository.git("ls-remote", "origin", refspec.rpartition(":")[2]).stdout


def test_once_means_the_branch_where_a_tag_has_its_name(repository: Repository) -> None:
    for kind in ("branch", "tag"):
        repository.git(kind, "login")
    (once,) = fixes(repository.git("push", "origin", "refs/heads/login", check=False), "once")
    paste(repository, once)
    assert "\trefs/heads/login\n" in repository.git("ls-remote", "origin").stdout


@pytest.mark.parametrize("how", [["--force", "login"], ["--force", "HEAD~1:refs/heads/login"], ["+login"]])
@pytest.mark.parametrize("by", ["name", "URL"])
def test_once_forces_what_was_forced_and_nothing_newer(repository: Repository, how: list[str], by: str) -> None:
    repository.git("switch", "-q", "-c", "login")
    old = repository.commit("TEST-1 Add")
    repository.git("push", "-q", "--no-verify", "origin", "login")
    repository.git("reset", "-q", "--soft", "main")
    repository.commit("TEST-1 Add again")
    repository.commit("TEST-1 Add more")
    (once,) = fixes(
        repository.git("push", "origin" if by == "name" else str(repository.remote), *how, check=False), "once"
    )
    repository.git("push", "-q", "--no-verify", "--force", "origin", "main:login")
    assert repository.run("bash", "-c", once, check=False).returncode == 1
    repository.git("push", "-q", "--no-verify", "--force", "origin", f"{old}:login")
    paste(repository, once)


def test_the_branch_takes_the_issue_that_its_tip_names(repository: Repository) -> None:
    repository.git("switch", "-q", "-c", "login")
    repository.commit("TEST-7 Add login")
    assert fixes(repository.git("push", "origin", "login", check=False)) == ["git branch -m login TEST-7-login"]


def test_an_older_commit_is_mended_and_those_of_a_remote_stay(repository: Repository) -> None:
    repository.policy(OWN)
    repository.git("switch", "-q", "-c", "TEST-1-x")
    repository.commit("Add form\n\n#1 stays, and so does this.")
    repository.git("switch", "-q", "main")
    theirs = repository.commit("On main, nobody asks")
    repository.git("push", "-q", "origin", "main")
    repository.git("switch", "-q", "TEST-1-x")
    repository.git("merge", "-q", "--no-ff", "-m", "Merge main", "main")
    repository.commit("TEST-1 Go on")
    (fix,) = fixes(repository.git("push", "origin", "TEST-1-x", check=False))
    paste(repository, fix)
    assert subjects(repository, "main..") == ["TEST-1 Go on|", "Merge main|", "Add form|TEST-1"]
    assert repository.git("merge-base", "HEAD", "main").stdout.strip() == theirs
    assert "#1 stays, and so does this." in repository.git("log", "--format=%B").stdout
    repository.git("push", "origin", "TEST-1-x")


@pytest.mark.parametrize(
    ("policy", "message"),
    [
        pytest.param(ANY, "Read it as UTF-8", id="a look-alike"),
        pytest.param(f"[gitlink]\n\tqueue = TEST\n{ANY}", "WEB-1 Add", id="another queue"),
        pytest.param(f"[gitlink]\n\tqueue = TEST\n{ANY}", "XTEST-1 TEST-1a", id="what only looks like a key"),
        pytest.param(OWN, "TEST-10 Add", id="a number that goes on"),
    ],
)
def test_an_older_commit_that_names_something_else_is_mended(repository: Repository, policy: str, message: str) -> None:
    repository.policy(policy)
    repository.git("switch", "-q", "-c", "TEST-1-x")
    repository.commit(message)
    repository.commit("TEST-1 Go on")
    (fix,) = fixes(repository.git("push", "origin", "TEST-1-x", check=False))
    paste(repository, fix)
    assert subjects(repository, "main..") == ["TEST-1 Go on|", f"{message}|TEST-1"]
    repository.git("push", "origin", "TEST-1-x")


def test_the_very_first_commit_is_mended(repository: Repository) -> None:
    repository.policy(ANY)
    repository.git("remote", "set-url", "origin", str(repository.remote))
    repository.git("update-ref", "-d", "refs/remotes/origin/main")
    repository.git("switch", "-q", "--orphan", "TEST-1-x")
    repository.commit("First")
    repository.commit("TEST-1 Second")
    (fix,) = fixes(repository.git("push", "origin", "TEST-1-x", check=False))
    paste(repository, fix)
    assert subjects(repository, "HEAD") == ["TEST-1 Second|", "First|TEST-1"]
    repository.git("push", "origin", "TEST-1-x")


@pytest.mark.parametrize("more", [[], ["TEST-1 Go on"]], ids=["its tip", "an older commit"])
def test_another_branch_than_the_one_checked_out_is_mended(repository: Repository, more: list[str]) -> None:
    repository.policy(ANY)
    repository.git("switch", "-q", "-c", "TEST-1-x")
    for message in ["No key", *more]:
        repository.commit(message)
    repository.git("switch", "-q", "main")
    (fix,) = fixes(repository.git("push", "origin", "TEST-1-x", check=False))
    paste(repository, fix)
    assert subjects(repository, "main..TEST-1-x")[-1] == "No key|TEST-1"
    assert subjects(repository, "main") == ["Start|"]
    repository.git("push", "origin", "TEST-1-x")


def test_a_commit_below_head_that_was_pushed_alone_is_mended(repository: Repository) -> None:
    repository.policy(ANY)
    repository.git("switch", "-q", "-c", "TEST-1-x")
    repository.commit("No key")
    repository.commit("TEST-1 On top")
    (fix,) = fixes(repository.git("push", "origin", "HEAD~1:refs/heads/TEST-1-x", check=False))
    paste(repository, fix)
    assert subjects(repository, "main..") == ["TEST-1 On top|", "No key|TEST-1"]
    repository.git("push", "origin", "HEAD~1:refs/heads/TEST-1-x")


def test_a_commit_named_by_its_oid_is_mended_apart(repository: Repository) -> None:
    repository.policy(ANY)
    oid = repository.commit("No key")
    repository.git("reset", "-q", "--soft", "HEAD~1")
    (fix,) = fixes(repository.git("push", "origin", f"{oid}:refs/heads/TEST-1-x", check=False))
    paste(repository, fix)
    assert subjects(repository, "main..") == ["No key|TEST-1"]
    assert subjects(repository, "main") == ["Start|"]


def test_what_is_staged_stays_out_of_an_amend(repository: Repository) -> None:
    repository.policy(ANY)
    repository.git("switch", "-q", "-c", "TEST-1-x")
    repository.commit("No key")
    (repository.path / "file").write_text("x", encoding="utf-8")
    repository.git("add", "file")
    (fix,) = fixes(repository.git("push", "origin", "TEST-1-x", check=False))
    paste(repository, fix)
    assert repository.git("status", "--porcelain", "file").stdout == "A  file\n"
    repository.git("push", "origin", "TEST-1-x")


def test_the_draft_of_the_branch_that_is_pushed_is_mended(repository: Repository) -> None:
    repository.git("branch", "it's")
    repository.git("config", "branch.it's.description", "Add login\n\nAll of it: 100%, \"quoted\" and 'so'")
    (fix,) = fixes(repository.git("push", "origin", "it's:refs/heads/TEST-1-x", check=False))
    paste(repository, fix)
    assert repository.git("config", "branch.it's.description").stdout == (
        "TEST-1 Add login\n\nAll of it: 100%, \"quoted\" and 'so'\n"
    )
    repository.git("push", "origin", "it's:refs/heads/TEST-1-x")


def test_the_pattern_is_no_reason_for_another_key(repository: Repository) -> None:
    repository.policy("[gitlink]\n\tqueue = TEST\n[branch]\n\tpattern = ^feature/\n")
    repository.git("switch", "-q", "-c", "test-1-x")
    done = repository.git("push", "origin", "test-1-x", check=False)
    assert done.stderr.startswith(
        "gitlink: branch test-1-x does not match `branch.pattern`\n"
        "  where: test-1-x → origin\n"
        "  why:   .gitlink wants branches to match ^feature/ [branch-pattern]\n"
        "  fix:   git branch -m test-1-x NEW-NAME\n"
    )


def test_a_reason_passes_a_wrong_policy_too(repository: Repository) -> None:
    repository.policy("[nonsense]\n\ta = b\n")
    done = repository.git("push", "origin", "HEAD:refs/heads/bad", GITLINK_SKIP="policy is being mended")
    assert "gitlink: this push is not checked (GITLINK_SKIP: policy is being mended)\n" in done.stderr


def test_a_reason_is_printed_without_control_characters(repository: Repository) -> None:
    done = repository.git("push", "origin", "HEAD:refs/heads/bad", GITLINK_SKIP="a\x1b[2Jb\nc")
    assert ("\x1b" in done.stderr, "(GITLINK_SKIP: a\ufffd[2Jb c)\n" in done.stderr) == (False, True)


def test_no_verify_asks_nobody(repository: Repository) -> None:
    assert "gitlink" not in repository.git("push", "--no-verify", "origin", "HEAD:refs/heads/bad").stderr


def test_once_of_many_branches_works_where_a_tag_has_the_name_of_one(repository: Repository) -> None:
    """They are too many to ask Git about each, so all are named in full."""
    names = [f"bad-{number}" for number in range(12)]
    for name in names:
        repository.git("update-ref", f"refs/heads/{name}", "HEAD")
    repository.git("tag", "bad-1")
    (once,) = fixes(repository.git("push", "origin", *[f"refs/heads/{name}" for name in names], check=False), "once")
    repository.sh(once)
    assert repository.git("ls-remote", "origin", "refs/heads/bad-*").stdout.count("\n") == 12


def test_what_a_branchs_name_holds_is_run_by_no_shell(repository: Repository) -> None:
    """A `$'…'` for what cannot be printed is two words to `dash`, and what follows its quote a command."""
    name = "x\u200b';touch${IFS}$HOME/ran;#y"
    repository.git("switch", "-q", "-c", name)
    repository.commit("TEST-1 Add")
    done = repository.git("push", "origin", "HEAD", check=False)
    for line in fixes(done, "once") + fixes(done, "fix"):
        repository.run("sh", "-c", line, check=False)
    assert not (repository.path.parent / "home" / "ran").exists()
    pushed = repository.git("ls-remote", "origin", "refs/heads/*").stdout.splitlines()
    names = [line.partition("\trefs/heads/")[2] for line in pushed]
    assert names == ["TEST-1-ran-y", "main", name]
