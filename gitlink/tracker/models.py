"""What Tracker's JSON holds, as far as gitlink needs it; knows how to read it and nothing of how it came.

Shapes: https://yandex.ru/support/tracker/ru/api-ref/issues/get-issue ,
https://yandex.ru/support/tracker/ru/api-ref/issues/get-transitions ,
https://yandex.ru/support/tracker/ru/api-ref/issues/get-global-fields and
https://yandex.ru/support/tracker/ru/api-ref/issues/get-comments . Unset fields are absent, ids are strings in
references and numbers in lists.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType

from gitlink.core.text import printable
from gitlink.errors import Unreachable

_FIX = "check `TRACKER_API_BASE_URL`; if it is right, Tracker's answers have changed: please report it"


class Malformed(Unreachable):
    """An answer that is JSON and not what the documentation promises; nothing can be concluded from it."""


@dataclass(frozen=True, slots=True)
class Status:
    """Where an issue is. `name` comes in the language that was asked for, `key` is the same in all."""

    key: str
    name: str


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
    """A person or a robot. References to users carry no login."""

    id: str
    name: str
    login: str | None = None


@dataclass(frozen=True, slots=True)
class Comment:
    """What someone wrote under an issue."""

    id: str
    text: str
    author: User | None
    created: datetime | None


@dataclass(frozen=True, slots=True)
class Issue:
    """An issue as it was when it was read. `resolution`: a key; `fields`: all of the JSON, by field id."""

    key: str
    summary: str
    status: Status
    resolution: str | None
    url: str
    version: int | None
    fields: Mapping[str, object] = field(repr=False)

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
    )


def status(json: object) -> Status:
    """Read a reference to a status (`display`) or an entry of the list of them (`name`)."""
    top = _object(json, "status")
    key = _text(top, "key")
    return Status(key, _text(top, "display", "") or _text(top, "name", key))


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
    return User(number, _text(top, "display", "") or login or number, login or None)


def comment(json: object) -> Comment:
    """Read one comment."""
    top = _object(json, "comment")
    author = top.get("createdBy")
    written = None if author is None else user(author)
    return Comment(_text(top, "id"), _text(top, "text", ""), written, _moment(top.get("createdAt")))


def transitions(json: object) -> list[Transition]:
    """Read a list of transitions."""
    return [transition(entry) for entry in _list(json)]


def statuses(json: object) -> list[Status]:
    """Read a list of statuses."""
    return [status(entry) for entry in _list(json)]


def fields(json: object) -> list[Field]:
    """Read a list of fields."""
    return [issue_field(entry) for entry in _list(json)]


def comments(json: object) -> list[Comment]:
    """Read a list of comments."""
    return [comment(entry) for entry in _list(json)]


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
