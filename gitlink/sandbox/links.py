"""Links between issues: one link, seen from both ends.

Source: https://yandex.ru/support/tracker/ru/api-ref/issues/link-issue
"""

from __future__ import annotations

from .call import Call, Handler, Reply
from .linktypes import PHRASES, TYPES, phrase
from .model import Name, Refusal, User
from .records import Issue, Link, LinkChange
from .state import Tracker

_OPPOSITE = {"inward": "outward", "outward": "inward"}


def listed(call: Call) -> Reply:
    """GET /issues/{key}/links."""
    issue = call.issue()
    return Reply([call.view.link(issue, link) for link in issue.links])


def create(call: Call) -> Reply:
    """POST /issues/{key}/links: 201; the id of a link type is refused as a relationship."""
    issue, body = call.issue(), call.known_fields({"relationship", "issue"}, needed=("relationship", "issue"))
    link = connect(call.tracker, call.user, issue, body["relationship"], body["issue"])
    return Reply(call.view.link(issue, link), 201)


def connect(tracker: Tracker, user: User, issue: Issue, relationship: object, wanted: object) -> Link:
    """Link *issue* to the issue *wanted*; a link that is there already is kept."""
    kind, direction = check(relationship)
    other = tracker.named_issue(wanted, "issue")
    if other is issue:
        raise Refusal(422, errors={"issue": Name("Задача не связывается с собой.", "An issue has no link to itself.")})
    for link in issue.links:
        if (link.type, link.other) == (kind, other.id) and (link.direction == direction or kind == "relates"):
            return link
    tracker.check_lock(user, issue)
    number, now = tracker.new_number(), tracker.clock()
    link = Link(number, kind, direction, other.id, user.uid, now)
    back = Link(number, kind, _OPPOSITE[direction], issue.id, user.uid, now)
    issue.links.append(link)
    other.links.append(back)
    tracker.record(issue, user, "IssueLinked", links=[LinkChange(phrase(link), other.id)])
    tracker.record(other, user, "IssueLinked", links=[LinkChange(phrase(back), issue.id)])
    return link


def check(relationship: object) -> tuple[str, str]:
    """Return the type and the direction that a phrase means; raise Refusal 400 for any other word."""
    found = PHRASES.get(str(relationship).lower()) if isinstance(relationship, str) else None
    if found is None:
        raise Refusal(400, Name("Неизвестный тип связи.", "Unknown relationship."))
    return found


def show(call: Call) -> Reply:
    """GET /issues/{key}/links/{id}."""
    issue = call.issue()
    return Reply(call.view.link(issue, _link(call, issue)))


def remove(call: Call) -> Reply:
    """DELETE /issues/{key}/links/{id}: 204; the other end goes too."""
    issue, tracker = call.issue(), call.tracker
    link = _link(call, issue)
    other = tracker.world.issues[link.other]
    for end in (issue, other):
        gone = [item for item in end.links if item.id == link.id]
        end.links = [item for item in end.links if item.id != link.id]
        changes = [LinkChange(phrase(item), item.other, removed=True) for item in gone]
        tracker.record(end, call.user, "IssueUnlinked", links=changes)
    return Reply(None, 204)


def _link(call: Call, issue: Issue) -> Link:
    for link in issue.links:
        if call.args["id"] == str(link.id):
            return link
    raise Refusal(404, Name("Связь не существует.", "Link does not exist."))


def types(call: Call) -> Reply:
    """GET /linktypes."""
    return Reply([call.view.link_type(kind) for kind in TYPES])


ROUTES: list[tuple[str, str, Handler]] = [
    ("GET", "/linktypes", types),
    ("GET", "/issues/{key}/links", listed),
    ("POST", "/issues/{key}/links", create),
    ("GET", "/issues/{key}/links/{id}", show),
    ("DELETE", "/issues/{key}/links/{id}", remove),
]
