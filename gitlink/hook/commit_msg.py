"""Git's commit-msg hook: does the message that Git will keep name the issue?"""

import sys

from gitlink import child, plumbing
from gitlink.core import message, rules
from gitlink.core.refs import is_exempt
from gitlink.core.rules import Commit
from gitlink.core.text import printable, shorten
from gitlink.errors import UsageFault
from gitlink.hook import guard, setting
from gitlink.hook.message_file import MessageFile, kept


def main() -> int:
    """Judge the message file named by the first argument."""
    status = guard.blocking(_main, "git commit --no-verify")
    child.send_what_waits()
    return status


def _main() -> int:
    if len(sys.argv) < 2:
        raise UsageFault("commit-msg wants the message's file", fix="gitlink-commit-msg .git/COMMIT_EDITMSG")
    skip = setting.skip_reason()
    if skip is not None:
        return _skipped(f"GITLINK_SKIP: {printable(skip)}")
    policy = setting.worktree_policy()
    if policy.commit_require == "off":
        return 0
    branch = setting.current_branch()
    if branch and is_exempt(branch, policy.branch_exempt):
        return 0
    config = setting.git_config()
    file = MessageFile(sys.argv[1], config)
    text = kept(file.raw, config)
    if not text.strip() or message.is_autosquash(text) or message.is_revert(text) or setting.is_merging():
        return 0
    violation = rules.check_message(text, branch, policy, commit=Commit("", 1, text))
    if violation is None:
        return 0
    reason = message.skip_reason(text)
    if reason is not None:
        return _skipped(f"{message.SKIP_TRAILER}: {shorten(printable(reason), 200)}")
    from gitlink.core import wording  # only for a refusal: the words cost a millisecond
    from gitlink.hook import again

    if again.is_merge():
        return 0
    scene = wording.Scene(current=branch, again=again.command(file, config))
    plumbing.write_stderr(wording.refusal([violation], policy, {0: scene}, "git commit --no-verify"))
    return 1


def _skipped(why: str) -> int:
    plumbing.write_stderr(f"gitlink: this message is not checked ({why})\n")
    return 0
