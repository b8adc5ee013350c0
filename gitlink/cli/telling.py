"""What every command that tells Tracker something shares: reach the goals, or keep them in the outbox and say so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import typer

from gitlink.cli import complete, several, world

if TYPE_CHECKING:
    from gitlink.errors import TrackerRefused, Unreachable
    from gitlink.goals import Goal, Reached
    from gitlink.outbox import Outbox
    from gitlink.tracker.client import TrackerClient

    Mend = Callable[[Goal, TrackerRefused], Goal | None]

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


def tell(
    goals: Sequence[Goal],
    say: Callable[[Goal, Reached[Any]], None],
    *,
    no_outbox: bool = False,
    mend: Mend = lambda *_: None,
) -> None:
    """Reach *goals* one after another, calling *say* for each; without an answer keep it and those after it.

    What Tracker refuses ends what is wanted of that issue, and of no other. *mend*: what to try in a refused goal's
    place, if anything; it may also better the words. Raises what reaching raises; Unreachable says what has been kept.
    """
    from gitlink.errors import GitlinkError, TrackerRefused

    client, outbox = world.connection()
    began = datetime.now(UTC)
    waiting, refused = list(goals), dict[str, TrackerRefused]()
    while waiting:
        goal = waiting[0]
        try:
            _tell_one(client, outbox, goal, waiting, began, say, no_outbox)
            del waiting[0]
        except TrackerRefused as fault:
            other = mend(goal, fault)
            if other is not None:
                waiting[0] = other
                continue
            refused[goal.issue] = fault
            waiting = [later for later in waiting if later.issue != goal.issue]
        except GitlinkError:
            several.print_all(refused)
            raise
    several.end(refused)


def blame_policy(key: str) -> Mend:
    """Return what tells of a status nobody knows that the policy's *key* names it."""

    def blame(_: Goal, fault: TrackerRefused) -> Goal | None:
        from gitlink.core.text import shell_quote
        from gitlink.errors import StatusUnknown

        if isinstance(fault, StatusUnknown):
            fault.where = f"{world.policy().source}, key `{key}`"
            fault.fix = f"git config -f .gitlink {key} {shell_quote(fault.near or 'STATUS')}"
        return None

    return blame


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
    later = "; the next gitlink command or hook sends it in the background"
    entries = [outbox.put(goal, words, way if goal is goals[0] else ()) for goal in goals]
    return Unreachable(
        "kept for later: " + "; ".join(described(entry.goal) for entry in entries),
        where=fault.where,
        why=words + later,
        fix="gitlink sync",
    )
