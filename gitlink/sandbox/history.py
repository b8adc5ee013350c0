"""The query language's `changed(from: .. to: .. by: ..)`: what an issue's changelog says of one field."""

from __future__ import annotations

import re
from datetime import datetime

from .criteria import Predicate, Scene, span, wrong
from .model import Field
from .reading import kind_of, members, words
from .records import Change

_PART = re.compile(r'\s*(from|to|by|date)\s*:\s*(>=|<=|[<>])?\s*("[^"]*"|[^\s]+)', re.IGNORECASE)


def changed(scene: Scene, field: Field, inside: str) -> Predicate:
    """Return what tells whether *field* was ever changed as *inside* says; raise Refusal for what it cannot say."""
    parts: dict[str, tuple[str, str]] = {}
    rest = inside
    while rest.strip():
        match = _PART.match(rest)
        if match is None:
            raise wrong(f"changed({inside}) не понят.", f"changed({inside}) is not understood.", 400)
        parts[match[1].lower()] = (match[2] or "", match[3].strip('"').lower())
        rest = rest[match.end() :]
    by = _uid(scene, parts["by"][1]) if "by" in parts else None
    when = span(scene, parts["date"][1]) if "date" in parts else None

    def named(value: object, word: str) -> bool:
        if word == "empty()":
            return not members(value)
        return any(word in words(scene.world, kind_of(field), item) for item in members(value))

    def fits(change: Change) -> bool:
        if by not in (None, change.by) or (when and not _inside(change, parts["date"][0], when)):
            return False
        return any(
            item.field == field.id
            and ("from" not in parts or named(item.old, parts["from"][1]))
            and ("to" not in parts or named(item.new, parts["to"][1]))
            for item in change.fields
        )

    return lambda issue: any(fits(change) for change in issue.changes if change.kind != "IssueCreated")


def _uid(scene: Scene, word: str) -> str:
    if word == "me()":
        return scene.user.uid
    for user in scene.world.users.values():
        if word in words(scene.world, "user", user.uid):
            return user.uid
    raise wrong(f"Пользователь {word} не существует.", f"User {word} does not exist.")


def _inside(change: Change, op: str, when: tuple[datetime, datetime]) -> bool:
    at, (start, end) = change.at, when
    return {"": start <= at < end, "<": at < start, "<=": at < end, ">": at >= end, ">=": at >= start}[op]
