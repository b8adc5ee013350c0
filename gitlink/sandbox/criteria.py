"""One condition on one field, as `filter` and the query language both have it: values, ranges, comparisons, functions.

Sources: https://yandex.ru/support/tracker/ru/api-ref/issues/search-issues ,
https://yandex.ru/support/tracker/en/user/query-filter
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from .model import Field, Name, Refusal, User
from .reading import instant, kind_of, known, members, stored, terms, words
from .records import Issue
from .values import read_moment
from .world import World

Predicate = Callable[[Issue], bool]
_ALIASES = {"created": "createdAt", "updated": "updatedAt", "author": "createdBy", "resolved": "resolvedAt"}
_ALIASES |= {"modifier": "updatedBy", "issuetype": "type", "statusstarttime": "statusStartTime"}
_FUNCTION = re.compile(r"(\w+)\(([^()]*)\)(?:\s*([+-])\s*\"?([\dwdhmWDHM ]+)\"?)?")
_UNITS = {"w": timedelta(weeks=1), "d": timedelta(days=1), "h": timedelta(hours=1), "m": timedelta(minutes=1)}
_TEXT = {"string", "text", "uri"}
_ORDERED: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}


@dataclass(slots=True)
class Scene:
    """Where a search takes place: whose `me()`, which `now()`."""

    world: World
    user: User
    now: datetime


@dataclass(slots=True)
class Term:
    """A word of a search: *op* one of = ! < > <= >= , and *until* the upper end of a range."""

    text: str
    op: str = "="
    until: str | None = None


def wrong(ru: str, en: str, status: int = 422) -> Refusal:
    """Return the refusal of a search."""
    return Refusal(status, Name(ru, en))


def find_field(world: World, name: str, queue: str | None = None) -> Field:
    """Return the field with that id, key or name; raise Refusal for none."""
    low = name.lower()
    for field in world.fields.values():
        if field.queue == queue and low in (field.key.lower(), field.name.ru.lower(), field.name.en.lower()):
            return field
    if name in world.fields or low in _ALIASES:
        return world.fields.get(name) or world.fields[_ALIASES[low]]
    raise wrong(f"Поле {name} не существует.", f"Field {name} does not exist.")


def test(scene: Scene, field: Field, term: Term) -> Predicate:
    """Return what tells whether an issue's *field* is as *term* says; raise Refusal if it says nothing sensible."""
    if term.op == "!":
        inner = test(scene, field, Term(term.text, "=", term.until))
        return lambda issue: not inner(issue)
    match = _FUNCTION.fullmatch(term.text.strip())
    name = match[1].lower() if match else ""
    if name in {"empty", "unresolved"}:
        return lambda issue: not members(stored(issue, field.id))
    if name == "notempty":
        return lambda issue: bool(members(stored(issue, field.id)))
    if name == "me":
        return lambda issue: scene.user.uid in members(stored(issue, field.id))
    kind = kind_of(field)
    if kind in {"date", "datetime"}:
        return _in_time(scene, field, term)
    if match:
        raise wrong(f"Функция {match[1]} неизвестна.", f"Function {match[1]} is not known here.", 400)
    return _in_numbers(field, term) if kind in {"integer", "float"} else _in_words(scene.world, field, term)


def _in_words(world: World, field: Field, term: Term) -> Predicate:
    kind, wanted = kind_of(field), term.text.lower()
    allowed = known(world, kind)
    if allowed is not None and wanted not in allowed:
        raise wrong(f"Значение {term.text} не существует.", f"Value {term.text} does not exist.")
    if term.op != "=":
        return _by_order(world, field, kind, term)
    if kind in _TEXT and field.type != "array" and field.id != "key":
        return lambda issue: wanted in str(stored(issue, field.id) or "").lower()
    return lambda issue: any(wanted in words(world, kind, value) for value in members(stored(issue, field.id)))


def _by_order(world: World, field: Field, kind: str, term: Term) -> Predicate:
    if kind not in {"priority", "status", "resolution", "issuetype"}:
        raise wrong(f"{field.name.ru}: сравнение невозможно.", f"{field.name.en} cannot be compared.", 400)
    order = {key: item.order for key, item in terms(world, kind).items()}
    limit = next(order[key] for key in order if term.text.lower() in words(world, kind, key))
    compare = _ORDERED[term.op]
    return lambda issue: any(compare(order[str(value)], limit) for value in members(stored(issue, field.id)))


def _in_numbers(field: Field, term: Term) -> Predicate:
    low = _number(term.text)
    high = _number(term.until) if term.until is not None else low
    compare = _ORDERED.get(term.op)
    fits = (lambda value: compare(value, low)) if compare else (lambda value: low <= value <= high)
    return lambda issue: any(fits(float(str(value))) for value in members(stored(issue, field.id)))


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise wrong(f"{text} не число.", f"{text} is not a number.") from None


def _in_time(scene: Scene, field: Field, term: Term) -> Predicate:
    start, end = span(scene, term.text)
    if term.until is not None:
        end = span(scene, term.until)[1]
    checks: dict[str, Callable[[datetime], bool]] = {
        "=": lambda at: start <= at < end,
        "<": lambda at: at < start,
        "<=": lambda at: at < end,
        ">": lambda at: at >= end,
        ">=": lambda at: at >= start,
    }
    return lambda issue: any(checks[term.op](instant(value)) for value in members(stored(issue, field.id)))


def span(scene: Scene, text: str) -> tuple[datetime, datetime]:
    """Return the beginning and the end (exclusive) of the time that *text* names: a date, a time, `week() - 1w`."""
    match = _FUNCTION.fullmatch(text.strip())
    if match:
        start, end = _named(scene.now.astimezone(UTC), match[1].lower(), text)
        shift = _shift(match[4] or "") * (-1 if match[3] == "-" else 1)
        return start + shift, end + shift
    at = read_moment(text)
    if at is None:
        raise wrong(f"{text} не дата.", f"{text} is not a date.")
    return at, at + (timedelta(days=1) if len(text) == len("2026-01-01") else timedelta(milliseconds=1))


def _named(now: datetime, name: str, text: str) -> tuple[datetime, datetime]:
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    if name == "now":
        return now, now
    if name == "today":
        return today, today + timedelta(days=1)
    if name == "week":
        monday = today - timedelta(days=today.weekday())
        return monday, monday + timedelta(weeks=1)
    months = {"month": 1, "quarter": 3, "year": 12}.get(name)
    if months is None:
        raise wrong(f"Функция {text} неизвестна.", f"Function {text} is not known here.", 400)
    first = today.replace(day=1, month=(today.month - 1) // months * months + 1)
    after = (first.month - 1 + months) % 12 + 1
    return first, first.replace(month=after, year=first.year + (first.month - 1 + months) // 12)


def _shift(text: str) -> timedelta:
    parts = re.findall(r"(\d+)\s*([wdhmWDHM])", text)
    return sum((int(count) * _UNITS[unit.lower()] for count, unit in parts), timedelta())
