"""What the service asks of forges, where it has a token for them; without one it does with what deliveries say."""

from collections.abc import Callable
from typing import Literal

from gitlink.core import keys, rules
from gitlink.core.policy import Policy
from gitlink.core.rules import PullRequestText
from gitlink.errors import GitlinkError
from gitlink.forge import delivery as deliveries
from gitlink.forge.client import ForgeClient
from gitlink.forge.model import CommitStatus, PullRequest, PullRequestEvent, Verdict
from gitlink.service.arrival import MOST_ISSUES, issues_named
from gitlink.service.rows import Delivery
from gitlink.service.silence import ForgeAway, Silence

CONTEXT = "gitlink/issue-key"
_TELL_NO_STANDING = ("gitea",)  # deliveries of theirs do not say whose review counts


class Forges:
    """`client_of`: the client for a pull request's project, None where there is no token for its host.

    *silence*: what other threads know of the hosts that give no answer.

    Every question raises ForgeAway where there is no answer.
    """

    def __init__(self, client_of: Callable[[PullRequest], ForgeClient | None], silence: Silence | None = None) -> None:
        self._client_of = client_of
        self._silence = silence or Silence()

    def verdicts(self, found: PullRequest) -> list[Verdict] | None:
        """Return what everybody thinks now, None where nobody can be asked."""
        client = self._client_of(found)
        if client is None or found.state != "open":
            return None
        try:
            with self._silence.asking(client.remote.host):
                return client.verdicts(found.number)
        except ForgeAway as fault:
            if fault.is_final and found.forge in _TELL_NO_STANDING:
                return []  # anybody can write so much under a pull request that it cannot be read
            raise
        except GitlinkError:
            return None

    def issues_in_comments(self, found: PullRequest, policy: Policy) -> list[str]:
        """Return the issue that the comments name first, nothing where they cannot be read."""
        client = self._client_of(found)
        if client is None:
            return []
        try:
            with self._silence.asking(client.remote.host):
                comments = client.comments(found.number)
        except ForgeAway:
            raise
        except GitlinkError:
            return []
        named = [key for comment in comments for key in keys.find(comment.text, policy.queues) if policy.counts(key)]
        return list(dict.fromkeys(named))[: MOST_ISSUES if policy.text("review.issues") == "all" else 1]

    def mark(self, found: PullRequest, policy: Policy) -> str | None:
        """Set the commit status of the pull request's head, and say what was said; None where nothing was."""
        client = self._client_of(found)
        if client is None or not found.head_oid or policy.pullrequest_require == "off":
            return None
        text = PullRequestText(found.title, found.description, number=str(found.number))
        held = list(rules.check_pull_request(text, found.source_branch, policy))
        words = "the text names its issue"
        if held:
            words = f"the text names no issue as it should ({held[0].rule})"
        elif policy.withheld and not issues_named(found, policy):
            words = "the issues that the text names belong to another repository"
        state: Literal["success", "failure"] = "success" if words == "the text names its issue" else "failure"
        status = CommitStatus(CONTEXT, state, words, branch=found.source_branch)
        try:
            with self._silence.asking(client.remote.host):
                client.mark(found.head_oid, status)
        except ForgeAway:
            raise
        except GitlinkError as fault:
            return f"no commit status: {fault.message}"
        return f"commit status {CONTEXT}: {status.state}"

    def complain(self, row: Delivery, text: str) -> str:
        """Write *text* under the delivery's pull request, once; say what was done; raises what the forge refuses."""
        event = deliveries.parse(row.forge, row.headers, row.body) if row.forge != "bench" else None  # type: ignore[arg-type]
        client = self._client_of(event.pull_request) if isinstance(event, PullRequestEvent) else None
        if client is None or not isinstance(event, PullRequestEvent):
            return "nobody was told: there is no token for the forge" if event else "nobody was told: there is no issue"
        number = event.pull_request.number
        with self._silence.asking(client.remote.host):
            if not any(comment.text.split() == text.split() for comment in client.comments(number)):
                client.comment(number, text)
        return f"told under {event.pull_request.url}"
