"""`gitlink notify list` and `test`: what became of a queue's notifications, and one message tried out."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import typer

from gitlink import jsontext
from gitlink.cli import telling

if TYPE_CHECKING:
    from gitlink.cli.notifying import Desk
    from gitlink.notify.order import Queue
    from gitlink.tracker.triggers import Sent, Trigger

QUEUE = typer.Option(..., "--queue", metavar="QUEUE", help="The queue whose issues are told of.")


def listing(queue: str = QUEUE, as_json: bool = telling.JSON) -> None:
    """Show the queue's notifications with their last messages; secrets are masked.

    Tracker counts any answer of a messenger as delivered; what that means for a message is said beside it.

    Example: gitlink notify list --queue TEST
    """
    from gitlink.cli.notify_fixes import as_typed
    from gitlink.cli.notifying import Desk
    from gitlink.notify import trigger

    with as_typed():
        desk = Desk()
        where = desk.queue(queue)
        found = [one for one in where.triggers() if trigger.kind_of(one.actions)]
    entries = [_entry(desk, where, one) for one in found]
    if as_json:
        typer.echo(jsontext.dumps(entries))
        return
    if not entries:
        typer.echo(f"{where.key} has no notifications of gitlink's", err=True)
    for entry in entries:
        _print(entry)


def _entry(desk: Desk, queue: Queue, found: Trigger) -> dict[str, Any]:
    from gitlink.notify import conditions, mask, outcome, trigger
    from gitlink.tracker import triggers

    action, kind = trigger.ours(found.actions), trigger.kind_of(found.actions)
    assert action is not None and kind is not None
    is_relayed = trigger.is_relayed(action)
    sent = triggers.log(desk.client, queue.key, found)
    names = _names(desk, sent)
    deliveries = [
        {
            "at": one.at.isoformat() if one.at else None,
            "issue": names.get(one.issue, one.issue),
            "status": one.status,
            "note": outcome.told(kind, is_relayed=is_relayed, endpoint=str(action.get("endpoint")), status=one.status),
        }
        for one in sent
    ]
    return {
        "id": found.id,
        "name": found.name,
        "kind": kind,
        "active": found.active,
        "relay": is_relayed,
        "when": conditions.words(found.conditions),
        "to": mask.target(action),
        "chat": mask.chat_of(action),
        "deliveries": deliveries,
    }


def _names(desk: Desk, sent: list[Sent]) -> dict[str, str]:
    """Return the keys of the issues in a log, by the id that stands there; an issue that is hidden keeps its id."""
    from gitlink.errors import TrackerRefused

    names: dict[str, str] = {}
    for one in sent:
        if one.issue and one.issue not in names:
            names[one.issue] = one.issue
            with suppress(TrackerRefused):
                names[one.issue] = desk.client.issue(one.issue).key
    return names


def _print(entry: dict[str, Any]) -> None:
    from gitlink.core.text import printable

    state = "" if entry["active"] else " (removed)"
    chat = f" (chat {entry['chat']})" if entry["chat"] else ""
    typer.echo(f"{printable(entry['name'])}{state}: {entry['kind']} → {entry['to']}{chat}")
    typer.echo(f"  when {', '.join(printable(word) for word in entry['when']) or 'anything changes'}")
    for one in entry["deliveries"]:
        at = (one["at"] or "")[:16].replace("T", " ")
        typer.echo(f"  {at}  {printable(one['issue'])}  {one['status'] or '-'}  {one['note']}")
    if not entry["deliveries"]:
        typer.echo("  nothing sent yet")


def try_out(name: str = typer.Argument(metavar="NAME"), queue: str = QUEUE, dry_run: bool = telling.DRY_RUN) -> None:
    """Send one real message as the trigger would, from here, and say what the messenger answered.

    It goes to Slack, to TELEGRAM_API_BASE_URL or to a relay; to this machine only where your settings name the address
    (SLACK_WEBHOOK_URL, TELEGRAM_API_BASE_URL, for a relay its GITLINK_NOTIFY_SECRET).

    Example: gitlink notify test slack --queue TEST
    """
    from gitlink.cli.notify_fixes import as_typed
    from gitlink.cli.notifying import Desk, blotting
    from gitlink.core.text import printable
    from gitlink.errors import TrackerRefused
    from gitlink.notify import mask, order, placing, trigger
    from gitlink.notify.sending import Elsewhere, MessengerRefused, attempt, request

    with as_typed():
        desk = Desk()
        where = desk.queue(queue)
        found = placing.existing(where, name)
    action = trigger.ours(found.actions)
    assert action is not None
    try:
        made = request(action, name, order.sample(desk.client, where, action, desk.web_url), os.environ)
    except Elsewhere as fault:
        raise TrackerRefused(
            f"trigger `{printable(name)}` sends elsewhere than gitlink's do",
            where=mask.target(action),
            why=f"{fault}; whoever administers the queue can change it, and nothing was sent",
            fix=f"gitlink notify list --queue {where.key}",
        ) from None
    if dry_run:
        typer.echo(f"would send a test message to {mask.target(action)}")
        return
    with blotting(trigger.secret_of(action)):
        answer = attempt(action, made)
    if not answer.is_sent:
        raise MessengerRefused.of(answer, mask.target(action))
    typer.echo(answer.words)
    if not found.active:
        typer.echo(f"{name} is removed: Tracker itself sends nothing", err=True)
