"""Whose turn it is, as conditions on rows of the inbox; decides nothing and writes nothing."""

from typing import Any

from sqlalchemy import func, or_, select

from gitlink.service.tables import deliveries, turns


def heads() -> Any:
    """Return the first of each line: so the many behind them are not looked at one by one."""
    return select(func.min(turns.c.seq)).group_by(turns.c.key)


def is_blocked(now: float) -> Any:
    """Whether another delivery comes first: an earlier one, or one of the same turns that is worked on at *now*."""
    return or_(_earlier_in_line(), _worked_on(now))


def _worked_on(now: float) -> Any:
    """Whether any other delivery of the same turns is running: one that came later, before this one lined up."""
    mine, other, running = turns.alias("waits"), turns.alias("holds"), deliveries.alias("running")
    return (
        select(other.c.seq)
        .select_from(running.join(other, other.c.seq == running.c.seq).join(mine, mine.c.key == other.c.key))
        .where(
            running.c.state == "running",
            running.c.due > now,
            running.c.seq != deliveries.c.seq,
            mine.c.seq == deliveries.c.seq,
        )
        .correlate(deliveries)
        .exists()
    )


def _earlier_in_line() -> Any:
    """Whether an earlier unfinished delivery waits for one of the same turns."""
    mine, other = turns.alias("mine"), turns.alias("other")
    return (
        select(mine.c.seq)
        .where(
            mine.c.seq == deliveries.c.seq,
            select(other.c.seq).where(other.c.key == mine.c.key, other.c.seq < mine.c.seq).exists(),
        )
        .correlate(deliveries)
        .exists()
    )
