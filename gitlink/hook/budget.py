"""How long a hook judges: past some seconds of the processor's time it stops and refuses, whatever a history contains.

The processor's time, not the clock's: a machine that is busy with other things changes no verdict.
"""

import os
import time

from gitlink.errors import GitError

_MOST_S = 3.5  # so that the whole hook, with its start and a refusal in words, takes less than five


class TooLong(GitError):
    """The time that a hook has is over."""


def tick(running: int | None = None) -> None:
    """Raise TooLong once this process and its children, with the one that is *running* (its id), took their time."""
    times = os.times()
    spent = times.user + times.system + times.children_user + times.children_system
    if running is not None:
        spent += _spent_by(running)
    if spent > _MOST_S:
        raise TooLong(
            "this takes too long to judge, and nothing is let through unjudged",
            why=f"a hook takes {_MOST_S:g} s of the processor's time at most, whatever it is given to read",
            fix="gitlink check commits",
        )


def _spent_by(process: int) -> float:
    """Return the processor's time of a process that still runs, 0 where the system does not tell.

    Linux makes the clock's id of the process's (include/linux/posix-timers.h; clock_getcpuclockid(3)).
    """
    try:
        return time.clock_gettime((~process << 3) | 2)
    except (OSError, OverflowError, AttributeError):
        return 0.0
