"""One delivery from its row to Tracker's answer; every step is written down before the next begins.

Goals are reached as the command `status` reaches them, so that a step that is repeated after a crash is one effect.
Knows neither the database's kind nor threads.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gitlink.core.policy import Policy
from gitlink.core.text import printable
from gitlink.errors import AuthError, GitlinkError, IssueNotFound, Unreachable
from gitlink.forge import delivery as deliveries
from gitlink.forge.model import Ignored, PullRequest, PullRequestEvent
from gitlink.goals import CommentOnce, Goal, Move, SetField, reach
from gitlink.service import memory as memories
from gitlink.service import story
from gitlink.service.arrival import issues_named
from gitlink.service.forges import Forges
from gitlink.service.inbox import Inbox
from gitlink.service.rows import Delivery
from gitlink.tracker.client import TrackerClient


class NotYet(Exception):
    """Another delivery of the same issue, which was not known at first, comes before this one."""


@dataclass(frozen=True, slots=True)
class Flow:
    """All that working on a delivery needs. `hold`: keeps the lease, and raises LostLease where it is lost."""

    inbox: Inbox
    tracker: TrackerClient
    forges: Forges
    policy: Policy
    hold: Callable[[Delivery], None]

    def run(self, row: Delivery) -> None:
        """Work on *row* to its end; raises Unreachable or AuthError where another try may help, NotYet, LostLease."""
        try:
            state, error = self._bench(row) if row.forge == "bench" else self._review(row)
        except (Unreachable, AuthError):
            raise
        except GitlinkError as refusal:
            words = f"{refusal.message}: {refusal.why}" if refusal.why else refusal.message
            self.inbox.tell(row, f"refused: {words}")
            self._complain(row, refusal, words)
            state, error = "failed", words
        self.inbox.finish(row, state, error)

    def _review(self, row: Delivery) -> tuple[str, str | None]:
        event = deliveries.parse(row.forge, row.headers, row.body)  # type: ignore[arg-type]
        if isinstance(event, Ignored):
            self.inbox.tell(row, event.reason)
            return "ignored", event.reason
        found = event.pull_request
        policy = self.policy.for_repository(found.repository)
        memory = memories.load(self.inbox.recall(found.forge, found.repository, found.number))
        if memory.is_newer_than(event):
            return self._supersede(row, event, memory)
        self._mark_head(row, event, policy)
        keys = issues_named(found, policy) or self._from_comments(row, found, policy)
        if not keys:
            return self._nobodys(row, event, memory)
        row.issue = keys[0]
        memory.take(event, self._verdicts(row, found))
        decision = story.decide(event, memory, policy)
        self._note(row, "decision", decision.why)
        for key in keys:
            self._link(row, found, memory, key, policy)
            if decision.status:
                self._move(row, key, decision.status)
        memory.outcome = decision.outcome
        memory.is_ready = memory.is_ready or event.is_opening
        memory.applied = max([moment for moment in (memory.applied, event.moment) if moment], default=None)
        self.inbox.remember(row, memories.dump(memory))
        return "done", None

    def _supersede(self, row: Delivery, event: PullRequestEvent, memory: memories.Memory) -> tuple[str, str | None]:
        """Let an older event change nothing but what is known of people's verdicts."""
        memory.take(event, None)
        self.inbox.remember(row, memories.dump(memory))
        why = "something newer of this pull request was applied before it came"
        self.inbox.tell(row, why)
        return "superseded", why

    def _nobodys(self, row: Delivery, event: PullRequestEvent, memory: memories.Memory) -> tuple[str, str | None]:
        memory.take(event, None)
        self.inbox.remember(row, memories.dump(memory))
        why = "neither branch nor title nor text names an issue"
        self.inbox.tell(row, why)
        return "ignored", why

    def _from_comments(self, row: Delivery, found: PullRequest, policy: Policy) -> list[str]:
        """Return the issue that someone named under the pull request, where a token lets us read that."""
        self.hold(row)
        keys = self.forges.issues_in_comments(found, policy)
        if keys and not self.inbox.line_up(row, keys):
            raise NotYet
        return keys

    def _verdicts(self, row: Delivery, found: PullRequest) -> Any:
        self.hold(row)
        return self.forges.verdicts(found)

    def _mark_head(self, row: Delivery, event: PullRequestEvent, policy: Policy) -> None:
        """Say on the forge whether the text names an issue."""
        if "mark" in row.steps or event.event not in ("opened", "updated"):
            return
        self.hold(row)
        said = self.forges.mark(event.pull_request, policy)
        if said:
            self._note(row, "mark", said)

    def _link(self, row: Delivery, found: PullRequest, memory: memories.Memory, key: str, policy: Policy) -> None:
        """Tell the issue of the pull request, when it is first seen: in a field, or in one comment."""
        if key in memory.linked:
            return
        field = policy.text("pullrequest.field")
        words = f"Pull request [{found.repository}#{found.number}]({found.url})"
        goal: Goal = SetField(key, field, found.url) if field else CommentOnce(key, words)
        self._reach(row, f"link {key}", goal, f"{key}: linked to {found.url}")
        memory.linked.append(key)

    def _move(self, row: Delivery, key: str, status: str) -> None:
        if f"move {key}" in row.steps:
            return
        self.hold(row)
        issue = self.tracker.issue(key)
        if issue.resolution:
            self._note(row, f"move {key}", f"{key} is resolved ({issue.status.name}) and stays so")
            return
        reached = self._reach(row, f"move {key}", Move(key, status), None)
        if reached is not None:
            before, after = reached.before.name, reached.after.name
            words = f"{key}: {before} → {after}" if reached.changed else f"{key} is in {after} already"
            self._note(row, f"move {key}", words)

    def _reach(self, row: Delivery, step: str, goal: Goal, words: str | None) -> Any:
        if step in row.steps:
            return None
        self.hold(row)
        reached = reach(self.tracker, goal)
        if words:
            self._note(row, step, words)
        return reached

    def _note(self, row: Delivery, step: str, words: str) -> None:
        """Write down that a step is done."""
        row.steps[step] = words
        self.inbox.tell(row, printable(words))
        self.inbox.save(row)

    def _bench(self, row: Delivery) -> tuple[str, str | None]:
        """Put a bench's link into the issue, as `gitlink bench set` does."""
        key, url = row.headers["issue"], row.headers["url"]
        self._reach(row, "bench", SetField(key, self.policy.bench_field, url), f"{key}: bench link {url}")
        deployed = self.policy.text("status.deployed")
        if deployed:
            self._move(row, key, deployed)
        return "done", None

    def _complain(self, row: Delivery, refusal: GitlinkError, words: str) -> None:
        """Say once why nothing happened: on the issue, or on the pull request where it is the issue that is missing."""
        text = f"gitlink could not do what the review asks for: {words} (delivery {row.forge}:{row.delivery})"
        self.hold(row)
        try:
            if isinstance(refusal, IssueNotFound) or row.issue is None:
                said = self.forges.complain(row, text)
            else:
                reach(self.tracker, CommentOnce(row.issue, text))
                said = f"told on {row.issue}"
        except Unreachable:
            raise
        except GitlinkError as fault:
            said = f"could not be told on the issue: {fault.message}"
        if said:
            self.inbox.tell(row, said)
