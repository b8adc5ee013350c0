"""Git's post-checkout hook: a word where a branch names no issue. `git switch` takes its status over: always 0."""

import os
import sys

from gitlink import plumbing
from gitlink.core import rules
from gitlink.core.refs import branch_name, is_exempt, is_zero
from gitlink.core.text import printable, shell_quote
from gitlink.hook import guard, setting


def main() -> int:
    """Look at the branch that was just checked out."""
    return guard.harmless(_main)


def _main() -> None:
    environ = os.environ
    hosted = "PRE_COMMIT" in environ
    old = environ.get("PRE_COMMIT_FROM_REF", "") if hosted else "".join(sys.argv[1:2])
    flag = environ.get("PRE_COMMIT_CHECKOUT_TYPE", "") if hosted else "".join(sys.argv[3:4])
    if flag != "1" or not old or is_zero(old) or not (hosted or os.isatty(2)):
        return
    status, name = plumbing.run("symbolic-ref", "--quiet", "--short", "HEAD")
    policy = setting.worktree_policy()
    branch = plumbing.text(name).rstrip("\n")
    if status or not policy.checkout_remind or is_exempt(branch, policy.branch_exempt):
        return
    if policy.branch_require and not rules.branch_keys(branch, policy):
        from gitlink.core import wording  # only for the reminder: the words cost a millisecond

        new = branch_name(policy.branch_name, wording.example_key(policy), branch.rpartition("/")[2])
        plumbing.write_stderr(
            f"gitlink: branch {printable(branch)} names no issue, and a push of it will be refused\n"
            f"  fix:   git branch -m {shell_quote(branch)} {shell_quote(new)}\n"
        )
