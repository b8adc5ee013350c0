"""What the service remembers of one pull request between deliveries: who thought what, and what followed from it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from gitlink import review
from gitlink.forge.model import Person, PullRequestEvent, State, Verdict
from gitlink.review import Testimony


@dataclass(slots=True)
class Memory:
    """`applied`: the time of the newest event that was applied; `outcome`: what the review had come to then.

    `linked`: the issues that have been told of the pull request; `is_ready`: its opening has been told. `branch`: its
    source branch, which deliveries of comments do not always name; `is_draft`: it was one when it was last called so;
    `end`: it was merged or declined, and has not been opened again since; `ended`: when; `ended_by`: the id of the
    delivery that said so first.
    """

    applied: datetime | None = None
    testimonies: list[Testimony] = field(default_factory=list)
    outcome: str = "open"
    linked: list[str] = field(default_factory=list)
    is_ready: bool = False
    branch: str | None = None
    is_draft: bool = False
    end: State | None = None
    ended: datetime | None = None
    ended_by: str | None = None

    @property
    def verdicts(self) -> list[Verdict]:
        """What everybody thinks, as far as it is known."""
        return review.remembered(self.testimonies)

    def is_newer_than(self, event: PullRequestEvent) -> bool:
        """Whether something that happened after *event* has been applied."""
        return self.applied is not None and event.moment is not None and event.moment < self.applied

    def completed(self, event: PullRequestEvent) -> PullRequestEvent:
        """Return *event* with what this delivery does not say and an earlier one did.

        The branch; that it was merged or declined; and that a draft has become ready, which Bitbucket Cloud tells as an
        update and nothing more.
        """
        found = event.pull_request
        if not found.source_branch:
            found = replace(found, source_branch=self.branch)
        if self.end and event.event not in ("opened", "merged", "declined") and not self._is_reopened_by(event):
            found = replace(found, state=self.end)
        is_ready = event.event == "updated" and not event.readiness and self.is_draft and not found.is_draft
        return replace(event, pull_request=found, readiness="ready" if is_ready else event.readiness)

    def apply(self, event: PullRequestEvent, outcome: str) -> None:
        """Learn that all that follows from *event* has been done.

        A comment makes nothing older than itself outdated: one click may send a verdict and a comment, in any order.
        """
        self.outcome = outcome
        ends = event.event in ("merged", "declined") or event.readiness == "draft"
        self.is_ready = not ends and (self.is_ready or event.is_opening)
        self.is_draft = event.pull_request.is_draft or (self.is_draft and not event.is_opening)
        if event.moment and event.event != "commented":
            self.applied = max(self.applied or event.moment, event.moment)

    def learn_end(self, event: PullRequestEvent) -> None:
        """Learn that the pull request was merged or declined, or opened again: no verdict in between moves anything."""
        if self._is_reopened_by(event):
            self.end = self.ended = self.ended_by = None
        elif (event.event == "merged" or event.event == "declined") and not self.has_ended_before(event):
            self.end, self.ended, self.ended_by = event.event, event.moment, event.delivery

    def has_ended_before(self, event: PullRequestEvent) -> bool:
        """Whether *event* tells of an end, and another delivery told of it, or of a merge, before."""
        is_known = self.end == "merged" or self.end == event.event
        return event.event in ("merged", "declined") and is_known and self.ended_by not in (None, event.delivery)

    def _is_reopened_by(self, event: PullRequestEvent) -> bool:
        """Whether *event* shows that the pull request is open again.

        What tells of the reopening may be lost, but the body of whatever follows calls it open; where that is of the
        very moment of the end (GitHub's times are whole seconds), the forge still knows better than the order in which
        deliveries come. No forge opens again what was merged: that is the first of a repository that was made anew.
        """
        is_opened = event.event == "opened"
        if self.end is None or event.event in ("merged", "declined"):
            return False
        if self.ended is None or event.moment is None:
            return is_opened
        if self.end == "merged":
            return is_opened and event.moment > self.ended
        return (is_opened or event.pull_request.says_open) and event.moment >= self.ended

    def take(self, event: PullRequestEvent, all_verdicts: list[Verdict] | None) -> None:
        """Learn what *event* says; *all_verdicts*: what the forge says of everybody now, where it was asked."""
        said = review.testimony(event)
        if all_verdicts is not None:
            times = [one.moment for one in self.testimonies if one.moment] + ([event.moment] if event.moment else [])
            said = Testimony(max(times, default=None), tuple(review.standing(all_verdicts)), is_complete=True)
        if said:
            self.testimonies = review.with_testimony(self.testimonies, said)


def load(packed: Mapping[str, Any]) -> Memory:
    """Read what `dump` wrote."""
    return Memory(
        _moment(packed.get("applied")),
        [_testimony(entry) for entry in packed.get("testimonies", [])],
        packed.get("outcome", "open"),
        list(packed.get("linked", [])),
        bool(packed.get("is_ready", False)),
        packed.get("branch"),
        bool(packed.get("is_draft", False)),
        packed.get("end"),
        _moment(packed.get("ended")),
        packed.get("ended_by"),
    )


def dump(memory: Memory) -> dict[str, Any]:
    """Return *memory* as JSON can hold it."""
    return {
        "applied": _packed(memory.applied),
        "testimonies": [
            {
                "moment": _packed(one.moment),
                "verdicts": [_packed_verdict(verdict) for verdict in one.verdicts],
                "is_complete": one.is_complete,
                "drops_approvals": one.drops_approvals,
            }
            for one in memory.testimonies
        ],
        "outcome": memory.outcome,
        "linked": memory.linked,
        "is_ready": memory.is_ready,
        "branch": memory.branch,
        "is_draft": memory.is_draft,
        "end": memory.end,
        "ended": _packed(memory.ended),
        "ended_by": memory.ended_by,
    }


def _testimony(packed: Mapping[str, Any]) -> Testimony:
    verdicts = tuple([_verdict(entry) for entry in packed["verdicts"]])
    return Testimony(_moment(packed["moment"]), verdicts, packed["is_complete"], packed["drops_approvals"])


def _packed_verdict(verdict: Verdict) -> dict[str, Any]:
    person = verdict.person
    return {
        "login": person.login,
        "name": person.name,
        "ids": sorted(person.ids),
        "is_bot": person.is_bot,
        "opinion": verdict.opinion,
        "moment": _packed(verdict.moment),
        "oid": verdict.oid,
        "association": verdict.association,
    }


def _verdict(packed: Mapping[str, Any]) -> Verdict:
    person = Person(packed["login"], frozenset(packed["ids"]), packed["name"], packed["is_bot"])
    return Verdict(person, packed["opinion"], _moment(packed["moment"]), packed["oid"], packed.get("association"))


def _packed(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
