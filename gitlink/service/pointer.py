"""How an issue is told of a pull request: in the policy's field, else in one comment."""

from gitlink import review
from gitlink.core.policy import Policy
from gitlink.forge.model import PullRequest
from gitlink.goals import CommentOnce, SetField
from gitlink.tracker.client import TrackerClient
from gitlink.tracker.models import Issue


def pointer(tracker: TrackerClient, found: PullRequest, issue: Issue, policy: Policy) -> SetField | CommentOnce:
    """Return what is to be done about *issue*; *policy*: as it is for the repository.

    Anybody may open a pull request that names anybody's issue: a stranger's takes no other's place in the field.
    """
    field = policy.text("pullrequest.field")
    is_strangers = review.is_stranger(found.association, review.demands(policy, found.repository))
    if field and not (is_strangers and _holds_another(tracker, issue, field, found.url)):
        return SetField(issue.key, field, found.url)
    return CommentOnce(issue.key, f"Pull request [{found.repository}#{found.number}]({found.url})")


def _holds_another(tracker: TrackerClient, issue: Issue, field: str, url: str) -> bool:
    known = tracker.find_field(issue.queue, field)
    return known is not None and issue.fields.get(known.id) not in (None, "", [], url)
