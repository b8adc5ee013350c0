"""Git's prepare-commit-msg hook: put the branch's key into a message that names none; touch nothing else."""

import os
import sys

from gitlink.core import keys, message, rules
from gitlink.core.refs import is_exempt
from gitlink.errors import UsageFault
from gitlink.hook import guard, setting
from gitlink.hook.message_file import MessageFile, comment_prefix, is_edited

# A template that nobody edited makes Git abort, and a key in it would pass for an edit (git's builtin/commit.c,
# template_untouched).
_LEFT_ALONE = ("merge", "squash", "commit", "template")


def main() -> int:
    """Prepare the message file named by the first argument; the second is its source (githooks(5))."""
    return guard.harmless(_main)


def _main() -> None:
    if len(sys.argv) < 2:
        raise UsageFault(
            "prepare-commit-msg wants the message's file", fix="gitlink-prepare-commit-msg .git/COMMIT_EDITMSG"
        )
    source = sys.argv[2] if len(sys.argv) > 2 else os.environ.get("PRE_COMMIT_COMMIT_MSG_SOURCE", "")
    policy = setting.worktree_policy()
    if policy.commit_insert == "off" or source in _LEFT_ALONE:
        return
    rebased = setting.rebased_branch()
    if rebased is None and _is_replaying():
        return
    branch = rebased or setting.current_branch()
    if not branch or is_exempt(branch, policy.branch_exempt):
        return
    named = rules.branch_keys(branch, policy)
    if named:
        _insert(sys.argv[1], named[0], policy.commit_insert, policy.queues)


def _is_replaying() -> bool:
    folder = setting.git_dir()
    return any(
        [os.path.exists(os.path.join(folder, name)) for name in ("CHERRY_PICK_HEAD", "REVERT_HEAD", "MERGE_HEAD")]
    )


def _insert(path: str, key: str, how: str, queues: "frozenset[str]") -> None:
    config = setting.git_config()
    file = MessageFile(path, config)
    comment = comment_prefix(file.raw, config)
    edited = is_edited(file.raw, comment)
    # "# On branch …" is no word of the person's, even where the clean-up would keep it.
    cleanup = "strip" if edited else config.get("commit.cleanup", "default")
    text = message.kept(file.raw, cleanup=cleanup, comment=comment, edited=edited)
    if not text.strip() or message.is_autosquash(text) or message.is_revert(text) or keys.find(text, queues):
        return
    start = comment if edited else None
    if how == "prefix":
        file.write(message.with_prefix(file.raw, key, comment=start))
    else:
        file.write(message.with_trailer(file.raw, "Issue", key, comment=start))
