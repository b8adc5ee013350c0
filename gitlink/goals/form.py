"""What goes with a move: a resolution and fields, given by key or by name in either language, as Tracker wants them.

Where this user may not see the lists of them, words go as they were given.
"""

from collections.abc import Mapping

from gitlink.core.text import nearest, printable, shell_quote
from gitlink.errors import TrackerRefused
from gitlink.goals.model import Move
from gitlink.tracker.client import LANGUAGES, TrackerClient
from gitlink.tracker.models import Field, Issue
from gitlink.tracker.refusal import Refused
from gitlink.tracker.route import fold

# They go into a move's form and are no fields. https://yandex.ru/support/tracker/ru/api-ref/issues/new-transition
_NO_FIELDS = ("comment", "resolution")


def form(client: TrackerClient, issue: Issue, goal: Move) -> dict[str, object]:
    """Return what is sent with the last transition; asks only for what was given. Raises TrackerRefused."""
    sent = _fields(client, issue, goal.fields)
    if goal.comment is not None:
        sent["comment"] = goal.comment
    if goal.resolution is not None:
        sent["resolution"] = _resolution(client, issue, goal)
    return sent


def _fields(client: TrackerClient, issue: Issue, given: Mapping[str, object]) -> dict[str, object]:
    sent: dict[str, object] = {}
    for word, value in given.items():
        try:
            known = None if word in _NO_FIELDS else client.find_field(issue.queue, word)
        except Refused:
            known = Field(word, word, word, "")
        if known is None and word not in _NO_FIELDS:
            raise TrackerRefused(
                f"queue `{issue.queue}` has no field `{printable(word)}`",
                where=f"`{issue.key}`",
                why="neither a field of the queue nor a global one has this id, key or name",
                fix=f"gitlink status --issue {issue.key}",
            )
        sent[known.id if known else word] = value
    return sent


def _resolution(client: TrackerClient, issue: Issue, goal: Move) -> str:
    word = goal.resolution or ""
    try:
        known = [resolution for language in LANGUAGES for resolution in client.resolutions(language)]
    except Refused:
        return word
    for resolution in known:
        if fold(word) in (fold(resolution.key), fold(resolution.name)):
            return resolution.key
    near = nearest(word, [name for resolution in known for name in (resolution.key, resolution.name)])
    keys = dict.fromkeys(resolution.key for resolution in known)
    raise TrackerRefused(
        f"there is no resolution `{printable(word)}`",
        why=f"Tracker knows {', '.join(f'`{key}`' for key in keys)}",
        fix=f"gitlink status {shell_quote(goal.status)} --resolution {shell_quote(near or 'fixed')} "
        f"--issue {issue.key}",
    )
