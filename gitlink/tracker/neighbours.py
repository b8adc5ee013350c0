"""Where an issue could go from each status: from its queue's workflow, or from what other issues are offered there.

The workflow is not shown to everyone, and its actions are not all offered to everyone; so the first step is what this
issue is offered now, and each further one is looked up again on arrival.
"""

from collections.abc import Collection, Mapping, Sequence

from gitlink.errors import TrackerRefused
from gitlink.tracker.client import TrackerClient
from gitlink.tracker.models import Issue, Status, Transition

MOST_LOOKS = 15
# Statuses that are looked at in all: no workflow that people made has as many.
MOST_STATUSES = 1000


class Neighbours:
    """Answers one question, status by status; asks Tracker when it has to, MOST_LOOKS times where it must explore.

    From what comes after MOST_STATUSES nothing leads on.
    """

    def __init__(
        self,
        client: TrackerClient,
        issue: Issue,
        offered: Sequence[Transition],
        barred: Collection[tuple[str, str]] = (),
    ) -> None:
        self._client = client
        self._issue = issue
        self._offered = [transition.to for transition in offered]
        self._barred = barred
        self._steps: Mapping[str, Sequence[Status]] | None = None
        self._looks = 0
        self._asked = 0

    @property
    def limit(self) -> int | None:
        """The limit, if it was reached."""
        if self._looks > MOST_LOOKS:
            return MOST_LOOKS
        return MOST_STATUSES if self._asked > MOST_STATUSES else None

    def __call__(self, status: Status) -> list[Status]:
        """Return the statuses that one transition leads to from *status*."""
        self._asked += 1
        if self._asked > MOST_STATUSES:
            return []
        return [to for to in self._to(status) if (status.key, to.key) not in self._barred]

    def _to(self, status: Status) -> Sequence[Status]:
        if status.key == self._issue.status.key:
            return self._offered
        if self._steps is None:
            self._steps = self._workflow()
        if self._steps:
            return self._steps.get(status.key, ())
        return self._explored(status)

    def _workflow(self) -> Mapping[str, Sequence[Status]]:
        """Return the steps of the workflow, nothing where Tracker does not show it to this user."""
        try:
            name = self._client.workflow_of(self._issue)
            return self._client.workflow(name) if name else {}
        except TrackerRefused:
            return {}

    def _explored(self, status: Status) -> Sequence[Status]:
        """Return what another issue of the queue, in that status, is offered: a look, and nothing moves."""
        self._looks += 1
        if self._looks > MOST_LOOKS:
            return ()
        try:
            other = self._client.issue_in(self._issue, status)
            return [transition.to for transition in self._client.transitions(other.key)] if other else ()
        except TrackerRefused:
            return ()
