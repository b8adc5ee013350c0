"""How often somebody may guess a password: ten times, then once a second."""

import time
from collections.abc import Callable
from itertools import islice

_AT_ONCE = 10
_MOST_PEERS = 10_000


class Guesses:
    """Wrong passwords by the address they came from; an address is forgotten once its guesses have been made up for."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._until: dict[str, float] = {}  # each wrong one puts it a second further into the future

    def may_try(self, peer: str) -> bool:
        """Whether a password from *peer* is to be looked at."""
        return self._until.get(peer, 0.0) < self._clock() + _AT_ONCE

    def was_wrong(self, peer: str) -> None:
        """Note that a password was wrong."""
        now = self._clock()
        until = max(self._until.pop(peer, 0.0), now) + 1.0
        self._until[peer] = until
        for old in [one for one, at in islice(self._until.items(), 2) if at <= now]:
            del self._until[old]
        if len(self._until) > _MOST_PEERS:
            del self._until[next(iter(self._until))]
