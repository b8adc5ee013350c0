"""Sends what waits in the outbox, oldest first; each goal is reached, dropped with a word, or kept with the reason."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from gitlink.errors import AuthError, GitlinkError, Unreachable
from gitlink.goals import Move, SetField, reach
from gitlink.goals.move import is_in, is_moved_since
from gitlink.goals.once import server_time
from gitlink.outbox import Entry, Outbox
from gitlink.tracker.client import TrackerClient
from gitlink.tracker.models import Status


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one entry: `sent`, `already`, `dropped`, `refused` or `kept`; and why, in words."""

    entry: Entry
    what: str
    words: str


def sync(
    client: TrackerClient,
    outbox: Outbox,
    told: Callable[[Outcome], None],
    *,
    wait_s: float = 25.0,
    with_refused: bool = True,
) -> GitlinkError | None:
    """Send all that waits, telling *told* of each; return the fault that ends with an exit code of its own, if any.

    Ends at the first that gets no answer: the others would get none either. Raises AuthError.
    """
    fault: GitlinkError | None = None
    with outbox.alone(wait_s):
        waiting = [entry for entry in outbox.entries() if with_refused or not entry.is_refused]
        while waiting:
            entry = waiting.pop(0)
            if not outbox.holds(entry):
                continue
            client.renew()
            try:
                outcome = _send(client, outbox, entry)
            except AuthError:
                raise
            except Unreachable as error:
                outbox.keep(replace(_as_kept(outbox, entry), error=_words(error)))
                told(Outcome(entry, "kept", _words(error)))
                return error
            except GitlinkError as error:
                outbox.keep(replace(entry, error=_words(error), is_refused=True))
                told(Outcome(entry, "refused", _words(error)))
                fault = error
                continue
            if outcome.what == "dropped":
                rescued = outbox.rescue_comment(entry)
                waiting += [rescued] if rescued else []
            outbox.remove(entry)
            told(outcome)
    return fault


def _send(client: TrackerClient, outbox: Outbox, entry: Entry) -> Outcome:
    goal = entry.goal
    if isinstance(goal, Move):
        issue = client.issue(goal.issue)
        if is_moved_since(client, issue, entry.since, entry.via) and not is_in(client, issue, goal.status):
            return Outcome(entry, "dropped", f"someone moved it to {issue.status.name} after that")
    elif isinstance(goal, SetField) and _is_set_since(client, entry, goal):
        return Outcome(entry, "dropped", "someone set the field after that")

    def announce(way: Sequence[Status]) -> None:
        outbox.keep(replace(entry, via=tuple(status.key for status in way)))

    reached = reach(client, goal, announce)
    return Outcome(entry, "sent" if reached.changed else "already", "")


def _is_set_since(client: TrackerClient, entry: Entry, goal: SetField) -> bool:
    """Whether the field was set after the goal was stored, and not to what is wanted."""
    issue = client.issue(goal.issue)
    known = client.find_field(issue.queue, goal.field)
    if known is None or issue.fields.get(known.id) == goal.value:
        return False
    moments = [change.at for change in client.changes(issue.key, known.id) if known.id in change.fields and change.at]
    return any(moment > server_time(client, entry.since) for moment in moments)


def _as_kept(outbox: Outbox, entry: Entry) -> Entry:
    """Return *entry* as it stands on disk: its way may have been written down."""
    return next((kept for kept in outbox.entries() if kept.id == entry.id), entry)


def _words(error: GitlinkError) -> str:
    return f"{error.message}: {error.why}" if error.why else error.message
