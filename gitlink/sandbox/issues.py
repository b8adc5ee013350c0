"""The API's paths under /issues: from a call to a verb of the Tracker, and the answer's shape."""

from __future__ import annotations

from . import moves
from .call import Call, Handler, Reply, by_cursor
from .model import Comment, Issue, Name, Refusal
from .render import Json

_ALWAYS = {"self", "id", "key", "version"}


class Moved(Exception):
    """The issue was asked for by a key of before a move, and the sandbox is switched to redirect."""

    def __init__(self, location: str) -> None:
        super().__init__(location)
        self.location = location


def _issue(call: Call) -> Issue:
    return call.tracker.issue(call.args["key"])


def show(call: Call) -> Reply:
    """GET /issues/{key}."""
    issue = _issue(call)
    if call.tracker.world.switches.redirect_moved_issues and call.args["key"] in issue.aliases:
        raise Moved(f"{call.base}/issues/{issue.key}")
    shown = call.view.issue(issue) | _expanded(call, issue)
    if wanted := call.words("fields"):
        shown = {key: value for key, value in shown.items() if key in wanted | _ALWAYS}
    return Reply(shown)


def _expanded(call: Call, issue: Issue) -> Json:
    expand, shown = call.words("expand"), Json()
    if "transitions" in expand:
        shown["transitions"] = _transitions(call, issue)
    if "comments" in expand:
        shown["comments"] = [call.view.comment(issue, item) for item in issue.comments]
    return shown


def create(call: Call) -> Reply:
    """POST /issues."""
    issue = call.tracker.create_issue(call.user, call.fields())
    return Reply(call.view.issue(issue), 201, {"Location": f"{call.base}/issues/{issue.key}"})


def edit(call: Call) -> Reply:
    """PATCH /issues/{key}."""
    issue = _issue(call)
    call.check_version(issue.version)
    call.tracker.edit_issue(call.user, issue, call.fields())
    return Reply(call.view.issue(issue))


def find_by_unique(call: Call) -> Reply:
    """POST /issues/_findByUnique, which only the official client knows of."""
    return Reply(call.view.issue(call.tracker.by_unique(call.query.get("unique", ""))))


def move(call: Call) -> Reply:
    """POST /issues/{key}/_move."""
    issue = _issue(call)
    if not call.query.get("queue"):
        raise Refusal(400, Name("Не указана очередь.", "The parameter queue is missing."))
    initial = call.query.get("initialStatus") == "true"
    moves.move_to_queue(call.tracker, call.user, issue, call.query["queue"], initial_status=initial)
    return Reply(call.view.issue(issue))


def _transitions(call: Call, issue: Issue) -> list[Json]:
    return [call.view.transition(issue, transition) for transition in moves.offered(call.tracker, issue)]


def transitions(call: Call) -> Reply:
    """GET /issues/{key}/transitions."""
    return Reply(_transitions(call, _issue(call)))


def transition(call: Call) -> Reply:
    """GET /issues/{key}/transitions/{id}."""
    issue = _issue(call)
    return Reply(call.view.transition(issue, moves.pick(call.tracker, issue, call.args["id"])))


def execute(call: Call) -> Reply:
    """POST /issues/{key}/transitions/{id}/_execute: answers the transitions that are possible then."""
    issue = _issue(call)
    moves.execute(call.tracker, call.user, issue, call.args["id"], call.fields())
    return Reply(_transitions(call, issue))


def comments(call: Call) -> Reply:
    """GET /issues/{key}/comments."""
    issue = _issue(call)
    page, headers = by_cursor(call, issue.comments, lambda item: item.id)
    return Reply([call.view.comment(issue, item) for item in page], headers=headers)


def add_comment(call: Call) -> Reply:
    """POST /issues/{key}/comments."""
    issue = _issue(call)
    added = call.tracker.add_comment(call.user, issue, call.fields().get("text"))
    return Reply(call.view.comment(issue, added), 201)


def _comment(call: Call) -> tuple[Issue, Comment]:
    issue = _issue(call)
    for comment in issue.comments:
        if call.args["id"] in (str(comment.id), comment.long_id):
            return issue, comment
    raise Refusal(404, Name("Комментарий не существует.", "Comment does not exist."))


def comment(call: Call) -> Reply:
    """GET /issues/{key}/comments/{id}; the id is the number or the long id."""
    return Reply(call.view.comment(*_comment(call)))


def edit_comment(call: Call) -> Reply:
    """PATCH /issues/{key}/comments/{id}."""
    issue, found = _comment(call)
    call.check_version(found.version)
    call.tracker.edit_comment(call.user, issue, found, call.fields().get("text"))
    return Reply(call.view.comment(issue, found))


def remove_comment(call: Call) -> Reply:
    """DELETE /issues/{key}/comments/{id}: 204, no body."""
    call.tracker.remove_comment(call.user, *_comment(call))
    return Reply(None, 204)


def changelog(call: Call) -> Reply:
    """GET /issues/{key}/changelog."""
    issue = _issue(call)
    page, headers = by_cursor(call, issue.changes, lambda change: change.id)
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
    ("GET", "/issues/{key}/comments", comments),
    ("POST", "/issues/{key}/comments", add_comment),
    ("GET", "/issues/{key}/comments/{id}", comment),
    ("PATCH", "/issues/{key}/comments/{id}", edit_comment),
    ("DELETE", "/issues/{key}/comments/{id}", remove_comment),
    ("GET", "/issues/{key}/changelog", changelog),
]
