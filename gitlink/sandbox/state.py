"""A small Tracker in memory: looks things up, creates, edits and comments issues; clock passed in, no I/O.

Every change of an issue ends in `Tracker.record`: the version, changelog and listeners hang on that one place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from .model import Change, Comment, Field, FieldChange, Issue, Name, Queue, Refusal, TypeConfig, User, Workflow, World
from .values import BadValue, edited

Listener = Callable[[Issue, Change], None]

# Keys of a request's body that are no field to write: https://yandex.ru/support/tracker/ru/api-ref/issues/create-issue
_NOT_WRITTEN = {"queue", "unique", "markupType", "links", "attachmentIds", "author", "comment", "version", "self", "id"}


class Tracker:
    """The world and its verbs; a verb raises Refusal where Tracker would say no, and then has changed nothing."""

    def __init__(self, world: World, clock: Callable[[], datetime]) -> None:
        self.world = world
        self.clock = clock
        self.listeners: list[Listener] = []

    # What is there

    def queue(self, key: str) -> Queue:
        """Return the queue *key* (or its id); the key's case counts."""
        for queue in self.world.queues.values():
            if key in (queue.key, str(queue.id)):
                return queue
        raise Refusal(404, Name("Очередь не существует.", "Queue does not exist."))

    def issue(self, key: str) -> Issue:
        """Return the issue with that id, key, or key of before a move."""
        try:
            return self.world.issues[self.world.keys.get(key, key)]
        except KeyError:
            raise Refusal(404, Name("Задача не существует.", "Issue does not exist.")) from None

    def by_unique(self, unique: str) -> Issue:
        """Return the issue that was created with *unique*."""
        for issue in self.world.issues.values():
            if issue.unique == unique:
                return issue
        raise Refusal(404, Name("Задача не существует.", "Issue does not exist."))

    def user(self, word: str) -> User:
        """Return the person with that login or uid."""
        for user in self.world.users.values():
            if word in (user.login, user.uid):
                return user
        raise Refusal(404, Name("Пользователь не существует.", "User does not exist."))

    def workflow_of(self, queue: Queue, issue_type: object) -> Workflow:
        """Return the workflow that issues of *issue_type* have in *queue*."""
        return self.world.workflows[self.type_config(queue, issue_type).workflow]

    def type_config(self, queue: Queue, issue_type: object) -> TypeConfig:
        """Return *queue*'s settings for *issue_type*; raise Refusal where the queue has no such type."""
        for config in queue.types:
            if config.issue_type == issue_type:
                return config
        reason = Name("Тип недоступен в очереди.", "The type is not available in the queue.")
        raise Refusal(422, errors={"type": reason})

    def new_id(self) -> str:
        """Return an id of 24 hexadecimal digits that nothing else has."""
        self.world.last_id += 1
        return f"6a0000000000{self.world.last_id:012x}"

    # What can be done

    def create_issue(self, user: User, body: Mapping[str, object]) -> Issue:
        """Create an issue from a request's *body*."""
        queue = self._wanted_queue(body.get("queue"))
        unique = body.get("unique")
        if isinstance(unique, str) and any(issue.unique == unique for issue in self.world.issues.values()):
            raise Refusal(409, Name("Задача уже существует.", "The issue already exists."))
        values: dict[str, object] = {"type": queue.default_type, "priority": queue.default_priority}
        values |= self.edits(queue, values, body)
        if not values.get("summary"):
            raise Refusal(422, errors={"summary": Name("Поле обязательно.", "The field is required.")})
        workflow, now = self.workflow_of(queue, values["type"]), self.clock()
        values = {field: value for field, value in values.items() if value is not None}
        queue.last_number += 1
        key = f"{queue.key}-{queue.last_number}"
        issue = Issue(
            self.new_id(), key, queue.key, workflow.initial, values, user.uid, user.uid, now, now, now, version=0
        )
        issue.unique = unique if isinstance(unique, str) else None
        self.world.issues[issue.id] = issue
        self.world.keys[key] = issue.id
        self.record(issue, user, "IssueCreated", [])
        return issue

    def edit_issue(self, user: User, issue: Issue, body: Mapping[str, object]) -> None:
        """Write the fields of a PATCH's *body*; what changes nothing does not count as a change."""
        queue = self.queue(issue.queue)
        new = self.edits(queue, issue.values, body)
        if "type" in new:
            self.type_config(queue, new["type"])
        changes = self.write(issue, new)
        if changes:
            self.record(issue, user, "IssueUpdated", changes)

    def add_comment(self, user: User, issue: Issue, text: object) -> Comment:
        """Add a comment to *issue*."""
        comment = self.put_comment(user, issue, text)
        self.record(issue, user, "IssueCommentAdded", [], [comment.id])
        return comment

    def edit_comment(self, user: User, issue: Issue, comment: Comment, text: object) -> None:
        """Replace a comment's text."""
        new = _comment_text(text)
        if new != comment.text:
            comment.text, comment.updated_at = new, self.clock()
            comment.version += 1
            self.record(issue, user, "IssueCommentUpdated", [], [comment.id])

    def remove_comment(self, user: User, issue: Issue, comment: Comment) -> None:
        """Take a comment away."""
        issue.comments.remove(comment)
        self.record(issue, user, "IssueCommentRemoved", [])

    # What the verbs are made of

    def edits(self, queue: Queue, old: Mapping[str, object], body: Mapping[str, object]) -> dict[str, object]:
        """Return the values that *body* asks for, by field id; raise Refusal with every field that is wrong."""
        new: dict[str, object] = {}
        wrong: dict[str, Name] = {}
        for key, asked in body.items():
            field = self._writable(queue, key)
            if field is None:
                if self.world.switches.reject_unknown_fields and key not in _NOT_WRITTEN | self.world.fields.keys():
                    wrong[key] = Name("Поле не существует.", "The field does not exist.")
                continue
            try:
                new[key] = edited(self.world, field, old.get(key), asked)
            except BadValue as fault:
                wrong[key] = fault.reason
            else:
                if field.required and new[key] in (None, ""):
                    wrong[key] = Name("Поле обязательно.", "The field is required.")
        if wrong:
            raise Refusal(422, errors=wrong)
        return new

    def write(self, issue: Issue, new: Mapping[str, object]) -> list[FieldChange]:
        """Put the values *new* into *issue* and return what really changed."""
        changes = [
            FieldChange(key, issue.values.get(key), value)
            for key, value in new.items()
            if issue.values.get(key) != value
        ]
        for change in changes:
            if change.new is None:
                del issue.values[change.field]
            else:
                issue.values[change.field] = change.new
        return changes

    def put_comment(self, user: User, issue: Issue, text: object) -> Comment:
        """Append a comment without recording it; the caller records."""
        words, now, long_id = _comment_text(text), self.clock(), self.new_id()
        comment = Comment(self.world.last_id, long_id, words, user.uid, now, now)
        issue.comments.append(comment)
        return comment

    def record(
        self, issue: Issue, user: User, kind: str, fields: Sequence[FieldChange], comments: Sequence[int] = ()
    ) -> None:
        """Make one change of *issue* known: version, time, changelog, listeners."""
        issue.version += 1
        issue.updated_at, issue.updated_by = self.clock(), user.uid
        change = Change(self.new_id(), kind, issue.updated_at, user.uid, list(fields), list(comments))
        issue.changes.append(change)
        for listener in self.listeners:
            listener(issue, change)

    def _wanted_queue(self, value: object) -> Queue:
        if isinstance(value, dict):
            value = value.get("key", value.get("id"))
        if value is None:
            raise Refusal(422, errors={"queue": Name("Поле обязательно.", "The field is required.")})
        try:
            return self.queue(str(value))
        except Refusal as refusal:
            raise Refusal(422, errors={"queue": refusal.messages[0]}) from None

    def _writable(self, queue: Queue, key: str) -> Field | None:
        field = self.world.fields.get(key)
        if field is None or field.readonly or field.queue not in (None, queue.key):
            return None
        return field


def _comment_text(text: object) -> str:
    if not isinstance(text, str) or not text.strip():
        raise Refusal(422, errors={"text": Name("Поле обязательно.", "The field is required.")})
    return text
