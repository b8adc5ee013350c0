"""Bitbucket Cloud's deliveries, and its pull requests as JSON.

https://support.atlassian.com/bitbucket-cloud/docs/event-payloads/ ; the body does not repeat the event: only the header
tells an approval from its removal. `pullrequest:rejected` means declined, not a verdict.
"""

from collections.abc import Mapping

from gitlink.forge import reading
from gitlink.forge.model import Ignored, Opinion, Person, PullRequest, PullRequestEvent, State, Verdict, Word
from gitlink.forge.reading import brief, dig, flag, moment, text

# The verdicts: https://developer.atlassian.com/cloud/bitbucket/announcement-new-request-changes-webhooks/
_WORDS: dict[str, Word] = {
    "created": "opened",
    "updated": "updated",
    "push": "updated",
    "approved": "approved",
    "unapproved": "unapproved",
    "changes_request_created": "changes_requested",
    "changes_request_removed": "unapproved",
    "fulfilled": "merged",
    "rejected": "declined",
    "comment_created": "commented",
    "comment_updated": "commented",
}
_OPINIONS: dict[str, Opinion] = {
    "approved": "approved",
    "unapproved": "approval_withdrawn",
    "changes_request_created": "changes_requested",
    "changes_request_removed": "rejection_withdrawn",
}
# What a body holds beside the pull request, by what its event's name begins with.
_MEMBERS = {"approv": "approval", "unapprov": "approval", "changes_request": "changes_request", "comment": "comment"}
_STATES: dict[str, State] = {"MERGED": "merged", "DECLINED": "declined", "SUPERSEDED": "declined"}


def parse(headers: Mapping[str, str], body: bytes) -> PullRequestEvent | Ignored:
    """Return what a delivery tells; *headers*: lower-case names; raises Malformed."""
    delivery = reading.delivery_id(headers, ("x-request-uuid",), body)
    key = headers.get("x-event-key", "")
    kind, _, name = key.partition(":")
    if kind != "pullrequest":
        return Ignored(delivery, f"`{reading.clean(key)[:60]}` tells of no pull request")
    top = reading.parse(reading.document(headers, body))
    found = pull_request(reading.need_members(top, "pullrequest"), reading.need_text(top, "repository", "full_name"))
    word = _WORDS.get(name)
    if word is None:
        return Ignored(delivery, f"`{reading.clean(name)[:60]}` changes nothing that counts", found)
    if _is_of_another_event(top, name, word, found):
        return Ignored(delivery, f"its header says `{name}`, and its body does not", found)
    # What takes an approval back may carry the approval's own time; the pull request's is newer then.
    times = [
        ("approval", "date"),
        ("changes_request", "date"),
        ("comment", "updated_on"),
        ("pullrequest", "updated_on"),
    ]
    at = reading.latest(*[moment(top, *path) for path in times])
    return PullRequestEvent(
        delivery,
        word,
        found,
        person(dig(top, "actor")),
        at,
        verdict=_verdict(top, _OPINIONS[name], found) if name in _OPINIONS else None,
        known=tuple(verdicts(found.raw)),
        is_complete="participants" in found.raw,
        comment=text(top, "comment", "content", "raw") if word == "commented" else None,
    )


def pull_request(top: Mapping[str, object], repository: str) -> PullRequest:
    """Read a pull request.

    https://developer.atlassian.com/cloud/bitbucket/rest/api-group-pullrequests/
    """
    return PullRequest(
        forge="bitbucket",
        repository=repository,
        number=reading.need_number(top, "id"),
        title=text(top, "title"),
        description=text(top, "description") or text(top, "summary", "raw"),
        source_branch=text(top, "source", "branch", "name") or None,
        target_branch=text(top, "destination", "branch", "name") or None,
        head_oid=brief(top, "source", "commit", "hash") or None,
        url=text(top, "links", "html", "href"),
        author=person(dig(top, "author")),
        state=_STATES.get(text(top, "state"), "open"),
        says_open=text(top, "state") == "OPEN",
        is_draft=flag(top, "draft") is True,
        source_repository=text(top, "source", "repository", "full_name") or None,
        raw=top,
    )


def person(json: object) -> Person | None:
    """Read a user; names are no ids (nicknames are not unique), but the oldest payloads hold nothing else.

    https://developer.atlassian.com/cloud/bitbucket/bitbucket-api-changes-gdpr/ ; `app_user` is no person:
    https://api.bitbucket.org/swagger.json
    """
    login = brief(json, "nickname") or brief(json, "username") or brief(json, "display_name")
    kinds = [kind for kind in ("account_id", "uuid", "username") if brief(json, kind)]
    if not login and not kinds:
        return None
    ids = frozenset([f"{kind}:{brief(json, kind)}" for kind in kinds] or [f"login:{login}"])
    return Person(login or brief(json, kinds[0]), ids, brief(json, "display_name"), text(json, "type") == "app_user")


def verdicts(top: object) -> list[Verdict]:
    """Read everybody's verdict from a pull request's participants; old payloads have `approved` and no `state`."""
    found = []
    for entry in reading.people(top, "participants"):
        who, state = person(dig(entry, "user")), text(entry, "state")
        opinion: Opinion | None = "changes_requested" if state == "changes_requested" else None
        if state == "approved" or flag(entry, "approved"):
            opinion = "approved"
        if who is not None and opinion is not None:
            found.append(Verdict(who, opinion, moment(entry, "participated_on")))
    return found


def _is_of_another_event(top: Mapping[str, object], name: str, word: Word, found: PullRequest) -> bool:
    """Whether the body cannot be of the event that the header names: no signature covers the header."""
    own = next((member for start, member in _MEMBERS.items() if name.startswith(start)), None)
    has_anothers = any([member in top for member in _MEMBERS.values() if member != own])
    return has_anothers or (word in ("merged", "declined") and found.state != word)


def _verdict(top: Mapping[str, object], opinion: Opinion, found: PullRequest) -> Verdict:
    who = person(dig(top, "actor"))
    if who is None:
        raise reading.malformed("`actor` is missing: nobody knows whose verdict this is")
    at = moment(top, "approval", "date") or moment(top, "changes_request", "date")
    if at is None or opinion not in ("approved", "changes_requested"):
        at = reading.latest(at, moment(top, "pullrequest", "updated_on"))
    return Verdict(who, opinion, at, found.head_oid)
