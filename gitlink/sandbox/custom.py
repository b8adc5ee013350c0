"""Fields that are added to the sandbox: who may, what the request must hold, what comes of it.

Source: https://yandex.ru/support/tracker/ru/api-ref/issues/create-field and .../queues/create-local-field
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping

from .model import Field, Name, Queue, Refusal, User
from .state import Tracker

_PREFIX = "ru.yandex.startrek.core.fields."
_TYPES = {
    "StringFieldType": "string",
    "TextFieldType": "text",
    "UriFieldType": "uri",
    "IntegerFieldType": "integer",
    "FloatFieldType": "float",
    "DateFieldType": "date",
    "DateTimeFieldType": "datetime",
    "UserFieldType": "user",
}
_CONTAINED = {"string", "user"}
_KEYS = {
    *("id", "name", "category", "type", "description", "order", "readonly", "visible", "hidden"),
    *("container", "optionsProvider"),
}
_CHANGEABLE = {"name", "category", "description", "order", "readonly", "visible", "hidden", "optionsProvider"}
_MOST_OPTIONS = 3000
_NEEDED = Name("Поле обязательно.", "The field is required.")
_FORMAT = Name("Неверный формат данных.", "Incorrect data format.")
_WRONG = Name("Неверное значение.", "Incorrect value.")


def create_field(tracker: Tracker, user: User, body: Mapping[str, object], queue: Queue | None = None) -> Field:
    """Add a field to the organization, or to *queue*; the organization's need an administrator."""
    _check_rights(user, queue)
    needed = {key: _NEEDED for key in ("id", "name", "category", "type") if not body.get(key)}
    wrong = needed or _wrong(tracker, body) or dict.fromkeys(body.keys() - _KEYS, _FORMAT)
    if wrong:
        raise Refusal(422, errors=wrong)
    field = _field(body, queue)
    if queue:
        field.id = f"{tracker.new_id()}--{field.key}"
    if any(field.key == other.key and field.queue == other.queue for other in tracker.world.fields.values()):
        # What the real API answers is not documented.
        raise Refusal(409, Name("Поле с таким ключом уже существует.", "A field with this key already exists."))
    tracker.world.fields[field.id] = field
    return field


def change_field(
    tracker: Tracker, user: User, field: Field, body: Mapping[str, object], queue: Queue | None = None
) -> None:
    """Change a field that was added; a key that has no place in the body (`version`) is 422."""
    _check_rights(user, queue)
    kept: dict[str, object] = {
        "id": field.key,
        "name": {"ru": field.name.ru, "en": field.name.en},
        "category": field.category,
        "type": _PREFIX + next((word for word, kind in _TYPES.items() if kind == field.type), "StringFieldType"),
    }
    wrong = dict.fromkeys(body.keys() - _CHANGEABLE, _FORMAT) or _wrong(tracker, {**kept, **body})
    if wrong:
        raise Refusal(422, errors=wrong)
    before = dataclasses.replace(field)
    if isinstance(name := body.get("name"), dict):
        field.name = Name(name["ru"], name["en"])
    for key in ("category", "description", "order", "readonly", "visible", "hidden"):
        setattr(field, key, body.get(key, getattr(field, key)))
    if "optionsProvider" in body:
        field.options = _options(body)
    field.version += field != before


def _check_rights(user: User, queue: Queue | None) -> None:
    if not (user.admin or (queue and queue.lead == user.uid)):
        raise Refusal(403, Name("Недостаточно прав.", "Not enough rights."))


def _options(body: Mapping[str, object]) -> list[object]:
    provider = body.get("optionsProvider")
    values = provider.get("values") if isinstance(provider, dict) else []
    return list(values) if isinstance(values, list) else []


def _wrong(tracker: Tracker, body: Mapping[str, object]) -> dict[str, Name]:
    name, kind = body["name"], _kind(body["type"])
    checks = {
        "id": isinstance(body["id"], str) and re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,99}", body["id"]),
        "name": isinstance(name, dict) and all(isinstance(name.get(lang), str) and name[lang] for lang in ("ru", "en")),
        "category": isinstance(body["category"], str) and body["category"] in tracker.world.categories,
        "type": kind,
        "container": not body.get("container") or kind in _CONTAINED,
        "order": isinstance(body.get("order", 0), int),
        "optionsProvider": isinstance(body.get("optionsProvider", {}), dict) and len(_options(body)) <= _MOST_OPTIONS,
        **{key: isinstance(body.get(key, True), bool) for key in ("readonly", "visible", "hidden")},
    }
    return {key: _WRONG for key, fine in checks.items() if not fine}


def _kind(type_name: object) -> str | None:
    return _TYPES.get(str(type_name).removeprefix(_PREFIX)) if str(type_name).startswith(_PREFIX) else None


def _field(body: Mapping[str, object], queue: Queue | None) -> Field:
    kind, name, order = (body.get(key) for key in ("type", "name", "order"))
    key, schema = str(body["id"]), _kind(kind) or ""
    assert isinstance(name, dict)
    return Field(
        id=key,
        key=key,
        name=Name(name["ru"], name["en"]),
        type="array" if body.get("container") else schema,
        items=schema if body.get("container") else "",
        category=str(body["category"]),
        queue=queue.key if queue else None,
        description=str(body.get("description", "")),
        readonly=body.get("readonly") is True,
        visible=body.get("visible", True) is True,
        hidden=body.get("hidden") is True,
        order=order if isinstance(order, int) else 0,
        options=_options(body),
    )
