"""Making triggers, and seeing what came of them."""

from __future__ import annotations

import time
from collections.abc import Sequence

from .asking import Api

NOTE = {"type": "CreateComment", "text": "fired {{issue.key}}"}
CREATE, UPDATE, REMARK = ({"type": f"Event.{word}"} for word in ("create", "update", "comment-create"))


def trigger(api: Api, *actions: object, conditions: Sequence[object] = (), **more: object) -> dict[str, object]:
    body = {"name": "t", "actions": list(actions), "conditions": list(conditions), **more}
    answer = api("POST", "/queues/TEST/triggers", body)
    assert answer.status_code == 200, answer.text
    made: dict[str, object] = answer.json()
    return made


def webhook(url: str, body: object = "{}", **more: object) -> dict[str, object]:
    return {"type": "Webhook", "endpoint": url, "method": "POST", "body": body, **more}


def texts(api: Api, key: str = "TEST-1") -> list[str]:
    return [comment["text"] for comment in api("GET", f"/issues/{key}/comments").json()]


def runs(api: Api, key: str = "TEST-1") -> list[tuple[bool, str]]:
    changes = api("GET", f"/issues/{key}/changelog").json()
    return [(run["success"], run["message"]) for change in changes for run in change.get("executedTriggers", [])]


def log(api: Api, made: dict[str, object], query: str = "") -> list[dict[str, object]]:
    listed: list[dict[str, object]] = api("GET", f"/queues/TEST/triggers/{made['id']}/webhooks/log{query}").json()
    return listed


def wait_for(api: Api, made: dict[str, object], count: int) -> list[dict[str, object]]:
    until = time.monotonic() + 60
    while len(log(api, made)) < count and time.monotonic() < until:
        time.sleep(0.01)
    return log(api, made)


def field(kind: str, name: str, value: object = None, **more: object) -> dict[str, object]:
    return {"type": kind, "field": name, **({} if value is None else {"value": value}), **more}
