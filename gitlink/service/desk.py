"""What a person sees of the inbox, and does to it: lists, one delivery, another try, giving up, how things stand."""

from collections.abc import Sequence

from sqlalchemy import Engine, delete, func, or_, select

from gitlink.service.rows import ACTIVE, STATES, Clock, Delivery, clock_of, queue_up, read, reading, turns_of, write
from gitlink.service.tables import deliveries, gates, turns

_LISTED = [column for column in deliveries.c if column.name != "body"]


class Desk:
    """A person's view of the deliveries."""

    def __init__(self, engine: Engine, clock: Clock | None = None) -> None:
        self._engine = engine
        self._clock = clock or clock_of(engine)

    def listing(
        self,
        *,
        states: Sequence[str] = (),
        issue: str | None = None,
        words: str | None = None,
        limit: int = 50,
        before: int | None = None,
    ) -> list[Delivery]:
        """Return deliveries, newest first; *words*: what delivery id, repository, issue or error must contain."""
        query = select(*_LISTED).order_by(deliveries.c.seq.desc()).limit(limit)
        if states:
            query = query.where(deliveries.c.state.in_(states))
        if issue:
            query = query.where(deliveries.c.issue == issue)
        if before is not None:
            query = query.where(deliveries.c.seq < before)
        if words:
            columns = (deliveries.c.delivery, deliveries.c.repository, deliveries.c.issue, deliveries.c.error)
            query = query.where(or_(*[column.icontains(words, autoescape=True) for column in columns]))
        with reading(self._engine) as connection:
            return [read(row) for row in connection.execute(query).mappings()]

    def get(self, seq: int) -> Delivery | None:
        """Return one delivery, None where there is none such."""
        with reading(self._engine) as connection:
            row = connection.execute(select(deliveries).where(deliveries.c.seq == seq)).mappings().first()
        return read(row) if row else None

    def retry(self, seq: int) -> bool:
        """Begin a finished or waiting delivery again now; return False where it is running or not there."""
        return self._interfere(seq, "waiting", "a person asked for another try", (*STATES[2:], "waiting"))

    def skip(self, seq: int) -> bool:
        """Give a waiting, running or failed delivery up; return False where it is finished otherwise or not there."""
        return self._interfere(seq, "skipped", "a person skipped it", (*ACTIVE, "failed"))

    def _interfere(self, seq: int, state: str, what: str, allowed: Sequence[str]) -> bool:
        with self._engine.begin() as connection:
            query = select(deliveries).where(deliveries.c.seq == seq, deliveries.c.state.in_(allowed))
            row = connection.execute(query.with_for_update()).mappings().first()
            if row is None:
                return False
            found = read(row)
            now = self._clock(connection)
            found.state, found.due, found.finished = state, now, None if state == "waiting" else now
            found.story.append({"at": now, "what": what})
            if state == "waiting":
                found.steps, found.attempts = {}, 0
            fence = found.fence
            found.fence += 1
            write(connection, found, fence_was=fence)
            if state == "waiting":
                queue_up(connection, seq, turns_of(found))
            else:
                connection.execute(delete(turns).where(turns.c.seq == seq))
            return True

    def counts(self) -> dict[str, int]:
        """Return how many deliveries are in each state."""
        with reading(self._engine) as connection:
            query = select(deliveries.c.state, func.count()).group_by(deliveries.c.state)
            found = {row[0]: int(row[1]) for row in connection.execute(query)}
        return {state: found.get(state, 0) for state in STATES}

    def oldest_waiting_s(self) -> float:
        """Return how many seconds the oldest unfinished delivery has waited, 0 where none does."""
        with reading(self._engine) as connection:
            query = select(func.min(deliveries.c.received)).where(deliveries.c.state.in_(ACTIVE))
            received = connection.execute(query).scalar_one_or_none()
            return max(0.0, self._clock(connection) - received) if received else 0.0

    def gate(self) -> str | None:
        """Return why nothing is claimed at present, None where the way is free."""
        with reading(self._engine) as connection:
            query = select(gates.c.why).where(gates.c.until > self._clock(connection))
            return connection.execute(query).scalar_one_or_none()

    def forget(self, older_than_s: float) -> int:
        """Delete finished deliveries received so long ago, failed ones excepted; return how many."""
        with self._engine.begin() as connection:
            before = self._clock(connection) - older_than_s
            states = [state for state in STATES[2:] if state != "failed"]
            query = delete(deliveries).where(deliveries.c.state.in_(states), deliveries.c.received < before)
            return connection.execute(query).rowcount
