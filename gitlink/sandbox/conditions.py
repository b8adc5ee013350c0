"""Conditions of triggers as a tree: whether a request's is well-formed, whether it holds for a change.

Several in a list are AND; a group is `{"type": "Or"|"And", "conditions": [..]}`.
Source: https://yandex.ru/support/tracker/ru/api-ref/queues/change-trigger-conditions
"""

from __future__ import annotations

from .checks import (
    CHECKS,
    DATES,
    FIELD_ONLY,
    FIELD_VALUE,
    LINKS,
    NUMBERS,
    REMARKS,
    SIZES,
    field_id,
)
from .happening import Happening
from .linktypes import PHRASES
from .model import Name, Refusal
from .values import read_moment
from .world import World

_FLAGS = ("ignoreCase", "removeMarkup", "noMatchBefore")
_TEXTS = ("FieldEqualsString", "ContainsAnyOfStrings", "ContainsNoneOfStrings")
# What the sandbox does not evaluate it refuses, so that no trigger waits for what never comes.
_NOT_HERE = {"CalculationFormulaWatch", "ChecklistDone", "UserInGroups", "UserNotInGroups"}


def holds(now: Happening, conditions: list[object]) -> bool:
    """Tell whether all of *conditions* hold; none at all always do."""
    return all(_one(now, item) for item in conditions)


def _one(now: Happening, item: object) -> bool:
    assert isinstance(item, dict)
    if item["type"] in {"Or", "And"}:
        return (any if item["type"] == "Or" else all)(_one(now, part) for part in item["conditions"])
    return CHECKS[str(item["type"])](now, item)


def read(world: World, queue: str, conditions: object) -> list[object]:
    """Return the conditions of a request with their flags filled in; raise Refusal for what is none."""
    if conditions is None:
        return []
    listed = conditions if isinstance(conditions, list) else [conditions]
    return [_read(world, queue, item) for item in listed]


def _read(world: World, queue: str, item: object) -> dict[str, object]:
    if not isinstance(item, dict) or not isinstance(item.get("type"), str):
        raise _wrong("Условие должно быть объектом с type.", "A condition is an object with a type.")
    kind = item["type"]
    if kind in {"Or", "And"}:
        if not isinstance(item.get("conditions"), list) or not item["conditions"]:
            raise _wrong(f"{kind}: нужен список conditions.", f"{kind} needs a list of conditions.")
        return {"type": kind, "conditions": [_read(world, queue, part) for part in item["conditions"]]}
    if kind in _NOT_HERE:
        raise _wrong(f"Песочница не умеет {kind}.", f"The sandbox does not evaluate {kind}.")
    if kind not in CHECKS:
        raise _wrong(f"Неизвестный тип условия {kind}.", f"Unknown type of condition {kind}.")
    _check(world, queue, kind, item)
    flags = _FLAGS if kind in REMARKS else _FLAGS[:1] if kind in _TEXTS else ()
    return {**item, **{flag: item.get(flag, False) for flag in flags}}


def _check(world: World, queue: str, kind: str, item: dict[str, object]) -> None:
    if kind in {**FIELD_ONLY, **FIELD_VALUE, **SIZES, **NUMBERS, **DATES}:
        field = world.fields.get(field_id(item))
        if field is None or field.queue not in (None, queue):
            raise _wrong(f"{kind}: поле не существует.", f"{kind}: field {field_id(item)} does not exist.")
        if kind not in FIELD_ONLY and "value" not in item:
            raise _wrong(f"{kind}: нужно value.", f"{kind} needs a value.")
    if kind in {**NUMBERS, **SIZES} and not _is_number(item["value"]):
        raise _wrong(f"{kind}: нужно число.", f"{kind} needs a number.")
    if kind in DATES and read_moment(item["value"]) is None:
        raise _wrong(f"{kind}: нужна дата.", f"{kind} needs a date.")
    if kind in REMARKS and not (item.get("word") or item.get("words")):
        raise _wrong(f"{kind}: нужно word.", f"{kind} needs word or words.")
    if kind in LINKS:
        asked = item.get("relationship")
        if not isinstance(asked, list) or not set(map(str, asked)) <= PHRASES.keys():
            raise _wrong(f"{kind}: неизвестная связь.", f"{kind} needs a list of relationships.")


def _is_number(value: object) -> bool:
    try:
        return float(str(value)) == float(str(value))
    except ValueError:
        return False


def _wrong(ru: str, en: str) -> Refusal:
    return Refusal(422, errors={"conditions": Name(ru, en)})
