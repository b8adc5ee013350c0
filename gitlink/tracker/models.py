"""What Tracker's JSON holds, as far as gitlink needs it.

Shapes: https://yandex.ru/support/tracker/ru/api-ref/issues/get-issue ,
https://yandex.ru/support/tracker/ru/api-ref/issues/get-transitions ,
https://yandex.ru/support/tracker/ru/api-ref/issues/get-global-fields and
https://yandex.ru/support/tracker/ru/api-ref/issues/get-comments .
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Status:
    """Where an issue is. `name` comes in the language that was asked for, `key` is the same in all.

    `kind`: `new`, `inProgress`, `paused`, `done` or `cancelled`, where it is told.
    """

    key: str
    name: str
    kind: str = field(default="", compare=False)

    @property
    def is_end(self) -> bool:
        """Whether work ends here; told by the list of statuses alone, not by a reference."""
        return self.kind in ("done", "cancelled")


@dataclass(frozen=True, slots=True)
class Transition:
    """A move that the workflow offers; `has_screen`: it has a form, of which some field may be required."""

    id: str
    name: str
    to: Status
    has_screen: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """A field of issues. A local one belongs to a queue, and its `id` (`<24 hex>--key`) is its name in an issue."""

    id: str
    key: str
    name: str
    type: str
    is_local: bool = False


@dataclass(frozen=True, slots=True)
class User:
    """A person or a robot. References to users carry no login, nor whether there is a licence (without: read only)."""

    id: str
    name: str
    login: str | None = None
    has_license: bool | None = None


@dataclass(frozen=True, slots=True)
class Comment:
    """What someone wrote under an issue."""

    id: str
    text: str
    author: User | None
    created: datetime | None


@dataclass(frozen=True, slots=True)
class Worklog:
    """A record of work."""

    id: str
    author: User | None
    start: datetime | None
    minutes: int | None


@dataclass(frozen=True, slots=True)
class Link:
    """A link to another issue; `type`: the id of its type (`relates`, `depends`), `words`: how it reads from here."""

    id: str
    type: str
    words: str
    other: str
    summary: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """One entry of an issue's changelog; `fields`: the ids of what changed."""

    at: datetime | None
    by: User | None
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue. `workflows`: the types of issue by the id of their workflow, where it was asked for."""

    key: str
    name: str
    workflows: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Resolution:
    """How work on an issue ended."""

    key: str
    name: str


@dataclass(frozen=True, slots=True)
class Issue:
    """An issue as it was when it was read. `resolution`, `type`: keys; `fields`: all of the JSON, by field id.

    `status_since`: when it came into its status, an aware time.
    """

    key: str
    summary: str
    status: Status
    resolution: str | None
    url: str
    version: int | None
    fields: Mapping[str, object] = field(repr=False)
    type: str | None = None
    status_since: datetime | None = None

    @property
    def queue(self) -> str:
        """Key of the queue that the issue is in."""
        return self.key.rpartition("-")[0]
