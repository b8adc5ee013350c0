"""Takes deliveries whose turn it is, one a thread; each is done, put off with a growing pause, or given up aloud.

A process that dies leaves nothing behind but a lease that runs out. While a delivery is worked on, its lease is renewed
by a thread of its own and before every call.
"""

import logging
import os
import random
import socket
import threading
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from gitlink.errors import AuthError, Unreachable
from gitlink.service.flow import Flow
from gitlink.service.inbox import Inbox
from gitlink.service.meters import Meters
from gitlink.service.relay import Later, RelayAlone
from gitlink.service.rows import RELAY, Delivery, LostLease
from gitlink.service.silence import ForgeAway
from gitlink.service.steps import NotYet

GATE = "tracker"
GIVE_UP_S = 5 * 24 * 3600
_LONGEST_PAUSE_S = 300.0
_LONGEST_GATE_S = 60.0
_FAILURES_THAT_SHUT = 3
_MOST_FAULTS = 5
_IDLE_S = 1.0
_log = logging.getLogger("gitlink.work")


@dataclass(frozen=True, slots=True)
class Work:
    """What a worker works with. `flow`: makes a flow for one thread, with connections of its own.

    It is given what renews the lease of the delivery that the thread works on, and raises LostLease.
    """

    inbox: Inbox
    meters: Meters
    flow: Callable[[Callable[[], None]], Flow | RelayAlone]
    lease_s: float = 15.0
    give_up_s: float = GIVE_UP_S


class Workers:
    """Threads that work until they are closed; *only*: on deliveries of this forge."""

    def __init__(self, work: Work, number: int = 4, only: str | None = None) -> None:
        self._work = work
        self._stop = threading.Event()
        self._wake = threading.Condition()
        self._failures = 0
        self._held: dict[str, Delivery] = {}
        self._flows: dict[str, Flow | RelayAlone] = {}
        self._guard = threading.Lock()
        me = f"{socket.gethostname()}-{os.getpid()}"
        names = [f"{me}-{index}" for index in range(number)]
        jobs: list[tuple[str, Callable[[str], bool], threading.Condition]]
        jobs = [(name, lambda name: self.step(name, only), self._wake) for name in names]
        # The others look once a second. One works on messages alone, since a Tracker that hangs keeps all busy; one,
        # where all are busy, on what has to do with another forge than those, since it may be these that hang.
        jobs.append((f"{me}-relay", lambda name: self.step(name, RELAY), threading.Condition()))
        if only is None:
            jobs.append((f"{me}-spare", lambda name: self._spare(name, names), threading.Condition()))
        self._threads = [threading.Thread(target=self._run, args=job, name=job[0], daemon=True) for job in jobs]
        self._threads.append(threading.Thread(target=self._beat, name="gitlink-beat", daemon=True))

    def start(self) -> None:
        """Begin to work."""
        for thread in self._threads:
            thread.start()

    def wake(self) -> None:
        """Look for work now rather than in a second."""
        with self._wake:
            self._wake.notify()

    def _wake_in(self, seconds: float) -> None:
        """Look for work in so many seconds, rather than within a second after that."""
        timer = threading.Timer(min(seconds, 60.0), self.wake)
        timer.daemon = True
        timer.start()

    def close(self, wait_s: float = 20.0) -> None:
        """Finish what is being worked on, and end."""
        self._stop.set()
        with self._wake:
            self._wake.notify_all()
        until = time.monotonic() + wait_s
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))

    def step(self, name: str, only: str | None = None, but: Collection[str] = ()) -> bool:
        """Work on one delivery whose turn it is, in this thread; return whether there was one.

        *only*: of this forge; *but*: of none of these.
        """
        if name not in self._flows:
            self._flows[name] = self._work.flow(lambda: self._hold(self._held[name]))
        taken = self._work.inbox.claim(name, self._work.lease_s, only=only, but=but)
        for row in taken:
            self._one(name, self._flows[name], row)
        return bool(taken)

    def _spare(self, name: str, others: Sequence[str]) -> bool:
        """Work on one delivery of a forge that none of *others* works for, if all of them work."""
        with self._guard:
            forges = [self._held[other].forge for other in others if other in self._held]
        return len(forges) == len(others) and self.step(name, but=set(forges))

    def _run(self, name: str, step: Callable[[str], bool], wake: threading.Condition) -> None:
        while not self._stop.is_set():
            try:
                is_busy = step(name)
            except Exception:
                _log.exception("a worker stumbled and goes on")
                is_busy = False
            if not is_busy and not self._stop.is_set():
                with wake:
                    wake.wait(_IDLE_S)

    def _one(self, name: str, flow: Flow | RelayAlone, row: Delivery) -> None:
        with self._guard:
            self._held[name] = row
        try:
            with self._work.meters.worked.time():
                self._try(flow, row)
        except LostLease:
            _log.warning("lost its lease", extra=_named(row))
        finally:
            with self._guard:
                self._held.pop(name, None)

    def _try(self, flow: Flow | RelayAlone, row: Delivery) -> None:
        """Work on *row*; a fault of ours, also one in putting it off, is counted: none goes round for ever."""
        try:
            self._run_or_put_off(flow, row)
        except LostLease:
            raise
        except Exception as error:
            _log.exception("a fault of gitlink's own", extra=_named(row))
            self._stumble(row, repr(error))

    def _run_or_put_off(self, flow: Flow | RelayAlone, row: Delivery) -> None:
        inbox, heard = self._work.inbox, flow.answers()
        try:
            flow.run(row)
        except NotYet:
            inbox.wait(row, _IDLE_S, "another delivery of the same issue comes first")
            return
        except Later as later:
            inbox.wait(row, later.seconds, later.words)
            self._wake_in(later.seconds)
            return
        except (Unreachable, AuthError) as fault:
            words = f"{fault.message}: {fault.why}" if fault.why else fault.message
            self._put_off(row, words, is_silent=flow.answers() == heard and not isinstance(fault, ForgeAway))
            return
        self._work.meters.finished.labels(row.state).inc()
        _log.info(row.state, extra=_named(row))
        if self._failures and row.forge != RELAY:  # a messenger's answer is none of Tracker's
            self._failures = 0
            inbox.open(GATE)

    def _put_off(self, row: Delivery, words: str, *, is_silent: bool) -> None:
        """Try again later; where Tracker says nothing to anybody, let no delivery probe it for a while."""
        inbox = self._work.inbox
        self._work.meters.retried.inc()
        inbox.tell(row, f"no answer, tried {row.attempts} times: {words}")
        del row.story[:-200]
        if row.due - row.received > self._work.give_up_s:  # both by the clock of the database
            inbox.finish(row, "failed", f"given up after {self._work.give_up_s / 86400:g} days: {words}")
            return
        inbox.wait(row, _pause(row.attempts), words)
        if not is_silent:
            return
        self._failures += 1
        if self._failures >= _FAILURES_THAT_SHUT:
            inbox.shut(GATE, min(_LONGEST_GATE_S, _pause(self._failures - _FAILURES_THAT_SHUT + 1)), words)

    def _stumble(self, row: Delivery, words: str) -> None:
        inbox = self._work.inbox
        inbox.tell(row, f"a fault of gitlink's own: {words}")
        faults = row.steps["faults"] = int(row.steps.get("faults", 0)) + 1
        if faults >= _MOST_FAULTS:
            inbox.finish(row, "failed", f"a fault of gitlink's own, please report it: {words}")
        else:
            inbox.wait(row, _pause(faults), words)

    def _hold(self, row: Delivery) -> None:
        self._work.inbox.renew(row, self._work.lease_s)

    def _beat(self) -> None:
        while not self._stop.wait(self._work.lease_s / 3) or self._held:
            with self._guard:
                held = list(self._held.values())
            for row in held:
                try:
                    self._hold(row)
                except LostLease:
                    continue  # its own thread finds out before its next call
                except Exception:
                    _log.exception("a lease was not renewed", extra=_named(row))
            if self._stop.is_set():
                time.sleep(0.1)


def _pause(attempts: int) -> float:
    """Return seconds that grow with each attempt, never twice the same, so that what failed together spreads out."""
    return min(_LONGEST_PAUSE_S, 2.0 ** min(attempts - 1, 12)) * random.uniform(0.5, 1.0)


def _named(row: Delivery) -> dict[str, object]:
    return {"seq": row.seq, "forge": row.forge, "delivery": row.delivery, "issue": row.issue}
