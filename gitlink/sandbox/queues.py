"""The API's paths for queues: list, show, create, delete softly, restore; and their components.

Sources: https://yandex.ru/support/tracker/ru/api-ref/queues/get-queue and .../create-queue
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from .call import Call, Handler, Reply, by_page
from .model import Component, Name, Queue, Refusal, TypeConfig
from .refs import Json
from .values import BadValue, term_key

_NEEDED = ("key", "name", "lead", "defaultType", "defaultPriority", "issueTypesConfig")
_RESERVED = {"ADMIN", "SETTINGS"}
_WRONG = Name("Неверное значение.", "Incorrect value.")
_COMPONENT = {"name", "queue", "description", "lead", "assignAuto"}


def listed(call: Call) -> Reply:
    """GET /queues: deleted ones stay in the list until they are purged."""
    page, headers = by_page(call, list(call.tracker.world.queues.values()))
    return Reply([call.view.queue(queue, call.words("expand")) for queue in page], headers=headers)


def show(call: Call) -> Reply:
    """GET /queues/{queue}."""
    return Reply(call.view.queue(call.queue(), call.words("expand")))


def workflows(call: Call) -> Reply:
    """GET /queues/{queue}/workflows."""
    return Reply(call.view.workflows_of(call.queue()))


def types(call: Call) -> Reply:
    """GET /queues/{queue}/issuetypes, which the official client asks for."""
    kinds = call.tracker.world.issue_types
    return Reply([call.view.term("issuetype", kinds[config.issue_type]) for config in call.queue().types])


def create(call: Call) -> Reply:
    """POST /queues: 201; a key is up to 15 Latin letters, and never one that was used before."""
    if not call.user.admin:
        raise Refusal(403, Name("Недостаточно прав.", "Not enough rights."))
    world, body = call.tracker.world, call.known_fields({*_NEEDED, "description"}, needed=_NEEDED)
    key = str(body["key"])
    if not re.fullmatch("[A-Z]{1,15}", key) or key in _RESERVED:
        raise Refusal(422, errors={"key": Name("Недопустимый ключ.", "The key is not allowed: up to 15 letters.")})
    if key in world.queues:
        raise Refusal(409, Name("Очередь уже существует.", "The queue already exists."))
    queue = _queue(call, key, body)
    world.queues[key] = queue
    return Reply(call.view.queue(queue, set()), 201)


def _queue(call: Call, key: str, body: Mapping[str, object]) -> Queue:
    world, name, configs = call.tracker.world, str(body["name"]), body["issueTypesConfig"]
    try:
        kind = term_key(world.issue_types, body["defaultType"])
        priority = term_key(world.priorities, body["defaultPriority"])
        listed = configs if isinstance(configs, list) else []
        types = [_type_config(call, item) for item in listed]
    except BadValue as fault:
        raise Refusal(422, fault.reason) from None
    if kind not in [config.issue_type for config in types]:
        raise Refusal(422, errors={"issueTypesConfig": _WRONG})
    lead = call.tracker.person(body["lead"], "lead").uid
    number = max((queue.id for queue in world.queues.values()), default=0) + 1
    queue = Queue(number, key, Name(name, name), lead, types, kind, priority)
    queue.description = str(body.get("description") or "")
    return queue


def _type_config(call: Call, item: object) -> TypeConfig:
    world = call.tracker.world
    if not isinstance(item, dict):
        raise Refusal(422, errors={"issueTypesConfig": _WRONG})
    workflow = item.get("workflow")
    name = workflow.get("id") if isinstance(workflow, dict) else workflow
    if name not in world.workflows:
        text = Name(f"Воркфлоу {name} не существует.", f"Workflow {name} does not exist.")
        raise Refusal(422, errors={"issueTypesConfig": text})
    listed = item.get("resolutions") or []
    resolutions = [term_key(world.resolutions, word) for word in listed]
    return TypeConfig(term_key(world.issue_types, item.get("issueType")), str(name), resolutions)


def delete(call: Call) -> Reply:
    """DELETE /queues/{queue}: soft; afterwards GET answers 403."""
    queue = call.administered_queue()
    queue.deleted, queue.version = True, queue.version + 1
    return Reply(None, 204)


def restore(call: Call) -> Reply:
    """POST /queues/{queue}/_restore: brings a deleted queue back."""
    queue = call.tracker.world.queues.get(call.args["queue"])
    if queue is None or not queue.deleted:
        return Reply(call.view.queue(call.queue(), set()))
    if not (call.user.admin or queue.lead == call.user.uid):
        raise Refusal(403, Name("Недостаточно прав.", "Not enough rights."))
    queue.deleted, queue.version = False, queue.version + 1
    return Reply(call.view.queue(queue, set()))


def components(call: Call) -> Reply:
    """GET /queues/{queue}/components: whole, without pages."""
    owner, known = call.queue(), call.tracker.world.components
    return Reply([call.view.component(item) for item in known.values() if item.queue == owner.key])


def all_components(call: Call) -> Reply:
    """GET /components."""
    return Reply([call.view.component(item) for item in call.tracker.world.components.values()])


def create_component(call: Call) -> Reply:
    """POST /components: 201."""
    body = call.known_fields(_COMPONENT, needed=("name", "queue"))
    owner, word = body["queue"], None
    word = owner.get("key", owner.get("id")) if isinstance(owner, dict) else owner
    made = Component(call.tracker.new_number(), call.tracker.queue(str(word)).key, str(body["name"]))
    _fill(call, made, body)
    call.tracker.world.components[str(made.id)] = made
    return Reply(call.view.component(made), 201)


def edit_component(call: Call) -> Reply:
    """PATCH /components/{id}: needs the version, a stale one is 412; an edit that changes nothing keeps it."""
    found = _component(call)
    call.check_version(found.version, stale=412, required=True)
    before: Json = call.view.component(found)
    _fill(call, found, call.known_fields(_COMPONENT))
    if call.view.component(found) != before:
        found.version += 1
    return Reply(call.view.component(found))


def show_component(call: Call) -> Reply:
    """GET /components/{id}."""
    return Reply(call.view.component(_component(call)))


def _component(call: Call) -> Component:
    try:
        return call.tracker.world.components[call.args["id"]]
    except KeyError:
        raise Refusal(404, Name("Компонент не существует.", "Component does not exist.")) from None


def _fill(call: Call, component: Component, body: Mapping[str, object]) -> None:
    if body.get("name"):
        component.name = str(body["name"])
    if "description" in body:
        component.description = str(body["description"] or "")
    if body.get("lead"):
        component.lead = call.tracker.person(body["lead"], "lead").uid
    component.assign_auto = bool(body.get("assignAuto", component.assign_auto))


ROUTES: list[tuple[str, str, Handler]] = [
    ("GET", "/queues", listed),
    ("POST", "/queues", create),
    ("GET", "/queues/{queue}", show),
    ("DELETE", "/queues/{queue}", delete),
    ("POST", "/queues/{queue}/_restore", restore),
    ("GET", "/queues/{queue}/workflows", workflows),
    ("GET", "/queues/{queue}/issuetypes", types),
    ("GET", "/queues/{queue}/components", components),
    ("GET", "/components", all_components),
    ("POST", "/components", create_component),
    ("GET", "/components/{id}", show_component),
    ("PATCH", "/components/{id}", edit_component),
]
