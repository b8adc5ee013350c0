"""Says once why nothing happened: on the issue, or on the pull request where it is the issue that is missing."""

from dataclasses import dataclass

from gitlink.core.text import printable, shorten
from gitlink.errors import AuthError, GitlinkError, IssueNotFound, Unreachable
from gitlink.goals import CommentOnce, reach
from gitlink.service.forges import Forges
from gitlink.service.rows import Delivery
from gitlink.tracker.client import TrackerClient


@dataclass(frozen=True, slots=True)
class Refusal:
    """What Tracker would not do to an issue."""

    key: str
    fault: GitlinkError

    @property
    def words(self) -> str:
        """The refusal on one line."""
        words = f"{self.fault.message}: {self.fault.why}" if self.fault.why else self.fault.message
        return shorten(printable(words), 1000)

    def is_same(self, key: str, fault: GitlinkError) -> bool:
        """Whether the same has been refused already: an issue that is missing is missing for every step."""
        return key == self.key and type(fault) is type(self.fault) and fault.message == self.fault.message


def complain(tracker: TrackerClient, forges: Forges, row: Delivery, refusal: Refusal) -> str:
    """Write the comment, unless it is there, and return what was done; raises Unreachable and AuthError of Tracker."""
    what = "the deploy script" if row.forge == "bench" else "the review"
    text = f"gitlink could not do what {what} asks for: {refusal.words} (delivery {row.forge}:{row.delivery})"
    is_on_issue = not isinstance(refusal.fault, IssueNotFound)
    try:
        if not is_on_issue:
            return forges.complain(row, text)
        reach(tracker, CommentOnce(refusal.key, text))
        return f"told on {refusal.key}"
    except Unreachable:
        raise
    except GitlinkError as fault:
        if is_on_issue and isinstance(fault, AuthError):
            raise
        return f"could not be told: {printable(fault.message)}"
