"""How an issue moves: from status to status over its workflow's transitions, and from queue to queue."""

from __future__ import annotations

from collections.abc import Mapping

from . import comments as remarks
from .model import Name, Queue, Refusal, Transition, User
from .records import FieldChange, Issue
from .state import Tracker

_FINAL = {"done", "cancelled"}


def offered(tracker: Tracker, issue: Issue) -> list[Transition]:
    """Return the transitions that lead out of *issue*'s status."""
    workflow = tracker.workflow_of(tracker.queue(issue.queue), issue.values["type"])
    return [transition for transition in workflow.transitions if transition.source == issue.status]


def pick(tracker: Tracker, issue: Issue, transition_id: str) -> Transition:
    """Return the offered transition with that id; raise Refusal (reports disagree on the code: see Switches)."""
    for transition in offered(tracker, issue):
        if transition.id == transition_id:
            return transition
    reason = Name("Переход недоступен.", "The transition is not available.")
    raise Refusal(tracker.world.switches.unavailable_transition, reason)


def execute(tracker: Tracker, user: User, issue: Issue, transition_id: str, body: Mapping[str, object]) -> None:
    """Move *issue* over a transition, writing the fields and the comment of *body* with it, as one change."""
    transition = pick(tracker, issue, transition_id)
    queue = tracker.queue(issue.queue)
    new = tracker.edits(queue, issue.values, body)
    _check_screen(tracker, transition, {**issue.values, **new}, body)
    _check_resolution(tracker, queue, {**issue.values, **new})
    tracker.check_lock(user, issue)
    text = body.get("comment")
    comments = [remarks.put(tracker, user, issue, text).id] if text else []
    if not _is_final(tracker, transition.target):
        new["resolution"] = None
    changes = [*_set_status(tracker, user, issue, transition.target), *tracker.write(issue, new)]
    tracker.record(issue, user, "IssueWorkflow", changes, comments)


def move_to_queue(
    tracker: Tracker, user: User, issue: Issue, queue_key: str, *, initial_status: bool, all_fields: bool = False
) -> None:
    """Give *issue* a key in another queue; values of the old queue's local fields are lost.

    Components are lost too, unless *all_fields* and the new queue has one of that name.

    Source: https://yandex.ru/support/tracker/ru/api-ref/issues/move-issue
    """
    queue = tracker.queue(queue_key)
    if queue.key == issue.queue:
        raise Refusal(422, Name("Задача уже в этой очереди.", "The issue is in this queue already."))
    workflow = tracker.workflow_of(queue, issue.values["type"])
    if issue.status not in workflow.statuses() and not initial_status:
        reason = Name("Статуса нет в очереди назначения.", "The target queue does not have the status.")
        raise Refusal(422, errors={"status": reason})
    tracker.check_lock(user, issue)
    new: dict[str, object] = {key: None for key in issue.values if tracker.world.fields[key].queue is not None}
    if "components" in issue.values:
        new["components"] = (_namesakes(tracker, issue, queue) if all_fields else None) or None
    changes = [FieldChange("queue", issue.queue, queue.key), *tracker.write(issue, new)]
    queue.last_number += 1
    issue.aliases.append(issue.key)
    issue.previous_queue, issue.queue, issue.key = issue.queue, queue.key, f"{queue.key}-{queue.last_number}"
    tracker.world.keys[issue.key] = issue.id
    if initial_status and issue.status != workflow.initial:
        changes += _set_status(tracker, user, issue, workflow.initial)
        changes += tracker.write(issue, {"resolution": None})
    tracker.record(issue, user, "IssueMoved", changes)


def _namesakes(tracker: Tracker, issue: Issue, queue: Queue) -> list[str]:
    listed, known = issue.values["components"], tracker.world.components
    assert isinstance(listed, list)
    names = {known[number].name for number in listed}
    return [number for number, item in known.items() if item.queue == queue.key and item.name in names]


def place(tracker: Tracker, user: User, issue: Issue, status: str) -> None:
    """Put *issue* into *status* without a transition; for building a world only, no API does this."""
    changes = _set_status(tracker, user, issue, status)
    tracker.record(issue, user, "IssueWorkflow", changes)


def _set_status(tracker: Tracker, user: User, issue: Issue, status: str) -> list[FieldChange]:
    change = FieldChange("status", issue.status, status)
    issue.previous_status, issue.status, issue.status_since = issue.status, status, tracker.clock()
    final = _is_final(tracker, status)
    issue.resolved_at, issue.resolved_by = (issue.status_since, user.uid) if final else (None, None)
    return [change] if change.old != change.new else []


def _is_final(tracker: Tracker, status: str) -> bool:
    return tracker.world.statuses[status].kind in _FINAL


def _check_screen(
    tracker: Tracker, transition: Transition, values: Mapping[str, object], body: Mapping[str, object]
) -> None:
    """Raise Refusal if a field that the screen insists on is empty.

    The text is as third-party clients recorded it; the field stands in the message and not in `errors`.
    """
    missing = [f for f in transition.required if not (body.get(f) if f == "comment" else values.get(f))]
    if not missing:
        return
    fields, switches = tracker.world.fields, tracker.world.switches
    names = [fields[key].name if key in fields else Name("Комментарий", "Comment") for key in missing]
    message = Name(
        f"Вы должны указать значения для полей {', '.join(name.ru for name in names)}.",
        f"You must set values for the fields {', '.join(missing)}.",
    )
    errors = dict.fromkeys(missing, message) if switches.missing_screen_field_in_errors else None
    raise Refusal(switches.missing_screen_field, message, errors=errors)


def _check_resolution(tracker: Tracker, queue: Queue, values: Mapping[str, object]) -> None:
    """Raise Refusal for a resolution that the queue does not allow for the issue's type."""
    resolution = values.get("resolution")
    if resolution and resolution not in tracker.type_config(queue, values["type"]).resolutions:
        reason = Name("Резолюция недоступна в очереди.", "The resolution is not available in the queue.")
        raise Refusal(422, errors={"resolution": reason})
