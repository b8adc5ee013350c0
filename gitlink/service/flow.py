"""One delivery from its row to Tracker's answer; every step is written down before the next begins.

Goals are reached as the command `status` reaches them, so that a step that is repeated after a crash is one effect.
Knows neither the database's kind nor threads.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from gitlink.core.policy import Policy
from gitlink.core.text import printable
from gitlink.errors import AuthError, GitlinkError, Unreachable
from gitlink.forge import delivery as deliveries
from gitlink.forge.model import Ignored, PullRequestEvent, Verdict
from gitlink.forge.reading import Malformed
from gitlink.goals import CommentOnce, Goal, Move, SetField, reach
from gitlink.service import memory as memories
from gitlink.service import story
from gitlink.service.arrival import issues_named
from gitlink.service.complaint import Refusal, complain
from gitlink.service.forges import ForgeAway, Forges
from gitlink.service.inbox import Inbox
from gitlink.service.memory import Memory
from gitlink.service.relay import Messengers
from gitlink.service.rows import RELAY, Delivery
from gitlink.service.story import Decision
from gitlink.tracker.client import TrackerClient

# So long the forge itself is asked what everybody thinks; then what deliveries told has to do.
_FORGE_PATIENCE_S = 600.0


class NotYet(Exception):
    """Another delivery of the same issue, which was not known at first, comes before this one."""


@dataclass(frozen=True, slots=True)
class Flow:
    """All that working on a delivery needs. `hold`: keeps the lease, and raises LostLease where it is lost.

    `renew`: begins a new budget of time for Tracker and forges; `answers`: how many Tracker has given so far;
    `messengers`: what takes the relay's deliveries.
    """

    inbox: Inbox
    tracker: TrackerClient
    forges: Forges
    policy: Policy
    hold: Callable[[], None]
    renew: Callable[[], None]
    answers: Callable[[], int]
    messengers: Messengers | None = None

    def run(self, row: Delivery) -> None:
        """Work on *row* to its end; raises Unreachable, AuthError or Later to go on later, NotYet, LostLease."""
        self.renew()
        if row.forge == RELAY and self.messengers:
            self.messengers.work(row, self.hold)
            return
        refusals: list[Refusal] = []
        state, reason = self._bench(row, refusals) if row.forge == "bench" else self._review(row, refusals)
        for refusal in refusals:
            self.inbox.tell(row, f"refused: {refusal.words}")
            self.hold()
            said = complain(self.tracker, self.forges, row, refusal)
            if said:
                self.inbox.tell(row, said)
        if refusals:
            state, reason = "failed", "; ".join([refusal.words for refusal in refusals])
        self.inbox.finish(row, state, reason)

    def _review(self, row: Delivery, refusals: list[Refusal]) -> tuple[str, str | None]:
        try:
            event = deliveries.parse(row.forge, row.headers, row.body)  # type: ignore[arg-type]
        except Malformed as fault:
            return self._over(row, "ignored", f"{fault.message}: {fault.why}")
        if isinstance(event, Ignored):
            return self._over(row, "ignored", event.reason)
        event = event.until(datetime.fromtimestamp(row.received, UTC))
        found = event.pull_request
        memory = memories.load(self.inbox.recall(found.forge, found.repository, found.number))
        event = memory.completed(event)
        if memory.is_newer_than(event):
            self._learn(row, event, memory, None)
            return self._over(row, "superseded", "something newer of this pull request was applied before it came")
        memory.learn_end(event)
        policy = self.policy.for_repository(found.repository)
        keys = self._issues(row, event, policy)
        self._learn(row, event, memory, self._verdicts(row, event) if keys else None)
        if keys:
            self._apply(row, event, memory, keys, policy, refusals)
        self._mark_head(row, event, policy)
        return (
            ("done", None) if keys else self._over(row, "ignored", "neither branch nor title nor text names an issue")
        )

    def _over(self, row: Delivery, state: str, why: str) -> tuple[str, str]:
        self.inbox.tell(row, printable(why))
        return state, why

    def _learn(self, row: Delivery, event: PullRequestEvent, memory: Memory, verdicts: list[Verdict] | None) -> None:
        """Keep what people think before anything can be refused: it holds, whatever becomes of this delivery."""
        memory.take(event, verdicts)
        memory.branch = event.pull_request.source_branch
        self.inbox.remember(row, memories.dump(memory))

    def _issues(self, row: Delivery, event: PullRequestEvent, policy: Policy) -> list[str]:
        """Return the issues it is about; raises NotYet where acceptance did not know them, and it is not their turn."""
        found = event.pull_request
        keys = issues_named(found, policy)
        if not keys:
            self.hold()
            keys = self.forges.issues_in_comments(found, policy)
        is_known = keys in ([], [row.issue])
        row.issue = keys[0] if keys else None
        if not is_known and not self.inbox.line_up(row, keys):
            raise NotYet
        return keys

    def _verdicts(self, row: Delivery, event: PullRequestEvent) -> list[Verdict] | None:
        self.hold()
        try:
            return self.forges.verdicts(event.pull_request)
        except ForgeAway as fault:
            if row.due - row.received < _FORGE_PATIENCE_S:
                raise
            self.inbox.tell(row, f"{fault.message}; what its deliveries told has to do")
            return None

    def _apply(
        self,
        row: Delivery,
        event: PullRequestEvent,
        memory: Memory,
        keys: list[str],
        policy: Policy,
        refusals: list[Refusal],
    ) -> None:
        """Link and move every issue; a refusal of one stops no other."""
        decision = story.decide(event, memory, policy)
        if "decision" not in row.steps:
            self._note(row, "decision", decision.why)
        moved = dict.fromkeys(keys, event.moment.timestamp()) if event.moment and decision.status else {}
        for key in keys:
            known = len(refusals)
            self._try(refusals, key, lambda key=key: self._link(row, event, memory, key, policy))  # type: ignore[misc]
            self._try(refusals, key, lambda key=key: self._decide(row, event, decision, key))  # type: ignore[misc]
            if len(refusals) > known:
                moved.pop(key, None)
        if not refusals:
            memory.apply(event, decision.outcome)
        self.inbox.remember(row, memories.dump(memory), moved)

    def _try(self, refusals: list[Refusal], key: str, step: Callable[[], None]) -> None:
        try:
            step()
        except (Unreachable, AuthError):
            raise
        except GitlinkError as fault:
            if not any([known.is_same(key, fault) for known in refusals]):
                refusals.append(Refusal(key, fault))

    def _link(self, row: Delivery, event: PullRequestEvent, memory: Memory, key: str, policy: Policy) -> None:
        """Tell the issue of the pull request, when it is first seen: in a field, or in one comment."""
        found = event.pull_request
        if key in memory.linked or not found.url:
            return
        field = policy.text("pullrequest.field")
        words = f"Pull request [{found.repository}#{found.number}]({found.url})"
        goal: Goal = SetField(key, field, found.url) if field else CommentOnce(key, words)
        self._reach(row, f"link {key}", goal, f"{key}: linked to {found.url}")
        memory.linked.append(key)

    def _decide(self, row: Delivery, event: PullRequestEvent, decision: Decision, key: str) -> None:
        """Move one issue where that was decided, unless the outcome of another pull request is newer."""
        if not decision.status:
            return
        newest = self.inbox.decided(key)
        if newest and event.moment and event.moment.timestamp() < newest:
            self._note(row, f"move {key}", f"{key} stays: something newer of another pull request has moved it")
        self._move(row, key, decision.status)

    def _move(self, row: Delivery, key: str, status: str) -> None:
        if f"move {key}" in row.steps:
            return
        self.hold()
        issue = self.tracker.issue(key)
        if issue.resolution:
            self._note(row, f"move {key}", f"{key} is resolved ({issue.status.name}) and stays so")
            return
        reached = self._reach(row, f"move {key}", Move(key, status), None)
        before, after = reached.before.name, reached.after.name
        words = f"{key}: {before} → {after}" if reached.changed else f"{key} is in {after} already"
        self._note(row, f"move {key}", words)

    def _reach(self, row: Delivery, step: str, goal: Goal, words: str | None) -> Any:
        if step in row.steps:
            return None
        self.hold()
        reached = reach(self.tracker, goal)
        if words:
            self._note(row, step, words)
        return reached

    def _note(self, row: Delivery, step: str, words: str) -> None:
        """Write down that a step is done."""
        row.steps[step] = words
        self.inbox.tell(row, printable(words))
        self.inbox.save(row)

    def _mark_head(self, row: Delivery, event: PullRequestEvent, policy: Policy) -> None:
        """Say on the forge whether the text names an issue."""
        if "mark" in row.steps or event.event not in ("opened", "updated"):
            return
        self.hold()
        said = self.forges.mark(event.pull_request, policy)
        if said:
            self._note(row, "mark", said)

    def _bench(self, row: Delivery, refusals: list[Refusal]) -> tuple[str, str | None]:
        """Put a bench's link into the issue, as `gitlink bench set` does."""
        key, url = row.headers["issue"], row.headers["url"]
        goal = SetField(key, self.policy.bench_field, url)
        self._try(refusals, key, lambda: self._reach(row, "bench", goal, f"{key}: bench link {url}"))
        deployed = self.policy.text("status.deployed")
        if deployed and not refusals:
            self._try(refusals, key, lambda: self._move(row, key, deployed))
        return "done", None
