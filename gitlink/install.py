"""Native hooks: a shim for each, what stood there before kept and run, and the way back, byte for byte.

The shim is told by its marker line. A hook of pre-commit or prek is left where it is and ours is put behind it as
`NAME.legacy`, which both run first with all of standard input
(https://github.com/pre-commit/pre-commit/blob/main/pre_commit/commands/hook_impl.py, `_run_legacy`); any other hook is
kept as `NAME.before-gitlink` and run by the shim. A folder that is tracked or shared is never written to, and where
lefthook would put ours away again (`gitlink.managers`) Git's own configuration is used, if this Git has hooks there.
"""

import os
import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from gitlink import brought, managers, plumbing
from gitlink.core.text import shell_quote
from gitlink.errors import GitError, SettingsError, UsageFault
from gitlink.shim import KEPT_SUFFIX, OUTSIDE, command, executable, is_ours, is_shim, shim

HOOKS = ("pre-push", "post-checkout", "commit-msg", "prepare-commit-msg")
_CONFIG_HOOKS_SINCE = (2, 54)


@dataclass(frozen=True, slots=True)
class Done:
    """What happened to one hook: `installed`, `already`, `removed`, `absent`; and where."""

    name: str
    what: str
    path: Path


def install(names: tuple[str, ...] = HOOKS) -> list[Done]:
    """Install *names* in the repository one stands in; raises SettingsError where the folder is not ours."""
    for name in names:
        if name not in HOOKS:
            raise UsageFault(f"gitlink has no hook `{name}`", why=f"it has {', '.join(HOOKS)}", fix="gitlink install")
    folder = hooks_folder()
    refuse_inside(names)
    hosted = {name: file for name in names if (file := host_of(folder, name)) is not None}
    missing = tuple(name for name in names if name not in hosted)
    foreign = why_foreign(folder)
    if (foreign or managers.lefthook_configs(managers.top())) and has_config_hooks():
        do = _configure
    elif foreign and missing:
        raise SettingsError(
            "gitlink does not write to this hooks folder",
            where=str(folder),
            why=foreign,
            fix="; ".join(dict.fromkeys(line_to_add(folder, name) for name in missing)),
        )
    else:
        do = partial(_install_one, folder)
    return [Done(name, "already", hosted[name]) if name in hosted else do(name) for name in names]


def refuse_inside(names: tuple[str, ...]) -> None:
    """Raise SettingsError where gitlink itself lies in a work tree of this repository."""
    for name in names:
        place = executable(name)
        tree = tree_around(place, Path(sys.prefix))
        if tree is not None:
            raise SettingsError(
                "gitlink lies in a work tree of this repository, and hooks would run it from there",
                where=str(place),
                why="a branch that tracks these files has Git write others over them at a checkout, ignored or not",
                fix=OUTSIDE,
            )


def tree_around(*places: Path) -> Path | None:
    """Return the work tree of this repository that one of *places* lies in, links followed or not; None: none does."""
    entries = os.fsdecode(plumbing.run("worktree", "list", "--porcelain")[1]).split("\n\n")
    trees = [entry.split("\n")[0].removeprefix("worktree ") for entry in entries if "\nbare" not in entry]
    if plumbing.run("rev-parse", "--is-inside-work-tree")[1].strip() == b"true":
        trees.append(str(managers.top()))  # with a git directory that lies elsewhere the list names that one's place
    forms = {path for place in places for path in (place, Path(os.path.realpath(place)))}
    for tree in filter(os.path.isabs, trees):
        if any(path.is_relative_to(form) for path in forms for form in (tree, os.path.realpath(tree))):
            return Path(tree)
    return None


def advice(installed: list[Done]) -> str:
    """Return what there is to say about hooks just *installed* that will not last; empty where they will."""
    folder, top = hooks_folder(), managers.top()
    written = tuple(done.name for done in installed if done.path.parent == folder)
    configs = managers.lefthook_configs(top)
    if not written:
        return ""
    if configs:
        return managers.lefthook_advice(written, configs[0])
    if plumbing.run("ls-files", "--others", "--exclude-standard", "--", *(str(folder / name) for name in written))[1]:
        return managers.exclude_advice(folder, top)
    return ""


def uninstall() -> list[Done]:
    """Take every shim of ours away and put back what stood there; nothing else is touched."""
    return [_uninstall_one(name) for name in HOOKS]


def hooks_folder() -> Path:
    """Return the folder whose hooks Git runs here (`core.hooksPath` and worktrees considered), absolute."""
    brought.refuse_bare()
    status, raw = plumbing.run("rev-parse", "--git-path", "hooks")
    if status:
        raise GitError("this is not a Git repository", where=os.getcwd(), fix="git init")
    return Path(os.path.abspath(os.fsdecode(raw.rstrip(b"\n"))))


def default_folder() -> Path:
    """Return the hooks folder that is Git's where core.hooksPath is not set: ours may have been left there."""
    return Path(os.path.abspath(os.fsdecode(plumbing.output("rev-parse", "--git-common-dir").rstrip(b"\n"))), "hooks")


def host_of(folder: Path, name: str) -> Path | None:
    """Return the file with which another manager runs gitlink's hook *name* already, if one does."""
    target = managers.line_folder(folder) / name
    if why_foreign(folder) and managers.calls(target, name):
        return target
    top = managers.top()
    config = managers.lefthook_job_in(top, name) if managers.is_lefthook(folder / name) else None
    return top / config if config else None


def line_to_add(folder: Path, name: str) -> str:
    """Return the command that adds gitlink's hook *name* to a hooks folder that is not ours, or gives Git a folder."""
    default = default_folder()
    if folder == default and is_no_folder(folder):
        return f"mv {shell_quote(str(folder))} {shell_quote(f'{folder}.old')} && gitlink install"
    if is_no_folder(folder):
        return f"git config core.hooksPath {shell_quote(str(default))} && gitlink install"
    return managers.line_to_add(managers.line_folder(folder) / name, name, bare=managers.is_husky(folder))


def is_no_folder(folder: Path) -> bool:
    """Whether Git looks for hooks where none can be: `core.hooksPath = /dev/null` switches them off."""
    return folder.exists() and not folder.is_dir()


def shim_in(folder: Path, name: str) -> Path | None:
    """Return the file in *folder* that looks like gitlink's shim of the hook *name*, and that Git runs or has run."""
    path = folder / (f"{name}.legacy" if managers.is_framework(folder / name) else name)
    return path if is_ours(path) else None


def _install_one(folder: Path, name: str) -> Done:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    old = folder / f"{name}{managers.OLD_SUFFIX}"
    _take_away(old, name)
    if managers.is_framework(path):
        path = folder / f"{name}.legacy"
    if is_shim(path, name):
        return Done(name, "already", path)
    # An empty file and a link that leads nowhere on this branch are somebody's hook too.
    if os.path.lexists(path) and not is_ours(path):
        kept = folder / f"{name}{KEPT_SUFFIX}"
        if os.path.lexists(kept):
            raise SettingsError(
                f"an older hook is kept already as {kept.name}",
                where=str(folder),
                why="gitlink would have to overwrite it to keep the present one",
                fix=f"rm {shell_quote(str(kept))}",
            )
        if managers.is_lefthook(path):
            _move(old, old.with_name(old.name + KEPT_SUFFIX))
        os.rename(path, kept)
    _write(path, shim(name).encode())
    return Done(name, "installed", path)


def _uninstall_one(name: str) -> Done:
    place = _take_shims_away(name)
    if is_configured(name):
        plumbing.output("config", "--local", "--remove-section", f"hook.gitlink-{name}")
        place = place or _configured_place(name)
    return Done(name, "removed", place) if place else Done(name, "absent", hooks_folder() / name)


def _take_shims_away(name: str) -> Path | None:
    """Take away the shims of hook *name*, here and where Git looks without core.hooksPath; return where one was."""
    place = None
    for folder in _own_folders():
        for path in (folder / f"{name}{end}" for end in ("", ".legacy", managers.OLD_SUFFIX)):
            place = path if _take_away(path, name) else place
        old = folder / f"{name}{managers.OLD_SUFFIX}"
        _move(old.with_name(old.name + KEPT_SUFFIX), old)
    return place


def _own_folders() -> list[Path]:
    """Return the folders that files may be taken away from: where Git looks now, and without core.hooksPath."""
    here, default = hooks_folder(), default_folder()
    own = [] if why_foreign(here) else [here]
    return own if here == default or brought.tracked_by(default) else [*own, default]


def _take_away(path: Path, name: str) -> bool:
    """Put back at *path* what our shim there took the place of; whether it was ours.

    What lefthook wrote itself is not put back as `NAME.old`: it would have written over it.
    """
    if not is_ours(path):
        return False
    kept = path.with_name(f"{name}{KEPT_SUFFIX}")
    if os.path.lexists(kept) and not (path.suffix == managers.OLD_SUFFIX and managers.is_lefthook(kept)):
        os.replace(kept, path)
    else:
        path.unlink()
        kept.unlink(missing_ok=True)
    return True


def _move(path: Path, target: Path) -> None:
    """Move what lefthook keeps as `NAME.old` out of its way, which our shim would take next, or back; never over it."""
    if path.exists() and not target.exists():
        os.rename(path, target)


def _write(path: Path, text: bytes) -> None:
    new = path.with_name(path.name + ".new")
    new.write_bytes(text)
    new.chmod(0o755)
    os.replace(new, path)


def is_configured(name: str) -> bool:
    """Whether this clone's configuration has Git itself run gitlink's hook (git-hook(1), Git 2.54 and later)."""
    return plumbing.run("config", "--local", "--get", f"hook.gitlink-{name}.command")[0] == 0


def _configure(name: str) -> Done:
    _take_shims_away(name)  # of an older Git, or from before core.hooksPath was set: the hook would run twice
    what = "already" if is_configured(name) else "installed"
    plumbing.output("config", "--local", f"hook.gitlink-{name}.event", name)
    plumbing.output("config", "--local", f"hook.gitlink-{name}.command", command(name))
    return Done(name, what, _configured_place(name))


def _configured_place(name: str) -> Path:
    return Path(f"hook.gitlink-{name} of git config --local")


def has_config_hooks() -> bool:
    """Whether this Git runs hooks that its configuration names."""
    words = plumbing.text(plumbing.output("version")).split()
    return tuple(int(part) for part in words[2].split(".")[:2] if part.isdigit()) >= _CONFIG_HOOKS_SINCE


def why_foreign(folder: Path) -> str | None:
    """Return why *folder* is not gitlink's to write to: tracked, shared, or made anew by another tool; None: it is."""
    if is_no_folder(folder):
        return "it is no folder, so Git runs no hooks"
    if managers.is_husky(folder):
        return "husky writes that folder anew"
    here = plumbing.run("ls-files", "--error-unmatch", "--", os.path.realpath(folder))[0] == 0
    if here or brought.tracked_by(folder):
        return "the folder is tracked"
    status, raw = plumbing.run("config", "--show-scope", "--get", "core.hooksPath")
    scope = plumbing.text(raw).partition("\t")[0]
    if status or scope in ("local", "worktree"):
        return None
    return f"core.hooksPath is set ({scope}), so the folder is shared"
