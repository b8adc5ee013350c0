"""Sends what waits in the outbox, oldest first; each goal is reached, dropped with a word, or kept with the reason."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from gitlink import state
from gitlink.entry import Entry
from gitlink.errors import AuthError, GitlinkError, Unreachable
from gitlink.goals import Move, SetField, reach
from gitlink.goals.move import is_in, is_moved_since
from gitlink.outbox import Outbox
from gitlink.tracker.client import TrackerClient
from gitlink.tracker.models import Status
from gitlink.tracker.reading import Malformed
from gitlink.tracker.refusal import Unusable


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one entry: `sent`, `already`, `dropped`, `refused` or `kept`; and why, in words."""

    entry: Entry
    what: str
    words: str


class _Withdrawn(Exception):
    """The entry has been dropped, or a newer goal has taken its place, just before it would have been sent."""


def sync(
    client: TrackerClient,
    outbox: Outbox,
    told: Callable[[Outcome], None],
    *,
    wait_s: float = 25.0,
    with_refused: bool = True,
) -> GitlinkError | None:
    """Send all that waits, telling *told* of each; return the fault that ends with an exit code of its own, if any.

    Ends at the first that gets no answer where the others would get none either; where Tracker stumbles over one issue,
    that issue's other goals wait with it, so that their order stays. Raises AuthError.
    """
    fault: GitlinkError | None = None
    held_up: set[str] = set()
    with outbox.alone(wait_s):
        outbox.tidy()
        waiting = [entry for entry in outbox.entries() if with_refused or not entry.is_refused]
        if waiting:
            outbox.begin()
        while waiting:
            entry = waiting.pop(0)
            if entry.goal.issue in held_up or not outbox.holds(entry):
                continue
            client.renew()
            try:
                outcome = _send(client, outbox, entry)
            except _Withdrawn:
                continue
            except AuthError:
                raise
            except Unreachable as error:
                outbox.keep(replace(_as_kept(outbox, entry), error=_words(error)))
                told(Outcome(entry, "kept", _words(error)))
                if not _is_of_one_issue(error):
                    return error
                fault = error
                held_up.add(entry.goal.issue)
            except GitlinkError as error:
                outbox.keep(replace(_as_kept(outbox, entry), error=_words(error), is_refused=True))
                told(Outcome(entry, "refused", _words(error)))
                fault = fault or error
            else:
                waiting += _done(outbox, outcome, told)
    return fault


def _done(outbox: Outbox, outcome: Outcome, told: Callable[[Outcome], None]) -> list[Entry]:
    """Tell of an entry that is done with and take it away; return what has come in its place."""
    entry = outcome.entry
    rescued = outbox.rescue_comment(entry) if outcome.what == "dropped" else None
    if outcome.what == "sent":
        state.forget(outbox.binding, entry.goal.issue)
    told(outcome)
    outbox.remove(entry)
    return [rescued] if rescued else []


def _is_of_one_issue(fault: Unreachable) -> bool:
    """Whether the fault may well be this issue's alone: an answer came, and not one that asks for patience."""
    return isinstance(fault, Malformed) or (isinstance(fault, Unusable) and fault.status not in (429, 503))


def _send(client: TrackerClient, outbox: Outbox, entry: Entry) -> Outcome:
    goal = entry.goal
    if isinstance(goal, Move):
        issue = client.issue(goal.issue)
        if is_moved_since(client, issue, entry.since, entry.via) and not is_in(client, issue, goal.status):
            return Outcome(entry, "dropped", f"someone moved it to {issue.status.name} after that")
    elif isinstance(goal, SetField) and _is_set_since(client, entry, goal):
        return Outcome(entry, "dropped", "someone set the field after that")

    def announce(way: Sequence[Status]) -> None:
        if not outbox.keep(replace(entry, via=tuple(status.key for status in way))):
            raise _Withdrawn

    reached = reach(client, goal, announce)
    return Outcome(entry, "sent" if reached.changed else "already", "")


def _is_set_since(client: TrackerClient, entry: Entry, goal: SetField) -> bool:
    """Whether the field was set after the goal was stored, and not to what is wanted."""
    issue = client.issue(goal.issue)
    known = client.find_field(issue.queue, goal.field)
    if known is None or issue.fields.get(known.id) == goal.value:
        return False
    moments = [change.at for change in client.changes(issue.key, known.id) if known.id in change.fields and change.at]
    return any(moment > client.clock.latest(entry.since) for moment in moments)


def _as_kept(outbox: Outbox, entry: Entry) -> Entry:
    """Return *entry* as it stands on disk: its way may have been written down."""
    return next((kept for kept in outbox.entries() if kept.id == entry.id), entry)


def _words(error: GitlinkError) -> str:
    return f"{error.message}: {error.why}" if error.why else error.message
