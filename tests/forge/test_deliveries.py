"""Deliveries into our words: first what nothing follows from."""

from datetime import UTC, datetime
from typing import Any

import pytest

from gitlink.forge import delivery
from gitlink.forge.model import Forge, Ignored, PullRequestEvent
from gitlink.forge.reading import Malformed
from tests.forge import samples
from tests.forge.samples import Delivery, cloud, data_center, data_center_review, gitea, github, gitlab

GONE = {"head": {"repo": None}, "user": None}


def event(forge: Forge, sent: Delivery) -> PullRequestEvent:
    """Return what *sent* must be understood as."""
    read = delivery.parse(forge, *sent)
    assert isinstance(read, PullRequestEvent), read
    return read


@pytest.mark.parametrize(
    ("forge", "sent"),
    [
        pytest.param("github", ({"x-github-event": "ping"}, b"\xff"), id="a ping, whatever its body"),
        pytest.param("github", ({"x-github-event": "push"}, b"{}"), id="a push"),
        pytest.param("github", ({}, b"{}"), id="no event at all"),
        pytest.param(
            "github", samples.github_comment("issue_comment", "created", issue={"pull_request": ...}), id="issue"
        ),
        pytest.param("gitlab", ({"x-gitlab-event": "Push Hook"}, b"{}"), id="a push to GitLab"),
        pytest.param(
            "gitlab", samples.gitlab_note(object_attributes={"noteable_type": "Issue"}), id="a note on an issue"
        ),
        pytest.param(
            "gitlab", samples.delivery("gitlab", "System Hook", {"event_name": "project_create"}), id="system"
        ),
        pytest.param("bitbucket", ({"x-event-key": "repo:push"}, b""), id="a push to Bitbucket"),
        pytest.param("bitbucket-dc", ({"x-event-key": "diagnostics:ping"}, b'{"test": true}'), id="connection test"),
        pytest.param("gitea", ({"x-gitea-event": "push"}, b"{}"), id="Gitea's test delivery"),
        pytest.param("gitea", samples.gitea_comment("created", is_pull=False), id="a comment on an issue of Gitea"),
    ],
)
def test_what_tells_of_no_pull_request(forge: Forge, sent: Delivery) -> None:
    read = delivery.parse(forge, *sent)
    assert isinstance(read, Ignored)
    assert read.pull_request is None
    assert read.reason


@pytest.mark.parametrize(
    ("forge", "sent"),
    [
        pytest.param("github", github("pull_request", "labeled"), id="a label"),
        pytest.param("github", github("pull_request", "review_requested"), id="a review asked for"),
        pytest.param("github", github("pull_request", "closed"), id="closed, and open all the same"),
        pytest.param("github", samples.github_review("edited", "approved"), id="a review's text edited"),
        pytest.param("github", samples.github_review("submitted", "pending"), id="a review not yet given"),
        pytest.param("github", samples.github_comment("issue_comment", "deleted"), id="a comment deleted"),
        pytest.param("github", github("pull_request_review_thread", "resolved"), id="a thread resolved"),
        pytest.param("gitlab", gitlab(""), id="no action"),
        pytest.param("gitlab", samples.gitlab_note(object_attributes={"system": True}), id="GitLab's own words"),
        pytest.param("gitlab", samples.gitlab_note(object_attributes={"action": "delete"}), id="a note deleted"),
        pytest.param("bitbucket", cloud("pullrequest:comment_resolved"), id="a comment resolved"),
        pytest.param("bitbucket-dc", data_center("pr:reviewer:updated"), id="reviewers changed"),
        pytest.param("gitea", gitea("pull_request", "label_updated"), id="a label on Gitea"),
        pytest.param("gitea", gitea("pull_request", "review_requested"), id="a review asked for on Gitea"),
        pytest.param("gitea", samples.gitea_comment("deleted"), id="a comment deleted on Gitea"),
    ],
)
def test_what_changes_nothing_still_names_its_pull_request(forge: Forge, sent: Delivery) -> None:
    read = delivery.parse(forge, *sent)
    assert isinstance(read, Ignored)
    assert read.pull_request is not None
    assert read.pull_request.number == 7


@pytest.mark.parametrize(
    ("forge", "sent", "word"),
    [
        ("github", github("pull_request", "opened"), "opened"),
        ("github", github("pull_request", "reopened"), "opened"),
        ("github", github("pull_request", "synchronize"), "updated"),
        ("github", github("pull_request", "edited", pull_request=GONE), "updated"),
        ("github", github("pull_request", "closed", pull_request={"state": "closed", "merged": True}), "merged"),
        ("github", github("pull_request", "closed", pull_request={"state": "closed", "merged": False}), "declined"),
        ("github", samples.github_review("submitted", "approved"), "approved"),
        ("github", samples.github_review("submitted", "changes_requested"), "changes_requested"),
        ("github", samples.github_review("submitted", "commented"), "commented"),
        ("github", samples.github_review("dismissed", "dismissed"), "unapproved"),
        ("github", samples.github_comment("issue_comment", "created"), "commented"),
        ("github", samples.github_comment("pull_request_review_comment", "edited"), "commented"),
        ("gitlab", gitlab("open"), "opened"),
        ("gitlab", gitlab("reopen"), "opened"),
        ("gitlab", gitlab("update"), "updated"),
        ("gitlab", gitlab("close", object_attributes={"state": "closed"}), "declined"),
        ("gitlab", gitlab("merge", object_attributes={"state": "merged"}), "merged"),
        ("gitlab", gitlab("approval"), "approved"),
        ("gitlab", gitlab("approved"), "approved"),
        ("gitlab", gitlab("unapproval"), "unapproved"),
        ("gitlab", gitlab("unapproved"), "unapproved"),
        ("gitlab", samples.gitlab_note(), "commented"),
        ("bitbucket", cloud("pullrequest:created"), "opened"),
        ("bitbucket", cloud("pullrequest:updated"), "updated"),
        ("bitbucket", cloud("pullrequest:push"), "updated"),
        ("bitbucket", cloud("pullrequest:approved"), "approved"),
        ("bitbucket", cloud("pullrequest:unapproved"), "unapproved"),
        ("bitbucket", cloud("pullrequest:changes_request_created"), "changes_requested"),
        ("bitbucket", cloud("pullrequest:changes_request_removed"), "unapproved"),
        ("bitbucket", cloud("pullrequest:fulfilled", pullrequest={"state": "MERGED"}), "merged"),
        ("bitbucket", cloud("pullrequest:rejected", pullrequest={"state": "DECLINED"}), "declined"),
        ("bitbucket", cloud("pullrequest:comment_created", comment={"content": {"raw": "See TEST-2"}}), "commented"),
        ("bitbucket-dc", data_center("pr:opened"), "opened"),
        ("bitbucket-dc", data_center("pr:from_ref_updated"), "updated"),
        ("bitbucket-dc", data_center_review("pr:reviewer:approved", "APPROVED"), "approved"),
        ("bitbucket-dc", data_center_review("pr:reviewer:needs_work", "NEEDS_WORK"), "changes_requested"),
        ("bitbucket-dc", data_center_review("pr:reviewer:changes_requested", "NEEDS_WORK"), "changes_requested"),
        ("bitbucket-dc", data_center_review("pr:reviewer:unapproved", "UNAPPROVED"), "unapproved"),
        ("bitbucket-dc", data_center("pr:merged", pullRequest={"state": "MERGED"}), "merged"),
        ("bitbucket-dc", data_center("pr:declined", pullRequest={"state": "DECLINED"}), "declined"),
        ("bitbucket-dc", data_center("pr:deleted"), "declined"),
        ("bitbucket-dc", data_center("pr:comment:added", comment={"text": "See TEST-2"}), "commented"),
        ("gitea", gitea("pull_request", "opened"), "opened"),
        ("gitea", gitea("pull_request", "synchronized"), "updated"),
        ("gitea", gitea("pull_request", "closed", pull_request={"state": "closed", "merged": True}), "merged"),
        ("gitea", gitea("pull_request", "closed", pull_request={"state": "closed"}), "declined"),
        ("gitea", gitea("pull_request_approved", "reviewed"), "approved"),
        ("gitea", gitea("pull_request_rejected", "reviewed"), "changes_requested"),
        ("gitea", gitea("pull_request_comment", "reviewed", review={"content": "Hm"}), "commented"),
        ("gitea", samples.gitea_comment("created"), "commented"),
    ],
)
def test_every_event_in_our_words(forge: Forge, sent: Delivery, word: str) -> None:
    read = event(forge, sent)
    found = read.pull_request
    assert (read.event, found.forge, found.number) == (word, forge, 7)
    assert found.repository in ("acme/app", "acme/web/app", "PRJ/app")
    assert found.source_branch in ("TEST-1-login", None)
    assert read.actor is not None
    assert read.actor.login == "bert"
    assert read.moment is not None
    assert (read.verdict is not None) == (word in ("approved", "unapproved", "changes_requested"))
    if read.verdict is not None:
        assert read.verdict.person.is_same(read.actor)
        assert not read.verdict.person.is_same(found.author)


@pytest.mark.parametrize(("forge", "sent"), samples.all_of_them())
def test_whether_the_forge_calls_it_open_or_says_nothing(forge: Forge, sent: Delivery) -> None:
    assert event(forge, sent).pull_request.says_open
    for unsaid in (b'"open"', b'"opened"', b'"OPEN"'):
        sent = (sent[0], sent[1].replace(b'"state": ' + unsaid, b'"state": null'))
    read = event(forge, sent).pull_request
    assert (read.state, read.says_open) == ("open", False)


def test_a_pull_request_whole() -> None:
    read = event("github", github("pull_request", "opened")).pull_request
    assert read.title == "TEST-1 Add login"
    assert read.description == "As asked."
    assert (read.source_branch, read.target_branch) == ("TEST-1-login", "main")
    assert read.head_oid == "a" * 40
    assert read.url == "https://github.com/acme/app/pull/7"
    assert read.author is not None
    assert read.author.login == "anna"
    assert read.source_repository == "acme/app"


def test_a_deleted_fork_and_a_deleted_account_are_no_obstacle() -> None:
    read = event("github", github("pull_request", "opened", pull_request=GONE, sender=None))
    assert read.pull_request.author is None
    assert read.pull_request.source_repository is None
    assert read.actor is None


def test_a_tag_is_no_source_branch() -> None:
    refs = {"fromRef": {"id": "refs/tags/v1", "displayId": "v1"}}
    assert event("bitbucket-dc", data_center("pr:opened", pullRequest=refs)).pull_request.source_branch is None


def test_a_comment_brings_its_words() -> None:
    for forge, sent in [
        ("github", samples.github_comment("issue_comment", "created")),
        ("gitlab", samples.gitlab_note()),
        ("bitbucket", cloud("pullrequest:comment_created", comment={"content": {"raw": "See TEST-2"}})),
        ("bitbucket-dc", data_center("pr:comment:added", comment={"text": "See TEST-2"})),
        ("gitea", samples.gitea_comment("created")),
    ]:
        assert event(forge, sent).comment == "See TEST-2"  # type: ignore[arg-type]


def test_a_comment_on_forgejo_brings_the_branches_along() -> None:
    whole: dict[str, Any] = {"head": {"ref": "TEST-1-login"}, "title": "TEST-1 Add login"}
    assert (
        event("gitea", samples.gitea_comment("created", pull_request=whole)).pull_request.source_branch
        == "TEST-1-login"
    )


def test_drafts_and_what_becomes_of_them() -> None:
    draft = {"draft": True}
    opened = event("github", github("pull_request", "opened", pull_request=draft))
    assert opened.pull_request.is_draft
    assert not opened.is_opening
    assert event("github", github("pull_request", "opened")).is_opening
    ready = event("github", github("pull_request", "ready_for_review"))
    assert (ready.event, ready.readiness, ready.is_opening) == ("updated", "ready", True)
    assert event("github", github("pull_request", "converted_to_draft", pull_request=draft)).readiness == "draft"


@pytest.mark.parametrize(
    ("forge", "sent", "readiness"),
    [
        ("gitlab", gitlab("update", changes={"draft": {"previous": True, "current": False}}), "ready"),
        ("gitlab", gitlab("update", changes={"title": {"previous": "Draft: Add login"}}), "ready"),
        ("gitlab", gitlab("update", changes={"title": {"previous": "Add login"}}), None),
        (
            "gitlab",
            gitlab(
                "update",
                object_attributes={"draft": ..., "title": "[Draft] Add login"},
                changes={"title": {"previous": "Add login"}},
            ),
            "draft",
        ),
        ("bitbucket-dc", data_center("pr:modified", previousDraft=True), "ready"),
        ("bitbucket-dc", data_center("pr:modified", previousDraft=False), None),
        ("bitbucket-dc", data_center("pr:modified", previousDraft=False, pullRequest={"draft": True}), "draft"),
        ("bitbucket-dc", data_center("pr:modified", previousTitle="Add login"), None),
        ("gitea", gitea("pull_request", "edited", changes={"title": {"from": "WIP: Add login"}}), "ready"),
        (
            "gitea",
            gitea(
                "pull_request",
                "edited",
                pull_request={"title": "[WIP] Add login"},
                changes={"title": {"from": "Add login"}},
            ),
            "draft",
        ),
        ("gitea", gitea("pull_request", "edited", changes={"body": {"from": ""}}), None),
    ],
)
def test_a_draft_that_becomes_ready_and_back(forge: Forge, sent: Delivery, readiness: str | None) -> None:
    read = event(forge, sent)
    assert (read.event, read.readiness) == ("updated", readiness)


@pytest.mark.parametrize("shape", [{"previous": 0, "current": 1}, [0, 1]])
def test_gitlab_tells_of_requested_changes_in_two_shapes(shape: Any) -> None:
    sides = [
        samples.gitlab_reviewers("reviewed", "unreviewed"),
        samples.gitlab_reviewers("requested_changes", "unreviewed"),
    ]
    changed = (
        {name: sides[at] for name, at in shape.items()} if isinstance(shape, dict) else [sides[at] for at in shape]
    )
    read = event("gitlab", gitlab("update", changes={"reviewers": changed}, reviewers=sides[1]))
    assert read.event == "changes_requested"
    assert read.verdict is not None
    assert read.verdict.person.login == "bert"
    assert [(one.person.login, one.opinion) for one in read.known] == [("bert", "changes_requested")]
    assert not read.is_complete


def test_a_rejection_that_is_still_there_is_no_new_one() -> None:
    sides = [samples.gitlab_reviewers("requested_changes", "unreviewed"), samples.gitlab_reviewers("requested_changes")]
    changed = {"reviewers": {"previous": sides[0], "current": sides[1]}}
    assert event("gitlab", gitlab("update", changes=changed)).event == "updated"


@pytest.mark.parametrize("action", ["unapproved", "unapproval", "update"])
def test_a_push_takes_approvals_away_whatever_the_action(action: str) -> None:
    reset = {"system": True, "system_action": "code_owner_approvals_reset_on_push"}
    read = event("gitlab", gitlab(action, object_attributes=reset))
    assert (read.event, read.drops_approvals, read.verdict) == ("unapproved", True, None)


def test_gitlab_names_its_author_only_where_the_delivery_does() -> None:
    unknown = event("gitlab", gitlab("open")).pull_request.author
    assert unknown is not None
    anna = {"id": 11, "username": "anna", "name": "Anna"}
    named = event("gitlab", gitlab("open", user=anna)).pull_request.author
    assert named is not None
    assert named.login == "anna"
    assert named.is_same(unknown)


def test_bitbucket_says_what_everybody_thinks() -> None:
    people = [
        {"user": {"nickname": "bert", "account_id": "a-22"}, "approved": True, "state": "approved"},
        {"user": {"nickname": "carl", "account_id": "a-33"}, "approved": False, "state": "changes_requested"},
        {"user": {"nickname": "dora", "account_id": "a-44"}, "approved": False, "state": None},
        {"user": {"username": "emil"}, "approved": True},
        {"user": None, "approved": True},
    ]
    read = event("bitbucket", cloud("pullrequest:updated", pullrequest={"participants": people}))
    assert [(one.person.login, one.opinion) for one in read.known] == [
        ("bert", "approved"),
        ("carl", "changes_requested"),
        ("emil", "approved"),
    ]
    assert read.is_complete
    reviewers = [
        {"user": {"name": "bert", "id": 22}, "status": "APPROVED"},
        {"user": {"name": "carl", "id": 33}, "status": "NEEDS_WORK"},
        {"user": {"name": "dora", "id": 44}, "status": "UNAPPROVED"},
        {"user": None, "status": "APPROVED"},
    ]
    read = event("bitbucket-dc", data_center("pr:opened", pullRequest={"reviewers": reviewers}))
    assert [(one.person.login, one.opinion) for one in read.known] == [
        ("bert", "approved"),
        ("carl", "changes_requested"),
    ]


def test_what_takes_an_approval_back_is_newer_than_the_approval() -> None:
    approval = {"date": "2026-01-01T00:00:00+00:00"}
    read = event("bitbucket", cloud("pullrequest:unapproved", approval=approval))
    assert read.verdict is not None
    assert read.verdict.moment == read.moment == datetime(2026, 1, 2, 3, 4, 5, 1, UTC)
    given = event("bitbucket", cloud("pullrequest:approved", approval=approval)).verdict
    assert given is not None
    assert given.moment == datetime(2026, 1, 1, tzinfo=UTC)
    dismissed = event("github", samples.github_review("dismissed", "dismissed"))
    assert dismissed.moment == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert event("github", samples.github_review("submitted", "approved")).moment == datetime(
        2026, 1, 2, 3, 4, tzinfo=UTC
    )


@pytest.mark.parametrize(
    ("forge", "sent"),
    [
        (
            "github",
            samples.github_review("submitted", "approved", review={"user": {"login": "x[bot]", "type": "User"}}),
        ),
        ("github", samples.github_review("submitted", "approved", review={"user": {"login": "x", "type": "Bot"}})),
        ("gitlab", gitlab("approved", user={"id": 5, "username": "project_12_bot_0a1b"})),
        ("gitlab", gitlab("approved", user={"id": 5, "username": "group_12_bot1"})),
        ("gitlab", gitlab("approved", user={"id": 5, "username": "service_account_group_12_0a1b"})),
        ("bitbucket", cloud("pullrequest:approved", actor={"type": "app_user"})),
        (
            "bitbucket-dc",
            data_center_review("pr:reviewer:approved", "APPROVED", participant={"user": {"type": "SERVICE"}}),
        ),
    ],
)
def test_bots_are_known(forge: Forge, sent: Delivery) -> None:
    verdict = event(forge, sent).verdict
    assert verdict is not None
    assert verdict.person.is_bot


def test_who_is_called_like_a_bot_is_none() -> None:
    for name in ("project_bot", "project_x_bot", "group_12_robot", "bot"):
        verdict = event("gitlab", gitlab("approved", user={"id": 5, "username": name})).verdict
        assert verdict is not None
        assert not verdict.person.is_bot


@pytest.mark.parametrize(
    ("forge", "sent"),
    [
        ("github", ({"x-github-event": "pull_request"}, b"")),
        ("github", ({"x-github-event": "pull_request"}, b"[]")),
        ("github", ({"x-github-event": "pull_request"}, b"[" * 100_000)),
        ("github", github("pull_request", "opened", pull_request=...)),
        ("github", github("pull_request", "opened", repository={"full_name": 1})),
        ("github", github("pull_request", "opened", pull_request={"number": True})),
        ("github", github("pull_request", "opened", pull_request={"number": 2**63})),
        ("github", github("pull_request", "")),
        ("github", samples.github_review("submitted", "approved", review={"user": None})),
        ("gitlab", samples.delivery("gitlab", "Merge Request Hook", {"text": "a template of one's own"})),
        ("gitlab", gitlab("approved", user=None)),
        ("gitlab", gitlab("open", object_attributes=...)),
        ("bitbucket", cloud("pullrequest:approved", actor=None)),
        ("bitbucket", cloud("pullrequest:created", repository=...)),
        ("bitbucket-dc", data_center("pr:opened", pullRequest={"toRef": ...})),
        ("bitbucket-dc", data_center_review("pr:reviewer:approved", "APPROVED", participant=None, actor=None)),
        ("gitea", gitea("pull_request", "opened", number=..., pull_request={"number": ...})),
        ("gitea", gitea("pull_request_approved", "reviewed", sender=None)),
        ("gitea", gitea("pull_request", "")),
    ],
)
def test_what_cannot_be_understood_is_one_error(forge: Forge, sent: Delivery) -> None:
    with pytest.raises(Malformed) as caught:
        delivery.parse(forge, *sent)
    assert caught.value.why


@pytest.mark.parametrize(
    ("forge", "header"),
    [
        ("github", "x-github-delivery"),
        ("gitlab", "idempotency-key"),
        ("gitlab", "webhook-id"),
        ("bitbucket", "x-request-uuid"),
        ("bitbucket-dc", "x-request-id"),
        ("gitea", "x-gitea-delivery"),
    ],
)
def test_the_deliverys_id(forge: Forge, header: str) -> None:
    sent = next(sent for name, sent in samples.all_of_them() if name == forge)
    assert delivery.parse(forge, {**sent[0], header: "abc-1"}, sent[1]).delivery == "abc-1"
    unnamed = delivery.parse(forge, {**sent[0], "x-gitlab-event-uuid": "shared"}, sent[1]).delivery
    assert unnamed.startswith("body-")
    assert unnamed == delivery.parse(forge, *sent).delivery


def test_the_form_that_github_and_gitea_offer() -> None:
    from urllib.parse import urlencode

    headers, body = github("pull_request", "opened", pull_request={"title": "TEST-1 & 100 % Ж"})
    form = {**headers, "content-type": "application/x-www-form-urlencoded; charset=utf-8"}
    read = delivery.parse("github", form, urlencode({"payload": body}).encode())
    assert isinstance(read, PullRequestEvent)
    assert read.pull_request.title == "TEST-1 & 100 % Ж"
    for bad in (b"", b"other=1", b"\xff", b"&".join([b"a=1"] * 200)):
        with pytest.raises(Malformed):
            delivery.parse("github", form, bad)


def test_text_that_no_database_takes_is_made_fit() -> None:
    headers, body = github("pull_request", "opened", pull_request={"title": "a\0b \ud83d c \ud83d\ude00"})
    read = delivery.parse("github", headers, body)
    assert isinstance(read, PullRequestEvent)
    assert read.pull_request.title == "a\ufffdb \ufffd c 😀"
