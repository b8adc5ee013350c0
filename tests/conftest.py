"""Real repositories for every test: no configuration but their own, fixed dates, the installed hooks."""

import os
import re
import shutil
import subprocess
import sysconfig
from pathlib import Path

import pytest
from hypothesis import settings

# A slow moment of the machine is no fault of what is tested.
settings.register_profile("gitlink", deadline=None)
settings.load_profile("gitlink")

SCRIPTS = Path(sysconfig.get_path("scripts"))


class Repository:
    """A work tree with a bare remote called `origin`, and the commands a person would type in it."""

    def __init__(self, path: Path, remote: Path) -> None:
        self.path = path
        self.remote = remote

    def git(self, *args: str, check: bool = True, **environ: str) -> subprocess.CompletedProcess[str]:
        """Run git here; *environ* adds variables."""
        return self.run("git", *args, check=check, **environ)

    def run(self, *args: str, check: bool = True, stdin: str = "", **environ: str) -> subprocess.CompletedProcess[str]:
        """Run any command here; a test that does not expect failure fails with what it printed."""
        done = subprocess.run(
            args,
            cwd=self.path,
            env=os.environ | environ,
            input=stdin,
            capture_output=True,
            encoding="utf-8",
            errors="surrogateescape",
            check=False,
        )
        if check:
            assert done.returncode == 0, f"{args}: {done.stdout}{done.stderr}"
        return done

    def sh(self, line: str) -> subprocess.CompletedProcess[str]:
        """Paste a line into a shell."""
        return self.run("sh", "-c", line)

    def commit(self, message: str, *args: str) -> str:
        """Make an empty commit past all hooks and return its oid."""
        self.git("commit", "--no-verify", "--allow-empty", "-m", message, *args)
        return self.git("rev-parse", "HEAD").stdout.strip()

    def policy(self, text: str) -> None:
        """Write the policy file."""
        (self.path / ".gitlink").write_text(text, encoding="utf-8")

    def hook(self, name: str) -> None:
        """Let Git run the installed hook itself."""
        file = self.path / ".git" / "hooks" / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"#!/bin/sh\nexec '{SCRIPTS / f'gitlink-{name}'}' \"$@\"\n", encoding="utf-8")
        file.chmod(0o755)


@pytest.fixture(autouse=True)
def _lone_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the machine's Git configuration, CI and the developer's own variables away."""
    for name in list(os.environ):
        mine = ("GIT_", "GITLINK_SKIP", "TRACKER_", "PRE_COMMIT", "GITHUB_", "GITLAB_", "GITEA_", "BITBUCKET_", "CI_")
        if name.startswith(mine) or name in ("CI", "GH_TOKEN"):
            monkeypatch.delenv(name)
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_STATE_HOME", str(home / "state"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(home / "gitconfig"))
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "Anna")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "anna@example.com")
        monkeypatch.setenv(f"GIT_{who}_DATE", "2026-01-02T03:04:05Z")


@pytest.fixture(scope="session")
def _ready(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the first repository of the session is kept; the others are copies of it, in a fifth of the time."""
    return tmp_path_factory.mktemp("ready") / "repository"


@pytest.fixture
def repository(tmp_path: Path, _ready: Path) -> Repository:
    """A repository on `main` with one commit that `origin` has."""
    names = ("remote.git", "work tree")
    if not _ready.exists():
        _make(*[tmp_path / name for name in names])
        _ready.mkdir()
        for name in names:
            shutil.copytree(tmp_path / name, _ready / name)
        return Repository(tmp_path / names[1], tmp_path / names[0])
    for name in names:
        shutil.copytree(_ready / name, tmp_path / name)
    made = Repository(tmp_path / names[1], tmp_path / names[0])
    config = made.path / ".git" / "config"
    first = config.read_text(encoding="utf-8")
    config.write_text(re.sub("(?m)^\turl = .*$", lambda _: f"\turl = {made.remote}", first), encoding="utf-8")
    return made


def _make(remote: Path, path: Path) -> None:
    subprocess.run(("git", "init", "-q", "--bare", "-b", "main", str(remote)), check=True)
    subprocess.run(("git", "init", "-q", "-b", "main", str(path)), check=True)
    made = Repository(path, remote)
    made.git("remote", "add", "origin", str(remote))
    made.commit("Start")
    made.git("push", "-q", "origin", "main")
    for sample in [*path.glob(".git/hooks/*.sample"), *remote.glob("hooks/*.sample")]:
        sample.unlink()
