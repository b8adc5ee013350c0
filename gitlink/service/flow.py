"""One delivery from its row to Tracker's answer; every step is written down before the next begins.

Knows neither the database's kind nor threads.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TypeVar

from gitlink.core.policy import Policy
from gitlink.errors import AuthError, GitlinkError, Unreachable
from gitlink.forge import delivery as deliveries
from gitlink.forge.model import Ignored, PullRequestEvent, Verdict
from gitlink.forge.reading import Malformed
from gitlink.goals import SetField
from gitlink.service import memory as memories
from gitlink.service import story
from gitlink.service.arrival import issues_named
from gitlink.service.complaint import Refusal, complain
from gitlink.service.forges import Forges
from gitlink.service.inbox import Inbox
from gitlink.service.memory import Memory
from gitlink.service.relay import Messengers
from gitlink.service.rows import RELAY, Delivery
from gitlink.service.silence import ForgeAway
from gitlink.service.steps import NotYet, Steps
from gitlink.tracker.client import TrackerClient
from gitlink.tracker.models import Issue

_T = TypeVar("_T")
# So long a forge is asked, also by those behind this one in its line; then the delivery has to do without its answer.
_FORGE_PATIENCE_S = 600.0


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
            said = self._asked(row, partial(complain, self.tracker, self.forges, row, refusal), "nobody was told")
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
        if keys is None:
            return self._over(row, "failed", "only the comments can name its issue, and the forge does not show them")
        return (
            ("done", None) if keys else self._over(row, "ignored", "neither branch nor title nor text names an issue")
        )

    def _over(self, row: Delivery, state: str, why: str) -> tuple[str, str]:
        self.inbox.tell(row, why)
        return state, why

    def _learn(self, row: Delivery, event: PullRequestEvent, memory: Memory, verdicts: list[Verdict] | None) -> None:
        """Keep what people think before anything can be refused: it holds, whatever becomes of this delivery."""
        memory.take(event, verdicts)
        memory.branch = event.pull_request.source_branch
        self.inbox.remember(row, memories.dump(memory))

    def _issues(self, row: Delivery, event: PullRequestEvent, policy: Policy) -> list[str] | None:
        """Return the issues it is about, None where nobody can tell.

        Raises NotYet where acceptance did not know them, and it is not their turn.
        """
        found = event.pull_request
        keys: list[str] | None = issues_named(found, policy)
        if not keys:
            keys = self._asked(row, partial(self.forges.issues_in_comments, found, policy), "its issue is not known")
        is_known = not keys or keys == [row.issue]
        row.issue = keys[0] if keys else None
        if keys and not is_known and not self.inbox.line_up(row, keys):
            raise NotYet
        return keys

    def _verdicts(self, row: Delivery, event: PullRequestEvent) -> list[Verdict] | None:
        ask = partial(self.forges.verdicts, event.pull_request)
        return self._asked(row, ask, "what its deliveries told has to do")

    def _asked(self, row: Delivery, ask: Callable[[], _T], without: str) -> _T | None:
        """Return a forge's answer; None, and *without* in the story, where it has been waited for long enough."""
        self.hold()
        try:
            return ask()
        except ForgeAway as fault:
            if not fault.is_final and row.due - row.received < _FORGE_PATIENCE_S:  # both by the clock of the database
                raise
            self.inbox.tell(row, f"{fault.message}; {without}")
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
            self._steps.note(row, "decision", decision.why)
        at = event.moment.timestamp() if event.moment and decision.status else None
        moved: dict[str, float] = {}
        for key in keys:
            if not decision.status and key in memory.linked:
                continue
            issue = self._try(refusals, key, partial(self._steps.own, row, key, policy))
            if issue is None:
                continue
            self._try(refusals, issue.key, partial(self._link, row, event, memory, key, issue, policy))
            newest = self._steps.decided(key, issue)
            if at is not None and newest is not None and at < newest:
                words = f"{issue.key} stays: something newer of another pull request has moved it"
                self._steps.stay(row, key, words)
                continue
            known = len(refusals)
            if decision.status:
                self._try(refusals, issue.key, partial(self._steps.move, row, key, issue, decision.status))
            if at is not None and len(refusals) == known:
                moved[issue.key] = at
        if not refusals:
            memory.apply(event, decision.outcome)
        self.inbox.remember(row, memories.dump(memory), moved)

    def _try(self, refusals: list[Refusal], key: str, step: Callable[[], _T]) -> _T | None:
        try:
            return step()
        except (Unreachable, AuthError):
            raise
        except GitlinkError as fault:
            if not any([known.is_same(key, fault) for known in refusals]):
                refusals.append(Refusal(key, fault))
            return None

    def _link(
        self, row: Delivery, event: PullRequestEvent, memory: Memory, key: str, issue: Issue, policy: Policy
    ) -> None:
        """Tell the issue of the pull request, when it is first seen."""
        found = event.pull_request
        if key not in memory.linked and found.url:
            self._steps.link(row, found, key, issue, policy)
            memory.linked.append(key)

    def _mark_head(self, row: Delivery, event: PullRequestEvent, policy: Policy) -> None:
        """Say on the forge whether the text names an issue."""
        if "mark" in row.steps or event.event not in ("opened", "updated"):
            return
        said = self._asked(row, partial(self.forges.mark, event.pull_request, policy), "the commit has no status")
        if said:
            self._steps.note(row, "mark", said)

    def _bench(self, row: Delivery, refusals: list[Refusal]) -> tuple[str, str | None]:
        """Put a bench's link into the issue, as `gitlink bench set` does."""
        key, url = row.headers["issue"], row.headers["url"]
        goal = SetField(key, self.policy.bench_field, url)
        self._try(refusals, key, partial(self._steps.reach, row, "bench", goal, f"{key}: bench link {url}"))
        deployed = self.policy.text("status.deployed")
        if deployed and not refusals:
            self._try(refusals, key, lambda: self._steps.move(row, key, self.tracker.issue(key), deployed))
        return "done", None

    @property
    def _steps(self) -> Steps:
        return Steps(self.inbox, self.tracker, self.hold)
