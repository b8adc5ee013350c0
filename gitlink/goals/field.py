"""A field of an issue: set, cleared, and read back, since Tracker ignores in silence what it does not know."""

from gitlink.core.text import printable
from gitlink.errors import TrackerRefused
from gitlink.goals.fault import is_conflict
from gitlink.goals.model import Reached, SetField
from gitlink.tracker.client import TrackerClient
from gitlink.tracker.models import Field, Issue
from gitlink.tracker.refusal import Refused


def set_field(client: TrackerClient, goal: SetField) -> Reached[object]:
    """Set the field, unless it holds the value already; after a conflict look again and try once more."""
    try:
        return _set(client, goal)
    except Refused as fault:
        if not is_conflict(fault):
            raise
        return _set(client, goal)


def _set(client: TrackerClient, goal: SetField) -> Reached[object]:
    issue = client.issue(goal.issue)
    known = client.find_field(issue.queue, goal.field)
    if known is None:
        raise TrackerRefused(
            f"queue `{issue.queue}` has no field `{printable(goal.field)}`",
            where=f"`{issue.key}`",
            why="neither a field of the queue nor a global one has this id, key or name",
            fix=f"gitlink bench setup --queue {issue.queue}",
        )
    before = issue.fields.get(known.id)
    if _is_same(before, goal.value):
        return Reached(issue.key, False, before, before)
    after = client.set_field(issue.key, known.id, goal.value).fields.get(known.id)
    _check_taken(issue, known, goal.value, before, after)
    return Reached(issue.key, True, before, after)


def _check_taken(issue: Issue, known: Field, value: object, before: object, after: object) -> None:
    """Raise if Tracker ignored the field, as it does with keys it does not know: 200, and nothing changed."""
    # A user or a status is set by key or login and comes back as a reference, which cannot be compared.
    if _is_same(after, value) or after != before or (isinstance(after, dict | list) and value):
        return
    raise TrackerRefused(
        f"Tracker ignored the field `{known.name}` of `{issue.key}`",
        where=f"field `{known.id}`",
        why="it answered that all is well and left the value as it was",
        fix="gitlink doctor",
    )


def _is_same(stored: object, wanted: object) -> bool:
    """Whether a field holds *wanted*; an empty text or list is no value, and a reference is what it points to."""
    if stored in (None, "", []) and wanted in (None, "", []):
        return True
    if isinstance(stored, dict) and isinstance(wanted, str):
        return wanted in (stored.get("key"), stored.get("id"), stored.get("display"))
    return stored == wanted
