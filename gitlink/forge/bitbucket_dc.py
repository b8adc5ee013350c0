"""Bitbucket Data Center's deliveries, and its pull requests as JSON.

https://confluence.atlassian.com/bitbucketserver/event-payload-938025882.html
"""

from collections.abc import Mapping
from typing import Literal

from gitlink.forge import reading
from gitlink.forge.model import Ignored, Opinion, Person, PullRequest, PullRequestEvent, State, Verdict, Word
from gitlink.forge.reading import brief, dig, flag, moment, text

_WORDS: dict[str, Word] = {
    "pr:opened": "opened",
    "pr:reopened": "opened",
    "pr:from_ref_updated": "updated",
    "pr:modified": "updated",
    "pr:reviewer:approved": "approved",
    "pr:reviewer:needs_work": "changes_requested",
    "pr:reviewer:changes_requested": "changes_requested",
    "pr:reviewer:unapproved": "unapproved",
    "pr:merged": "merged",
    "pr:declined": "declined",
    "pr:deleted": "declined",
    "pr:comment:added": "commented",
    "pr:comment:edited": "commented",
}
_STATES: dict[str, State] = {"MERGED": "merged", "DECLINED": "declined"}
# Still `NEEDS_WORK` where the screens say "changes requested" (8.10 and later).
_STATUSES: dict[str, Word] = {"APPROVED": "approved", "NEEDS_WORK": "changes_requested", "UNAPPROVED": "unapproved"}
_OPINIONS: dict[Word, Opinion] = {
    "approved": "approved",
    "unapproved": "withdrawn",
    "changes_requested": "changes_requested",
}


def parse(headers: Mapping[str, str], body: bytes) -> PullRequestEvent | Ignored:
    """Return what a delivery tells; *headers*: lower-case names; raises Malformed."""
    delivery = reading.delivery_id(headers, ("x-request-id",), body)
    key = headers.get("x-event-key", "")
    if not key.startswith("pr:"):
        return Ignored(delivery, f"`{reading.clean(key)[:60]}` tells of no pull request")
    top = reading.parse(reading.document(headers, body))
    found = pull_request(reading.need_members(top, "pullRequest"))
    word, at, verdict = _WORDS.get(key), moment(top, "date"), None
    if word is None:
        return Ignored(delivery, f"`{reading.clean(key)[:60]}` changes nothing that counts", found)
    if _is_of_another_event(top, key, found):
        return Ignored(delivery, f"its header says `{key}`, and its body does not", found)
    if word in _OPINIONS:
        # The status is the truth: the key of a rejection has changed its name.
        word = _STATUSES.get(text(top, "participant", "status"), word)
        verdict = _verdict(top, _OPINIONS[word])
    return PullRequestEvent(
        delivery,
        word,
        found,
        person(dig(top, "actor")),
        at,
        verdict,
        known=tuple(verdicts(found.raw)),
        is_complete="reviewers" in found.raw,
        readiness=_readiness(top, found) if key == "pr:modified" else None,
        comment=text(top, "comment", "text") if word == "commented" else None,
    )


def pull_request(top: Mapping[str, object]) -> PullRequest:
    """Read a pull request; a member that is empty may be missing.

    https://developer.atlassian.com/server/bitbucket/rest/v906/api-group-pull-requests/
    """
    return PullRequest(
        forge="bitbucket-dc",
        repository=_repository(reading.need_members(top, "toRef", "repository")),
        number=reading.need_number(top, "id"),
        title=text(top, "title"),
        description=text(top, "description"),
        source_branch=_branch(top, "fromRef"),
        target_branch=_branch(top, "toRef"),
        head_oid=brief(top, "fromRef", "latestCommit") or None,
        url=text(top, "links", "self", 0, "href"),
        author=person(dig(top, "author", "user")),
        state=_STATES.get(text(top, "state"), "open"),
        says_open=text(top, "state") == "OPEN" or (not text(top, "state") and flag(top, "open") is True),
        is_draft=flag(top, "draft") is True,
        source_repository=_repository(members) if (members := reading.members(top, "fromRef", "repository")) else None,
        raw=top,
    )


def person(json: object) -> Person | None:
    """Read a user. https://developer.atlassian.com/server/bitbucket/rest/v906/api-group-permission-management/"""
    login = brief(json, "name") or brief(json, "slug")
    if not login:
        return None
    number = reading.number(json, "id")
    ids = frozenset([f"id:{number}" if number else f"name:{login.lower()}"])
    return Person(login, ids, brief(json, "displayName"), text(json, "type") == "SERVICE")


def verdicts(top: object) -> list[Verdict]:
    """Read everybody's verdict from a pull request's reviewers and participants."""
    found = []
    for entry in reading.people(top, "reviewers") + reading.people(top, "participants"):
        who, word = person(dig(entry, "user")), _STATUSES.get(text(entry, "status"), "unapproved")
        if who is not None and word != "unapproved":
            found.append(Verdict(who, _OPINIONS[word], None, brief(entry, "lastReviewedCommit") or None))
    return found


def _is_of_another_event(top: object, key: str, found: PullRequest) -> bool:
    """Whether the body cannot be of the event that the header names: no signature covers the header.

    By what it means: of a rejection the header may have the old name and the body the new one.
    """
    is_no_end = key in ("pr:merged", "pr:declined") and found.state != _WORDS[key]
    said = text(top, "eventKey")
    return is_no_end or (said != "" and _WORDS.get(said, said) != _WORDS[key])


def _verdict(top: Mapping[str, object], opinion: Opinion) -> Verdict:
    who = person(dig(top, "participant", "user")) or person(dig(top, "actor"))
    if who is None:
        raise reading.malformed("`participant.user` is missing: nobody knows whose verdict this is")
    return Verdict(who, opinion, moment(top, "date"), brief(top, "participant", "lastReviewedCommit") or None)


def _readiness(top: object, found: PullRequest) -> Literal["ready", "draft"] | None:
    before = flag(top, "previousDraft")
    if before is None or before == found.is_draft:
        return None
    return "draft" if found.is_draft else "ready"


def _repository(top: Mapping[str, object]) -> str:
    return f"{reading.need_text(top, 'project', 'key')}/{reading.need_text(top, 'slug')}"


def _branch(top: object, side: str) -> str | None:
    """Return the branch of one side, None for a tag: a pull request can come from one."""
    ref = text(top, side, "id")
    if ref and not ref.startswith("refs/heads/"):
        return None
    return ref.removeprefix("refs/heads/") or text(top, side, "displayId") or None
