"""What follows from one delivery, decided: pure, from the event, what is remembered, and the policy."""

from dataclasses import dataclass

from gitlink import review
from gitlink.core.policy import Policy
from gitlink.forge.model import PullRequestEvent
from gitlink.service.memory import Memory


@dataclass(frozen=True, slots=True)
class Decision:
    """`status`: where the issues are to be moved, by the policy's words; None: nowhere. `why`: for the story."""

    status: str | None
    why: str
    outcome: str


def decide(event: PullRequestEvent, memory: Memory, policy: Policy) -> Decision:
    """Return what *event* asks for; *memory* has learned of it already. *policy*: as it is for the repository."""
    pull_request = event.pull_request
    demands = review.demands(policy, pull_request.repository)
    now = review.outcome(pull_request, memory.verdicts, demands)
    if memory.has_ended_before(event):
        return Decision(None, f"it was {memory.end} already", now.state)
    is_strangers = review.is_stranger(pull_request.association, demands)
    # Whoever closes another's pull request has the right to write, and a verdict that counts shows that it is no spam.
    is_of_another = event.actor is not None and not event.actor.is_same(pull_request.author)
    is_reviewed = any([review.counts(one, pull_request, demands) for one in memory.verdicts])
    is_void = is_strangers and not (is_of_another and is_reviewed)
    if event.event == "merged" or (event.event == "declined" and not is_void):
        return _by_policy(policy, event.event, f"it was {event.event}", now.state)
    if now.state in ("accepted", "rejected") and now.state != memory.outcome:
        return _by_policy(policy, now.state, f"{now.state}: {now.why}", now.state)
    if is_strangers and (event.is_opening or event.event == "declined"):
        why = f"`{event.event}` moves nothing: the author is no {demands.association} (`review.association`)"
        is_no_spam = is_reviewed or event.event != "declined"
        return Decision(None, why if is_no_spam else f"{why}, and no verdict counts", now.state)
    if event.is_opening and not memory.is_ready:
        return _by_policy(policy, "opened", "it is open for review", now.state)
    if now.state == memory.outcome and now.state != "open":
        return Decision(None, f"the review was {now.state} already: {now.why}", now.state)
    if memory.outcome != "open" and now.state == "open":
        return Decision(
            None, f"the review is open again, and taking a verdict back moves nothing: {now.why}", now.state
        )
    return Decision(None, f"`{event.event}` moves nothing: {now.why}", now.state)


def _by_policy(policy: Policy, word: str, why: str, outcome: str) -> Decision:
    status = policy.text(f"status.{word}")
    return Decision(status, why if status else f"{why}; the policy has no `status.{word}`", outcome)
