"""The board: the issues by status on one page of HTML that needs nothing else and reloads itself."""

from __future__ import annotations

from html import escape
from urllib.parse import urlsplit

from .model import Issue, Lang, Term, World

_STYLE = (
    "body{font:14px/1.4 system-ui,sans-serif;margin:1rem;background:#f6f7f9;color:#1c2024}"
    "main{display:flex;gap:.75rem;align-items:flex-start;overflow-x:auto}"
    "section{flex:1 0 12rem;background:#e9ecf0;border-radius:6px;padding:.5rem}"
    "h1{font-size:1.1rem}h2{font-size:.85rem;margin:.2rem}"
    "article{background:#fff;border-radius:4px;padding:.5rem;margin:.4rem 0;overflow-wrap:anywhere}"
    "b{display:block;font-size:.8rem}small{color:#5b6470}"
)


def board(world: World, lang: Lang) -> str:
    """Return the board of *world* as an HTML page; every text in it is escaped."""
    columns = "".join(_column(world, status, lang) for status in world.statuses.values())
    title = "Tracker sandbox" if lang == "en" else "Песочница Трекера"
    return (
        f'<!doctype html><html lang="{lang}"><meta charset="utf-8"><meta http-equiv="refresh" content="2">'
        f'<meta name="viewport" content="width=device-width"><title>{title}</title><style>{_STYLE}</style>'
        f"<h1>{title}</h1><main>{columns}</main></html>"
    )


def _column(world: World, status: Term, lang: Lang) -> str:
    issues = [issue for issue in world.issues.values() if issue.status == status.key]
    cards = "".join(_card(world, issue) for issue in issues)
    return f"<section><h2>{escape(status.name.said(lang))} · {len(issues)}</h2>{cards}</section>"


def _card(world: World, issue: Issue) -> str:
    lines = [f"<b>{escape(issue.key)}</b>{escape(str(issue.values['summary']))}"]
    assignee = issue.values.get("assignee")
    if assignee:
        lines.append(f"<small>{escape(world.users[str(assignee)].display)}</small>")
    lines += [_link(str(value)) for key, value in issue.values.items() if world.fields[key].type == "uri"]
    return f"<article>{'<br>'.join(lines)}</article>"


def _link(url: str) -> str:
    shown = urlsplit(url).netloc or url
    return f'<a rel="noreferrer" href="{escape(url)}">{escape(shown)}</a>'
