"""Which forges give no answer at present: once some have waited in vain, one asks at a time, and no other waits."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from gitlink.errors import GitlinkError, Unreachable
from gitlink.transport.model import NoAnswer

_FAILURES_THAT_SHUT = 3
_LONGEST_PAUSE_S = 60.0
_PROBE_S = 30.0  # longer than one may wait for a forge


class ForgeAway(Unreachable):
    """It is a forge that gives no answer, not Tracker: other deliveries need not wait.

    `is_final`: it gave one that cannot be read, such as a list without end, and would again.
    """

    is_final = False


class Silence:
    """What all threads of a process know of the hosts they ask. *clock* counts seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._guard = threading.Lock()
        self._failures: dict[str, int] = {}
        self._until: dict[str, float] = {}

    @contextmanager
    def asking(self, host: str) -> Iterator[None]:
        """Ask *host* in the block; raises ForgeAway where it gives no answer, at once where it gave the others none."""
        self._enter(host)
        try:
            yield
        except Unreachable as fault:
            away = ForgeAway(fault.message, where=fault.where, why=fault.why, fix=fault.fix)
            away.is_final = isinstance(fault, NoAnswer) and fault.is_final
            (self._answered if away.is_final else self._fail)(host)
            raise away from fault
        except GitlinkError:
            self._answered(host)
            raise
        self._answered(host)

    def _enter(self, host: str) -> None:
        with self._guard:
            failures, now = self._failures.get(host, 0), self._clock()
            if failures < _FAILURES_THAT_SHUT:
                return
            if now < self._until[host]:
                why = f"it gave none the last {failures} times; it is asked again within a minute"
                raise ForgeAway(f"no answer from `{host}`", where=host, why=why, fix="try again later")
            self._until[host] = now + _PROBE_S

    def _fail(self, host: str) -> None:
        with self._guard:
            failures = self._failures[host] = self._failures.get(host, 0) + 1
            pause = 2.0 ** min(failures - _FAILURES_THAT_SHUT, 10)
            self._until[host] = self._clock() + min(_LONGEST_PAUSE_S, pause)

    def _answered(self, host: str) -> None:
        with self._guard:
            self._failures.pop(host, None)
