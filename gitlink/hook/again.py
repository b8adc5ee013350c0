"""How a refused `git commit` is begun anew with the message it had: a line to paste, a trailer to be put behind it."""

import os

from gitlink import plumbing
from gitlink.core.message import SCISSORS
from gitlink.core.text import shell_quote
from gitlink.hook.message_file import MessageFile, comment_prefix, is_edited

_ANCESTORS = 4  # git is our parent, or the parent of the shells and frameworks between


def command(file: MessageFile, config: dict[str, str]) -> str:
    """Return the command, right for a message with comments or a diff in it, for an amend and for `commit --all`."""
    comment = comment_prefix(file.raw, config)
    edited = is_edited(file.raw, comment)
    git, options = "git", _options()
    if edited and "auto" in (config.get("core.commentchar"), config.get("core.commentstring")):
        git += f" -c core.commentChar={shell_quote(comment)}"
    if edited and config.get("commit.cleanup", "default") == "default":
        options += " --cleanup=strip"  # without an editor Git would keep the comments
    path = shell_quote(file.path)
    if edited and f"\n{comment}{SCISSORS}" in f"\n{file.raw}":
        return f"sed '/ -\\{{24\\}} >8 -\\{{24\\}}$/,$d' {path} | {git} commit{options} --file=-"
    return f"{git} commit{options} --file={path}"


def is_merge() -> bool:
    """Whether the `git commit` above us amends a merge, as a rebase that rewords one does; MERGE_HEAD is gone then."""
    return "--amend" in _words() and plumbing.run("rev-parse", "--verify", "--quiet", "HEAD^2")[0] == 0


def _options() -> str:
    """Return what has to be asked of Git once more; `--all` shows in the index that Git uses (githooks(5))."""
    options = " --amend --allow-empty" if "--amend" in _words() else ""
    if os.environ.get("GIT_INDEX_FILE", "").endswith("index.lock"):
        options += " --all"
    elif not options and plumbing.run("diff", "--cached", "--quiet")[0] == 0:
        options += " --allow-empty"
    return options


def _words() -> list[str]:
    """Return the words of the `git commit` above us, none where the system does not show them (proc(5), Linux)."""
    pid = os.getppid()
    try:
        for _ in range(_ANCESTORS):
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                words = plumbing.text(file.read()).split("\0")
            if os.path.basename(words[0]) == "git" and "commit" in words:
                return words
            with open(f"/proc/{pid}/stat", "rb") as file:
                pid = int(file.read().rpartition(b")")[2].split()[1])
    except (OSError, ValueError, IndexError):
        pass
    return []
