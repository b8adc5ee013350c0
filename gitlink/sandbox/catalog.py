"""The API's paths for what issues are made of: people, dictionaries, queues, workflows, fields."""

from __future__ import annotations

from .call import Call, Handler, Reply, by_page
from .custom import create_field
from .model import Field, Name, Refusal, Workflow


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


def queues(call: Call) -> Reply:
    """GET /queues."""
    page, headers = by_page(call, list(call.tracker.world.queues.values()))
    return Reply([call.view.queue(queue, call.words("expand")) for queue in page], headers=headers)


def queue(call: Call) -> Reply:
    """GET /queues/{queue}."""
    return Reply(call.view.queue(call.tracker.queue(call.args["queue"]), call.words("expand")))


def queue_workflows(call: Call) -> Reply:
    """GET /queues/{queue}/workflows."""
    return Reply(call.view.workflows_of(call.tracker.queue(call.args["queue"])))


def queue_fields(call: Call) -> Reply:
    """GET /queues/{queue}/fields: the required ones, and the sandbox requires none."""
    call.tracker.queue(call.args["queue"])
    return Reply([])


def workflows(call: Call) -> Reply:
    """GET /workflows."""
    return Reply([call.view.workflow(workflow) for workflow in call.tracker.world.workflows.values()])


def workflow(call: Call) -> Reply:
    """GET /workflows/{id}."""
    found: Workflow | None = call.tracker.world.workflows.get(call.args["id"])
    if found is None:
        raise Refusal(404, Name("Воркфлоу не существует.", "Workflow does not exist."))
    return Reply(call.view.workflow(found))


def _fields(call: Call, queue_key: str | None) -> list[Field]:
    return [field for field in call.tracker.world.fields.values() if field.queue == queue_key]


def _one_field(call: Call, found: Field | None) -> Reply:
    if found is None:
        raise Refusal(404, Name("Поле не существует.", "Field does not exist."))
    return Reply(call.view.field(found))


def fields(call: Call) -> Reply:
    """GET /fields."""
    return Reply([call.view.field(field) for field in _fields(call, None)])


def field(call: Call) -> Reply:
    """GET /fields/{id}."""
    return _one_field(call, next((item for item in _fields(call, None) if item.id == call.args["id"]), None))


def add_field(call: Call) -> Reply:
    """POST /fields: 201."""
    return Reply(call.view.field(create_field(call.tracker, call.user, call.fields())), 201)


def categories(call: Call) -> Reply:
    """GET /fields/categories."""
    view = call.view
    return Reply(
        [
            {
                "self": f"{view.base}/fields/categories/{category.id}",
                "id": category.id,
                "version": category.version,
                "name": category.name.said(view.lang),
            }
            for category in call.tracker.world.categories.values()
        ]
    )


def local_fields(call: Call) -> Reply:
    """GET /queues/{queue}/localFields."""
    owner = call.tracker.queue(call.args["queue"])
    return Reply([call.view.field(field) for field in _fields(call, owner.key)])


def local_field(call: Call) -> Reply:
    """GET /queues/{queue}/localFields/{key}."""
    owner, key = call.tracker.queue(call.args["queue"]), call.args["key"]
    return _one_field(call, next((item for item in _fields(call, owner.key) if key in (item.key, item.id)), None))


def add_local_field(call: Call) -> Reply:
    """POST /queues/{queue}/localFields: 200, not 201, by the documentation."""
    owner = call.tracker.queue(call.args["queue"])
    return Reply(call.view.field(create_field(call.tracker, call.user, call.fields(), owner)))


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
    ("GET", "/queues", queues),
    ("GET", "/queues/{queue}", queue),
    ("GET", "/queues/{queue}/workflows", queue_workflows),
    ("GET", "/queues/{queue}/fields", queue_fields),
    ("GET", "/queues/{queue}/localFields", local_fields),
    ("POST", "/queues/{queue}/localFields", add_local_field),
    ("GET", "/queues/{queue}/localFields/{key}", local_field),
    ("GET", "/workflows", workflows),
    ("GET", "/workflows/{id}", workflow),
    ("GET", "/fields", fields),
    ("POST", "/fields", add_field),
    ("GET", "/fields/categories", categories),
    ("GET", "/fields/{id}", field),
]
