"""What the commands of `notify` share: secrets, the queue, one order carried out, a trigger shown."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import typer

from gitlink import settings
from gitlink.cli import world
from gitlink.core import keys
from gitlink.core.text import printable
from gitlink.errors import GitlinkError, SettingsError
from gitlink.notify import channels, conditions, mask, placing, slack, telegram, template, trigger
from gitlink.notify.mend import Missing, WrongWord
from gitlink.notify.order import Order, Queue
from gitlink.tracker.client import TrackerClient

_DEFAULT_TEXTS = {"slack": template.SLACK_TEXT, "telegram": template.TELEGRAM_TEXT}
_VARIABLES = {"slack": slack.VARIABLE, "telegram": telegram.VARIABLE}
_NEW_SECRET = {
    "why": "the command and `gitlink serve` need the same",
    "fix": f'export {channels.SECRET_VARIABLE}="$(openssl rand -hex 32)"',
}
_DONE = {"create": "created", "change": "changed", "same": "already so"}
WOULD = {"create": "would be created", "change": "would change", "same": "already so"}


class Desk:
    """Tracker in the name of whoever runs the command, and its queues."""

    def __init__(self) -> None:
        credentials = settings.credentials(os.environ)
        self.web_url = credentials.web_url
        self.client: TrackerClient = world.tracker(credentials)
        self._queues: dict[str, Queue] = {}

    def queue(self, key: str) -> Queue:
        """Return the queue; raises UsageFault for what can be no key of one."""
        upper = key.upper()
        if not keys.is_queue(upper):
            letters = "".join([char for char in upper if "A" <= char <= "Z"])[:15]
            why = "it is up to 15 Latin letters"
            raise WrongWord(f"`{printable(key)}` is no queue key", why=why).by("queue", letters or "TEST")
        base = telegram.base_url(os.environ)
        return self._queues.setdefault(upper, Queue(self.client, upper, self.web_url, base))


def order(
    kind: str,
    queue: str,
    *,
    whens: Sequence[str],
    text: str | None,
    name: str | None,
    secret: str | None,
    chat: str | None = None,
    topic: str | None = None,
    relay: str | None = None,
) -> Order:
    """Return the order that these words describe; raises UsageFault. *secret*: checked already."""
    called = name if name is not None else kind
    if not called.strip() or not called.isprintable() or len(called) > 200 or (relay and not channels.is_name(called)):
        raise WrongWord(
            f"`{printable(called)}` is no name of a notification",
            why="with --relay it is the channel's: Latin letters, digits, - and _, not `secret`"
            if relay
            else "it is one line of text",
        ).by("name", channels.like(called))
    to = telegram.check_chat(chat, topic) if kind == "telegram" and relay is None else None
    if relay is not None:
        trigger.relay_endpoint(relay, called)
    written = _DEFAULT_TEXTS[kind] if text is None else text
    return Order(kind, called, queue.upper(), conditions.parse(whens), written, secret, to, relay)


def secret(kind: str, given: str | None, option: str, *, relay: str | None) -> str | None:
    """Return the secret that the trigger will hold, None where there is none at hand; raises for what can be none."""
    if relay is not None:
        return relay_secret()
    if given is not None and given != "-":
        raise WrongWord(
            f"{option} takes only `-`: the secret is read from standard input",
            why=f"an argument is seen in the list of processes and in the shell's history; {_VARIABLES[kind]} is not",
        ).by(option[2:], "-")
    found = (_from_stdin(_VARIABLES[kind]) if given else os.environ.get(_VARIABLES[kind], "")).strip()
    return checked(kind, found) if found or given else None


def checked(kind: str, found: str) -> str:
    """Return *found* if it can be that messenger's secret; raises UsageFault."""
    return slack.check_url(found) if kind == "slack" else telegram.check_token(found)


def _from_stdin(what: str) -> str:
    if sys.stdin.isatty():
        return str(typer.prompt(what, hide_input=True, err=True))
    return sys.stdin.readline()


def relay_secret() -> str | None:
    """Return what the relay knows Tracker by, None where it is not set."""
    found = os.environ.get(channels.SECRET_VARIABLE, "").split()
    if found and not (found[0].isascii() and found[0].isprintable() and "{" not in found[0]):
        raise SettingsError(f"{channels.SECRET_VARIABLE} holds what no header can hold", **_NEW_SECRET)
    return found[0] if found else None


def with_secret(wanted: Order) -> Order:
    """Return *wanted* if it has its secret; raises SettingsError saying how to give it."""
    if wanted.secret:
        return wanted
    if wanted.relay is not None:
        raise SettingsError("the relay's secret is missing", where=channels.SECRET_VARIABLE, **_NEW_SECRET)
    what, option = ("the webhook's address", "url") if wanted.kind == "slack" else ("the bot's token", "bot-token")
    raise Missing(
        f"{what} is missing",
        where=_VARIABLES[wanted.kind],
        why="it is a secret, so it comes from the environment or from standard input",
    ).by(option, "-")


def shown(wanted: Order) -> Order:
    """Return *wanted* with a secret to be shown in place of one that is not there."""
    return wanted if wanted.secret else replace(wanted, secret="-")


@contextmanager
def blotting(*secrets: str | None) -> Iterator[None]:
    """Take *secrets* out of any error: Tracker repeats what it refuses."""
    try:
        yield
    except GitlinkError as error:
        for word in filter(None, secrets):
            for name in ("message", "where", "why", "fix"):
                told = getattr(error, name)
                if isinstance(told, str):
                    setattr(error, name, told.replace(word, "***"))
        raise


def carry_out(desk: Desk, wanted: Order, *, dry_run: bool) -> None:
    """Create or change the trigger and say so; *dry_run*: only say what would be."""
    queue = desk.queue(wanted.queue)
    with blotting(wanted.secret):
        if not dry_run:
            wanted = with_secret(wanted)
        there = queue.triggers()
        target = queue.wanted(shown(wanted))
        state, changes = placing.state_of(target, there)
        if dry_run:
            say(wanted, target, WOULD[state], changes)
            typer.echo(f"  sends {mask.content(target.action)}")
            return
        say(wanted, target, _DONE[placing.reach(desk.client, queue, target)], changes)
    if wanted.secret and state != "same":
        typer.echo(f"whoever administers {wanted.queue} can read the trigger, and the secret in it", err=True)


def say(wanted: Order, target: trigger.Wanted, did: str, changes: Sequence[str]) -> None:
    """Print a notification and what was or would be done."""
    typer.echo(f"{printable(wanted.name)} in {wanted.queue}: {did}")
    for change in changes:
        typer.echo(f"  {change}")
    if not changes:
        typer.echo(f"  when {', '.join(conditions.words(target.conditions))}")
        typer.echo(f"  {wanted.kind} → {mask.target(target.action)}{_chat(target.action)}")


def _chat(action: trigger.Action) -> str:
    chat = mask.chat_of(action)
    return f" (chat {chat})" if chat else ""
