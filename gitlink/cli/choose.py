"""Asks a person to choose among what the organization has: queues, and a status for each event."""

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from gitlink.tracker.client import TrackerClient
    from gitlink.tracker.models import Status

_SHOWN = 40
EVENTS = {
    "started": "work on an issue begins",
    "opened": "a pull request is opened",
    "accepted": "a review accepts it",
    "rejected": "a review rejects it",
    "merged": "it is merged",
    "declined": "it is closed without a merge",
    "deployed": "a test bench has it",
}


def queues(client: "TrackerClient | None") -> list[str]:
    """Return the keys of the queues that count, none for any; without a *client* they can only be typed."""
    known = list(islice(client.queues(), _SHOWN + 1)) if client else []
    _list([f"{queue.key}  {queue.name}" for queue in known[:_SHOWN]], is_cut=len(known) > _SHOWN)
    how = "numbers or keys" if known else "keys"
    answer = _ask(f"Queues whose keys count ({how}, several by spaces; empty: any)")
    return [_numbered(word, [queue.key for queue in known[:_SHOWN]]) for word in answer.replace(",", " ").split()]


def statuses(client: "TrackerClient", defaults: Mapping[str, str]) -> dict[str, str]:
    """Return the status keys to write into the policy by event; *defaults*: what counts where nothing is written."""
    known = list(client.statuses())
    if not known:
        return {}
    typer.echo("What an event does to the issue. The organization's statuses:", err=True)
    _list([status.name for status in known])
    chosen = {}
    for event, words in EVENTS.items():
        status = _one(client, known, event, words, defaults.get(event))
        if status is not None:
            chosen[event] = status
    return chosen


def _one(client: "TrackerClient", known: "Sequence[Status]", event: str, words: str, default: str | None) -> str | None:
    """Return a status's key, an empty one for "no status although there is a default", None to leave it as it is."""
    from gitlink.core.text import nearest, printable
    from gitlink.tracker.client import LANGUAGES
    from gitlink.tracker.route import find_status

    left = f"empty: {default}, -: none" if default else "empty: none"
    while True:
        answer = _ask(f"status.{event}: {words} (number or name; {left})").strip()
        if not answer:
            return None
        if answer == "-":
            return "" if default else None
        word = _numbered(answer, [status.key for status in known])
        names = [status for language in LANGUAGES for status in client.statuses(language)]
        found = find_status(word, known) or find_status(word, names)
        if found:
            return found.key
        near = nearest(answer, [status.name for status in known])
        hint = f"; did you mean `{near}`?" if near else ""
        typer.echo(f"gitlink: there is no status `{printable(answer)}`{hint}", err=True)


def _list(lines: Sequence[str], *, is_cut: bool = False) -> None:
    from gitlink.core.text import printable

    for number, line in enumerate(lines, 1):
        typer.echo(f"{number:4}  {printable(line)}", err=True)
    if is_cut:
        typer.echo("      and more", err=True)


def _numbered(word: str, known: Sequence[str]) -> str:
    return known[int(word) - 1] if word.isdecimal() and 0 < int(word) <= len(known) else word


def _ask(words: str) -> str:
    answer: str = typer.prompt(words, default="", show_default=False, err=True)
    return answer
