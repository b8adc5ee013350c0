"""The sandbox's values as the JSON that Tracker answers: `self` links, references, names in the caller's language.

In references `id` is a string, in dictionaries and queues a number; what is not set is absent. Shapes: the pages of
https://yandex.ru/support/tracker/ru/api-ref/ that each method names.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from .model import Change, Comment, Field, Issue, Lang, Queue, Term, Transition, TypeConfig, User, Workflow, World

Json = dict[str, object]

_TERMS = {"status": "statuses", "resolution": "resolutions", "priority": "priorities", "issuetype": "issuetypes"}
_EXPANDABLE = {"issueTypes", "workflows", "issueTypesConfig"}


def moment(at: datetime) -> str:
    """Return a time as Tracker writes it: milliseconds, UTC, no colon in the offset."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03}+0000"


class View:
    """One caller's view of a world: *base* is the URL its `self` links start with, host and version."""

    def __init__(self, world: World, base: str, lang: Lang) -> None:
        self.world = world
        self.base = base
        self.lang = lang

    # References

    def ref(self, path: str, ref_id: object, display: str, **more: object) -> Json:
        """Return a reference to the object at *path*."""
        return {"self": f"{self.base}/{path}", "id": str(ref_id), **more, "display": display}

    def user_ref(self, uid: str) -> Json:
        """Return a reference to a person; it has no login."""
        return self.ref(f"users/{uid}", uid, self.world.users[uid].display, passportUid=int(uid))

    def term_ref(self, kind: str, key: str) -> Json:
        """Return a reference to a term; *kind* is the field type: status, resolution, priority, issuetype."""
        term = self.terms(kind)[key]
        return self.ref(f"{_TERMS[kind]}/{term.id}", term.id, term.name.said(self.lang), key=key)

    def queue_ref(self, key: str) -> Json:
        """Return a reference to a queue."""
        queue = self.world.queues[key]
        return self.ref(f"queues/{key}", queue.id, queue.name.said(self.lang), key=key)

    def issue_ref(self, issue: Issue) -> Json:
        """Return a reference to an issue."""
        return self.ref(f"issues/{issue.key}", issue.id, str(issue.values["summary"]), key=issue.key)

    def terms(self, kind: str) -> Mapping[str, Term]:
        """Return the dictionary whose entries a field of type *kind* holds."""
        world = self.world
        return {
            "status": world.statuses,
            "resolution": world.resolutions,
            "priority": world.priorities,
            "issuetype": world.issue_types,
        }[kind]

    # Issues

    def issue(self, issue: Issue) -> Json:
        """Return an issue (api-ref/issues/get-issue)."""
        shown: Json = {"self": f"{self.base}/issues/{issue.key}", "id": issue.id, "key": issue.key}
        shown |= {"version": issue.version, "aliases": list(issue.aliases), "queue": self.queue_ref(issue.queue)}
        shown |= {key: self.value(self.world.fields[key], value) for key, value in issue.values.items()}
        shown |= {
            "status": self.term_ref("status", issue.status),
            "previousStatus": issue.previous_status and self.term_ref("status", issue.previous_status),
            "previousQueue": issue.previous_queue and self.queue_ref(issue.previous_queue),
            "statusStartTime": moment(issue.status_since),
            "resolvedAt": issue.resolved_at and moment(issue.resolved_at),
            "createdBy": self.user_ref(issue.created_by),
            "updatedBy": self.user_ref(issue.updated_by),
            "createdAt": moment(issue.created_at),
            "updatedAt": moment(issue.updated_at),
            "lastCommentUpdatedAt": issue.comments and moment(issue.comments[-1].updated_at),
        }
        return {key: value for key, value in shown.items() if value not in (None, [])} | {"votes": 0, "favorite": False}

    def value(self, field: Field, value: object) -> object:
        """Return a field's stored value as the API shows it."""
        if field.type == "array" and isinstance(value, list):
            return [self._scalar(field.items, item) for item in value]
        return self._scalar(field.type, value)

    def _scalar(self, kind: str, value: object) -> object:
        if value is None:
            return None
        if kind in _TERMS:
            return self.term_ref(kind, str(value))
        if kind == "user":
            return self.user_ref(str(value))
        if kind == "queue":
            return self.queue_ref(str(value))
        if kind == "issue":
            return self.issue_ref(self.world.issues[str(value)])
        return moment(datetime.fromisoformat(value)) if kind == "datetime" and isinstance(value, str) else value

    def transition(self, issue: Issue, transition: Transition) -> Json:
        """Return an offered transition (api-ref/issues/get-transitions); `screen` only where it has a form."""
        shown: Json = {
            "id": transition.id,
            "self": f"{self.base}/issues/{issue.key}/transitions/{transition.id}",
            "display": transition.name.said(self.lang),
            "to": self.term_ref("status", transition.target),
        }
        if transition.required:
            screen = f"50c85b17e4b04b38{sum(map(ord, transition.target)):08x}"
            shown["screen"] = self.ref(f"screens/{screen}", screen, transition.name.said(self.lang))
        return shown

    def comment(self, issue: Issue, comment: Comment) -> Json:
        """Return a comment (api-ref/issues/get-comments)."""
        return {
            "self": f"{self.base}/issues/{issue.key}/comments/{comment.id}",
            "id": comment.id,
            "longId": comment.long_id,
            "text": comment.text,
            "createdBy": self.user_ref(comment.author),
            "updatedBy": self.user_ref(comment.author),
            "createdAt": moment(comment.created_at),
            "updatedAt": moment(comment.updated_at),
            "version": comment.version,
            "type": "standard",
            "transport": "internal",
        }

    def change(self, issue: Issue, change: Change) -> Json:
        """Return an entry of the changelog, in short."""
        fields = [
            {
                "field": self.ref(
                    f"fields/{item.field}", item.field, self.world.fields[item.field].name.said(self.lang)
                ),
                "from": self.value(self.world.fields[item.field], item.old),
                "to": self.value(self.world.fields[item.field], item.new),
            }
            for item in change.fields
        ]
        shown: Json = {
            "id": change.id,
            "self": f"{self.base}/issues/{issue.key}/changelog/{change.id}",
            "issue": self.issue_ref(issue),
            "updatedAt": moment(change.at),
            "updatedBy": self.user_ref(change.by),
            "type": change.kind,
            "transport": "front",
            "fields": fields,
        }
        if change.comments:
            texts = {comment.id: comment for comment in issue.comments}
            added = [texts[number] for number in change.comments if number in texts]
            path = f"issues/{issue.key}/comments"
            shown["comments"] = {"added": [self.ref(f"{path}/{item.id}", item.id, item.text) for item in added]}
        return shown

    # Everything else

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
        shown: Json = {"self": f"{self.base}/{_TERMS[kind]}/{term.id}", "id": term.id, "key": term.key}
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
        wanted = _EXPANDABLE if "all" in expand else expand
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
