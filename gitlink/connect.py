"""From a person's settings to what talks to Tracker in their name: the client, and the outbox of the same binding."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from typing import TYPE_CHECKING

from gitlink import settings, state
from gitlink.tracker.access import Credentials
from gitlink.tracker.client import TrackerClient
from gitlink.tracker.models import Issue
from gitlink.transport.send import Transport, Waiting

if TYPE_CHECKING:
    from gitlink.outbox import Outbox


def connect(
    environ: Mapping[str, str],
    waiting: Waiting = nullcontext,
    credentials: Credentials | None = None,
    **seconds: float,
) -> tuple[TrackerClient, Outbox]:
    """Return client and outbox; raises AuthError or SettingsError where *credentials* are neither given nor found.

    The client keeps what it sees of issues for the hooks. *waiting* is entered around each request;
    *seconds*: deadlines of Transport that are no command's.
    """
    from gitlink.outbox import Outbox  # which a command that only reads does without

    known = credentials or settings.credentials(environ)
    return client(environ, waiting, known, **seconds), Outbox(_folder(environ, known))


def client(
    environ: Mapping[str, str],
    waiting: Waiting = nullcontext,
    credentials: Credentials | None = None,
    **seconds: float,
) -> TrackerClient:
    """Return the client alone; raises as `connect` does."""
    known = credentials or settings.credentials(environ)
    folder = _folder(environ, known)

    def seen(issue: Issue) -> None:
        state.remember(folder, issue.key, issue.status.name, issue.summary, issue.resolution is not None)

    transport = Transport(waiting, **seconds)  # type: ignore[arg-type]
    return TrackerClient(transport, known, settings.language(environ), seen)


def _folder(environ: Mapping[str, str], known: Credentials) -> str:
    return state.binding(environ, known.base_url, known.org_id)
