"""Starts the children that do for a hook what a hook must not: talk to a network; imports `os` and `sys` alone.

One kind is waited for, with a deadline; of the other kind nobody hears again.
"""

import os
import sys
import time

from gitlink import state
from gitlink.plumbing import text

_CHUNK = 1 << 16
# Bytes that are read of what a child prints: it repeats what a server says.
_MOST = 1 << 20


def _command(*args: str) -> tuple[str, ...]:
    """Return the command line that runs `gitlink.errand` in this environment.

    `-P`: or a folder `gitlink` in somebody's work tree would be imported in its place
    (https://docs.python.org/3/using/cmdline.html#cmdoption-P).
    """
    return (sys.executable, "-P", "-m", "gitlink.errand", *args)


def start(*args: str) -> None:
    """Start an errand that nobody waits for, with no terminal and no pipe of ours; no fault of it is ours."""
    command = _command(*args)
    try:
        if not hasattr(os, "posix_spawn"):
            _start_portably(command)
            return
        null = [(os.POSIX_SPAWN_OPEN, fd, os.devnull, os.O_RDWR, 0) for fd in (0, 1, 2)]
        os.posix_spawn(command[0], command, own_environment(), file_actions=null, setsid=_CAN_SETSID)
    except (OSError, NotImplementedError):
        return


def send_what_waits() -> None:
    """Have what waits in an outbox sent, if anything does: a look into a folder or two, and at most one child."""
    home = state.home(os.environ)
    try:
        folders = [os.path.join(home, name) for name in os.listdir(home)]
    except OSError:
        return
    now = time.time()
    if any([state.is_waiting(folder) and not state.is_asked_for(folder, now) for folder in folders]):
        start("flush")


def ask(deadline_s: float, *args: str) -> str:
    """Return the whole lines that an errand printed, also where it failed or was not done in time; it is ended then."""
    return output(_command(*args), deadline_s)


def output(command: tuple[str, ...], deadline_s: float, given: bytes = b"") -> str:
    """Return the whole lines that *command* printed, *given* on its standard input; it is ended after its time.

    It is ended, too, once it has printed _MOST bytes, of which the whole lines are returned.
    """
    if not hasattr(os, "posix_spawn"):
        return _output_portably(command, deadline_s, given)
    import select

    read_end, write_end = os.pipe()
    theirs, ours = os.pipe()
    actions = [
        (os.POSIX_SPAWN_DUP2, theirs, 0),
        (os.POSIX_SPAWN_DUP2, write_end, 1),
        (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
    ]
    try:
        pid = os.posix_spawn(command[0], command, own_environment(), file_actions=actions)
    except OSError:
        os.close(read_end)
        os.close(ours)
        return ""
    finally:
        os.close(write_end)
        os.close(theirs)
    try:
        with open(ours, "wb") as pipe:
            pipe.write(given)
    except BrokenPipeError:
        pass
    printed, until = b"", time.monotonic() + deadline_s
    with open(read_end, "rb", buffering=0) as answer:
        while select.select([read_end], [], [], max(0.0, until - time.monotonic()))[0]:
            chunk = answer.read(_CHUNK)
            if not chunk:
                break
            printed += chunk
            if len(printed) >= _MOST:
                os.kill(pid, 9)
                break
        else:
            os.kill(pid, 9)
    os.waitpid(pid, 0)
    return _whole_lines(printed)


def _whole_lines(printed: bytes) -> str:
    return text(printed[: printed.rfind(b"\n", 0, _MOST) + 1])


def own_environment() -> dict[str, str]:
    """Return the environment without what Git set for this one hook and would mislead another git."""
    return {name: value for name, value in os.environ.items() if name not in _OF_ONE_HOOK}


_CAN_SETSID = sys.platform != "darwin"
# `git rev-parse --local-env-vars`, without the configuration that a person gives in the environment.
_OF_ONE_HOOK = frozenset(
    "GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE GIT_PREFIX GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES "
    "GIT_QUARANTINE_PATH GIT_COMMON_DIR GIT_GRAFT_FILE GIT_SHALLOW_FILE GIT_REFLOG_ACTION GIT_EDITOR".split()
)


def _start_portably(command: tuple[str, ...]) -> None:
    import subprocess

    null = subprocess.DEVNULL
    flags = getattr(subprocess, "DETACHED_PROCESS", 0)
    subprocess.Popen(command, env=own_environment(), stdin=null, stdout=null, stderr=null, creationflags=flags)


def _output_portably(command: tuple[str, ...], deadline_s: float, given: bytes) -> str:
    import subprocess

    try:
        done = subprocess.run(
            command,
            env=own_environment(),
            input=given,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=deadline_s,
            check=False,
        )
    except OSError:
        return ""
    except subprocess.TimeoutExpired as late:
        return _whole_lines(late.stdout or b"")
    return _whole_lines(done.stdout)
