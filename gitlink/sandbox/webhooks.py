"""HTTP requests of triggers: written, sent in the background, repeated where Tracker repeats, logged.

Any status counts as delivered; no answer in time and 500 are tried again, five times in all. The answer's body is
never read. Source: https://yandex.ru/support/tracker/ru/user/set-action
"""

from __future__ import annotations

import asyncio
import base64
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from .happening import Happening
from .records import TriggerRun
from .state import Tracker
from .variables import fill
from .wire_out import NotHere, Outgoing, Unsendable, exchange
from .world import Delivery, Trigger

_ATTEMPTS = 5
_MOST_LOGGED = 200
_UNSAFE = re.compile(r"[\x00-\x1f\x7f]")


def write(now: Happening, action: dict[str, object], *, empty_too: bool) -> Outgoing:
    """Return the request of a `Webhook` action; raise EmptyVariable, WrongVariable, Unsendable."""

    def filled(text: object) -> str:
        return fill(now, str(text), empty_too=empty_too)

    url = quote(filled(action["endpoint"]), safe="/%:=&?~#+!$,;'@()*[]-._")
    parts = urlsplit(url)
    if parts.scheme.lower() not in {"http", "https"} or not parts.hostname:
        raise Unsendable(f"not an http address: {url}")
    body = action.get("body", "")
    text = filled(body if isinstance(body, str) else json.dumps(body, ensure_ascii=False))
    given = action.get("headers")
    headers = {
        "X-Startrek-Transport": "trigger",
        "Content-Type": str(action.get("contentType") or "application/json; charset=UTF-8"),
    }
    headers |= {str(name): filled(value) for name, value in (given.items() if isinstance(given, dict) else ())}
    headers = {_UNSAFE.sub("", name): _UNSAFE.sub(" ", value) for name, value in headers.items()}
    return Outgoing(str(action["method"]), url, headers, text, _secret(action.get("authContext")))


def _secret(auth: object) -> dict[str, str]:
    """Return the header that an authContext asks for; it is sent but never logged."""
    if not isinstance(auth, dict) or auth.get("type") == "noauth":
        return {}
    if auth["type"] == "basic":
        pair = base64.b64encode(f"{auth['login']}:{auth['password']}".encode()).decode()
        return {"Authorization": f"Basic {pair}"}
    kind = str(auth.get("tokenType") or "")
    return {_UNSAFE.sub("", str(auth["headerName"])): _UNSAFE.sub(" ", f"{kind} {auth['accessToken']}").strip()}


@dataclass(slots=True)
class Order:
    """One request that is to be delivered, and whose doing it is; *again*: writes it anew for each attempt."""

    trigger: Trigger
    action: dict[str, object]
    issue: str
    run: TriggerRun
    request: Outgoing
    again: Callable[[], Outgoing] | None = None


class Courier:
    """Delivers requests in the background: those of one trigger in order, those of different ones side by side."""

    def __init__(self, tracker: Tracker, changed: Callable[[], None], outside: bool) -> None:
        self.tracker = tracker
        self.changed = changed
        self.outside = outside
        self._lanes: dict[int, asyncio.Lock] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def send(self, order: Order) -> None:
        """Begin to deliver *order*; returns at once."""
        task = asyncio.get_running_loop().create_task(self._deliver(order))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def forget(self) -> None:
        """Give up what is under way: the world it belongs to is gone."""
        for task in self._tasks:
            task.cancel()
        self._lanes.clear()

    async def _deliver(self, order: Order) -> None:
        """Try until an answer other than 500 comes, with twice the delay each time; a retry lets the next ones pass."""
        lane = self._lanes.setdefault(order.trigger.id, asyncio.Lock())
        delay_s = self.tracker.world.switches.webhook_delay_s
        for attempt in range(_ATTEMPTS):
            if attempt:
                await asyncio.sleep(delay_s)
                delay_s *= 2
                order.request = order.again() if order.again else order.request
            async with lane:
                status, refused = await self._try(order)
            if refused or status not in (None, 500):
                break
        if refused or status in (None, 500):
            order.run.success = False
            order.run.message = refused or ("No answer." if status is None else "The answer was 500.")
            self.changed()

    async def _try(self, order: Order) -> tuple[int | None, str]:
        """Send the request once and write it down; return the answer's status, and why it was not sent."""
        request, clock = order.request, self.tracker.clock
        began, timeout_s = clock(), self.tracker.world.switches.webhook_timeout_s
        status, answered, refused = None, dict[str, str](), ""
        try:
            status, answered = await exchange(request, timeout_s, outside=self.outside)
        except NotHere as fault:
            refused = f"{fault} is not this machine; only `gitlink sandbox --allow-outside` sends requests elsewhere."
        auth = order.action.get("authContext")
        order.trigger.log.append(
            Delivery(
                self.tracker.new_id(),
                int(str(order.action["id"])),
                order.issue,
                began,
                clock(),
                request.method,
                request.url,
                request.headers,
                request.body,
                _masked(auth),
                status,
                answered,
                refused,
            )
        )
        del order.trigger.log[:-_MOST_LOGGED]
        self.changed()
        return status, refused


def _masked(auth: object) -> dict[str, object]:
    kept = auth if isinstance(auth, dict) else {"type": "noauth"}
    return {key: "***" if key in {"password", "accessToken"} else value for key, value in kept.items()}
