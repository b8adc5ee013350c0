"""What is added to an issue and must be added once: comments, records of work, links.

After a lost answer its effect is looked for, and a second try is left to a later call: lists lag a moment behind what
was written, so that what is absent may be under way.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import TypeVar

from gitlink.errors import Unreachable
from gitlink.goals.fault import is_uncertain
from gitlink.goals.model import CommentOnce, LinkTo, LogWork, Reached
from gitlink.tracker.client import TrackerClient
from gitlink.tracker.models import Comment, Link, Worklog
from gitlink.tracker.protocol import Refused
from gitlink.tracker.relation import meant

_T = TypeVar("_T")
# The header `Date`, by which this clock is set against Tracker's, counts whole seconds.
_SLACK = timedelta(seconds=2)
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


def comment(client: TrackerClient, goal: CommentOnce) -> Reached[Comment | None]:
    """Write a comment of mine, unless one with this text has been there since then."""
    me = client.myself().id

    def is_it(found: Comment) -> bool:
        if found.author is None or found.author.id != me or found.text.split() != goal.text.split():
            return False
        return goal.since is None or (found.created is not None and found.created >= server_time(client, goal.since))

    return _once(
        goal.issue, lambda: client.comments(goal.issue), is_it, lambda: client.add_comment(goal.issue, goal.text)
    )


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


def server_time(client: TrackerClient, moment: datetime) -> datetime:
    """Return *moment* of this machine's clock as Tracker's clock had it, a little early rather than late."""
    return moment + timedelta(seconds=client.ahead_s) - _SLACK


def _once(
    issue: str, look: Callable[[], Iterable[_T]], is_it: Callable[[_T], bool], write: Callable[[], _T]
) -> Reached[_T | None]:
    earlier = [found for found in look() if is_it(found)]
    if earlier:
        return Reached(issue, False, earlier[-1], earlier[-1])
    try:
        written: _T | None = write()
    except Unreachable as fault:
        if not is_uncertain(fault):
            raise
        written = _found(look, is_it)
        if written is None:
            raise
    return Reached(issue, True, None, written)


def _found(look: Callable[[], Iterable[_T]], is_it: Callable[[_T], bool]) -> _T | None:
    try:
        return next((found for found in look() if is_it(found)), None)
    except Unreachable:
        return None
