"""The API's paths for triggers and their webhook log; there is no way to delete one, as in the documentation.

Sources: https://yandex.ru/support/tracker/en/api-ref/queues/create-trigger , .../get-triggers , .../change-trigger ,
.../view-trigger-logs
"""

from __future__ import annotations

import copy
from datetime import datetime
from decimal import Decimal

from . import actions, conditions
from .call import Call, Handler, Reply, by_cursor
from .model import Name, Queue, Refusal
from .refs import Json, moment
from .values import read_moment
from .world import Delivery, Trigger

_KEYS = {"name", "actions", "conditions", "active"}
_MOST = 1000
_STEP = Decimal("0.0001")


def of_queue(call: Call, queue: Queue) -> list[Trigger]:
    """Return *queue*'s triggers, ascending by id."""
    return sorted(
        (item for item in call.tracker.world.triggers.values() if item.queue == queue.key), key=lambda item: item.id
    )


def listed(call: Call) -> Reply:
    """GET /queues/{queue}/triggers."""
    page, headers = by_cursor(call, of_queue(call, call.administered_queue()), lambda item: item.id)
    return Reply([_shown(call, item) for item in page], headers=headers)


def create(call: Call) -> Reply:
    """POST /queues/{queue}/triggers."""
    queue, world = call.administered_queue(), call.tracker.world
    body = call.known_fields(_KEYS, needed=("name", "actions"))
    others = of_queue(call, queue)
    if len(others) >= _MOST:
        raise Refusal(422, Name(f"Не больше {_MOST} триггеров.", f"A queue has at most {_MOST} triggers."))
    name, active = _name(body), _active(body, True)
    tree = conditions.read(world, queue.key, body.get("conditions"))
    does = actions.read(world, queue.key, copy.deepcopy(body["actions"]))
    last = max((Decimal(item.order) for item in others), default=Decimal(0))
    made = Trigger(call.tracker.new_number(), queue.key, name, tree, does, f"{last + _STEP:f}", active)
    world.triggers[str(made.id)] = made
    return Reply(_shown(call, made), world.switches.trigger_created)


def _name(body: Json) -> str:
    if not isinstance(body["name"], str):
        raise Refusal(422, errors={"name": Name("Неверный формат данных.", "Incorrect data format.")})
    return body["name"]


def _active(body: Json, default: bool) -> bool:
    active = body.get("active", default)
    if not isinstance(active, bool):
        raise Refusal(422, errors={"active": Name("Неверный формат данных.", "Incorrect data format.")})
    return active


def _trigger(call: Call) -> Trigger:
    queue = call.administered_queue()
    found = call.tracker.world.triggers.get(call.args["id"])
    if found is None or found.queue != queue.key:
        raise Refusal(404, Name("Триггер не существует.", "Trigger does not exist."))
    return found


def show(call: Call) -> Reply:
    """GET /queues/{queue}/triggers/{id}."""
    return Reply(_shown(call, _trigger(call)))


def edit(call: Call) -> Reply:
    """PATCH /queues/{queue}/triggers/{id}: the version must be given; lists replace whole lists."""
    found, world = _trigger(call), call.tracker.world
    call.check_version(found.version, stale=world.switches.stale_trigger, required=True)
    body = call.known_fields({*_KEYS, "before"})
    new = copy.deepcopy(found)
    if "name" in body:
        new.name = _name(body)
    if "actions" in body:
        new.actions = actions.read(world, found.queue, copy.deepcopy(body["actions"]))
    if "conditions" in body:
        new.conditions = conditions.read(world, found.queue, body["conditions"])
    new.active = _active(body, found.active)
    if body.get("before") is not None:
        new.order = _before(call, found, str(body["before"]))
    if new != found:
        new.version += 1
        new.log = found.log
        world.triggers[str(new.id)] = new
    return Reply(_shown(call, new))


def _before(call: Call, found: Trigger, other_id: str) -> str:
    """Return the order that puts *found* right before the trigger *other_id*."""
    others = [item for item in of_queue(call, call.queue()) if item.id != found.id]
    others.sort(key=lambda item: Decimal(item.order))
    for index, other in enumerate(others):
        if str(other.id) == other_id:
            low = Decimal(others[index - 1].order) if index else Decimal(0)
            return f"{(low + Decimal(other.order)) / 2:f}"
    raise Refusal(422, errors={"before": Name("Триггер не существует.", "Trigger does not exist.")})


def log(call: Call) -> Reply:
    """GET /queues/{queue}/triggers/{id}/webhooks/log: the newest requests, their answers' bodies not kept."""
    found, limit = _trigger(call), call.number("limit", 10, most=100)
    issue = call.query.get("issueId")
    issue = call.tracker.world.keys.get(issue, issue) if issue else None
    low, high = (_moment(call, word) for word in ("from", "to"))
    kept = [
        item
        for item in reversed(found.log)
        if issue in (None, item.issue) and (not low or item.started_at >= low) and (not high or item.started_at <= high)
    ]
    return Reply([_logged(found, item) for item in kept[:limit]])


def _moment(call: Call, name: str) -> datetime | None:
    text = call.query.get(name)
    at = read_moment(text.replace(" ", "+") if text else None)
    if text and at is None:
        raise Refusal(400, Name(f"{name}: неверная дата.", f"{name}: incorrect date."))
    return at


def _logged(trigger: Trigger, item: Delivery) -> Json:
    shown: Json = {
        "id": item.id,
        "triggerId": trigger.id,
        "actionId": item.action,
        "issueId": item.issue,
        "startTime": moment(item.started_at),
        "endTime": moment(item.ended_at),
        "duration": int((item.ended_at - item.started_at).total_seconds() * 1000),
        "request": {
            "method": item.method,
            "endpoint": item.endpoint,
            "headers": item.headers,
            "body": item.body,
            "webhookAuthContext": item.auth,
        },
    }
    if item.refused:
        shown["error"] = item.refused
    if item.status is not None:
        shown["response"] = {"headers": dict.fromkeys(item.answered, "XXX"), "statusCode": item.status}
    return shown


def _shown(call: Call, trigger: Trigger) -> Json:
    return {
        "self": f"{call.base}/queues/{trigger.queue}/triggers/{trigger.id}",
        "id": trigger.id,
        "queue": call.view.queue_ref(trigger.queue),
        "name": trigger.name,
        "order": trigger.order,
        "actions": [actions.shown(call.view, item) for item in trigger.actions],
        "conditions": trigger.conditions,
        "version": trigger.version,
        "active": trigger.active,
    }


ROUTES: list[tuple[str, str, Handler]] = [
    ("GET", "/queues/{queue}/triggers", listed),
    ("POST", "/queues/{queue}/triggers", create),
    ("GET", "/queues/{queue}/triggers/{id}", show),
    ("PATCH", "/queues/{queue}/triggers/{id}", edit),
    ("GET", "/queues/{queue}/triggers/{id}/webhooks/log", log),
]
