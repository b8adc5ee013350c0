"""An issue and everything that hangs on it, as plain values; knows no HTTP, no JSON shapes, no rules."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(slots=True)
class Comment:
    """A comment of an issue; *robot*: automation wrote it."""

    id: int
    long_id: str
    text: str
    author: str
    created_at: datetime
    updated_at: datetime
    version: int = 1
    updated_by: str | None = None
    robot: bool = False
    summonees: list[str] = field(default_factory=list)
    attachments: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Worklog:
    """Time spent on an issue; *seconds* count business time: a week of 5 days of 8 hours."""

    id: int
    author: str
    start: datetime
    seconds: int
    comment: str
    created_at: datetime
    updated_at: datetime
    version: int = 1


@dataclass(slots=True)
class Link:
    """A link as one of its two issues sees it; both ends have the same *id*. *other* is the other issue's id."""

    id: int
    type: str
    direction: str  # inward or outward, see linktypes
    other: str
    author: str
    created_at: datetime


@dataclass(slots=True)
class RemoteLink:
    """A link to an object of another application."""

    id: int
    application: str
    key: str
    author: str
    created_at: datetime


@dataclass(slots=True)
class Attachment:
    """A file; *content* is base64."""

    id: str
    name: str
    mimetype: str
    content: str
    size: int
    author: str
    created_at: datetime


@dataclass(slots=True)
class FieldChange:
    """One field's value before and after, as stored."""

    field: str
    old: object
    new: object


@dataclass(slots=True)
class TriggerRun:
    """That a trigger fired on a change, and what came of it."""

    trigger: int
    success: bool = True
    message: str = ""


@dataclass(slots=True)
class LinkChange:
    """A link that a change created or removed; *relationship* is the phrase, seen from the changed issue."""

    relationship: str
    other: str
    removed: bool = False


@dataclass(slots=True)
class Change:
    """One entry of an issue's changelog; *kind* is Tracker's word for it."""

    id: str
    kind: str
    at: datetime
    by: str
    fields: list[FieldChange] = field(default_factory=list)
    comments: list[int] = field(default_factory=list)
    links: list[LinkChange] = field(default_factory=list)
    triggers: list[TriggerRun] = field(default_factory=list)


@dataclass(slots=True)
class Issue:
    """An issue; *values* maps field ids to stored values: keys of terms, uids of people, plain data."""

    id: str
    key: str
    queue: str
    status: str
    values: dict[str, object]
    created_by: str
    updated_by: str
    created_at: datetime
    updated_at: datetime
    status_since: datetime
    version: int = 1
    previous_status: str | None = None
    previous_queue: str | None = None
    resolved_at: datetime | None = None
    resolved_by: str | None = None
    unique: str | None = None
    automatic: bool = False  # created by a trigger
    aliases: list[str] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)
    worklogs: list[Worklog] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    remote_links: list[RemoteLink] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
