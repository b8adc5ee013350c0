"""Whether twice the input takes about twice the time: the proof that no text of a stranger is worked on for long."""

import gc
import time
from collections.abc import Callable

# A quadratic function takes four times as long for twice the input. What is noise on a busy machine is repeated.
_MOST = 3.2
_ROUNDS = 8


def assert_linear(take: Callable[[int], object], size: int) -> None:
    """Fail unless `take(2 * size)` takes about twice as long as `take(size)`, in one of several rounds.

    Take a *size* at which a quadratic function would be busy for tenths of a second: a hundredth is noise.
    """
    ratios = []
    for _ in range(_ROUNDS):
        ratios.append(cpu_s(take, 2 * size) / cpu_s(take, size))
        if ratios[-1] < _MOST:
            return
    raise AssertionError(f"twice the input takes {min(ratios):.1f} times as long, in the best of {_ROUNDS} rounds")


def cpu_s(take: Callable[[int], object], size: int) -> float:
    """Return the seconds of processor time that this thread uses for it, the garbage of other tests left alone."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        began = time.thread_time()
        take(size)
        return max(time.thread_time() - began, 1e-2)
    finally:
        if was_on:
            gc.enable()
