"""Other managers of hooks: which file is whose, and the line or the job with which each of them runs gitlink.

lefthook (https://lefthook.dev) writes its own file over `.git/hooks/NAME` at every `lefthook install`, and at a
`lefthook run` after its configuration changed: what stood there it renames to `NAME.old` and never runs
(https://github.com/evilmartians/lefthook/blob/master/internal/command/lefthook.go, `cleanHook`). husky
(https://typicode.github.io/husky) points core.hooksPath to `.husky/_`, whose files run `.husky/NAME` with `sh -e`.
"""

import json
import os
from pathlib import Path

from gitlink import plumbing
from gitlink.core.text import printable, shell_quote

OLD_SUFFIX = ".old"
_MOST_BYTES = 1 << 20
_LEFTHOOK_STEMS = tuple(f"{start}lefthook{end}" for end in ("", "-local") for start in ("", ".", ".config/"))
_LEFTHOOK_ENDS = (".yml", ".yaml", ".json", ".jsonc", ".toml")
FIRST_LINE = 'refs=$(mktemp) && cat > "$refs" && gitlink-pre-push "$@" < "$refs" || exit; exec < "$refs"; rm -f "$refs"'
_ARGUMENTS = {
    # `files` names one file, for lefthook skips a pre-push job that has none, as for a new branch with no new commit
    # (internal/run/controller/command/build_command.go); the hook takes no notice of a third argument.
    "pre-push": "'{1}' '{2}' {files}",
    "post-checkout": "{0}",
    "commit-msg": "'{1}'",
    "prepare-commit-msg": "'{1}' {2}",
}


def top() -> Path:
    """Return the top of the work tree one stands in; the present folder where there is none."""
    return Path(os.path.abspath(os.fsdecode(plumbing.run("rev-parse", "--show-toplevel")[1].rstrip(b"\n")) or "."))


def is_husky(folder: Path) -> bool:
    """Whether husky writes this hooks folder anew whenever it is installed."""
    return folder.name == "_" and (folder.parent.name == ".husky" or (folder / "husky.sh").exists())


def line_folder(folder: Path) -> Path:
    """Return where the lines go that are to run from the hooks *folder*: husky runs those one folder up."""
    return folder.parent if is_husky(folder) else folder


def is_lefthook(file: Path) -> bool:
    """Whether lefthook wrote the hook's *file*, by the sign that lefthook itself goes by (`isLefthookFile`)."""
    try:
        return b"LEFTHOOK" in _start(file)
    except OSError:
        return False


def _start(file: Path) -> bytes:
    """Return the first of a file that a repository may bring along, as much as a person would write."""
    with file.open("rb") as opened:
        return opened.read(_MOST_BYTES)


def lefthook_job_in(folder: Path, name: str) -> str | None:
    """Return the configuration of lefthook's in *folder* that runs gitlink's hook *name*, if there is one."""
    return next((config for config in lefthook_configs(folder) if calls(folder / config, name)), None)


def lefthook_configs(folder: Path) -> list[str]:
    """Return the names of lefthook's configurations in *folder*, in the order in which it looks for them."""
    names = [stem + end for stem in _LEFTHOOK_STEMS for end in _LEFTHOOK_ENDS]
    return [name for name in names if (folder / name).is_file()]


def calls(file: Path, name: str) -> bool:
    """Whether a line of *file* that is no comment runs gitlink's hook *name*."""
    return bool(calling_lines(file, name))


def calling_lines(file: Path, name: str, *besides: str) -> list[str]:
    """Return the lines of *file* that name the hook's executable or one *besides*, comments left out."""
    words = (f"gitlink-{name}", *besides)
    try:
        lines = _start(file).decode("utf-8", "replace").splitlines()
    except OSError:
        return []
    said = [line for line in lines if not line.lstrip().startswith(("#", "//"))]
    return [line for line in said if any(word in line for word in words)]


def needs_work_tree(file: Path, name: str) -> bool:
    """Whether a line of *file* finds the hook *name* by a path or by a runner (`uv run`, `poetry run`, `npm exec`)."""
    ways = [f"{before}gitlink-{name}" for before in ("/", "run ", "exec ")]
    return any(way in line for line in calling_lines(file, name) for way in ways)


def is_behind_lfs(file: Path, name: str) -> bool:
    """Whether `git lfs` stands in a pre-push hook with no gitlink before it: it reads the push's refs to their end."""
    lines = calling_lines(file, name, "git lfs", "git-lfs")
    return name == "pre-push" and bool(lines) and f"gitlink-{name}" not in lines[0]


def line_to_add(file: Path, name: str, *, bare: bool) -> str:
    """Return the command that has the hook *file* of another run gitlink; *bare*: it needs neither `#!` nor mode."""
    call, target = f"'gitlink-{name} \"$@\"'", shell_quote(str(file))
    if bare and is_behind_lfs(file, name):
        new = shell_quote(f"{file}.new")
        return f"printf '%s\\n' '{FIRST_LINE}' | cat - {target} > {new} && cat {new} > {target} && rm {new}"
    if file.exists() and file.read_bytes()[-1:] not in (b"\n", b""):
        return f"printf '\\n%s\\n' {call} >> {target}"
    if bare or file.exists():
        return f"echo {call} >> {target}"
    return f"printf '%s\\n' '#!/bin/sh' {call} > {target} && chmod +x {target}"


def lefthook_job(name: str, config: str) -> dict[str, str]:
    """Return the job that runs gitlink's hook *name*, values as YAML spells them."""
    job = {"name": "gitlink", "run": f"gitlink-{name} {_ARGUMENTS[name]}"}
    return job | {"files": f"echo {config}", "use_stdin": "true"} if name == "pre-push" else job


def lefthook_block(names: tuple[str, ...], config: str) -> str:
    """Return the jobs as a block of lefthook.yml."""
    lines = []
    for name in names:
        (_, first), *rest = lefthook_job(name, config).items()
        lines += [f"{name}:", "  jobs:", f"    - name: {first}", *(f"      {key}: {value}" for key, value in rest)]
    return "\n".join(lines) + "\n"


def lefthook_advice(names: tuple[str, ...], config: str) -> str:
    """Return the word that lefthook will put the hooks *names* away, with the lasting way."""
    return (
        f"gitlink: these hooks last until the next `lefthook install`, which renames them to NAME{OLD_SUFFIX}\n"
        f"  where: {config}\n"
        "  fix:   add these jobs to it (where a hook has its key already: under that), then run: lefthook install\n"
        f"{lefthook_block(names, config)}"
    )


def exclude_advice(folder: Path, top: Path) -> str:
    """Return the word that the shims in *folder* would be committed, with the way to leave them out."""
    name = printable(os.path.relpath(os.path.realpath(folder), top))
    exclude = os.fsdecode(plumbing.output("rev-parse", "--git-path", "info/exclude").rstrip(b"\n"))
    return (
        f"gitlink: {name} is not ignored, and gitlink's shims in it hold paths of this machine\n"
        f"  fix:   echo {shell_quote(f'/{name}/')} >> {shell_quote(exclude)}\n"
    )


def lefthook_line(name: str, config: str) -> str:
    """Return the job as one line under the hook's `jobs:`."""
    job = lefthook_job(name, config) | {"run": json.dumps(lefthook_job(name, config)["run"])}
    return f"- {{{', '.join(f'{key}: {value}' for key, value in job.items())}}}"


def lefthook_wants(folder: Path, name: str) -> bool:
    """Whether lefthook has a hook *name* of its own by its configuration in *folder*, or by one that this takes in."""
    texts = [_start(folder / config).decode("utf-8", "replace") for config in lefthook_configs(folder)]
    return any(word in text for text in texts for word in (name, "extends", "remotes"))
