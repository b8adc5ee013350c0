"""A trigger's action as it may be shown: where it goes and what it sends, no secret in it; and how two differ."""

import json
import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from gitlink.core.text import printable
from gitlink.notify import slack, telegram
from gitlink.notify.conditions import words
from gitlink.notify.trigger import MARK, Action, Wanted, header, is_relayed, ours, plain

_SECRETS_OF_AUTH = ("password", "accessToken")
_HIDDEN = "***"


def differences(wanted: Wanted, *, active: bool, conditions: Sequence[object], actions: Sequence[Action]) -> list[str]:
    """Return in words what of a trigger that is there would change, secrets left out."""
    there = ours(actions) or {}
    found = [] if active else ["active: false → true"]
    if plain(list(conditions)) != plain(wanted.conditions):
        found.append(f"when: {', '.join(words(conditions)) or 'nothing'} → {', '.join(words(wanted.conditions))}")
    for key, value in wanted.action.items():
        if there.get(key) != value:
            before, after = masked(there).get(key), masked(wanted.action).get(key)
            told = f"{_shown(before)} → {_shown(after)}" if before != after else "another secret"
            found.append(f"{key}: {told}")
    return found


def masked(action: Action) -> Action:
    """Return *action* with no secret in it: no address that is one, no token, no header's value, no password."""
    shown = dict(action)
    shown["endpoint"] = target(action)
    headers = action.get("headers")
    if isinstance(headers, dict):
        shown["headers"] = {name: value if name == MARK else _HIDDEN for name, value in headers.items()}
    auth = action.get("authContext")
    if isinstance(auth, dict):
        shown["authContext"] = {key: _HIDDEN if key in _SECRETS_OF_AUTH else value for key, value in auth.items()}
    return shown


def target(action: Action) -> str:
    """Return where the action goes, fit to be printed."""
    endpoint = str(action.get("endpoint", ""))
    try:
        if is_relayed(action):
            parts = urlsplit(endpoint)
            return printable(f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}")
        kind = header(action, MARK)
        return printable(slack.masked(endpoint) if kind != "telegram" else telegram.masked(endpoint))
    except ValueError:
        return _HIDDEN


def content(action: Action) -> str:
    """Return what the action sends, fit to be printed: its body, or where that says nothing the address's query."""
    query = str(action.get("endpoint", "")).partition("?")[2]
    return printable(query or str(action.get("body", "")))


def chat_of(action: Action) -> str | None:
    """Return the Telegram chat that a direct action writes to, None for others."""
    found = re.search(r"[?&]chat_id=([^&]*)", str(action.get("endpoint", "")))
    return printable(found[1]) if found else None


def _shown(value: object) -> str:
    return printable(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
