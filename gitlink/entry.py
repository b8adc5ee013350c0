"""One goal that waits, as a file: whole or not there, and for its owner's eyes alone."""

import json
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from gitlink.goals.model import Goal, pack, unpack


@dataclass(frozen=True, slots=True)
class Entry:
    """A goal that waits. `since`: when it was stored; `error`: why it could not be told, in the words of the last try.

    `via`: keys of statuses that a move was about to go through. `is_refused`: Tracker said no, so that only a person's
    `sync` tries again.
    """

    id: str
    goal: Goal
    since: datetime
    error: str
    via: tuple[str, ...] = ()
    is_refused: bool = False


def packed(entry: Entry) -> bytes:
    """Return what its file holds."""
    kept = {
        "goal": pack(entry.goal),
        "since": entry.since.isoformat(),
        "error": entry.error,
        "via": entry.via,
        "is_refused": entry.is_refused,
    }
    return json.dumps(kept, ensure_ascii=True).encode("ascii")


def read(path: Path) -> Entry | None:
    """Return the entry in a file, None where it has just gone or is no entry."""
    try:
        packed = json.loads(path.read_bytes())
        since, via = datetime.fromisoformat(packed["since"]), tuple(map(str, packed.get("via", ())))
        goal, error, is_refused = unpack(packed["goal"]), str(packed["error"]), packed.get("is_refused") is True
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return Entry(path.stem, goal, since, error, via, is_refused) if since.tzinfo else None


def write(path: Path, text: bytes) -> None:
    """Write a file that is whole or not there, whatever happens, and that only its owner reads."""
    new = path.with_name(f"{path.name}.{os.getpid()}.new")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with open(descriptor, "wb") as file:  # os.write alone may write a part and call that a success
            file.write(text)
            file.flush()
            os.fsync(descriptor)
        os.replace(new, path)
    except OSError:
        new.unlink(missing_ok=True)
        raise
    if hasattr(os, "O_DIRECTORY"):
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
