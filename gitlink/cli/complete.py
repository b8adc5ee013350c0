"""What a shell is offered when someone presses Tab; silent, and done within a second when Tracker is away.

What comes from Tracker is cut down to letters, digits and a few signs: typer's script for zsh hands it to `eval`, and
its rendering reads square brackets as markup.
"""

import os
from collections.abc import Callable, Iterable
from itertools import islice
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from gitlink.tracker.client import TrackerClient

Offers = list[tuple[str, str]]

_DEADLINE_S = 1.0
_MOST = 100
_HARMLESS = frozenset(" -_.,/+%№…–—«»")


def words(*known: str) -> Callable[[str], list[str]]:
    """Return what completes one of *known*."""

    def complete(incomplete: str) -> list[str]:
        return [word for word in known if word.startswith(incomplete)]

    return complete


def rules(incomplete: str) -> Offers:
    """Offer the rules of `gitlink explain`."""
    from gitlink.core import catalogue

    return [(name, summary) for name, (summary, _) in catalogue.RULES.items() if name.startswith(incomplete)]


def hooks(incomplete: str) -> list[str]:
    """Offer the hooks that can be installed."""
    from gitlink.install import HOOKS

    return words(*HOOKS)(incomplete)


def formats(incomplete: str) -> list[str]:
    """Offer the formats of `gitlink check`."""
    from gitlink.report import FORMATS

    return words(*FORMATS)(incomplete)


def branches(incomplete: str) -> list[str]:
    """Offer the branches of this repository."""
    from gitlink import plumbing

    status, listing = plumbing.run("for-each-ref", "--format=%(refname:short)", "refs/heads")
    return words(*plumbing.text(listing).splitlines())(incomplete) if status == 0 else []


def relations(incomplete: str) -> list[str]:
    """Offer a word for each relation between issues."""
    from gitlink.tracker import relation

    return words(*relation.words())(incomplete)


def queues(incomplete: str) -> Offers:
    """Offer the organization's queues, with their names."""

    def ask() -> Offers:
        return [(queue.key, _plain(queue.name)) for queue in islice(_client().queues(), _MOST)]

    return _fitting(_within(ask), incomplete)


def resolutions(incomplete: str) -> Offers:
    """Offer the resolutions: each key, with its name."""

    def ask() -> Offers:
        return [(resolution.key, _plain(resolution.name)) for resolution in _client().resolutions()]

    return _fitting(_within(ask), incomplete)


def issues(incomplete: str) -> Offers:
    """Offer one's own open issues, with their summaries.

    https://yandex.ru/support/tracker/ru/api-ref/issues/search-issues
    """

    def ask() -> Offers:
        mine = _client().search({"assignee": "me()", "resolution": "empty()"})
        return [(issue.key, _plain(f"{issue.summary}, {issue.status.name}")) for issue in mine]

    return _fitting(_within(ask), incomplete)


def statuses(context: typer.Context, incomplete: str) -> Offers:
    """Offer the statuses that the issue can go to now: each key, and each name in a spelling that needs no quotes."""
    from gitlink.cli import world

    def ask() -> Offers:
        key = world.issues(list(context.params.get("issue") or ()))[0]
        offered = [move.to for move in _client().transitions(key)]
        keys = [(status.key, _plain(status.name)) for status in offered]
        return keys + [("-".join(status.name.split()), _plain(status.key)) for status in offered]

    return _fitting(_within(ask), incomplete)


def _client() -> "TrackerClient":
    from gitlink.connect import connect

    return connect(os.environ, request_s=_DEADLINE_S, total_s=_DEADLINE_S)[0]


def _within(ask: Callable[[], Offers]) -> Offers:
    """Return what *ask* finds before the deadline, nothing when it fails: name look-ups know no deadline of ours."""
    import threading

    import gitlink.connect  # noqa: F401  # what takes its time on this machine is not Tracker's delay

    found: Offers = []

    def work() -> None:
        try:
            found.extend(ask())
        except Exception:
            return  # nobody reads an error in the middle of a line that is being typed

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(_DEADLINE_S)
    return list(found)


def _fitting(offers: Iterable[tuple[str, str]], incomplete: str) -> Offers:
    """Return the offers that go on from what was typed, case aside; typer drops what does not begin just as typed."""
    typed = incomplete.replace(" ", "-").lower()
    found: dict[str, tuple[str, str]] = {}
    for value, help in offers:
        if value.lower().startswith(typed) and all(char.isalnum() or char in "-_" for char in value):
            whole = value if value.startswith(incomplete) or not incomplete.islower() else value.lower()
            found.setdefault(value.lower(), (incomplete + whole[len(incomplete) :], help))
    return list(found.values())


def _plain(text: str) -> str:
    return "".join(char if char.isalnum() or char in _HARMLESS else " " for char in text)[:100].strip()
