"""Runs the command in this process: an interpreter's start saved, everything else as a person has it."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from gitlink.cli import app
from gitlink.sandbox.seed import ORG_ID, TOKEN
from tests.conftest import SCRIPTS

GITLINK = str(SCRIPTS / "gitlink")


@dataclass
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str


def call(capsys: pytest.CaptureFixture[str], *words: str) -> Done:
    """Run `gitlink WORDS` and check what holds for every command: no traceback, no secret."""
    capsys.readouterr()
    old, sys.argv = sys.argv, ["gitlink", *words]
    try:
        code = app.main()
    finally:
        sys.argv = old
    printed = capsys.readouterr()
    assert TOKEN not in printed.out + printed.err
    assert "Traceback" not in printed.err
    return Done(code, printed.out, printed.err)


def process(*words: str, cwd: Path | None = None, **environ: str) -> Done:
    """Run `gitlink WORDS` as a process of its own."""
    done = subprocess.run(
        (GITLINK, *words), cwd=cwd, env=os.environ | environ, capture_output=True, encoding="utf-8", check=False
    )
    assert TOKEN not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return Done(done.returncode, done.stdout, done.stderr)


def use(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    """Set what a person exports to reach the Tracker at *url*."""
    settings = {"TRACKER_API_BASE_URL": url, "TRACKER_TOKEN": TOKEN, "TRACKER_ORG_ID": ORG_ID, "NO_PROXY": "127.0.0.1"}
    for name, value in {**settings, "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}.items():
        monkeypatch.setenv(name, value)


def until(holds: Callable[[], bool], deadline_s: float = 15.0) -> bool:
    """Wait until something holds, and return whether it came to that."""
    stop = time.monotonic() + deadline_s
    while not holds():
        if time.monotonic() > stop:
            return False
        time.sleep(0.05)
    return True
