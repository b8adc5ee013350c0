"""From a notification someone asks for to the trigger it should be, every word of it checked against Tracker."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from gitlink.core.text import nearest, printable, shell_quote
from gitlink.errors import GitlinkError, TrackerRefused
from gitlink.notify import conditions, envelope, filling, slack, telegram, template, trigger
from gitlink.notify.conditions import When
from gitlink.notify.mend import NotThere, WrongWord
from gitlink.redact import learn
from gitlink.tracker import route, triggers
from gitlink.tracker.client import TrackerClient
from gitlink.tracker.models import Field, Status
from gitlink.tracker.refusal import Refused
from gitlink.tracker.triggers import Trigger

# Looking for a secret in however it may be spelled takes a moment each, and Tracker may answer with any number of them.
_MOST_SECRETS = 30


@dataclass(frozen=True, slots=True)
class Order:
    """A notification as someone asks for it. `secret`: the webhook's address, the bot's token, or the relay's secret.

    `relay`: the relay's base address, None where the trigger posts to the messenger itself.
    """

    kind: str
    name: str
    queue: str
    whens: Sequence[When]
    text: str
    secret: str | None = field(repr=False)
    chat: telegram.Chat | None = None
    relay: str | None = None


class Queue:
    """A queue's triggers, and the words of conditions as this Tracker knows them; each list is read once."""

    def __init__(self, client: TrackerClient, key: str, web_url: str, telegram_url: str) -> None:
        self._client = client
        self.key = key
        self._web_url = web_url
        self._telegram_url = telegram_url
        self._fields: list[Field] | None = None
        self._told: set[str] = set()

    def triggers(self) -> list[Trigger]:
        """Return all triggers; raises TrackerRefused in words for a queue that is none or not ours to administer.

        Their secrets, which may stand in no variable here, are told to who redacts: Tracker repeats what it refuses.
        """
        try:
            found = triggers.listed(self._client, self.key)
        except Refused as refusal:
            raise self._explained(refusal) from refusal
        for one in found:
            secret = trigger.held_by(one.actions)
            if secret and secret not in self._told and len(self._told) < _MOST_SECRETS:
                self._told.add(secret)
                learn(secret)
        return found

    def _explained(self, refusal: Refused) -> GitlinkError:
        if refusal.status == 404:
            near = nearest(self.key, [queue.key for queue in self._client.queues()])
            why = "Tracker knows no such queue, or hides it from the token's user"
            fix = None if near else "gitlink whoami"
            unknown = NotThere(f"there is no queue `{printable(self.key)}`", where=refusal.where, why=why, fix=fix)
            return unknown.by("queue", near)
        if refusal.status == 403:
            return TrackerRefused(
                f"the token's user may not administer queue `{printable(self.key)}`",
                where=refusal.where,
                why="only a queue's administrators see and make its triggers",
                fix="ask the queue's owner for the right, or to run this command",
            )
        return refusal

    def wanted(self, order: Order) -> trigger.Wanted:
        """Return the trigger for *order*, every word of it checked against Tracker; raises WrongWord for unknown ones.

        Without a secret it has a place-holder that no messenger takes: for showing only.
        """
        checked = [self._checked(when) for when in order.whens]
        status = next((when.name for when in checked if when.when.word == "status"), None)
        filled = {name: when.variable for when in checked if when.when.word == "filled" for name in when.names}
        runs = template.read(order.text, template.sources(order.queue, status=status, filled=filled))
        guarded = ["assignee"] if "assignee" in template.names_in(order.text) else []
        whens = [when.when for when in checked]
        return trigger.Wanted(
            order.name, order.queue, conditions.build(whens, guarded), self._action(order, runs, whens)
        )

    def _action(self, order: Order, runs: list[template.Run], whens: Sequence[When]) -> trigger.Action:
        secret = order.secret or ""
        if order.relay is not None:
            body = envelope.body(runs, self._web_url, with_comment=When("commented") in whens)
            return trigger.action(order.kind, trigger.relay_endpoint(order.relay, order.name), body, secret)
        if order.kind == "slack":
            return trigger.action("slack", secret, slack.trigger_body(runs, self._web_url))
        assert order.chat is not None
        url = telegram.trigger_url(self._telegram_url, secret, order.chat, runs, self._web_url)
        return trigger.action("telegram", url, "{}")

    def _checked(self, when: When) -> "_Checked":
        if when.word in ("status", "priority"):
            found = self._term(when)
            return _Checked(replace(when, value=found.key), found.name)
        if when.word in ("filled", "changed"):
            found_field = self._field(when)
            names = tuple(dict.fromkeys((when.value, found_field.key)))
            path = f"local.{found_field.key}" if found_field.is_local else found_field.id
            return _Checked(replace(when, value=found_field.id), names=names, variable=f"issue.{path}")
        return _Checked(when)

    def _term(self, when: When) -> Status:
        """Return the status or priority, by its name in either language; raises WrongWord naming the nearest."""
        known: list[Status] = []
        for language in (None, "ru", "en"):
            status = when.word == "status"
            known += self._client.statuses(language) if status else triggers.priorities(self._client, language)
            if found := route.find_status(when.value, known):
                return found
        names = [name for term in known for name in (term.name, term.key)]
        raise _unknown(when, when.word, names)

    def _field(self, when: When) -> Field:
        if self._fields is None:
            self._fields = [*self._client.local_fields(self.key), *self._client.global_fields()]
        found = route.find_field(when.value, self._fields)
        if found is None:
            raise _unknown(when, "field", [name for one in self._fields for name in (one.key, one.name)])
        return found


@dataclass(frozen=True, slots=True)
class _Checked:
    """A condition in Tracker's keys, with the term's name, or the names and the variable of the field."""

    when: When
    name: str | None = None
    names: tuple[str, ...] = ()
    variable: str = ""


def _unknown(when: When, what: str, names: list[str]) -> WrongWord:
    near = nearest(when.value, names)
    some = ", ".join(f"`{name}`" for name in list(dict.fromkeys(names))[:12])
    return WrongWord(
        f"Tracker knows no {what} `{printable(when.value)}`",
        where=f"--when {shell_quote(str(when))}",
        why=f"the nearest is `{near}`" if near else f"it knows {some}",
    ).by("when", f"{when.word}={near or nearest(when.value, names, however_far=True)}", when.written)


def sample(client: TrackerClient, queue: Queue, action: trigger.Action, web_url: str) -> Mapping[str, str]:
    """Return values for an action's variables: those of a test, which says that it is one."""
    issues = client.search({"queue": queue.key}, most=1)
    key = issues[0].key if issues else f"{queue.key}-1"
    known = {
        "issue.key": key,
        "issue.summary": "gitlink: a test message, nothing has happened",
        "issue.status.name": issues[0].status.name if issues else "Open",
        "issue.assignee.firstName": "Test",
        "issue.assignee.lastName": "Person",
        "issue.updatedAt.iso8601": datetime.now(UTC).isoformat(),
        "userComment.id": "0",
    }
    fields = {path: f"({path.rpartition('.')[2]})" for path in filling.variables_in(action) if path.count(".") < 3}
    return fields | known
