"""Steering from outside, under /_sandbox: reset, seed, faults, state, and what was asked so far."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from . import store
from .faults import Faults, Journal, read_faults
from .messengers import Messengers
from .model import Refusal
from .moves import place
from .plans import read_workflow
from .seed import fresh
from .state import Tracker
from .validity import check_switch
from .world import Switches

_MOST_VERSION = 10**9
_SEED_KEYS = {"world", "bench_field", "switches", "workflows", "issues"}


class Control:
    """The endpoints under /_sandbox; that their sender has the token is `guard`'s business."""

    def __init__(
        self,
        tracker: Tracker,
        journal: Journal,
        faults: Faults,
        messengers: Messengers,
        changed: Callable[[], None],
        restarted: Callable[[], None],
    ) -> None:
        self.tracker = tracker
        self.journal = journal
        self.faults = faults
        self.messengers = messengers
        self.changed = changed
        self.restarted = restarted

    def routes(self) -> list[BaseRoute]:
        """Return the routes."""
        return [
            Route("/_sandbox/reset", self.reset, methods=["POST"]),
            Route("/_sandbox/seed", self.seed, methods=["POST"]),
            Route("/_sandbox/faults", self.set_faults, methods=["POST"]),
            Route("/_sandbox/faults", self.show_faults, methods=["GET"]),
            Route("/_sandbox/requests", self.show_requests, methods=["GET"]),
            Route("/_sandbox/state", self.show_state, methods=["GET"]),
            Route("/_sandbox/state", self.set_state, methods=["POST", "PUT"]),
        ]

    async def reset(self, _: Request) -> Response:
        """Go back to the usual world; faults and journal are emptied."""
        self.tracker.world = fresh(self.tracker.clock)
        self.restarted()
        self.faults.listed = []
        self.journal.clear()
        self.messengers.received.clear()
        self.changed()
        return Response(status_code=204)

    async def seed(self, request: Request) -> Response:
        """Begin a new world (`world`: default or empty, `bench_field`), set `switches`, `workflows`, add `issues`."""
        try:
            plan = await _object(request)
            keys = self._sow(plan)
            self.tracker.pending.clear()  # what is sown fires no trigger
        except (ValueError, RecursionError) as fault:
            return JSONResponse({"error": str(fault)}, 400)
        except Refusal as refusal:
            wrong = {key: text.en for key, text in refusal.errors.items()}
            return JSONResponse({"error": [text.en for text in refusal.messages] or wrong}, 400)
        self.changed()
        return JSONResponse({"issues": keys})

    def _sow(self, plan: Mapping[str, object]) -> list[str]:
        if unknown := plan.keys() - _SEED_KEYS:
            raise ValueError(f"unknown: {', '.join(sorted(unknown))}")
        old, clock = self.tracker.world, self.tracker.clock
        try:
            if "world" in plan or "bench_field" in plan:
                whole = plan.get("world", "default") != "empty"
                self.tracker.world = fresh(clock, bench_field=plan.get("bench_field", True) is True, issues=whole)
                self.restarted()
            switches = plan.get("switches", {})
            if not isinstance(switches, dict):
                raise ValueError("switches is an object")
            workflows = plan.get("workflows", {})
            if not isinstance(workflows, dict):
                raise ValueError("workflows is an object")
            read = {name: read_workflow(self.tracker.world, name, item) for name, item in workflows.items()}
            self._switch(switches)
            self.tracker.world.workflows |= read
            listed = plan.get("issues", [])
            if not isinstance(listed, list):
                raise ValueError("issues is a list")
            return [self._plant(item) for item in listed]
        except (ValueError, Refusal):
            self.tracker.world = old
            raise

    def _switch(self, switches: Mapping[str, object]) -> None:
        known = {item.name for item in dataclasses.fields(Switches)}
        if unknown := switches.keys() - known:
            raise ValueError(f"unknown switch: {', '.join(sorted(unknown))}")
        for name, value in switches.items():
            kind = type(getattr(self.tracker.world.switches, name))
            if type(value) is not kind and not (kind is float and type(value) is int):
                raise ValueError(f"switch {name}: wrong type")
            check_switch(name, value)
            setattr(self.tracker.world.switches, name, value)

    def _plant(self, item: object) -> str:
        if not isinstance(item, dict):
            raise ValueError("an issue is an object")
        world = self.tracker.world
        author, status = next(iter(world.users.values())), item.get("status", "open")
        if status not in world.statuses:
            raise ValueError(f"unknown status: {status}")
        issue = self.tracker.create_issue(author, item)
        if status != issue.status:
            place(self.tracker, author, issue, str(status))
        if isinstance(version := item.get("version"), int):
            issue.version = max(0, min(version, _MOST_VERSION))
        return issue.key

    async def set_faults(self, request: Request) -> Response:
        """Replace the list of faults; an empty list switches all off."""
        try:
            self.faults.listed = read_faults(json.loads(await request.body()))
        except (ValueError, RecursionError) as fault:
            return JSONResponse({"error": str(fault)}, 400)
        return JSONResponse({"faults": len(self.faults.listed)})

    async def show_faults(self, _: Request) -> Response:
        """Show what is left of the faults."""
        return JSONResponse([fault.shown() for fault in self.faults.listed if fault.times > 0])

    async def show_requests(self, _: Request) -> Response:
        """Show the requests to the API, oldest first."""
        listed = ", ".join(entry.shown() for entry in self.journal.seen)
        return Response(f"[{listed}]", media_type="application/json")

    async def show_state(self, _: Request) -> Response:
        """Show everything the sandbox remembers, as `--data` keeps it."""
        return Response(store.dumps(self.tracker.world), media_type="application/json")

    async def set_state(self, request: Request) -> Response:
        """Go to a state that was shown before."""
        try:
            self.tracker.world = store.loads((await request.body()).decode())
        except (ValueError, RecursionError) as fault:
            return JSONResponse({"error": str(fault)}, 400)
        self.restarted()
        self.changed()
        return Response(status_code=204)


async def _object(request: Request) -> Mapping[str, object]:
    body = await request.body()
    plan = json.loads(body) if body.strip() else {}
    if not isinstance(plan, dict):
        raise ValueError("a seed is an object")
    return plan
