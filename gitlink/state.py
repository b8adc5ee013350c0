"""Where gitlink keeps a user's state, and what it knows of issues there; lean, so that a hook can ask.

One folder for each API host and organization, so that nothing of one reaches another
(https://specifications.freedesktop.org/basedir-spec/latest/ for the place).
"""

import os
import sys

from gitlink.core import keys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT_BASE_URL = "https://api.tracker.yandex.net"
NEWS = "news"
_NOWHERE = os.path.join(os.devnull, "gitlink")
_PRIVATE = 0o700
_OTHERS_WRITE = 0o022
_ASKED = "asked"
_LATELY_S = 30.0
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-")


class Known:
    """What was seen of an issue when it was last read; `age_s`: seconds since then."""

    __slots__ = ("age_s", "is_resolved", "status", "summary")

    def __init__(self, status: str, summary: str, is_resolved: bool, age_s: float) -> None:
        self.status = status
        self.summary = summary
        self.is_resolved = is_resolved
        self.age_s = age_s


def home(environ: "Mapping[str, str]") -> str:
    """Return the folder of all of gitlink's state; it need not exist.

    Where no home is known, or other users could put something there, it is a place that nothing can be written to.
    """
    place = folder(environ)
    return _NOWHERE if distrust(place) else place


def folder(environ: "Mapping[str, str]") -> str:
    """Return where the platform has gitlink's state; a relative XDG_STATE_HOME is to be ignored."""
    base = environ.get("XDG_STATE_HOME", "")
    if sys.platform == "win32" and not os.path.isabs(base):
        base = environ.get("LOCALAPPDATA", "")
    if not os.path.isabs(base):
        base = os.path.join(os.path.expanduser("~"), ".local", "state")
    return os.path.join(base, "gitlink") if os.path.isabs(base) else _NOWHERE


def distrust(place: str) -> str | None:
    """Return why what is kept in *place* is not this user's word, None where it is, or where nothing is there."""
    if not hasattr(os, "geteuid"):
        return None
    try:
        named, found = os.lstat(place), os.stat(place)
    except OSError:
        return None
    if {named.st_uid, found.st_uid} != {os.geteuid()}:
        return "it belongs to another user"
    return "other users can write to it" if found.st_mode & _OTHERS_WRITE else None


def binding(environ: "Mapping[str, str]", base_url: str, org_id: str) -> str:
    """Return the folder of one API host and organization."""
    host = base_url.partition("://")[2].rstrip("/") or base_url
    return os.path.join(home(environ), f"{_plain(host)}@{_plain(org_id)}")


def _plain(word: str) -> str:
    """Spell *word* as part of a file's name, no two words alike."""
    return "".join([char if char in _PLAIN else f"%{ord(char):02x}" for char in word])


def make(folder: str) -> None:
    """Make *folder* and what it needs above it, for its owner's eyes alone (`os.makedirs` leaves those above open)."""
    if os.path.isdir(folder):
        return
    above = os.path.dirname(folder)
    if above != folder:
        make(above)
    try:
        os.mkdir(folder, _PRIVATE)
    except FileExistsError:
        pass


def _place(folder: str, key: str) -> str:
    """Return the file of the issue *key*; raises ValueError for what is no key, of which no path is made."""
    if keys.parse(key) != key:
        raise ValueError("no issue key")
    return os.path.join(folder, "issues", key)


def known(folder: str, key: str, now: float) -> Known | None:
    """Return what the state of one binding remembers of the issue *key*; *now*: seconds since the epoch."""
    try:
        with open(_place(folder, key), encoding="utf-8") as file:
            words = file.read(1000).rstrip("\n").split("\t")
            age = now - os.fstat(file.fileno()).st_mtime
    except (OSError, ValueError):
        return None
    return Known(words[1], words[2], words[0] == "resolved", age) if len(words) == 3 else None


def remember(folder: str, key: str, status: str, summary: str, is_resolved: bool) -> None:
    """Keep what was seen of an issue; a state that cannot be written is no reason to fail."""
    words = ["resolved" if is_resolved else "open", *[word.replace("\t", " ").strip() for word in (status, summary)]]
    try:
        path = _place(folder, key)
        make(os.path.dirname(path))
        with open(f"{path}.{os.getpid()}", "w", encoding="utf-8") as file:
            file.write("\t".join([words[0], words[1], words[2][:200]]) + "\n")
        os.replace(f"{path}.{os.getpid()}", path)
    except (OSError, ValueError):
        return


def forget(folder: str, key: str) -> None:
    """Know nothing of an issue any more: it has just been changed."""
    try:
        os.unlink(_place(folder, key))
    except (OSError, ValueError):
        return


def is_waiting(folder: str) -> bool:
    """Whether the outbox of one binding holds anything; one look into a folder."""
    try:
        return any([name.endswith(".json") for name in os.listdir(os.path.join(folder, "outbox"))])
    except OSError:
        return False


def has_news(folder: str) -> bool:
    """Whether the background left a word about the outbox of one binding."""
    return os.path.exists(os.path.join(folder, "outbox", NEWS))


def is_asked_for(folder: str, now: float) -> bool:
    """Whether a child has been started that will send what waits, and has not begun yet; if not, note that one is now.

    One that never begins, for want of credentials or of anything that can be sent, counts for half a minute.
    """
    mark = os.path.join(folder, "outbox", _ASKED)
    try:
        if abs(now - os.stat(mark).st_mtime) < _LATELY_S:
            return True
    except OSError:
        pass
    try:
        with open(mark, "wb"):
            pass
    except OSError:
        return True
    return False


def begin(folder: str) -> None:
    """Note that what waits is being looked at, or has just become more: whoever comes now may start another child."""
    try:
        os.unlink(os.path.join(folder, "outbox", _ASKED))
    except OSError:
        return
