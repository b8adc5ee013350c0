"""One change of many issues, done after the answer and asked for by polling.

Sources: https://yandex.ru/support/tracker/ru/api-ref/bulkchange/bulk-transition ,
https://yandex.ru/support/tracker/en/api-ref/bulkchange/bulk-move-info
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from . import moves
from .access import refused
from .call import Call, Handler, Reply
from .model import Lang, Name, Refusal
from .query import read_query
from .records import Issue
from .refs import Json, moment
from .search import scene
from .world import BulkJob

Verb = Callable[[Issue], None]


def _values(call: Call) -> dict[str, object]:
    values = call.fields().get("values") or {}
    if not isinstance(values, dict):
        raise Refusal(422, errors={"values": Name("Неверный формат данных.", "Incorrect data format.")})
    return values


def update(call: Call) -> Reply:
    """POST /bulkchange/_update."""
    call.known_fields({"issues", "values"}, needed=("issues", "values"))
    values, tracker, user = _values(call), call.tracker, call.user
    return _start(call, lambda issue: tracker.edit_issue(user, issue, values))


def transition(call: Call) -> Reply:
    """POST /bulkchange/_transition."""
    body = call.known_fields({"issues", "values", "transition"}, needed=("issues", "transition"))
    values, tracker, user, wanted = _values(call), call.tracker, call.user, body["transition"]
    name = str(wanted.get("id")) if isinstance(wanted, dict) else str(wanted)
    return _start(call, lambda issue: moves.execute(tracker, user, issue, name, values))


def move(call: Call) -> Reply:
    """POST /bulkchange/_move."""
    keys = {"issues", "values", "queue", "moveAllFields", "initialStatus"}
    body = call.known_fields(keys, needed=("issues", "queue"))
    values, tracker, user = _values(call), call.tracker, call.user
    queue = body["queue"].get("key") if isinstance(body["queue"], dict) else body["queue"]
    tracker.queue(str(queue))

    def verb(issue: Issue) -> None:
        initial, whole = body.get("initialStatus") is True, body.get("moveAllFields") is True
        moves.move_to_queue(tracker, user, issue, str(queue), initial_status=initial, all_fields=whole)
        if values:
            tracker.edit_issue(user, issue, values)

    return _start(call, verb)


def _start(call: Call, verb: Verb) -> Reply:
    tracker = call.tracker
    issues = _wanted(call, call.fields())
    polls = tracker.world.switches.bulk_polls
    job = BulkJob(tracker.new_id(), call.user.uid, tracker.clock(), [issue.id for issue in issues], polls)
    tracker.world.jobs[job.id] = job
    tracker.later.append(lambda: _run(job, issues, verb, call.lang))
    return Reply(_shown(call, job, "CREATED"), 201)


def _wanted(call: Call, body: Mapping[str, object]) -> list[Issue]:
    """Return the issues of a request, a list of keys or a query; one unknown key refuses the whole of it."""
    listed, tracker = body["issues"], call.tracker
    if isinstance(listed, str):
        query = read_query(scene(call), listed)
        return [issue for issue in tracker.world.issues.values() if query.matches(issue)]
    if not isinstance(listed, list):
        raise Refusal(422, errors={"issues": Name("Неверный формат данных.", "Incorrect data format.")})
    for item in listed:
        key = item.get("key", item.get("id")) if isinstance(item, dict) else item
        if tracker.world.keys.get(str(key), str(key)) not in tracker.world.issues:
            text = Name(f"Задача {key} не существует.", f"Issue {key} does not exist.")
            raise Refusal(422, errors={"issues": text})
    return [tracker.named_issue(item, "issues") for item in listed]


def _run(job: BulkJob, issues: list[Issue], verb: Verb, lang: Lang) -> None:
    for issue in issues:
        try:
            verb(issue)
        except Refusal as refusal:
            envelope = refused(refusal, lang).body
            assert isinstance(envelope, dict)
            job.failures[issue.id] = envelope
    job.status = "FAILED" if job.failures else "COMPLETE"


def _shown(call: Call, job: BulkJob, status: str) -> Json:
    done = status != "CREATED"
    shown: Json = {
        "self": f"{call.base}/bulkchange/{job.id}",
        "id": job.id,
        "createdBy": call.view.user_ref(job.by),
        "createdAt": moment(job.created_at),
        "status": status,
        "statusText": {"CREATED": "Bulk change task created.", "COMPLETE": "Bulk change task completed."}.get(
            status, "Bulk change task failed."
        ),
        "executionChunkPercent": 100 if done else 0,
        "executionIssuePercent": 100 if done else 0,
    }
    if done:
        shown |= {"totalIssues": len(job.issues), "totalCompletedIssues": len(job.issues) - len(job.failures)}
    return shown


def _job(call: Call) -> BulkJob:
    try:
        return call.tracker.world.jobs[call.args["id"]]
    except KeyError:
        raise Refusal(404, Name("Операция не существует.", "Bulk change does not exist.")) from None


def show(call: Call) -> Reply:
    """GET /bulkchange/{id}: says CREATED as often as the switch `bulk_polls` tells."""
    job = _job(call)
    waiting = job.polls_left > 0
    job.polls_left -= waiting
    return Reply(_shown(call, job, "CREATED" if waiting else job.status))


def failures(call: Call) -> Reply:
    """GET /bulkchange/{id}/issues: the issues that were not changed, each with its reason."""
    job, known = _job(call), call.tracker.world.issues
    return Reply([{"issue": call.view.issue_ref(known[item]), "error": why} for item, why in job.failures.items()])


ROUTES: list[tuple[str, str, Handler]] = [
    ("POST", "/bulkchange/_update", update),
    ("POST", "/bulkchange/_transition", transition),
    ("POST", "/bulkchange/_move", move),
    ("GET", "/bulkchange/{id}", show),
    ("GET", "/bulkchange/{id}/issues", failures),
]
