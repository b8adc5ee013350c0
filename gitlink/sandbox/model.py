"""What an organization consists of, as plain values; knows no HTTP, no JSON shapes, no rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
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
    robot: bool = False  # Tracker's own, in whose name triggers act

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
    description: str = ""
    deleted: bool = False


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
class Component:
    """A part of what a queue is about."""

    id: int
    queue: str
    name: str
    lead: str | None = None
    description: str = ""
    assign_auto: bool = False
    archived: bool = False
    version: int = 1


@dataclass(slots=True)
class Application:
    """A program that external links may point to; *refuses* is the HTTP status it answers to a link, 0 for none."""

    id: str
    name: str
    refuses: int = 0
