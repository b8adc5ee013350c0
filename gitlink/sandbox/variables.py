"""`{{variables}}` in the texts of triggers: filled in from the issue, the comment, the user, the clock.

Source: https://yandex.ru/support/tracker/ru/user/vars , https://yandex.ru/support/tracker/ru/manager/trigger-examples
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import quote

from .happening import Happening
from .model import Field, User
from .reading import instant, kind_of, members, stored, terms
from .records import Comment

_VARIABLE = re.compile(r"\{\{\s*([\w.\-]+)\s*\}\}")
_MONTHS = "января февраля марта апреля мая июня июля августа сентября октября ноября декабря".split()
_ALIASES = {"author": "createdBy"}
_TERMS = {"status", "resolution", "priority", "issuetype"}


class EmptyVariable(Exception):
    """A variable has no value, and the sandbox is switched not to send such a text; *args*: its name."""


class WrongVariable(Exception):
    """A variable cannot be written as asked: `.json` of an object; *args*: its name."""


def fill(now: Happening, text: str, *, empty_too: bool) -> str:
    """Return *text* with its variables filled in; raise EmptyVariable unless *empty_too*, WrongVariable.

    A plain variable is not escaped in any way: whether the real one escapes is not documented.
    """

    def one(match: re.Match[str]) -> str:
        parts = match[1].split(".")
        encode = _ENCODERS.get(parts[-1])
        value = _value(now, parts[:-1] if encode else parts)
        if value is None:
            if not empty_too:
                raise EmptyVariable(match[1])
            return ""
        if encode is not None:
            return encode(match[1], value)
        return _plain(value)

    return _VARIABLE.sub(one, text)


class Thing:
    """An object of Tracker in a text: by default its name, and attributes."""

    def __init__(self, shown: str, **attributes: object) -> None:
        self.shown = shown
        self.attributes = attributes


def _plain(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(_plain(item) for item in value)
    return value.shown if isinstance(value, Thing) else str(value)


def _json(name: str, value: object) -> str:
    listed = value if isinstance(value, list) else [value]
    if any(isinstance(item, Thing) for item in listed):
        raise WrongVariable(name)
    return json.dumps(value, ensure_ascii=False)


_ENCODERS: dict[str, Callable[[str, object], str]] = {
    "json": _json,
    "urlEncodeUTF8": lambda _, value: quote(_plain(value), safe="", errors="replace"),
    "urlEncodeUTF16": lambda _, value: quote(_plain(value).encode("utf-16-be", errors="replace"), safe=""),
}


def _value(now: Happening, parts: list[str]) -> object:
    """Return what a variable's path leads to, None for nothing."""
    value = _root(now, parts)
    for name in parts[_length(parts) :]:
        listed = value if isinstance(value, list) else [value]
        found = [item.attributes.get(name) for item in listed if isinstance(item, Thing)]
        value = found if isinstance(value, list) and found else found[0] if found else None
    return value if value not in ("", []) else None


def _length(parts: list[str]) -> int:
    return (3 if parts[1:2] == ["local"] else 2) if parts[0] == "issue" else 1


def _root(now: Happening, parts: list[str]) -> object:
    world, issue, head = now.at.world, now.issue, parts[0]
    if head == "issue":
        return _field(now, parts[1:3])
    if head == "currentUser":
        return _person(world.users[now.change.by])
    if head == "currentDateTime":
        return _moment(now.at.now)
    remarks = [item for item in issue.comments if item.robot == (head == "generatedComment")]
    added = now.comment()
    if head == "userComment":
        return _remark(now, added) if added and not added.robot else None
    return _remark(now, remarks[-1]) if head == "generatedComment" and remarks else None


def _remark(now: Happening, comment: Comment) -> Thing:
    author = _person(now.at.world.users[comment.author])
    return Thing(comment.text, id=comment.id, text=comment.text, author=author)


def _field(now: Happening, names: list[str]) -> object:
    fields, issue = now.at.world.fields.values(), now.issue
    queue, key = (issue.queue, names[1]) if names[:1] == ["local"] and len(names) > 1 else (None, (names or [""])[0])
    key = _ALIASES.get(key, key)
    if key == "id":
        return issue.id
    for field in fields:
        if field.key == key and field.queue == queue:
            shown = [_shown(now, field, item) for item in members(stored(issue, field.id))]
            return shown if field.type == "array" else shown[0] if shown else None
    return None


def _shown(now: Happening, field: Field, value: object) -> object:
    """Return a stored value as a text uses it; names are Russian, the language of an organization by default."""
    world, kind = now.at.world, kind_of(field)
    if kind in _TERMS:
        term = terms(world, kind)[str(value)]
        return Thing(term.name.ru, id=str(term.id), key=term.key, name=term.name.ru, display=term.name.ru)
    if kind == "user":
        return _person(world.users[str(value)])
    if kind == "queue":
        queue = world.queues[str(value)]
        return Thing(queue.key, id=str(queue.id), key=queue.key, name=queue.name.ru)
    if kind == "issue":
        other = world.issues[str(value)]
        return Thing(other.key, id=other.id, key=other.key, summary=other.values["summary"])
    if kind == "component":
        return Thing(world.components[str(value)].name, id=str(value), name=world.components[str(value)].name)
    return _moment(instant(value)) if kind in {"date", "datetime"} else value


def _person(user: User) -> Thing:
    return Thing(
        user.display,
        login=user.login,
        firstName=user.first_name,
        lastName=user.last_name,
        uid=user.uid,
        passportUid=user.uid,
        email=f"{user.login}@example.com",
    )


def _moment(at: datetime) -> Thing:
    at = at.astimezone(UTC)
    day = f"{at.day:02} {_MONTHS[at.month - 1]} {at.year}"
    iso = at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03}+0000"
    return Thing(day, date=at.date().isoformat(), iso8601=iso, unixEpoch=int(at.timestamp()))
