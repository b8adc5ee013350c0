"""From a word that someone wrote to the move that leads there; pure, knows no network.

What an issue offers depends on its status, its queue's workflow and the user, and transition ids are no stable names:
only the status that a transition leads to tells what it is.
https://yandex.ru/support/tracker/ru/api-ref/issues/get-transitions
"""

from collections import deque
from collections.abc import Callable, Container, Iterable, Mapping, Sequence

from gitlink.core.text import nearest, printable, shell_quote
from gitlink.errors import StatusUnknown, TransitionUnavailable
from gitlink.tracker.models import Field, Issue, Status, Transition

_IGNORED = str.maketrans({"-": None, "_": None, "\u0451": "\u0435"})
_LISTED = 50


def fold(word: str) -> str:
    """Return *word* without what does not count in a name: case, spaces, `-`, `_`, and the dots of `ё`."""
    return "".join(word.casefold().split()).translate(_IGNORED)


def find_status(word: str, statuses: Iterable[Status]) -> Status | None:
    """Return the status that *word* means, by key before display name; None when there is none such."""
    known = list(statuses)
    folded = fold(word)
    by_key = [status for status in known if fold(status.key) == folded]
    return next(iter(by_key or [status for status in known if fold(status.name) == folded]), None)


def find_field(word: str, fields: Iterable[Field]) -> Field | None:
    """Return the field that *word* means: by exact id, then key, then name."""
    known = list(fields)
    folded = fold(word)
    by_id = [field for field in known if field.id == word]
    by_key = [field for field in known if fold(field.key) == folded]
    return next(iter(by_id or by_key or [field for field in known if fold(field.name) == folded]), None)


def best(offered: Iterable[Transition], wanted: Status) -> Transition:
    """Return the offered move to *wanted*; of two to one status the one without a form, which asks for less."""
    direct = [transition for transition in offered if transition.to.key == wanted.key]
    return min(direct, key=lambda transition: transition.has_screen)


def way(
    start: Status, wanted: Status, neighbours: Callable[[Status], Sequence[Status]], ends: Container[str]
) -> tuple[Status, ...] | None:
    """Return the fewest statuses to go through from *start*, *wanted* the last of them; None where no way is known.

    *neighbours*: where one can go from a status. A way never leads through one of *ends* (closed, cancelled): who
    passes through it resolves the issue.
    """
    before: dict[str, Status | None] = {start.key: None}
    waiting = deque([start])
    while waiting:
        at = waiting.popleft()
        for status in neighbours(at):
            if status.key == wanted.key:
                return (*_back(before, at), status)
            if status.key not in before and status.key not in ends:
                before[status.key] = at
                waiting.append(status)
    return None


def _back(before: Mapping[str, Status | None], at: Status) -> tuple[Status, ...]:
    """Return the statuses gone through up to *at*, without the first of all; *before*: each one's predecessor."""
    found = []
    last: Status | None = at
    while last is not None:
        found.append(last)
        last = before[last.key]
    return tuple(found[-2::-1])


def unavailable(
    issue: Issue, offered: Sequence[Transition], word: str, *, limit: int | None = None
) -> TransitionUnavailable:
    """Return the error that says where *issue* can go instead, what is nearest to *word* first.

    *limit*: how many statuses the search for a way looked at, where it ended there.
    """
    searched = f"; the search for a way ended after {limit} statuses" if limit else ""
    return TransitionUnavailable(
        f"`{issue.key}` cannot move to `{printable(word)}`",
        where=f"`{issue.key}` is in `{issue.status.name}`",
        why="its workflow now offers " + (_listed(offered, word) or "no move") + searched,
        fix=f"gitlink status --issue {issue.key}",
    )


def unknown(issue: Issue, offered: Sequence[Transition], statuses: Iterable[Status], word: str) -> StatusUnknown:
    """Return the error for a *word* that no status of the organization has as key or name."""
    names = _names(offered) + [name for status in statuses for name in (status.name, status.key)]
    meant = nearest(word, names)
    return StatusUnknown(
        f"there is no status `{printable(word)}`",
        near=meant,
        where=f"`{issue.key}` is in `{issue.status.name}`",
        why="its workflow now offers " + (_listed(offered, word) or "no move"),
        fix=f"gitlink status {shell_quote(meant) + ' ' if meant else ''}--issue {issue.key}",
    )


def _names(offered: Sequence[Transition]) -> list[str]:
    return list(dict.fromkeys(transition.to.name for transition in offered))


def _listed(offered: Sequence[Transition], word: str) -> str:
    names = _names(offered)
    first = nearest(word, names)
    names.sort(key=lambda name: name != first)
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return ", ".join(f"`{name}`" for name in names[:_LISTED]) + more
