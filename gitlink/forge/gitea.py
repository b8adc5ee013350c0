"""Gitea's and Forgejo's deliveries, and their pull requests as JSON.

https://docs.gitea.com/usage/webhooks , https://forgejo.org/docs/latest/user/webhooks/ ; the names of events:
modules/webhook/type.go in their source. `pull_request_comment` as event is a review without a verdict, as event *type*
a plain comment; only the event is read here.
"""

from collections.abc import Mapping
from typing import Literal

from gitlink.forge import reading
from gitlink.forge.model import (
    Association,
    Forge,
    Ignored,
    Opinion,
    Person,
    PullRequest,
    PullRequestEvent,
    Verdict,
    Word,
)
from gitlink.forge.reading import brief, dig, flag, moment, text

_FORGE: Forge = "gitea"
_ACTIONS: dict[str, Word] = {
    "opened": "opened",
    "reopened": "opened",
    "edited": "updated",
    "synchronized": "updated",
}
_REVIEWS: dict[str, Word] = {
    "pull_request_approved": "approved",
    "pull_request_rejected": "changes_requested",
    "pull_request_comment": "commented",
}
_OPINIONS: dict[Word, Opinion] = {"approved": "approved", "changes_requested": "changes_requested"}
# WORK_IN_PROGRESS_PREFIXES: https://docs.gitea.com/administration/config-cheat-sheet
_DRAFT = ("wip:", "[wip]")


def parse(headers: Mapping[str, str], body: bytes) -> PullRequestEvent | Ignored:
    """Return what a delivery tells; *headers*: lower-case names; raises Malformed."""
    delivery = reading.delivery_id(headers, ("x-gitea-delivery", "x-forgejo-delivery"), body)
    event = headers.get("x-gitea-event") or headers.get("x-forgejo-event") or ""
    if event not in ("pull_request", "issue_comment", *_REVIEWS):
        return Ignored(delivery, f"`{reading.clean(event)[:60]}` tells of no pull request")
    top = reading.parse(reading.document(headers, body))
    if text(top, "repository", "node_id") or text(top, "sender", "node_id"):
        raise reading.malformed("GitHub wrote it: only its objects have a `node_id`")
    repository = reading.need_text(top, "repository", "full_name")
    if event == "issue_comment":
        return _comment(delivery, top, repository)
    found = pull_request(reading.need_members(top, "pull_request"), repository, reading.number(top, "number"))
    if event == "pull_request":
        return _changed(delivery, top, found)
    if _is_of_another_event(top, event):
        return Ignored(delivery, f"its header says `{event}`, and its body does not", found)
    return _reviewed(delivery, _REVIEWS[event], top, found)


def pull_request(top: Mapping[str, object], repository: str, number: int | None = None) -> PullRequest:
    """Read a pull request; *number*: where it does not hold its own.

    https://docs.gitea.com/api/ (PullRequest), modules/structs/pull.go
    """
    title, draft = text(top, "title"), flag(top, "draft")
    return PullRequest(
        forge=_FORGE,
        repository=repository,
        number=reading.number(top, "number") or number or reading.need_number(top, "number"),
        title=title,
        description=text(top, "body"),
        source_branch=text(top, "head", "ref") or None,
        target_branch=text(top, "base", "ref") or None,
        head_oid=brief(top, "head", "sha") or None,
        url=text(top, "html_url"),
        author=person(dig(top, "user")),
        state="merged" if flag(top, "merged") else "declined" if text(top, "state") == "closed" else "open",
        says_open=text(top, "state") == "open",
        is_draft=is_draft_title(title) if draft is None else draft,
        source_repository=text(top, "head", "repo", "full_name") or None,
        raw=top,
    )


def is_draft_title(title: str) -> bool:
    """Whether a title marks a draft."""
    return title.lstrip().lower().startswith(_DRAFT)


def person(json: object) -> Person | None:
    """Read a user; some payloads hold no id. modules/structs/user.go"""
    login = brief(json, "login") or brief(json, "username")
    if not login:
        return None
    number = reading.number(json, "id")
    ids = frozenset([f"login:{login.lower()}", *([f"id:{number}"] if number else [])])
    return Person(login, ids, brief(json, "full_name"))


def association(review: object) -> Association | None:
    """Read whether a review is of someone whose approval Gitea itself counts; deliveries do not say, the API does.

    `official`: modules/structs/pull_review.go, models/issues/review.go (IsOfficialReviewer)
    """
    official = flag(review, "official")
    return None if official is None else "collaborator" if official else "none"


def _changed(delivery: str, top: Mapping[str, object], found: PullRequest) -> PullRequestEvent | Ignored:
    action = reading.need_text(top, "action")
    word = found.state if action == "closed" and found.state != "open" else _ACTIONS.get(action)
    if word is None:
        return Ignored(delivery, f"`{action[:60]}` changes nothing that counts", found)
    actor, at = person(dig(top, "sender")), moment(top, "pull_request", "updated_at")
    return PullRequestEvent(delivery, word, found, actor, at, readiness=_readiness(top, found))


def _readiness(top: object, found: PullRequest) -> Literal["ready", "draft"] | None:
    before = text(top, "changes", "title", "from")
    if not before or is_draft_title(before) == found.is_draft:
        return None
    return "draft" if found.is_draft else "ready"


def _is_of_another_event(top: object, event: str) -> bool:
    """Whether the body cannot be of the review that the header names: no signature covers the header.

    The type is the event's longer name: services/webhook/notifier.go, modules/webhook/type.go
    """
    kind = event.replace("pull_request_", "pull_request_review_")
    return text(top, "action") not in ("", "reviewed") or text(top, "review", "type") not in ("", kind)


def _reviewed(delivery: str, word: Word, top: Mapping[str, object], found: PullRequest) -> PullRequestEvent | Ignored:
    """A review has neither time nor author of its own: the sender is the reviewer."""
    actor, at = person(dig(top, "sender")), moment(top, "pull_request", "updated_at")
    verdict = None
    if word in _OPINIONS:
        if actor is None:
            raise reading.malformed("`sender` is missing: nobody knows whose verdict this is")
        oid = brief(top, "commit_id") or found.head_oid
        verdict = Verdict(actor, _OPINIONS[word], at, oid, association(dig(top, "review")))
    comment = text(top, "review", "content")
    return PullRequestEvent(delivery, word, found, actor, at, verdict, comment=comment or None)


def _comment(delivery: str, top: Mapping[str, object], repository: str) -> PullRequestEvent | Ignored:
    """A comment in the conversation; only Forgejo and newer Gitea send the pull request with its branches along."""
    issue = reading.need_members(top, "issue")
    if not flag(top, "is_pull") and not reading.members(issue, "pull_request"):
        return Ignored(delivery, "a comment on an issue tells of no pull request")
    whole = reading.members(top, "pull_request")
    found = pull_request(whole or issue, repository, reading.number(issue, "number"))
    action = reading.need_text(top, "action")
    if action not in ("created", "edited"):
        return Ignored(delivery, f"`{action[:60]}` of a comment changes nothing", found)
    at = reading.latest(moment(top, "comment", "created_at"), moment(top, "comment", "updated_at"))
    comment = text(top, "comment", "body")
    return PullRequestEvent(delivery, "commented", found, person(dig(top, "sender")), at, comment=comment)
