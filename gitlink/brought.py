"""What a repository brings along with its files and may be anybody's: which folders it is, how its files are read."""

import os
import stat
from pathlib import Path

from gitlink import child, plumbing
from gitlink.core.text import shell_quote
from gitlink.errors import GitError

_MOST_BYTES = 1 << 20  # as much as a person would write


def beginning(file: Path) -> bytes:
    """Return the first MiB of a file; nothing of a device or a pipe, where a tracked link may lead, or of none."""
    try:
        if not stat.S_ISREG(os.stat(file).st_mode):
            return b""
        descriptor = os.open(file, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except (OSError, ValueError):
        return b""
    content = b""
    try:
        while len(content) < _MOST_BYTES and (piece := os.read(descriptor, _MOST_BYTES - len(content))):
            content += piece
    except OSError:
        return b""
    finally:
        os.close(descriptor)
    return content


def tracked_by(folder: Path) -> Path | None:
    """Return the work tree, of whatever repository, that tracks *folder* or a file in it; None: none around it does."""
    real = Path(os.path.realpath(folder))
    for around in (real, *real.parents):
        if around.name == ".git":  # Git checks out nothing there
            return None
        if os.path.lexists(around / ".git"):
            files = f":(icase,literal){os.path.relpath(real, around)}"
            words = ("-C", str(around), "ls-files", "--error-unmatch", "--", files)
            if plumbing.run(*words, environ=child.own_environment())[0] == 0:
                return around
    return None


def refuse_bare() -> None:
    """Raise GitError where one stands in a bare repository among the files of a work tree."""
    found = plumbing.embedded()
    if found is not None:
        bare, tree = found
        raise GitError(
            "gitlink does not work in a bare repository that lies among the files of a work tree",
            where=f"{bare}, in the work tree {tree}",
            why="a branch may have brought it along, and its `config` and hooks name programs to run;"
            " if it is yours, GIT_DIR says so",
            fix=f"cd {shell_quote(tree)}",
        )
