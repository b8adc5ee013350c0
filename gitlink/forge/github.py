"""GitHub's deliveries, and its pull requests as JSON: the same in deliveries and in answers of the API.

https://docs.github.com/en/webhooks/webhook-events-and-payloads ; recorded examples:
https://github.com/octokit/webhooks/tree/main/payload-examples .
"""

from collections.abc import Mapping

from gitlink.forge import reading
from gitlink.forge.model import (
    Association,
    Ignored,
    Opinion,
    Person,
    PullRequest,
    PullRequestEvent,
    State,
    Verdict,
    Word,
)
from gitlink.forge.reading import brief, dig, flag, moment, text

_ACTIONS: dict[str, Word] = {
    "opened": "opened",
    "reopened": "opened",
    "synchronize": "updated",
    "edited": "updated",
    "converted_to_draft": "updated",
    "ready_for_review": "updated",
}
# A state is in lower case here and in upper case in the API: https://docs.github.com/en/rest/pulls/reviews
_REVIEWS: dict[str, Word] = {"approved": "approved", "changes_requested": "changes_requested"}
_OPINIONS: dict[Word, Opinion] = {
    "approved": "approved",
    "changes_requested": "changes_requested",
    "unapproved": "withdrawn",
}
_ASSOCIATIONS: dict[str, Association] = {
    "OWNER": "member",
    "MEMBER": "member",
    "COLLABORATOR": "collaborator",
    "CONTRIBUTOR": "contributor",
}
_PULL_REQUEST_EVENTS = (
    "pull_request",
    "pull_request_review",
    "pull_request_review_comment",
    "pull_request_review_thread",
    "issue_comment",
)


def parse(headers: Mapping[str, str], body: bytes) -> PullRequestEvent | Ignored:
    """Return what a delivery tells; *headers*: lower-case names; raises Malformed."""
    delivery = reading.delivery_id(headers, ("x-github-delivery",), body)
    event = headers.get("x-github-event", "")
    if event not in _PULL_REQUEST_EVENTS:
        return Ignored(delivery, f"`{reading.clean(event)[:60]}` tells of no pull request")
    top = reading.parse(reading.document(headers, body))
    if text(top, "sender", "username"):
        raise reading.malformed("Gitea wrote it: only its people have a `username`")
    action = reading.need_text(top, "action")
    if event == "issue_comment":
        return _conversation(delivery, action, top)
    found = pull_request(reading.need_members(top, "pull_request"), reading.need_text(top, "repository", "full_name"))
    if event == "pull_request":
        return _changed(delivery, action, top, found)
    if event == "pull_request_review":
        return _reviewed(delivery, action, top, found)
    if event == "pull_request_review_comment":
        return _commented(delivery, action, top, found)
    return Ignored(delivery, "a thread of comments changes nothing", found)


def pull_request(top: Mapping[str, object], repository: str) -> PullRequest:
    """Read a pull request, whole or short (a review's has no `merged`).

    https://docs.github.com/en/rest/pulls/pulls#get-a-pull-request
    """
    return PullRequest(
        forge="github",
        repository=repository,
        number=reading.need_number(top, "number"),
        title=text(top, "title"),
        description=text(top, "body"),
        source_branch=text(top, "head", "ref") or None,
        target_branch=text(top, "base", "ref") or None,
        head_oid=brief(top, "head", "sha") or None,
        url=text(top, "html_url"),
        author=person(dig(top, "user")),
        state=_state(top, dig(top, "merged_at")),
        says_open=text(top, "state") == "open",
        is_draft=flag(top, "draft") is True,
        source_repository=text(top, "head", "repo", "full_name") or None,
        association=association(top),
        raw=top,
    )


def person(json: object) -> Person | None:
    """Read a user, None for an account that is gone. https://docs.github.com/en/rest/users/users"""
    login = brief(json, "login")
    if not login:
        return None
    number = reading.number(json, "id")
    ids = frozenset([f"id:{number}" if number else f"login:{login.lower()}"])
    return Person(login, ids, brief(json, "name"), text(json, "type") == "Bot" or login.endswith("[bot]"))


def association(top: object) -> Association | None:
    """Read how close the author of a review or of a pull request is to the repository; another word is nobody close.

    https://docs.github.com/en/graphql/reference/enums#commentauthorassociation . GitHub sends it with each.
    """
    word = text(top, "author_association").upper()
    return _ASSOCIATIONS.get(word, "none") if word else None


def _state(top: object, merged_at: object) -> State:
    if text(top, "state") != "closed":
        return "open"
    return "merged" if flag(top, "merged") or merged_at else "declined"


def _changed(delivery: str, action: str, top: Mapping[str, object], found: PullRequest) -> PullRequestEvent | Ignored:
    word = found.state if action == "closed" and found.state != "open" else _ACTIONS.get(action)
    if word is None:
        return Ignored(delivery, f"`{action[:60]}` changes nothing that counts", found)
    return PullRequestEvent(
        delivery,
        word,
        found,
        person(dig(top, "sender")),
        moment(top, "pull_request", "updated_at"),
        readiness={"ready_for_review": "ready", "converted_to_draft": "draft"}.get(action),  # type: ignore[arg-type]
    )


def _reviewed(delivery: str, action: str, top: Mapping[str, object], found: PullRequest) -> PullRequestEvent | Ignored:
    state = reading.need_text(top, "review", "state").lower()
    submitted, changed = moment(top, "review", "submitted_at"), moment(top, "pull_request", "updated_at")
    actor = person(dig(top, "sender"))
    if action == "submitted" and state == "commented":
        comment = text(top, "review", "body")
        return PullRequestEvent(delivery, "commented", found, actor, submitted or changed, comment=comment)
    word = "unapproved" if action == "dismissed" else _REVIEWS.get(state)
    if action not in ("submitted", "dismissed") or word is None:
        return Ignored(delivery, f"`{action[:60]}` of a review changes nothing that counts", found)
    # A dismissed review keeps the time at which it was submitted.
    at = reading.latest(submitted, changed) if action == "dismissed" else submitted or changed
    reviewer = person(dig(top, "review", "user"))
    if reviewer is None:
        raise reading.malformed("`review.user` is missing: nobody knows whose review this is")
    oid = brief(top, "review", "commit_id") or None
    verdict = Verdict(reviewer, _OPINIONS[word], at, oid, association(dig(top, "review")))
    return PullRequestEvent(delivery, word, found, actor, at, verdict, comment=text(top, "review", "body") or None)


def _commented(delivery: str, action: str, top: Mapping[str, object], found: PullRequest) -> PullRequestEvent | Ignored:
    if action not in ("created", "edited"):
        return Ignored(delivery, f"`{action[:60]}` of a comment changes nothing", found)
    at = reading.latest(moment(top, "comment", "created_at"), moment(top, "comment", "updated_at"))
    comment = text(top, "comment", "body")
    return PullRequestEvent(delivery, "commented", found, person(dig(top, "sender")), at, comment=comment)


def _conversation(delivery: str, action: str, top: Mapping[str, object]) -> PullRequestEvent | Ignored:
    """A comment in the conversation: the pull request comes as an issue, without its branches."""
    issue = reading.need_members(top, "issue")
    if not isinstance(dig(issue, "pull_request"), dict):
        return Ignored(delivery, "a comment on an issue tells of no pull request")
    found = PullRequest(
        forge="github",
        repository=reading.need_text(top, "repository", "full_name"),
        number=reading.need_number(issue, "number"),
        title=text(issue, "title"),
        description=text(issue, "body"),
        source_branch=None,
        target_branch=None,
        head_oid=None,
        url=text(issue, "pull_request", "html_url") or text(issue, "html_url"),
        author=person(dig(issue, "user")),
        state=_state(issue, dig(issue, "pull_request", "merged_at")),
        says_open=text(issue, "state") == "open",
        is_draft=flag(issue, "draft") is True,
        association=association(issue),
    )
    return _commented(delivery, action, top, found)
