"""The trigger in Tracker that carries a notification: what it should be, whether one that is there is it, no secrets.

HTTP action: https://yandex.ru/support/tracker/ru/api-ref/queues/change-trigger-actions ,
https://yandex.ru/support/tracker/ru/user/set-action
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

from gitlink.core.text import printable
from gitlink.notify.conditions import Condition
from gitlink.notify.mend import WrongWord

Action = dict[str, object]

MARK = "X-Gitlink-Notify"
SECRET_HEADER = "X-Gitlink-Secret"
MOST_TRIGGERS = 1000
MOST_ACTIONS = 10
KINDS = ("slack", "telegram")
_LONGEST_SECRET = 150
CONTENT_TYPE = "application/json; charset=UTF-8"
_RELAY = re.compile(r"https://[^\s{}?#@]+|http://(127\.0\.0\.1|localhost|\[::1\])(:[0-9]{1,5})?(/[^\s{}?#@]*)?")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A notification as it should stand in Tracker. *action* holds the secret."""

    name: str
    queue: str
    conditions: list[Condition]
    action: Action = field(repr=False)

    def body(self, actions: Sequence[Action] = ()) -> dict[str, object]:
        """Return what is sent to Tracker; *actions*: those there now, of which only ours is replaced.

        Raises WrongWord where that would be more than a trigger can have.
        """
        kept = [action for action in actions if kind_of([action]) is None]
        if len(kept) >= MOST_ACTIONS:
            raise WrongWord(
                f"trigger `{printable(self.name)}` has {len(kept)} actions of its own, and {MOST_ACTIONS} is the most"
            ).by("name", f"{self.name}-2")
        without_id = [{key: value for key, value in action.items() if key != "id"} for action in kept]
        return {
            "name": self.name,
            "conditions": self.conditions,
            "actions": [self.action, *without_id],
            "active": True,
        }


def action(kind: str, endpoint: str, body: str, secret: str | None = None) -> Action:
    """Return the HTTP action; *secret*: what the relay knows Tracker by."""
    headers = {MARK: kind} | ({SECRET_HEADER: secret} if secret else {})
    return {
        "type": "Webhook",
        "endpoint": endpoint,
        "method": "POST",
        "contentType": CONTENT_TYPE,
        "headers": headers,
        "authContext": {"type": "noauth"},
        "body": body,
    }


def relay_endpoint(base_url: str, name: str) -> str:
    """Return where the relay takes what is for the channel *name*; raises WrongWord for what is no base address."""
    if not _RELAY.fullmatch(base_url):
        host = re.match(r"(?:\w+://)?([\w.-]+\.[\w.-]+(?::[0-9]{1,5})?)", base_url)
        raise WrongWord(
            f"`{printable(base_url)}` is no address of a relay",
            why="a secret goes there, so it must begin with https://, or be of this machine",
        ).by("relay", f"https://{host[1] if host else 'gitlink.example.com'}")
    return f"{base_url.rstrip('/')}/notify/{quote(name, safe='')}"


def is_relays(endpoint: str) -> bool:
    """Whether *endpoint* can be where a relay takes what is for a channel."""
    base, separator, name = endpoint.rpartition("/notify/")
    return bool(separator and _RELAY.fullmatch(base) and re.fullmatch(r"[\w%.~-]+", name, re.ASCII))


def ours(actions: Sequence[Action]) -> Action | None:
    """Return gitlink's action among *actions*, None where there is none."""
    return next((one for one in actions if one.get("type") == "Webhook" and header(one, MARK) in KINDS), None)


def kind_of(actions: Sequence[Action]) -> str | None:
    """Return which messenger a trigger of gitlink's is for, None where it is not gitlink's."""
    found = ours(actions)
    return header(found, MARK) if found else None


def is_relayed(action: Action) -> bool:
    """Whether the action goes through the relay."""
    return header(action, SECRET_HEADER) is not None


def secret_of(action: Action) -> str | None:
    """Return the secret that a direct action of gitlink's holds: the webhook's address or the bot's token."""
    endpoint = str(action.get("endpoint", ""))
    if is_relayed(action):
        return None
    if header(action, MARK) == "slack":
        return endpoint
    found = re.search(r"/bot([^/]+)/sendMessage", endpoint)
    return found[1] if found else None


def held_by(actions: Sequence[Action]) -> str | None:
    """Return the secret in a trigger of gitlink's, the relay's too; None where it has none that a person would make."""
    found = ours(actions)
    secret = (header(found, SECRET_HEADER) or secret_of(found)) if found else None
    is_one = secret and len(secret) <= _LONGEST_SECRET and secret.isascii() and secret.isprintable()
    return secret if is_one else None


def is_same(wanted: Wanted, *, active: bool, conditions: Sequence[object], actions: Sequence[Action]) -> bool:
    """Whether a trigger that is there does what is *wanted*; what Tracker adds of its own does not count."""
    there = ours(actions)
    return (
        active
        and there is not None
        and plain(list(conditions)) == plain(wanted.conditions)
        and all(there.get(key) == value for key, value in wanted.action.items())
    )


def plain(conditions: object) -> object:
    """Return conditions without what Tracker fills in: an empty flag is the same as none."""
    if isinstance(conditions, list):
        return [plain(condition) for condition in conditions]
    if isinstance(conditions, dict):
        value = conditions.get("value")
        key = {"value": value["key"]} if isinstance(value, dict) and "key" in value else {}
        return {name: plain(value) for name, value in (conditions | key).items() if value not in (False, None)}
    return conditions


def header(action: Action, name: str) -> str | None:
    """Return a header of the action, None where there is none such."""
    headers = action.get("headers")
    found = headers.get(name) if isinstance(headers, dict) else None
    return found if isinstance(found, str) else None
