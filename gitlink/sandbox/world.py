"""Everything the sandbox remembers, and what of its behaviour can be switched; plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from .model import Application, Category, Component, Field, Queue, Term, User, Workflow
from .records import Attachment, Issue


@dataclass(slots=True)
class Switches:
    """Behaviours on which the documentation is silent or reports disagree; each can be switched."""

    reject_unknown_fields: bool = False  # False: silently ignored
    reject_unknown_parameters: bool = False  # of a URL's query; False: silently ignored
    unavailable_transition: int = 404  # or 400
    missing_screen_field: int = 422  # or 400
    missing_screen_field_in_errors: bool = False
    redirect_moved_issues: bool = False  # False: the old key answers with the issue under its new key
    stale_trigger: int = 412  # or 409
    trigger_created: int = 200  # or 201
    unknown_origin: int = 422  # or 404
    empty_variable_sends: bool = False  # False: a request with an empty variable is not sent
    bulk_polls: int = 1  # how often a bulk change says CREATED before it says how it ended
    rate_limit: int = 0  # requests a second before 429; 0: none
    retry_after: bool = True  # whether such a 429 says Retry-After
    webhook_timeout_s: float = 10.0
    webhook_delay_s: float = 10.0  # before the second attempt; doubles each time
    webhook_written_each_time: bool = False  # True: each attempt's variables are filled in anew; no source says


@dataclass(slots=True)
class Delivery:
    """One HTTP request of a trigger as the webhook log keeps it; *status* None: no answer came; *refused*: why not."""

    id: str
    action: int
    issue: str
    started_at: datetime
    ended_at: datetime
    method: str
    endpoint: str
    headers: dict[str, str]
    body: str
    auth: dict[str, object]
    status: int | None = None
    answered: dict[str, str] = field(default_factory=dict)
    refused: str = ""


@dataclass(slots=True)
class Trigger:
    """A queue's automation; *conditions* and *actions* are as the API shows them, *order* is a decimal number."""

    id: int
    queue: str
    name: str
    conditions: list[object]
    actions: list[dict[str, object]]
    order: str
    active: bool = True
    version: int = 1
    log: list[Delivery] = field(default_factory=list)


@dataclass(slots=True)
class BulkJob:
    """A change of many issues; *failures* maps an issue's id to the error's envelope."""

    id: str
    by: str
    created_at: datetime
    issues: list[str]
    polls_left: int
    status: str = "CREATED"
    failures: dict[str, dict[str, object]] = field(default_factory=dict)


@dataclass(slots=True)
class World:
    """Everything the sandbox remembers: what is saved, loaded, reset."""

    org_id: str
    cloud_org_id: str
    tokens: dict[str, str]
    users: dict[str, User]
    statuses: dict[str, Term]
    resolutions: dict[str, Term]
    priorities: dict[str, Term]
    issue_types: dict[str, Term]
    workflows: dict[str, Workflow]
    queues: dict[str, Queue]
    categories: dict[str, Category]
    fields: dict[str, Field]
    applications: dict[str, Application] = field(default_factory=dict)
    components: dict[str, Component] = field(default_factory=dict)
    issues: dict[str, Issue] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)  # every key an issue ever had -> its id
    triggers: dict[str, Trigger] = field(default_factory=dict)
    jobs: dict[str, BulkJob] = field(default_factory=dict)
    uploads: dict[str, Attachment] = field(default_factory=dict)  # files no issue has yet
    switches: Switches = field(default_factory=Switches)
    last_id: int = 0
