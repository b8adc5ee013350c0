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
    # Git runs a hook at the top of the work tree, wherever one commits.
    path = shell_quote(os.path.abspath(file.path) if os.environ.get("GIT_PREFIX") else file.path)
    if edited and f"\n{comment}{SCISSORS}" in f"\n{file.raw}":
        return f"sed '/ -\\{{24\\}} >8 -\\{{24\\}}$/,$d' {path} | {git} commit{options} --file=-"
    return f"{git} commit{options} --file={path}"


def is_merge() -> bool:
    """Whether the `git commit` above us amends a merge, as a rebase that rewords one does; MERGE_HEAD is gone then."""
    return "--amend" in _words() and plumbing.run("rev-parse", "--verify", "--quiet", "HEAD^2")[0] == 0


def _options() -> str:
    """Return what has to be asked of Git once more; which files, shows in the index that Git uses (githooks(5))."""
    words = _words()
    options = " --amend --allow-empty" if "--amend" in words else ""
    index = os.path.basename(os.environ.get("GIT_INDEX_FILE", ""))
    if index.startswith("next-index-"):
        return f"{options} --only{_pathspecs(_changed('diff', '--cached'))}"
    if index == "index.lock":
        return options + _of_work_tree(words)
    if not options and plumbing.run("diff", "--cached", "--quiet")[0] == 0:
        options += " --allow-empty"
    return options


def _of_work_tree(words: list[str]) -> str:
    """Return the option for what Git took from the work tree itself: all of it, some files besides, or hunks."""
    left = _changed("diff-files")
    if not left:
        return " --all"
    whole = [path for path in _changed("diff", "--cached") if path not in left]
    asked = {"-p", "--patch", "--interactive"}.intersection(words)
    return " --patch" if asked or not whole else f" --include{_pathspecs(whole)}"


def _changed(*command: str) -> list[str]:
    names = plumbing.run(*command, "--name-only", "--no-renames", "-z")[1]
    return plumbing.text(names).split("\0")[:-1]


def _pathspecs(paths: list[str]) -> str:
    """Return *paths* (from the top of the work tree) as arguments that are right in the folder where one commits."""
    inside = os.environ.get("GIT_PREFIX")
    magic = [inside or path[0] == "-" or any([char in path for char in ":*?[\\"]) for path in paths]
    words = [f":(top,literal){path}" if needs else path for path, needs in zip(paths, magic, strict=True)]
    return "".join([f" {shell_quote(word)}" for word in words])


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
