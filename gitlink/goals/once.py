"""What is added to an issue and must be added once: comments, records of work, links.

After a lost answer its effect is looked for, and a second try is left to a later call: lists lag a moment behind what
was written, so that what is absent may be under way.
"""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import TypeVar

from gitlink.errors import Unreachable
from gitlink.goals.fault import is_conflict, is_worth_another
from gitlink.goals.model import CommentOnce, LinkTo, LogWork, Reached
from gitlink.tracker.client import TrackerClient
from gitlink.tracker.models import Comment, Link, Worklog
from gitlink.tracker.refusal import Refused
from gitlink.tracker.relation import meant

_T = TypeVar("_T")
# https://yandex.ru/support/tracker/ru/api-ref/issues/link-issue
LINK_TYPES = {
    "relates": "relates",
    "depends on": "depends",
    "is dependent by": "depends",
    "is subtask for": "subtask",
    "is parent task for": "subtask",
    "duplicates": "duplicates",
    "is duplicated by": "duplicates",
    "is epic of": "epic",
    "has epic": "epic",
}


def comment(client: TrackerClient, goal: CommentOnce, *, is_new: bool = False) -> Reached[Comment | None]:
    """Write a comment of mine, unless one with this text has been there since then.

    *is_new*: nothing was done for this goal yet, so that a comment that is there now cannot be its effect; clocks
    need not be asked.
    """
    me = client.myself().id

    def look() -> list[Comment]:
        shown = client.comments(goal.issue)
        mine = [found for found in shown if found.author is not None and found.author.id == me]
        return [found for found in mine if found.text.split() == goal.text.split()]

    before = {found.id for found in look()} if is_new else set()

    def is_it(found: Comment) -> bool:
        if is_new or goal.since is None:
            return found.id not in before
        return found.created is not None and found.created >= client.clock.earliest(goal.since)

    return _once(goal.issue, look, is_it, lambda: client.add_comment(goal.issue, goal.text), looks_first=not is_new)


def log_work(client: TrackerClient, goal: LogWork) -> Reached[Worklog | None]:
    """Record my work, unless a record of mine with the same beginning and length is there."""
    me = client.myself().id

    def is_it(found: Worklog) -> bool:
        if found.author is None or found.author.id != me or found.start is None:
            return False
        return found.minutes == goal.minutes and abs(found.start - goal.start) < timedelta(seconds=1)

    return _once(
        goal.issue,
        lambda: client.worklogs(goal.issue),
        is_it,
        lambda: client.add_worklog(goal.issue, goal.minutes, goal.start, goal.comment),
    )


def link(client: TrackerClient, goal: LinkTo) -> Reached[Link | None]:
    """Link two issues, unless they are linked so already; a link that reads the other way round is another one."""
    wanted = LINK_TYPES.get(goal.relationship, goal.relationship)

    def is_it(found: Link) -> bool:
        # Words that we do not know say nothing about the direction: then the type decides.
        said = meant(found.words) or goal.relationship
        is_opposite = said != goal.relationship and LINK_TYPES.get(said) == wanted
        return found.other == goal.other and found.type == wanted and not is_opposite

    try:
        return _once(
            goal.issue,
            lambda: client.links(goal.issue),
            is_it,
            lambda: client.add_link(goal.issue, goal.other, goal.relationship),
        )
    except Refused as refusal:
        if refusal.status != 403:
            client.issue(goal.other)  # raises IssueNotFound where that is what was wrong
        raise


def _once(
    issue: str,
    look: Callable[[], Iterable[_T]],
    is_it: Callable[[_T], bool],
    write: Callable[[], _T],
    looks_first: bool = True,
) -> Reached[_T | None]:
    earlier = [found for found in look() if is_it(found)] if looks_first else []
    if earlier:
        return Reached(issue, False, earlier[-1], earlier[-1])
    return Reached(issue, True, None, _written(look, is_it, write))


def _written(look: Callable[[], Iterable[_T]], is_it: Callable[[_T], bool], write: Callable[[], _T]) -> _T:
    try:
        return write()
    except (Unreachable, Refused) as fault:
        if not is_worth_another(fault):
            raise
        found = _found(look, is_it)
        if found is None and is_conflict(fault):
            return write()
        if found is None:
            raise
        return found


def _found(look: Callable[[], Iterable[_T]], is_it: Callable[[_T], bool]) -> _T | None:
    try:
        return next((found for found in look() if is_it(found)), None)
    except Unreachable:
        return None
