"""The lean door to Git: runs one plumbing command and hands out its bytes; imports `os` and `sys` alone.

`subprocess` costs a hook as much as the whole interpreter, so a child is started with `posix_spawn`; where that is
missing (Windows), `subprocess` is imported after all.
"""

import os
import sys

from gitlink.errors import GitError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_CHUNK = 1 << 16
# git-replace(1): what a commit was replaced with says nothing about the commit that is pushed.
_GIT = ("git", "--no-replace-objects")
# Into a pipe git log writes commit by commit unless told not to (git(1), GIT_FLUSH): half of a big push takes that.
# What a partial clone has left out is not fetched, which would wait for a network: Git 2.45 and 2.39.4 know the second
# variable; in an older one no transport is allowed (git(1), GIT_ALLOW_PROTOCOL).
_ENVIRON = {"GIT_FLUSH": "0", "GIT_NO_LAZY_FETCH": "1", "GIT_ALLOW_PROTOCOL": ""}
_TICK_S = 0.25
MOST = 1 << 18  # bytes of a message that are looked at; a longer one is judged by its beginning


def run(*args: str, environ: "Mapping[str, str]" = os.environ) -> tuple[int, bytes]:
    """Run `git ARGS` with nothing on its standard input and its standard error dropped; return status and output.

    Raises GitError where there is no git to run.
    """
    if not hasattr(os, "posix_spawnp"):
        return _run_portably(args, environ)
    pid, descriptor = _spawn(args, environ)
    with open(descriptor, "rb", buffering=0) as pipe:
        output = pipe.read()
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), output


def output(*args: str) -> bytes:
    """Return what `git ARGS` prints; raises GitError if it fails."""
    status, printed = run(*args)
    if status:
        raise _failed(args, status)
    return printed


def stream(*args: str, tick: "Callable[[int], None] | None" = None) -> "Iterator[bytes]":
    """Yield the records of `git ARGS` (each ended by NUL) as they come, of each the first MOST bytes.

    *tick* is called, with the id of git's process, before each piece is read and while git takes its time; what it
    raises ends both. Raises GitError if git fails.
    """
    if not hasattr(os, "posix_spawnp"):
        for record in output(*args).split(b"\0")[:-1]:
            yield record[:MOST]
        return
    if tick is not None:
        import select
    pid, descriptor = _spawn(args)
    status, rest = None, b""
    try:
        with open(descriptor, "rb", buffering=0) as pipe:
            while True:
                while tick is not None:
                    tick(pid)
                    if select.select([descriptor], [], [], _TICK_S)[0]:
                        break
                chunk = pipe.read(_CHUNK)
                if not chunk:
                    break
                *records, rest = (rest + chunk).split(b"\0")
                rest = rest[:MOST]
                for record in records:
                    yield record[:MOST]
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    finally:
        if status is None:  # what was asked is of no interest any more
            os.kill(pid, 9)
            os.waitpid(pid, 0)
    if status:
        raise _failed(args, status)


def _git() -> tuple[str, ...]:
    """Return how git is called: in a bare repository among checked-out files as where there is no repository at all."""
    return (*_GIT, f"--git-dir={os.devnull}") if embedded() else _GIT


def embedded() -> tuple[str, str] | None:
    """Return the bare repository one stands in, and the work tree among whose files it lies; None: no such thing.

    Its `config` may have come with a checkout and names programs that Git runs. `safe.bareRepository` (git-config(1),
    Git 2.38) is the same for every bare repository; this leaves alone those that lie in nobody's work tree, those that
    GIT_DIR names (Git's hooks have it there) and a work tree's own: in `.git`, or where the file `.git` leads.
    """
    if "GIT_DIR" in os.environ:
        return None
    try:
        folder = os.getcwd()
    except OSError:
        return None
    bare = ""
    while not os.path.lexists(os.path.join(folder, ".git")):
        if not bare and _looks_bare(folder):
            bare = folder
        above, name = os.path.split(folder)
        if above == folder or (bare and name == ".git"):
            return None
        folder = above
    return (bare, folder) if bare and not _leads_to(os.path.join(folder, ".git"), bare) else None


def _looks_bare(folder: str) -> bool:
    """Whether Git may take *folder* for a repository: it asks for no less (gitrepository-layout(5))."""
    names = [name for name in ("HEAD", "refs", "commondir") if os.path.lexists(os.path.join(folder, name))]
    return names[:1] == ["HEAD"] and len(names) > 1


def _leads_to(file: str, folder: str) -> bool:
    try:
        with open(file, encoding="utf-8", errors="surrogateescape") as opened:
            place = os.path.join(os.path.dirname(file), opened.read(_CHUNK).removeprefix("gitdir: ").rstrip("\r\n"))
    except OSError:
        place = file
    return os.path.realpath(place) == folder


def _spawn(args: tuple[str, ...], environ: "Mapping[str, str]" = os.environ) -> tuple[int, int]:
    read_end, write_end = os.pipe()
    actions = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_DUP2, write_end, 1),
        (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
    ]
    try:
        pid = os.posix_spawnp("git", (*_git(), *args), {**environ, **_ENVIRON}, file_actions=actions)
    except OSError as error:
        os.close(read_end)
        raise _missing() from error
    finally:
        os.close(write_end)
    return pid, read_end


def _run_portably(args: tuple[str, ...], environ: "Mapping[str, str]") -> tuple[int, bytes]:
    import subprocess

    null, pipe = subprocess.DEVNULL, subprocess.PIPE
    try:
        both = {**environ, **_ENVIRON}
        done = subprocess.run((*_git(), *args), env=both, stdin=null, stdout=pipe, stderr=null, check=False)
    except OSError as error:
        raise _missing() from error
    return done.returncode, done.stdout


def _missing() -> GitError:
    return GitError("git is not to be found", why="no `git` on PATH", fix="install Git, or put it on PATH")


def _failed(args: tuple[str, ...], status: int) -> GitError:
    return GitError(f"`git {' '.join(args[:2])}` failed (exit status {status})", fix="git fsck")


def text(raw: bytes) -> str:
    """Decode what Git printed: UTF-8, foreign bytes kept as surrogates."""
    return raw.decode("utf-8", "surrogateescape")


def read_stdin() -> str:
    """Read standard input to its end, so that Git never meets a closed pipe; empty where it is closed or a terminal."""
    try:
        if os.isatty(0):
            return ""
        chunks = []
        while chunk := os.read(0, _CHUNK):
            chunks.append(chunk)
    except OSError:
        return ""
    return text(b"".join(chunks))


def write_stderr(message: str) -> None:
    """Write to standard error whatever its encoding; a full disk is no reason to change a status."""
    try:
        os.write(2, message.encode(sys.stderr.encoding or "utf-8", "backslashreplace") if sys.stderr else b"")
    except OSError:
        return


def bear_witness() -> None:
    """Leave this program's name in the file GITLINK_WITNESS names: how `gitlink doctor` proves that a hook fires."""
    path = os.environ.get("GITLINK_WITNESS")
    if path:
        with open(path, "a", encoding="utf-8") as file:
            file.write(f"{sys.argv[0]}\n")
