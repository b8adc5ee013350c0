"""One issue, TEST-1, with all that can be told of it, behind a real server whose clock a test can set.

Written from the API's documentation for what the sandbox does not have: worklogs, links, search, a workflow that not
everyone sees, moves that not everyone may make, a clock of its own.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from tests.tracker.loopback import Answer, Seen, told

TYPES = {"relates": "relates", "depends on": "depends"}


@dataclass
class Desk:
    """`ahead`: of this machine's clock. `before`: answers in a write's place; `after`: in the place of its answer.

    `workflow`: `from: to to` by status; `barred`: pairs that are not offered; `required`: fields a move to a status
    wants; `others`: what status an issue of the same queue is in, by key.
    """

    status: str = "open"
    workflow: dict[str, str] = field(default_factory=lambda: {"open": "ready", "ready": "open"})
    ends: set[str] = field(default_factory=set)
    ahead: timedelta = timedelta(0)
    before: list[Answer] = field(default_factory=list)
    after: list[Answer] = field(default_factory=list)
    barred: set[tuple[str, str]] = field(default_factory=set)
    required: dict[str, str] = field(default_factory=dict)
    others: dict[str, str] = field(default_factory=dict)
    is_hidden: bool = False
    is_down: bool = False
    writes: list[str] = field(default_factory=list)
    moves: list[str] = field(default_factory=list)
    values: dict[str, object] = field(default_factory=dict)
    comments: list[dict[str, object]] = field(default_factory=list)
    worklogs: list[dict[str, object]] = field(default_factory=list)
    links: list[dict[str, object]] = field(default_factory=list)
    changes: list[dict[str, object]] = field(default_factory=list)
    status_since: datetime = field(default_factory=lambda: datetime.now(UTC) - timedelta(days=1))

    def __call__(self, seen: Seen) -> Answer:
        answer = Answer(503) if self.is_down else self._answer(seen)
        return Answer(answer.status, answer.body, answer.headers | {"Date": self._date()}, answer.cut, answer.is_silent)

    def _answer(self, seen: Seen) -> Answer:
        parts = seen.path.partition("?")[0].removeprefix("/v3/").split("/")
        if parts == ["issues", "_search"]:
            wanted = json.loads(seen.body)["filter"]["status"]
            return told([self._issue(key, status) for key, status in self.others.items() if status == wanted])
        if seen.method == "GET":
            return self._read(parts)
        self.writes.append(seen.line)
        if self.before:
            return self.before.pop(0)
        answer = self._write(parts, json.loads(seen.body))
        return self.after.pop(0) if self.after and answer.status < 400 else answer

    def _read(self, parts: list[str]) -> Answer:
        match parts:
            case ["myself"]:
                return told({"uid": 11, "display": "Anna"})
            case ["statuses"]:
                names = {name for entry in self.workflow.items() for part in entry for name in part.split()}
                kinds = {name: "done" if name in self.ends else "inProgress" for name in names}
                return told([{"id": 1, "key": name, "name": name.title(), "type": kinds[name]} for name in kinds])
            case ["issues", "TEST-1"]:
                return told(self._issue("TEST-1", self.status) | self.values)
            case ["issues", key, "transitions"]:
                return told(self._offered(self.status if key == "TEST-1" else self.others[key]))
            case ["issues", "TEST-1", "comments" | "worklog" | "links" | "changelog" as kind]:
                lists = {"comments": self.comments, "worklog": self.worklogs, "changelog": self.changes}
                return told(lists.get(kind, self.links))
            case ["queues", "TEST", "localFields"]:
                return told([])
            case ["fields"]:
                named = {"benchLink": "Bench link", "tags": "Tags"}
                return told([{"id": key, "key": key, "name": named[key], "type": "standard"} for key in named])
            case ["queues", "TEST"]:
                return told({"key": "TEST", "workflows": {"dev": [{"id": "2", "key": "task"}]}})
            case ["workflows", "dev"] if not self.is_hidden:
                return told({"steps": [self._step(*entry) for entry in self.workflow.items()]})
            case ["workflows", _]:
                return told({"errorMessages": ["No rights."], "errors": {}, "statusCode": 403}, 403)
        return told({"errorMessages": ["Not there."], "errors": {}, "statusCode": 404}, 404)

    def _write(self, parts: list[str], body: dict[str, object]) -> Answer:
        created: dict[str, object] = {"createdBy": {"id": "11", "display": "Anna"}, "createdAt": self._stamp()}
        match parts:
            case ["issues", "TEST-1"]:
                self.set_field(**body)
                return told(self._issue("TEST-1", self.status) | self.values)
            case ["issues", "TEST-1", "comments"]:
                self.comments.append({"id": len(self.comments), "text": body["text"], **created})
                return told(self.comments[-1], 201)
            case ["issues", "TEST-1", "worklog"]:
                self.worklogs.append({"id": len(self.worklogs), **body, **created})
                return told(self.worklogs[-1], 201)
            case ["issues", "TEST-1", "links"]:
                kind = TYPES[str(body["relationship"])]
                shown = {"id": kind, "inward": kind, "outward": kind}
                self.links.append({"id": 1, "type": shown, "direction": "outward", "object": {"key": body["issue"]}})
                return told(self.links[-1], 201)
        return self._move(parts[3].removeprefix("to_"), body)

    def _move(self, to: str, body: dict[str, object]) -> Answer:
        if f"to_{to}" not in [str(move["id"]) for move in self._offered(self.status)]:
            return told({"errorMessages": ["No such move."], "errors": {}, "statusCode": 404}, 404)
        missing = self.required.get(to)
        if missing and not body.get(missing):
            words = [f"You must set values for the fields {missing}."]
            return told({"errorMessages": words, "errors": {}, "statusCode": 422}, 422)
        self.place(to)
        self.moves.append(to)
        if "comment" in body:
            self._write(["issues", "TEST-1", "comments"], {"text": body["comment"]})
        return told(self._offered(to))

    def place(self, status: str) -> None:
        """Put the issue into a status, as someone else would."""
        self.status, self.status_since = status, datetime.now(UTC) + self.ahead

    def set_field(self, **values: object) -> None:
        """Set fields, as someone else would."""
        self.values.update(values)
        fields = [{"field": {"id": name}} for name in values]
        self.changes.append({"updatedAt": self._stamp(), "updatedBy": {"id": "12"}, "fields": fields})

    def _offered(self, status: str) -> list[dict[str, object]]:
        targets = [to for to in self.workflow.get(status, "").split() if (status, to) not in self.barred]
        return [self._transition(to) for to in targets]

    def _transition(self, to: str) -> dict[str, object]:
        screen = {"screen": {"id": "1"}} if to in self.required else {}
        return {"id": f"to_{to}", "display": to, "to": {"id": "1", "key": to, "display": to.title()}, **screen}

    def _issue(self, key: str, status: str) -> dict[str, object]:
        moment = self.status_since.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "+0000"
        shown = {"id": "1", "key": status, "display": status.title()}
        more = {"resolution": {"key": "fixed", "display": "Fixed"}} if status in self.ends else {}
        common = {"key": key, "summary": "Fix login", "type": {"id": "2", "key": "task"}, "version": 1}
        return {**common, "status": shown, "statusStartTime": moment, **more}

    def _step(self, source: str, targets: str) -> dict[str, object]:
        actions = [{"id": f"to_{to}", "target": {"id": "1", "key": to, "display": to}} for to in targets.split()]
        return {"status": {"id": "1", "key": source, "display": source}, "actions": actions}

    def _stamp(self) -> str:
        return (datetime.now(UTC) + self.ahead).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "+0000"

    def _date(self) -> str:
        return format_datetime((datetime.now(UTC) + self.ahead).replace(microsecond=0), usegmt=True)


Meddle = Callable[[Desk], None]
