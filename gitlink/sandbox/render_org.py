"""The organization's things as JSON: people, dictionaries, fields, queues, workflows."""

from __future__ import annotations

from .model import Application, Category, Component, Field, Queue, Term, TypeConfig, User, Workflow
from .refs import PATHS, Json, Refs

_EXPANDABLE = {"issueTypes", "workflows", "issueTypesConfig", "components", "team"}
_QUERIED = {
    "string": "StringOptionalQueryProvider",
    "text": "StringOptionalQueryProvider",
    "uri": "StringOptionalQueryProvider",
    "integer": "LongOptionalQueryProvider",
    "float": "FloatOptionalQueryProvider",
    "date": "DateOptionalQueryProvider",
    "datetime": "DateOptionalQueryProvider",
    "user": "PersonOptionalQueryProvider",
}


class OrgView(Refs):
    """Shapes of what issues are made of."""

    def person(self, user: User) -> Json:
        """Return a person (api-ref/users/get-user-info)."""
        return {
            "self": f"{self.base}/users/{user.uid}",
            "uid": int(user.uid),
            "login": user.login,
            "trackerUid": int(user.uid),
            "passportUid": int(user.uid),
            "firstName": user.first_name,
            "lastName": user.last_name,
            "display": user.display,
            "email": f"{user.login}@example.com",
            "external": False,
            "hasLicense": user.licensed,
            "dismissed": False,
            "useNewFilters": True,
            "disableNotifications": False,
        }

    def term(self, kind: str, term: Term) -> Json:
        """Return an entry of a dictionary (api-ref/admin/get-statuses, get-resolutions)."""
        name = term.name.said(self.lang)
        shown: Json = {"self": f"{self.base}/{PATHS[kind]}/{term.id}", "id": term.id, "key": term.key}
        shown |= {"version": term.version, "name": name, "description": name, "order": term.order}
        return shown | ({"type": term.kind} if term.kind else {})

    def field(self, field: Field) -> Json:
        """Return a field (api-ref/issues/get-global-fields, api-ref/queues/get-local-fields)."""
        path = f"queues/{field.queue}/localFields/{field.key}" if field.queue else f"fields/{field.id}"
        category = self.world.categories[field.category]
        schema: Json = {"type": field.type, "required": field.required}
        shown: Json = {
            "self": f"{self.base}/{path}",
            "id": field.id,
            "key": field.key,
            "name": field.name.said(self.lang),
            "description": field.description,
            "version": field.version,
            "schema": schema | ({"items": field.items} if field.items else {}),
            "readonly": field.readonly,
            "hidden": field.hidden,
            "visible": field.visible,
            "options": bool(field.options),
            "suggest": False,
            "order": field.order,
            "category": self.ref(f"fields/categories/{category.id}", category.id, category.name.said(self.lang)),
            "type": "local" if field.queue else "standard",
        }
        provider = _QUERIED.get(field.items or field.type)
        if provider:
            shown["queryProvider"] = {"type": provider}
        if field.options:
            shown["optionsProvider"] = {"type": "FixedListOptionsProvider", "values": list(field.options)}
        return shown | ({"queue": self.queue_ref(field.queue)} if field.queue else {})

    def queue(self, queue: Queue, expand: set[str]) -> Json:
        """Return a queue (api-ref/queues/get-queue) with the sections *expand* asks for; empty ones are left out."""
        shown: Json = {
            "self": f"{self.base}/queues/{queue.key}",
            "id": queue.id,
            "key": queue.key,
            "version": queue.version,
            "name": queue.name.said(self.lang),
            "lead": self.user_ref(queue.lead),
            "assignAuto": False,
            "allowExternals": False,
            "denyVoting": False,
            "defaultType": self.term_ref("issuetype", queue.default_type),
            "defaultPriority": self.term_ref("priority", queue.default_priority),
        }
        if queue.description:
            shown["description"] = queue.description
        wanted = _EXPANDABLE if "all" in expand else expand
        parts = [item for item in self.world.components.values() if item.queue == queue.key]
        if "components" in wanted and parts:
            shown["components"] = [self.component_ref(str(item.id)) for item in parts]
        if "team" in wanted:
            shown["teamUsers"] = [self.user_ref(queue.lead)]
        if "issueTypes" in wanted or "types" in wanted:
            shown["issueTypes"] = [self.term_ref("issuetype", config.issue_type) for config in queue.types]
        if "workflows" in wanted:
            shown["workflows"] = self.workflows_of(queue)
        if "issueTypesConfig" in wanted:
            shown["issueTypesConfig"] = [self._type_config(config) for config in queue.types]
        return shown

    def workflows_of(self, queue: Queue) -> Json:
        """Return the ids of *queue*'s workflows with the issue types that have them."""
        shown: dict[str, list[Json]] = {}
        for config in queue.types:
            shown.setdefault(config.workflow, []).append(self.term_ref("issuetype", config.issue_type))
        return dict(shown)

    def _type_config(self, config: TypeConfig) -> Json:
        return {
            "issueType": self.term_ref("issuetype", config.issue_type),
            "workflow": self.ref(f"workflows/{config.workflow}", config.workflow, config.workflow),
            "resolutions": [self.term_ref("resolution", key) for key in config.resolutions],
        }

    def workflow(self, workflow: Workflow) -> Json:
        """Return a workflow: its steps are statuses with the moves that lead out of them."""
        steps = [
            {
                "status": self.term_ref("status", status),
                "actions": [
                    {"id": move.id, "name": move.name.said(self.lang), "target": self.term_ref("status", move.target)}
                    for move in workflow.transitions
                    if move.source == status
                ],
            }
            for status in workflow.statuses()
        ]
        initial = self.term_ref("status", workflow.initial)
        return {
            "self": f"{self.base}/workflows/{workflow.id}",
            "id": workflow.id,
            "name": workflow.name,
            "version": workflow.version,
            "steps": steps,
            "initialAction": {"id": "create", "name": "Create", "target": initial},
        }

    def category(self, category: Category) -> Json:
        """Return a category of fields."""
        path = f"{self.base}/fields/categories/{category.id}"
        return {"self": path, "id": category.id, "version": category.version, "name": category.name.said(self.lang)}

    def application(self, application: Application) -> Json:
        """Return an application (api-ref/issues/get-applications)."""
        path = f"{self.base}/applications/{application.id}"
        return {"self": path, "id": application.id, "type": application.id, "name": application.name}

    def component(self, component: Component) -> Json:
        """Return a component of a queue."""
        shown: Json = {
            "self": f"{self.base}/components/{component.id}",
            "id": component.id,
            "version": component.version,
            "name": component.name,
            "queue": self.queue_ref(component.queue),
            "description": component.description or None,
            "lead": component.lead and self.user_ref(component.lead),
            "assignAuto": component.assign_auto,
            "archived": component.archived,
        }
        return {key: value for key, value in shown.items() if value is not None}
