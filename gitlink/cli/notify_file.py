"""`gitlink notify apply` and `diff`: notifications kept in a file."""

from __future__ import annotations

import typer

from gitlink.cli import telling

_RELAY_OF_FILE = typer.Option(
    None, "--relay", metavar="URL", help="Where the relay is, for notifications that say `relay = yes`."
)

_FILE = typer.Argument(metavar="FILE")


def apply(file: str = _FILE, relay: str = _RELAY_OF_FILE, dry_run: bool = telling.DRY_RUN) -> None:
    """Make Tracker's triggers what FILE says; what it does not name is left alone.

    FILE is in git-config syntax, a section [notify "name"] for each: queue, kind, when (several), text, chat, topic,
    relay (yes). Secrets come from GITLINK_NOTIFY_<NAME>, else SLACK_WEBHOOK_URL or TELEGRAM_BOT_TOKEN; a trigger that
    is there keeps its own. All is checked before anything is written.

    Example: gitlink notify apply notifications.gitconfig
    """
    from gitlink.cli import notify_orders, notifying
    from gitlink.cli.notify_fixes import as_typed

    desk = notifying.Desk()
    with as_typed():
        orders = notify_orders.from_file(desk, file, relay)
        notify_orders.check_all(desk, orders, file)
    for order in orders:
        notifying.carry_out(desk, order, dry_run=dry_run)


def diff(file: str = _FILE, relay: str = _RELAY_OF_FILE) -> None:
    """Show how Tracker's triggers differ from FILE; exit code 1 where they do.

    Example: gitlink notify diff notifications.gitconfig
    """
    from gitlink.cli import notify_orders, notifying
    from gitlink.cli.notify_fixes import as_typed
    from gitlink.errors import EXIT_VIOLATIONS

    desk = notifying.Desk()
    with as_typed():
        is_different = notify_orders.differ(desk, notify_orders.from_file(desk, file, relay), file)
    if is_different:
        raise typer.Exit(EXIT_VIOLATIONS)
