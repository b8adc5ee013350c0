"""Each rule: what it lets pass, then what it holds against a branch, a commit or a pull request."""

import re

import pytest

from gitlink.core import catalogue, policy, rules
from gitlink.core.rules import Commit, PullRequestText, Violation

Entries = list[tuple[str, str | None]]
Told = tuple[str, tuple[str, ...], tuple[str, ...]]

TEST: Entries = [("gitlink.queue", "TEST")]
ANY: Entries = [("commit.require", "any")]
OWN: Entries = [("commit.require", "branch")]


def search(pattern: str, text: str) -> bool:
    return bool(re.search(pattern, text))


def told(violation: Violation) -> Told:
    return violation.rule, violation.found, violation.expected


def branch(name: str, entries: Entries) -> list[Told]:
    return [told(violation) for violation in rules.check_branch(name, policy.read(entries), search)]


@pytest.mark.parametrize(
    ("name", "entries"),
    [
        pytest.param("main", [], id="an exempt branch"),
        pytest.param("release/1.2/rc", [], id="an exempt glob"),
        pytest.param("main", [("branch.pattern", "^x")], id="an exempt branch and a pattern"),
        pytest.param("main", [*TEST, ("branch.exempt", "ma?n")], id="exempt by one's own list"),
        pytest.param("fix", [("branch.require", "false")], id="nothing is asked"),
        pytest.param("OTHER-1", [*TEST, ("branch.require", "false")], id="no queue is asked for either"),
        pytest.param("feature/TEST-1_fix", [], id="a key"),
        pytest.param("feature/TEST-1", TEST, id="a key of the queue"),
        pytest.param("test-1-fix", TEST, id="a key of the queue in lower case"),
        pytest.param("OTHER-1-TEST-1", TEST, id="one key that counts beside one that does not"),
        pytest.param("feature/TEST-1", [("branch.pattern", "^feature/")], id="a key and the pattern"),
    ],
)
def test_branch_passes(name: str, entries: Entries) -> None:
    assert branch(name, entries) == []


@pytest.mark.parametrize(
    ("name", "entries", "expected"),
    [
        pytest.param("fix", [], [("branch-without-key", (), ())], id="no key"),
        pytest.param("test-1", [], [("branch-without-key", (), ())], id="lower case without a list"),
        pytest.param("utf-8", [], [("branch-without-key", (), ())], id="a look-alike"),
        pytest.param("main", [("branch.exempt", "")], [("branch-without-key", (), ())], id="an emptied list"),
        pytest.param("Main", [], [("branch-without-key", (), ())], id="an exempt name in another case"),
        pytest.param("OTHER-1", TEST, [("unknown-queue", ("OTHER-1",), ())], id="another queue, and that alone"),
        pytest.param("TEST-1", [("branch.pattern", "^feature/")], [("branch-pattern", (), ())], id="the pattern"),
        pytest.param(
            "fix",
            [("branch.pattern", "^feature/")],
            [("branch-without-key", (), ()), ("branch-pattern", (), ())],
            id="neither key nor pattern",
        ),
    ],
)
def test_branch_is_refused(name: str, entries: Entries, expected: list[Told]) -> None:
    assert branch(name, entries) == expected


def test_a_branch_violation_says_what_was_judged() -> None:
    (violation,) = rules.check_branch("TEST-1", policy.read([("branch.pattern", "^x")]), search)
    assert (violation.text, violation.branch, violation.pattern) == ("TEST-1", "TEST-1", "^x")
    assert (violation.commit, violation.pull_request, violation.part) == (None, None, None)


def commits(texts: list[str], name: str | None, entries: Entries, *, parents: int = 1) -> tuple[list[Told], list[str]]:
    skipped: list[tuple[Commit, str]] = []
    new = [Commit(f"{at:040x}", parents, text) for at, text in enumerate(texts)]
    violations = [told(found) for found in rules.check_commits(new, name, policy.read(entries), skipped)]
    return violations, [reason for _, reason in skipped]


@pytest.mark.parametrize(
    ("text", "name", "entries", "parents"),
    [
        pytest.param("fix", "TEST-1", [], 1, id="nothing is asked by default"),
        pytest.param("Merge x", "TEST-1", ANY, 2, id="a merge"),
        pytest.param('Revert "fix"', "TEST-1", OWN, 1, id="a revert"),
        pytest.param("fix", "main", ANY, 1, id="an exempt branch"),
        pytest.param("fix", "fix", OWN, 1, id="the branch names no issue"),
        pytest.param("fix", None, OWN, 1, id="no branch, and its issue is asked for"),
        pytest.param("OTHER-1 fix", None, ANY, 1, id="any issue without a branch"),
        pytest.param("TEST-2 fix", "TEST-1", ANY, 1, id="any issue on another's branch"),
        pytest.param("TEST-1 fix", "TEST-1", OWN, 1, id="the branch's issue"),
        pytest.param("TEST-2: see TEST-1", "TEST-1", OWN, 1, id="the branch's issue among others"),
        pytest.param("TEST-2 fix", "TEST-1-TEST-2", OWN, 1, id="the branch's second issue"),
        pytest.param("TEST-1 fix", "test-1", [*TEST, *OWN], 1, id="a branch in lower case"),
        pytest.param("fix\n\nIssue: TEST-1\n", "TEST-1", OWN, 1, id="in a trailer"),
    ],
)
def test_commit_passes(text: str, name: str | None, entries: Entries, parents: int) -> None:
    assert commits([text], name, entries, parents=parents) == ([], [])


@pytest.mark.parametrize(
    ("text", "name", "entries", "expected"),
    [
        pytest.param("fix", None, ANY, ("commit-without-key", (), ()), id="no issue"),
        pytest.param("fixup! fix", None, ANY, ("commit-without-key", (), ()), id="a fixup that was pushed"),
        pytest.param("Revert the fix", None, ANY, ("commit-without-key", (), ()), id="a revert in one's own words"),
        pytest.param("test-1", None, [*TEST, *ANY], ("commit-without-key", (), ()), id="lower case in a message"),
        pytest.param("OTHER-1", None, [*TEST, *ANY], ("unknown-queue", ("OTHER-1",), ()), id="another queue"),
        pytest.param("fix", "TEST-1", OWN, ("commit-without-key", (), ("TEST-1",)), id="not the branch's issue"),
        pytest.param("TEST-2", "TEST-1", OWN, ("commit-other-issue", ("TEST-2",), ("TEST-1",)), id="another issue"),
        pytest.param(
            "OTHER-1", "TEST-1", [*TEST, *OWN], ("unknown-queue", ("OTHER-1",), ("TEST-1",)), id="another queue there"
        ),
    ],
)
def test_commit_is_refused(text: str, name: str | None, entries: Entries, expected: Told) -> None:
    violations, skipped = commits([text], name, entries)
    # What is expected of a commit that may name any issue is only a hint, and may be the branch's.
    assert [found[:2] for found in violations] == [expected[:2]]
    assert entries[-1:] == ANY or violations == [expected]
    assert skipped == []


def test_all_commits_are_judged_and_the_skipped_are_told() -> None:
    texts = [
        "fix",
        "TEST-1 fix\n\nGitlink-Skip: needless\n",
        "fix\n\nGitlink-Skip: release\n",
        "fix\n\nGitlink-Skip:\n",
    ]
    violations, skipped = commits(texts, None, ANY)
    assert [rule for rule, _, _ in violations] == ["commit-without-key"] * 2
    assert skipped == ["release"]


def test_a_message_alone_is_judged_by_its_branch() -> None:
    own = policy.read(OWN)
    assert rules.check_message("fix", None, own) is None
    assert rules.check_message("TEST-1", "TEST-1", own) is None
    assert rules.check_message("fix", "TEST-1", policy.DEFAULTS) is None
    violation = rules.check_message("fix", "TEST-1", own)
    assert violation is not None
    assert told(violation) == ("commit-without-key", (), ("TEST-1",))
    assert (violation.text, violation.branch, violation.commit) == ("fix", "TEST-1", None)


def pull_request(title: str, description: str, name: str | None, entries: Entries) -> list[tuple[str, str | None]]:
    text = PullRequestText(title, description, number="7")
    return [(found.rule, found.part) for found in rules.check_pull_request(text, name, policy.read(entries))]


def ask(what: str) -> Entries:
    return [("pullrequest.require", what)]


@pytest.mark.parametrize(
    ("title", "description", "name", "entries"),
    [
        pytest.param("fix", "", "TEST-1", ask("off"), id="nothing is asked"),
        pytest.param("fix", "", "develop", [], id="an exempt branch"),
        pytest.param("TEST-1 fix", "", None, [], id="the title, of a branch that is not known"),
        pytest.param("fix", "see TEST-1", "TEST-1", [], id="the description"),
        pytest.param("TEST-2 fix", "see TEST-1", "TEST-1", [], id="the branch's issue among others"),
        pytest.param("TEST-2 fix", "", "fix", [], id="any issue where the branch names none"),
        pytest.param("TEST-1", "", "TEST-1", ask("title"), id="the title where it is asked for"),
        pytest.param("", "TEST-1", "TEST-1", ask("description"), id="the description where it is asked for"),
        pytest.param("TEST-1", "TEST-1", "TEST-1", ask("both"), id="both"),
    ],
)
def test_pull_request_passes(title: str, description: str, name: str | None, entries: Entries) -> None:
    assert pull_request(title, description, name, entries) == []


@pytest.mark.parametrize(
    ("title", "description", "name", "entries", "expected"),
    [
        pytest.param("fix", "", None, [], [("pull-request-without-key", "text")], id="no issue anywhere"),
        pytest.param("TEST-", "1", None, [], [("pull-request-without-key", "text")], id="a key cut in two"),
        pytest.param("TEST-2", "", "TEST-1", [], [("pull-request-other-issue", "text")], id="another issue"),
        pytest.param("OTHER-2", "", "TEST-1", TEST, [("unknown-queue", "text")], id="another queue"),
        pytest.param("fix", "TEST-1", None, ask("title"), [("pull-request-without-key", "title")], id="the title"),
        pytest.param(
            "TEST-1", "", None, ask("description"), [("pull-request-without-key", "description")], id="the description"
        ),
        pytest.param(
            "fix",
            "TEST-2",
            "TEST-1",
            ask("both"),
            [("pull-request-without-key", "title"), ("pull-request-other-issue", "description")],
            id="both, each by itself",
        ),
    ],
)
def test_pull_request_is_refused(
    title: str, description: str, name: str | None, entries: Entries, expected: list[tuple[str, str | None]]
) -> None:
    assert pull_request(title, description, name, entries) == expected


def test_a_pull_request_violation_says_what_was_judged() -> None:
    text = PullRequestText("TEST-2", "words", is_draft=True)
    (violation,) = rules.check_pull_request(text, "TEST-1", policy.DEFAULTS)
    assert violation.pull_request is text
    assert (violation.branch, violation.text) == ("TEST-1", "TEST-2\n\nwords")
    assert (violation.found, violation.expected) == (("TEST-2",), ("TEST-1",))


@pytest.mark.parametrize(
    ("verify", "state", "rule"),
    [
        ("off", "missing", None),
        ("off", "closed", None),
        ("exists", "open", None),
        ("exists", "closed", None),
        ("open", "open", None),
        ("exists", "missing", "unknown-issue"),
        ("open", "missing", "unknown-issue"),
        ("open", "closed", "closed-issue"),
    ],
)
def test_issue(verify: str, state: str, rule: str | None) -> None:
    violation = rules.check_issue("TEST-1", state, "TEST-1-fix", policy.read([("issue.verify", verify)]))
    assert (violation and told(violation)) == (rule and (rule, ("TEST-1",), ()))


def test_the_list_of_rules_is_complete() -> None:
    named = {value for name, value in vars(rules).items() if name.isupper() and isinstance(value, str)}
    assert named == set(rules.RULES)
    assert tuple(catalogue.RULES) == rules.RULES
