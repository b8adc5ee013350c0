"""New commits, as rules see them, from one `git log` however many there are."""

from gitlink import plumbing
from gitlink.core.rules import Commit
from gitlink.errors import PolicyError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# What configuration would have `git log` do besides is left out: to read a `.mailmap` takes the square of its lines, to
# show a signature runs a program, decorations read every ref.
LOG = ("log", "-z", "--encoding=UTF-8", "--no-use-mailmap", "--no-show-signature", "--no-decorate", "--no-notes")
LOG_FORMAT = "%H %P%n%S%n%B"


def parse_record(record: bytes) -> Commit:
    """Read one record of `git log -z --format=LOG_FORMAT`."""
    head, tip, body = record.decode("utf-8", "surrogateescape").split("\n", 2)
    oid, _, parents = head.partition(" ")
    return Commit(oid, parents.count(" ") + 1 if parents else 0, body, tip)


def new_commits(*revisions: str, tick: "Callable[[int], None] | None" = None) -> "Iterator[Commit]":
    """Yield the commits that `git log REVISIONS` lists, newest first, messages in UTF-8; *tick*: plumbing.stream's."""
    for record in plumbing.stream(*LOG, f"--format={LOG_FORMAT}", *revisions, tick=tick):
        yield parse_record(record)


def since_exclusion(since: str | None) -> list[str]:
    """Return the revisions that leave out `commit.since` and its ancestors; raises PolicyError if it is not here."""
    if not since:
        return []
    if (
        since.startswith("-")
        or plumbing.run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{since}^{{commit}}")[0]
    ):
        raise PolicyError(
            f".gitlink: commit.since: `{since}` is not in this clone",
            where=".gitlink, key `commit.since`",
            why="the commits after it cannot be told from those before",
            fix="git fetch --tags --unshallow || git fetch --tags",
        )
    return [f"^{since}"]
