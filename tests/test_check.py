"""`gitlink check` and `explain` as a person or a CI types them."""

import json

import pytest

from tests.conftest import SCRIPTS, Repository

GITLINK = str(SCRIPTS / "gitlink")


def test_nothing_to_say_is_0(repository: Repository) -> None:
    repository.git("switch", "-q", "-c", "TEST-1-x")
    assert repository.run(GITLINK, "check").stdout == ""


def test_json_has_every_violation(repository: Repository) -> None:
    repository.policy("[gitlink]\n\tqueue = TEST\n[commit]\n\trequire = any\n")
    repository.git("switch", "-q", "-c", "login")
    oids = [repository.commit(f"Change {number}") for number in range(12)]
    done = repository.run(GITLINK, "check", "--json", check=False)
    violations = json.loads(done.stdout)["violations"]
    assert done.returncode == 1
    assert [violation["rule"] for violation in violations] == ["branch-without-key"] + ["commit-without-key"] * 12
    assert [violation["commit"] for violation in violations[1:]] == oids[::-1]


@pytest.mark.parametrize("format", ["text", "json", "github", "gitlab", "sarif"])
def test_every_format_ends_in_1_with_violations(repository: Repository, format: str) -> None:
    done = repository.run(GITLINK, "check", "branch", "login", "--format", format, check=False)
    assert (done.returncode, "login" in done.stdout) == (1, True)


def test_the_pull_request_of_a_ci(repository: Repository) -> None:
    repository.git("checkout", "-q", "--detach")
    ci = {
        "GITLAB_CI": "true",
        "CI_PIPELINE_SOURCE": "merge_request_event",
        "CI_MERGE_REQUEST_IID": "7",
        "CI_MERGE_REQUEST_TITLE": "Add login",
        "CI_MERGE_REQUEST_DESCRIPTION": "for TEST-2",
        "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": "TEST-1-login",
        "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
        "CI_MERGE_REQUEST_PROJECT_PATH": "acme/shop",
    }
    done = repository.run(GITLINK, "check", "--json", check=False, **ci)
    violation = json.loads(done.stdout)["violations"][0]
    assert (violation["rule"], violation["pull_request"]) == ("pull-request-other-issue", 7)


def test_a_range_that_is_none_is_gits_fault(repository: Repository) -> None:
    repository.policy("[commit]\n\trequire = any\n")
    assert repository.run(GITLINK, "check", "commits", "nowhere..HEAD", check=False).returncode == 7


def test_a_file_is_no_range(repository: Repository) -> None:
    repository.policy("[commit]\n\trequire = any\n")
    done = repository.run(GITLINK, "check", "commits", ".gitlink", check=False)
    assert (done.returncode, "`.gitlink` is no range of commits here" in done.stderr) == (7, True)


def test_a_target_that_the_ci_did_not_fetch_is_told_with_the_fix(repository: Repository) -> None:
    repository.policy("[commit]\n\trequire = any\n")
    repository.git("push", "-q", "origin", "main:it's/next")
    repository.git("update-ref", "-d", "refs/remotes/origin/it's/next")
    repository.git("switch", "-q", "-c", "TEST-1-x")
    repository.commit("No key")
    ci = {
        "GITLAB_CI": "true",
        "CI_MERGE_REQUEST_IID": "7",
        "CI_MERGE_REQUEST_TITLE": "TEST-1 Add",
        "CI_MERGE_REQUEST_DESCRIPTION": "",
        "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": "TEST-1-x",
        "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "it's/next",
    }
    done = repository.run(GITLINK, "check", check=False, **ci)
    assert (done.returncode, "the target branch it's/next is not in this clone" in done.stderr) == (7, True)
    repository.git("tag", "refs/remotes/origin/it's/next")  # anybody's, and nothing would be new to it
    assert repository.run(GITLINK, "check", check=False, **ci).returncode == 7
    repository.sh(done.stderr.partition("  fix:   ")[2])
    done = repository.run(GITLINK, "check", check=False, **ci)
    assert (done.returncode, "names no issue" in done.stdout + done.stderr) == (1, True), done.stdout + done.stderr


def test_a_policy_that_demands_nothing_of_commits_is_told(repository: Repository) -> None:
    done = repository.run(GITLINK, "check", "commits", "HEAD")
    assert (done.stdout, "`commit.require` is off" in done.stderr) == ("", True)
    assert repository.run(GITLINK, "check", "commits", "mian..HEAD", check=False).returncode == 7


def test_since_must_be_in_the_clone(repository: Repository) -> None:
    repository.policy("[commit]\n\trequire = any\n\tsince = v9\n")
    done = repository.run(GITLINK, "check", "commits", "HEAD", check=False)
    assert done.returncode == 3
    assert "commit.since" in done.stderr


def test_explain_knows_every_rule_and_the_nearest(repository: Repository) -> None:
    for line in repository.run(GITLINK, "explain").stdout.splitlines():
        assert repository.run(GITLINK, "explain", line.split()[0]).stdout
    done = repository.run(GITLINK, "explain", "branch-without-keys", check=False)
    assert (done.returncode, "gitlink explain branch-without-key\n" in done.stderr) == (2, True)


def test_a_range_named_outright_is_judged_on_an_exempt_branch_too(repository: Repository) -> None:
    repository.policy("[commit]\n\trequire = any\n")
    repository.commit("No key")
    assert repository.run(GITLINK, "check", check=False).returncode == 0
    assert repository.run(GITLINK, "check", "commits", "HEAD", check=False).returncode == 1


def test_text_that_the_ci_does_not_hand_on_is_not_judged(repository: Repository) -> None:
    ci = {
        "JENKINS_URL": "https://ci.example.com",
        "CHANGE_ID": "24",
        "CHANGE_TITLE": "Add login",
        "CHANGE_BRANCH": "TEST-1-login",
        "CHANGE_TARGET": "main",
    }
    done = repository.run(GITLINK, "check", check=True, **ci)
    assert "not judged" in done.stderr


def test_the_fix_of_a_commit_names_the_branchs_issue(repository: Repository) -> None:
    repository.policy("[commit]\n\trequire = any\n")
    repository.git("switch", "-q", "-c", "TEST-7-login")
    repository.commit("No key")
    assert "Issue: TEST-7" in repository.run(GITLINK, "check", check=False).stdout
