"""What every answer is made of: references, values of fields, times, names in the caller's language.

In references `id` is a string, in dictionaries and queues a number; what is not set is absent. Shapes: the pages of
https://yandex.ru/support/tracker/ru/api-ref/ that each method names.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from .model import Field, Lang, Term
from .records import Issue
from .world import World

Json = dict[str, object]

PATHS = {"status": "statuses", "resolution": "resolutions", "priority": "priorities", "issuetype": "issuetypes"}


def moment(at: datetime) -> str:
    """Return a time as Tracker writes it: milliseconds, UTC, no colon in the offset."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03}+0000"


class Refs:
    """One caller's view of a world: *base* is the URL its `self` links start with, host and version."""

    def __init__(self, world: World, base: str, lang: Lang) -> None:
        self.world = world
        self.base = base
        self.lang = lang

    def ref(self, path: str, ref_id: object, display: str, **more: object) -> Json:
        """Return a reference to the object at *path*."""
        return {"self": f"{self.base}/{path}", "id": str(ref_id), **more, "display": display}

    def user_ref(self, uid: str) -> Json:
        """Return a reference to a person; it has no login."""
        return self.ref(f"users/{uid}", uid, self.world.users[uid].display, passportUid=int(uid))

    def term_ref(self, kind: str, key: str) -> Json:
        """Return a reference to a term; *kind* is the field type: status, resolution, priority, issuetype."""
        term = self.terms(kind)[key]
        return self.ref(f"{PATHS[kind]}/{term.id}", term.id, term.name.said(self.lang), key=key)

    def queue_ref(self, key: str) -> Json:
        """Return a reference to a queue."""
        queue = self.world.queues[key]
        return self.ref(f"queues/{key}", queue.id, queue.name.said(self.lang), key=key)

    def issue_ref(self, issue: Issue) -> Json:
        """Return a reference to an issue."""
        return self.ref(f"issues/{issue.key}", issue.id, str(issue.values["summary"]), key=issue.key)

    def terms(self, kind: str) -> Mapping[str, Term]:
        """Return the dictionary whose entries a field of type *kind* holds."""
        world = self.world
        return {
            "status": world.statuses,
            "resolution": world.resolutions,
            "priority": world.priorities,
            "issuetype": world.issue_types,
        }[kind]

    def component_ref(self, number: str) -> Json:
        """Return a reference to a component."""
        return self.ref(f"components/{number}", number, self.world.components[number].name)

    def value(self, field: Field, value: object) -> object:
        """Return a field's stored value as the API shows it."""
        if field.type == "array" and isinstance(value, list):
            return [self._scalar(field.items, item) for item in value]
        return self._scalar(field.type, value)

    def _scalar(self, kind: str, value: object) -> object:
        if value is None:
            return None
        if kind in PATHS:
            return self.term_ref(kind, str(value))
        if kind == "user":
            return self.user_ref(str(value))
        if kind == "queue":
            return self.queue_ref(str(value))
        if kind == "issue":
            return self.issue_ref(self.world.issues[str(value)])
        if kind == "component":
            return self.component_ref(str(value))
        return moment(datetime.fromisoformat(value)) if kind == "datetime" and isinstance(value, str) else value
