"""What a hook has a child do: ask Tracker or a forge under a deadline, or tell Tracker what waits while nobody waits.

`verify DEADLINE KEY…` prints a line `KEY<tab>open|closed|missing` for each issue and fails where one gets no answer;
`pullrequests DEADLINE anyway|with-token URL BRANCH…` prints a line `BRANCH<tab>NUMBER<tab>TITLE<tab>TEXT` for each open
pull request, with nothing behind the branch where it has none, or one line `-` where nobody is to be asked;
`checkout KEY [STATUS]` refreshes what is known of an issue, moves it, and sends what waits; `flush` only sends.
"""

import os
import sys
from contextlib import suppress
from datetime import UTC, datetime

from gitlink import hosting
from gitlink.connect import connect
from gitlink.errors import GitlinkError, IssueNotFound, TrackerRefused
from gitlink.goals import Move
from gitlink.goals.model import described
from gitlink.hook.pulls import MOST_PULLS, NOBODY, cut, escaped
from gitlink.outbox import Outbox
from gitlink.sync import Outcome, sync
from gitlink.tracker.client import TrackerClient


def main(words: list[str]) -> int:
    """Run one errand; a fault of it is told to nobody but the outbox."""
    try:
        if words[0] == "verify":
            return _verify(float(words[1]), words[2:])
        if words[0] == "pullrequests":
            return _pull_requests(float(words[1]), words[2] == "anyway", words[3], words[4:])
        if words[0] == "checkout":
            _checkout(words[1], words[2] if len(words) > 2 else None)
        else:
            _flush(*connect(os.environ))
    except GitlinkError:
        return 1
    return 0


def _verify(deadline_s: float, issues: list[str]) -> int:
    client, _ = connect(os.environ, request_s=deadline_s, total_s=deadline_s)
    for key in issues:
        try:
            state = "closed" if client.issue(key).resolution else "open"
        except IssueNotFound:
            state = "missing"
        print(f"{key}\t{state}", flush=True)
    return 0


def _pull_requests(deadline_s: float, anyway: bool, url: str, branches: list[str]) -> int:
    asked = hosting.lookup(url, branches, os.environ, deadline_s, anyway=anyway)
    if asked is None:
        print(NOBODY)
        return 0
    for branch, found in asked.items():
        few = found[:MOST_PULLS]
        words = [[str(one.number), cut(one.title), cut(one.description)] for one in few] or [["", "", ""]]
        for line in words:
            print("\t".join([escaped(word) for word in (branch, *line)]))
    return 0


def _checkout(key: str, status: str | None) -> None:
    client, outbox = connect(os.environ)
    if status:
        outbox.put(Move(key, status, since=datetime.now(UTC), spares_resolved=True), "not tried yet")
    else:
        with suppress(TrackerRefused):
            client.issue(key)
    _flush(client, outbox)


def _flush(client: TrackerClient, outbox: Outbox) -> None:
    """Send what waits, after any other who does; what nobody asked for in so many words is dropped when refused."""

    moved: set[str] = set()

    def told(outcome: Outcome) -> None:
        goal = outcome.entry.goal
        if outcome.what == "sent" and isinstance(goal, Move):
            moved.add(goal.issue)
        if outcome.what in ("dropped", "refused"):
            outbox.tell_later(f"{described(goal)}: {outcome.what}, {outcome.words}")
        if outcome.what == "refused" and isinstance(goal, Move) and goal.spares_resolved:
            outbox.remove(outcome.entry)

    sync(client, outbox, told, with_refused=False)
    for key in moved:
        client.issue(key)  # so that the next hook knows where it is now


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
