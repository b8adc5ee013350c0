"""The text of a notification: literal words and placeholders, as runs that each messenger spells in its own way.

A run is either the same for every issue, or comes out of the issue and stands alone, so that nothing it holds can be
read as anything but text.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from gitlink.core.text import nearest, printable
from gitlink.notify.mend import WrongWord

NAMES = ("key", "summary", "status", "assignee", "queue", "url")
SLACK_TEXT = "{key} {summary}"
TELEGRAM_TEXT = "{key} {summary}\n{url}"
_MARK = re.compile(r"\{\{|\}\}|\{([\w.-]+)\}")
_BRACES = str.maketrans({"{": "\\u007b", "}": "\\u007d"})


@dataclass(frozen=True, slots=True)
class Run:
    """A part of the text. `literal`: *value* itself; `variable`: Tracker's path to it; `key`, `url`: of the issue."""

    kind: Literal["literal", "variable", "key", "url"]
    value: str = ""


def names_in(text: str) -> list[str]:
    """Return the placeholders of *text* in order, each once."""
    return list(dict.fromkeys(mark[1] for mark in _MARK.finditer(text) if mark[1]))


def read(text: str, known: Mapping[str, Sequence[Run]]) -> list[Run]:
    """Return *text* as runs; *known*: what each placeholder stands for; `{{` and `}}` are braces. Raises WrongWord."""
    if not text.strip():
        raise WrongWord("the text of a message is empty").by("text", SLACK_TEXT)
    try:
        text.encode()
    except UnicodeEncodeError as error:
        whole = text.encode(errors="replace").decode()
        raise WrongWord("the text is no UTF-8", where=printable(text)).by("text", whole) from error
    return list(_merged(_parts(text, known)))


def sources(queue: str, *, status: str | None, filled: Mapping[str, str]) -> dict[str, Sequence[Run]]:
    """Return what placeholders stand for in the triggers of *queue*.

    *status*: its name where the conditions say in which status the issue is; *filled*: Tracker's variables of the
    fields that the conditions say are filled, by their word. Variables: https://yandex.ru/support/tracker/ru/user/vars
    """
    person = (Run("variable", "issue.assignee.firstName"), _SPACE, Run("variable", "issue.assignee.lastName"))
    return {name: (Run("variable", path),) for name, path in filled.items()} | {
        "key": (Run("key"),),
        "url": (Run("url"),),
        "queue": (Run("literal", queue),),
        "summary": (Run("variable", "issue.summary"),),
        "status": (Run("literal", status) if status else Run("variable", "issue.status.name"),),
        "assignee": person,
    }


def json_text(text: str) -> str:
    """Return *text* as JSON without a brace in it, so that Tracker finds no variable there."""
    return json.dumps(text).translate(_BRACES)


_SPACE = Run("literal", " ")


def _parts(text: str, known: Mapping[str, Sequence[Run]]) -> Iterator[Run]:
    at = 0
    for mark in _MARK.finditer(text):
        yield Run("literal", text[at : mark.start()])
        at = mark.end()
        name = mark[1]
        if name is None:
            yield Run("literal", mark[0][0])
        elif name in known:
            yield from known[name]
        else:
            raise _unknown(text, name, list(known))
    yield Run("literal", text[at:])


def _merged(parts: Iterator[Run]) -> Iterator[Run]:
    """Yield *parts*, neighbouring literals as one and none empty: Slack refuses an empty text."""
    held = ""
    for part in parts:
        if part.kind == "literal":
            held += part.value
            continue
        if held:
            yield Run("literal", held)
            held = ""
        yield part
    if held:
        yield Run("literal", held)


def _unknown(text: str, name: str, known: list[str]) -> WrongWord:
    near = nearest(name, known, however_far=True)
    why = "it knows " + ", ".join(f"{{{word}}}" for word in known) + "; {{ is a brace"
    fault = WrongWord(f"the text knows no `{{{printable(name)}}}`", why=why)
    return fault.by("text", text.replace(f"{{{name}}}", f"{{{near}}}"))
