"""What a trigger sends to the relay: the message in parts, and what makes one event different from every other.

Tracker repeats a request that was not answered, and gives it no name. An event is known by its bytes: they hold when
the issue was changed last, in milliseconds, and the comment's id. Both stay as they are until the issue changes, so a
repeated request is the same, whether Tracker fills in the variables once or each time anew (which no source tells; the
time of sending would not do). `updatedAt` is among Tracker's field keys, and `iso8601` a modifier of any date:
https://yandex.ru/support/tracker/ru/user/vars , .../set-condition .
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

from gitlink.core import keys
from gitlink.notify.answer import cut, units
from gitlink.notify.template import Run, json_text


@dataclass(frozen=True, slots=True)
class Part:
    """Text as it is to be shown; `url`: where it leads."""

    text: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Envelope:
    """A message on its way. `event`: the same for the same event; None where the sender does not say."""

    event: str | None
    issue: str | None
    parts: tuple[Part, ...]


def body(runs: Sequence[Run], web_url: str, *, with_comment: bool) -> str:
    """Return the body of a trigger's request; *with_comment*: it fires on comments, so there is always one."""
    comment = '"comment": "{{userComment.id}}", ' if with_comment else ""
    texts = ", ".join(_part(run, web_url) for run in runs)
    at = '"at": "{{issue.updatedAt.iso8601}}"'
    return f'{{"issue": "{{{{issue.key}}}}", {at}, {comment}"text": [{texts}] }}'


def _part(run: Run, web_url: str) -> str:
    link = json_text(web_url + "/")[:-1] + '{{issue.key}}"'
    if run.kind == "key":
        return f'{{"text": "{{{{issue.key}}}}", "url": {link} }}'
    if run.kind == "url":
        return f'{{"text": {link}, "url": {link} }}'
    text = json_text(run.value) if run.kind == "literal" else f"{{{{{run.value}.json}}}}"
    return f'{{"text": {text} }}'


def read(raw: bytes) -> Envelope | None:
    """Return what *raw* holds, None where it is no message. Also takes `{"text": "…"}` of somebody else's script."""
    try:
        top = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    if not isinstance(top, dict):
        return None
    listed = top.get("text")
    entries = listed if isinstance(listed, list) else [{"text": listed}]
    parts = tuple(part for part in map(_read_part, entries) if part)
    issue, at = top.get("issue"), top.get("at")
    key = keys.parse(issue) if isinstance(issue, str) else None
    event = hashlib.sha256(raw).hexdigest() if isinstance(at, str) and at else None
    return Envelope(event, key, parts) if "".join(part.text for part in parts).strip() else None


def _read_part(entry: object) -> Part | None:
    if not isinstance(entry, dict) or not isinstance(entry.get("text"), str) or not entry["text"]:
        return None
    url = entry.get("url")
    is_link = isinstance(url, str) and url.startswith(("http://", "https://")) and url.isprintable()
    return Part(_whole(entry["text"]), url if is_link else None)


def _whole(text: str) -> str:
    """Return *text* with a sign in place of each half of a character: a messenger takes no such UTF-8."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def shortened(parts: Sequence[Part], most: int) -> list[Part]:
    """Return *parts* with the longest ones cut until all are *most* UTF-16 units at most."""
    found = list(parts)
    while (excess := sum(units(part.text) for part in found) - most) > 0:
        longest = max(range(len(found)), key=lambda at: units(found[at].text))
        length = units(found[longest].text)
        text = cut(found[longest].text, max(1, length - excess))
        if text == found[longest].text:
            return found[: longest + 1]
        found[longest] = Part(text, found[longest].url)
    return found
