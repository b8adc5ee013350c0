"""Proves that a hook fires: Git runs it in a scratch clone.

Only gitlink's own part is taken along, never other hooks or jobs: those would act. What the repository brings along (a
tracked hooks folder, husky's, lefthook's jobs) is not run at all: it may be anybody's.
"""

import os
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from gitlink import brought, managers, plumbing
from gitlink.core.text import shell_quote
from gitlink.shim import shim

_START = "git init -q --bare remote.git && git init -q -b main work && cd work && {settings}"
_STEPS = {
    "pre-push": "git commit -q --no-verify --allow-empty -m start; git push -q ../remote.git HEAD:refs/heads/x",
    "post-checkout": "git commit -q --no-verify --allow-empty -m start; git checkout -q -b TEST-1-x",
    "commit-msg": "git commit -q --allow-empty -m TEST-1",
    "prepare-commit-msg": "git commit -q --no-verify --allow-empty -m TEST-1",
}


@dataclass(frozen=True, slots=True)
class Proof:
    """Whether gitlink's executable ran for the hook, and whether it saw what it judges (a bad push was refused)."""

    fired: bool
    saw: bool


def native(file: Path, name: str) -> Proof:
    """Run the shim that *file* is, by way of pre-commit or prek where it stands behind what these wrote.

    Anybody can write what looks like a shim, so it is written here and not copied.
    """
    with tempfile.TemporaryDirectory(prefix="gitlink-doctor-") as scratch:
        hooks = Path(scratch, "hooks")
        hooks.mkdir()
        _put(hooks / file.name, shim(name).encode(), file)
        if file.name != name:
            _put(hooks / name, brought.beginning(file.with_name(name)), file.with_name(name))
        return _run(Path(scratch), name, {"core.hooksPath": str(hooks)})


def configured(name: str) -> Proof:
    """Have Git run the hook that its configuration here names."""
    with tempfile.TemporaryDirectory(prefix="gitlink-doctor-") as scratch:
        keys = [f"hook.gitlink-{name}.{key}" for key in ("event", "command")]
        values = {key: plumbing.text(plumbing.run("config", "--get", key)[1]).rstrip("\n") for key in keys}
        return _run(Path(scratch), name, {"core.hooksPath": str(Path(scratch, "hooks")), **values})


def line(folder: Path, name: str) -> Proof:
    """Run gitlink's lines of another's hook, in a hooks *folder* that the user keeps outside of the repository."""
    with tempfile.TemporaryDirectory(prefix="gitlink-doctor-") as scratch:
        hooks = Path(scratch, "hooks")
        hooks.mkdir()
        text = "\n".join(["#!/bin/sh", *managers.calling_lines(folder / name, name)]) + "\n"
        _put(hooks / name, text.encode(), folder / name)
        return _run(Path(scratch), name, {"core.hooksPath": str(hooks)})


def _put(file: Path, content: bytes, like: Path) -> None:
    """Write *file* with the mode of *like*."""
    file.write_bytes(content)
    file.chmod(like.stat().st_mode & 0o777)


def _run(scratch: Path, name: str, settings: dict[str, str]) -> Proof:
    """Do in *scratch* what has Git run the hook; gitlink's executable leaves its name as a witness."""
    log = scratch / "witness"
    environ = {key: value for key, value in os.environ.items() if not key.startswith(("GIT_", "GITLINK_"))}
    who = {f"GIT_{role}_{what}": "doctor" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    words = "".join(f"git config {key} {shell_quote(value)} && " for key, value in settings.items())
    try:
        done = subprocess.run(
            ("sh", "-c", _START.format(settings=words) + _STEPS[name]),
            cwd=scratch,
            env=environ | who | {"GITLINK_WITNESS": str(log), "GIT_CONFIG_NOSYSTEM": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=60,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Proof(fired=False, saw=False)
    fired = log.exists() and name in log.read_text(encoding="utf-8") and done.returncode in (0, 1)
    return Proof(fired, saw=fired and (name != "pre-push" or done.returncode == 1))
