"""Issues and what hangs on them as JSON; `View` is everything a caller can be shown."""

from __future__ import annotations

from datetime import datetime
from html import escape
from urllib.parse import quote

from . import durations
from .linktypes import TYPES
from .model import Transition
from .records import Attachment, Change, Comment, FieldChange, Issue, Link, RemoteLink, TriggerRun, Worklog
from .refs import Json, moment
from .render_org import OrgView


class View(OrgView):
    """One caller's view of a world."""

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
            "resolvedBy": issue.resolved_by and self.user_ref(issue.resolved_by),
            "spent": durations.iso(sum(item.seconds for item in issue.worklogs)) if issue.worklogs else None,
            "createdBy": self.user_ref(issue.created_by),
            "updatedBy": self.user_ref(issue.updated_by),
            "createdAt": moment(issue.created_at),
            "updatedAt": moment(issue.updated_at),
            "lastCommentUpdatedAt": issue.comments and moment(issue.comments[-1].updated_at),
        }
        return {key: value for key, value in shown.items() if value not in (None, [])} | {"votes": 0, "favorite": False}

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

    def comment(self, issue: Issue, comment: Comment, expand: set[str] | None = None) -> Json:
        """Return a comment (api-ref/issues/get-comments); `expand`: html, attachments, all."""
        expand = expand or set()
        shown: Json = {
            "self": f"{self.base}/issues/{issue.key}/comments/{comment.id}",
            "id": comment.id,
            "longId": comment.long_id,
            "text": comment.text,
            "createdBy": self.user_ref(comment.author),
            "updatedBy": self.user_ref(comment.updated_by or comment.author),
            "createdAt": moment(comment.created_at),
            "updatedAt": moment(comment.updated_at),
            "version": comment.version,
            "type": "standard",
            "transport": "internal",
        }
        if comment.summonees:
            shown["summonees"] = [self.user_ref(uid) for uid in comment.summonees]
        if expand & {"html", "all"}:
            shown["textHtml"] = f"<p>{escape(comment.text)}</p>"
        if expand & {"attachments", "all"}:
            files = [file for file in issue.attachments if file.id in comment.attachments]
            shown["attachments"] = [self._attachment_ref(issue, file) for file in files]
        return shown

    def change(self, issue: Issue, change: Change) -> Json:
        """Return an entry of the changelog (api-ref/issues/get-changelog), in short."""
        shown: Json = {
            "id": change.id,
            "self": f"{self.base}/issues/{issue.key}/changelog/{change.id}",
            "issue": self.issue_ref(issue),
            "updatedAt": moment(change.at),
            "updatedBy": self.user_ref(change.by),
            "type": change.kind,
            "transport": "front",
            "fields": [self._field_change(item) for item in change.fields],
        }
        if change.comments:
            texts = {comment.id: comment for comment in issue.comments}
            added = [texts[number] for number in change.comments if number in texts]
            path = f"issues/{issue.key}/comments"
            shown["comments"] = {"added": [self.ref(f"{path}/{item.id}", item.id, item.text) for item in added]}
        if change.triggers:
            shown["executedTriggers"] = [self._run(issue, run) for run in change.triggers]
        return shown

    def _field_change(self, item: FieldChange) -> Json:
        field = self.world.fields[item.field]
        return {
            "field": self.ref(f"fields/{item.field}", item.field, field.name.said(self.lang)),
            "from": self.value(field, item.old),
            "to": self.value(field, item.new),
        }

    def _run(self, issue: Issue, run: TriggerRun) -> Json:
        trigger = self.world.triggers[str(run.trigger)]
        path = f"queues/{trigger.queue}/triggers/{trigger.id}"
        return {"trigger": self.ref(path, trigger.id, trigger.name), "success": run.success, "message": run.message}

    def worklog(self, issue: Issue, entry: Worklog) -> Json:
        """Return a worklog (docs/tracker/concepts/issues/new-worklog)."""
        return {
            "self": f"{self.base}/issues/{issue.key}/worklog/{entry.id}",
            "id": entry.id,
            "version": entry.version,
            "issue": self.issue_ref(issue),
            "comment": entry.comment,
            "createdBy": self.user_ref(entry.author),
            "updatedBy": self.user_ref(entry.author),
            "createdAt": moment(entry.created_at),
            "updatedAt": moment(entry.updated_at),
            "start": moment(entry.start),
            "duration": durations.iso(entry.seconds),
        }

    def link_type(self, kind: str) -> Json:
        """Return a type of links."""
        english, russian = TYPES[kind][:2], TYPES[kind][2:]
        inward, outward = english if self.lang == "en" else russian
        return {"self": f"{self.base}/linktypes/{kind}", "id": kind, "inward": inward, "outward": outward}

    def link(self, issue: Issue, link: Link) -> Json:
        """Return a link as *issue* sees it (api-ref/issues/link-issue)."""
        other = self.world.issues[link.other]
        shown = self._made(link.author, link.created_at) | {
            "self": f"{self.base}/issues/{issue.key}/links/{link.id}",
            "id": link.id,
            "type": self.link_type(link.type),
            "direction": link.direction,
            "object": self.issue_ref(other),
            "status": self.term_ref("status", other.status),
        }
        assignee = other.values.get("assignee")
        return shown | ({"assignee": self.user_ref(str(assignee))} if assignee else {})

    def remote_link(self, issue: Issue, link: RemoteLink) -> Json:
        """Return an external link (api-ref/issues/add-external-link): an object's key, no address."""
        path = f"{self.base}/applications/{link.application}/objects/{link.key}"
        application = self.application(self.world.applications[link.application])
        return self._made(link.author, link.created_at) | {
            "self": f"{self.base}/issues/{issue.key}/remotelinks/{link.id}",
            "id": link.id,
            "type": self.link_type("relates"),
            "direction": "outward",
            "object": {"self": path, "id": link.key, "key": link.key, "application": application},
        }

    def attachment(self, issue: Issue | None, file: Attachment) -> Json:
        """Return a file; *issue* None: it is on none yet."""
        path = f"issues/{issue.key}/attachments/{file.id}" if issue else f"attachments/{file.id}"
        return {
            "self": f"{self.base}/{path}",
            "id": file.id,
            "name": file.name,
            "content": f"{self.base}/{path}/{quote(file.name)}",
            "createdBy": self.user_ref(file.author),
            "createdAt": moment(file.created_at),
            "mimetype": file.mimetype,
            "size": file.size,
        }

    def _attachment_ref(self, issue: Issue, file: Attachment) -> Json:
        return self.ref(f"issues/{issue.key}/attachments/{file.id}", file.id, file.name)

    def _made(self, author: str, at: datetime) -> Json:
        who, when = self.user_ref(author), moment(at)
        return {"createdBy": who, "updatedBy": who, "createdAt": when, "updatedAt": when}
