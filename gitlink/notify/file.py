"""Notifications kept as a file in git-config syntax, one section each; no secret stands in it.

[notify "team"]
    queue = TEST
    kind = slack
    when = status=Ready for test
    text = {key} {summary}
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from gitlink.core import keys
from gitlink.core.text import nearest, printable, shell_quote
from gitlink.errors import SettingsError
from gitlink.notify.trigger import KINDS

_ONCE = ("queue", "kind", "text", "chat", "topic", "relay")
_KEYS = (*_ONCE, "when")
_YES = ("true", "yes", "on")
_SECRETS = ("url", "token", "bot-token", "secret")


@dataclass(slots=True)
class Entry:
    """One section, as it is written."""

    name: str
    values: dict[str, str] = field(default_factory=dict)
    whens: list[str] = field(default_factory=list)


def read(entries: Iterable[tuple[str, str | None]], source: str) -> list[Entry]:
    """Return the notifications that *entries* of the file *source* describe; raises SettingsError for what is wrong."""
    found: dict[str, Entry] = {}
    for key, value in entries:
        section, _, rest = key.partition(".")
        name, dot, word = rest.rpartition(".")
        if section != "notify" or not dot or not name or word not in _KEYS or not value:
            raise _wrong(source, key, word, value)
        entry = found.setdefault(name, Entry(name))
        if word == "when":
            entry.whens.append(value)
        else:
            entry.values[word] = value
    for entry in found.values():
        _check(entry, source)
    return list(found.values())


def _wrong(source: str, key: str, word: str, value: str | None) -> SettingsError:
    if not key.startswith("notify."):
        why = 'each notification is a section [notify "name"]'
    elif word in _SECRETS:
        why = "a secret does not stand in a file; it comes from the environment"
    elif word in _KEYS:
        why = "it has no value" if not value else 'it belongs into a section with a name: [notify "name"]'
    else:
        why = f"the nearest known key is `{nearest(word, _KEYS, however_far=True)}`; all: {', '.join(_KEYS)}"
    git = f"git config -f {shell_quote(source)}"
    fix = f"{git} --unset-all {shell_quote(key)}"
    near = nearest(word, _KEYS)
    if near and word not in _KEYS and value and key.startswith("notify.") and key.count(".") > 1:
        right = shell_quote(key.removesuffix(word) + near)
        fix = f"{git} --add {right} {shell_quote(value)} && {fix}"
    return SettingsError(f"{printable(source)}: `{printable(key)}` cannot be used", where=source, why=why, fix=fix)


def _check(entry: Entry, source: str) -> None:
    queue, kind = entry.values.get("queue", ""), entry.values.get("kind", "")
    key = "".join([char for char in queue.upper() if "A" <= char <= "Z"])[:15] or "TEST"
    for word, is_good, why, right in (
        ("queue", keys.is_queue(queue), "a queue's key, Latin capitals", key),
        ("kind", kind in KINDS, " or ".join(KINDS), nearest(kind, KINDS, however_far=True)),
        # A file of a repository does not choose where a secret goes.
        ("relay", entry.values.get("relay", "yes").lower() in _YES, "yes; its address comes from --relay", "yes"),
    ):
        if not is_good:
            raise SettingsError(
                f'{printable(source)}: [notify "{printable(entry.name)}"] has no {word} that can be',
                where=source,
                why=f"{word} is {why}",
                fix=f"git config -f {shell_quote(source)} {shell_quote(f'notify.{entry.name}.{word}')} {right}",
            )
