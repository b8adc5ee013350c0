"""What pre-push and pre-receive share: pushed refs and policy in, a refusal out."""

import os

from gitlink import plumbing
from gitlink.core import keys, message, rules
from gitlink.core.policy import Policy
from gitlink.core.refs import PushedRef, is_exempt
from gitlink.core.rules import Commit, PullRequestText, Violation
from gitlink.core.text import printable, shorten
from gitlink.errors import GitError
from gitlink.hook import budget
from gitlink.hook.commits import LOG, new_commits

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_LONGEST_TIP = 10_000
_MOST_TOLD = 10
_AT_ONCE = 1000  # refs that one command line names
_FORGE_TOKENS = ("GITHUB_TOKEN", "GH_TOKEN", "GITLAB_TOKEN", "BITBUCKET_TOKEN", "GITEA_TOKEN")


def wants_lookup(policy: Policy) -> bool:
    """Whether the policy has the open pull request looked up: `auto` does where a forge's token is at hand."""
    if policy.pullrequest_require == "off" or policy.pullrequest_lookup == "never":
        return False
    return policy.pullrequest_lookup == "always" or any([os.environ.get(name) for name in _FORGE_TOKENS])


def draft_of(pushed: PushedRef, config: dict[str, str], current: "Callable[[], str | None]") -> PullRequestText | None:
    """Return the draft of a pull request that a local branch's description is; its first line is the title."""
    drafts = {key: value for key, value in config.items() if key.startswith("branch.") and key.endswith(".description")}
    if not drafts:
        return None
    local = pushed.local_branch or (current() if pushed.local_ref == "HEAD" else None)
    text = drafts.get(f"branch.{local}.description", "").strip()
    title, _, description = text.partition("\n")
    return PullRequestText(title.strip(), description.strip(), is_draft=True) if text else None


def asked(refs: list[PushedRef], policy: Policy) -> list[PushedRef]:
    """Return those of *refs* that are not exempt."""
    left = []
    for pushed in refs:
        budget.tick()
        if not is_exempt(pushed.branch or "", policy.branch_exempt):
            left.append(pushed)
    return left


def before(policy: Policy) -> list[str]:
    """Return the revisions that leave out what `commit.since` does; raises PolicyError where it names no commit."""
    if policy.commit_require == "off" or not policy.commit_since:
        return []
    from gitlink.hook import since  # few policies have it

    return since.exclusion(policy.commit_since, budget.tick)


def judge(
    refs: list[PushedRef],
    policy: Policy,
    range_of: "Callable[[list[PushedRef]], list[str]]",
    draft: "Callable[[PushedRef], PullRequestText | None]",
    skipped: list[tuple[Commit, str]],
) -> list[tuple[PushedRef, Violation]]:
    """Return everything the policy holds against *refs*, grouped by branch; *range_of*: the revisions new with some.

    Where the hook's time ends before that, it is what was found until then; raises TooLong if that is nothing.
    """
    held: list[tuple[PushedRef, Violation]] = []
    search = _search(refs, policy)
    bad: dict[str, list[Commit]] = {}
    is_any = policy.commit_require == "any"

    def commits_of(pushed: PushedRef) -> "Iterable[Commit]":
        return bad.get(pushed.local_oid, ()) if is_any else new_commits(*range_of([pushed]), tick=budget.tick)

    try:
        if is_any:
            _find_bad(refs, policy, range_of, bad, skipped)
        for pushed in refs:
            budget.tick()
            for violation in _held_against(pushed, policy, search, commits_of, draft, skipped):
                held.append((pushed, violation))
    except budget.TooLong:
        if not held and not bad:
            raise
        if not held:
            for pushed in refs:
                for violation in rules.check_commits(bad.get(pushed.local_oid, ()), pushed.branch, policy, skipped):
                    held.append((pushed, violation))
    return held


def _find_bad(
    refs: list[PushedRef],
    policy: Policy,
    range_of: "Callable[[list[PushedRef]], list[str]]",
    bad: dict[str, list[Commit]],
    skipped: list[tuple[Commit, str]],
) -> None:
    """Put the commits that do not pass into *bad*, by the tip that leads to them.

    Only where a commit's branch does not matter: one `git log` for all refs, since one for each would take long.
    """
    seen = set()
    for at in range(0, len(refs), _AT_ONCE):
        some = refs[at : at + _AT_ONCE]
        tips = {pushed.local_oid for pushed in some}
        commits = new_commits(*range_of(some), tick=budget.tick)
        for violation in rules.check_commits(commits, None, policy, skipped):
            commit = violation.commit
            if commit is not None and commit.oid not in seen:
                seen.add(commit.oid)
                # Git before 2.21 does not know which tip it was: then the first ref answers for it.
                bad.setdefault(commit.tip if commit.tip in tips else some[0].local_oid, []).append(commit)


def _search(refs: list[PushedRef], policy: Policy) -> "Callable[[str, str], bool]":
    """Return what searches branches for a pattern; what it needs is loaded only where the policy has one."""
    if not policy.branch_pattern:
        return lambda _pattern, _text: False
    from gitlink.hook import pattern

    return pattern.Search([pushed.branch or "" for pushed in refs])


def _held_against(
    pushed: PushedRef,
    policy: Policy,
    search: "Callable[[str, str], bool]",
    commits_of: "Callable[[PushedRef], Iterable[Commit]]",
    draft: "Callable[[PushedRef], PullRequestText | None]",
    skipped: list[tuple[Commit, str]],
) -> "Iterator[Violation]":
    """Yield what the policy holds against one ref, as it is found: time may be over before the end."""
    yield from rules.check_branch(pushed.branch or "", policy, search)
    if policy.commit_require != "off":
        yield from rules.check_commits(commits_of(pushed), pushed.branch, policy, skipped)
    if policy.pullrequest_require != "off":
        text = draft(pushed)
        if text is not None:
            yield from rules.check_pull_request(text, pushed.branch, policy)


def report(
    held: list[tuple[PushedRef, Violation]], policy: Policy, remote: str | None, current: str | None, once: str
) -> int:
    """Tell all of *held* on standard error and return the exit status."""
    if not held:
        return 0
    from gitlink.core import wording  # the words cost a millisecond, and most pushes are refused nothing

    scenes, named = {}, {}
    for at, (pushed, violation) in enumerate(held[: wording.SHOWN]):
        tip = pushed.local_oid
        if tip not in named:
            named[tip] = named_by_tip(tip, policy, budget.tick)
        roots = frozenset([violation.commit.oid] if violation.commit and not violation.commit.parents else [])
        scenes[at] = wording.Scene(
            remote=remote,
            local_ref=pushed.local_ref,
            current=current,
            tip=tip,
            roots=roots,
            named=named[tip],
        )
    plumbing.write_stderr(wording.refusal([violation for _, violation in held], policy, scenes, once))
    return 1


def named_by_tip(oid: str, policy: Policy, tick: "Callable[[int], None] | None" = None) -> str | None:
    """Return the issue that the commit *oid* names, so that the fix of its branch can name it too.

    None, too, where time is over by *tick*, plumbing.stream's: what is refused is told all the same.
    """
    found = plumbing.stream(*LOG, "-1", "--format=%B", oid, "--", tick=tick)
    try:
        named = keys.find(plumbing.text(next(found, b"")[:_LONGEST_TIP]), policy.queues)
    except GitError:
        return None
    return named[0] if named else None


def tell_skipped(skipped: list[tuple[Commit, str]]) -> None:
    """Say which commits a trailer exempts, and why."""
    for commit, reason in skipped[:_MOST_TOLD]:
        plumbing.write_stderr(
            f"gitlink: commit {commit.oid[:7]} is exempt ({message.SKIP_TRAILER}: {shorten(printable(reason), 200)})\n"
        )
    if len(skipped) > _MOST_TOLD:
        plumbing.write_stderr(f"gitlink: and {len(skipped) - _MOST_TOLD} more commits are exempt\n")
