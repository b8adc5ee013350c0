"""New commits, as rules see them, from one `git log` however many there are."""

from gitlink import plumbing
from gitlink.core.rules import Commit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LOG_FORMAT = "%H %P%n%S%n%B"
# What configuration would have `git log` do besides is left out: to read a `.mailmap` takes the square of its lines, to
# show a signature runs a program, decorations read every ref.
LOG = ("log", "-z", "--encoding=UTF-8", "--no-use-mailmap", "--no-show-signature", "--no-decorate", "--no-notes")


def parse_record(record: bytes) -> Commit:
    """Read one record of `git log -z --format=LOG_FORMAT`."""
    head, tip, body = record.decode("utf-8", "surrogateescape").split("\n", 2)
    oid, _, parents = head.partition(" ")
    return Commit(oid, parents.count(" ") + 1 if parents else 0, body, tip)


def new_commits(*revisions: str, tick: "Callable[[int], None] | None" = None) -> "Iterator[Commit]":
    """Yield the commits that `git log REVISIONS` lists, newest first, messages in UTF-8; *tick*: plumbing.stream's."""
    for record in plumbing.stream(*LOG, f"--format={LOG_FORMAT}", *revisions, tick=tick):
        yield parse_record(record)
