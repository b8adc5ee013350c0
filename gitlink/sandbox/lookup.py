"""Finds what a request names: by key, id or login; raises Refusal where it is not there."""

from __future__ import annotations

from .model import Name, Queue, Refusal, TypeConfig, User, Workflow
from .records import Issue
from .values import BadValue, user_uid
from .world import World

_NO_QUEUE = Name("Очередь не существует.", "Queue does not exist.")


class Lookup:
    """A world that can be asked."""

    def __init__(self, world: World) -> None:
        self.world = world

    def queue(self, key: str) -> Queue:
        """Return the queue *key* (or its id); the key's case counts; a deleted one is 403, not 404."""
        for queue in self.world.queues.values():
            if key in (queue.key, str(queue.id)):
                if queue.deleted:
                    raise Refusal(403, Name("Очередь удалена.", "The queue is deleted."))
                return queue
        raise Refusal(404, _NO_QUEUE)

    def issue(self, key: str) -> Issue:
        """Return the issue with that id, key, or key of before a move."""
        try:
            return self.world.issues[self.world.keys.get(key, key)]
        except KeyError:
            raise Refusal(404, Name("Задача не существует.", "Issue does not exist.")) from None

    def named_issue(self, value: object, field: str) -> Issue:
        """Return the issue that a body's *value* (key, id, object) means; else 422 that names *field*."""
        if isinstance(value, dict):
            value = value.get("key", value.get("id"))
        try:
            return self.issue(str(value))
        except Refusal as refusal:
            raise Refusal(422, errors={field: refusal.messages[0]}) from None

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

    def person(self, value: object, field: str) -> User:
        """Return the person that a body's *value* means; else 422 that names *field*."""
        try:
            return self.world.users[user_uid(self.world, value)]
        except BadValue as fault:
            raise Refusal(422, errors={field: fault.reason}) from None

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


def wanted_queue(lookup: Lookup, value: object) -> Queue:
    """Return the queue that a body's `queue` means; raise Refusal 422 for none and for an unknown one."""
    if isinstance(value, dict):
        value = value.get("key", value.get("id"))
    if value is None:
        raise Refusal(422, errors={"queue": Name("Поле обязательно.", "The field is required.")})
    try:
        return lookup.queue(str(value))
    except Refusal as refusal:
        raise Refusal(422, errors={"queue": refusal.messages[0]}) from None
