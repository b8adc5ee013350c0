"""What `notify apply` and `diff` share: a file of notifications as orders, checked and compared as a whole."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace

import typer

from gitlink import placing, plumbing
from gitlink.cli import notifying
from gitlink.cli.notifying import Desk
from gitlink.core.policy import parse_entries
from gitlink.core.text import printable, shell_quote
from gitlink.errors import SettingsError, UsageFault
from gitlink.notify import channels, file, trigger
from gitlink.triggering import Order


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
        raise SettingsError(
            "the relay's address is missing",
            where=f'{path}, [notify "{printable(entry.name)}"]',
            why="a secret goes there, so it is given by whoever runs the command, not by a file",
            fix=f"gitlink notify apply {shell_quote(path)} --relay https://gitlink.example.com",
        )
    try:
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
    except UsageFault as fault:
        where = f'{path}, [notify "{printable(entry.name)}"]'
        raise SettingsError(fault.message, where=where, why=fault.why, fix=fault.fix) from fault


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


def check_all(desk: Desk, orders: Sequence[Order]) -> None:
    """Raise what is wrong with any of *orders*, or with all of them together; writes nothing."""
    new: dict[str, int] = {}
    for wanted in orders:
        queue = desk.queue(wanted.queue)
        there = queue.triggers()
        with notifying.blotting(wanted.secret):
            state, _ = placing.state_of(queue.wanted(notifying.with_secret(wanted)), there)
        new[queue.key] = new.get(queue.key, 0) + (state == "create")
        placing.check_room(queue.key, len(there), new[queue.key])


def differ(desk: Desk, orders: Sequence[Order]) -> bool:
    """Print how Tracker differs from *orders*, and return whether it does."""
    is_different = False
    for wanted in orders:
        queue = desk.queue(wanted.queue)
        with notifying.blotting(wanted.secret):
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
