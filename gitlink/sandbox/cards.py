"""One card of the board: what stands on it, and what it opens to; every text is escaped."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from urllib.parse import urlsplit

from . import durations
from .card_texts import KINDS, TEXTS
from .linktypes import phrase
from .model import Lang
from .reading import members
from .records import Change, FieldChange, Issue
from .refs import Refs
from .world import World

_LOUD = {"critical", "blocker"}
_ON_CARD = {"summary", "type", "assignee", "priority"}
_CHANGES = 12


def card(world: World, issue: Issue, lang: Lang) -> str:
    """Return a card's inside."""
    return f"<details>{_head(world, issue, lang)}{_body(world, issue, lang)}</details>{_addresses(world, issue)}"


def _head(world: World, issue: Issue, lang: Lang) -> str:
    small = [world.issue_types[str(issue.values["type"])].name.said(lang)]
    priority = world.priorities[str(issue.values["priority"])]
    if priority.key in _LOUD:
        small.append(priority.name.said(lang))
    if assignee := issue.values.get("assignee"):
        small.append(world.users[str(assignee)].display)
    if resolution := issue.values.get("resolution"):
        small.append(world.resolutions[str(resolution)].name.said(lang))
    small += _counts(issue, lang)
    return (
        f'<summary><b class="key">{escape(issue.key)}</b> <span class="summary">{escape(str(issue.values["summary"]))}'
        f"</span><small>{escape(' · '.join(small))}</small></summary>"
    )


def _counts(issue: Issue, lang: Lang) -> list[str]:
    """Return in words what there is to see in an issue."""
    texts, fired = TEXTS[lang], sum(len(change.triggers) for change in issue.changes)
    counted = [
        (texts["comments"], len(issue.comments)),
        (texts["links"], len(issue.links) + len(issue.remote_links)),
        (texts["triggers"], fired),
    ]
    return [f"{word.lower()}: {count}" for word, count in counted if count]


def _addresses(world: World, issue: Issue) -> str:
    """Return the links that an issue's fields hold, above all the bench link."""
    urls = [str(value) for key, value in issue.values.items() if world.fields[key].type == "uri"]
    return "".join(f'<p class="bench">{_link(url)}</p>' for url in urls)


def _link(url: str) -> str:
    if not url.startswith(("http://", "https://", "ftp://")):
        return escape(url)
    return f'<a rel="noreferrer" href="{escape(url)}" title="{escape(url)}">{escape(urlsplit(url).netloc or url)}</a>'


def _body(world: World, issue: Issue, lang: Lang) -> str:
    texts = TEXTS[lang]
    who = {uid: user.display for uid, user in world.users.items()}
    comments = [f"<b>{escape(who[item.author])}</b> {escape(item.text)}" for item in issue.comments]
    links = [f"{phrase(item)} {_issue(world, item.other)}" for item in issue.links]
    links += [f"{escape(item.application)} <b>{escape(item.key)}</b>" for item in issue.remote_links]
    logs = [
        f"<b>{durations.iso(item.seconds)}</b> {escape(who[item.author])} {escape(item.comment)}"
        for item in issue.worklogs
    ]
    changes = [_change(world, item, lang) for item in reversed(issue.changes[-_CHANGES:])]
    return (
        _list(texts["details"], _fields(world, issue, lang))
        + _list(texts["comments"], comments)
        + _list(texts["links"], links)
        + _list(texts["worklogs"], logs)
        + _list(texts["files"], [escape(item.name) for item in issue.attachments])
        + _list(texts["changelog"], changes)
    )


def _list(title: str, lines: Iterable[str]) -> str:
    items = "".join(f"<li>{line}</li>" for line in lines)
    return f"<h3>{title}</h3><ul>{items}</ul>" if items else ""


def _issue(world: World, issue_id: str) -> str:
    other = world.issues[issue_id]
    return f"<b>{escape(other.key)}</b> {escape(str(other.values['summary']))}"


def _fields(world: World, issue: Issue, lang: Lang) -> list[str]:
    return [
        f"{escape(world.fields[key].name.said(lang))}: {escape(_said(world, key, value, lang))}"
        for key, value in issue.values.items()
        if key not in _ON_CARD
    ]


def _said(world: World, field: str, value: object, lang: Lang) -> str:
    shown = Refs(world, "", lang).value(world.fields[field], value)
    return ", ".join(
        str(item.get("key", item.get("display")) if field == "parent" else item.get("display"))
        if isinstance(item, dict)
        else str(item)
        for item in members(shown)
    )


def _change(world: World, change: Change, lang: Lang) -> str:
    texts, name = TEXTS[lang], world.users[change.by].display
    parts = [_field_change(world, item, lang) for item in change.fields] if change.kind != "IssueCreated" else []
    parts += [f"{item.relationship} {world.issues[item.other].key}" for item in change.links]
    kind = KINDS[change.kind].said(lang)
    line = f"<time>{change.at:%H:%M:%S}</time> {escape(name)}: {kind}{escape(': ' * bool(parts) + '; '.join(parts))}"
    for run in change.triggers:
        trigger = world.triggers.get(str(run.trigger))
        state = "" if run.success else f" — {texts['failed']}: {escape(run.message)}"
        line += f'<br><span class="fired">{texts["trigger"]} «{escape(trigger.name if trigger else "?")}»{state}</span>'
    return line


def _field_change(world: World, item: FieldChange, lang: Lang) -> str:
    old, new = (_said(world, item.field, value, lang) or "∅" for value in (item.old, item.new))
    return f"{world.fields[item.field].name.said(lang)}: {old} → {new}"
