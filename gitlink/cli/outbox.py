"""`gitlink sync` and `gitlink outbox`: what Tracker could not yet be told."""

import sys
from typing import TYPE_CHECKING

import typer

from gitlink import jsontext
from gitlink.cli import telling, world

if TYPE_CHECKING:
    from gitlink.outbox import Outbox
    from gitlink.sync import Outcome


def register(app: typer.Typer) -> None:
    """Add `sync` and the group `outbox` to *app*."""
    app.command("sync")(sync)
    group = typer.Typer(help="What Tracker could not yet be told.", no_args_is_help=True, rich_markup_mode=None)
    group.command("list")(show)
    group.command("drop")(drop)
    app.add_typer(group, name="outbox")


def sync(dry_run: bool = telling.DRY_RUN) -> None:
    """Tell Tracker now what it could not be told before.

    Example: gitlink sync
    """
    from gitlink.core.text import printable
    from gitlink.errors import IssueNotFound
    from gitlink.goals.model import described
    from gitlink.sync import sync as send

    client, outbox = world.connection()
    if dry_run:
        for entry in outbox.entries():
            typer.echo(f"{printable(described(entry.goal))}  would be sent")
        return

    waited = outbox.entries()

    def told(outcome: "Outcome") -> None:
        words = f": {outcome.words}" if outcome.words else ""
        typer.echo(printable(f"{described(outcome.entry.goal)}  {outcome.what}{words}"))

    fault = send(client, outbox, told)
    if isinstance(fault, IssueNotFound):
        missing = [entry.id for entry in outbox.entries() if entry.goal.issue == fault.issue]
        fault.fix = f"gitlink outbox drop {' '.join(missing)}"
    if fault is not None:
        raise fault
    if not waited:
        typer.echo("nothing waits", err=True)


def _kept_here() -> "Outbox":
    """Return the outbox of the Tracker that is set; no token is needed to look into it."""
    from gitlink.errors import SettingsError
    from gitlink.hook import issues, setting
    from gitlink.outbox import Outbox, refuse_distrusted

    refuse_distrusted()
    folder = issues.binding(setting.git_config())
    if folder is None:
        why = "neither TRACKER_ORG_ID (Yandex 360) nor TRACKER_CLOUD_ORG_ID (Yandex Cloud) is set"
        raise SettingsError("no organization for Tracker", why=why, fix="git config --global gitlink.orgId ID")
    return Outbox(folder)


def show(as_json: bool = telling.JSON) -> None:
    """List what waits, oldest first.

    Example: gitlink outbox list --json
    """
    from gitlink.core.text import printable
    from gitlink.goals.model import SetField, described, kind, value

    outbox = _kept_here()
    entries = outbox.entries()
    for path in outbox.unreadable():
        typer.echo(f"gitlink: {printable(str(path))} cannot be read and is left alone", err=True)
    if as_json:
        rows = [
            {
                "id": entry.id,
                "issue": entry.goal.issue,
                "kind": kind(entry.goal),
                "value": value(entry.goal),
                **({"field": entry.goal.field} if isinstance(entry.goal, SetField) else {}),
                "since": entry.since.isoformat(timespec="seconds"),
                "error": entry.error,
            }
            for entry in entries
        ]
        typer.echo(jsontext.dumps(rows))
        return
    for entry in entries:
        typer.echo(printable(f"{entry.id}  {described(entry.goal)}  ({entry.error})"))
    if not entries:
        typer.echo("nothing waits", err=True)


def drop(
    ids: list[str] = typer.Argument(None, metavar="ID"),
    every: bool = typer.Option(False, "--all", help="All that waits."),
    dry_run: bool = telling.DRY_RUN,
) -> None:
    """Forget what waits; Tracker will not be told.

    Example: gitlink outbox drop 20260102-030405-000006-a1b2
    """
    from gitlink.core.text import printable
    from gitlink.errors import UsageFault
    from gitlink.goals.model import described

    outbox = _kept_here()
    entries = {entry.id: entry for entry in outbox.entries()}
    if not ids and not every:
        raise UsageFault("nothing to drop is named", why="neither an ID nor --all is given", fix="gitlink outbox list")
    unknown = [name for name in ids or [] if name not in entries]
    if unknown:
        raise UsageFault(f"nothing waits under `{printable(unknown[0])}`", fix="gitlink outbox list")
    for entry in entries.values() if every else [entries[name] for name in dict.fromkeys(ids)]:
        if not dry_run:
            outbox.remove(entry)
        typer.echo(printable(f"{described(entry.goal)}  {'would be dropped' if dry_run else 'dropped'}"))


def send_in_background() -> None:
    """Have what waits sent without waiting for it, and tell what the background did since the last command."""
    import os

    from gitlink import child, state

    home = state.home(os.environ)
    try:
        folders = [entry.path for entry in os.scandir(home)]
    except OSError:
        return
    for folder in folders:
        if state.has_news(folder):
            _tell_news(folder)
    child.send_what_waits()


def _tell_news(folder: str) -> None:
    from gitlink.core.text import printable
    from gitlink.outbox import Outbox  # only where there is news: it brings `requests` along

    for words in Outbox(folder).news():
        sys.stderr.write(f"gitlink: in the background: {printable(words)}\n")
