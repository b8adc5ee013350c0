"""What a person at a terminal sees besides the data: colour, and that something is under way; imports nothing dear.

Neither reaches a pipe, a file or a CI's log.
"""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

_COLOURS = {"bold": "1", "dim": "2", "green": "32", "yellow": "33", "blue": "34", "magenta": "35", "cyan": "36"}
_FRAMES = "|/-\\"
_FRAME_S = 0.12


def is_interactive() -> bool:
    """Whether a person can be asked and shown things: both ends are terminals, and this is no CI."""
    return sys.stdin.isatty() and sys.stdout.isatty() and not os.environ.get("CI")


def paint(text: str, colour: str) -> str:
    """Return *text* in a colour where standard output is a terminal that wants it (https://no-color.org)."""
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb" or not sys.stdout.isatty():
        return text
    return f"\x1b[{_COLOURS[colour]}m{text}\x1b[0m"


class Progress:
    """A line on standard error while something takes longer than a second, all waits of one command taken together.

    It is gone before anything else is printed.
    """

    def __init__(self, words: str, *, stream: TextIO | None = None, after_s: float = 1.0) -> None:
        self._words = words
        self._stream = stream or sys.stderr
        self._after_s = after_s
        self._began: float | None = None

    @contextmanager
    def __call__(self) -> Iterator[None]:
        """Show the line, if it takes so long, until the block is left."""
        if not self._is_wanted():
            yield
            return
        import threading

        if self._began is None:
            self._began = time.monotonic()
        done = threading.Event()
        thread = threading.Thread(target=self._turn, args=(self._began, done), daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()

    def _is_wanted(self) -> bool:
        return self._stream.isatty() and not os.environ.get("CI") and os.environ.get("TERM") != "dumb"

    def _turn(self, began: float, done: "object") -> None:
        from threading import Event

        assert isinstance(done, Event)
        if done.wait(max(0.0, began + self._after_s - time.monotonic())):
            return
        frame = 0
        while True:
            seconds = int(time.monotonic() - began)
            self._write(f"\r\x1b[K{_FRAMES[frame % len(_FRAMES)]} {self._words} … {seconds} s")
            frame += 1
            if done.wait(_FRAME_S):
                self._write("\r\x1b[K")
                return

    def _write(self, text: str) -> None:
        try:
            self._stream.write(text)
            self._stream.flush()
        except (OSError, ValueError, UnicodeEncodeError):
            return
