"""pre-push with real pushes; first what must pass."""

import pytest

from tests.conftest import Repository

QUEUE = "[gitlink]\n\tqueue = TEST\n"


@pytest.fixture(autouse=True)
def _hooked(repository: Repository) -> None:
    repository.hook("pre-push")


@pytest.mark.parametrize("branch", ["TEST-1-login", "feature/TEST-1_fix", "main", "release/2.0", "dependabot/npm/x-1"])
def test_a_good_or_exempt_branch_is_pushed(repository: Repository, branch: str) -> None:
    repository.git("switch", "-q", "-C", branch)
    repository.commit("Add login form")
    assert repository.git("push", "origin", branch).returncode == 0


def test_deletions_and_tags_are_never_judged(repository: Repository) -> None:
    repository.git("push", "--no-verify", "origin", "HEAD:refs/heads/bad")
    repository.git("tag", "v1")
    repository.git("push", "origin", ":bad", "v1")


def test_lower_case_counts_in_a_branch_of_a_listed_queue(repository: Repository) -> None:
    repository.policy(QUEUE)
    repository.git("push", "origin", "HEAD:refs/heads/test-12-fix")


def test_a_branch_without_a_key_is_refused_with_a_fix_that_works(repository: Repository) -> None:
    repository.policy(QUEUE)
    repository.git("switch", "-q", "-c", "feature/login")
    refused = repository.git("push", "origin", "feature/login", check=False)
    assert refused.returncode == 1
    assert refused.stderr.startswith(
        "gitlink: branch feature/login names no issue\n"
        "  where: feature/login → origin\n"
        "  why:   .gitlink asks every pushed branch for a key of queue TEST [branch-without-key]\n"
        "  fix:   git branch -m feature/login TEST-123-login\n"
        '  once:  GITLINK_SKIP="why" git push origin feature/login\n'
    )
    repository.sh("git branch -m feature/login TEST-123-login")
    repository.git("push", "origin", "TEST-123-login")


def test_every_ref_of_a_push_is_judged_by_its_name_on_the_remote(repository: Repository) -> None:
    repository.git("branch", "TEST-1-good")
    refused = repository.git(
        "push", "origin", "TEST-1-good", "TEST-1-good:bad-one", "HEAD:refs/heads/bad-two", check=False
    )
    assert refused.returncode == 1
    assert "branch bad-one names no issue" in refused.stderr
    assert "branch bad-two names no issue" in refused.stderr
    assert "branch TEST-1-good" not in refused.stderr


def test_a_reason_in_the_environment_lets_one_push_through_and_is_said(repository: Repository) -> None:
    done = repository.git("push", "origin", "HEAD:refs/heads/bad", GITLINK_SKIP="hotfix")
    assert "not checked (GITLINK_SKIP: hotfix)" in done.stderr
    assert repository.git("push", "origin", "HEAD:refs/heads/worse", check=False, GITLINK_SKIP=" ").returncode == 1


def test_new_commits_are_judged_and_the_pasted_fixes_mend_them(repository: Repository) -> None:
    repository.policy(f"{QUEUE}[commit]\n\trequire = branch\n")
    repository.git("switch", "-q", "-c", "TEST-1-login")
    repository.commit("Add form\n\nIts body stays.")
    repository.commit("TEST-1 Add button")
    repository.commit("Add style for TEST-2")
    refused = repository.git("push", "origin", "TEST-1-login", check=False)
    assert refused.returncode == 1
    assert "[commit-without-key]" in refused.stderr
    assert "[commit-other-issue]" in refused.stderr
    fixes = [line.removeprefix("  fix:   ") for line in refused.stderr.splitlines() if line.startswith("  fix:   ")]
    for fix in fixes:
        repository.sh(fix)
    repository.git("push", "origin", "TEST-1-login")
    bodies = repository.git("log", "--format=%B", "main..").stdout
    assert "Its body stays." in bodies
    assert bodies.count("Issue: TEST-1") == 2


def test_a_commit_of_several_pushed_branches_is_named_once_for_the_nearest(repository: Repository) -> None:
    repository.policy("[commit]\n\trequire = any\n")
    repository.git("switch", "-q", "-c", "TEST-2-lower")
    bad = repository.commit("No key")
    repository.git("switch", "-q", "-c", "TEST-1-upper")
    repository.commit("TEST-1 Add")
    done = repository.git("push", "origin", "TEST-1-upper", "TEST-2-lower", check=False)
    assert done.returncode == 1
    assert done.stderr.startswith(f"gitlink: commit {bad[:7]} names no issue\n  where: TEST-2-lower → origin, ")
    assert done.stderr.count("names no issue") == 1


def test_merges_reverts_and_commits_of_main_are_not_judged(repository: Repository) -> None:
    repository.policy("[commit]\n\trequire = any\n")
    repository.commit("on main, nobody asks")
    repository.git("push", "-q", "origin", "main")
    repository.git("switch", "-q", "-c", "TEST-1-x", "HEAD^")
    repository.commit("TEST-1 Work")
    repository.git("merge", "--no-ff", "-m", "Merge main", "main")
    repository.commit('Revert "Work"')
    repository.git("push", "origin", "TEST-1-x")


def test_a_skip_trailer_exempts_and_is_reported(repository: Repository) -> None:
    repository.policy("[commit]\n\trequire = any\n")
    repository.git("switch", "-q", "-c", "TEST-1-x")
    repository.commit("Bump version\n\nGitlink-Skip: release robot")
    assert "is exempt (Gitlink-Skip: release robot)" in repository.git("push", "origin", "TEST-1-x").stderr


def test_the_draft_must_name_the_branchs_issue(repository: Repository) -> None:
    repository.git("switch", "-q", "-c", "TEST-1-x")
    repository.git("config", "branch.TEST-1-x.description", "TEST-2 Something else")
    refused = repository.git("push", "origin", "TEST-1-x", check=False)
    assert "[pull-request-other-issue]" in refused.stderr
    fix = next(line.removeprefix("  fix:   ") for line in refused.stderr.splitlines() if line.startswith("  fix:   "))
    repository.sh(fix)
    repository.git("push", "origin", "HEAD")


@pytest.mark.parametrize(
    "text", ["[brunch]\n\trequire = true\n", "[branch]\n\trequire = maybe\n", "[branch\n", "[branch]\n\tpattern = (\n"]
)
def test_a_wrong_policy_refuses_with_3_and_no_traceback(repository: Repository, text: str) -> None:
    repository.policy(text)
    refused = repository.git("push", "origin", "HEAD:refs/heads/TEST-1-x", check=False)
    assert refused.returncode == 1
    assert "gitlink: .gitlink" in refused.stderr
    assert "  fix:   git config" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_policy_that_leads_out_of_the_work_tree_is_not_followed(repository: Repository) -> None:
    secret = repository.path.parent / "secret"
    secret.write_text("[token]\n\tvalue = hunter2\n", encoding="utf-8")
    (repository.path / ".gitlink").symlink_to(secret)
    refused = repository.git("push", "origin", "HEAD:refs/heads/TEST-1-x", check=False)
    assert "is a link that is not followed" in refused.stderr
    assert "hunter2" not in refused.stderr


@pytest.mark.parametrize("name", ["задача", "TEST-1-задача"])
def test_a_branch_named_in_cyrillic(repository: Repository, name: str) -> None:
    done = repository.git("push", "origin", f"HEAD:refs/heads/{name}", check=False)
    assert done.returncode == (0 if name.startswith("TEST") else 1)


def test_letters_that_only_look_latin_are_named(repository: Repository) -> None:
    refused = repository.git("push", "origin", "HEAD:refs/heads/ТEST-1-x", check=False)
    assert "its letter `Т` (U+0422) only looks Latin" in refused.stderr


def test_a_closed_standard_input_is_no_push(repository: Repository) -> None:
    assert repository.sh(".git/hooks/pre-push origin url <&-").returncode == 0
