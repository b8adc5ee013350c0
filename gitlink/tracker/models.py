"""What Tracker's JSON holds, as far as gitlink needs it; knows how to read it and nothing of how it came.

Shapes: https://yandex.ru/support/tracker/ru/api-ref/issues/get-issue ,
https://yandex.ru/support/tracker/ru/api-ref/issues/get-transitions ,
https://yandex.ru/support/tracker/ru/api-ref/issues/get-global-fields and
https://yandex.ru/support/tracker/ru/api-ref/issues/get-comments . Unset fields are absent, ids are strings in
references and numbers in lists.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TypeVar

from gitlink.core import duration
from gitlink.core.text import printable
from gitlink.errors import Unreachable

_T = TypeVar("_T")
_FIX = "check `TRACKER_API_BASE_URL`; if it is right, Tracker's answers have changed: please report it"


class Malformed(Unreachable):
    """An answer that is JSON and not what the documentation promises; nothing can be concluded from it."""


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


def issue(json: object, web_url: str) -> Issue:
    """Read one issue; *web_url* is where people see issues."""
    top = _object(json, "issue")
    key = _text(top, "key")
    resolution, version = top.get("resolution"), top.get("version")
    return Issue(
        key=key,
        summary=_text(top, "summary", ""),
        status=status(top.get("status")),
        resolution=None if resolution is None else _text(_object(resolution, "resolution"), "key"),
        url=f"{web_url}/{key}",
        version=version if isinstance(version, int) else None,
        fields=MappingProxyType(top),
        type=_key(top.get("type")),
        status_since=_moment(top.get("statusStartTime")),
    )


def status(json: object) -> Status:
    """Read a reference to a status (`display`) or an entry of the list of them (`name`)."""
    top = _object(json, "status")
    key = _text(top, "key")
    return Status(key, _text(top, "display", "") or _text(top, "name", key), _text(top, "type", ""))


def transition(json: object) -> Transition:
    """Read one offered transition."""
    top = _object(json, "transition")
    name = _text(top, "id")
    return Transition(name, _text(top, "display", name), status(top.get("to")), "screen" in top)


def issue_field(json: object) -> Field:
    """Read the description of a global or local field."""
    top = _object(json, "field")
    name = _text(top, "id")
    schema = top.get("schema")
    kind = _text(_object(schema, "schema"), "type", "") if schema is not None else ""
    key = _text(top, "key", name)
    return Field(name, key, _text(top, "name", key), kind, top.get("type") == "local" or "--" in name)


def user(json: object) -> User:
    """Read a user (`uid`, `login`) or a reference to one (`id`)."""
    top = _object(json, "user")
    number = _text(top, "uid", "") or _text(top, "id")
    login = _text(top, "login", "")
    licensed = top.get("hasLicense")
    name = _text(top, "display", "") or login or number
    return User(number, name, login or None, licensed if isinstance(licensed, bool) else None)


def comment(json: object) -> Comment:
    """Read one comment."""
    top = _object(json, "comment")
    author = top.get("createdBy")
    written = None if author is None else user(author)
    return Comment(_text(top, "id"), _text(top, "text", ""), written, _moment(top.get("createdAt")))


def worklog(json: object) -> Worklog:
    """Read one record of work; its duration is in Tracker's weeks and days. See core.duration."""
    top = _object(json, "worklog")
    author = top.get("createdBy")
    minutes = duration.parse(_text(top, "duration", ""))
    return Worklog(_text(top, "id"), None if author is None else user(author), _moment(top.get("start")), minutes)


def link(json: object) -> Link:
    """Read one link between issues. https://yandex.ru/support/tracker/ru/api-ref/issues/get-links"""
    top = _object(json, "link")
    kind, other = _object(top.get("type"), "type"), _object(top.get("object"), "object")
    side = "outward" if top.get("direction") == "outward" else "inward"
    name = _text(kind, "id")
    return Link(_text(top, "id"), name, _text(kind, side, name), _text(other, "key"), _text(other, "display", ""))


def change(json: object) -> Change:
    """Read one entry of a changelog."""
    top = _object(json, "change")
    by, parts = top.get("updatedBy"), top.get("fields")
    changed = [_object(part, "change").get("field") for part in parts] if isinstance(parts, list) else []
    names = [_text(_object(part, "field"), "id") for part in changed]
    return Change(_moment(top.get("updatedAt")), None if by is None else user(by), tuple(names))


def queue(json: object) -> Queue:
    """Read one queue. https://yandex.ru/support/tracker/ru/api-ref/queues/get-queue"""
    top = _object(json, "queue")
    shown = top.get("workflows")
    workflows = {
        name: tuple(key for key in map(_key, kinds if isinstance(kinds, list) else []) if key)
        for name, kinds in (shown.items() if isinstance(shown, dict) else ())
    }
    key = _text(top, "key")
    return Queue(key, _text(top, "name", key), workflows)


def workflow(json: object) -> dict[str, list[Status]]:
    """Read where a workflow leads from each status."""
    steps: dict[str, list[Status]] = {}
    for entry in _list(_object(json, "workflow").get("steps", [])):
        step = _object(entry, "step")
        actions = [_object(action, "action") for action in _list(step.get("actions", []))]
        steps[status(step.get("status")).key] = [status(action.get("target")) for action in actions]
    return steps


def resolution(json: object) -> Resolution:
    """Read one resolution."""
    top = _object(json, "resolution")
    key = _text(top, "key")
    return Resolution(key, _text(top, "name", key))


def identifier(json: object) -> str:
    """Read the id of anything that has one."""
    return _text(_object(json, "entry"), "id")


def each(read: Callable[[object], _T]) -> Callable[[object], list[_T]]:
    """Return what reads a list of such things."""
    return lambda json: [read(entry) for entry in _list(json)]


def _key(json: object) -> str | None:
    return _text(json, "key", "") or None if isinstance(json, dict) else None


def _list(json: object) -> list[object]:
    if not isinstance(json, list):
        raise _malformed("it should be a list")
    return json


def _object(json: object, what: str) -> dict[str, object]:
    if not isinstance(json, dict):
        raise _malformed(f"`{what}` should be an object")
    return json


def _text(top: Mapping[str, object], name: str, default: str | None = None) -> str:
    """Return a text, or a number as text: ids come as either."""
    value = top.get(name, default)
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise _malformed(f"`{name}` is missing or no text")
    return printable(str(value)) if name != "text" else str(value)


def _moment(value: object) -> datetime | None:
    """Read `2026-03-03T13:24:52.575+0000`; without an offset it is UTC."""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment and not moment.tzinfo else moment


def _malformed(why: str) -> Malformed:
    return Malformed("Tracker's answer cannot be understood", why=why, fix=_FIX)


mapping, words, moment = _object, _text, _moment
"""For neighbours that read what is not of an issue."""
