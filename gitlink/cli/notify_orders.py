"""What `notify apply` and `diff` share: a file of notifications as orders, checked and compared as a whole."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace

import typer

from gitlink import plumbing
from gitlink.cli import notifying
from gitlink.cli.notify_fixes import as_written
from gitlink.cli.notifying import Desk
from gitlink.core.policy import parse_entries
from gitlink.core.text import printable, shell_quote
from gitlink.errors import SettingsError, UsageFault
from gitlink.notify import channels, file, placing, trigger
from gitlink.notify.mend import Missing
from gitlink.notify.order import Order


def from_file(desk: Desk, path: str, relay: str | None) -> list[Order]:
    """Return the orders in a file of notifications; *relay*: the base address for those that go through one.

    Each secret comes from GITLINK_NOTIFY_<NAME>, else SLACK_WEBHOOK_URL or TELEGRAM_BOT_TOKEN, else from the trigger
    that is there.
    """
    status, listing = plumbing.run("config", "-f", path, "--no-includes", "-z", "--list")
    if status:
        raise SettingsError(
            f"{printable(path)} cannot be read",
            where=printable(path),
            why="there is no such file, or Git finds an error in it",
            fix=f"git config -f {shell_quote(path)} --list",
        )
    return [_from_entry(desk, entry, path, relay) for entry in file.read(parse_entries(listing), path)]


def _from_entry(desk: Desk, entry: file.Entry, path: str, relay_url: str | None) -> Order:
    values = entry.values
    kind, relay = values["kind"], relay_url if "relay" in values else None
    if "relay" in values and relay is None:
        raise Missing(
            "the relay's address is missing",
            where=f'{printable(path)}, [notify "{printable(entry.name)}"]',
            why="a secret goes there, so it is given by whoever runs the command, not by a file",
        ).by("relay", "https://gitlink.example.com")
    with as_written(path, entry.name):
        made = notifying.order(
            kind,
            values["queue"],
            whens=entry.whens,
            text=values.get("text"),
            name=entry.name,
            secret=None,
            chat=values.get("chat"),
            topic=values.get("topic"),
            relay=relay,
        )
        given = notifying.relay_secret() if relay else _own_secret(kind, entry.name)
        return replace(made, secret=given or _kept_secret(desk, made))


def _own_secret(kind: str, name: str) -> str | None:
    own = channels.variable(name)
    found = (os.environ.get(own, "") if own != channels.SECRET_VARIABLE else "").strip()
    return notifying.checked(kind, found) if found else notifying.secret(kind, None, "", relay=None)


def _kept_secret(desk: Desk, made: Order) -> str | None:
    """Return the secret that the trigger holds already, where it is of the same kind and whole."""
    found = placing.find(desk.queue(made.queue).triggers(), made.name)
    there = trigger.ours(found.actions) if found else None
    if there is None or trigger.is_relayed(there) != (made.relay is not None):
        return None
    if made.relay is not None:
        headers = there["headers"]
        kept = headers.get(trigger.SECRET_HEADER) if isinstance(headers, dict) else None
        return kept if isinstance(kept, str) else None
    kept = trigger.secret_of(there) if trigger.kind_of([there]) == made.kind else None
    try:
        return notifying.checked(made.kind, kept) if kept else None
    except UsageFault:
        return None


def check_all(desk: Desk, orders: Sequence[Order], path: str) -> None:
    """Raise what is wrong with any of *orders* of the file *path*, or with all of them together; writes nothing."""
    new: dict[str, int] = {}
    for wanted in orders:
        queue = desk.queue(wanted.queue)
        with notifying.blotting(wanted.secret), as_written(path, wanted.name):
            there = queue.triggers()
            state, _ = placing.state_of(queue.wanted(_with_secret(wanted)), there)
        new[queue.key] = new.get(queue.key, 0) + (state == "create")
        placing.check_room(queue.key, len(there), new[queue.key])


def _with_secret(wanted: Order) -> Order:
    """Return *wanted* if it has its secret; raises SettingsError naming the variable of its own."""
    try:
        return notifying.with_secret(wanted)
    except Missing as error:
        own = channels.variable(wanted.name)
        own = own if own != channels.SECRET_VARIABLE else str(error.where)
        raise SettingsError(error.message, where=own, why=error.why, fix=f"read -rs {own} && export {own}") from error


def differ(desk: Desk, orders: Sequence[Order], path: str) -> bool:
    """Print how Tracker differs from *orders* of the file *path*, and return whether it does."""
    is_different = False
    for wanted in orders:
        queue = desk.queue(wanted.queue)
        with notifying.blotting(wanted.secret), as_written(path, wanted.name):
            target = queue.wanted(notifying.shown(wanted))
            state, changes = placing.state_of(target, queue.triggers())
        if state != "same":
            is_different = True
            notifying.say(wanted, target, notifying.WOULD[state], changes)
    named = {(wanted.queue, wanted.name) for wanted in orders}
    for key in sorted({wanted.queue for wanted in orders}):
        for one in desk.queue(key).triggers():
            if one.active and trigger.kind_of(one.actions) and (key, one.name) not in named:
                is_different = True
                typer.echo(f"{printable(one.name)} in {key}: not in the file")
    return is_different
