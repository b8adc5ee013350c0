"""The API's paths for issues: each function is one documented request, read into a verb of Tracker."""

from __future__ import annotations

from collections.abc import Mapping

from . import links, moves
from .attachments import adopt
from .call import Call, Handler, Moved, Reply, by_cursor
from .model import Name, Refusal
from .records import Issue
from .refs import Json

_ALWAYS = {"self", "id", "key", "version"}


def show(call: Call) -> Reply:
    """GET /issues/{key}."""
    issue = call.issue()
    if call.tracker.world.switches.redirect_moved_issues and call.args["key"] in issue.aliases:
        raise Moved(f"{call.base}/issues/{issue.key}")
    return Reply(shown(call, issue))


def shown(call: Call, issue: Issue, *more: str) -> Json:
    """Return *issue* with what `expand` adds, cut to what `fields` names, *more* and the usual keys."""
    answer = call.view.issue(issue) | _expanded(call, issue)
    if wanted := call.words("fields"):
        return {key: value for key, value in answer.items() if key in wanted | _ALWAYS | set(more)}
    return answer


def _expanded(call: Call, issue: Issue) -> Json:
    expand, answer, view = call.words("expand"), Json(), call.view
    if "transitions" in expand:
        answer["transitions"] = _transitions(call, issue)
    if "comments" in expand:
        answer["comments"] = [view.comment(issue, item) for item in issue.comments]
    if "links" in expand:
        answer["links"] = [view.link(issue, item) for item in issue.links]
    if "attachments" in expand:
        answer["attachments"] = [view.attachment(issue, item) for item in issue.attachments]
    return answer


def create(call: Call) -> Reply:
    """POST /issues."""
    body = call.fields()
    wanted = _read_links(call, body)
    issue = call.tracker.create_issue(call.user, body)
    adopt(call, issue, body.get("attachmentIds"))
    for relationship, other in wanted:
        links.connect(call.tracker, call.user, issue, relationship, other)
    return Reply(call.view.issue(issue), 201, {"Location": f"{call.base}/issues/{issue.key}"})


def _read_links(call: Call, body: Mapping[str, object]) -> list[tuple[object, object]]:
    """Return the `links` of a request; raise Refusal before anything is created."""
    listed, read = body.get("links") or [], list[tuple[object, object]]()
    for item in listed if isinstance(listed, list) else [listed]:
        if not isinstance(item, dict):
            raise Refusal(422, errors={"links": Name("Неверный формат данных.", "Incorrect data format.")})
        links.check(item.get("relationship"))
        read.append((item.get("relationship"), call.tracker.named_issue(item.get("issue"), "links").key))
    return read


def edit(call: Call) -> Reply:
    """PATCH /issues/{key}."""
    issue = call.issue()
    call.check_version(issue.version)
    body = call.fields()
    call.tracker.edit_issue(call.user, issue, body)
    adopt(call, issue, body.get("attachmentIds"))
    return Reply(call.view.issue(issue))


def find_by_unique(call: Call) -> Reply:
    """POST /issues/_findByUnique, which only the official client knows of."""
    return Reply(call.view.issue(call.tracker.by_unique(call.query.get("unique", ""))))


def move(call: Call) -> Reply:
    """POST /issues/{key}/_move."""
    issue = call.issue()
    if not call.query.get("queue"):
        raise Refusal(400, Name("Не указана очередь.", "The parameter queue is missing."))
    initial, whole = (call.query.get(word) == "true" for word in ("initialStatus", "moveAllFields"))
    moves.move_to_queue(call.tracker, call.user, issue, call.query["queue"], initial_status=initial, all_fields=whole)
    return Reply(call.view.issue(issue))


def _transitions(call: Call, issue: Issue) -> list[Json]:
    return [call.view.transition(issue, transition) for transition in moves.offered(call.tracker, issue)]


def transitions(call: Call) -> Reply:
    """GET /issues/{key}/transitions."""
    return Reply(_transitions(call, call.issue()))


def transition(call: Call) -> Reply:
    """GET /issues/{key}/transitions/{id}."""
    issue = call.issue()
    return Reply(call.view.transition(issue, moves.pick(call.tracker, issue, call.args["id"])))


def execute(call: Call) -> Reply:
    """POST /issues/{key}/transitions/{id}/_execute: answers the transitions that are possible then."""
    issue = call.issue()
    call.check_version(issue.version)
    moves.execute(call.tracker, call.user, issue, call.args["id"], call.fields())
    return Reply(_transitions(call, issue))


def changelog(call: Call) -> Reply:
    """GET /issues/{key}/changelog; `field` and `type` narrow it."""
    issue, kind, field = call.issue(), call.query.get("type"), call.query.get("field")
    changes = [
        change
        for change in issue.changes
        if kind in (None, change.kind) and (field is None or any(item.field == field for item in change.fields))
    ]
    page, headers = by_cursor(call, changes, lambda change: change.id)
    return Reply([call.view.change(issue, change) for change in page], headers=headers)


ROUTES: list[tuple[str, str, Handler]] = [
    ("POST", "/issues", create),
    ("POST", "/issues/_findByUnique", find_by_unique),
    ("GET", "/issues/{key}", show),
    ("PATCH", "/issues/{key}", edit),
    ("POST", "/issues/{key}/_move", move),
    ("GET", "/issues/{key}/transitions", transitions),
    ("GET", "/issues/{key}/transitions/{id}", transition),
    ("POST", "/issues/{key}/transitions/{id}/_execute", execute),
    ("GET", "/issues/{key}/changelog", changelog),
]
