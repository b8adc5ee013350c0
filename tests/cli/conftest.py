"""The installed `gitlink`, a repository on TEST-1's branch, and a sandbox in place of Tracker."""

import os
import pty
import subprocess
from collections.abc import Callable, Iterator

import pytest

from gitlink.sandbox.server import SandboxServer, exports
from tests.conftest import SCRIPTS, Repository
from tests.sandbox.asking import Api

GITLINK = str(SCRIPTS / "gitlink")
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def tracker(monkeypatch: pytest.MonkeyPatch) -> Iterator[SandboxServer]:
    """A sandbox that the environment points at, in English."""
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    with SandboxServer() as sandbox:
        for name, value in exports(sandbox.port).items():
            monkeypatch.setenv(name, value)
        yield sandbox


@pytest.fixture
def api(tracker: SandboxServer) -> Api:
    """Asks the sandbox itself, past gitlink, as its administrator."""
    return Api(tracker)


@pytest.fixture
def gitlink(repository: Repository) -> Run:
    """Run `gitlink` in the repository, on the branch of TEST-1."""
    repository.git("switch", "-q", "-c", "TEST-1-login")

    def run(*words: str, code: int = 0, stdin: str = "", **environ: str) -> subprocess.CompletedProcess[str]:
        done = repository.run(GITLINK, *words, check=False, stdin=stdin, **environ)
        assert done.returncode == code, f"{words}: {done.stdout}{done.stderr}"
        assert "Traceback" not in done.stderr
        return done

    return run


def on_terminal(repository: Repository, *words: str, answers: str = "", **environ: str) -> tuple[int, str]:
    """Run `gitlink` on a terminal where *answers* have been typed; return its exit status and the screen."""
    ours, theirs = pty.openpty()
    known = {name: value for name, value in os.environ.items() if name not in ("CI", "NO_COLOR", "TERM")}
    child = subprocess.Popen(
        (GITLINK, *words),
        cwd=repository.path,
        env=known | {"TERM": "xterm"} | environ,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    os.write(ours, answers.encode())
    screen = b""
    try:
        while chunk := os.read(ours, 4096):
            screen += chunk
    except OSError:
        pass  # Linux tells so that nobody has the other end any more
    os.close(ours)
    return child.wait(), screen.decode("utf-8", "replace")
