"""Makes many deliveries durable with one flush to the disk: a thread of its own, the only one that accepts.

SQLite lets one writer in at a time; senders that each wait for a transaction of their own would stand in line for the
disk. What comes while one is being written is written together with the next.
"""

import asyncio
import queue
import threading
from dataclasses import dataclass

from gitlink.service.inbox import Inbox
from gitlink.service.rows import Arrival

_MOST_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class _Waiting:
    arrival: Arrival
    loop: asyncio.AbstractEventLoop
    answer: "asyncio.Future[bool]"


class Acceptor:
    """Takes deliveries from an event loop; each is answered once it is durable."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox
        self._line: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="gitlink-accept", daemon=True)
        self._thread.start()

    async def accept(self, arrival: Arrival) -> bool:
        """Return whether *arrival* is new, once it is durable; raises what the database raises."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[bool] = loop.create_future()
        self._line.put(_Waiting(arrival, loop, answer))
        return await answer

    def close(self) -> None:
        """Write what is in line and end."""
        self._line.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (batch := self._next()) is not None:
            try:
                fresh = self._inbox.accept([waiting.arrival for waiting in batch])
            except Exception as error:
                for waiting in batch:
                    _settle(waiting, error)
                continue
            for waiting, is_new in zip(batch, fresh, strict=True):
                _settle(waiting, is_new)

    def _next(self) -> list[_Waiting] | None:
        first = self._line.get()
        if first is None:
            return None
        batch = [first]
        while len(batch) < _MOST_AT_ONCE:
            try:
                more = self._line.get_nowait()
            except queue.Empty:
                break
            if more is None:
                self._line.put(None)
                break
            batch.append(more)
        return batch


def _settle(waiting: _Waiting, answer: bool | Exception) -> None:
    def settle() -> None:
        if waiting.answer.done():  # the sender has gone
            return
        if isinstance(answer, Exception):
            waiting.answer.set_exception(answer)
        else:
            waiting.answer.set_result(answer)

    try:
        waiting.loop.call_soon_threadsafe(settle)
    except RuntimeError:
        return  # the loop has ended
