"""Faults that can be switched on, and the journal of what was asked; decides, does nothing to a connection."""

from __future__ import annotations

import json
import re
from collections import deque
from dataclasses import dataclass, field, fields

from .patterns import Pattern

_KEYS = {"method", "path", "times", "status", "headers", "body", "delay", "close"}
_MOST_FAULTS, _MOST_TIMES, _MOST_DELAY_S, _LONGEST_PATTERN = 50, 1_000_000, 600.0, 200
_JOURNAL_LENGTH, _JOURNAL_BYTES = 10_000, 32 * 2**20


@dataclass(slots=True)
class Fault:
    """What shall go wrong: for which requests, how often, and how.

    With *status* the action is not done and the answer is made up. *close* drops the connection without an answer,
    "before" or "after" the action. *delay_s* passes before the answer, when the action, if any, is done. *path* is a
    pattern as `patterns` has it, not Python's: that one could hold the sandbox up for ever.
    """

    method: str | None = None
    path: str = ""
    times: int = 1
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    body: object = None
    delay_s: float = 0.0
    close: str | None = None
    pattern: Pattern = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        self.pattern = Pattern(self.path)

    def fits(self, method: str, path: str) -> bool:
        """Tell whether this fault is meant for the request and not used up."""
        return self.times > 0 and self.method in (None, method) and self.pattern.found_in(path)

    def shown(self) -> dict[str, object]:
        """Return it as JSON has it."""
        return {item.name: getattr(self, item.name) for item in fields(self) if item.init}

    def content(self) -> tuple[bytes, str]:
        """Return the body of the made-up answer and its media type."""
        if isinstance(self.body, str):
            kind = "text/html" if self.body.lstrip().startswith("<") else "text/plain"
            return self.body.encode("utf-8", errors="replace"), kind
        made_up: dict[str, object] = {"errors": {}, "errorMessages": ["Injected fault."], "statusCode": self.status}
        return json.dumps(made_up if self.body is None else self.body).encode(), "application/json"


def read_faults(listed: object) -> list[Fault]:
    """Return the faults of a request, a list or a single one; raise ValueError saying what is wrong."""
    items = listed if isinstance(listed, list) else [listed]
    if len(items) > _MOST_FAULTS:
        raise ValueError(f"at most {_MOST_FAULTS} faults")
    return [_read(item) for item in items]


def _read(item: object) -> Fault:
    if not isinstance(item, dict):
        raise ValueError("a fault is an object")
    if unknown := item.keys() - _KEYS:
        raise ValueError(f"unknown: {', '.join(sorted(unknown))}")
    if item.get("close") not in (None, "before", "after"):
        raise ValueError('close is "before" or "after"')
    try:
        method, status, path = item.get("method"), item.get("status"), str(item.get("path") or "")
        if len(path) > _LONGEST_PATTERN:
            raise ValueError(f"path: at most {_LONGEST_PATTERN} characters")
        return Fault(
            method=str(method).upper() if method else None,
            path=path,
            times=int(_within("times", int(item.get("times", 1)), 0, _MOST_TIMES)),
            status=int(_within("status", int(status), 200, 599)) if status is not None else None,
            headers=_headers(item.get("headers") or {}),
            body=item.get("body"),
            delay_s=_within("delay", float(item.get("delay") or 0), 0, _MOST_DELAY_S),
            close=item.get("close"),
        )
    except (TypeError, AttributeError, OverflowError) as fault:
        raise ValueError(str(fault)) from fault


def _within(name: str, value: float, low: float, high: float) -> float:
    if not low <= value <= high:
        raise ValueError(f"{name}: between {low:g} and {high:g}")
    return value


def _headers(given: dict[object, object]) -> dict[str, str]:
    headers = {str(name): str(value) for name, value in given.items()}
    for name, value in headers.items():
        if not re.fullmatch(r"[A-Za-z0-9-]+", name) or not re.fullmatch(r"[\t -~]*", value):
            raise ValueError(f"headers: {name!a} cannot be sent")
    return headers


class Faults:
    """The faults that are switched on, in order; the first that fits a request is used for it."""

    def __init__(self) -> None:
        self.listed: list[Fault] = []

    def take(self, method: str, path: str) -> Fault | None:
        """Return the fault for this request, used up once more, or None."""
        for fault in self.listed:
            if fault.fits(method, path):
                fault.times -= 1
                return fault
        return None


@dataclass(slots=True)
class Seen:
    """One request as the journal keeps it; no header is kept, so no token is. *status* None: no answer was given."""

    method: str
    path: str
    query: str
    body: str
    status: int | None = None

    def size(self) -> int:
        """Return how many characters it takes."""
        return len(self.path) + len(self.query) + len(self.body)

    def shown(self) -> str:
        """Return it as JSON: the body as what it says if it is JSON itself, else as text, null if there is none."""
        rest = {"method": self.method, "path": self.path, "query": self.query, "status": self.status}
        body = self.body if _is_json(self.body) else json.dumps(self.body or None)
        return f'{json.dumps(rest)[:-1]}, "body": {body}}}'


class Journal:
    """The newest requests to the API, limited in number and in size."""

    def __init__(self) -> None:
        self.seen: deque[Seen] = deque(maxlen=_JOURNAL_LENGTH)
        self._size = 0

    def note(self, method: str, path: str, query: str, body: bytes, secrets: list[str]) -> Seen:
        """Write down a request, without any of *secrets*; return the entry, to which the status is added later."""
        text = body.decode("utf-8", errors="replace")
        for secret in sorted(secrets, key=len, reverse=True):
            text, query = text.replace(secret, "***"), query.replace(secret, "***")
        entry = Seen(method, path, query, text)
        if len(self.seen) == _JOURNAL_LENGTH:
            self._size -= self.seen[0].size()
        self.seen.append(entry)
        self._size += entry.size()
        while self._size > _JOURNAL_BYTES:
            self._size -= self.seen.popleft().size()
        return entry

    def clear(self) -> None:
        """Forget all."""
        self.seen.clear()
        self._size = 0


def _is_json(text: str) -> bool:
    try:
        json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return False
    return True


def _no_constant(word: str) -> object:
    raise ValueError(f"{word} is not JSON")
