"""The API's paths for fields: the organization's, a queue's own, and their categories."""

from __future__ import annotations

from collections.abc import Callable

from .call import Call, Handler, Reply
from .custom import change_field, create_field
from .model import Category, Field, Name, Refusal

_NO_FIELD = Name("Поле не существует.", "Field does not exist.")


def _fields(call: Call, queue_key: str | None) -> list[Field]:
    return [field for field in call.tracker.world.fields.values() if field.queue == queue_key]


def _global(call: Call) -> Field:
    for field in _fields(call, None):
        if field.id == call.args["id"]:
            return field
    raise Refusal(404, _NO_FIELD)


def _local(call: Call) -> Field:
    for field in _fields(call, call.queue().key):
        if call.args["key"] in (field.key, field.id):
            return field
    raise Refusal(404, _NO_FIELD)


def listed(call: Call) -> Reply:
    """GET /fields."""
    return Reply([call.view.field(field) for field in _fields(call, None)])


def create(call: Call) -> Reply:
    """POST /fields: 201."""
    return Reply(call.view.field(create_field(call.tracker, call.user, call.fields())), 201)


def local(call: Call) -> Reply:
    """GET /queues/{queue}/localFields."""
    return Reply([call.view.field(field) for field in _fields(call, call.queue().key)])


def create_local(call: Call) -> Reply:
    """POST /queues/{queue}/localFields: 200, not 201, by the documentation."""
    return Reply(call.view.field(create_field(call.tracker, call.user, call.fields(), call.queue())))


def required(call: Call) -> Reply:
    """GET /queues/{queue}/fields: the required ones only, and the sandbox requires none."""
    call.queue()
    return Reply([])


def _shown(find: Callable[[Call], Field]) -> Handler:
    return lambda call: Reply(call.view.field(find(call)))


def _changed(find: Callable[[Call], Field]) -> Handler:
    def change(call: Call) -> Reply:
        field = find(call)
        call.check_version(field.version)
        owner = call.tracker.queue(field.queue) if field.queue else None
        change_field(call.tracker, call.user, field, call.fields(), owner)
        return Reply(call.view.field(field))

    return change


def categories(call: Call) -> Reply:
    """GET /fields/categories."""
    return Reply([call.view.category(item) for item in call.tracker.world.categories.values()])


def create_category(call: Call) -> Reply:
    """POST /fields/categories: 201; administrators only."""
    if not call.user.admin:
        raise Refusal(403, Name("Недостаточно прав.", "Not enough rights."))
    name = call.known_fields({"name", "order", "description"}, needed=("name",))["name"]
    if not isinstance(name, dict) or not all(isinstance(name.get(lang), str) for lang in ("ru", "en")):
        raise Refusal(422, errors={"name": Name("Нужны названия en и ru.", "Names in en and ru are needed.")})
    made = Category(call.tracker.new_id(), Name(name["ru"], name["en"]))
    call.tracker.world.categories[made.id] = made
    return Reply(call.view.category(made), 201)


ROUTES: list[tuple[str, str, Handler]] = [
    ("GET", "/fields", listed),
    ("POST", "/fields", create),
    ("GET", "/fields/categories", categories),
    ("POST", "/fields/categories", create_category),
    ("GET", "/fields/{id}", _shown(_global)),
    ("PATCH", "/fields/{id}", _changed(_global)),
    ("GET", "/queues/{queue}/fields", required),
    ("GET", "/queues/{queue}/localFields", local),
    ("POST", "/queues/{queue}/localFields", create_local),
    ("GET", "/queues/{queue}/localFields/{key}", _shown(_local)),
    ("PATCH", "/queues/{queue}/localFields/{key}", _changed(_local)),
]
