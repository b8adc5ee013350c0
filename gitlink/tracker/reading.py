"""Reads Tracker's JSON into the models; whatever is not as the documentation promises is Malformed.

Unset fields are absent, ids are strings in references and numbers in lists.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TypeVar

from gitlink.core import duration, keys
from gitlink.core.text import printable
from gitlink.errors import Unreachable
from gitlink.tracker.models import (
    Change,
    Comment,
    Field,
    Issue,
    Link,
    Queue,
    Resolution,
    Status,
    Transition,
    User,
    Worklog,
)

_T = TypeVar("_T")
_FIX = "check `TRACKER_API_BASE_URL`; if it is right, Tracker's answers have changed: please report it"


class Malformed(Unreachable):
    """An answer that is JSON and not what the documentation promises; nothing can be concluded from it."""


def issue(json: object, web_url: str) -> Issue:
    """Read one issue; *web_url* is where people see issues."""
    top = _object(json, "issue")
    key = _issue_key(top)
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
    name = _id(top)
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
    return Comment(_id(top), _text(top, "text", ""), written, _moment(top.get("createdAt")))


def worklog(json: object) -> Worklog:
    """Read one record of work; its duration is in Tracker's weeks and days. See core.duration."""
    top = _object(json, "worklog")
    author = top.get("createdBy")
    minutes = duration.parse(_text(top, "duration", ""))
    return Worklog(_id(top), None if author is None else user(author), _moment(top.get("start")), minutes)


def link(json: object) -> Link:
    """Read one link between issues. https://yandex.ru/support/tracker/ru/api-ref/issues/get-links"""
    top = _object(json, "link")
    kind, other = _object(top.get("type"), "type"), _object(top.get("object"), "object")
    side = "outward" if top.get("direction") == "outward" else "inward"
    name = _text(kind, "id")
    return Link(_id(top), name, _text(kind, side, name), _issue_key(other), _text(other, "display", ""))


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
    if not keys.is_queue(key):
        raise _malformed("`key` is no queue's key")
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
    return _id(_object(json, "entry"))


def each(read: Callable[[object], _T]) -> Callable[[object], list[_T]]:
    """Return what reads a list of such things."""
    return lambda json: [read(entry) for entry in _list(json)]


def _issue_key(top: Mapping[str, object]) -> str:
    """Return an issue's key that is one: it goes into names of files, URLs and commands."""
    key = _text(top, "key")
    if keys.parse(key) != key:
        raise _malformed("`key` is no issue's key")
    return key


def _id(top: Mapping[str, object]) -> str:
    """Return an id that can be a part of a URL's path: no dots alone, which would lead elsewhere, and no slash."""
    name = _text(top, "id")
    if not name.strip(".") or "/" in name or "\\" in name:
        raise _malformed("`id` is no id")
    return name


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
