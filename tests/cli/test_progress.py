"""The line that says something is under way: after a second, on a terminal, and gone before anything is printed."""

import os
import pty
import time

import pytest

from gitlink.cli.terminal import Progress
from gitlink.sandbox.server import SandboxServer
from tests.cli.conftest import Run, on_terminal
from tests.conftest import Repository
from tests.sandbox.asking import Api

CLEARED = "\r\x1b[K"


def _shown(progress_s: float, *waits_s: float) -> str:
    """Return what a terminal shows of waits, one after the other, of one command."""
    ours, theirs = pty.openpty()
    with open(theirs, "w", encoding="utf-8") as screen:
        progress = Progress("waiting", stream=screen, after_s=progress_s)
        for wait_s in waits_s:
            with progress():
                time.sleep(wait_s)
        screen.write("end")
    told = b""
    while not told.endswith(b"end"):
        told += os.read(ours, 4096)
    os.close(ours)
    return told.decode()


@pytest.fixture(autouse=True)
def _terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("CI", raising=False)


def test_what_is_quick_shows_nothing() -> None:
    assert _shown(5.0, 0.01, 0.01) == "end"


def test_what_takes_long_is_shown_and_taken_away() -> None:
    told = _shown(0.02, 0.2)
    assert "waiting … 0 s" in told
    assert told.endswith(f"{CLEARED}end")


def test_many_short_waits_are_one_long_one() -> None:
    assert "waiting" in _shown(0.05, 0.03, 0.03, 0.03, 0.03)


@pytest.mark.parametrize("environ", [{"CI": "1"}, {"TERM": "dumb"}])
def test_it_is_off_where_nobody_looks(monkeypatch: pytest.MonkeyPatch, environ: dict[str, str]) -> None:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    assert _shown(0.0, 0.05) == "end"


def test_a_slow_tracker_is_announced_on_a_terminal_only(
    repository: Repository, gitlink: Run, tracker: SandboxServer, api: Api
) -> None:
    slow = {"method": "GET", "path": "/issues/TEST-1$", "delay": 1.4, "times": 1}
    api("POST", "/_sandbox/faults", [slow])
    status, screen = on_terminal(repository, "status")
    assert (status, "waiting for Tracker …" in screen) == (0, True)
    assert screen.rpartition(CLEARED)[2].startswith("TEST-1  Open  Add login form")
    api("POST", "/_sandbox/faults", [slow])
    assert gitlink("status").stderr == ""
