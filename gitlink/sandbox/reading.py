"""Any field of an issue as a stored value, and the words by which it may be named; for searches and triggers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from .model import Field, Term
from .records import Issue
from .world import World

_TERMS = {"status", "resolution", "priority", "issuetype"}
_SYSTEM: dict[str, Callable[[Issue], object]] = {
    "key": lambda issue: issue.key,
    "queue": lambda issue: issue.queue,
    "status": lambda issue: issue.status,
    "previousStatus": lambda issue: issue.previous_status,
    "previousQueue": lambda issue: issue.previous_queue,
    "createdBy": lambda issue: issue.created_by,
    "updatedBy": lambda issue: issue.updated_by,
    "resolvedBy": lambda issue: issue.resolved_by,
    "createdAt": lambda issue: issue.created_at.isoformat(),
    "updatedAt": lambda issue: issue.updated_at.isoformat(),
    "statusStartTime": lambda issue: issue.status_since.isoformat(),
    "resolvedAt": lambda issue: issue.resolved_at and issue.resolved_at.isoformat(),
    "lastCommentUpdatedAt": lambda issue: issue.comments[-1].updated_at.isoformat() if issue.comments else None,
    "votes": lambda issue: 0,
}


def stored(issue: Issue, field_id: str) -> object:
    """Return the value of a field as it is stored, None for an empty one."""
    return _SYSTEM[field_id](issue) if field_id in _SYSTEM else issue.values.get(field_id)


def kind_of(field: Field) -> str:
    """Return the type of a field's value, or of its members."""
    return field.items or field.type


def members(value: object) -> list[object]:
    """Return a stored value's members: a list's, the value itself, none."""
    return value if isinstance(value, list) else [] if value in (None, "") else [value]


def terms(world: World, kind: str) -> dict[str, Term]:
    """Return the dictionary that values of type *kind* come from."""
    return {
        "status": world.statuses,
        "resolution": world.resolutions,
        "priority": world.priorities,
        "issuetype": world.issue_types,
    }[kind]


def words(world: World, kind: str, value: object) -> set[str]:
    """Return the words, in lower case, that name a stored value: key, id, names, login."""
    names: Iterable[object] = [value]
    if kind in _TERMS:
        term = terms(world, kind)[str(value)]
        names = [term.key, term.id, term.name.ru, term.name.en]
    elif kind == "user":
        user = world.users[str(value)]
        names = [user.uid, user.login, f"{user.login}@", user.display]
    elif kind == "queue":
        queue = world.queues[str(value)]
        names = [queue.key, queue.id, queue.name.ru, queue.name.en]
    elif kind == "issue":
        issue = world.issues[str(value)]
        names = [issue.id, issue.key]
    elif kind == "component":
        names = [value, world.components[str(value)].name]
    return {str(name).lower() for name in names}


def known(world: World, kind: str) -> set[str] | None:
    """Return every word that may name a value of type *kind*, None if any word may."""
    values: Iterable[object]
    if kind in _TERMS:
        values = terms(world, kind)
    elif kind == "user":
        values = world.users
    elif kind == "queue":
        values = world.queues
    elif kind == "component":
        values = world.components
    else:
        return None
    return {word for value in values for word in words(world, kind, value)}


def instant(value: object) -> datetime:
    """Return a stored date or time as a time."""
    at = datetime.fromisoformat(str(value))
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def sort_key(world: World, field: Field, issue: Issue) -> tuple[int, object]:
    """Return what issues are ordered by: dictionaries by their order, numbers as such, empty values last."""
    listed, kind = members(stored(issue, field.id)), kind_of(field)
    if not listed:
        return 1, 0
    value = listed[0]
    if field.id == "key":
        queue, _, number = str(value).partition("-")
        return 0, (queue, int(number))
    if kind in _TERMS:
        return 0, terms(world, kind)[str(value)].order
    if kind in {"date", "datetime"}:
        return 0, instant(value)
    if kind == "user":
        return 0, world.users[str(value)].display
    return 0, value if isinstance(value, int | float) else str(value).lower()
