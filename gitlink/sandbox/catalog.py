"""The API's paths for people, dictionaries and workflows."""

from __future__ import annotations

from .call import Call, Handler, Reply, by_page
from .model import Name, Refusal, Workflow


def myself(call: Call) -> Reply:
    """GET /myself."""
    return Reply(call.view.person(call.user))


def users(call: Call) -> Reply:
    """GET /users."""
    page, headers = by_page(call, list(call.tracker.world.users.values()))
    return Reply([call.view.person(user) for user in page], headers=headers)


def user(call: Call) -> Reply:
    """GET /users/{user}."""
    return Reply(call.view.person(call.tracker.user(call.args["user"])))


def _terms(kind: str) -> Handler:
    def terms(call: Call) -> Reply:
        return Reply([call.view.term(kind, term) for term in call.view.terms(kind).values()])

    return terms


def _term(kind: str) -> Handler:
    def term(call: Call) -> Reply:
        for item in call.view.terms(kind).values():
            if call.args["id"] in (item.key, str(item.id)):
                return Reply(call.view.term(kind, item))
        raise Refusal(404, Name("Объект не существует.", "The object does not exist."))

    return term


def workflows(call: Call) -> Reply:
    """GET /workflows."""
    return Reply([call.view.workflow(workflow) for workflow in call.tracker.world.workflows.values()])


def workflow(call: Call) -> Reply:
    """GET /workflows/{id}."""
    found: Workflow | None = call.tracker.world.workflows.get(call.args["id"])
    if found is None:
        raise Refusal(404, Name("Воркфлоу не существует.", "Workflow does not exist."))
    return Reply(call.view.workflow(found))


_DICTIONARIES = {
    "statuses": "status",
    "resolutions": "resolution",
    "priorities": "priority",
    "issuetypes": "issuetype",
}

ROUTES: list[tuple[str, str, Handler]] = [
    ("GET", "/myself", myself),
    ("GET", "/users", users),
    ("GET", "/users/{user}", user),
    *(("GET", f"/{path}", _terms(kind)) for path, kind in _DICTIONARIES.items()),
    *(("GET", f"/{path}/{{id}}", _term(kind)) for path, kind in _DICTIONARIES.items()),
    ("GET", "/workflows", workflows),
    ("GET", "/workflows/{id}", workflow),
]
