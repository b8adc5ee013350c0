"""Goals that Tracker could not be told yet: one file each, on disk before anything is promised.

A file is written beside its place, flushed and renamed, so that it is whole or not there. Names begin with the time, so
that they sort. Of an issue's status or of one field only the newest goal is kept; what adds up is all kept.
"""

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from gitlink import state
from gitlink.entry import Entry, packed, read, write
from gitlink.errors import GitlinkError, SettingsError, Unreachable
from gitlink.goals.model import CommentOnce, Goal, Move, slot

_STALE_S = 3600.0
_FIX = "gitlink doctor"


def refuse_distrusted() -> None:
    """Raise SettingsError where nobody looks into the outbox, since others could have put something there."""
    place = state.folder(os.environ)
    if reason := state.distrust(place):
        raise SettingsError("what waits in the outbox is neither read nor sent", where=place, why=reason, fix=_FIX)


class Outbox:
    """The outbox of one API host and organization, in the folder of its binding."""

    def __init__(self, binding: str) -> None:
        self.binding = binding
        self._folder = Path(binding, "outbox")

    def entries(self) -> list[Entry]:
        """Return what waits, oldest first, without what a newer goal has taken the place of."""
        found: dict[object, Entry] = {}
        for entry in self._all():
            found.pop(slot(entry.goal) or entry.id, None)
            found[slot(entry.goal) or entry.id] = entry
        return list(found.values())

    def unreadable(self) -> list[Path]:
        """Return the files that look like entries and are none that this gitlink can read."""
        return [path for path in self._files() if read(path) is None and path.exists()]

    def tidy(self) -> None:
        """Finish what a process that was killed had begun: take away what is superseded, and half-written files."""
        newest = {entry.id for entry in self.entries()}
        for entry in [entry for entry in self._all() if entry.id not in newest]:
            self._supersede([entry], None)
        for path in self._folder.glob("*.new"):
            with suppress(OSError):
                if time.time() - path.stat().st_mtime > _STALE_S:
                    path.unlink()

    def put(self, goal: Goal, error: str, via: Sequence[str] = ()) -> Entry:
        """Store *goal* and return once it is on disk; raises GitlinkError (70) where it cannot be."""
        older = self._in_slot(goal)
        now = datetime.now(UTC)
        # Two processes may store something in the same microsecond.
        entry = Entry(f"{now:%Y%m%d-%H%M%S-%f}-{os.urandom(2).hex()}", goal, now, error, tuple(via))
        self._store(entry)
        state.begin(self.binding)
        self._supersede(older, goal)
        return entry

    def keep(self, entry: Entry) -> bool:
        """Write *entry* down as it is now, unless it has been taken away meanwhile; return whether it was there."""
        is_there = self.holds(entry)
        if is_there:
            self._store(entry)
        return is_there

    def _store(self, entry: Entry) -> None:
        try:
            state.make(str(self._folder))
            write(self._folder / f"{entry.id}.json", packed(entry))
        except OSError as error:
            where, reason = self._trouble(error)
            raise GitlinkError(
                f"{entry.goal.issue} could not be told, nor be kept for later",
                where=where,
                why=f"{entry.error}; writing to the outbox failed: {reason}",
                fix=_FIX,
            ) from error

    def begin(self) -> None:
        """Note that what waits is being sent now: what is stored from here on is another child's."""
        state.begin(self.binding)

    def remove(self, entry: Entry) -> None:
        """Forget *entry*; one that is gone already is no fault."""
        (self._folder / f"{entry.id}.json").unlink(missing_ok=True)

    def holds(self, entry: Entry) -> bool:
        """Whether *entry* is still there."""
        return (self._folder / f"{entry.id}.json").exists()

    def reached(self, goal: Goal, until: datetime) -> None:
        """Forget what waited for the same status or field when *goal* was begun: it holds, and is newer."""
        self._supersede([entry for entry in self._in_slot(goal) if entry.since <= until], goal)

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
        """Be the only one that sends; raises Unreachable if another does so for longer than *wait_s* seconds."""
        from filelock import FileLock, Timeout

        lock = FileLock(self._folder / "lock", timeout=wait_s)
        try:
            state.make(str(self._folder))
            lock.acquire()
        except Timeout as error:
            raise Unreachable(
                "another gitlink is sending what waits in the outbox",
                where=str(self._folder),
                why=f"it was still at it after {wait_s:g} s",
                fix="gitlink outbox list",
            ) from error
        except OSError as error:
            raise self._unusable(error) from error
        try:
            yield
        finally:
            lock.release()

    def tell_later(self, words: str) -> None:
        """Keep a word of what the background did for the next command that a person reads."""
        try:
            with open(self._folder / state.NEWS, "a", encoding="utf-8", errors="backslashreplace") as file:
                file.write(words + "\n")
        except OSError:
            return

    def has_news(self) -> bool:
        """Whether there is a word that nobody has read."""
        return state.has_news(self.binding)

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
        return [entry for entry in self._all() if slot(entry.goal) == wanted] if wanted is not None else []

    def _all(self) -> list[Entry]:
        return [entry for entry in map(read, self._files()) if entry is not None]

    def _files(self) -> list[Path]:
        """Return what look like entries; none where the folder cannot be read, which `gitlink doctor` tells."""
        try:
            return sorted(self._folder.glob("*.json"))
        except OSError:
            return []

    def _unusable(self, error: OSError) -> GitlinkError:
        where, reason = self._trouble(error)
        return SettingsError("the outbox cannot be used", where=where, why=reason, fix=_FIX)

    def _trouble(self, error: OSError) -> tuple[str, str | None]:
        """Return which folder cannot be used, and why: the one of all state, where that is not trusted."""
        place = state.folder(os.environ)
        reason = state.distrust(place)
        return (place, reason) if reason else (str(self._folder), error.strerror)

    def _supersede(self, older: Sequence[Entry], newer: Goal | None) -> None:
        """Take *older* away; a comment that *newer* does not bring along as well stays."""
        for entry in older:
            if getattr(entry.goal, "comment", None) != getattr(newer, "comment", None):
                self.rescue_comment(entry)
            self.remove(entry)

    def rescue_comment(self, entry: Entry) -> Entry | None:
        """Give the comment of a move that will not be made an entry of its own: comments are all kept."""
        goal = entry.goal
        if not isinstance(goal, Move) or not goal.comment:
            return None
        return self.put(CommentOnce(goal.issue, goal.comment, goal.since or entry.since), entry.error)
