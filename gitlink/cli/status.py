"""`gitlink status`: where an issue is, and moving it."""

import json
from typing import TYPE_CHECKING

import typer

from gitlink.cli import world

if TYPE_CHECKING:
    from gitlink.tracker.client import TrackerClient


def register(app: typer.Typer) -> None:
    """Add the command to *app*."""
    app.command("status")(status)


def status(
    wanted: str = typer.Argument(None, metavar="STATUS", help="A status key or name; `ready-for-test` will do."),
    issue: list[str] = typer.Option(
        [], "--issue", metavar="KEY", help="The issue; else the branch's. Can be repeated."
    ),
    comment: str = typer.Option(None, "--comment", help="A comment that goes with the move."),
    resolution: str = typer.Option(None, "--resolution", help="A resolution, where the move asks for one."),
    field: list[str] = typer.Option([], "--field", metavar="K=V", help="A field of the move; V may be JSON."),
    dry_run: bool = typer.Option(False, "--dry-run", help="Say what would be done and do nothing."),
    as_json: bool = typer.Option(False, "--json", help="Print JSON."),
) -> None:
    """Show where the issue is and where it can go, or move it; being there already is success.

    Example: gitlink status ready-for-test --issue TEST-1
    """
    from gitlink import goals

    keys = world.issues(issue)
    fields = dict(_field(pair) for pair in field)
    client = world.tracker()
    for key in keys if wanted and not dry_run else ():
        move = goals.Move(key, wanted, comment, resolution, fields)
        reached = goals.reach(client, move)
        if not as_json:
            arrow = (
                f"{reached.before.name} → {reached.after.name}" if reached.changed else f"{reached.after.name} already"
            )
            typer.echo(f"{reached.issue}  {arrow}")
    if as_json or not wanted or dry_run:
        _show(client, keys, wanted if dry_run else None, as_json)


def _show(client: "TrackerClient", keys: list[str], wanted: str | None, as_json: bool) -> None:
    from gitlink.core.text import printable
    from gitlink.tracker import route

    shown = []
    for key in keys:
        found, offered = client.issue(key), client.transitions(key)
        if wanted:
            target = route.find_status(wanted, [*[move.to for move in offered], found.status, *client.statuses()])
            if target is None:
                raise route.unknown(found, offered, client.statuses(), wanted)
            route.plan(found, offered, target)
            typer.echo(f"{found.key}  would move: {found.status.name} → {target.name}", err=as_json)
        shown.append(
            {
                "issue": found.key,
                "status": {"key": found.status.key, "name": found.status.name},
                "transitions": [
                    {"id": move.id, "name": move.name, "to": {"key": move.to.key, "name": move.to.name}}
                    for move in offered
                ],
            }
        )
        if not as_json and not wanted:
            typer.echo(f"{found.key}  {found.status.name}  {printable(found.summary)}")
            for move in offered:
                typer.echo(f"  → {printable(move.to.name)}  (gitlink status {move.to.key} --issue {found.key})")
    if as_json:
        typer.echo(json.dumps(shown[0] if len(shown) == 1 else shown, ensure_ascii=False))


def _field(pair: str) -> tuple[str, object]:
    name, equals, value = pair.partition("=")
    if not equals or not name:
        raise typer.BadParameter(f"`{pair}` is not K=V", param_hint="--field")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value
