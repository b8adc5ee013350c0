"""Tracker's triggers and their log of HTTP requests; for a queue's administrators only. Decides nothing.

https://yandex.ru/support/tracker/ru/api-ref/queues/get-triggers , …/create-trigger , …/change-trigger ,
…/view-trigger-logs
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote

from gitlink.tracker import reading
from gitlink.tracker.call import Call
from gitlink.tracker.client import TrackerClient
from gitlink.tracker.models import Status

_PER_PAGE = 100
_MOST_PAGES = 50


@dataclass(frozen=True, slots=True)
class Trigger:
    """One trigger. *actions* may hold secrets."""

    id: str
    name: str
    version: int | None
    active: bool
    conditions: list[object]
    actions: list[dict[str, object]] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Sent:
    """One HTTP request of a trigger. `status`: the answer's, None where there was none; `issue`: the issue's id."""

    at: datetime | None
    issue: str
    status: int | None


def listed(client: TrackerClient, queue: str) -> list[Trigger]:
    """Return the queue's triggers.

    Whether the trigger a page begins behind is repeated is not told: each counts once, and a page that brings nothing
    new is the last one.
    """
    found: dict[str, Trigger] = {}
    last = ""
    for _ in range(_MOST_PAGES):
        query = {"perPage": str(_PER_PAGE)} | ({"id": last} if last else {})
        call = Call("GET", _path(queue), f"list the triggers of queue `{queue}`", query)
        page = client.ask(call, reading.each(_trigger))
        fresh = [one for one in page if one.id not in found]
        if not fresh:
            break
        found |= {one.id: one for one in fresh}
        last = page[-1].id
    return list(found.values())


def create(client: TrackerClient, queue: str, body: Mapping[str, object]) -> Trigger:
    """Create a trigger."""
    call = Call("POST", _path(queue), f"create a trigger in queue `{queue}`", body=dict(body))
    return client.ask(call, _trigger)


def change(client: TrackerClient, queue: str, there: Trigger, body: Mapping[str, object]) -> Trigger:
    """Change a trigger that nobody has changed since it was read: 409 or 412 else."""
    query = {} if there.version is None else {"version": str(there.version)}
    call = Call("PATCH", _path(queue, there.id), f"change trigger `{there.name}`", query, dict(body))
    return client.ask(call, _trigger)


def log(client: TrackerClient, queue: str, trigger: Trigger, most: int = 5) -> list[Sent]:
    """Return the trigger's last HTTP requests, newest first."""
    path = _path(queue, trigger.id, "webhooks", "log")
    call = Call("GET", path, f"show the requests of trigger `{trigger.name}`", {"limit": str(most)})
    return client.ask(call, reading.each(_sent))


def priorities(client: TrackerClient, language: str | None = None) -> list[Status]:
    """Return the priorities, key and name. https://yandex.ru/support/tracker/ru/api-ref/issues/get-priorities"""
    return client.ask(Call("GET", "/v3/priorities", "list its priorities"), reading.each(reading.status), language)


def _path(queue: str, *parts: str) -> str:
    return "/v3/queues/" + "/".join(quote(part, safe="") for part in (queue, "triggers", *parts))


def _trigger(json: object) -> Trigger:
    top = reading.mapping(json, "trigger")
    version, actions, conditions = top.get("version"), top.get("actions"), top.get("conditions")
    return Trigger(
        id=reading.identifier(json),
        name=reading.words(top, "name"),
        version=version if isinstance(version, int) else None,
        active=top.get("active") is not False,
        conditions=conditions if isinstance(conditions, list) else [],
        actions=[one for one in actions if isinstance(one, dict)] if isinstance(actions, list) else [],
    )


def _sent(json: object) -> Sent:
    top = reading.mapping(json, "request")
    answer = top.get("response")
    status = answer.get("statusCode") if isinstance(answer, dict) else None
    number = status if isinstance(status, int) else None
    return Sent(reading.moment(top.get("startTime")), str(top.get("issueId", "")), number)
