"""What is done to one issue that a delivery names: whose it is now, its link, its move; each step is written down.

Goals are reached as the command `status` reaches them, so that a step that is repeated after a crash is one effect.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gitlink.core.policy import Policy
from gitlink.forge.model import PullRequest
from gitlink.goals import Goal, Move, reach
from gitlink.service.inbox import Inbox
from gitlink.service.pointer import pointer
from gitlink.service.rows import Delivery
from gitlink.tracker.client import TrackerClient
from gitlink.tracker.models import Issue


class NotYet(Exception):
    """Another delivery of the same issue, which was not known at first, comes before this one."""


@dataclass(frozen=True, slots=True)
class Steps:
    """`hold`: keeps the lease, and raises LostLease where it is lost. A *key* is the one that the delivery names."""

    inbox: Inbox
    tracker: TrackerClient
    hold: Callable[[], None]

    def own(self, row: Delivery, key: str, policy: Policy) -> Issue | None:
        """Return the issue as it is now, None where it is another repository's; raises NotYet.

        One that was moved to another queue answers to its old key still: its new one says whose it is, and whose turn.
        """
        self.hold()
        issue = self.tracker.issue(key)
        if issue.key == key:
            return issue
        if not policy.counts(issue.key):
            self.stay(
                row, key, f"{key} is {issue.key} now, which is no issue of {row.repository}'s, and stays as it is"
            )
            return None
        if not self.inbox.line_up(row, [issue.key]):
            raise NotYet
        return issue

    def decided(self, key: str, issue: Issue) -> float | None:
        """Return when the event happened that moved the issue last, None where none is known."""
        known = [self.inbox.decided(name) for name in {key, issue.key}]
        return max([at for at in known if at is not None], default=None)

    def link(self, row: Delivery, found: PullRequest, key: str, issue: Issue, policy: Policy) -> None:
        """Tell the issue of the pull request: in a field, or in one comment."""
        step = f"link {key}"
        if step not in row.steps:
            self.hold()
            goal = pointer(self.tracker, found, issue, policy)
            self.reach(row, step, goal, f"{issue.key}: linked to {found.url}")

    def move(self, row: Delivery, key: str, issue: Issue, status: str) -> None:
        """Move the issue, unless it is resolved."""
        if f"move {key}" in row.steps:
            return
        if issue.resolution:
            self.stay(row, key, f"{issue.key} is resolved ({issue.status.name}) and stays so")
            return
        reached = self.reach(row, f"move {key}", Move(issue.key, status, spares_resolved=True), None)
        before, after = reached.before.name, reached.after.name
        words = f"{issue.key}: {before} → {after}" if reached.changed else f"{issue.key} is in {after} already"
        self.note(row, f"move {key}", words)

    def stay(self, row: Delivery, key: str, words: str) -> None:
        """Write down why the issue is not moved."""
        if f"move {key}" not in row.steps:
            self.note(row, f"move {key}", words)

    def reach(self, row: Delivery, step: str, goal: Goal, words: str | None) -> Any:
        """Make *goal* hold unless the step is done; with *words* it is written down."""
        if step in row.steps:
            return None
        self.hold()
        reached = reach(self.tracker, goal)
        if words:
            self.note(row, step, words)
        return reached

    def note(self, row: Delivery, step: str, words: str) -> None:
        """Write down that a step is done."""
        row.steps[step] = True
        self.inbox.tell(row, words)
        self.inbox.save(row)
