"""Looks at all that can be wrong here, and proves that each installed hook fires by running it in a scratch clone."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gitlink import install, plumbing, settings
from gitlink.core import policy as policies
from gitlink.core.text import shell_quote
from gitlink.errors import GitlinkError
from gitlink.hook import setting


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: `ok`, `warning` or `wrong`; what was seen, and the fix where there is one."""

    about: str
    state: str
    seen: str
    fix: str | None = None


def look(environ: dict[str, str]) -> Iterator[Finding]:
    """Yield what there is to say, repository first; raises nothing for what is merely wrong."""
    yield Finding("git", "ok", plumbing.text(plumbing.output("version")).strip())
    status, top = plumbing.run("rev-parse", "--show-toplevel")
    if status == 0:
        os.chdir(os.fsdecode(top.rstrip(b"\n")))
    yield from _policy()
    yield from _hooks()
    yield from _settings(environ)


def _policy() -> Iterator[Finding]:
    try:
        policy = setting.worktree_policy()
    except GitlinkError as error:
        yield Finding("policy", "wrong", error.message, error.fix)
        return
    if policy is policies.DEFAULTS:
        yield Finding("policy", "warning", "no .gitlink here: the defaults apply", "gitlink init")
    else:
        yield Finding("policy", "ok", f".gitlink, queues: {', '.join(sorted(policy.queues)) or 'any'}")


def _hooks() -> Iterator[Finding]:
    folder = install.hooks_folder()
    path = plumbing.run("config", "--show-scope", "--show-origin", "--get", "core.hooksPath")
    if path[0] == 0:
        yield Finding("core.hooksPath", "warning", plumbing.text(path[1]).strip().replace("\t", " "))
    for name in install.HOOKS:
        files = [folder / name, folder / f"{name}.legacy"]
        if install.is_configured(name):
            yield Finding(name, "ok", f"run by Git's own configuration (hook.gitlink-{name})")
        elif not any(install.is_ours(file) for file in files):
            yield Finding(name, "warning", "not installed natively", f"gitlink install --hook {name}")
        elif _fires(folder, name):
            yield Finding(name, "ok", f"fires (seen in a scratch clone), {folder / name}")
        else:
            yield Finding(name, "wrong", f"is installed and does not fire, {folder / name}", "gitlink install")


def _fires(folder: Path, name: str) -> bool:
    """Whether Git, with these hooks, really starts gitlink's executable for *name*: it leaves its name as a witness."""
    with tempfile.TemporaryDirectory(prefix="gitlink-doctor-") as scratch:
        environ = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
        who = {f"GIT_{role}_{what}": "doctor" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
        hooks = Path(scratch, "hooks")
        hooks.mkdir()
        for file in folder.glob(f"{name}*"):
            target = hooks / file.name
            target.write_bytes(file.read_bytes())
            target.chmod(file.stat().st_mode & 0o777)
        line = _STEPS[name].format(hooks=shell_quote(str(hooks)))
        log = Path(scratch, "witness")
        done = subprocess.run(
            ("sh", "-c", line),
            cwd=scratch,
            env=environ | who | {"GITLINK_WITNESS": str(log), "GIT_CONFIG_NOSYSTEM": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=60,
            check=False,
        )
        return log.exists() and name in log.read_text(encoding="utf-8") and done.returncode in (0, 1)


_START = "git init -q --bare remote.git && git init -q -b main work && cd work && git config core.hooksPath {hooks} && "
_STEPS = {
    "pre-push": _START
    + "git commit -q --no-verify --allow-empty -m start; git push -q ../remote.git HEAD:refs/heads/x",
    "post-checkout": _START + "git commit -q --no-verify --allow-empty -m start; git checkout -q -b TEST-1-x",
    "commit-msg": _START + "git commit -q --allow-empty -m TEST-1",
    "prepare-commit-msg": _START + "git commit -q --no-verify --allow-empty -m TEST-1",
}


def _settings(environ: dict[str, str]) -> Iterator[Finding]:
    for key, value in settings.read(environ).items():
        yield Finding(key, "ok", f"{value.shown} (from {value.source})")
    try:
        credentials, token = settings.identify(environ)
    except GitlinkError as error:
        yield Finding("credentials", "warning", f"{error.message}: {error.why}", error.fix)
    else:
        kind = "an IAM" if token.is_iam else "an OAuth"
        yield Finding("credentials", "ok", f"{kind} token for {credentials.org_id} (from {token.source})")
