"""Actions of triggers: whether a request's are well-formed, how the API shows them.

Sources: https://yandex.ru/support/tracker/ru/api-ref/queues/change-trigger-actions ,
https://yandex.ru/support/tracker/ru/user/set-action
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from .model import Name, Refusal
from .refs import Refs
from .values import BadValue, term_key
from .world import World

MOST = 10
_METHODS = {"GET", "POST", "PUT", "DELETE"}
_AUTH = {"noauth": set[str](), "basic": {"login", "password"}, "oauth": {"headerName", "accessToken"}}
_KEYS = {
    "Transition": {"status"},
    "Update": {"update"},
    "Move": {"queue"},
    "CreateComment": {"text", "fromRobot"},
    "CreateIssue": {"queue", "summary", "fieldTemplates", "linkWithInitialIssue", "fromRobot"},
    "Webhook": {"endpoint", "method", "contentType", "headers", "authContext", "body"},
}
# What the sandbox does not do it refuses, so that nobody waits for it.
_NOT_HERE = {"CreateChecklist", "CalculateFormula"}

Action = dict[str, object]


def read(world: World, queue: str, actions: object) -> list[Action]:
    """Return the actions of a request, numbered; raise Refusal for what is none."""
    if not isinstance(actions, list) or not actions:
        raise wrong("Нужен список действий.", "A list of actions is needed.")
    if len(actions) > MOST:
        raise wrong(f"Не больше {MOST} действий.", f"A trigger has at most {MOST} actions.")
    return [{"type": "", "id": number, **_read(world, queue, item)} for number, item in enumerate(actions, 1)]


def _read(world: World, queue: str, item: object) -> Action:
    if not isinstance(item, dict) or not isinstance(item.get("type"), str):
        raise wrong("Действие должно быть объектом с type.", "An action is an object with a type.")
    kind = item["type"]
    if kind in _NOT_HERE:
        raise wrong(f"Песочница не умеет {kind}.", f"The sandbox does not do {kind}.")
    if kind not in _READERS:
        raise wrong(f"Неизвестный тип действия {kind}.", f"Unknown type of action {kind}.")
    if unknown := sorted(map(str, item.keys() - _KEYS[kind] - {"type", "id"})):
        raise wrong(f"{kind}: неизвестно {unknown[0]}.", f"{kind} does not know {unknown[0]}.")
    _READERS[kind](world, queue, item)
    return {key: value for key, value in item.items() if key != "id"}


def _transition(world: World, _: str, item: Action) -> None:
    try:
        item["status"] = term_key(world.statuses, item.get("status"))
    except BadValue as fault:
        raise Refusal(422, errors={"actions": fault.reason}) from None


def _update(world: World, queue: str, item: Action) -> None:
    update = item.get("update")
    if isinstance(update, list):  # the older form: [{"field": .., "update": {"set": ..}}]
        pairs = [part for part in update if isinstance(part, dict)]
        update = item["update"] = {str(part.get("field")): part.get("update") for part in pairs}
    if not isinstance(update, dict) or not update:
        raise wrong("Update: нужен update.", "Update needs update.")
    for key in update:
        field = world.fields.get(key)
        if field is None or field.queue not in (None, queue):
            raise wrong(f"Поле {key} не существует.", f"Update: field {key} does not exist.")


def _move(world: World, _: str, item: Action) -> None:
    _check_queue(world, item)


def _check_queue(world: World, item: Action) -> None:
    queue = item.get("queue")
    item["queue"] = str(queue.get("key") if isinstance(queue, dict) else queue)
    if item["queue"] not in world.queues:
        raise wrong("Очередь не существует.", "The queue of an action does not exist.")


def _comment(_: World, __: str, item: Action) -> None:
    if not isinstance(item.get("text"), str) or not item["text"]:
        raise wrong("CreateComment: нужен text.", "CreateComment needs text.")


def _issue(world: World, _: str, item: Action) -> None:
    _check_queue(world, item)
    if not isinstance(item.get("summary"), str) or not item["summary"]:
        raise wrong("CreateIssue: нужно summary.", "CreateIssue needs summary.")


def _webhook(_: World, __: str, item: Action) -> None:
    endpoint, auth = item.get("endpoint"), item.get("authContext", {"type": "noauth"})
    if not isinstance(endpoint, str) or not endpoint.lower().startswith(("http://", "https://")):
        raise wrong(
            "Webhook: нужен endpoint http(s).", "Webhook needs an endpoint that begins with http:// or https://."
        )
    if str(item.get("method")) not in _METHODS:
        raise wrong("Webhook: неверный method.", "Webhook: method is GET, POST, PUT or DELETE.")
    headers = item.get("headers", {})
    if not isinstance(headers, dict) or not all(isinstance(value, str) for value in headers.values()):
        raise wrong("Webhook: headers - объект.", "Webhook: headers is a flat object.")
    if not isinstance(item.get("body", ""), str | dict | list):
        raise wrong("Webhook: body - объект или строка.", "Webhook: body is an object or a string.")
    kind = str(auth.get("type")) if isinstance(auth, dict) else ""
    if not isinstance(auth, dict) or kind not in _AUTH or not _AUTH[kind] <= auth.keys():
        raise wrong("Webhook: неверный authContext.", "Webhook: authContext is noauth, basic or oauth, with its parts.")
    item["authContext"] = auth


_READERS: Mapping[str, Callable[[World, str, Action], None]] = {
    "Transition": _transition,
    "Update": _update,
    "Move": _move,
    "CreateComment": _comment,
    "CreateIssue": _issue,
    "Webhook": _webhook,
}


def shown(refs: Refs, action: Action) -> Action:
    """Return an action as the API shows it: status and queue as references."""
    more: Action = {}
    if action["type"] == "Transition":
        more["status"] = refs.term_ref("status", str(action["status"]))
    if "queue" in action:
        more["queue"] = refs.queue_ref(str(action["queue"]))
    return {**action, **more}


def wrong(ru: str, en: str) -> Refusal:
    """Return the refusal of actions."""
    return Refusal(422, errors={"actions": Name(ru, en)})
