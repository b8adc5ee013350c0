"""Git's post-checkout hook: a word where a branch names no issue. `git switch` takes its status over: always 0."""

import os
import sys

from gitlink import child, plumbing
from gitlink.core import rules
from gitlink.core.policy import Policy
from gitlink.core.refs import branch_name, is_exempt, is_zero
from gitlink.core.text import operand, printable, shell_quote
from gitlink.hook import guard, issues, setting, trusted

_LAST_LINE = 4096


def main() -> int:
    """Look at the branch that was just checked out."""
    return guard.harmless(_main)


def _main() -> None:
    environ = os.environ
    hosted = "PRE_COMMIT" in environ
    old = environ.get("PRE_COMMIT_FROM_REF", "") if hosted else "".join(sys.argv[1:2])
    flag = environ.get("PRE_COMMIT_CHECKOUT_TYPE", "") if hosted else "".join(sys.argv[3:4])
    if flag != "1" or not old or is_zero(old):
        return
    branch = setting.checked_out_branch()
    if branch is None:
        return
    policy = setting.worktree_policy()
    if _is_bisect_or_rebase():
        return
    is_free, is_read = is_exempt(branch, policy.branch_exempt), hosted or os.isatty(2)
    named = [] if is_free else rules.branch_keys(branch, policy)
    if named:
        _look_after(named[0], is_read)
        return
    if is_read and not is_free and policy.branch_require and policy.checkout_remind:
        _remind(branch, policy)
    child.send_what_waits()


def _is_bisect_or_rebase() -> bool:
    """Whether Git went to the branch for a command of another name.

    `git bisect reset` checks the branch out before it tidies up; `git rebase main TEST-1-x` with nothing to do looks
    like a checkout of TEST-1-x but for the log of HEAD: `rebase: checkout TEST-1-x` (Git 2.39).
    """
    folder = ".git" if os.path.isdir(".git") else setting.git_dir()
    if os.path.exists(os.path.join(folder, "BISECT_LOG")):
        return True
    try:
        with open(os.path.join(folder, "logs", "HEAD"), "rb") as log:
            log.seek(max(0, os.fstat(log.fileno()).st_size - _LAST_LINE))
            return log.read().rpartition(b"\t")[2].startswith(b"rebase")
    except OSError:
        return False


def _look_after(key: str, is_read: bool) -> None:
    """Say where the issue is, as far as that is known here, and leave the rest to a child."""
    folder = issues.binding(setting.git_config())
    if folder is None:
        return
    seen = issues.look_after(folder, key, trusted.checkout_status())
    if seen is not None and is_read:
        plumbing.write_stderr(f"{key} {printable(seen.status)}  {printable(seen.summary)}\n")


def _remind(branch: str, policy: Policy) -> None:
    from gitlink.core import wording  # only for the reminder: the words cost a millisecond

    new = branch_name(policy.branch_name, wording.example_key(policy), branch.rpartition("/")[2])
    plumbing.write_stderr(
        f"gitlink: branch {printable(branch)} names no issue, and a push of it will be refused\n"
        f"  fix:   git branch -m {operand(branch)} {shell_quote(new)}\n"
    )
