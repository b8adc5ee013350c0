"""GitLab's deliveries; the only module, with its API's, that says "merge request".

https://docs.gitlab.com/user/project/integrations/webhook_events/#merge-request-events . `approval` and `approved` are
each one person's approval. A request for changes is an `update` in the newest versions only
(https://gitlab.com/gitlab-org/gitlab/-/merge_requests/246562), and ends with that person's approval alone: the
`unapproved` that follows it takes back the approval before (update_reviewer_state_service.rb in GitLab's source).
"""

from collections.abc import Mapping
from typing import Literal

from gitlink.forge import reading
from gitlink.forge.model import Ignored, Opinion, Person, PullRequest, PullRequestEvent, State, Verdict, Word
from gitlink.forge.reading import brief, dig, flag, moment, text

_ACTIONS: dict[str, Word] = {
    "open": "opened",
    "reopen": "opened",
    "update": "updated",
    "close": "declined",
    "merge": "merged",
    "approval": "approved",
    "approved": "approved",
    "unapproval": "unapproved",
    "unapproved": "unapproved",
}
_KINDS = ("Merge Request Hook", "Note Hook", "Confidential Note Hook", "System Hook")
STATES: dict[str, State] = {"merged": "merged", "closed": "declined"}
OPINIONS: dict[str, Opinion] = {
    "approved": "approved",
    "requested_changes": "changes_requested",
    "unapproved": "approval_withdrawn",
}
_DRAFT = ("draft:", "[draft]", "(draft)", "wip:", "[wip]")


def parse(headers: Mapping[str, str], body: bytes) -> PullRequestEvent | Ignored:
    """Return what a delivery tells; *headers*: lower-case names; raises Malformed."""
    # X-Gitlab-Event-UUID is no key: all events of one user's action share it.
    delivery = reading.delivery_id(headers, ("idempotency-key", "webhook-id"), body)
    kind = headers.get("x-gitlab-event", "")
    if kind not in _KINDS:
        return Ignored(delivery, f"`{reading.clean(kind)[:60]}` tells of no pull request")
    top = reading.parse(reading.document(headers, body))
    name = text(top, "object_kind") or (text(top, "event_name") if kind == "System Hook" else "")
    if not name:
        raise reading.malformed("`object_kind` is missing: the hook may have a template of its own")
    if name == "merge_request":
        return _merge_request(delivery, top)
    if name == "note" and text(top, "object_attributes", "noteable_type") == "MergeRequest":
        return _note(delivery, top)
    return Ignored(delivery, f"`{name[:60]}` tells of no pull request here")


def is_draft_title(title: str) -> bool:
    """Whether a title marks a draft. https://docs.gitlab.com/user/project/merge_requests/drafts/"""
    return title.lstrip().lower().startswith(_DRAFT)


def person(json: object) -> Person | None:
    """Read a user; the bots of tokens and service accounts are known by their names.

    https://docs.gitlab.com/user/project/settings/project_access_tokens/#bot-users-for-projects ,
    https://docs.gitlab.com/user/profile/service_accounts/
    """
    login, number = brief(json, "username"), reading.number(json, "id")
    if not login and not number:
        return None
    ids = frozenset([f"id:{number}" if number else f"username:{login.lower()}"])
    return Person(login or f"user {number}", ids, brief(json, "name"), _is_bot(login))


def _is_bot(login: str) -> bool:
    kind, _, rest = login.partition("_")
    number, _, tail = rest.partition("_")
    return (kind in ("project", "group") and number.isdigit() and tail.startswith("bot")) or login.startswith(
        "service_account_"
    )


def _pull_request(top: Mapping[str, object], whole: Mapping[str, object]) -> PullRequest:
    """Read a merge request of a delivery; *whole*: the delivery, where its author may be named."""
    draft, title = flag(top, "draft"), text(top, "title")
    if draft is None:
        draft = flag(top, "work_in_progress") or is_draft_title(title)
    return PullRequest(
        forge="gitlab",
        repository=reading.need_text(whole, "project", "path_with_namespace"),
        number=reading.need_number(top, "iid"),
        title=title,
        description=text(top, "description"),
        source_branch=text(top, "source_branch") or None,
        target_branch=text(top, "target_branch") or None,
        head_oid=brief(top, "last_commit", "id") or None,
        url=text(top, "url") or text(whole, "object_attributes", "url").partition("#")[0],
        author=_author(top, whole),
        state=STATES.get(text(top, "state"), "open"),
        says_open=text(top, "state") == "opened",
        is_draft=draft,
        source_repository=text(top, "source", "path_with_namespace") or None,
        raw=top,
    )


def _author(top: object, whole: object) -> Person | None:
    """Only the author's number is told; whoever else the delivery names may be the same person."""
    author = person({"id": reading.number(top, "author_id")})
    named = [dig(whole, "user"), *reading.entries(whole, "assignees"), *reading.entries(whole, "reviewers")]
    return next((one for entry in named if (one := person(entry)) and one.is_same(author)), author)


def _merge_request(delivery: str, top: Mapping[str, object]) -> PullRequestEvent | Ignored:
    attributes = reading.need_members(top, "object_attributes")
    found = _pull_request(attributes, top)
    action, actor = text(attributes, "action"), person(dig(top, "user"))
    at = moment(attributes, "actioned_at") or moment(attributes, "updated_at")
    word, verdict = _ACTIONS.get(action), None
    # A push takes approvals away; the documentation and the source disagree about the action then.
    drops = text(attributes, "system_action").endswith("approvals_reset_on_push")
    if word is None:
        return Ignored(delivery, f"`{action[:60]}` changes nothing that counts", found)
    if drops:
        word = "unapproved"
    elif word in ("approved", "unapproved"):
        if actor is None:
            raise reading.malformed("`user` is missing: nobody knows whose verdict this is")
        verdict = Verdict(actor, "approved" if word == "approved" else "approval_withdrawn", at, found.head_oid)
    elif word == "updated" and (critic := _critic(top)) is not None:
        word, verdict = "changes_requested", Verdict(critic, "changes_requested", at, found.head_oid)
    return PullRequestEvent(
        delivery,
        word,
        found,
        actor,
        at,
        verdict,
        known=tuple(_known(top)),
        readiness=_readiness(top, found) if word == "updated" else None,
        drops_approvals=drops,
    )


def _critic(top: object) -> Person | None:
    """Return the reviewer whose state has become `requested_changes`, None where nobody's has.

    The change comes as `{previous, current}` or as a list of two lists.
    """
    changes = dig(top, "changes", "reviewers")
    before = reading.entries(changes, "previous") or reading.entries(changes, 0)
    after = reading.entries(changes, "current") or reading.entries(changes, 1)
    already = [person(entry) for entry in before if text(entry, "state") == "requested_changes"]
    known = frozenset([one for who in already if who for one in who.ids])
    for entry in after:
        who = person(entry)
        if who and text(entry, "state") == "requested_changes" and known.isdisjoint(who.ids):
            return who
    return None


def _known(top: object) -> list[Verdict]:
    """Read the reviewers' states; whoever approved without being asked need not be among them."""
    found = []
    for entry in reading.people(top, "reviewers"):
        who, opinion = person(entry), OPINIONS.get(text(entry, "state"))
        if who is not None and opinion is not None:
            found.append(Verdict(who, opinion))
    return found


def _readiness(top: object, found: PullRequest) -> Literal["ready", "draft"] | None:
    """`changes.draft` since https://gitlab.com/gitlab-org/gitlab/-/merge_requests/126899 , before only the title."""
    before = flag(top, "changes", "draft", "previous")
    if before is None:
        title = text(top, "changes", "title", "previous")
        before = is_draft_title(title) if title else found.is_draft
    if before == found.is_draft:
        return None
    return "draft" if found.is_draft else "ready"


def _note(delivery: str, top: Mapping[str, object]) -> PullRequestEvent | Ignored:
    attributes = reading.need_members(top, "object_attributes")
    found = _pull_request(reading.need_members(top, "merge_request"), top)
    if flag(attributes, "system"):
        return Ignored(delivery, "GitLab wrote this comment itself", found)
    if text(attributes, "action") not in ("", "create", "update"):
        return Ignored(delivery, "a comment that went away changes nothing", found)
    at = reading.latest(moment(attributes, "created_at"), moment(attributes, "updated_at"))
    comment = text(attributes, "note")
    return PullRequestEvent(delivery, "commented", found, person(dig(top, "user")), at, comment=comment)
