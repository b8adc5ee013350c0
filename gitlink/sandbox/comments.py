"""Comments: what can be done with them, and their paths in the API.

Sources: https://yandex.ru/support/tracker/ru/api-ref/issues/add-comment and .../get-comments
"""

from __future__ import annotations

from .attachments import adopt
from .call import Call, Handler, Reply, by_cursor
from .model import Name, Refusal, User
from .records import Comment, Issue
from .state import Tracker

_KEYS = {"text", "markupType", "summonees", "maillistSummonees", "attachmentIds"}


def put(tracker: Tracker, user: User, issue: Issue, text: object) -> Comment:
    """Append a comment without recording it; the caller records."""
    words, now, long_id = _text(text), tracker.clock(), tracker.new_id()
    comment = Comment(tracker.world.last_id, long_id, words, user.uid, now, now, robot=user.robot)
    issue.comments.append(comment)
    return comment


def add(tracker: Tracker, user: User, issue: Issue, text: object) -> Comment:
    """Add a comment to *issue*."""
    tracker.check_lock(user, issue)
    comment = put(tracker, user, issue, text)
    tracker.record(issue, user, "IssueCommentAdded", [], [comment.id])
    return comment


def _text(text: object) -> str:
    if not isinstance(text, str) or not text.strip():
        raise Refusal(422, errors={"text": Name("Поле обязательно.", "The field is required.")})
    return text


def listed(call: Call) -> Reply:
    """GET /issues/{key}/comments."""
    issue, expand = call.issue(), call.words("expand")
    page, headers = by_cursor(call, issue.comments, lambda item: item.id)
    return Reply([call.view.comment(issue, item, expand) for item in page], headers=headers)


def create(call: Call) -> Reply:
    """POST /issues/{key}/comments: 201; the author becomes a follower unless `isAddToFollowers=false`."""
    issue, body = call.issue(), call.known_fields(_KEYS)
    called = [call.tracker.person(item, "summonees").uid for item in _as_list(body.get("summonees"))]
    _text(body.get("text"))
    files = adopt(call, issue, body.get("attachmentIds"))
    added = add(call.tracker, call.user, issue, body.get("text"))
    added.summonees, added.attachments = called, files
    if call.query.get("isAddToFollowers") != "false":
        _follow(issue, call.user)
    return Reply(call.view.comment(issue, added), 201)


def _follow(issue: Issue, user: User) -> None:
    followers = issue.values.setdefault("followers", [])
    if isinstance(followers, list) and user.uid not in followers:
        followers.append(user.uid)


def _as_list(value: object) -> list[object]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _comment(call: Call) -> tuple[Issue, Comment]:
    issue = call.issue()
    for comment in issue.comments:
        if call.args["id"] in (str(comment.id), comment.long_id):
            return issue, comment
    raise Refusal(404, Name("Комментарий не существует.", "Comment does not exist."))


def show(call: Call) -> Reply:
    """GET /issues/{key}/comments/{id}; the id is the number or the long id."""
    return Reply(call.view.comment(*_comment(call), call.words("expand")))


def edit(call: Call) -> Reply:
    """PATCH /issues/{key}/comments/{id}: replaces the text."""
    issue, comment = _comment(call)
    call.check_version(comment.version)
    new = _text(call.known_fields(_KEYS).get("text"))
    if new != comment.text:
        comment.text, comment.updated_at, comment.updated_by = new, call.tracker.clock(), call.user.uid
        comment.version += 1
        call.tracker.record(issue, call.user, "IssueCommentUpdated", [], [comment.id])
    return Reply(call.view.comment(issue, comment))


def remove(call: Call) -> Reply:
    """DELETE /issues/{key}/comments/{id}: 204, no body."""
    issue, comment = _comment(call)
    issue.comments.remove(comment)
    call.tracker.record(issue, call.user, "IssueCommentRemoved")
    return Reply(None, 204)


ROUTES: list[tuple[str, str, Handler]] = [
    ("GET", "/issues/{key}/comments", listed),
    ("POST", "/issues/{key}/comments", create),
    ("GET", "/issues/{key}/comments/{id}", show),
    ("PATCH", "/issues/{key}/comments/{id}", edit),
    ("DELETE", "/issues/{key}/comments/{id}", remove),
]
