"""A small Tracker in memory: looks things up, creates and edits issues; clock passed in, no I/O.

Every change of an issue ends in `Tracker.record`: the version and the changelog hang on that one place. What follows
from a change (triggers, bulk changes) waits in `pending` and `later` until `automation.settle` does it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from .lookup import Lookup, wanted_queue
from .model import Field, Name, Queue, Refusal, User
from .records import Change, FieldChange, Issue, LinkChange
from .scroll import Scroll
from .values import BadValue, edited
from .world import World

# Keys of a request's body that are no field to write: https://yandex.ru/support/tracker/ru/api-ref/issues/create-issue
_NOT_WRITTEN = {"queue", "unique", "markupType", "links", "attachmentIds", "author", "comment", "version", "self", "id"}
_NEEDED = Name("Поле обязательно.", "The field is required.")
# Where an issue is locked: https://yandex.ru/support/tracker/ru/api-ref/error-codes
_CAP, _ROBOT_CAP = 11_100, 10_100


class Tracker(Lookup):
    """The world and its verbs; a verb raises Refusal where Tracker would say no, and then has changed nothing."""

    def __init__(self, world: World, clock: Callable[[], datetime]) -> None:
        super().__init__(world)
        self.clock = clock
        self.pending: deque[tuple[Issue, Change, set[int]]] = deque()
        self.fired: set[int] | None = None  # by what the next changes follow from; None: they are somebody's own
        self.later: deque[Callable[[], None]] = deque()
        self.scrolls: dict[str, Scroll] = {}

    def forget(self) -> None:
        """Drop what waits and what is left of searches: the world is another one now."""
        self.pending.clear()
        self.later.clear()
        self.scrolls.clear()

    def new_id(self) -> str:
        """Return an id of 24 hexadecimal digits that nothing else has."""
        self.world.last_id += 1
        return f"6a0000000000{self.world.last_id:012x}"

    def new_number(self) -> int:
        """Return a number that nothing else has as its id."""
        self.world.last_id += 1
        return self.world.last_id

    def create_issue(self, user: User, body: Mapping[str, object], *, automatic: bool = False) -> Issue:
        """Create an issue from a request's *body*."""
        queue = wanted_queue(self, body.get("queue"))
        author = self.person(body["author"], "author") if body.get("author") else user
        unique = body.get("unique")
        if isinstance(unique, str) and any(issue.unique == unique for issue in self.world.issues.values()):
            raise Refusal(409, Name("Задача уже существует.", "The issue already exists."))
        values: dict[str, object] = {"type": queue.default_type, "priority": queue.default_priority}
        values |= self.edits(queue, values, body)
        if not values.get("summary"):
            raise Refusal(422, errors={"summary": _NEEDED})
        workflow, now = self.workflow_of(queue, values["type"]), self.clock()
        values = {field: value for field, value in values.items() if value is not None}
        queue.last_number += 1
        key = f"{queue.key}-{queue.last_number}"
        issue = Issue(
            self.new_id(), key, queue.key, workflow.initial, values, author.uid, user.uid, now, now, now, version=0
        )
        issue.unique = unique if isinstance(unique, str) else None
        issue.automatic = automatic
        self.world.issues[issue.id] = issue
        self.world.keys[key] = issue.id
        first = [FieldChange("status", None, issue.status), FieldChange("queue", None, queue.key)]
        first += [FieldChange(field, None, value) for field, value in values.items()]
        self.record(issue, user, "IssueCreated", first)
        return issue

    def edit_issue(self, user: User, issue: Issue, body: Mapping[str, object]) -> None:
        """Write the fields of a PATCH's *body*; what changes nothing does not count as a change."""
        queue = self.queue(issue.queue)
        new = self.edits(queue, issue.values, body)
        if "type" in new:
            self.type_config(queue, new["type"])
        self.check_lock(user, issue)
        changes = self.write(issue, new)
        if changes:
            self.record(issue, user, "IssueUpdated", changes)

    def check_lock(self, user: User, issue: Issue) -> None:
        """Raise Refusal if *issue* was changed so often that Tracker has locked it."""
        if issue.version >= (_ROBOT_CAP if user.robot else _CAP):
            raise Refusal(423, Name("Задача заблокирована.", "The issue is locked: it was changed too often."))

    def edits(self, queue: Queue, old: Mapping[str, object], body: Mapping[str, object]) -> dict[str, object]:
        """Return the values that *body* asks for, by field id; raise Refusal with every field that is wrong."""
        new: dict[str, object] = {}
        wrong: dict[str, Name] = {}
        for key, asked in body.items():
            field = self._writable(queue, key)
            if field is None:
                if self.world.switches.reject_unknown_fields and key not in _NOT_WRITTEN | self.world.fields.keys():
                    wrong[key] = Name("Поле не существует.", "The field does not exist.")
                continue
            try:
                new[key] = edited(self.world, field, old.get(key), asked, queue=queue.key)
            except BadValue as fault:
                wrong[key] = fault.reason
            else:
                if field.required and new[key] in (None, ""):
                    wrong[key] = _NEEDED
        if wrong:
            raise Refusal(422, errors=wrong)
        return new

    def write(self, issue: Issue, new: Mapping[str, object]) -> list[FieldChange]:
        """Put the values *new* into *issue* and return what really changed."""
        changes = [
            FieldChange(key, issue.values.get(key), value)
            for key, value in new.items()
            if issue.values.get(key) != value
        ]
        for change in changes:
            if change.new is None:
                del issue.values[change.field]
            else:
                issue.values[change.field] = change.new
        return changes

    def record(
        self,
        issue: Issue,
        user: User,
        kind: str,
        fields: Sequence[FieldChange] = (),
        comments: Sequence[int] = (),
        links: Sequence[LinkChange] = (),
    ) -> None:
        """Make one change of *issue* known: version, time, changelog, and what follows from it."""
        issue.version += 1
        issue.updated_at, issue.updated_by = self.clock(), user.uid
        change = Change(self.new_id(), kind, issue.updated_at, user.uid, list(fields), list(comments), list(links))
        issue.changes.append(change)
        self.pending.append((issue, change, set() if self.fired is None else self.fired))

    def _writable(self, queue: Queue, key: str) -> Field | None:
        field = self.world.fields.get(key)
        if field is None or field.readonly or field.queue not in (None, queue.key):
            return None
        return field
