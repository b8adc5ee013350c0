"""`gitlink comment`, `log` and `link`: what is added to an issue."""

import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import typer

from gitlink.cli import again, complete, telling, world

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitlink.goals import Goal, Reached


def register(app: typer.Typer) -> None:
    """Add the three commands to *app*."""
    app.command("comment")(comment)
    app.command("log")(log)
    app.command("link")(link)


def comment(
    text: str = typer.Argument(..., metavar="TEXT|-", help="The text; `-` reads it from standard input."),
    issue: list[str] = telling.ISSUE,
    dry_run: bool = telling.DRY_RUN,
    no_outbox: bool = telling.NO_OUTBOX,
) -> None:
    """Write a comment; Markdown is understood.

    Example: git log -1 --format=%B | gitlink comment - --issue TEST-1
    """
    from gitlink.goals import CommentOnce

    now = datetime.now(UTC)
    words = telling.text(_stdin() if text == "-" else text, "TEXT") or ""
    if not words.strip():
        raise typer.BadParameter("the comment is empty", param_hint="TEXT")
    keys = world.issues(issue)
    _do([CommentOnce(key, words, now) for key in keys], dry_run, no_outbox)


def log(
    duration: str = typer.Argument(..., metavar="DURATION", help="How long: 1h30m, 1.5h, 90m, 2d; a day is 8 hours."),
    comment: str = telling.COMMENT,
    issue: list[str] = telling.ISSUE,
    dry_run: bool = telling.DRY_RUN,
    no_outbox: bool = telling.NO_OUTBOX,
) -> None:
    """Record work that ends now.

    Example: gitlink log 1h30m --comment 'Looked for the leak'
    """
    from gitlink.core import duration as durations
    from gitlink.goals import LogWork

    now = datetime.now(UTC)
    minutes = durations.parse(duration)
    if not minutes:
        ways = "1h30m, 1.5h, 90m, 1d2h (a day is 8 hours) and PT1H30M are"
        raise again.unfit(duration, "is no duration", ["1h30m"], why=ways)
    words = telling.text(comment, "--comment")
    keys = world.issues(issue)
    start = now - timedelta(minutes=minutes)
    _do([LogWork(key, minutes, start, words) for key in keys], dry_run, no_outbox)


def link(
    key: str = typer.Argument(..., metavar="KEY", help="The other issue.", autocompletion=complete.issues),
    relation: str = typer.Option(
        "relates",
        "--as",
        metavar="RELATION",
        help="This issue … the other: relates, depends-on, blocks, subtask, parent, duplicates, has-epic and so on.",
        autocompletion=complete.relations,
    ),
    issue: list[str] = telling.ISSUE,
    dry_run: bool = telling.DRY_RUN,
    no_outbox: bool = telling.NO_OUTBOX,
) -> None:
    """Link the issue to another one.

    Example: gitlink link TEST-2 --as depends-on --issue TEST-1
    """
    from gitlink.errors import UsageFault
    from gitlink.goals import LinkTo
    from gitlink.tracker.relation import relation as meant

    other = world.issues([key])[0]
    wording = meant(relation, other)
    keys = world.issues(issue)
    if other in keys:
        raise UsageFault(
            f"`{other}` cannot be linked to itself", fix=f"gitlink link {again.example_key()} --issue {other}"
        )
    _do([LinkTo(one, other, wording) for one in keys], dry_run, no_outbox)


def _stdin() -> str:
    return sys.stdin.buffer.read().decode("utf-8", "surrogateescape").strip("\n")


def _do(goals: "Sequence[Goal]", dry_run: bool, no_outbox: bool) -> None:
    from gitlink.core.text import printable
    from gitlink.goals.model import described

    if dry_run:
        for goal in goals:
            typer.echo(f"{printable(described(goal))}  would be added")
        return
    telling.tell(goals, _say, no_outbox=no_outbox)


def _say(goal: "Goal", reached: "Reached[Any]") -> None:
    from gitlink.core import duration
    from gitlink.core.text import printable, shorten
    from gitlink.goals import LinkTo, LogWork

    if isinstance(goal, LinkTo):
        words = f"{reached.after.words if reached.after else goal.relationship} {goal.other}"
    elif isinstance(goal, LogWork):
        words = f"{duration.spelled(goal.minutes)} logged"
    else:
        words = f"comment: {shorten(printable(getattr(goal, 'text', '')))}"
    typer.echo(printable(f"{reached.issue}  {words}{'' if reached.changed else ' already'}"))
