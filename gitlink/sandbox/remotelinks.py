"""Links to objects of other applications: only applications that the organization knows, a key and never an address.

Sources: https://yandex.ru/support/tracker/ru/api-ref/issues/add-external-link , .../get-external-links ,
.../get-applications
"""

from __future__ import annotations

from .call import Call, Handler, Reply
from .model import Name, Refusal
from .records import Issue, RemoteLink

_KEYS = {"relationship", "key", "origin"}


def applications(call: Call) -> Reply:
    """GET /applications."""
    return Reply([call.view.application(item) for item in call.tracker.world.applications.values()])


def listed(call: Call) -> Reply:
    """GET /issues/{key}/remotelinks."""
    issue = call.issue()
    return Reply([call.view.remote_link(issue, link) for link in issue.remote_links])


def create(call: Call) -> Reply:
    """POST /issues/{key}/remotelinks: 201; `relates` in either case is the one relationship the documents show."""
    issue, world = call.issue(), call.tracker.world
    body = call.known_fields(_KEYS, needed=("relationship", "key", "origin"))
    if str(body["relationship"]).lower() != "relates":
        raise Refusal(400, Name("Неизвестный тип связи.", "Unknown relationship."))
    if not isinstance(body["key"], str):
        raise Refusal(422, errors={"key": Name("Неверный формат данных.", "Incorrect data format.")})
    application = world.applications.get(str(body["origin"]))
    if application is None:
        text = Name("Приложение не существует.", "The application does not exist.")
        raise Refusal(world.switches.unknown_origin, errors={"origin": text})
    if application.refuses:  # third parties report 403 for Wiki and 500 for Messenger
        raise Refusal(application.refuses, Name("Связь невозможна.", "This application takes no links."))
    link = RemoteLink(call.tracker.new_number(), application.id, body["key"], call.user.uid, call.tracker.clock())
    issue.remote_links.append(link)
    call.tracker.record(issue, call.user, "IssueLinked")
    return Reply(call.view.remote_link(issue, link), 201)


def _link(call: Call) -> tuple[Issue, RemoteLink]:
    issue = call.issue()
    for link in issue.remote_links:
        if call.args["id"] == str(link.id):
            return issue, link
    raise Refusal(404, Name("Связь не существует.", "Link does not exist."))


def remove(call: Call) -> Reply:
    """DELETE /issues/{key}/remotelinks/{id}: 204."""
    issue, link = _link(call)
    issue.remote_links.remove(link)
    call.tracker.record(issue, call.user, "IssueUnlinked")
    return Reply(None, 204)


ROUTES: list[tuple[str, str, Handler]] = [
    ("GET", "/applications", applications),
    ("GET", "/issues/{key}/remotelinks", listed),
    ("POST", "/issues/{key}/remotelinks", create),
    ("DELETE", "/issues/{key}/remotelinks/{id}", remove),
]
