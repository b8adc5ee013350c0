"""The field for the bench link: found, else created for all queues, else in one queue where rights do not allow that.

https://yandex.ru/support/tracker/ru/api-ref/issues/create-field ,
https://yandex.ru/support/tracker/ru/api-ref/queues/create-local-field
"""

from dataclasses import dataclass

from gitlink.core.text import printable
from gitlink.errors import GitlinkError, SettingsError, TrackerRefused, Unreachable
from gitlink.goals.fault import is_uncertain
from gitlink.tracker.client import TrackerClient
from gitlink.tracker.models import Field
from gitlink.tracker.refusal import Refused
from gitlink.tracker.route import fold

DEFAULT = "benchLink"
_NAME = {"en": "Bench link", "ru": "Ссылка на стенд"}
_TYPE = "ru.yandex.startrek.core.fields.UriFieldType"
# What a duplicate id answers is not documented: 409 or 422.
_TAKEN = (409, 422)


@dataclass(frozen=True, slots=True)
class Ready:
    """The field there is. `queue`: the only one that has it, None for a global field; `changed`: it was created."""

    field: Field | None
    queue: str | None
    changed: bool
    key: str


def find(client: TrackerClient, queue: str | None, word: str) -> Ready | None:
    """Return the field that the policy's *word* (id, key or name) means, None where there is none."""
    found = client.find_field(queue, word)
    return Ready(found, queue if found.is_local else None, False, found.key) if found else None


def wanted(client: TrackerClient, queue: str | None, word: str, *, is_local: bool) -> Ready:
    """Return what `ensure` would find or create, without creating anything."""
    return find(client, queue, word) or Ready(None, queue if is_local else None, True, _key(word))


def ensure(client: TrackerClient, queue: str | None, word: str, *, is_local: bool = False) -> Ready:
    """Return the field, created if there is none. *is_local*: if so, in *queue* and not for all queues.

    Raises what the client raises.
    """
    found = find(client, queue, word)
    if found:
        return found
    if not is_local:
        try:
            return _create(client, queue, None, word)
        except Refused as refusal:
            if refusal.status != 403:
                raise
            if queue is None:
                raise _no_right(refusal) from refusal
    assert queue is not None
    return _create(client, queue, queue, word)


def _create(client: TrackerClient, queue: str | None, owner: str | None, word: str) -> Ready:
    """Create the field in *owner* (None: for all queues); where it turns out to be there, or may be, look again."""
    key = _key(word)
    if "--" in word:
        raise SettingsError(
            f"there is no field `{printable(word)}`",
            where="`bench.field` of the policy",
            why="it is the id of one queue's field, and Tracker chooses such ids itself",
            fix=f"git config -f .gitlink bench.field {DEFAULT}",
        )
    name = _NAME if key == word or fold(word) in map(fold, _NAME.values()) else dict.fromkeys(_NAME, word)
    body = {"id": key, "name": name, "category": _category(client), "type": _TYPE, "visible": True}
    try:
        return Ready(client.create_field(body, owner), owner, True, key)
    except (Refused, Unreachable) as fault:
        found = find(client, queue, word) if _is_worth_a_look(fault) else None
        if found is None:
            raise
        return found


def _is_worth_a_look(fault: GitlinkError) -> bool:
    return is_uncertain(fault) or (isinstance(fault, Refused) and fault.status in _TAKEN)


def _category(client: TrackerClient) -> str:
    """Return the id of a category: they differ from organization to organization."""
    known = client.field_categories()
    if not known:
        raise TrackerRefused("Tracker names no category that a field can be in", fix="gitlink doctor")
    return known[0]


def _key(word: str) -> str:
    """Return the id to create a field by: the policy's word where it can be one."""
    return word if word.isascii() and word.isalnum() and word[0].isalpha() else DEFAULT


def _no_right(refusal: Refused) -> TrackerRefused:
    return TrackerRefused(
        refusal.message,
        where=refusal.where,
        why=f"{printable(refusal.why or '')}; a field for all queues needs an administrator of the organization,"
        " one for a queue whoever may change its settings",
        fix="gitlink bench setup --queue TEST",
    )
