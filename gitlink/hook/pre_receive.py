"""Git's pre-receive hook on a self-hosted server: pre-push's offline rules, the policy from the default branch.

Git runs it in the repository pushed to, before any ref moves (githooks(5)); new objects are in quarantine, so "new" is
what no ref reaches.
"""

from gitlink import plumbing
from gitlink.core import policy as policies
from gitlink.core.policy import Policy
from gitlink.core.refs import PushedRef, is_exempt, parse_receive_lines
from gitlink.core.rules import Commit
from gitlink.errors import GitError, PolicyError
from gitlink.hook import budget, guard, judge, setting

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

# Git matches these by bytes, and by rules of its own, where `branch.exempt` goes by characters.
_ODD = frozenset("?[]\\")


def main() -> int:
    """Judge the push that Git describes on standard input."""
    lines = plumbing.read_stdin()
    return guard.blocking(lambda: _main(lines), "ask whoever runs this server")


def _main(lines: str) -> int:
    try:
        refs = parse_receive_lines(lines)
    except ValueError as error:
        raise GitError("standard input is not what Git gives to pre-receive", fix="git push") from error
    refs = [pushed for pushed in refs if pushed.branch is not None and not pushed.is_deletion]
    if not refs:
        return 0
    head = setting.head()
    policy = _policy(refs, head)
    refs = judge.asked(refs, policy)
    if not refs:
        return 0
    before = judge.before(policy)
    known = _judged_before(policy, head)
    skipped: list[tuple[Commit, str]] = []
    held = judge.judge(
        refs,
        policy,
        lambda some: [*[one.local_oid for one in some], *before, "--not", *known, "--"],
        lambda _: None,
        skipped,
    )
    judge.tell_skipped(skipped)
    branch = held[0][0].branch if held else None
    return judge.report(held, policy, None, branch, "ask whoever runs this server")


def _judged_before(policy: Policy, head: str | None) -> list[str]:
    """Return the revisions whose commits are not new: the default branch's *head*, and each that is itself judged.

    A tag, any other ref, or a branch that nothing is asked of makes nothing known: else a commit would only have to be
    pushed there first. git-rev-list(1), --exclude.
    """
    plain = [glob for glob in policy.branch_exempt if _ODD.isdisjoint(glob)]
    exempt = [f"--exclude={glob}" for glob in plain]
    if len(plain) < len(policy.branch_exempt):
        exempt += [f"--exclude={branch}" for branch in _branches() if is_exempt(branch, policy.branch_exempt)]
    return [*([head] if head else []), *exempt, "--branches"]


def _branches() -> "Iterator[str]":
    """Yield the branches of this repository by their short names."""
    listing = plumbing.run("for-each-ref", "--format=%(refname:lstrip=2)", "refs/heads/")[1]
    for branch in plumbing.text(listing).split("\n")[:-1]:
        budget.tick()
        yield branch


def _policy(refs: list[PushedRef], head: str | None) -> Policy:
    """Return the default branch's policy; where that is wrong, the one this push would mend it with."""
    if head is None:
        return policies.DEFAULTS
    try:
        return setting.blob_policy(head, "HEAD")
    except PolicyError:
        default = plumbing.text(plumbing.run("symbolic-ref", "--quiet", "HEAD")[1]).rstrip("\n")
        for pushed in refs:
            if pushed.remote_ref == default:
                try:
                    return setting.blob_policy(pushed.local_oid)
                except PolicyError:
                    break
        raise
