"""From a goal to the code that reaches it."""

from collections.abc import Callable, Sequence
from typing import overload

from gitlink.goals.field import set_field
from gitlink.goals.model import CommentOnce, Goal, LinkTo, LogWork, Move, Reached, SetField
from gitlink.goals.move import move
from gitlink.goals.once import comment, link, log_work
from gitlink.tracker.client import TrackerClient
from gitlink.tracker.models import Comment, Link, Status, Worklog

Announce = Callable[[Sequence[Status]], None]


def _silent(_: Sequence[Status]) -> None:
    return


@overload
def reach(client: TrackerClient, goal: Move, announce: Announce = ..., *, is_new: bool = ...) -> Reached[Status]: ...
@overload
def reach(
    client: TrackerClient, goal: SetField, announce: Announce = ..., *, is_new: bool = ...
) -> Reached[object]: ...
@overload
def reach(
    client: TrackerClient, goal: CommentOnce, announce: Announce = ..., *, is_new: bool = ...
) -> Reached[Comment | None]: ...
@overload
def reach(
    client: TrackerClient, goal: LogWork, announce: Announce = ..., *, is_new: bool = ...
) -> Reached[Worklog | None]: ...
@overload
def reach(
    client: TrackerClient, goal: LinkTo, announce: Announce = ..., *, is_new: bool = ...
) -> Reached[Link | None]: ...
def reach(
    client: TrackerClient, goal: Goal, announce: Announce = _silent, *, is_new: bool = False
) -> Reached[Status] | Reached[object] | Reached[Comment | None] | Reached[Worklog | None] | Reached[Link | None]:
    """Make *goal* hold, if it does not; raises what the client raises, and TransitionUnavailable.

    *announce* is told the statuses that a move is about to go through, before it begins. *is_new*: nothing has been
    done for this goal before.
    """
    if isinstance(goal, Move):
        return move(client, goal, announce)
    if isinstance(goal, SetField):
        return set_field(client, goal)
    if isinstance(goal, CommentOnce):
        return comment(client, goal, is_new=is_new)
    return log_work(client, goal) if isinstance(goal, LogWork) else link(client, goal)
