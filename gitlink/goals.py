"""Wanted states of an issue, and how to reach one: look, act, and look again; repeated or interrupted it is one effect.

A lost answer is never taken for a failure, nor a call repeated before its effect has been looked for.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar, overload

from gitlink.core.text import printable, shell_quote
from gitlink.errors import GitlinkError, TrackerRefused, Unreachable
from gitlink.tracker import route
from gitlink.tracker.client import TrackerClient
from gitlink.tracker.models import Comment, Field, Issue, Malformed, Status, Transition
from gitlink.tracker.protocol import Refused
from gitlink.transport import NoAnswer

_T_co = TypeVar("_T_co", covariant=True)
# Which of these means "not on offer" and which "a field is missing" is not documented, and reports disagree.
# https://yandex.ru/support/tracker/ru/api-ref/issues/new-transition
_UNCLEAR = frozenset({400, 404, 409, 422})
_LANGUAGES = ("en", "ru")


@dataclass(frozen=True, slots=True)
class Move:
    """The issue is in a status, given as key or name in any spelling; `comment`, `resolution`, `fields` go with it."""

    issue: str
    status: str
    comment: str | None = None
    resolution: str | None = None
    fields: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SetField:
    """A field of the issue, given as id, key or name, holds a value; None: it is empty."""

    issue: str
    field: str
    value: object


@dataclass(frozen=True, slots=True)
class CommentOnce:
    """The issue has a comment of mine with this text, written at `since` or later (an aware time; None: ever)."""

    issue: str
    text: str
    since: datetime | None = None


Goal = Move | SetField | CommentOnce


@dataclass(frozen=True, slots=True)
class Reached(Generic[_T_co]):
    """The goal holds. `changed`: it did not before; `issue`: the key as Tracker spells it now."""

    issue: str
    changed: bool
    before: _T_co
    after: _T_co


@overload
def reach(client: TrackerClient, goal: Move) -> Reached[Status]: ...
@overload
def reach(client: TrackerClient, goal: SetField) -> Reached[object]: ...
@overload
def reach(client: TrackerClient, goal: CommentOnce) -> Reached[Comment | None]: ...
def reach(client: TrackerClient, goal: Goal) -> Reached[Status] | Reached[object] | Reached[Comment | None]:
    """Make *goal* hold, if it does not; raises what the client raises, and TransitionUnavailable."""
    if isinstance(goal, Move):
        return _move(client, goal)
    if isinstance(goal, SetField):
        return _set_field(client, goal)
    return _comment(client, goal)


def is_uncertain(fault: GitlinkError) -> bool:
    """Whether the write that ended so may have happened all the same."""
    return isinstance(fault, Malformed) or (isinstance(fault, NoAnswer) and fault.uncertain)


def _move(client: TrackerClient, goal: Move) -> Reached[Status]:
    """Move, at most twice, and the second time only where a look showed that the first had no effect."""
    start = issue = client.issue(goal.issue)
    for is_last in (False, True):
        hops = _plan(client, issue, goal)
        if not hops:
            return Reached(issue.key, issue.status != start.status, start.status, issue.status)
        try:
            for hop in hops:
                client.execute(issue.key, hop.id, _form(goal, is_arrival=hop is hops[-1]))
            return Reached(issue.key, True, start.status, hops[-1].to)
        except (Refused, Unreachable) as fault:
            issue = _look_again(client, issue.key, fault)
            if issue.status.key != hops[-1].to.key and (is_last or not _is_worth_another(fault)):
                raise _explained(client, issue, goal, fault) from fault
    # The second attempt failed and left the issue where it was wanted.
    return Reached(issue.key, True, start.status, issue.status)


def _plan(client: TrackerClient, issue: Issue, goal: Move) -> tuple[Transition, ...]:
    if route.find_status(goal.status, [issue.status]):
        return ()
    offered = client.transitions(issue.key)
    wanted = route.find_status(goal.status, [transition.to for transition in offered])
    if wanted is None:
        known = [status for language in _LANGUAGES for status in client.statuses(language)]
        wanted = route.find_status(goal.status, known)
        if wanted is None:
            raise route.unknown(issue, offered, known, goal.status)
    return route.plan(issue, offered, wanted)


def _form(goal: Move, *, is_arrival: bool) -> dict[str, object]:
    """Return what is sent with a move; only the last one carries what the goal brings along."""
    if not is_arrival:
        return {}
    extra = {"comment": goal.comment, "resolution": goal.resolution}
    return {**goal.fields, **{name: value for name, value in extra.items() if value is not None}}


def _look_again(client: TrackerClient, key: str, fault: GitlinkError) -> Issue:
    """Return the issue as it is after *fault*; raises *fault* where a look cannot cure it or is not possible."""
    if not is_uncertain(fault) and not (isinstance(fault, Refused) and fault.status in _UNCLEAR):
        raise fault
    try:
        return client.issue(key)
    except Unreachable:
        raise fault from None


def _is_worth_another(fault: GitlinkError) -> bool:
    """A missing field stays missing; a conflict or a lost answer may go well the second time."""
    return is_uncertain(fault) or (isinstance(fault, Refused) and fault.status == 409)


def _explained(client: TrackerClient, issue: Issue, goal: Move, fault: GitlinkError) -> GitlinkError:
    """Return what the refusal of a move means, now that it is known whether the move is still on offer."""
    if not isinstance(fault, Refused):
        return fault
    try:
        hops = _plan(client, issue, goal)
    except Unreachable:
        return fault
    if not hops:
        return fault
    hop = hops[-1]
    status, key = shell_quote(hop.to.key), issue.key
    fix = None
    if hop.has_screen and not goal.resolution:
        fix = f"gitlink status {status} --resolution fixed --issue {key}"
    elif hop.has_screen:
        fix = f"name the missing field: `gitlink status {status} --field NAME=VALUE --issue {key}`"
    message = f"`{key}` did not move to `{hop.to.name}`"
    return Refused(message, status=fault.status, where=fault.where, why=fault.why, fix=fix)


def _set_field(client: TrackerClient, goal: SetField) -> Reached[object]:
    issue = client.issue(goal.issue)
    known = client.find_field(issue.queue, goal.field)
    if known is None:
        raise TrackerRefused(
            f"queue `{issue.queue}` has no field `{printable(goal.field)}`",
            where=f"`{issue.key}`",
            why="neither a field of the queue nor a global one has this id, key or name",
            fix="gitlink doctor",
        )
    before = issue.fields.get(known.id)
    if _is_same(before, goal.value):
        return Reached(issue.key, False, before, before)
    after = client.set_field(issue.key, known.id, goal.value).fields.get(known.id)
    _check_taken(issue, known, goal.value, before, after)
    return Reached(issue.key, True, before, after)


def _check_taken(issue: Issue, known: Field, value: object, before: object, after: object) -> None:
    """Raise if Tracker ignored the field, as it does with keys it does not know: 200, and nothing changed."""
    # A user or a status is set by key or login and comes back as a reference, which cannot be compared.
    if _is_same(after, value) or after != before or (isinstance(after, dict | list) and value):
        return
    raise TrackerRefused(
        f"Tracker ignored the field `{known.name}` of `{issue.key}`",
        where=f"field `{known.id}`",
        why="it answered that all is well and left the value as it was",
        fix="gitlink doctor",
    )


def _is_same(stored: object, wanted: object) -> bool:
    """Whether a field holds *wanted*; an empty text or list is no value, and a reference is what it points to."""
    if stored in (None, "", []) and wanted in (None, "", []):
        return True
    if isinstance(stored, dict) and isinstance(wanted, str):
        return wanted in (stored.get("key"), stored.get("id"), stored.get("display"))
    return stored == wanted


def _comment(client: TrackerClient, goal: CommentOnce) -> Reached[Comment | None]:
    """Write, once; after a lost answer look for a comment that was not there, and leave a second try to a later call.

    Lists lag a moment behind what was written, so that an absent comment may be under way.
    """
    me = client.myself().id
    earlier = [comment for comment in client.comments(goal.issue) if _is_it(comment, goal, me)]
    if earlier:
        return Reached(goal.issue, False, earlier[-1], earlier[-1])
    try:
        written: Comment | None = client.add_comment(goal.issue, goal.text)
    except Unreachable as fault:
        if not is_uncertain(fault):
            raise
        written = _find_comment(client, goal, me)
        if written is None:
            raise
    return Reached(goal.issue, True, None, written)


def _find_comment(client: TrackerClient, goal: CommentOnce, me: str) -> Comment | None:
    try:
        return next((comment for comment in client.comments(goal.issue) if _is_it(comment, goal, me)), None)
    except Unreachable:
        return None


def _is_it(comment: Comment, goal: CommentOnce, me: str) -> bool:
    if comment.author is None or comment.author.id != me or comment.text.split() != goal.text.split():
        return False
    return goal.since is None or (comment.created is not None and comment.created >= goal.since)
