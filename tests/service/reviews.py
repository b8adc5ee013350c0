"""The same review told by each forge, in its own words; and the signature it would put on it."""

import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

from gitlink.forge.model import FORGES, Forge
from tests.forge import samples
from tests.forge.samples import Delivery, Json

SECRET = "a-secret-of-the-webhook"
ID_HEADERS: dict[Forge, str] = {
    "bitbucket": "x-request-uuid",
    "bitbucket-dc": "x-request-id",
    "github": "x-github-delivery",
    "gitlab": "idempotency-key",
    "gitea": "x-gitea-delivery",
}
ANNA = {"github": {"login": "anna", "id": 11, "type": "User"}, "gitlab": {"id": 11, "username": "anna"}}


def at(minute: int, form: str = "Z") -> str:
    """Return a time of day as a forge writes it."""
    clock = f"{3 + minute // 60:02}:{minute % 60:02}:00"
    return f"2026-01-02 {clock} UTC" if form == "gitlab" else f"2026-01-02T{clock}{form}"


def github(what: str, minute: int, pull: Json) -> Delivery:
    pull = {"updated_at": at(minute), **pull}
    if what in ("approved", "changes_requested", "dismissed"):
        review = {"submitted_at": at(minute), "state": what}
        action = "dismissed" if what == "dismissed" else "submitted"
        return samples.github_review(action, what, review=review, pull_request=pull)
    if what == "own":
        author = {"review": {"submitted_at": at(minute), "user": ANNA["github"]}, "sender": ANNA["github"]}
        return samples.github_review("submitted", "approved", pull_request=pull, **author)
    if what == "bot":
        bot = {"login": "lint[bot]", "id": 99, "type": "Bot"}
        author = {"review": {"submitted_at": at(minute), "user": bot}, "sender": bot}
        return samples.github_review("submitted", "approved", pull_request=pull, **author)
    if what == "commented":
        times = {"created_at": at(minute), "updated_at": at(minute)}
        return samples.github_comment("issue_comment", "created", comment=times, pull_request=...)
    changes: dict[str, Json] = {
        "opened": {},
        "draft": {"draft": True},
        "ready": {},
        "edited": {},
        "reopened": {},
        "merged": {"state": "closed", "merged": True, "merged_at": at(minute)},
        "declined": {"state": "closed"},
    }
    action = {"draft": "opened", "ready": "ready_for_review", "merged": "closed", "declined": "closed"}.get(what, what)
    return samples.github("pull_request", action, pull_request=changes[what] | pull)


def gitlab(what: str, minute: int, pull: Json) -> Delivery:
    more: Json = {"updated_at": at(minute, "gitlab"), **pull}
    if what == "commented":
        return samples.gitlab_note(object_attributes={"created_at": at(minute, "gitlab")})
    if what == "changes_requested":
        asked = {"previous": samples.gitlab_reviewers("unreviewed")}
        asked["current"] = samples.gitlab_reviewers("requested_changes")
        return samples.gitlab(
            "update", object_attributes=more, changes={"reviewers": asked}, reviewers=asked["current"]
        )
    user = ANNA["gitlab"] if what == "own" else {"id": 99, "username": "project_1_bot_x"} if what == "bot" else {}
    changes: dict[str, tuple[str, Json, Json]] = {
        "opened": ("open", {}, {}),
        "draft": ("open", {"draft": True}, {}),
        "ready": ("update", {}, {"draft": {"previous": True, "current": False}}),
        "edited": ("update", {}, {}),
        "merged": ("merge", {"state": "merged"}, {}),
        "declined": ("close", {"state": "closed"}, {}),
        "dismissed": ("unapproved", {}, {}),
    }
    action, attributes, changed = changes.get(what, ("approved", {}, {}))
    return samples.gitlab(
        action, object_attributes=more | attributes, changes=changed, **({"user": user} if user else {})
    )


def cloud(what: str, minute: int, pull: Json) -> Delivery:
    when = at(minute, "+00:00")
    anna = {"type": "user", "nickname": "anna", "account_id": "a-11", "uuid": "{11}", "display_name": "Anna A"}
    bot = {"type": "app_user", "account_id": "a-99", "nickname": "robot", "uuid": "{99}", "display_name": "Robot"}
    actor: Json = {"own": {"actor": anna}, "bot": {"actor": bot}}.get(what, {})
    keys: dict[str, tuple[str, Json]] = {
        "opened": ("created", {}),
        "draft": ("created", {"draft": True}),
        "ready": ("updated", {"draft": False}),
        "edited": ("updated", {}),
        "merged": ("fulfilled", {"state": "MERGED"}),
        "declined": ("rejected", {"state": "DECLINED"}),
        "dismissed": ("unapproved", {}),
        "commented": ("comment_created", {}),
        "changes_requested": ("changes_request_created", {}),
    }
    key, more = keys.get(what, ("approved", {}))
    verdict = {"approved": "approval", "own": "approval", "bot": "approval", "changes_requested": "changes_request"}
    told = {verdict[what]: {"date": when}} if what in verdict else {}
    # Without `participants` the service has to remember by itself who thought what.
    body = {"pullrequest": {"updated_on": when, "participants": ..., **more, **pull}, **told, **actor}
    return samples.cloud(f"pullrequest:{key}", **body)


def data_center(what: str, minute: int, pull: Json) -> Delivery:
    date = {"date": at(minute, "+0000"), "pullRequest": {"reviewers": ..., **pull}}
    people = {"own": ("anna", 11, "NORMAL"), "bot": ("robot", 99, "SERVICE")}
    if what in ("approved", "own", "bot", "changes_requested", "dismissed"):
        word = {"changes_requested": "needs_work", "dismissed": "unapproved"}.get(what, "approved")
        name, number, kind = people.get(what, ("bert", 22, "NORMAL"))
        user = {"name": name, "id": number, "type": kind, "slug": name}
        return samples.data_center_review(
            f"pr:reviewer:{word}", word.upper(), actor=user, participant={"user": user}, **date
        )
    keys: dict[str, tuple[str, Json, Json]] = {
        "opened": ("opened", {}, {}),
        "draft": ("opened", {"draft": True}, {}),
        "ready": ("modified", {"draft": False}, {"previousDraft": True}),
        "edited": ("modified", {}, {}),
        "merged": ("merged", {"state": "MERGED"}, {}),
        "declined": ("declined", {"state": "DECLINED"}, {}),
        "commented": ("comment:added", {}, {"comment": {"text": "See TEST-2"}}),
    }
    key, more, beside = keys[what]
    date["pullRequest"] = {**date["pullRequest"], **more}  # type: ignore[dict-item]
    return samples.data_center(f"pr:{key}", **date, **beside)


def gitea(what: str, minute: int, pull: Json) -> Delivery:
    more: Json = {"updated_at": at(minute), **pull}
    if what == "commented":
        return samples.gitea_comment("created", comment={"created_at": at(minute), "updated_at": at(minute)})
    if what in ("approved", "own", "changes_requested", "bot"):
        event = "pull_request_rejected" if what == "changes_requested" else "pull_request_approved"
        people = {"own": {"id": 11, "login": "anna"}, "bot": {"id": 99, "login": "renovate"}}
        sender = people.get(what, {"id": 22, "login": "bert"})
        return samples.gitea(event, "reviewed", pull_request=more, sender=sender, review={"content": "Well"})
    changes: dict[str, Json] = {
        "opened": {},
        "draft": {"title": "WIP: TEST-1 Add login"},
        "ready": {},
        "edited": {},
        "reopened": {},
        "merged": {"state": "closed", "merged": True},
        "declined": {"state": "closed"},
    }
    action = {"draft": "opened", "ready": "edited", "merged": "closed", "declined": "closed"}.get(what, what)
    beside: Json = {"changes": {"title": {"from": "WIP: TEST-1 Add login"}}} if what == "ready" else {}
    return samples.gitea("pull_request", action, pull_request=more | changes[what], **beside)


_TELL: dict[Forge, Callable[[str, int, Json], Delivery]] = {
    "bitbucket": cloud,
    "bitbucket-dc": data_center,
    "github": github,
    "gitlab": gitlab,
    "gitea": gitea,
}


def tell(forge: Forge, what: str, minute: int = 5, name: str | None = None, **pull: Any) -> Delivery:
    """Return one delivery. `what`: opened, draft, ready, edited, approved, changes_requested, dismissed, own (the
    author's own approval), bot (a bot's approval), commented, merged, declined; `name`: its id; `pull`: changes of the
    pull request, in the forge's words."""
    headers, body = _TELL[forge](what, minute, pull)
    return {**headers, ID_HEADERS[forge]: name or f"{what}-{minute}"}, body


def signed(forge: Forge, delivery: Delivery, secret: str = SECRET) -> Delivery:
    """Return *delivery* with what proves it."""
    headers, body = delivery
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    proof = {
        "bitbucket": ("x-hub-signature", f"sha256={digest}"),
        "bitbucket-dc": ("x-hub-signature", f"sha256={digest}"),
        "github": ("x-hub-signature-256", f"sha256={digest}"),
        "gitlab": ("x-gitlab-token", secret),
        "gitea": ("x-gitea-signature", digest),
    }
    name, value = proof[forge]
    return {**headers, name: value}, body


def renamed(delivery: Delivery, old: str, new: str) -> Delivery:
    """Return *delivery* with one word for another throughout."""
    headers, body = delivery
    return headers, body.replace(old.encode(), new.encode())


def changed(delivery: Delivery, change: Callable[[Json], None]) -> Delivery:
    """Return *delivery* with a change to its JSON."""
    headers, body = delivery
    top = json.loads(body)
    change(top)
    return headers, json.dumps(top).encode()


__all__ = ["FORGES", "SECRET", "at", "changed", "renamed", "signed", "tell"]
