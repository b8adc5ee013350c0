"""The board as HTML: the issues by status, each with all that happened to it; every text in it is escaped."""

from __future__ import annotations

from html import escape
from zlib import crc32

from .cards import card
from .messengers import Messengers
from .model import Lang, Term
from .state import Tracker

_TEXTS = {
    "ru": {
        "title": "Песочница Трекера",
        "all": "Все",
        "queues": "Очереди",
        "live": "обновляется само",
        "messages": "Сообщения в мессенджерах",
    },
    "en": {
        "title": "Tracker sandbox",
        "all": "All",
        "queues": "Queues",
        "live": "updates by itself",
        "messages": "Messages to messengers",
    },
}
_MESSAGES = 10


def page(tracker: Tracker, messengers: Messengers, lang: Lang, queue: str | None) -> str:
    """Return the whole page; without a script it reloads itself."""
    texts = _TEXTS[lang]
    links = [_filter(texts["all"], "/", queue is None)]
    for item in tracker.world.queues.values():
        if not item.deleted:
            links.append(_filter(f"{item.key} · {item.name.said(lang)}", f"/?queue={item.key}", queue == item.key))
    return (
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>{texts["title"]}</title>'
        '<meta name="viewport" content="width=device-width,initial-scale=1"><link rel="icon" href="data:,">'
        '<meta name="color-scheme" content="light dark"><link rel="stylesheet" href="/_sandbox/static/board.css">'
        '<noscript><meta http-equiv="refresh" content="2"></noscript></head><body>'
        f'<header><h1>{texts["title"]}</h1><nav aria-label="{texts["queues"]}">{"".join(links)}</nav>'
        f'<p id="live" hidden>{texts["live"]}</p></header><p id="news" role="status" aria-live="polite"></p>'
        f"{columns(tracker, messengers, lang, queue)}"
        '<script src="/_sandbox/static/board.js"></script></body></html>'
    )


def _filter(text: str, href: str, here: bool) -> str:
    current = ' aria-current="page"' if here else ""
    return f'<a href="{escape(href)}"{current}>{escape(text)}</a>'


def columns(tracker: Tracker, messengers: Messengers, lang: Lang, queue: str | None) -> str:
    """Return what changes of the page: a column for each status the shown queues know, and the messages."""
    world = tracker.world
    shown = [item for item in world.queues.values() if queue in (None, item.key) and not item.deleted]
    known = {key for item in shown for config in item.types for key in world.workflows[config.workflow].statuses()}
    keys = {item.key for item in shown}
    parts = [_column(tracker, status, lang, keys) for status in world.statuses.values() if status.key in known]
    return f'<main id="board">{"".join(parts)}</main>{_messages(messengers, lang)}'


def _column(tracker: Tracker, status: Term, lang: Lang, queues: set[str]) -> str:
    issues = [issue for issue in tracker.world.issues.values() if issue.status == status.key and issue.queue in queues]
    cards = []
    for issue in issues:
        inside = card(tracker.world, issue, lang)
        mark = crc32(inside.encode("utf-8", errors="replace"))
        cards.append(f'<article class="card" id="issue-{issue.id}" data-mark="{mark}">{inside}</article>')
    name = escape(status.name.said(lang))
    return (
        f'<section class="column {escape(status.kind)}" id="status-{escape(status.key)}" data-name="{name}">'
        f'<h2>{name} <span class="count">{len(issues)}</span></h2><div class="cards">{"".join(cards)}</div></section>'
    )


def _messages(messengers: Messengers, lang: Lang) -> str:
    newest = list(messengers.received)[-_MESSAGES:][::-1]
    lines = [
        f"<li><b>{escape(item.messenger)}</b> <small>{escape(item.chat)}</small><p>{escape(item.text)}</p></li>"
        for item in newest
    ]
    hidden = "" if newest else " hidden"
    return f'<aside id="messages"{hidden}><h2>{_TEXTS[lang]["messages"]}</h2><ol>{"".join(lines)}</ol></aside>'
