"""Worklogs: time spent on issues, one issue's and everybody's.

Source: https://github.com/yandex-cloud/docs en/tracker/concepts/issues/new-worklog.md
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from . import durations
from .call import Call, Handler, Reply
from .model import Name, Refusal
from .records import Issue, Worklog
from .values import read_moment

_KEYS = {"start", "duration", "comment"}
_FORMAT = Name("Неверный формат данных.", "Incorrect data format.")


def listed(call: Call) -> Reply:
    """GET /issues/{key}/worklog."""
    issue = call.issue()
    return Reply([call.view.worklog(issue, item) for item in issue.worklogs])


def create(call: Call) -> Reply:
    """POST /issues/{key}/worklog: 201."""
    issue, tracker = call.issue(), call.tracker
    body = call.known_fields(_KEYS, needed=("start", "duration"))
    start, spent, comment = _read(body)
    assert start is not None and spent is not None
    tracker.check_lock(call.user, issue)
    now = tracker.clock()
    entry = Worklog(tracker.new_number(), call.user.uid, start, spent, comment or "", now, now)
    issue.worklogs.append(entry)
    tracker.record(issue, call.user, "IssueWorklogAdded")
    return Reply(call.view.worklog(issue, entry), 201)


def _read(body: Mapping[str, object]) -> tuple[datetime | None, int | None, str | None]:
    """Return start, business seconds and comment of a request, None for what it does not say; raise Refusal."""
    start, spent, comment = read_moment(body.get("start")), durations.seconds(body.get("duration")), body.get("comment")
    wrong = {key: _FORMAT for key, value in (("start", start), ("duration", spent)) if key in body and value is None}
    if comment is not None and not isinstance(comment, str):
        wrong["comment"] = _FORMAT
    if wrong:
        raise Refusal(422, errors=wrong)
    return start, spent, comment if isinstance(comment, str) else None


def _entry(call: Call) -> tuple[Issue, Worklog]:
    issue = call.issue()
    for entry in issue.worklogs:
        if call.args["id"] == str(entry.id):
            return issue, entry
    raise Refusal(404, Name("Запись не существует.", "Worklog does not exist."))


def show(call: Call) -> Reply:
    """GET /issues/{key}/worklog/{id}."""
    return Reply(call.view.worklog(*_entry(call)))


def edit(call: Call) -> Reply:
    """PATCH /issues/{key}/worklog/{id}."""
    issue, entry = _entry(call)
    call.check_version(entry.version)
    start, spent, comment = _read(call.known_fields(_KEYS))
    entry.start, entry.seconds = start or entry.start, spent or entry.seconds
    entry.comment = entry.comment if comment is None else comment
    entry.version, entry.updated_at = entry.version + 1, call.tracker.clock()
    call.tracker.record(issue, call.user, "IssueWorklogUpdated")
    return Reply(call.view.worklog(issue, entry))


def remove(call: Call) -> Reply:
    """DELETE /issues/{key}/worklog/{id}: 204, no body."""
    issue, entry = _entry(call)
    issue.worklogs.remove(entry)
    call.tracker.record(issue, call.user, "IssueWorklogRemoved")
    return Reply(None, 204)


def search(call: Call) -> Reply:
    """GET /worklog?createdBy=&createdAt=from:..,to:.. and POST /worklog/_search with the same as an object."""
    body = call.fields()
    by = call.query.get("createdBy") or body.get("createdBy")
    uid = call.tracker.person(by, "createdBy").uid if by else None
    inside = [_range(call, body, name) for name in ("createdAt", "start")]
    entries = [
        (issue, entry)
        for issue, entry in _all(call)
        if uid in (None, entry.author) and inside[0](entry.created_at) and inside[1](entry.start)
    ]
    entries.sort(key=lambda pair: pair[1].id)
    found = [call.view.worklog(issue, entry) for issue, entry in entries]
    return Reply(found[: call.number("perPage", 50)])


def _all(call: Call) -> Iterator[tuple[Issue, Worklog]]:
    for issue in call.tracker.world.issues.values():
        for entry in issue.worklogs:
            yield issue, entry


def _range(call: Call, body: Mapping[str, object], name: str) -> Callable[[datetime], bool]:
    asked, given = body.get(name), call.query.get(name, "")
    ends = dict(asked) if isinstance(asked, dict) else {}
    ends |= {word.partition(":")[0]: word.partition(":")[2] for word in given.split(",") if word}
    # A plus that the sender left unescaped arrives as a space.
    low, high = (read_moment(re.sub(r" (?=\d\d:?\d\d$)", "+", str(ends.get(word)))) for word in ("from", "to"))
    if any(ends.get(word) and value is None for word, value in (("from", low), ("to", high))):
        raise Refusal(400, Name(f"{name}: неверная дата.", f"{name}: incorrect date."))
    return lambda at: (low is None or low <= at) and (high is None or at <= high)


ROUTES: list[tuple[str, str, Handler]] = [
    ("GET", "/issues/{key}/worklog", listed),
    ("POST", "/issues/{key}/worklog", create),
    ("GET", "/issues/{key}/worklog/{id}", show),
    ("PATCH", "/issues/{key}/worklog/{id}", edit),
    ("DELETE", "/issues/{key}/worklog/{id}", remove),
    ("GET", "/worklog", search),
    ("POST", "/worklog/_search", search),
]
