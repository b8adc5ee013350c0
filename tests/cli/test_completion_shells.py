"""Completion in zsh and fish themselves, installed as a person does it; bash's is in test_completion.py."""

import os
import pty
import select
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from gitlink.sandbox.server import SandboxServer
from tests.cli.conftest import Run
from tests.conftest import SCRIPTS, Repository


def needs(shell: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(shutil.which(shell) is None, reason=f"{shell} is not installed")


@pytest.fixture
def installed(repository: Repository, gitlink: Run, tracker: SandboxServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """`gitlink` on PATH and its completion where each shell looks for it."""
    monkeypatch.setenv("PATH", f"{SCRIPTS}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.delenv("ZDOTDIR", raising=False)
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    for shell in ("zsh", "fish"):
        if shutil.which(shell):
            repository.run(shell, "-c", "gitlink --install-completion; true")


@needs("fish")
def test_fish(installed: None, repository: Repository) -> None:
    def offered(line: str) -> list[str]:
        return repository.run("fish", "-c", f"complete -C '{line}'").stdout.splitlines()

    assert offered("gitlink status need") == ["needInfo\tNeed info", "need-info\tneedInfo"]
    assert offered("gitlink status ready --issue test-") == ["test-3\tSearch forgets its filter, In review"]
    assert offered("gitlink issue TEST-") == ["TEST-3\tSearch forgets its filter, In review"]
    assert [line.partition("\t")[0] for line in offered("gitlink rev")] == ["review"]


@needs("zsh")
def test_zsh(installed: None, repository: Repository) -> None:
    with _zsh(repository) as typed:
        typed("gitlink \t", "\x07")  # typer's script only registers itself at the first Tab of a session
        assert "gitlink status needInfo" in typed("gitlink status needI\t", "needInfo")
        assert "needInfo" in typed("gitlink status need\t\t", "needInfo  ")
        assert "TEST-3" in typed("gitlink issue TEST-\t", "TEST-3")
        assert "test-3" in typed("gitlink status --issue test-\t", "test-3")


@contextmanager
def _zsh(repository: Repository) -> Iterator["_Typed"]:
    pid, screen = pty.fork()
    if pid == 0:
        os.chdir(repository.path)
        os.execvpe("zsh", ["zsh", "-i"], {**os.environ, "TERM": "xterm", "PS1": "READY "})
    typed = _Typed(screen)
    try:
        typed("", "READY")
        yield typed
    finally:
        os.kill(pid, 9)
        os.waitpid(pid, 0)
        os.close(screen)


class _Typed:
    """Types into a terminal and returns what it shows until something is seen, or for ten seconds."""

    def __init__(self, screen: int) -> None:
        self._screen = screen

    def __call__(self, keys: str, awaited: str) -> str:
        os.write(self._screen, b"\x15" + keys.encode())  # Ctrl-U: what was typed before is gone
        shown, stop = "", time.monotonic() + 10
        while awaited not in shown and time.monotonic() < stop:
            if select.select([self._screen], [], [], 0.1)[0]:
                with suppress(OSError):
                    shown += os.read(self._screen, 4096).decode("utf-8", "replace")
        return shown
