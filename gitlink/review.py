"""What a review has come to: verdicts and a policy in; accepted, rejected or still open out. Pure.

A person's newest verdict replaces the older ones, and a comment replaces none; what was withdrawn counts no more. One
open rejection rejects, else enough approvals accept. The author, bots and whoever the policy ignores do not count, and
nothing does while it is a draft or no longer open.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, TypeVar

from gitlink.core.policy import Policy
from gitlink.core.refs import glob_matches
from gitlink.forge.model import ASSOCIATIONS, Association, Opinion, PullRequest, PullRequestEvent, Verdict

_T = TypeVar("_T")
_MOST_TESTIMONIES = 200
_MOST_VERDICTS = 1000  # in all testimonies on one pull request, which are written down again for every delivery
_MOST_NAMED = 10
_DISTANCE = {word: at for at, word in enumerate(ASSOCIATIONS)}
_CLOSEST: dict[str, Association] = {word: word for word in ASSOCIATIONS}  # `any` is none of them
_EVERY: tuple[Opinion, ...] = ("approved", "changes_requested")
# What taking back one kind of verdict takes back.
_ENDS: dict[Opinion, tuple[Opinion, ...]] = {
    "withdrawn": _EVERY,
    "approval_withdrawn": ("approved",),
    "rejection_withdrawn": ("changes_requested",),
}


@dataclass(frozen=True, slots=True)
class Demands:
    """What a policy asks of a review. `ignore`: globs for people who do not count; case does not matter.

    `association`: how close to the repository a person must be, as far as the forge says.
    """

    approvals: int = 1
    ignore: tuple[str, ...] = ()
    association: Association = "collaborator"


@dataclass(frozen=True, slots=True)
class Testimony:
    """What one delivery, or a forge that was asked, says of people's verdicts, as of an aware time.

    `is_complete`: whoever is not among the verdicts has none; `drops_approvals`: all earlier approvals are gone.
    """

    moment: datetime | None
    verdicts: tuple[Verdict, ...] = ()
    is_complete: bool = False
    drops_approvals: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a review has come to, and why: the people behind it, or what is missing."""

    state: Literal["accepted", "rejected", "open"]
    why: str


def demands(policy: Policy, repository: str) -> Demands:
    """Return what *policy* asks of reviews in *repository*; `[review "acme/*"]` narrows it to a glob, case ignored."""
    narrowed = policy.for_repository(repository)
    closest = _CLOSEST.get(narrowed.review_association, "none")
    return Demands(int(narrowed.text("review.approvals") or 1), narrowed.review_ignore, closest)


def outcome(pull_request: PullRequest, verdicts: Iterable[Verdict], demands: Demands) -> Outcome:
    """Judge the *verdicts* there are, in the order they were given where they hold no time."""
    if pull_request.state != "open":
        return Outcome("open", f"it is {pull_request.state}: no review decides anything more")
    if pull_request.is_draft:
        return Outcome("open", "it is a draft")
    given = standing(verdicts)
    counted = [one for one in given if counts(one, pull_request, demands)]
    critics = [one.person.login for one in counted if one.opinion == "changes_requested"]
    if critics:
        return Outcome("rejected", f"changes requested by {_listed(critics)}")
    fans = [one.person.login for one in counted if one.opinion == "approved"]
    if len(fans) >= demands.approvals:
        return Outcome("accepted", f"approved by {_listed(fans)}")
    others = [(one.person, ignored(one, pull_request, demands)) for one in given]
    left = [f"{person.login} ({why})" for person, why in others if why]
    plain = f"{len(fans)} of {demands.approvals} approvals"
    return Outcome("open", f"{plain}; {_listed(left)} do{'es' if len(left) == 1 else ''} not count" if left else plain)


def _listed(words: list[str]) -> str:
    """Return the first of *words*, and how many more there are."""
    more = len(words) - _MOST_NAMED
    return ", ".join(words[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def counts(verdict: Verdict, pull_request: PullRequest, demands: Demands) -> bool:
    """Whether *verdict* counts here."""
    return ignored(verdict, pull_request, demands) is None


def ignored(verdict: Verdict, pull_request: PullRequest, demands: Demands) -> str | None:
    """Return why *verdict* does not count here, None where it does."""
    person = verdict.person
    if person.is_same(pull_request.author):
        return "the author"
    if person.is_bot:
        return "a bot"
    if is_stranger(verdict.association, demands):
        return f"`review.association`: no {demands.association}"
    names = [name.lower() for name in (person.login, person.name) if name]
    matches = any([glob_matches(glob.lower(), name) for glob in demands.ignore for name in names])
    return "`review.ignore`" if matches else None


def is_stranger(association: Association | None, demands: Demands) -> bool:
    """Whether somebody is not as close to the repository as is asked; who the forge says nothing of is close enough."""
    return association is not None and _DISTANCE[association] > _DISTANCE[demands.association]


def standing(verdicts: Iterable[Verdict]) -> list[Verdict]:
    """Return the one that counts of each person's verdicts, none that was withdrawn."""
    table = _Table()
    for verdict in _in_order([(one, one.moment) for one in verdicts]):
        table.put(verdict)
    return table.verdicts()


def testimony(event: PullRequestEvent) -> Testimony | None:
    """Return what *event* says of people's verdicts, None where it says nothing."""
    given = (*event.known, *([event.verdict] if event.verdict else []))
    if not (given or event.is_complete or event.drops_approvals):
        return None
    return Testimony(event.moment, given, is_complete=event.is_complete, drops_approvals=event.drops_approvals)


def remembered(testimonies: Iterable[Testimony]) -> list[Verdict]:
    """Return the verdicts that stand after all *testimonies* on one pull request, which may come in any order."""
    table = _Table()
    for one in _in_order([(one, one.moment) for one in testimonies]):
        if one.is_complete:
            table = _Table()
        if one.drops_approvals:
            table.drop_approvals()
        for verdict in one.verdicts:
            table.put(verdict)
    return table.verdicts()


def with_testimony(known: Sequence[Testimony], new: Testimony) -> list[Testimony]:
    """Return *known* and *new* in their order, without what no longer counts; one without a time is the newest.

    Whatever is older than one that is complete says nothing any more, also when it comes later. Of very many, the
    older half is put together into one that is complete; of very many verdicts only each person's newest are kept.
    """
    if new.moment is None and known:
        new = replace(new, moment=known[-1].moment)
    if new in known:
        return list(known)
    ordered = _in_order([(one, one.moment) for one in (*known, new)])
    complete = [at for at, one in enumerate(ordered) if one.is_complete]
    ordered = ordered[complete[-1] :] if complete else ordered
    if sum([len(one.verdicts) for one in ordered]) > _MOST_VERDICTS:
        ordered = _newest(ordered)
    if len(ordered) <= _MOST_TESTIMONIES:
        return ordered
    older, newer = ordered[: _MOST_TESTIMONIES // 2], ordered[_MOST_TESTIMONIES // 2 :]
    return [Testimony(older[-1].moment, tuple(remembered(older)), is_complete=True), *newer]


def _newest(ordered: list[Testimony]) -> list[Testimony]:
    """Return *ordered* without the verdicts that later ones of the same person replace, the newest of too many.

    What is left out as replaced would change nothing, whatever comes later of whatever time before.
    """
    replaced: set[str] = set()
    left, found = _MOST_VERDICTS, []
    for one in reversed(ordered):
        kept: list[Verdict] = []
        for verdict in reversed(one.verdicts):
            if len(kept) < left and not verdict.person.ids <= replaced:
                kept.append(verdict)
                if _ENDS.get(verdict.opinion, _EVERY) == _EVERY:
                    replaced |= verdict.person.ids
        left -= len(kept)
        if kept or one.is_complete or one.drops_approvals:
            found.append(replace(one, verdicts=tuple(reversed(kept))))
    return found[::-1]


class _Table:
    """The verdict that counts of each person; no two of them share an id, so each id leads to one verdict at most."""

    def __init__(self) -> None:
        self._verdicts: dict[int, Verdict] = {}
        self._by_id: dict[str, int] = {}
        self._number = 0

    def put(self, verdict: Verdict) -> None:
        """Take in a newer verdict: it replaces, or takes back, what the person has thought before."""
        ended = _ENDS.get(verdict.opinion)
        for number in {self._by_id[one] for one in verdict.person.ids if one in self._by_id}:
            if ended is None or self._verdicts[number].opinion in ended:
                self._remove(number)
        if ended is None:
            self._number += 1
            self._verdicts[self._number] = verdict
            self._by_id |= dict.fromkeys(verdict.person.ids, self._number)

    def drop_approvals(self) -> None:
        """Forget all approvals."""
        for number in [number for number, one in self._verdicts.items() if one.opinion == "approved"]:
            self._remove(number)

    def verdicts(self) -> list[Verdict]:
        """Return them, the newest last."""
        return list(self._verdicts.values())

    def _remove(self, number: int) -> None:
        for one in self._verdicts.pop(number).person.ids:
            del self._by_id[one]


def _in_order(pairs: list[tuple[_T, datetime | None]]) -> list[_T]:
    """Return the firsts of *pairs* by time; what has none is as old as what came right before it."""
    timed: list[tuple[datetime | None, _T]] = []
    last: datetime | None = None
    for one, moment in pairs:
        last = moment or last
        timed.append((last, one))
    without = [one for moment, one in timed if moment is None]
    return without + [one for _, one in sorted([(m, o) for m, o in timed if m], key=lambda pair: pair[0])]
