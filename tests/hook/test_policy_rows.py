"""The policy's keys one by one, on real pushes and commits: by default, set, and what each refuses."""

import json
import subprocess

import pytest

from tests.conftest import SCRIPTS, Repository

GITLINK = str(SCRIPTS / "gitlink")
ANY = "[commit]\n\trequire = any\n"


@pytest.fixture(autouse=True)
def _hooked(repository: Repository) -> None:
    repository.hook("pre-push")


def push(repository: Repository, branch: str) -> subprocess.CompletedProcess[str]:
    return repository.git("push", "origin", f"HEAD:refs/heads/{branch}", check=False)


@pytest.mark.parametrize(
    ("policy", "branch"),
    [
        pytest.param("", "TEST-1-x", id="no file: any queue counts"),
        pytest.param("", "WEB-1-x", id="no file: another one too"),
        pytest.param("[gitlink]\n\tqueue = TEST\n", "TEST-1-x", id="the queue that is listed"),
        pytest.param("[gitlink]\n\tqueue = TEST\n\tqueue = WEB\n", "WEB-1-x", id="the second of two"),
        pytest.param("[gitlink]\n\tqueue = TEST\n", "test-1-x", id="in lower case where it is listed"),
        pytest.param("[gitlink]\n\tqueue = T2\n", "T2-1-x", id="with a digit where it is listed"),
        pytest.param("[gitlink]\n\tqueue = UTF\n", "UTF-8-x", id="a look-alike that is listed"),
        pytest.param("[branch]\n\trequire = false\n", "login", id="branch.require = false"),
        pytest.param("[branch]\n\trequire = no\n", "login", id="branch.require as git-config spells it"),
        pytest.param("", "release/1.0/hotfix/x", id="* of an exempt glob crosses /"),
        pytest.param("[branch]\n\texempt = sandbox/*\n", "sandbox/a/b", id="branch.exempt of one's own"),
        pytest.param("[branch]\n\texempt = a\n\texempt = b\n", "b", id="branch.exempt twice"),
        pytest.param('[branch]\n\tpattern = "^TEST-\\\\d+-\\\\w+$"\n', "TEST-1-x", id="backslashes doubled"),
        pytest.param("[branch]\n\tpattern = -x\n", "TEST-1-x", id="the pattern is searched, not matched"),
        pytest.param('[status "acme/*"]\n\taccepted = done\n', "TEST-1-x", id="a repository's glob narrows a section"),
        pytest.param('[review "acme/*"]\n\tapprovals = 2\n', "TEST-1-x", id="and another section"),
        pytest.param("[BRANCH]\n\tReQuire = false\n", "login", id="sections and keys in any case, as Git has it"),
    ],
)
def test_passes(repository: Repository, policy: str, branch: str) -> None:
    if policy:
        repository.policy(policy)
    done = push(repository, branch)
    assert (done.returncode, "gitlink" in done.stderr) == (0, False)


@pytest.mark.parametrize(
    ("policy", "branch", "rules"),
    [
        pytest.param("", "UTF-8-x", ["branch-without-key"], id="no file: a look-alike is no key"),
        pytest.param("", "test-1-x", ["branch-without-key"], id="no file: lower case is none"),
        pytest.param("", "T2-1-x", ["branch-without-key"], id="no file: a queue with a digit is none"),
        pytest.param("", "Main", ["branch-without-key"], id="case counts in an exempt name"),
        pytest.param("", "Release/1", ["branch-without-key"], id="case counts in an exempt glob"),
        pytest.param("", "my/release/1", ["branch-without-key"], id="a glob matches the whole name"),
        pytest.param("[gitlink]\n\tqueue = TEST\n", "UTF-8-x", ["branch-without-key"], id="a list: UTF-8 is never one"),
        pytest.param("[gitlink]\n\tqueue = TEST\n", "WEB-1-x", ["unknown-queue"], id="another queue, and that alone"),
        pytest.param("[branch]\n\texempt = sandbox/*\n", "develop", ["branch-without-key"], id="the list is replaced"),
        pytest.param("[branch]\n\texempt =\n", "master", ["branch-without-key"], id="the list is emptied"),
        pytest.param('[branch]\n\tpattern = "^\\\\w+/"\n', "TEST-1-x", ["branch-pattern"], id="branch.pattern"),
        pytest.param(
            "[branch]\n\tpattern = ^f/\n", "x", ["branch-without-key", "branch-pattern"], id="besides the key"
        ),
        pytest.param(
            "[branch]\n\trequire = false\n\tpattern = ^f/\n", "x", ["branch-pattern"], id="and without asking for one"
        ),
    ],
)
def test_is_refused(repository: Repository, policy: str, branch: str, rules: list[str]) -> None:
    if policy:
        repository.policy(policy)
    refused = push(repository, branch)
    assert refused.returncode == 1
    told = [line.rpartition("[")[2].rstrip("]") for line in refused.stderr.splitlines() if line.startswith("  why:")]
    assert told == rules
    assert repository.git("ls-remote", "origin", f"refs/heads/{branch}").stdout == ""


def test_since_leaves_out_a_revision_and_its_ancestors(repository: Repository) -> None:
    repository.git("switch", "-q", "-c", "TEST-1-x")
    repository.commit("Before gitlink")
    adopted = repository.commit("Before gitlink too")
    repository.policy(f"{ANY}\tsince = {adopted[:12]}\n")
    assert push(repository, "TEST-1-x").returncode == 0
    late = repository.commit("After it")
    refused = push(repository, "TEST-1-y")
    assert refused.stderr.count("[commit-without-key]") == 1
    assert f"commit {late[:7]} names no issue" in refused.stderr


def test_an_exempt_branch_is_asked_for_nothing_by_any_gate(repository: Repository) -> None:
    repository.hook("commit-msg")
    repository.hook("prepare-commit-msg")
    repository.policy(f"[branch]\n\tpattern = ^x\n\texempt = TEST-1-x\n{ANY}\tinsert = prefix\n")
    repository.git("switch", "-q", "-c", "TEST-1-x")
    repository.git("config", "branch.TEST-1-x.description", "No key")
    repository.git("commit", "--allow-empty", "-m", "No key")
    assert repository.git("log", "-1", "--format=%s").stdout == "No key\n"
    repository.git("push", "origin", "TEST-1-x")
    assert repository.run(GITLINK, "check").stdout == ""
    assert repository.run(GITLINK, "check", "message", "-", stdin="No key\n").stdout == ""
    assert repository.run(GITLINK, "check", "pr", "--title", "No key").stdout == ""


@pytest.mark.parametrize(
    ("require", "good", "bad"),
    [
        ("off", ["No key", "No key\n\nat all"], []),
        ("title", ["TEST-1 Add"], ["Add\n\nTEST-1"]),
        ("description", ["Add\n\nfor TEST-1"], ["TEST-1 Add", "Add"]),
        ("either", ["TEST-1 Add", "Add\n\nfor TEST-1", "TEST-2 Add\n\nand TEST-1"], ["Add", "TEST-2 Add"]),
        ("both", ["TEST-1 Add\n\nfor TEST-1"], ["TEST-1 Add", "Add\n\nTEST-1", "Add\n\nAll of it"]),
    ],
)
def test_pullrequest_require(repository: Repository, require: str, good: list[str], bad: list[str]) -> None:
    repository.policy(f"[pullrequest]\n\trequire = {require}\n")
    repository.git("switch", "-q", "-c", "TEST-1-x")
    for text in good:
        repository.git("config", "branch.TEST-1-x.description", text)
        assert repository.git("push", "--dry-run", "origin", "TEST-1-x").returncode == 0
    for text in bad:
        repository.git("config", "branch.TEST-1-x.description", text)
        refused = repository.git("push", "--dry-run", "origin", "TEST-1-x", check=False)
        assert refused.returncode == 1
        fix = next(line.removeprefix("  fix:   ") for line in refused.stderr.splitlines() if "  fix:" in line)
        repository.sh(fix)
        assert repository.git("push", "--dry-run", "origin", "TEST-1-x").returncode == 0
        assert text.partition("\n")[0] in repository.git("config", "branch.TEST-1-x.description").stdout


KEYS = [
    *("feature/TEST-1_fix", "TEST-1-fix", "(TEST-1)", "[TEST-1]", "TEST-1,TEST-2", "#TEST-1", "TEST-1:", "fix TEST-1."),
    *("TEST-1-2", "x_TEST-1_y", "ABCDEFGHIJKLMNO-1", "«TEST-1»", "TEST-1/TEST-2", "TEST-10", "A-1"),
]
NO_KEYS = [
    *("TEST-01", "TEST-1é", "aTEST-1", "1TEST-1", "TEST-1a", "TEST-1.5", "test-1", "TEST-", "TEST-0", "TEST1"),
    *("ABCDEFGHIJKLMNOP-1", "ТEST-1", "UTF-8", "SHA-256", "ISO-8601", "RFC-2119", "CVE-2024-1", "T2-1", "TEST–1"),
]


def test_keys_as_people_write_them(repository: Repository) -> None:
    repository.policy(ANY)
    for subject in KEYS:
        repository.commit(subject)
    assert push(repository, "TEST-1-x").returncode == 0
    for subject in NO_KEYS:
        repository.commit(subject)
    refused = push(repository, "TEST-1-y")
    assert refused.stderr.count("[commit-without-key]\n") == 10
    assert f"gitlink: and {len(NO_KEYS) - 10} more; all of them: gitlink check --json\n" in refused.stderr
    found = repository.run(GITLINK, "check", "commits", f"HEAD~{len(KEYS + NO_KEYS)}..", "--json", check=False)
    subjects = [held["where"].partition('"')[2].rstrip('"') for held in json.loads(found.stdout)["violations"]]
    assert subjects == NO_KEYS[::-1]


def test_another_key_does_not_count_for_the_branchs(repository: Repository) -> None:
    repository.policy("[commit]\n\trequire = branch\n")
    repository.git("switch", "-q", "-c", "TEST-1-x")
    repository.commit("XTEST-1")
    repository.commit("TEST-10")
    refused = repository.git("push", "origin", "TEST-1-x", check=False)
    assert [line for line in refused.stderr.splitlines() if line.startswith("gitlink: ")] == [
        f"gitlink: commit {repository.git('rev-parse', '--short=7', 'HEAD').stdout.strip()} names TEST-10,"
        " not the branch's issue TEST-1",
        f"gitlink: commit {repository.git('rev-parse', '--short=7', 'HEAD^').stdout.strip()} names XTEST-1,"
        " not the branch's issue TEST-1",
    ]


def test_commit_require_branch_asks_nothing_where_the_branch_names_no_issue(repository: Repository) -> None:
    repository.policy("[commit]\n\trequire = branch\n[branch]\n\trequire = false\n")
    repository.commit("No key")
    assert push(repository, "login").returncode == 0


def test_the_first_of_several_keys_is_the_issue_and_all_count(repository: Repository) -> None:
    repository.policy("[commit]\n\trequire = branch\n\tinsert = prefix\n")
    repository.hook("prepare-commit-msg")
    repository.git("switch", "-q", "-c", "TEST-2-and-TEST-1")
    repository.git("commit", "--allow-empty", "-m", "Add")
    assert repository.git("log", "-1", "--format=%s").stdout == "TEST-2 Add\n"
    repository.commit("TEST-1 Add more")
    repository.git("push", "origin", "HEAD")
