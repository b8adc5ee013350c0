"""Whether Telegram could read a text's markup; the common faults, not its whole grammar.

Source: https://core.telegram.org/bots/api#formatting-options
"""

from __future__ import annotations

import re

_TAGS = {
    "b",
    "strong",
    "i",
    "em",
    "u",
    "ins",
    "s",
    "strike",
    "del",
    "a",
    "code",
    "pre",
    "tg-spoiler",
    "blockquote",
    "span",
}


def fault_in(text: str, mode: str) -> str | None:
    """Return what is wrong with *text* as *mode* (`Markdown`, `MarkdownV2`, `HTML`; any case), None if nothing is."""
    return {"markdown": _legacy, "markdownv2": _second, "html": _html}.get(mode.lower(), lambda _: None)(text)


def _legacy(text: str) -> str | None:
    """Outside of links and code each `_`, `*` and backtick has a partner, each `[` an end."""
    rest = re.sub(r"\\[_*`\[]", "", text)
    rest = re.sub(r"`[^`]*`", "", rest)
    rest = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", rest)
    for mark in "_*`":
        if rest.count(mark) % 2:
            return f"Can't find end of the entity that begins with {mark}"
    return "Can't find end of the entity that begins with [" if "[" in rest else None


def _second(text: str) -> str | None:
    """Reserved characters are escaped or part of an entity."""
    rest = re.sub(r"\\.", "", text)
    rest = re.sub(r"`[^`]*`", "", rest)
    rest = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", rest)
    if reserved := re.search(r"[.!\-=#+{}()|>\[\]]", rest):
        return f"Character '{reserved[0]}' is reserved and must be escaped with the preceding '\\'"
    for mark in "_*~`":
        if rest.count(mark) % 2:
            return f"Can't find end of the entity that begins with {mark}"
    return None


def _html(text: str) -> str | None:
    """Tags are known and closed in order; `<` stands for nothing else."""
    open_tags: list[str] = []
    for closing, name, end in re.findall(r"<(/?)([a-zA-Z-]*)[^<>]*(>?)", text):
        if name.lower() not in _TAGS or not end:
            return f'Unsupported start tag "{name}"'
        if not closing:
            open_tags.append(name.lower())
        elif not open_tags or open_tags.pop() != name.lower():
            return f'Unexpected end tag "{name}"'
    return f'Can\'t find end tag corresponding to start tag "{open_tags[-1]}"' if open_tags else None
