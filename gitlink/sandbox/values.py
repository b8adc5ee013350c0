"""Field values: what a request may write into a field, and the edit operators; changes nothing itself.

The operators `set`, `add`, `remove`, `replace` and `null`: https://yandex.ru/support/tracker/ru/api-ref/common-format
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from urllib.parse import urlsplit

from .model import Field, Name, Term
from .world import World

_OPERATORS = {"set", "add", "remove", "replace"}
_FORMAT = Name("Неверный формат данных.", "Incorrect data format.")


class BadValue(ValueError):
    """A value the field does not take; *reason* is for the reader."""

    def __init__(self, reason: Name) -> None:
        super().__init__(reason.en)
        self.reason = reason


def edited(world: World, field: Field, old: object, asked: object, *, queue: str = "") -> object:
    """Return *field*'s value after the edit *asked* on its value *old*, None for none; raise BadValue.

    *queue* is where components are looked for.
    """
    if field.items == "component":
        asked = _components(world, queue, asked)
    new = _operated(world, field, old, asked)
    if field.options and any(item not in field.options for item in (new if isinstance(new, list) else [new]) if item):
        raise BadValue(Name("Значения нет в списке.", "The value is not in the field's list."))
    return new


def _operated(world: World, field: Field, old: object, asked: object) -> object:
    if not (isinstance(asked, dict) and asked and _OPERATORS.issuperset(asked)):
        return _whole(world, field, asked)
    new = _whole(world, field, asked["set"]) if "set" in asked else old
    if len(asked) == 1 and "set" in asked:
        return new
    if field.type != "array":
        raise BadValue(_FORMAT)
    return _rearranged(world, field, list(new) if isinstance(new, list) else [], asked) or None


def _whole(world: World, field: Field, value: object) -> object:
    if value is None or value == []:
        return None
    if field.type != "array":
        return _scalar(world, field.type, value)
    if not isinstance(value, list):
        raise BadValue(_FORMAT)
    return list(dict.fromkeys(_scalar(world, field.items, item) for item in value))


def _rearranged(world: World, field: Field, members: list[object], asked: Mapping[str, object]) -> list[object]:
    for pair in _as_list(asked.get("replace", [])):
        if not isinstance(pair, dict) or not {"target", "replacement"} <= pair.keys():
            raise BadValue(_FORMAT)
        out, into = (_scalar(world, field.items, pair[word]) for word in ("target", "replacement"))
        members = [into if member == out else member for member in members]
    gone = [_scalar(world, field.items, item) for item in _as_list(asked.get("remove", []))]
    more = [_scalar(world, field.items, item) for item in _as_list(asked.get("add", []))]
    return list(dict.fromkeys([member for member in members if member not in gone] + more))


def _components(world: World, queue: str, asked: object) -> object:
    """Return *asked* with ids for components; a bare string is a name, as those who tried it report."""
    if isinstance(asked, list):
        return [_components(world, queue, item) for item in asked]
    if isinstance(asked, dict) and not {"id", "name"} & asked.keys():
        return {word: _components(world, queue, item) for word, item in asked.items()}
    word = asked if not isinstance(asked, dict) else asked.get("name")
    number = asked.get("id") if isinstance(asked, dict) else asked if isinstance(asked, int) else None
    for item in world.components.values():
        if item.queue == queue and ((word is not None and word == item.name) or str(number) == str(item.id)):
            return str(item.id)
    if asked is None:
        return None
    raise BadValue(Name(f"Компонент {word or number} не существует.", f"Component {word or number} does not exist."))


def _as_list(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _scalar(world: World, kind: str, value: object) -> object:
    reader = _READERS.get(kind)
    return reader(world, value) if reader else _text(world, value)


def _text(_: World, value: object) -> object:
    if not isinstance(value, str):
        raise BadValue(_FORMAT)
    return value


def _uri(_: World, value: object) -> object:
    # What the real field accepts is not documented; a web address is assumed.
    if isinstance(value, str) and not re.search(r"\s", value):
        try:
            parts = urlsplit(value)
        except ValueError:  # http://[
            raise BadValue(_NOT_A_LINK) from None
        if parts.scheme in {"http", "https", "ftp"} and parts.hostname:
            return value
    raise BadValue(_NOT_A_LINK)


_NOT_A_LINK = Name("Значение должно быть ссылкой.", "The value must be a link.")


def _integer(_: World, value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int):
        raise BadValue(_FORMAT)
    return value


def _float(_: World, value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadValue(_FORMAT)
    return value


def _date(_: World, value: object) -> object:
    try:
        return date.fromisoformat(value).isoformat() if isinstance(value, str) else _fail()
    except ValueError:
        return _fail()


def _datetime(_: World, value: object) -> object:
    at = read_moment(value)
    return at.isoformat() if at else _fail()


def read_moment(value: object) -> datetime | None:
    """Return the time that *value* writes in ISO 8601, with any offset (none: UTC); None if it writes none."""
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return at.replace(tzinfo=UTC) if at and at.tzinfo is None else at


def _fail() -> object:
    raise BadValue(_FORMAT)


def user_uid(world: World, value: object) -> str:
    """Return the uid of the person that *value* (login, uid, or an object with one of them) means; raise BadValue."""
    if isinstance(value, dict):
        value = value.get("id", value.get("uid", value.get("login")))
    wanted = str(value)
    for user in world.users.values():
        if wanted in (user.uid, user.login):
            return user.uid
    raise BadValue(Name(f"Пользователь {wanted} не существует.", f"User {wanted} does not exist."))


def term_key(terms: Mapping[str, Term], value: object) -> str:
    """Return the key of the term that *value* (id, key, or an object with id, key or name) means; raise BadValue."""
    names = False
    if isinstance(value, dict):
        names = "id" not in value and "key" not in value
        value = value.get("id", value.get("key", value.get("name", value.get("display"))))
    wanted = str(value)
    for term in terms.values():
        if wanted in (term.key, str(term.id)) or (names and wanted in (term.name.ru, term.name.en)):
            return term.key
    raise BadValue(Name(f"Значение {wanted} не существует.", f"Value {wanted} does not exist."))


def _issue_id(world: World, value: object) -> str:
    if isinstance(value, dict):
        value = value.get("id", value.get("key"))
    wanted = str(value)
    if wanted in world.issues or wanted in world.keys:
        return world.keys.get(wanted, wanted)
    raise BadValue(Name(f"Задача {wanted} не существует.", f"Issue {wanted} does not exist."))


_READERS: dict[str, Callable[[World, object], object]] = {
    "uri": _uri,
    "integer": _integer,
    "float": _float,
    "date": _date,
    "datetime": _datetime,
    "user": user_uid,
    "issue": _issue_id,
    "resolution": lambda world, value: term_key(world.resolutions, value),
    "priority": lambda world, value: term_key(world.priorities, value),
    "issuetype": lambda world, value: term_key(world.issue_types, value),
}
