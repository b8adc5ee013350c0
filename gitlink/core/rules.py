"""Facts and policy in, violations out: one function per question, none of them stops another.

Each violation is named for the bad thing. What a person reads is `wording`'s business.
"""

from gitlink.core import keys, message
from gitlink.core.policy import Policy
from gitlink.core.refs import is_exempt

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

BRANCH_WITHOUT_KEY = "branch-without-key"
BRANCH_PATTERN = "branch-pattern"
COMMIT_WITHOUT_KEY = "commit-without-key"
COMMIT_OTHER_ISSUE = "commit-other-issue"
PULL_REQUEST_WITHOUT_KEY = "pull-request-without-key"
PULL_REQUEST_OTHER_ISSUE = "pull-request-other-issue"
UNKNOWN_QUEUE = "unknown-queue"
UNKNOWN_ISSUE = "unknown-issue"
CLOSED_ISSUE = "closed-issue"
RULES = (
    BRANCH_WITHOUT_KEY,
    BRANCH_PATTERN,
    COMMIT_WITHOUT_KEY,
    COMMIT_OTHER_ISSUE,
    PULL_REQUEST_WITHOUT_KEY,
    PULL_REQUEST_OTHER_ISSUE,
    UNKNOWN_QUEUE,
    UNKNOWN_ISSUE,
    CLOSED_ISSUE,
)


_FEW = 10  # keys of a branch that a message is searched for one by one


class Commit:
    """A commit as the rules see it; `parents` counts them, `tip` is the revision it was found from (git-log(1), %S)."""

    __slots__ = ("message", "oid", "parents", "tip")

    def __init__(self, oid: str, parents: int, message: str, tip: str = "") -> None:
        self.oid = oid
        self.parents = parents
        self.message = message
        self.tip = tip


class PullRequestText:
    """The text of a pull request, or of its draft (`is_draft`: the branch's description); `number` where it has one."""

    __slots__ = ("description", "is_draft", "number", "title")

    def __init__(self, title: str, description: str, *, is_draft: bool = False, number: str | None = None) -> None:
        self.title = title
        self.description = description
        self.is_draft = is_draft
        self.number = number


class Violation:
    """One thing the policy holds against a branch, a commit or a pull request's text.

    `text` is what was judged (branch name, message, title and description); `found` the keys it names that do not do,
    `expected` the keys that would.
    """

    __slots__ = ("branch", "commit", "expected", "found", "part", "pattern", "pull_request", "rule", "text")

    def __init__(
        self,
        rule: str,
        text: str,
        *,
        branch: str | None = None,
        commit: Commit | None = None,
        pull_request: PullRequestText | None = None,
        part: str | None = None,
        found: "tuple[str, ...]" = (),
        expected: "tuple[str, ...]" = (),
        pattern: str | None = None,
    ) -> None:
        self.rule = rule
        self.text = text
        self.branch = branch
        self.commit = commit
        self.pull_request = pull_request
        self.part = part
        self.found = found
        self.expected = expected
        self.pattern = pattern


def branch_keys(branch: str, policy: Policy) -> list[str]:
    """Return the issues that *branch* names, the issue first."""
    return keys.find(branch, policy.queues, any_case=True)


def check_branch(branch: str, policy: Policy, search: "Callable[[str, str], bool]") -> "Iterator[Violation]":
    """Yield what the policy holds against a branch's name; *search*: whether a pattern is found in a text."""
    if is_exempt(branch, policy.branch_exempt):
        return
    if policy.branch_require and not branch_keys(branch, policy):
        found = tuple(keys.foreign(branch, policy.queues))
        yield Violation(UNKNOWN_QUEUE if found else BRANCH_WITHOUT_KEY, branch, branch=branch, found=found)
    pattern = policy.branch_pattern
    if pattern and not search(pattern, branch):
        yield Violation(BRANCH_PATTERN, branch, branch=branch, pattern=pattern)


def is_exempt_commit(commit: Commit) -> bool:
    """Whether Git wrote the commit's message itself: a merge, a revert."""
    return commit.parents > 1 or message.is_revert(commit.message)


def check_message(
    text: str, branch: str | None, policy: Policy, *, commit: Commit | None = None, wanted: list[str] | None = None
) -> Violation | None:
    """Return what the policy holds against one message on *branch* (None: not on a branch), exemptions aside.

    *wanted*: the branch's keys, for a caller that judges many messages of one branch.
    """
    require = policy.commit_require
    if require == "off":
        return None
    if wanted is None:
        wanted = branch_keys(branch, policy) if branch else []
    if require == "any":
        wanted = []
        if keys.names_any(text, policy.queues):
            return None
    elif not wanted or any([keys.is_named(text, key) for key in wanted[:_FEW]]):
        return None
    named = keys.find(text, policy.queues)
    if len(wanted) > _FEW and not set(wanted).isdisjoint(named):
        return None
    expected = tuple(wanted)
    if named:
        return Violation(COMMIT_OTHER_ISSUE, text, branch=branch, commit=commit, found=tuple(named), expected=expected)
    found = tuple(keys.foreign(text, policy.queues))
    rule = UNKNOWN_QUEUE if found else COMMIT_WITHOUT_KEY
    return Violation(rule, text, branch=branch, commit=commit, found=found, expected=expected)


def check_commits(
    commits: "Iterable[Commit]", branch: str | None, policy: Policy, skipped: "list[tuple[Commit, str]]"
) -> "Iterator[Violation]":
    """Yield what the policy holds against new commits; those with a reason to be skipped go to *skipped* with it."""
    if policy.commit_require == "off" or (branch and is_exempt(branch, policy.branch_exempt)):
        return
    wanted = branch_keys(branch, policy) if branch else []
    for commit in commits:
        if is_exempt_commit(commit):
            continue
        violation = check_message(commit.message, branch, policy, commit=commit, wanted=wanted)
        if violation is None:
            continue
        reason = message.skip_reason(commit.message)
        if reason is None:
            yield violation
        else:
            skipped.append((commit, reason))


def check_pull_request(text: PullRequestText, branch: str | None, policy: Policy) -> "Iterator[Violation]":
    """Yield what the policy holds against a pull request's text; *branch*: its source, None if that is not known."""
    require = policy.pullrequest_require
    if require == "off" or (branch and is_exempt(branch, policy.branch_exempt)):
        return
    wanted = tuple(branch_keys(branch, policy)) if branch else ()
    if require == "either":
        parts = [("text", f"{text.title}\n\n{text.description}")]
    else:
        parts = [("title", text.title), ("description", text.description)]
    for part, content in parts:
        if require in ("either", "both", part):
            named = keys.find(content, policy.queues)
            if named and (not wanted or not set(wanted).isdisjoint(named)):
                continue
            found = tuple(named) or tuple(keys.foreign(content, policy.queues))
            rule = PULL_REQUEST_OTHER_ISSUE if named else UNKNOWN_QUEUE if found else PULL_REQUEST_WITHOUT_KEY
            yield Violation(rule, content, branch=branch, pull_request=text, part=part, found=found, expected=wanted)


def check_issue(key: str, state: str, branch: str, policy: Policy) -> Violation | None:
    """Return what `issue.verify` holds against an issue that a branch names; *state*: `missing`, `closed` or `open`."""
    if policy.issue_verify == "off" or state == "open":
        return None
    if state == "missing":
        return Violation(UNKNOWN_ISSUE, branch, branch=branch, found=(key,))
    return Violation(CLOSED_ISSUE, branch, branch=branch, found=(key,)) if policy.issue_verify == "open" else None
