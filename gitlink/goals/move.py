"""An issue's status: one transition where one leads there, else a way through several, replanned after each surprise.

The way is planned from the queue's workflow where Tracker shows it, else from what other issues of the queue are
offered in the statuses between; nothing is moved to find out.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from gitlink.core.text import shell_quote
from gitlink.errors import GitlinkError, TrackerRefused, Unreachable
from gitlink.goals.fault import FieldMissing, is_worth_a_look, is_worth_another
from gitlink.goals.form import form
from gitlink.goals.model import CommentOnce, Move, Reached
from gitlink.goals.once import comment
from gitlink.tracker import route
from gitlink.tracker.client import LANGUAGES, TrackerClient
from gitlink.tracker.models import Issue, Status, Transition
from gitlink.tracker.neighbours import Neighbours
from gitlink.tracker.refusal import Refused

_MOST_ROUNDS = 12


class _NotOffered(Exception):
    """On the way the next transition was not on offer: the workflow shows it, and this user may not make it."""


def move(client: TrackerClient, goal: Move, announce: Callable[[Sequence[Status]], None]) -> Reached[Status]:
    """Move, and where an attempt failed look before a second one; each attempt that got no further is the last but one.

    Raises what the client raises, and TransitionUnavailable.
    """
    start = issue = client.issue(goal.issue)
    if goal.spares_resolved and issue.resolution:
        return Reached(issue.key, False, issue.status, issue.status)
    barred: set[tuple[str, str]] = set()
    has_second_try, sent = True, None
    for _ in range(_MOST_ROUNDS):
        way = plan(client, issue, goal, barred)
        if not way:
            return _arrived(client, start, issue, goal)
        if sent is None:
            sent = form(client, issue, goal)
        announce([hop.to for hop in way])
        at = issue
        try:
            _follow(client, issue.key, way, sent, barred)
            return Reached(issue.key, True, start.status, way[-1].to)
        except _NotOffered:
            issue = client.issue(issue.key)
        except (Refused, Unreachable) as fault:
            issue = _look_again(client, issue.key, fault)
            if issue.status.key == way[-1].to.key:
                if isinstance(fault, Refused):
                    continue  # Someone else was faster: it is there, without what this move brings along.
                return Reached(issue.key, True, start.status, issue.status)
            if not is_worth_another(fault) or not (has_second_try or issue.status != at.status):
                raise _explained(client, issue, goal, fault, barred) from fault
            has_second_try = issue.status != at.status
    raise route.unavailable(issue, client.transitions(issue.key), goal.status)


def plan(
    client: TrackerClient, issue: Issue, goal: Move, barred: "set[tuple[str, str]] | frozenset[tuple[str, str]]"
) -> tuple[Transition, ...]:
    """Return the moves to make: none where the issue is there already.

    Only the first is on offer now; the `id` of the others is empty, since it is known on arrival alone. Raises
    TransitionUnavailable.
    """
    if route.find_status(goal.status, [issue.status]):
        return ()
    offered = client.transitions(issue.key)
    wanted = route.find_status(goal.status, [transition.to for transition in offered])
    if wanted is not None and (issue.status.key, wanted.key) not in barred:
        return (route.best(offered, wanted),)
    known = _all_statuses(client)
    wanted = wanted or route.find_status(goal.status, known)
    if wanted is None:
        raise route.unknown(issue, offered, known, goal.status)
    if wanted.key == issue.status.key:
        return ()
    if goal.is_direct:
        raise route.unavailable(issue, offered, wanted.name)
    ends = frozenset(status.key for status in known if status.is_end)
    neighbours = Neighbours(client, issue, offered, barred)
    way = route.way(issue.status, wanted, neighbours, ends)
    if way is None:
        raise route.unavailable(issue, offered, wanted.name, limit=neighbours.limit)
    return (route.best(offered, way[0]), *[Transition("", status.name, status) for status in way[1:]])


def is_in(client: TrackerClient, issue: Issue, word: str) -> bool:
    """Whether *issue* is in the status that *word* means, in whichever language."""
    if route.find_status(word, [issue.status]):
        return True
    wanted = route.find_status(word, _all_statuses(client))
    return wanted is not None and wanted.key == issue.status.key


def _all_statuses(client: TrackerClient) -> list[Status]:
    return [status for language in LANGUAGES for status in client.statuses(language)]


def _follow(
    client: TrackerClient, key: str, way: Sequence[Transition], sent: Mapping[str, object], barred: set[tuple[str, str]]
) -> None:
    at = way[0]
    for hop in way:
        if not hop.id:
            offered = [found for found in client.transitions(key) if found.to.key == hop.to.key]
            if not offered:
                barred.add((at.to.key, hop.to.key))
                raise _NotOffered
            hop = route.best(offered, hop.to)
        client.execute(key, hop.id, sent if hop.to.key == way[-1].to.key else {})
        at = hop


def _arrived(client: TrackerClient, start: Issue, issue: Issue, goal: Move) -> Reached[Status]:
    """Report a status that holds; a comment that could not go with a move is written by itself, once.

    One that went with the move which brought the issue here, lost answer or not, is younger than its status.
    """
    if goal.comment:
        since: datetime | None = goal.since
        if since is not None and issue.status_since is not None:
            since = min(since, client.clock.of_ours(issue.status_since))
        comment(client, CommentOnce(issue.key, goal.comment, since))
    return Reached(issue.key, issue.status != start.status, start.status, issue.status)


def _look_again(client: TrackerClient, key: str, fault: GitlinkError) -> Issue:
    """Return the issue as it is after *fault*; raises *fault* where a look cannot cure it or is not possible."""
    if not is_worth_a_look(fault):
        raise fault
    try:
        return client.issue(key)
    except Unreachable:
        raise fault from None


def _explained(
    client: TrackerClient, issue: Issue, goal: Move, fault: GitlinkError, barred: set[tuple[str, str]]
) -> GitlinkError:
    """Return what the refusal of a move means, now that it is known whether the move is still on offer."""
    if not isinstance(fault, Refused):
        return fault
    try:
        hops = plan(client, issue, goal, barred)
    except Unreachable:
        return fault
    except TrackerRefused as refusal:
        return refusal
    if not hops:
        return fault
    hop = hops[0]
    status, key = shell_quote(hop.to.key), issue.key
    fix = None
    if hop.has_screen and not goal.resolution:
        fix = f"gitlink status {status} --resolution fixed --issue {key}"
    elif hop.has_screen:
        fix = f"name the missing field: `gitlink status {status} --field NAME=VALUE --issue {key}`"
    message = f"`{key}` did not move to `{hop.to.name}`"
    where = f"`{key}` is in `{issue.status.name}`; {fault.where}"
    # What a goal brings along goes with the last hop alone: a field that an earlier one wants cannot be added to it.
    is_fillable = hop.has_screen and len(hops) == 1 and fault.status in (400, 422)
    kind = FieldMissing if is_fillable else Refused
    return kind(message, status=fault.status, where=where, why=fault.why, fix=fix)


def is_moved_since(client: TrackerClient, issue: Issue, moment: datetime, own: Sequence[str]) -> bool:
    """Whether someone has moved *issue* after *moment*; *own*: keys of statuses that it was ours to go through."""
    if issue.status_since is None or issue.status.key in own:
        return False
    return issue.status_since > client.clock.latest(moment)
