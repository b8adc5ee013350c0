"""The file that Git runs as a native hook: some sh that starts our executable, behind the hook kept from before."""

import sys
import sysconfig
from pathlib import Path

from gitlink import brought

MARKER = "# gitlink hook 1: `gitlink uninstall` takes it away again"
KEPT_SUFFIX = ".before-gitlink"
OUTSIDE = 'pipx install gitlink-tracker && "$(pipx environment --value PIPX_BIN_DIR)/gitlink" install'
_START = f"#!/bin/sh\n{MARKER}\n".encode()
_BLOCKING = ("pre-push", "commit-msg", "pre-receive")

# A kept script of sh's that asks `$0` what hook it is, or has a neighbour ask (husky 4), runs under the name it had.
_SHIM = """\
#!/bin/sh
{marker}
kept="$(dirname "$0")/{name}{suffix}"
run_kept() {{
  IFS= read -r first < "$kept"
  case $first in '#!/bin/sh' | '#!/bin/bash' | '#!/usr/bin/env sh' | '#!/usr/bin/env bash')
    if grep -qE 'basename|[{{]0##|^(\\.|source) .*[$]0' "$kept"; then
      ${{first#??}} -c 'kept=$1; shift; . "$kept"' "$(dirname "$0")/{name}" "$kept" "$@"
      return
    fi
  esac
  "$kept" "$@"
}}
hook={executable} place=
[ -x "$hook" ] || {{ place=elsewhere; hook=$(command -v gitlink-{name}); }} || {{
  echo "gitlink: gitlink-{name} is gone from "{executable} >&2
  echo "  fix:   pip install gitlink-tracker && gitlink install" >&2
  echo "  or, once without it: {way_out}" >&2
  {missing}
}}
# Git writes over an ignored file where a branch tracks it: what is tracked is somebody else's program.
[ ! -L "$hook" ] || hook=$(readlink -f "$hook" || echo "$hook")
CDPATH= cd -P . && top=${{PWD%/}}
CDPATH= cd -P "${{hook%/*}}" && bin=$PWD
cd "$top/" || exit
above=$bin near=
while [ "$above" ]; do
  [ ! -e "$above/.git" ] || {{ place=elsewhere; near=${{near:-$above}}; }}
  above=${{above%/*}}
done
case $bin/ in "$top"/*) place=inside ;; esac
tracked=
# What the repository around the environment tracks there; its configuration may name a program to be asked.
# Git is asked at its top: further in, tracked files could be a bare repository, and Git would go by that.
alien() (
  exec 2>/dev/null
  unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE
  [ "$near" ] && CDPATH= cd "$near" || return
  [ "$bin" != "$near" ] || bin=$near/.
  git -c core.fsmonitor=false ls-files -- ":(icase,literal)${{bin%/*}}"
)
if [ "$place" = inside ]; then
  env=${{bin%/*}}
  [ "$bin" != "$top" ] || env=$top
  tracked=$(unset GIT_INDEX_FILE; git ls-files -- ":(icase,literal)$env" || echo unknown)
  [ "${{near:-$top}}" = "$top" ] || tracked=$tracked$(alien)
elif [ "$place" ]; then
  tracked=$(alien)
fi
if [ "$tracked" ]; then
  echo "gitlink: gitlink-{name} is not run: a repository tracks the folder it is in" >&2
  echo "  where: $bin" >&2
  echo "  why:   whoever made this branch may have put another program there" >&2
  echo "  fix:   {fix}" >&2
  {missing}
fi
{body}
"""
_PLAIN_BODY = """\
status=0
if [ -x "$kept" ]; then run_kept "$@" || status=$?; fi
[ "$status" -eq 0 ] || exit "$status"
exec "$hook" "$@\""""
_ALWAYS_BODY = """\
status=0
if [ -x "$kept" ]; then run_kept "$@" || status=$?; fi
"$hook" "$@"
exit "$status\""""
_STDIN_BODY = """\
[ -x "$kept" ] || exec "$hook" "$@"
lines=$(cat; echo x)
lines=${lines%x}
status=0
printf %s "$lines" 2>/dev/null | run_kept "$@" || status=$?
printf %s "$lines" | "$hook" "$@" || {
  ours=$?
  [ "$status" -ne 0 ] || status=$ours
}
exit "$status\""""


def shim(name: str) -> str:
    """Return the text of a hook's shim, for the environment gitlink runs in."""
    blocking = name in _BLOCKING
    body = _STDIN_BODY if name == "pre-push" else _ALWAYS_BODY if name == "post-checkout" else _PLAIN_BODY
    return _SHIM.format(
        marker=MARKER,
        name=name,
        suffix=KEPT_SUFFIX,
        executable=command(name),
        way_out="git push --no-verify" if name == "pre-push" else "git commit --no-verify",
        missing="exit 1" if blocking else 'if [ -x "$kept" ]; then run_kept "$@"; exit; fi; exit 0',
        body=body,
        fix=OUTSIDE.replace('"', '\\"').replace("$", "\\$"),
    )


def is_ours(path: Path) -> bool:
    """Whether the file at *path* looks like a shim of gitlink's, of whatever version: anybody can write one like it."""
    return not path.is_symlink() and brought.beginning(path).startswith(_START)


def is_shim(path: Path, name: str) -> bool:
    """Whether the file at *path* is, byte for byte, the shim that this gitlink writes for the hook *name*."""
    return not path.is_symlink() and brought.beginning(path) == shim(name).encode()


def command(name: str) -> str:
    """Return the hook's executable in the environment gitlink runs in, quoted for a shell."""
    return "'" + str(executable(name)).replace("'", "'\\''") + "'"


def executable(name: str) -> Path:
    """Return the hook's executable in the environment gitlink runs in."""
    found = Path(sysconfig.get_path("scripts")) / f"gitlink-{name}"
    return found if found.exists() else Path(sys.argv[0]).absolute().parent / f"gitlink-{name}"
