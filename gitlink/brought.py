"""What a repository brings along with its files and may be anybody's."""

from gitlink import plumbing
from gitlink.core.text import shell_quote
from gitlink.errors import GitError


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
