"""Git's pre-push hook: every ref of the push, by its name on the remote (githooks(5)).

Under pre-commit and prek standard input is empty and PRE_COMMIT_* tell of one ref only; the rest of the push is not to
be seen there (https://github.com/pre-commit/pre-commit/issues/1940).
"""

import os
import sys

from gitlink import plumbing
from gitlink.core.policy import Policy
from gitlink.core.refs import HEADS, PushedRef, is_option, parse_push_lines
from gitlink.core.rules import Commit, Violation
from gitlink.core.text import printable, shell_quote, without_secrets
from gitlink.errors import GitError
from gitlink.hook import budget, guard, judge, setting

_ASKED_ABOUT = 10  # refs of which Git is asked, one by one, how they are pushed again


def main() -> int:
    """Judge the push that Git describes on standard input, or pre-commit in the environment."""
    lines = plumbing.read_stdin()
    return guard.blocking(lambda: _main(lines), "git push --no-verify")


def _main(lines: str) -> int:
    remote, url, refs = _invocation(lines)
    refs = [pushed for pushed in refs if pushed.branch is not None and not pushed.is_deletion]
    reason = setting.skip_reason()
    if reason is not None:
        plumbing.write_stderr(f"gitlink: this push is not checked (GITLINK_SKIP: {printable(reason)})\n")
        return 0
    if not refs:
        return 0
    policy = setting.worktree_policy()
    refs = judge.asked(refs, policy)
    if not refs:
        return 0
    asks = policy.pullrequest_require != "off" or policy.commit_require != "off" or policy.issue_verify != "off"
    config = setting.git_config() if asks else {}
    shown = without_secrets(remote)
    known, before = "", []
    if policy.commit_require != "off":
        known, before = _known(remote, url, config), judge.before(policy)
    skipped: list[tuple[Commit, str]] = []
    held = judge.judge(
        refs,
        policy,
        lambda some: _range(some, known, before),
        lambda pushed: judge.draft_of(pushed, config, setting.current_branch),
        skipped,
    )
    judge.tell_skipped(skipped)
    if not held and policy.issue_verify != "off":
        held = _verified(refs, policy, config)
    if not held and judge.wants_lookup(policy):
        held = _looked_up(refs, policy, shown, url)
    if not held:
        return 0
    again = dict.fromkeys([pushed for pushed, _ in held])
    is_long = len(again) > _ASKED_ABOUT
    leases = [lease for pushed in again for lease in _lease(pushed, is_forced=is_long or None)]
    words = [*leases, shown, *[_refspec(pushed, in_full=is_long) for pushed in again]]
    once = f'GITLINK_SKIP="why" git push {" ".join(map(shell_quote, words))}'
    return judge.report(held, policy, shown, setting.current_branch(), once)


def _verified(refs: list[PushedRef], policy: Policy, config: dict[str, str]) -> "list[tuple[PushedRef, Violation]]":
    """Ask Tracker for the issues; only after the offline rules, and no answer is a warning."""
    from gitlink.hook import issues

    held, unknown = issues.verify(refs, policy, config)
    for key in unknown:
        plumbing.write_stderr(
            f"gitlink: {key} could not be looked up in Tracker within {issues.VERIFY_S:g} s; the push goes on\n"
            "  fix:   gitlink whoami\n"
        )
    return held


def _refspec(pushed: PushedRef, *, in_full: bool) -> str:
    """Return what pushes this ref again: its name alone where it is the same on both sides, or both *in_full*."""
    if pushed.local_ref == pushed.remote_ref and not in_full:
        is_tag_too = plumbing.run("show-ref", "--verify", "--quiet", f"refs/tags/{pushed.branch}")[0] == 0
        return pushed.remote_ref if is_tag_too or not pushed.branch or is_option(pushed.branch) else pushed.branch
    local = pushed.local_branch
    is_plain = local is not None and not is_option(local) and not in_full
    return f"{local if is_plain else pushed.local_ref}:{pushed.remote_ref}"


def _lease(pushed: PushedRef, *, is_forced: bool | None) -> list[str]:
    """Return the option that forces what this push forces, as long as the remote has what it has now (git-push(1)).

    Git leaves out of standard input what it would refuse itself, so what is no fast-forward was forced; *is_forced*:
    None where Git is to be asked. To a fast-forward the option does no harm.
    """
    old = pushed.remote_oid
    if not old.strip("0"):
        return []
    if is_forced is None:
        try:
            list(plumbing.stream("merge-base", "--is-ancestor", old, pushed.local_oid, tick=budget.tick))
            return []
        except GitError:  # it is none, *old* is not here, or the hook's time is over
            pass
    return [f"--force-with-lease={pushed.branch}:{old}"]


def _looked_up(refs: list[PushedRef], policy: Policy, remote: str, url: str) -> "list[tuple[PushedRef, Violation]]":
    """Ask the forge for open pull requests; only after all else, and no answer is a warning."""
    from gitlink.hook import pulls

    held, unknown = pulls.lookup(refs, policy, url)
    for branch in unknown:
        plumbing.write_stderr(
            f"gitlink: the pull request of {printable(branch)} could not be looked up at {printable(remote)} within "
            f"{pulls.LOOKUP_S:g} s; the push goes on\n  fix:   gitlink pr check --branch {shell_quote(branch)}\n"
        )
    return held


def _invocation(lines: str) -> tuple[str, str, list[PushedRef]]:
    """Return remote, URL and refs, from Git itself or as pre-commit hands them on.

    `pre-commit run --hook-stage pre-push --from-ref A --to-ref B` names no branch: it is the one that is checked out.
    """
    environ = os.environ
    if "PRE_COMMIT" in environ and "PRE_COMMIT_FROM_REF" in environ and not lines:
        remote = environ.get("PRE_COMMIT_REMOTE_NAME", "origin")
        here = environ.get("PRE_COMMIT_REMOTE_BRANCH") or f"{HEADS}{setting.current_branch() or ''}"
        pushed = PushedRef(
            environ.get("PRE_COMMIT_LOCAL_BRANCH", here),
            environ.get("PRE_COMMIT_TO_REF", "HEAD"),
            here,
            environ["PRE_COMMIT_FROM_REF"],
        )
        return remote, environ.get("PRE_COMMIT_REMOTE_URL", remote), [pushed] if here != HEADS else []
    try:
        refs = parse_push_lines(lines)
    except ValueError as error:
        raise GitError("standard input is not what Git gives to pre-push", fix="git push") from error
    remote = sys.argv[1] if len(sys.argv) > 1 else "origin"
    return remote, sys.argv[2] if len(sys.argv) > 2 else remote, refs


def _known(remote: str, url: str, config: dict[str, str]) -> str:
    """Return the option that names the remote-tracking branches of the remote; has it none, those of any remote."""
    name = remote
    if remote == url:
        for key, value in config.items():
            if value == url and key.startswith("remote."):
                name = key[len("remote.") :].rpartition(".")[0]
    _, known = plumbing.run("for-each-ref", "--count=1", "--format=x", f"refs/remotes/{name}/")
    return f"--remotes={_glob_literal(name)}" if known else "--remotes"


def _range(refs: list[PushedRef], known: str, before: list[str]) -> list[str]:
    """Return the revisions that none of the *known* branches has, nor what the remote has in place of *refs*."""
    tips = [pushed.local_oid for pushed in refs]
    # git-rev-list(1), --ignore-missing: what this clone lacks excludes nothing.
    replaced = [f"^{pushed.remote_oid}" for pushed in refs if pushed.remote_oid.strip("0")]
    return ["--ignore-missing", *tips, *replaced, *before, "--not", known, "--"]


def _glob_literal(name: str) -> str:
    return "".join([f"\\{char}" if char in "*?[\\" else char for char in name]) + "/*"
