"""The words every forge's deliveries and answers are put into; knows no forge's own.

What the words mean on each forge: the page cited beside the code that reads it, in `github`, `gitlab` and so on.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

Forge = Literal["bitbucket", "bitbucket-dc", "github", "gitlab", "gitea"]
FORGES: tuple[Forge, ...] = ("bitbucket", "bitbucket-dc", "github", "gitlab", "gitea")
Word = Literal["opened", "updated", "approved", "unapproved", "changes_requested", "merged", "declined", "commented"]
State = Literal["open", "merged", "declined"]
# What is taken back: whatever the person thought, or one of the two only.
Opinion = Literal["approved", "changes_requested", "withdrawn", "approval_withdrawn", "rejection_withdrawn"]
# How close a person is to the repository, the closest first.
Association = Literal["member", "collaborator", "contributor", "none"]
ASSOCIATIONS: tuple[Association, ...] = ("member", "collaborator", "contributor", "none")


@dataclass(frozen=True, slots=True)
class Person:
    """Whoever acts on a forge. `login`: what to call them; `ids`: all that tells them apart, each with its kind.

    A forge does not give the same ids everywhere, so people are compared by any id they share, never by a name.
    """

    login: str
    ids: frozenset[str] = field(repr=False)
    name: str = ""
    is_bot: bool = False

    def is_same(self, other: "Person | None") -> bool:
        """Whether the two share an id."""
        return other is not None and not self.ids.isdisjoint(other.ids)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one person thinks of a pull request. `oid`: the commit they looked at; `moment`: an aware time.

    `association`: None where the forge does not say.
    """

    person: Person
    opinion: Opinion
    moment: datetime | None = None
    oid: str | None = None
    association: Association | None = None

    def until(self, now: datetime) -> "Verdict":
        """Return the verdict, given at *now* where it is told of the future."""
        return replace(self, moment=_until(self.moment, now))


@dataclass(frozen=True, slots=True)
class PullRequest:
    """A pull request as it was when it was read; None where the forge does not say.

    `repository` is the one it wants to get into (`acme/app`, `PRJ/app`, `group/sub/app`), `source_repository` the one
    it comes from; `head_oid` has 12 digits only on Bitbucket Cloud; `association`: how close its author is to the
    repository. `says_open`: the forge calls it open; `state` is open also where nothing is said of it. `raw`: the
    forge's own object.
    """

    forge: Forge
    repository: str
    number: int
    title: str
    description: str
    source_branch: str | None
    target_branch: str | None
    head_oid: str | None
    url: str
    author: Person | None
    state: State = "open"
    says_open: bool = False
    is_draft: bool = False
    source_repository: str | None = None
    association: Association | None = None
    raw: Mapping[str, object] = field(default_factory=dict, repr=False, compare=False)

    def is_from(self, branch: str, repository: str) -> bool:
        """Whether *branch* of *repository* is its source; the forges take no notice of a repository's capitals."""
        return self.source_branch == branch and (self.source_repository or "").lower() == repository.lower()


@dataclass(frozen=True, slots=True)
class PullRequestEvent:
    """One delivery that tells of a pull request.

    `moment`: when it happened, an aware time, to tell what is older; None where the payload holds none.
    `verdict`: what one person did; `known`: what the payload says of everybody, `is_complete`: whoever is not there
    has no verdict. `readiness`: it has just become ready for review, or a draft again; None where nothing says so.
    `drops_approvals`: a push took all approvals away.
    """

    delivery: str
    event: Word
    pull_request: PullRequest
    actor: Person | None
    moment: datetime | None
    verdict: Verdict | None = None
    known: tuple[Verdict, ...] = ()
    is_complete: bool = False
    readiness: Literal["ready", "draft"] | None = None
    drops_approvals: bool = False
    comment: str | None = None

    def until(self, now: datetime) -> "PullRequestEvent":
        """Return the event with what is told of the future moved to *now*: it would make all that follows older."""
        known = tuple([verdict.until(now) for verdict in self.known])
        verdict = self.verdict.until(now) if self.verdict else None
        return replace(self, moment=_until(self.moment, now), known=known, verdict=verdict)

    @property
    def is_opening(self) -> bool:
        """Whether reviewers are called for the first time: opened as no draft, or a draft that became ready."""
        return (self.event == "opened" and not self.pull_request.is_draft) or self.readiness == "ready"


@dataclass(frozen=True, slots=True)
class Ignored:
    """An authentic delivery that nothing follows from; `pull_request` is None where it does not even tell of one."""

    delivery: str
    reason: str
    pull_request: PullRequest | None = None


@dataclass(frozen=True, slots=True)
class NewPullRequest:
    """A pull request to be made; branches by their short names, `source_repository` as in PullRequest."""

    title: str
    description: str
    source_branch: str
    target_branch: str
    source_repository: str
    is_draft: bool = False


@dataclass(frozen=True, slots=True)
class PullRequestComment:
    """What someone wrote under a pull request."""

    id: str
    text: str
    author: Person | None
    moment: datetime | None


@dataclass(frozen=True, slots=True)
class CommitStatus:
    """A mark on a commit; the same `context` overwrites. `branch`: some forges want it, to find the pull request."""

    context: str
    state: Literal["success", "failure", "pending"]
    description: str
    url: str = ""
    branch: str | None = None


def _until(moment: datetime | None, now: datetime) -> datetime | None:
    return min(moment, now) if moment else None
