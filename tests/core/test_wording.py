"""The whole text of a refusal, rule by rule: what, where, why, and a fix with the user's own names in it."""

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitlink.core import policy, rules, wording
from gitlink.core.rules import Commit, PullRequestText, Violation
from gitlink.core.wording import Scene

Entries = list[tuple[str, str | None]]
OID = "3f2a91c0" + "0" * 32
TEST: Entries = [("gitlink.queue", "TEST")]
ANY: Entries = [*TEST, ("commit.require", "any")]
OWN: Entries = [*TEST, ("commit.require", "branch")]
AMEND = 'git commit --amend --no-edit --trailer "Issue: TEST-{}" --only --allow-empty'


def words(violation: Violation, entries: Entries, scene: Scene | None = None) -> list[str]:
    told = wording.put(violation, policy.read(entries), scene or Scene())
    return [told.what, told.where, told.why, told.fix]


def of_branch(rule: str, name: str, *found: str, pattern: str | None = None) -> Violation:
    return Violation(rule, name, branch=name, found=found, pattern=pattern)


def of_commit(rule: str, text: str, branch: str | None, *found: str, expected: tuple[str, ...] = ()) -> Violation:
    return Violation(rule, text, branch=branch, commit=Commit(OID, 1, text), found=found, expected=expected)


def pushed(branch: str, **more: str) -> Scene:
    known = {"remote": "origin", "local_ref": f"refs/heads/{branch}", "current": branch, "tip": OID} | more
    return Scene(remote=known["remote"], local_ref=known["local_ref"], current=known["current"], tip=known["tip"])


def test_branch_without_key() -> None:
    assert words(of_branch(rules.BRANCH_WITHOUT_KEY, "f/login"), TEST, pushed("f/login")) == [
        "branch f/login names no issue",
        "f/login → origin",
        ".gitlink asks every pushed branch for a key of queue TEST [branch-without-key]",
        "git branch -m f/login TEST-123-login",
    ]


def test_branch_without_key_by_the_default_policy() -> None:
    told = wording.put(of_branch(rules.BRANCH_WITHOUT_KEY, "login"), policy.DEFAULTS, Scene(current="login"))
    assert told.why == "gitlink's default policy asks every pushed branch for a key [branch-without-key]"
    assert (told.where, told.fix) == ("login", "git branch -m login TEST-123-login")


def test_unknown_queue_of_a_branch() -> None:
    both: Entries = [*TEST, ("gitlink.queue", "WEB")]
    assert words(of_branch(rules.UNKNOWN_QUEUE, "OPS-7-login", "OPS-7"), both, pushed("OPS-7-login")) == [
        "branch OPS-7-login names OPS-7, of a queue that does not count",
        "OPS-7-login → origin",
        ".gitlink counts keys of queue TEST, WEB only [unknown-queue]",
        "git branch -m OPS-7-login TEST-123-login",
    ]


def test_branch_pattern() -> None:
    violation = of_branch(rules.BRANCH_PATTERN, "test-1-x", pattern="^f/\x1b")
    assert words(violation, TEST, pushed("test-1-x")) == [
        "branch test-1-x does not match `branch.pattern`",
        "test-1-x → origin",
        ".gitlink wants branches to match ^f/\ufffd [branch-pattern]",
        "git branch -m test-1-x NEW-NAME",
    ]


@pytest.mark.parametrize(
    ("rule", "verify", "what", "why"),
    [
        (rules.UNKNOWN_ISSUE, "exists", "and Tracker knows no such issue", "exists (`issue.verify`) [unknown-issue]"),
        (rules.UNKNOWN_ISSUE, "open", "and Tracker knows no such issue", "is open (`issue.verify`) [unknown-issue]"),
        (rules.CLOSED_ISSUE, "open", "which is resolved already", "is open (`issue.verify`) [closed-issue]"),
    ],
)
def test_issue_of_a_branch(rule: str, verify: str, what: str, why: str) -> None:
    violation = of_branch(rule, "TEST-1-login", "TEST-1")
    assert words(violation, [*TEST, ("issue.verify", verify)], pushed("TEST-1-login")) == [
        f"branch TEST-1-login names TEST-1, {what}",
        "TEST-1-login → origin",
        f".gitlink asks that the issue {why}",
        "git branch -m TEST-1-login TEST-123-login",
    ]


def test_commit_without_key() -> None:
    violation = of_commit(rules.COMMIT_WITHOUT_KEY, "Add form\n\nBody\n", "login")
    assert words(violation, ANY, pushed("login")) == [
        "commit 3f2a91c names no issue",
        'login → origin, "Add form"',
        ".gitlink asks every new commit for a key of queue TEST [commit-without-key]",
        AMEND.format(123),
    ]


def test_commit_without_the_branchs_key() -> None:
    violation = of_commit(rules.COMMIT_WITHOUT_KEY, "Add form", "TEST-1-x", expected=("TEST-1",))
    assert words(violation, OWN, pushed("TEST-1-x")) == [
        "commit 3f2a91c does not name the branch's issue TEST-1",
        'TEST-1-x → origin, "Add form"',
        ".gitlink asks every new commit for the branch's key [commit-without-key]",
        AMEND.format(1),
    ]


def test_commit_other_issue() -> None:
    violation = of_commit(rules.COMMIT_OTHER_ISSUE, "TEST-2 Add", "TEST-1-x", "TEST-2", expected=("TEST-1",))
    assert words(violation, OWN, pushed("TEST-1-x"))[0] == "commit 3f2a91c names TEST-2, not the branch's issue TEST-1"
    assert words(violation, OWN, pushed("TEST-1-x"))[3] == AMEND.format(1)


def test_unknown_queue_of_a_commit() -> None:
    violation = of_commit(rules.UNKNOWN_QUEUE, "OPS-2 Add", "TEST-1-x", "OPS-2")
    assert words(violation, ANY, pushed("TEST-1-x")) == [
        "commit 3f2a91c names OPS-2, of a queue that does not count",
        'TEST-1-x → origin, "OPS-2 Add"',
        ".gitlink counts keys of queue TEST only [unknown-queue]",
        AMEND.format(1),
    ]


def test_a_message_that_is_no_commit_yet() -> None:
    violation = Violation(rules.COMMIT_WITHOUT_KEY, "Add", branch=None, commit=Commit("", 1, "Add"))
    assert words(violation, ANY) == [
        "the commit message names no issue",
        '"Add"',
        ".gitlink asks every new commit for a key of queue TEST [commit-without-key]",
        'git commit --file=.git/COMMIT_EDITMSG --cleanup=strip --trailer "Issue: TEST-123"',
    ]


def pull_request(rule: str, text: PullRequestText, *found: str, part: str = "text") -> Violation:
    whole = f"{text.title}\n\n{text.description}"
    expected = ("TEST-1",)
    return Violation(rule, whole, branch="TEST-1-x", pull_request=text, part=part, found=found, expected=expected)


@pytest.mark.parametrize(
    ("require", "part", "who", "asks"),
    [
        ("either", "text", "pull request 7", "title or description"),
        ("title", "title", "the title of pull request 7", "title"),
        ("description", "description", "the description of pull request 7", "description"),
        ("both", "title", "the title of pull request 7", "title and description"),
    ],
)
def test_pull_request_without_key(require: str, part: str, who: str, asks: str) -> None:
    text = PullRequestText("Add form", "", number="7")
    entries: Entries = [*TEST, ("pullrequest.require", require)]
    assert words(pull_request(rules.PULL_REQUEST_WITHOUT_KEY, text, part=part), entries) == [
        f"{who} does not name the branch's issue TEST-1",
        'TEST-1-x, "Add form"',
        f".gitlink asks the pull request's {asks} for a key of queue TEST [pull-request-without-key]",
        "gitlink pr fix --branch TEST-1-x",
    ]


def test_pull_request_whose_branch_names_no_issue() -> None:
    text = PullRequestText("Add form", "", number="7")
    violation = Violation(rules.PULL_REQUEST_WITHOUT_KEY, "Add form", branch="login", pull_request=text, part="text")
    assert words(violation, TEST)[3] == "gitlink pr fix --branch login --issue TEST-123"


def test_pull_request_that_nobody_can_find_again() -> None:
    text = PullRequestText("Add form", "")
    assert words(pull_request(rules.PULL_REQUEST_WITHOUT_KEY, text), TEST)[::3] == [
        "the pull request does not name the branch's issue TEST-1",
        "put TEST-1 into the pull request's title or description",
    ]


def test_pull_request_other_issue_of_a_draft() -> None:
    text = PullRequestText("TEST-2 Add", "", is_draft=True)
    assert words(pull_request(rules.PULL_REQUEST_OTHER_ISSUE, text, "TEST-2"), TEST, pushed("TEST-1-x")) == [
        "the draft of the pull request names TEST-2, not the branch's issue TEST-1",
        'TEST-1-x → origin, "TEST-2 Add"',
        ".gitlink asks the pull request's title or description for a key of queue TEST [pull-request-other-issue]",
        "git config branch.TEST-1-x.description 'TEST-1 TEST-2 Add'",
    ]


@pytest.mark.parametrize(
    ("require", "title", "description", "expected"),
    [
        ("either", "Add", "Body", "\"$(printf 'TEST-1 Add\\012\\012Body')\""),
        ("title", "Add", "TEST-1", "\"$(printf 'TEST-1 Add\\012\\012TEST-1')\""),
        ("description", "TEST-1 Add", "", "\"$(printf 'TEST-1 Add\\012\\012Issue: TEST-1')\""),
        ("both", "Add", "Body", "\"$(printf 'TEST-1 Add\\012\\012Body\\012\\012Issue: TEST-1')\""),
        ("both", "TEST-1 Add", "Body", "\"$(printf 'TEST-1 Add\\012\\012Body\\012\\012Issue: TEST-1')\""),
        ("both", "Add", "TEST-1", "\"$(printf 'TEST-1 Add\\012\\012TEST-1')\""),
        ("either", "it's", "", "'TEST-1 it'\\''s'"),
    ],
)
def test_a_draft_gets_the_key_where_it_is_asked_for(require: str, title: str, description: str, expected: str) -> None:
    text = PullRequestText(title, description, is_draft=True)
    entries: Entries = [*TEST, ("pullrequest.require", require)]
    for part in ("title", "description"):
        violation = pull_request(rules.PULL_REQUEST_WITHOUT_KEY, text, part=part)
        assert words(violation, entries)[3] == f"git config branch.TEST-1-x.description {expected}"


@pytest.mark.parametrize(
    ("scene", "expected"),
    [
        pytest.param(pushed("login"), AMEND.format(123), id="the tip of the branch one is on"),
        pytest.param(
            pushed("login", current="main"), f"git switch login && {AMEND.format(123)}", id="of another branch"
        ),
        pytest.param(
            pushed("x", local_ref="refs/heads/it's", current="main"),
            f"git switch 'it'\\''s' && {AMEND.format(123)}",
            id="of a branch with another name here",
        ),
        pytest.param(pushed("login", local_ref="HEAD"), AMEND.format(123), id="HEAD"),
        pytest.param(pushed("login", local_ref=OID), f"git switch --detach {OID} && {AMEND.format(123)}", id="an oid"),
        pytest.param(Scene(current="login", tip=OID), AMEND.format(123), id="no push: the branch one is on"),
        pytest.param(
            Scene(current="main", tip=OID), f"git switch login && {AMEND.format(123)}", id="no push: another branch"
        ),
    ],
)
def test_the_tip_is_amended_where_it_is(scene: Scene, expected: str) -> None:
    assert words(of_commit(rules.COMMIT_WITHOUT_KEY, "Add", "login"), ANY, scene)[3] == expected


@pytest.mark.parametrize(
    ("scene", "end"),
    [
        pytest.param(Scene(current="login", tip="f" * 40), "3f2a91c00000^", id="an older commit"),
        pytest.param(Scene(current="login", tip="f" * 40, roots=frozenset([OID])), "--root", id="the first commit"),
        pytest.param(Scene(current="main", tip="f" * 40), "3f2a91c00000^ login", id="of another branch"),
        pytest.param(pushed("login", local_ref="HEAD~1"), "3f2a91c00000^", id="below HEAD"),
        pytest.param(pushed("login", local_ref="HEAD^{/a b}"), "3f2a91c00000^", id="below HEAD by its subject"),
    ],
)
def test_an_older_commit_is_rebased(scene: Scene, end: str) -> None:
    fix = words(of_commit(rules.COMMIT_WITHOUT_KEY, "Add", "login"), ANY, scene)[3]
    parts = shlex.split(fix)
    assert parts[:4] == ["git", "rebase", "--rebase-merges", "--exec"]
    assert parts[4] == (
        "! git rev-list --no-merges -E --invert-grep"
        ' --grep="(^|[^[:alnum:]])((TEST)-[1-9][0-9]*)([^[:alnum:]]|$)" HEAD^! --not --remotes'
        f" | grep -q . || {AMEND.format(123)}"
    )
    assert " ".join(parts[5:]) == end


@pytest.mark.parametrize(
    ("entries", "text", "expected", "wanted"),
    [
        pytest.param([], "Add", (), "([A-Z]+)-[1-9][0-9]*", id="any queue"),
        pytest.param([], "as UTF-8", (), "TEST-123", id="a look-alike would match that"),
        pytest.param([("gitlink.queue", q) for q in ("B", "A")], "Add", (), "(A|B)-[1-9][0-9]*", id="two queues"),
        pytest.param([("gitlink.queue", q) for q in "ABCDEFGHIJK"], "Add", (), "A-123", id="many queues"),
        pytest.param(TEST, "Add", ("TEST-1", "TEST-2"), "TEST-1|TEST-2", id="the branch's issues"),
    ],
)
def test_the_rebase_looks_for_the_keys_that_count(
    entries: Entries, text: str, expected: tuple[str, ...], wanted: str
) -> None:
    violation = of_commit(rules.COMMIT_WITHOUT_KEY, text, "login", expected=expected)
    assert f"]])({wanted})([" in words(violation, entries, Scene(current="login", tip="f" * 40))[3]


@pytest.mark.parametrize(
    ("name", "scene", "fix"),
    [
        pytest.param("login", pushed("login"), "git branch -m login TEST-123-login", id="checked out"),
        pytest.param("login", pushed("login", current="main"), "git branch -m login TEST-123-login", id="elsewhere"),
        pytest.param(
            "login",
            pushed("login", local_ref="HEAD", remote="my fork"),
            "git push 'my fork' HEAD:refs/heads/TEST-123-login",
            id="HEAD pushed to a name",
        ),
        pytest.param(
            "login",
            pushed("login", local_ref="refs/heads/x"),
            "git push origin refs/heads/x:refs/heads/TEST-123-login",
            id="another branch pushed to it",
        ),
        pytest.param("login", Scene(), "git push origin login:refs/heads/TEST-123-login", id="not here at all"),
        pytest.param("it's", pushed("it's"), "git branch -m 'it'\\''s' TEST-123-it-s", id="a quote"),
        pytest.param(
            "a\x1bb", pushed("a\x1bb"), "git branch -m \"$(printf 'a\\033b')\" TEST-123-a-b", id="a control character"
        ),
        pytest.param("задача", pushed("задача"), "git branch -m 'задача' TEST-123-zadacha", id="Cyrillic"),
        pytest.param("ТEST-7-x", pushed("ТEST-7-x"), "git branch -m 'ТEST-7-x' TEST-7-x", id="a letter that looks so"),
        pytest.param("f/!!!", pushed("f/!!!"), "git branch -m 'f/!!!' TEST-123", id="nothing to keep"),
    ],
)
def test_a_branch_is_renamed_or_pushed_under_another_name(name: str, scene: Scene, fix: str) -> None:
    assert words(of_branch(rules.BRANCH_WITHOUT_KEY, name), TEST, scene)[3] == fix


def test_the_issue_that_the_tip_names_is_taken() -> None:
    scene = pushed("login")
    scene.named = "TEST-7"
    assert words(of_branch(rules.BRANCH_WITHOUT_KEY, "login"), TEST, scene)[3] == "git branch -m login TEST-7-login"
    wrong = of_branch(rules.UNKNOWN_ISSUE, "TEST-7-login", "TEST-7")
    assert words(wrong, TEST, pushed("TEST-7-login"))[3] == "git branch -m TEST-7-login TEST-123-login"


def test_the_policys_spelling_of_a_branch_is_taken() -> None:
    entries: Entries = [*TEST, ("branch.name", "feature/{key}_{slug}")]
    fix = words(of_branch(rules.BRANCH_WITHOUT_KEY, "login"), entries, pushed("login"))[3]
    assert fix == "git branch -m login feature/TEST-123_login"


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("fix test-7", "; did you mean `TEST-7`?"),
        ("fix ТEST-7", "; `ТEST-7` is not `TEST-7`: its letter `Т` (U+0422) only looks Latin"),
        ("fix TEST–7", "; `TEST–7` is not `TEST-7`: its dash `–` (U+2013) only looks like a hyphen"),
        ("fix it", ""),
    ],
)
def test_a_near_miss_is_hinted_at_and_taken_for_the_fix(text: str, hint: str) -> None:
    told = words(of_commit(rules.COMMIT_WITHOUT_KEY, text, "login"), ANY, pushed("login"))
    assert told[2] == f".gitlink asks every new commit for a key of queue TEST{hint} [commit-without-key]"
    assert told[3] == AMEND.format(7 if hint else 123)


def test_ten_are_told_and_the_rest_counted() -> None:
    violations = [of_branch(rules.BRANCH_WITHOUT_KEY, f"b{number}") for number in range(12)]
    scenes = {number: pushed(f"b{number}") for number in range(10)}
    told = wording.refusal(violations, policy.read(TEST), scenes, "git push --no-verify")
    assert told.count("  fix:   git branch -m b") == 10
    assert told.endswith("gitlink: and 2 more; all of them: gitlink check --json\n  once:  git push --no-verify\n")


NAMES = st.text(st.characters(exclude_categories=()), min_size=1, max_size=30)


@given(NAMES, NAMES, NAMES)
def test_whatever_strangers_write_is_printable(branch: str, text: str, remote: str) -> None:
    scene = Scene(remote=remote, local_ref=f"refs/heads/{branch}", current=text, tip=OID)
    draft = PullRequestText(text, branch, is_draft=True)
    for violation in (
        of_branch(rules.BRANCH_WITHOUT_KEY, branch),
        of_branch(rules.BRANCH_PATTERN, branch, pattern=text),
        of_commit(rules.COMMIT_WITHOUT_KEY, text, branch),
        Violation(rules.PULL_REQUEST_WITHOUT_KEY, text, branch=branch, pull_request=draft, part="text"),
    ):
        for each in words(violation, ANY, scene):
            assert each.replace("\n", "").isprintable()  # a line end at a name's end stays one, in quotes
