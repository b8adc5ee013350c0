"""From a word that someone wrote to the move that leads there; pure, knows no network.

What an issue offers depends on its status, its queue's workflow and the user, and transition ids are no stable names:
only the status that a transition leads to tells what it is.
https://yandex.ru/support/tracker/ru/api-ref/issues/get-transitions
"""

from collections.abc import Iterable, Sequence

from gitlink.core.text import nearest, printable, shell_quote
from gitlink.errors import TransitionUnavailable
from gitlink.tracker.models import Field, Issue, Status, Transition

_IGNORED = str.maketrans({"-": None, "_": None, "\u0451": "\u0435"})


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


def plan(issue: Issue, offered: Sequence[Transition], wanted: Status) -> tuple[Transition, ...]:
    """Return the moves that lead from where *issue* is to *wanted*: none where it is there already.

    One move is all it looks for; a way through several would be found here, from the queue's workflow.
    Raises TransitionUnavailable.
    """
    if issue.status.key == wanted.key:
        return ()
    direct = [transition for transition in offered if transition.to.key == wanted.key]
    if not direct:
        raise unavailable(issue, offered, wanted.name)
    # Of two moves to one status the one without a form asks for less.
    return (min(direct, key=lambda transition: transition.has_screen),)


def unavailable(issue: Issue, offered: Sequence[Transition], word: str) -> TransitionUnavailable:
    """Return the error that says where *issue* can go instead, what is nearest to *word* first."""
    return TransitionUnavailable(
        f"`{issue.key}` cannot move to `{printable(word)}`",
        where=f"`{issue.key}` is in `{issue.status.name}`",
        why="its workflow now offers " + (_listed(offered, word) or "no move"),
        fix=f"gitlink status --issue {issue.key}",
    )


def unknown(
    issue: Issue, offered: Sequence[Transition], statuses: Iterable[Status], word: str
) -> TransitionUnavailable:
    """Return the error for a *word* that no status of the organization has as key or name."""
    names = _names(offered) + [name for status in statuses for name in (status.name, status.key)]
    meant = nearest(word, names)
    return TransitionUnavailable(
        f"there is no status `{printable(word)}`",
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
    return ", ".join(f"`{name}`" for name in names)
