"""Makes many deliveries durable with one flush to the disk: a thread of its own, the only one that accepts.

SQLite lets one writer in at a time; senders that each wait for a transaction of their own would stand in line for the
disk. What comes while one is being written is written together with the next.
"""

import asyncio
import queue
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.exc import OperationalError

from gitlink.service.inbox import Inbox
from gitlink.service.rows import Arrival

_MOST_AT_ONCE = 200
_PAUSE_S = 0.001
_MOST_PAUSES = 10


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
            self._write(batch)

    def _let_more_come(self) -> None:
        """Wait while the line grows, ten milliseconds at most.

        Whoever writes while others are still being read fights them for the interpreter; it costs a millisecond where
        one comes alone.
        """
        for _ in range(_MOST_PAUSES):
            length = self._line.qsize()
            time.sleep(_PAUSE_S)
            if self._line.qsize() == length:
                return

    def _write(self, batch: list[_Waiting]) -> None:
        """Store *batch* at once, or each by itself where that fails: one that cannot be stored keeps no other out.

        A database that is locked or away is not waited for once more for each.
        """
        try:
            fresh = self._inbox.accept([waiting.arrival for waiting in batch])
        except OperationalError as error:
            _settle([(waiting, error) for waiting in batch])
            return
        except Exception as error:
            if len(batch) == 1:
                _settle([(batch[0], error)])
            else:
                for waiting in batch:
                    self._write([waiting])
            return
        _settle(list(zip(batch, fresh, strict=True)))

    def _next(self) -> list[_Waiting] | None:
        first = self._line.get()
        if first is None:
            return None
        self._let_more_come()
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


def _settle(answers: Sequence[tuple[_Waiting, bool | Exception]]) -> None:
    """Hand the answers over to the loop that waits for them, waking it once."""

    def settle() -> None:
        for waiting, answer in answers:
            if waiting.answer.done():  # the sender has gone
                continue
            if isinstance(answer, Exception):
                waiting.answer.set_exception(answer)
            else:
                waiting.answer.set_result(answer)

    try:
        answers[0][0].loop.call_soon_threadsafe(settle)
    except RuntimeError:
        return  # the loop has ended
