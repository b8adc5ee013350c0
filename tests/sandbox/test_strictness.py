"""Whatever a request holds, it is answered as one that Tracker would answer: never with a crash."""

from __future__ import annotations

import itertools

import pytest

from gitlink.sandbox.api import _ROUTES

from .asking import Api

ODD: list[object] = [
    None,
    True,
    -1,
    1.5,
    "",
    "x",
    "\x00\ud800",
    [],
    [None],
    [[]],
    ["x"],
    {},
    {"id": []},
    {"key": {}},
    {"set": {}},
]
KEYS = {
    *("summary", "queue", "type", "priority", "assignee", "followers", "tags", "parent", "deadline", "components"),
    *("benchLink", "storyPoints", "unique", "links", "attachmentIds", "author", "comment", "resolution", "text"),
    *("summonees", "relationship", "issue", "key", "origin", "start", "duration", "name", "actions", "conditions"),
    *("active", "before", "filter", "query", "keys", "order", "issues", "values", "transition", "lead", "id"),
    *("defaultType", "defaultPriority", "issueTypesConfig", "category", "optionsProvider", "container", "hidden"),
    *("createdBy", "createdAt", "description", "assignAuto", "initialStatus", "moveAllFields"),
}
GOOD: dict[str, object] = {
    "queue": "TEST",
    "summary": "x",
    "name": {"en": "x", "ru": "x"},
    "relationship": "relates",
    "issue": "TEST-2",
    "origin": "ru.yandex.gitlab",
    "key": "OPS",
    "issues": ["TEST-1"],
    "values": {},
    "transition": "close",
    "text": "x",
    "start": "2026-01-01T00:00:00Z",
    "duration": "PT1H",
}
WRITING = sorted({(method, path) for method, path, _ in _ROUTES if method in {"POST", "PATCH", "DELETE"}})
READING = sorted({path for method, path, _ in _ROUTES if method == "GET"})
REAL = {"{key}": "TEST-1", "{queue}": "TEST", "{id}": "1", "{name}": "x", "{user}": "1"}


def filled(path: str) -> str:
    for slot, value in REAL.items():
        path = path.replace(slot, value)
    return path


@pytest.mark.parametrize(("method", "path"), WRITING)
def test_odd_bodies(api: Api, method: str, path: str) -> None:
    bodies: list[object] = [*ODD, *(dict.fromkeys(KEYS, odd) for odd in ODD)]
    bodies += [{**GOOD, key: odd} for key, odd in itertools.product(sorted(KEYS), ODD)][::5]
    for body in bodies:
        answer = api(method, filled(path) + "?version=1&queue=WEB", body)
        assert answer.status_code < 500, (body, answer.text)


@pytest.mark.parametrize("path", READING)
def test_odd_parameters(api: Api, path: str) -> None:
    for name in ("page", "perPage", "id", "fields", "expand", "version", "limit", "from", "createdBy", "createdAt"):
        for value in ("", "0", "-1", "x", "99999999999999999999", "%00", "%ED%A0%80", "a,b"):
            answer = api("GET", f"{filled(path)}?{name}={value}")
            assert answer.status_code < 500, (name, value, answer.text)


ACTIONS: list[dict[str, object]] = [
    {
        "type": "Webhook",
        "endpoint": "http://127.0.0.1:1/",
        "method": "POST",
        "body": "x",
        "headers": {},
        "contentType": "text/plain",
        "authContext": {"type": "noauth"},
    },
    {"type": "Transition", "status": "open"},
    {"type": "Update", "update": {"summary": "x"}},
    {"type": "Move", "queue": "WEB"},
    {"type": "CreateComment", "text": "x", "fromRobot": True},
    {"type": "CreateIssue", "queue": "WEB", "summary": "x", "fieldTemplates": {}, "linkWithInitialIssue": True},
]


@pytest.mark.parametrize("good", ACTIONS, ids=lambda good: good["type"])
def test_odd_actions(api: Api, good: dict[str, object]) -> None:
    for key in (*good, "nope"):
        for odd in ODD:
            body = {"name": "t", "actions": [{**good, key: odd}]}
            answer = api("POST", "/queues/TEST/triggers", body)
            assert answer.status_code < 500, (body, answer.text)
    assert api("POST", "/queues/TEST/triggers", {"name": "t", "actions": [good]}).status_code == 200
    api("POST", "/_sandbox/seed", {"switches": {"webhook_delay_s": 0.01}})
    assert api("PATCH", "/issues/TEST-1", {"summary": "New"}).status_code == 200
    assert api("GET", "/issues/TEST-1/changelog").status_code == 200
    assert api("GET", "/queues/TEST/triggers?perPage=100").status_code == 200


@pytest.mark.parametrize(
    "kind", ["Or", "FieldEquals", "CommentAnyMatchCondition", "DateLessCondition", "Container.SizeLess"]
)
def test_odd_conditions(api: Api, kind: str) -> None:
    note = {"type": "CreateComment", "text": "x"}
    for key in ("conditions", "field", "value", "words", "word", "user", "relationship", "ignoreCase"):
        for odd in ODD:
            condition = {"type": kind, "field": "deadline", "value": "2026-01-01T00:00:00", key: odd}
            body = {"name": "t", "actions": [note], "conditions": [condition]}
            answer = api("POST", "/queues/TEST/triggers", body)
            assert answer.status_code < 500, (condition, answer.text)
    assert api("POST", "/issues/TEST-1/comments", {"text": "New"}).status_code == 201
