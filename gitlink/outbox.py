"""Goals that Tracker could not be told yet: one file each, on disk before anything is promised.

A file is written beside its place, flushed and renamed, so that it is whole or not there. Names begin with the time, so
that they sort. Of an issue's status or of one field only the newest goal is kept; what adds up is all kept.
"""

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from gitlink import state
from gitlink.errors import SettingsError, Unreachable
from gitlink.goals.model import CommentOnce, Goal, Move, pack, slot, unpack


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


class Outbox:
    """The outbox of one API host and organization, in the folder of its binding."""

    def __init__(self, binding: str) -> None:
        self._folder = Path(binding, "outbox")

    def entries(self) -> list[Entry]:
        """Return what waits, oldest first, without what a newer goal has taken the place of."""
        found: dict[object, Entry] = {}
        for path in sorted(self._folder.glob("*.json")):
            entry = _read(path)
            if entry is not None:
                found.pop(slot(entry.goal) or entry.id, None)
                found[slot(entry.goal) or entry.id] = entry
        return list(found.values())

    def put(self, goal: Goal, error: str, via: Sequence[str] = ()) -> Entry:
        """Store *goal* and return once it is on disk; raises Unreachable where it cannot be."""
        older = self._in_slot(goal)
        now = datetime.now(UTC)
        entry = Entry(f"{now:%Y%m%d-%H%M%S-%f}", goal, now, error, tuple(via))
        while (self._folder / f"{entry.id}.json").exists():
            now = datetime.now(UTC)
            entry = replace(entry, id=f"{now:%Y%m%d-%H%M%S-%f}", since=now)
        self.keep(entry)
        self._supersede(older)
        return entry

    def keep(self, entry: Entry) -> None:
        """Write *entry* down as it is now."""
        packed = {
            "goal": pack(entry.goal),
            "since": entry.since.isoformat(),
            "error": entry.error,
            "via": entry.via,
            "is_refused": entry.is_refused,
        }
        try:
            state.make(str(self._folder))
            _write(self._folder / f"{entry.id}.json", json.dumps(packed, ensure_ascii=True).encode("ascii"))
        except OSError as error:
            raise Unreachable(
                f"{entry.goal.issue} could not be told, nor be kept for later",
                where=str(self._folder),
                why=f"{entry.error}; writing to the outbox failed: {error.strerror}",
                fix=f"df -h {self._folder.parent}",
            ) from error

    def remove(self, entry: Entry) -> None:
        """Forget *entry*; one that is gone already is no fault."""
        (self._folder / f"{entry.id}.json").unlink(missing_ok=True)

    def holds(self, entry: Entry) -> bool:
        """Whether *entry* is still there."""
        return (self._folder / f"{entry.id}.json").exists()

    def reached(self, goal: Goal, until: datetime) -> None:
        """Forget what waited for the same status or field when *goal* was begun: it holds, and is newer."""
        self._supersede([entry for entry in self._in_slot(goal) if entry.since <= until])

    @contextmanager
    def turn(self, goal: Goal, wait_s: float = 25.0) -> Iterator[None]:
        """Be alone with the outbox, where something that waits could be sent while *goal* is being reached."""
        if not self._in_slot(goal):
            yield
            return
        with self.alone(wait_s):
            yield

    @contextmanager
    def alone(self, wait_s: float) -> Iterator[None]:
        """Be the only one that sends; raises SettingsError if another does so for longer than *wait_s* seconds."""
        from filelock import FileLock, Timeout

        state.make(str(self._folder))
        lock = FileLock(self._folder / "lock", timeout=wait_s)
        try:
            lock.acquire()
        except Timeout as error:
            raise SettingsError(
                "another gitlink is sending what waits in the outbox",
                where=str(self._folder),
                why=f"it was still at it after {wait_s:g} s",
                fix="gitlink outbox list",
            ) from error
        try:
            yield
        finally:
            lock.release()

    def tell_later(self, words: str) -> None:
        """Keep a word of what the background did for the next command that a person reads."""
        with open(self._folder / state.NEWS, "a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(words + "\n")

    def news(self) -> list[str]:
        """Return the words kept so far, once."""
        path = self._folder / state.NEWS
        try:
            taken = path.with_name(f"news.{os.getpid()}")
            os.rename(path, taken)
            words = taken.read_text(encoding="utf-8", errors="replace").splitlines()
            taken.unlink()
        except OSError:
            return []
        return words

    def _in_slot(self, goal: Goal) -> list[Entry]:
        wanted = slot(goal)
        if wanted is None or not self._folder.is_dir():
            return []
        found = [entry for entry in map(_read, sorted(self._folder.glob("*.json"))) if entry is not None]
        return [entry for entry in found if slot(entry.goal) == wanted]

    def _supersede(self, older: Sequence[Entry]) -> None:
        for entry in older:
            self.rescue_comment(entry)
            self.remove(entry)

    def rescue_comment(self, entry: Entry) -> Entry | None:
        """Give the comment of a move that will not be made an entry of its own: comments are all kept."""
        goal = entry.goal
        if not isinstance(goal, Move) or not goal.comment:
            return None
        return self.put(CommentOnce(goal.issue, goal.comment, goal.since or entry.since), entry.error)


def _read(path: Path) -> Entry | None:
    """Return the entry in a file, None where it has just gone or is no entry."""
    try:
        packed = json.loads(path.read_bytes())
        since, via = datetime.fromisoformat(packed["since"]), tuple(packed.get("via", ()))
        return Entry(path.stem, unpack(packed["goal"]), since, packed["error"], via, packed.get("is_refused", False))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _write(path: Path, text: bytes) -> None:
    """Write a file that is whole or not there, whatever happens, and that only its owner reads."""
    new = path.with_name(f"{path.name}.{os.getpid()}.new")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.write(descriptor, text)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    os.replace(new, path)
    if hasattr(os, "O_DIRECTORY"):
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
