"""`gitlink review`: a person's verdict, told to the issue."""

from datetime import UTC, datetime

import typer

from gitlink.cli import again, complete, telling, world
from gitlink.cli.status import move, show, show_way

_VERDICTS = ("accepted", "rejected")


def register(app: typer.Typer) -> None:
    """Add the command to *app*."""
    app.command("review")(review)


def review(
    verdict: str = typer.Argument(..., metavar="accepted|rejected", autocompletion=complete.words(*_VERDICTS)),
    comment: str = telling.COMMENT,
    issue: list[str] = telling.ISSUE,
    dry_run: bool = telling.DRY_RUN,
    as_json: bool = telling.JSON,
    no_outbox: bool = telling.NO_OUTBOX,
) -> None:
    """Move the issue to the policy's `status.accepted` or `status.rejected`, with a comment if there is one.

    Example: gitlink review rejected --comment 'The button is still grey'
    """
    from gitlink.goals import Move

    if verdict not in _VERDICTS:
        raise again.unfit(verdict, "is neither accepted nor rejected", _VERDICTS)
    keys = world.issues(issue)
    status, now = _status(verdict), datetime.now(UTC)
    moves = [Move(key, status, telling.text(comment, "--comment"), since=now) for key in keys]
    if dry_run:
        show_way(moves)
    else:
        move(moves, as_json, no_outbox, telling.blame_policy(f"status.{verdict}"))
        if as_json:
            show(world.tracker(), keys, as_json)


def _status(verdict: str) -> str:
    from gitlink.core.text import shell_quote
    from gitlink.errors import SettingsError

    policy = world.policy()
    status = policy.text(f"status.{verdict}")
    if status is None:
        name = "Ready for test" if verdict == "accepted" else "Needs improvement"
        raise SettingsError(
            f"the policy names no status for a review that is {verdict}",
            where=f"{policy.source}, key `status.{verdict}`",
            why="it is there and empty",
            fix=f"git config -f .gitlink status.{verdict} {shell_quote(name)}",
        )
    return status
