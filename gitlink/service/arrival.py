"""From an authentic delivery to the row it becomes, or to nothing: pure, and total over whatever a forge may send."""

from collections.abc import Mapping

from gitlink.core import keys
from gitlink.core.policy import Policy
from gitlink.forge import delivery as deliveries
from gitlink.forge import reading
from gitlink.forge.model import Forge, Ignored, PullRequest
from gitlink.forge.rest import NAMES
from gitlink.service.rows import Arrival, turn_of_pull_request

# What parsing needs again, and nothing that proves who sent it.
_KEPT = (
    "content-type",
    "user-agent",
    "x-event-key",
    "x-event-time",
    "x-request-uuid",
    "x-request-id",
    "x-hook-uuid",
    "x-attempt-number",
    "x-github-event",
    "x-github-delivery",
    "x-gitlab-event",
    "x-gitlab-event-uuid",
    "x-gitlab-webhook-uuid",
    "x-gitea-event",
    "x-gitea-event-type",
    "x-gitea-delivery",
    "x-forgejo-event",
    "x-forgejo-event-type",
    "x-forgejo-delivery",
    "idempotency-key",
    "webhook-id",
    "webhook-timestamp",
)
MOST_ISSUES = 20
_LONGEST_REPOSITORY = 500  # several columns with an index hold it
_IDS = (
    "x-github-delivery",
    "x-gitea-delivery",
    "x-forgejo-delivery",
    "idempotency-key",
    "webhook-id",
    "x-request-uuid",
    "x-request-id",
)


def arrival(forge: Forge, headers: Mapping[str, str], body: bytes, policy: Policy) -> Arrival | None:
    """Return the row for a delivery, None where it tells of no pull request at all (a ping, a push)."""
    kept = {name: headers[name] for name in _KEPT if name in headers}
    astray = gone_astray(forge, headers)
    if astray:
        name = reading.delivery_id(headers, _IDS, body)
        return Arrival(forge, name, None, None, None, None, kept, body, reason=astray)
    try:
        read = deliveries.parse(forge, headers, body)
    except reading.Malformed as fault:
        name = reading.delivery_id(headers, _IDS, body)
        return Arrival(forge, name, None, None, None, None, kept, body, reason=f"{fault.message}: {fault.why}")
    found = read.pull_request
    if found is None:
        return None
    if len(found.repository) > _LONGEST_REPOSITORY:
        reason = f"no repository has a name of {len(found.repository)} characters"
        return Arrival(forge, read.delivery, None, None, None, None, kept, body, reason=reason)
    named = issues_named(found, policy.for_repository(found.repository))
    if isinstance(read, Ignored):
        return _row(forge, read.delivery, None, found, named, kept, body, read.reason)
    return _row(forge, read.delivery, read.event, found, named, kept, body, None)


def gone_astray(forge: Forge, headers: Mapping[str, str]) -> str | None:
    """Return what to say of a delivery of another forge's than the path is for, None where it may be right."""
    sender = deliveries.sender(headers)
    if sender in (None, forge):
        return None
    return f"it comes from {NAMES[sender]}: the hook's address must end in /hooks/{sender}"


def _row(
    forge: Forge,
    delivery: str,
    event: str | None,
    found: PullRequest,
    named: list[str],
    headers: Mapping[str, str],
    body: bytes,
    reason: str | None,
) -> Arrival:
    turns = (turn_of_pull_request(forge, found.repository, found.number), *named)
    first = named[0] if named else None
    return Arrival(forge, delivery, event, found.repository, found.number, first, headers, body, turns, reason)


def issues_named(found: PullRequest, policy: Policy) -> list[str]:
    """Return the issues a pull request is about: those of its source branch, else title, else description.

    All of them where the policy moves all, else the first alone; never one that belongs to another repository, and
    never more than MOST_ISSUES: each costs several requests, and anybody may write a text.
    """
    for text, any_case in ((found.source_branch or "", True), (found.title, False), (found.description, False)):
        named = [key for key in keys.find(text, policy.queues, any_case=any_case) if policy.counts(key)]
        if named:
            return named[:MOST_ISSUES] if policy.text("review.issues") == "all" else named[:1]
    return []
