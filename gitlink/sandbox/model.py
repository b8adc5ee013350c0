"""The words of the sandbox's Tracker as plain values; knows no HTTP, no JSON shapes, no rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Lang = Literal["ru", "en"]


@dataclass(slots=True)
class Name:
    """A text in the two languages Tracker speaks."""

    ru: str
    en: str

    def said(self, lang: Lang) -> str:
        """Return the text in *lang*."""
        return self.en if lang == "en" else self.ru


class Refusal(Exception):
    """Tracker says no: an HTTP status, messages for the reader, and messages by field key."""

    def __init__(self, status: int, *messages: Name, errors: Mapping[str, Name] | None = None) -> None:
        super().__init__(status, *(message.en for message in messages))
        self.status = status
        self.messages = messages
        self.errors = dict(errors or {})


@dataclass(slots=True)
class Term:
    """An entry of a dictionary: a status, a resolution, a priority or an issue type."""

    id: int
    key: str
    name: Name
    order: int = 0
    kind: str = ""  # statuses only: new, inProgress, paused, done, cancelled
    version: int = 1


@dataclass(slots=True)
class User:
    """A person of the organization; *uid* is a string of digits."""

    uid: str
    login: str
    first_name: str
    last_name: str
    admin: bool = False
    licensed: bool = True

    @property
    def display(self) -> str:
        """Return the name as it stands in references."""
        return f"{self.first_name} {self.last_name}"


@dataclass(slots=True)
class Transition:
    """A move from one status to another; *required* are the ids of fields its screen insists on."""

    id: str
    name: Name
    source: str
    target: str
    required: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Workflow:
    """The statuses an issue may have, the first one, and the moves between them."""

    id: str
    name: str
    initial: str
    transitions: list[Transition]
    version: int = 1

    def statuses(self) -> list[str]:
        """Return the keys of the statuses, in the order the moves mention them."""
        ends = [status for move in self.transitions for status in (move.source, move.target)]
        return list(dict.fromkeys([self.initial, *ends]))


@dataclass(slots=True)
class TypeConfig:
    """Which workflow and which resolutions an issue type has in a queue."""

    issue_type: str
    workflow: str
    resolutions: list[str]


@dataclass(slots=True)
class Queue:
    """A queue; *last_number* is the number of its newest issue."""

    id: int
    key: str
    name: Name
    lead: str
    types: list[TypeConfig]
    default_type: str = "task"
    default_priority: str = "normal"
    last_number: int = 0
    version: int = 1


@dataclass(slots=True)
class Category:
    """A group of fields; *id* is 24 hexadecimal digits."""

    id: str
    name: Name
    version: int = 1


@dataclass(slots=True)
class Field:
    """A field of issues, Tracker's own or one that was added; a local one has a *queue* and a long *id*."""

    id: str
    key: str
    name: Name
    type: str
    category: str
    items: str = ""  # the type of a member, where *type* is "array"
    queue: str | None = None
    description: str = ""
    readonly: bool = False
    visible: bool = True
    hidden: bool = False
    required: bool = False
    order: int = 0
    options: list[object] = field(default_factory=list)
    version: int = 1


@dataclass(slots=True)
class Comment:
    """A comment of an issue."""

    id: int
    long_id: str
    text: str
    author: str
    created_at: datetime
    updated_at: datetime
    version: int = 1


@dataclass(slots=True)
class FieldChange:
    """One field's value before and after, as stored."""

    field: str
    old: object
    new: object


@dataclass(slots=True)
class Change:
    """One entry of an issue's changelog; *kind* is Tracker's word for it."""

    id: str
    kind: str
    at: datetime
    by: str
    fields: list[FieldChange] = field(default_factory=list)
    comments: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Issue:
    """An issue; *values* maps field ids to stored values: keys of terms, uids of people, plain data."""

    id: str
    key: str
    queue: str
    status: str
    values: dict[str, object]
    created_by: str
    updated_by: str
    created_at: datetime
    updated_at: datetime
    status_since: datetime
    version: int = 1
    previous_status: str | None = None
    previous_queue: str | None = None
    resolved_at: datetime | None = None
    unique: str | None = None
    aliases: list[str] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)


@dataclass(slots=True)
class Switches:
    """Behaviours on which the documentation is silent or reports disagree; each can be switched."""

    reject_unknown_fields: bool = False  # False: silently ignored
    unavailable_transition: int = 404  # or 400
    missing_screen_field: int = 422  # or 400
    missing_screen_field_in_errors: bool = False
    redirect_moved_issues: bool = False  # False: the old key answers with the issue under its new key


@dataclass(slots=True)
class World:
    """Everything the sandbox remembers: what is saved, loaded, reset."""

    org_id: str
    cloud_org_id: str
    tokens: dict[str, str]
    users: dict[str, User]
    statuses: dict[str, Term]
    resolutions: dict[str, Term]
    priorities: dict[str, Term]
    issue_types: dict[str, Term]
    workflows: dict[str, Workflow]
    queues: dict[str, Queue]
    categories: dict[str, Category]
    fields: dict[str, Field]
    issues: dict[str, Issue] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)  # every key an issue ever had -> its id
    switches: Switches = field(default_factory=Switches)
    last_id: int = 0
