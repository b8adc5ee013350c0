"""`gitlink status`: where an issue is, and moving it."""

import json
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import typer

from gitlink.cli import again, complete, several, telling, world

if TYPE_CHECKING:
    from gitlink.cli.telling import Mend
    from gitlink.errors import TrackerRefused
    from gitlink.goals import Goal, Move, Reached
    from gitlink.tracker.client import TrackerClient


def register(app: typer.Typer) -> None:
    """Add the command to *app*."""
    app.command("status")(status)


def status(
    wanted: str = typer.Argument(
        None,
        metavar="STATUS",
        help="A status key or name; `ready-for-test` will do.",
        autocompletion=complete.statuses,
    ),
    issue: list[str] = telling.ISSUE,
    comment: str = telling.COMMENT,
    resolution: str = typer.Option(
        None,
        "--resolution",
        help="A resolution, where the move asks for one.",
        autocompletion=complete.resolutions,
    ),
    field: list[str] = typer.Option([], "--field", metavar="K=V", help="A field of the move; V may be JSON."),
    direct: bool = typer.Option(False, "--direct", help="By one transition or not at all."),
    dry_run: bool = telling.DRY_RUN,
    no_outbox: bool = telling.NO_OUTBOX,
    as_json: bool = telling.JSON,
) -> None:
    """Show where the issue is and where it can go, or move it; being there already is success.

    Goes through several transitions where the workflow needs it; --dry-run shows them.

    Example: gitlink status ready-for-test --issue TEST-1
    """
    from gitlink.core import keys as grammar
    from gitlink.errors import UsageFault

    named = grammar.parse(wanted) if wanted else None
    if named:
        raise UsageFault(f"`{named}` is an issue, and no status", fix=f"gitlink status --issue {named}")
    telling.text(comment, "--comment")
    if wanted == "":
        raise UsageFault("`` is no status", fix=again.again(instead={"": "in-progress"}))
    if wanted is None:
        _need_status(issue, comment, {"--comment": comment, "--resolution": resolution, "--field": field})
    keys = world.issues(issue)
    fields = dict(_field(pair) for pair in field)
    if wanted:
        from gitlink.goals import Move

        now = datetime.now(UTC)
        moves = [Move(key, wanted, comment, resolution, fields, direct, now) for key in keys]
        if dry_run:
            show_way(moves, as_json)
        else:
            move(moves, as_json, no_outbox)
    if as_json or not wanted:
        show(world.tracker(), keys, as_json)


def move(moves: "list[Move]", as_json: bool, no_outbox: bool, blame: "Mend" = lambda *_: None) -> None:
    """Make the moves; on a terminal ask for what the move's form turns out to want. *blame* may better a no's words."""
    from gitlink.goals import Move
    from gitlink.goals.fault import FieldMissing

    def told(goal: "Goal", reached: "Reached[Any]") -> None:
        if not as_json:
            say(goal, reached)

    def mend(goal: "Goal", fault: "TrackerRefused") -> "Goal | None":
        blame(goal, fault)
        is_asked = isinstance(fault, FieldMissing) and sys.stdin.isatty() and sys.stderr.isatty()
        return _filled(goal, fault) if is_asked and isinstance(goal, Move) else None

    telling.tell(moves, told, no_outbox=no_outbox, mend=mend)


def say(_: "Goal", reached: "Reached[Any]") -> None:
    """Print one line on a status that was reached."""
    from gitlink.core.text import printable

    before, after = printable(reached.before.name), printable(reached.after.name)
    typer.echo(f"{reached.issue}  {f'{before} → {after}' if reached.changed else f'{after} already'}")


def _filled(move: "Move", fault: Exception) -> "Move":
    """Ask a person for the resolution first, then for fields by name."""
    from dataclasses import replace

    typer.echo(f"gitlink: {getattr(fault, 'why', '')}", err=True)
    if not move.resolution:
        known = ", ".join(found.key for found in world.tracker().resolutions())
        answer = typer.prompt(f"resolution ({known}; empty: none)", default="", show_default=False, err=True)
        if answer:
            return replace(move, resolution=answer)
    name, value = _field(typer.prompt("field, as NAME=VALUE", err=True))
    return replace(move, fields={**move.fields, name: value})


def _need_status(issue: list[str], comment: str | None, options: "dict[str, object]") -> None:
    """Raise UsageFault for an entry of *options* that is set: it would be lost where nothing is moved."""
    from gitlink.core.text import shell_quote
    from gitlink.errors import UsageFault

    lost = next((name for name, value in options.items() if value), None)
    if lost is None:
        return
    named = [word for key in issue for word in ("--issue", key)]
    alone = " ".join(map(shell_quote, ["gitlink", "comment", comment or "", *named]))
    raise UsageFault(f"{lost} goes with a status", fix=alone if lost == "--comment" else again.again("STATUS"))


def show_way(moves: "list[Move]", as_json: bool = False) -> None:
    """Print the way that each move would take, beside the JSON if there is to be any; nothing is moved."""
    from gitlink.core.text import printable
    from gitlink.goals.move import plan

    client = world.tracker()

    def one(key: str) -> None:
        found = client.issue(key)
        hops = plan(client, found, wanted[key], frozenset())
        way = [found.status.name, *[hop.to.name for hop in hops]]
        words = f"would move: {' → '.join(way)}" if len(way) > 1 else f"{way[0]} already"
        typer.echo(printable(f"{found.key}  {words}"), err=as_json)

    wanted = {move.issue: move for move in moves}
    several.end(several.each(list(wanted), one))


def show(client: "TrackerClient", keys: list[str], as_json: bool) -> None:
    """Print where issues are and where each can go."""
    from gitlink.core.text import printable

    def look(key: str) -> dict[str, object]:
        found, offered = client.issue(key), client.transitions(key)
        if not as_json:
            typer.echo(printable(f"{found.key}  {found.status.name}  {found.summary}"))
            for move in offered:
                typer.echo(f"  → {printable(move.to.name)}  (gitlink status {move.to.key} --issue {found.key})")
        moves = [
            {"id": move.id, "name": move.name, "to": {"key": move.to.key, "name": move.to.name}} for move in offered
        ]
        status = {"key": found.status.key, "name": found.status.name}
        return {"issue": found.key, "status": status, "transitions": moves}

    several.show(keys, look, as_json)


def _field(pair: str) -> tuple[str, object]:
    telling.text(pair, "--field")
    name, equals, value = pair.partition("=")
    if not equals or not name:
        raise again.unfit(pair, "is not K=V", ["NAME=VALUE"])
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value
