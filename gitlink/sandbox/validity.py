"""Whether a world that was read from outside is one: every name a client may make a path of, and every reference.

A client trusts a Tracker's keys, ids and file names more than it should; the sandbox hands out none that it would not
have made itself.
"""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Iterable

from .records import Attachment, Issue
from .world import Switches, World

_QUEUE = re.compile(r"[A-Z][A-Z0-9]{0,14}")
_ISSUE = re.compile(rf"({_QUEUE.pattern})-[1-9][0-9]{{0,17}}")
_ID, _NUMBER, _LOGIN = re.compile(r"[0-9a-f]{24}"), re.compile(r"[0-9]{1,20}"), re.compile(r"[a-z0-9][a-z0-9._-]{0,99}")
_WORD = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,199}")
_FILE = re.compile(r"(?!\.{1,2}$)[^/\\\x00-\x1f\x7f]{1,255}")
_TYPE = re.compile(r"[a-z0-9.+-]+/[a-z0-9.+-]+")
_MOST_COUNT, _MOST_S = 1e6, 3600.0


def is_word(text: object) -> bool:
    """Tell whether *text* can be the key of a status, a workflow, a transition."""
    return isinstance(text, str) and _WORD.fullmatch(text) is not None


def file_name(text: str) -> str:
    """Return *text* as a file's name: without folders and control characters, at most 255 long."""
    name = re.sub(r"[/\\\x00-\x1f\x7f]", "_", text)[-255:]
    return name if _FILE.fullmatch(name) else "file"


def media_type(text: str) -> str:
    """Return *text* if it can be a media type, else the one of bytes of which nothing is known."""
    return text if _TYPE.fullmatch(text) else "application/octet-stream"


def check_switch(name: str, value: object) -> None:
    """Raise ValueError for a switch's *value* that no answer could be made with, or no reader would wait for."""
    default = getattr(Switches(), name)
    if isinstance(default, bool):
        return
    assert isinstance(value, int | float)
    low, high = (200.0, 599.0) if isinstance(default, int) and default >= 200 else (0.0, _MOST_COUNT)
    high = _MOST_S if isinstance(default, float) else high
    if not math.isfinite(value) or not low <= value <= high:
        raise ValueError(f"switch {name}: between {low:g} and {high:g}")


def check_world(world: World) -> None:
    """Raise ValueError naming the first thing in *world* that cannot be."""
    for item in dataclasses.fields(Switches):
        check_switch(item.name, getattr(world.switches, item.name))
    tables: list[tuple[str, re.Pattern[str], Iterable[str]]] = [
        ("queue", _QUEUE, world.queues),
        ("issue", _ID, world.issues),
        ("user", _NUMBER, world.users),
        ("component", _NUMBER, world.components),
        ("trigger", _NUMBER, world.triggers),
        ("upload", _NUMBER, world.uploads),
        ("bulk change", _ID, world.jobs),
        *(("key", _WORD, words) for words in (world.statuses, world.resolutions, world.priorities, world.issue_types)),
        *(("id", _WORD, words) for words in (world.workflows, world.fields, world.categories, world.applications)),
    ]
    for name, pattern, keys in tables:
        _each(name, pattern, keys)
    _same("queue", ((key, queue.key) for key, queue in world.queues.items()))
    _same("issue", ((key, issue.id) for key, issue in world.issues.items()))
    _same("user", ((key, user.uid) for key, user in world.users.items()))
    _each("login", _LOGIN, (user.login for user in world.users.values()))
    for workflow in world.workflows.values():
        _each("transition", _WORD, (move.id for move in workflow.transitions))
        _known("status", workflow.statuses(), world.statuses)
    _known("user", world.tokens.values(), world.users)
    for trigger in world.triggers.values():
        _known("queue", [trigger.queue], world.queues)
    _check_issues(world)
    _check_files(world.uploads.values())


def _check_issues(world: World) -> None:
    _each("key", _ISSUE, world.keys)
    _known("issue", world.keys.values(), world.issues)
    for issue in world.issues.values():
        _each("key", _ISSUE, [issue.key, *issue.aliases])
        _known("queue", [issue.queue], world.queues)
        _known("status", [issue.status], world.statuses)
        _known("field", issue.values, world.fields)
        _same("key", [(issue.key.partition("-")[0], issue.queue)])
        if any([world.keys.get(key) != issue.id for key in (issue.key, *issue.aliases)]):
            raise ValueError(f"the key {issue.key} is not in the list of keys")
        _known("user", _people(issue), world.users)
        _check_files(issue.attachments)


def _people(issue: Issue) -> list[str]:
    """Return whoever has done something with *issue*."""
    own = [issue.created_by, issue.updated_by, *([issue.resolved_by] if issue.resolved_by else [])]
    own += [item.author for item in issue.comments] + [item.author for item in issue.worklogs]
    own += [item.author for item in issue.links] + [item.author for item in issue.remote_links]
    return own + [item.author for item in issue.attachments]


def _check_files(files: Iterable[Attachment]) -> None:
    for file in files:
        _each("attachment", _NUMBER, [file.id])
        _each("file name", _FILE, [file.name])
        _each("media type", _TYPE, [file.mimetype])


def _each(name: str, pattern: re.Pattern[str], texts: Iterable[str]) -> None:
    for text in texts:
        if not pattern.fullmatch(text):
            raise ValueError(f"{name}: {text[:100]!a} is none")


def _same(name: str, pairs: Iterable[tuple[str, str]]) -> None:
    for one, other in pairs:
        if one != other:
            raise ValueError(f"{name}: {one[:100]!a} is called {other[:100]!a}")


def _known(name: str, keys: Iterable[str], known: Iterable[str]) -> None:
    there = set(known)
    for key in keys:
        if key not in there:
            raise ValueError(f"unknown {name}: {key[:100]!a}")
