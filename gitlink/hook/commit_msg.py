"""Git's commit-msg hook: does the message that Git will keep name the issue?"""

import os
import sys

from gitlink import child, plumbing
from gitlink.core import message, rules
from gitlink.core.refs import is_exempt
from gitlink.core.rules import Commit
from gitlink.core.text import printable, shell_quote
from gitlink.errors import UsageFault
from gitlink.hook import guard, setting
from gitlink.hook.message_file import MessageFile, comment_prefix, is_edited


def main() -> int:
    """Judge the message file named by the first argument."""
    status = guard.blocking(_main, "git commit --no-verify")
    child.send_what_waits()
    return status


def _main() -> int:
    if len(sys.argv) < 2:
        raise UsageFault("commit-msg wants the message's file", fix="gitlink-commit-msg .git/COMMIT_EDITMSG")
    policy = setting.worktree_policy()
    if policy.commit_require == "off":
        return 0
    branch = setting.current_branch()
    if branch and is_exempt(branch, policy.branch_exempt):
        return 0
    config = setting.git_config()
    file = MessageFile(sys.argv[1], config)
    comment = comment_prefix(file.raw, config)
    cleanup = config.get("commit.cleanup", "default")
    text = message.kept(file.raw, cleanup=cleanup, comment=comment, edited=is_edited(file.raw, comment))
    if not text.strip() or message.is_autosquash(text) or message.is_revert(text) or _is_merging():
        return 0
    violation = rules.check_message(text, branch, policy, commit=Commit("", 1, text))
    if violation is None:
        return 0
    reason = message.skip_reason(text)
    skip = setting.skip_reason()
    if reason is not None or skip is not None:
        said = f"Gitlink-Skip: {printable(reason)}" if reason is not None else f"GITLINK_SKIP: {printable(skip or '')}"
        plumbing.write_stderr(f"gitlink: this message is not checked ({said})\n")
        return 0
    from gitlink.core import wording  # only for a refusal: the words cost a millisecond

    plumbing.write_stderr(
        wording.refusal(
            [violation], policy, {0: wording.Scene(current=branch, again=_again())}, "git commit --no-verify"
        )
    )
    return 1


def _is_merging() -> bool:
    return os.path.exists(os.path.join(setting.git_dir(), "MERGE_HEAD"))


def _again() -> str:
    """Return how this commit is begun anew with the message it had; `commit --all` shows in the index Git uses."""
    every = " --all" if os.environ.get("GIT_INDEX_FILE", "").endswith("index.lock") else ""
    return f"git commit{every} --file={shell_quote(sys.argv[1])}"
