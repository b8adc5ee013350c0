"""What a review has come to: verdicts and a policy in; accepted, rejected or still open out. Pure.

A person's newest verdict replaces the older ones, and a comment replaces none; what was withdrawn counts no more. One
open rejection rejects, else enough approvals accept. The author, bots and whoever the policy ignores do not count, and
nothing does while it is a draft or no longer open.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeVar

from gitlink.core.policy import Policy
from gitlink.core.refs import glob_matches
from gitlink.forge.model import Opinion, Person, PullRequest, PullRequestEvent, Verdict

_T = TypeVar("_T")
# What taking back one kind of verdict takes back.
_ENDS: dict[Opinion, tuple[Opinion, ...]] = {
    "withdrawn": ("approved", "changes_requested"),
    "approval_withdrawn": ("approved",),
    "rejection_withdrawn": ("changes_requested",),
}


@dataclass(frozen=True, slots=True)
class Demands:
    """What a policy asks of a review. `ignore`: globs for people who do not count; case does not matter."""

    approvals: int = 1
    ignore: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a review has come to, and why: the people behind it, or what is missing."""

    state: Literal["accepted", "rejected", "open"]
    why: str


def demands(policy: Policy, repository: str) -> Demands:
    """Return what *policy* asks of reviews in *repository*; `[review "acme/*"]` narrows it to a glob, case ignored."""
    counts = _values(policy, "approvals", repository)
    return Demands(int(counts[-1]) if counts else 1, tuple(_values(policy, "ignore", repository)))


def outcome(pull_request: PullRequest, verdicts: Iterable[Verdict], demands: Demands) -> Outcome:
    """Judge the *verdicts* there are, in the order they were given where they hold no time."""
    if pull_request.state != "open":
        return Outcome("open", f"it is {pull_request.state}: no review decides anything more")
    if pull_request.is_draft:
        return Outcome("open", "it is a draft")
    counted = [one for one in standing(verdicts) if counts(one.person, pull_request, demands)]
    critics = [one.person.login for one in counted if one.opinion == "changes_requested"]
    if critics:
        return Outcome("rejected", f"changes requested by {', '.join(critics)}")
    fans = [one.person.login for one in counted if one.opinion == "approved"]
    if len(fans) >= demands.approvals:
        return Outcome("accepted", f"approved by {', '.join(fans)}")
    return Outcome("open", f"{len(fans)} of {demands.approvals} approvals")


def counts(person: Person, pull_request: PullRequest, demands: Demands) -> bool:
    """Whether what *person* thinks counts here."""
    if person.is_bot or person.is_same(pull_request.author):
        return False
    names = [name.lower() for name in (person.login, person.name) if name]
    return not any([glob_matches(glob.lower(), name) for glob in demands.ignore for name in names])


def standing(verdicts: Iterable[Verdict]) -> list[Verdict]:
    """Return the one that counts of each person's verdicts, none that was withdrawn."""
    table: list[Verdict] = []
    for verdict in _in_order([(one, one.moment) for one in verdicts]):
        _apply(table, verdict)
    return table


def with_event(verdicts: Iterable[Verdict], event: PullRequestEvent) -> list[Verdict]:
    """Return the verdicts that stand when *event* is added to what was known; an older one changes what it may.

    A person's newest verdict counts, whichever comes first.
    """
    table = list(verdicts)
    if event.is_complete:
        table.clear()
    if event.drops_approvals:
        table = [one for one in table if one.opinion != "approved" or _is_after(one, event)]
    given = (*event.known, *([event.verdict] if event.verdict else []))
    for verdict in given:
        if not any([one.person.is_same(verdict.person) and _is_after(one, event) for one in table]):
            _apply(table, verdict)
    return table


def _is_after(verdict: Verdict, event: PullRequestEvent) -> bool:
    return verdict.moment is not None and event.moment is not None and verdict.moment > event.moment


def remembered(events: Iterable[PullRequestEvent]) -> list[Verdict]:
    """Return the verdicts that stand after all *events* of one pull request, which may come in any order.

    Events without a time are taken to be as new as what came before them.
    """
    table: list[Verdict] = []
    for event in _in_order([(one, one.moment) for one in events]):
        if event.is_complete:
            table.clear()
        if event.drops_approvals:
            table[:] = [one for one in table if one.opinion != "approved"]
        for verdict in (*event.known, *([event.verdict] if event.verdict else [])):
            _apply(table, verdict)
    return table


def _apply(table: list[Verdict], verdict: Verdict) -> None:
    """Put one newer verdict into *table*."""
    ended = _ENDS.get(verdict.opinion)
    table[:] = [
        one
        for one in table
        if not one.person.is_same(verdict.person) or (ended is not None and one.opinion not in ended)
    ]
    if ended is None:
        table.append(verdict)


def _in_order(pairs: list[tuple[_T, datetime | None]]) -> list[_T]:
    """Return the firsts of *pairs* by time; what has none is as old as what came right before it."""
    timed: list[tuple[datetime | None, _T]] = []
    last: datetime | None = None
    for one, moment in pairs:
        last = moment or last
        timed.append((last, one))
    without = [one for moment, one in timed if moment is None]
    return without + [one for _, one in sorted([(m, o) for m, o in timed if m], key=lambda pair: pair[0])]


def _values(policy: Policy, name: str, repository: str) -> list[str]:
    """Return the values of `review.<name>`: the plain ones, then those of globs that *repository* matches."""
    plain, narrowed = [], []
    for key, value in policy.entries:
        section, _, rest = key.partition(".")
        glob, dot, last = rest.rpartition(".")
        if section != "review" or last != name or not value:
            continue
        if not dot:
            plain.append(value)
        elif glob_matches(glob.lower(), repository.lower()):
            narrowed.append(value)
    return plain + narrowed
