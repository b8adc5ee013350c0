"""The wanted states themselves, and the two ways to write one down; knows no network."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar

from gitlink.core import duration

_T_co = TypeVar("_T_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Move:
    """The issue is in a status, given as key or name in any spelling; `comment`, `resolution`, `fields` go with it.

    `is_direct`: by one transition or not at all. `since`: the aware time at which this was first wanted.
    `spares_resolved`: a resolved issue stays where it is.
    """

    issue: str
    status: str
    comment: str | None = None
    resolution: str | None = None
    fields: Mapping[str, object] = field(default_factory=dict)
    is_direct: bool = False
    since: datetime | None = None
    spares_resolved: bool = False


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


@dataclass(frozen=True, slots=True)
class LogWork:
    """The issue has a record of my work that began at `start` (an aware time) and took so many minutes."""

    issue: str
    minutes: int
    start: datetime
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class LinkTo:
    """The issue is linked to another, by a relationship as Tracker's API words it (`relates`, `depends on`)."""

    issue: str
    other: str
    relationship: str = "relates"


Goal = Move | SetField | CommentOnce | LogWork | LinkTo


@dataclass(frozen=True, slots=True)
class Reached(Generic[_T_co]):
    """The goal holds. `changed`: it did not before; `issue`: the key as Tracker spells it now."""

    issue: str
    changed: bool
    before: _T_co
    after: _T_co


def slot(goal: Goal) -> tuple[str, ...] | None:
    """Return what only one goal at a time can hold (an issue's status, one of its fields), None for what adds up."""
    if isinstance(goal, Move):
        return (goal.issue, "status")
    return (goal.issue, "field", goal.field) if isinstance(goal, SetField) else None


def kind(goal: Goal) -> str:
    """Return what kind of goal it is, in one word."""
    return _KINDS[type(goal)]


def value(goal: Goal) -> object:
    """Return what is wanted, in a word that can be shown: a status, a field's value, a text, a duration, a key."""
    if isinstance(goal, Move):
        return goal.status
    if isinstance(goal, SetField):
        return goal.value
    if isinstance(goal, CommentOnce):
        return goal.text
    return duration.spelled(goal.minutes) if isinstance(goal, LogWork) else goal.other


def described(goal: Goal) -> str:
    """Return what is wanted, on one line for a person."""
    what = f"{goal.issue}  {kind(goal)}"
    if isinstance(goal, SetField):
        return f"{what} {goal.field}: {goal.value if goal.value is not None else 'empty'}"
    comment = getattr(goal, "comment", None)
    return f"{what}: {value(goal)}{f' (with the comment: {comment})' if comment else ''}"


def pack(goal: Goal) -> dict[str, object]:
    """Return *goal* as JSON can hold it."""
    packed: dict[str, object] = {"kind": kind(goal)}
    for name in goal.__dataclass_fields__:
        held = getattr(goal, name)
        packed[name] = held.isoformat() if isinstance(held, datetime) else held
    return packed


def unpack(packed: Mapping[str, object]) -> Goal:
    """Return the goal that `pack` wrote down; raises ValueError if it is none."""
    kinds = {word: made for made, word in _KINDS.items()}
    made = kinds.get(str(packed.get("kind")))
    if made is None:
        raise ValueError("no goal of a kind that gitlink knows")
    known = {name: held for name, held in packed.items() if name != "kind"}
    for name in ("since", "start"):
        if isinstance(known.get(name), str):
            known[name] = datetime.fromisoformat(str(known[name]))
    wrong = [name for name, held in known.items() if not isinstance(held, _HELD.get(name, object))]
    moments = [held for held in known.values() if isinstance(held, datetime)]
    if wrong or any(moment.tzinfo is None for moment in moments):
        raise ValueError(f"no goal: `{wrong[0] if wrong else 'since'}` is of the wrong kind")
    try:
        return made(**known)  # type: ignore[no-any-return]
    except TypeError as error:
        raise ValueError(str(error)) from error


_TEXT, _MAYBE_TEXT, _MAYBE_MOMENT = (str,), (str, type(None)), (datetime, type(None))
_HELD: dict[str, tuple[type, ...]] = {
    **dict.fromkeys(("issue", "status", "field", "text", "other", "relationship"), _TEXT),
    **dict.fromkeys(("comment", "resolution"), _MAYBE_TEXT),
    "since": _MAYBE_MOMENT,
    "start": (datetime,),
    "minutes": (int,),
    "fields": (dict,),
}
_KINDS: dict[type, str] = {
    Move: "status",
    SetField: "field",
    CommentOnce: "comment",
    LogWork: "worklog",
    LinkTo: "link",
}
