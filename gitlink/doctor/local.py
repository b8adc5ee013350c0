"""Looks at all that can be wrong here, and proves that each installed hook fires by running it in a scratch clone."""

import os
import shutil
import sysconfig
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

from gitlink import brought, install, managers, plumbing, settings
from gitlink.core import policy as policies
from gitlink.core.text import shell_quote
from gitlink.doctor import proof, tracker
from gitlink.doctor.finding import Finding
from gitlink.errors import GitlinkError, PolicyError
from gitlink.hook import setting, trusted
from gitlink.shim import OUTSIDE, is_ours, is_shim
from gitlink.transport.send import Waiting


def look(environ: dict[str, str], waiting: Waiting = nullcontext) -> Iterator[Finding]:
    """Yield what there is to say, repository first; raises nothing for what is merely wrong."""
    yield Finding("git", "ok", plumbing.text(plumbing.output("version")).strip())
    status, top = plumbing.run("rev-parse", "--show-toplevel")
    if status == 0:
        os.chdir(os.fsdecode(top.rstrip(b"\n")))
    yield from _policy()
    try:
        brought.refuse_bare()
    except GitlinkError as error:
        yield Finding("hooks", "wrong", f"{error.message}: {error.where}; {error.why}", error.fix)
    else:
        if plumbing.run("rev-parse", "--git-dir")[0] == 0:
            yield from _hooks()
        else:
            yield Finding("hooks", "warning", f"{os.getcwd()} is in no Git repository", "git init")
    yield from _settings(environ)
    yield from tracker.look(environ, _readable_policy(), waiting)


def _readable_policy() -> policies.Policy | None:
    try:
        return setting.worktree_policy()
    except GitlinkError:
        return None


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
    if policy.text("checkout.status") and not trusted.checkout_status():
        seen = "moves nothing: it counts from the remote's default branch or the user's own `gitlink.policy` alone"
        fix: str | None = "git remote set-head origin --auto"
        try:
            trusted.default_policy()
        except PolicyError as error:
            seen, fix = f"{seen}, and {error.message}: {error.why}", error.fix
        yield Finding("checkout.status", "warning", seen, fix)


def _hooks() -> Iterator[Finding]:
    folder = install.hooks_folder()
    path = plumbing.run("config", "--show-scope", "--show-origin", "--get", "core.hooksPath")
    if path[0] == 0:
        yield Finding("core.hooksPath", "warning", plumbing.text(path[1]).strip().replace("\t", " "))
    foreign = install.why_foreign(folder)
    for name in install.HOOKS:
        host, shim = install.host_of(folder, name), install.shim_in(folder, name)
        inside = install.tree_around(*_run_by(folder, name))
        if inside is not None:
            seen = f"runs a file of the work tree {inside}, where a branch can put another in its place"
            yield Finding(name, "warning", f"{seen}; not run here", OUTSIDE)
        elif install.is_configured(name):
            yield _proven(name, proof.configured(name), f"run by Git's own configuration (hook.gitlink-{name})")
        elif shim and (not foreign or is_shim(folder / name, name)):
            yield _native(shim, name)
        elif host is not None:
            yield _hosted(folder, name, host)
        else:
            yield _absent(folder, name)


def _run_by(folder: Path, name: str) -> list[Path]:
    """Return the executables of gitlink's that the hook *name* names, as they are spelled in it."""
    texts = [plumbing.text(plumbing.run("config", "--get", f"hook.gitlink-{name}.command")[1])]
    file = install.shim_in(folder, name)
    texts.append(plumbing.text(brought.beginning(file)) if file else "")
    lines = [line.removeprefix("hook=") for text in texts for line in text.split("\n")]
    return [Path(line[1 : line.rfind("'")].replace("'\\''", "'")) for line in lines if line.startswith("'/")]


def _proven(name: str, proven: proof.Proof, what: str, fix: str = "gitlink install") -> Finding:
    if not proven.fired:
        return Finding(name, "wrong", f"is installed and does not fire, {what}", fix)
    if not proven.saw:
        return Finding(name, "wrong", f"fires and sees no ref of a push: its standard input is lost, {what}", fix)
    return Finding(name, "ok", f"fires (seen in a scratch clone), {what}")


def _native(shim: Path, name: str) -> Finding:
    if not is_shim(shim, name):
        seen = f"{shim} is of another version of gitlink or from another place, or was changed; read and not run"
        return Finding(name, "warning", seen, f"gitlink install --hook {name}")
    found = _proven(name, proof.native(shim, name), str(shim.with_name(name)))
    top = managers.top()
    if found.state != "ok" or not managers.lefthook_wants(top, name):
        return found
    seen = f"fires, until the next `lefthook install` renames it to {name}{managers.OLD_SUFFIX}"
    return Finding(name, "warning", seen, _job(top, name))


def _hosted(folder: Path, name: str, host: Path) -> Finding:
    """Judge a hook that another manager runs, by a line or a job in its file *host*."""
    top = managers.top()
    if not install.why_foreign(folder):
        lines = managers.calling_lines(host, name, "use_stdin")
        if name == "pre-push" and not any("use_stdin" in line for line in lines):
            return Finding(name, "wrong", f"run by lefthook ({host}) and sees no ref of a push", _job(top, name))
        return _read_only(name, f"run by lefthook ({host})")
    if managers.is_husky(folder) and not (folder / name).exists():
        # Its folder is ignored by Git: a new worktree has none, and Git runs nothing there.
        return Finding(name, "wrong", f"is installed and does not fire, {host}", "npx husky")
    if managers.is_behind_lfs(host, name):
        seen = f"{host}: `git lfs` before it reads the refs of a push, and gitlink sees none"
        return Finding(name, "wrong", seen, f"instead of it, first in {host}:  {managers.FIRST_LINE}")
    if host.resolve().is_relative_to(top.resolve()) or brought.tracked_by(host):
        return _read_only(name, str(host))
    proven = proof.line(folder, name)
    if not proven.fired and managers.needs_work_tree(host, name):
        return Finding(name, "warning", f"{host}; not proven, for it needs this work tree and was run in another")
    if not proven.fired and shutil.which(f"gitlink-{name}") is None:
        return _not_on_path(name, str(host))
    fix = f'a line for itself in {host}, and the file executable:  gitlink-{name} "$@"'
    return _proven(name, proven, str(host), fix)


def _read_only(name: str, what: str) -> Finding:
    """Judge what the repository brings along without running it: it may be anybody's."""
    if shutil.which(f"gitlink-{name}") is None:
        return _not_on_path(name, what)
    return Finding(name, "ok", f"is named, {what}; read and not run, for the repository brings it along")


def _not_on_path(name: str, what: str) -> Finding:
    path = f"export PATH={shell_quote(sysconfig.get_path('scripts'))}:$PATH"
    return Finding(name, "wrong", f"{what} runs gitlink-{name}, which is not on PATH", path)


def _absent(folder: Path, name: str) -> Finding:
    old = folder / f"{name}{managers.OLD_SUFFIX}"
    if is_ours(old):
        seen = f"does not run: lefthook has put gitlink's hook away as {old}"
        return Finding(name, "wrong", seen, _job(managers.top(), name))
    fix = f"gitlink install --hook {name}"
    if install.why_foreign(folder) and not install.has_config_hooks():
        fix = install.line_to_add(folder, name)
    left = install.default_folder() / name
    if is_ours(left):
        return Finding(name, "wrong", f"does not run: it is {left}, and core.hooksPath has Git look in {folder}", fix)
    seen = "not installed natively"
    if name == "pre-push" and managers.is_framework(folder / name):
        seen += ": under pre-commit or prek alone only one ref of a push is seen, none of a branch without new commits"
    return Finding(name, "warning", seen, fix)


def _job(top: Path, name: str) -> str:
    """Return the lasting way beside lefthook: Git's own configuration where it has hooks, else a job of lefthook's."""
    configs = managers.lefthook_configs(top)
    if not configs or install.has_config_hooks():
        return f"gitlink install --hook {name}"
    line = managers.lefthook_line(name, configs[0])
    return f"under `jobs:` of {name} in {configs[0]}, then run lefthook install:  {line}"


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
