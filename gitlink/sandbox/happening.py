"""A change of an issue, as conditions and variables of triggers see it."""

from __future__ import annotations

from dataclasses import dataclass

from .criteria import Scene
from .reading import stored
from .records import Change, Comment, Issue


@dataclass(slots=True)
class Happening:
    """A change of an issue, as triggers see it."""

    at: Scene
    issue: Issue
    change: Change

    def comment(self) -> Comment | None:
        """Return the comment that the change added."""
        added = [item for item in self.issue.comments if item.id in self.change.comments]
        return added[-1] if added and self.change.kind != "IssueCommentUpdated" else None

    def before(self, field: str) -> object:
        """Return what a field held before the change."""
        for item in self.change.fields:
            if item.field == field:
                return item.old
        return stored(self.issue, field)
