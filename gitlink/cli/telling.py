"""What every command that tells Tracker something shares: reach the goals, or keep them in the outbox and say so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import typer

from gitlink.cli import complete, world

if TYPE_CHECKING:
    from gitlink.errors import Unreachable
    from gitlink.goals import Goal, Reached
    from gitlink.outbox import Outbox
    from gitlink.tracker.client import TrackerClient

ISSUE = typer.Option(
    [],
    "--issue",
    metavar="KEY",
    help="The issue; else the branch's. Can be repeated.",
    autocompletion=complete.issues,
)
COMMENT = typer.Option(None, "--comment", metavar="TEXT", help="A comment that goes with it.")
DRY_RUN = typer.Option(False, "--dry-run", help="Say what would be done and do nothing.")
JSON = typer.Option(False, "--json", help="Print JSON.")
NO_OUTBOX = typer.Option(False, "--no-outbox", help="Without an answer keep nothing for later.")


def text(words: str | None, hint: str) -> str | None:
    """Return *words*, an argument that is to be sent; bytes that are no text (UTF-8) are wrong usage of *hint*."""
    if words is not None and not words.isascii():
        try:
            words.encode("utf-8")
        except UnicodeEncodeError:
            raise typer.BadParameter("the text is not UTF-8", param_hint=hint) from None
    return words


def tell(goals: Sequence[Goal], say: Callable[[Goal, Reached[Any]], None], *, no_outbox: bool = False) -> None:
    """Reach *goals* one after another, calling *say* for each; without an answer keep it and those after it.

    Raises what reaching raises; Unreachable says what has been kept.
    """
    client, outbox = world.connection()
    began = datetime.now(UTC)
    for at, goal in enumerate(goals):
        _tell_one(client, outbox, goal, goals[at:], began, say, no_outbox)


def _tell_one(
    client: TrackerClient,
    outbox: Outbox,
    goal: Goal,
    rest: Sequence[Goal],
    began: datetime,
    say: Callable[[Goal, Reached[Any]], None],
    no_outbox: bool,
) -> None:
    from gitlink import state
    from gitlink.errors import Unreachable
    from gitlink.goals import reach

    way: list[str] = []
    try:
        with outbox.turn(goal):
            reached = reach(client, goal, lambda to: way.extend(status.key for status in to), is_new=True)
            outbox.reached(goal, began)
        state.forget(outbox.binding, reached.issue)
    except Unreachable as fault:
        if no_outbox:
            raise
        raise kept(outbox, rest, fault, way) from fault
    say(goal, reached)


def kept(outbox: Outbox, goals: Sequence[Goal], fault: Unreachable, way: Sequence[str] = ()) -> Unreachable:
    """Put *goals* into the outbox and return the error that says so; only the first had begun, along *way*."""
    from gitlink.errors import Unreachable
    from gitlink.goals.model import described

    words = f"{fault.message}: {fault.why}" if fault.why else fault.message
    entries = [outbox.put(goal, words, way if goal is goals[0] else ()) for goal in goals]
    return Unreachable(
        "kept for later: " + "; ".join(described(entry.goal) for entry in entries),
        where=fault.where,
        why=words,
        fix="gitlink sync    (the next gitlink command or hook sends it in the background, too)",
    )
