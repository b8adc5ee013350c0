"""Deliveries of our own making, written by hand from the pages that `gitlink.forge` cites; all names are invented."""

import json
from typing import Any

from gitlink.forge.model import Forge

EVENT_HEADERS: dict[Forge, str] = {
    "bitbucket": "x-event-key",
    "bitbucket-dc": "x-event-key",
    "github": "x-github-event",
    "gitlab": "x-gitlab-event",
    "gitea": "x-gitea-event",
}
Delivery = tuple[dict[str, str], bytes]
Json = dict[str, Any]


def delivery(forge: Forge, event: str, body: Json) -> Delivery:
    """Return headers (lower-case names) and body."""
    return {EVENT_HEADERS[forge]: event, "content-type": "application/json"}, json.dumps(body).encode()


def _merged(base: Json, changes: Json) -> Json:
    """Lay *changes* over *base*, objects member by member; `...` takes a member away."""
    out = dict(base)
    for name, value in changes.items():
        if value is ...:
            out.pop(name, None)
        elif isinstance(value, dict) and isinstance(out.get(name), dict):
            out[name] = _merged(out[name], value)
        else:
            out[name] = value
    return out


def github(event: str, action: str, **changes: Any) -> Delivery:
    """A pull request of anna's, number 7; bert acts."""
    body: Json = {
        "action": action,
        "number": 7,
        "pull_request": {
            "number": 7,
            "state": "open",
            "title": "TEST-1 Add login",
            "body": "As asked.",
            "draft": False,
            "merged_at": None,
            "html_url": "https://github.com/acme/app/pull/7",
            "updated_at": "2026-01-02T03:04:05Z",
            "user": {"login": "anna", "id": 11, "type": "User"},
            "head": {"ref": "TEST-1-login", "sha": "a" * 40, "repo": {"full_name": "acme/app"}},
            "base": {"ref": "main", "repo": {"full_name": "acme/app"}},
        },
        "repository": {"full_name": "acme/app"},
        "sender": {"login": "bert", "id": 22, "type": "User"},
    }
    return delivery("github", event, _merged(body, changes))


def github_review(action: str, state: str, **changes: Any) -> Delivery:
    """bert reviews."""
    review = {
        "id": 5,
        "state": state,
        "body": None,
        "commit_id": "a" * 40,
        "submitted_at": "2026-01-02T03:04:00Z",
        "user": {"login": "bert", "id": 22, "type": "User"},
    }
    return github("pull_request_review", action, **_merged({"review": review}, changes))


def github_comment(event: str, action: str, **changes: Any) -> Delivery:
    """bert comments, in the conversation or on a line."""
    comment = {
        "id": 9,
        "body": "See TEST-2",
        "created_at": "2026-01-02T03:04:06Z",
        "updated_at": "2026-01-02T03:04:07Z",
    }
    issue = {
        "number": 7,
        "title": "TEST-1 Add login",
        "body": None,
        "state": "open",
        "html_url": "https://github.com/acme/app/pull/7",
        "user": {"login": "anna", "id": 11, "type": "User"},
        "pull_request": {"html_url": "https://github.com/acme/app/pull/7", "merged_at": None},
    }
    return github(event, action, **_merged({"comment": comment, "issue": issue}, changes))


def gitlab(action: str, **changes: Any) -> Delivery:
    """A merge request of anna's, number 7; bert acts."""
    body: Json = {
        "object_kind": "merge_request",
        "user": {"id": 22, "name": "Bert", "username": "bert", "email": "[REDACTED]"},
        "project": {"id": 1, "path_with_namespace": "acme/web/app"},
        "object_attributes": {
            "id": 700,
            "iid": 7,
            "title": "TEST-1 Add login",
            "description": None,
            "state": "opened",
            "draft": False,
            "author_id": 11,
            "source_branch": "TEST-1-login",
            "target_branch": "main",
            "source": {"path_with_namespace": "acme/web/app"},
            "target": {"path_with_namespace": "acme/web/app"},
            "last_commit": {"id": "a" * 40},
            "url": "https://gitlab.com/acme/web/app/-/merge_requests/7",
            "updated_at": "2026-01-02 03:04:05 UTC",
            "action": action,
        },
        "changes": {},
        "reviewers": [],
    }
    return delivery("gitlab", "Merge Request Hook", _merged(body, changes))


def gitlab_reviewers(*states: str) -> list[Json]:
    """bert, carl and dora as reviewers, each in one of *states*."""
    people = [(22, "bert"), (33, "carl"), (44, "dora")]
    return [
        {"id": number, "username": name, "name": name.title(), "state": state, "re_requested": False}
        for (number, name), state in zip(people, states, strict=False)
    ]


def gitlab_note(**changes: Any) -> Delivery:
    """bert comments."""
    body: Json = {
        "object_kind": "note",
        "user": {"id": 22, "username": "bert"},
        "project": {"path_with_namespace": "acme/web/app"},
        "object_attributes": {
            "note": "See TEST-2",
            "noteable_type": "MergeRequest",
            "action": "create",
            "system": False,
            "created_at": "2026-01-02 03:04:05 UTC",
            "url": "https://gitlab.com/acme/web/app/-/merge_requests/7#note_1",
        },
        "merge_request": {
            "iid": 7,
            "title": "Draft: Add login",
            "description": "",
            "source_branch": "TEST-1-login",
            "target_branch": "main",
            "author_id": 11,
            "state": "opened",
        },
    }
    return delivery("gitlab", "Note Hook", _merged(body, changes))


def cloud(key: str, **changes: Any) -> Delivery:
    """A pull request of anna's on Bitbucket Cloud, number 7; bert acts."""
    anna = {"type": "user", "nickname": "anna", "account_id": "a-11", "uuid": "{11}", "display_name": "Anna A"}
    bert = {"type": "user", "nickname": "bert", "account_id": "a-22", "uuid": "{22}", "display_name": "Bert B"}
    body: Json = {
        "actor": bert,
        "repository": {"full_name": "acme/app"},
        "pullrequest": {
            "id": 7,
            "title": "TEST-1 Add login",
            "description": "",
            "state": "OPEN",
            "author": anna,
            "source": {
                "branch": {"name": "TEST-1-login"},
                "commit": {"hash": "a" * 12},
                "repository": {"full_name": "acme/app"},
            },
            "destination": {"branch": {"name": "main"}, "repository": {"full_name": "acme/app"}},
            "participants": [],
            "links": {"html": {"href": "https://bitbucket.org/acme/app/pull-requests/7"}},
            "updated_on": "2026-01-02T03:04:05.000001+00:00",
        },
    }
    return delivery("bitbucket", key, _merged(body, changes))


def data_center(key: str, **changes: Any) -> Delivery:
    """A pull request of anna's on Bitbucket Data Center, number 7; bert acts."""
    repository = {"slug": "app", "project": {"key": "PRJ"}}
    body: Json = {
        "eventKey": key,
        "date": "2026-01-02T03:04:05+0000",
        "actor": {"name": "bert", "id": 22, "displayName": "Bert B", "type": "NORMAL", "slug": "bert"},
        "pullRequest": {
            "id": 7,
            "version": 3,
            "title": "TEST-1 Add login",
            "state": "OPEN",
            "draft": False,
            "author": {"user": {"name": "anna", "id": 11, "type": "NORMAL"}, "role": "AUTHOR"},
            "fromRef": {
                "id": "refs/heads/TEST-1-login",
                "displayId": "TEST-1-login",
                "latestCommit": "a" * 40,
                "repository": repository,
            },
            "toRef": {"id": "refs/heads/main", "displayId": "main", "repository": repository},
            "reviewers": [],
            "participants": [],
            "links": {"self": [{"href": "https://bitbucket.example.com/projects/PRJ/repos/app/pull-requests/7"}]},
        },
    }
    return delivery("bitbucket-dc", key, _merged(body, changes))


def data_center_review(key: str, status: str, **changes: Any) -> Delivery:
    """bert reviews."""
    bert = {"name": "bert", "id": 22, "displayName": "Bert B", "type": "NORMAL", "slug": "bert"}
    participant = {"user": bert, "role": "REVIEWER", "status": status, "lastReviewedCommit": "a" * 40}
    return data_center(key, **_merged({"participant": participant, "previousStatus": "UNAPPROVED"}, changes))


def gitea(event: str, action: str, **changes: Any) -> Delivery:
    """A pull request of anna's, number 7; bert acts."""
    body: Json = {
        "action": action,
        "number": 7,
        "pull_request": {
            "number": 7,
            "title": "TEST-1 Add login",
            "body": "",
            "state": "open",
            "merged": False,
            "html_url": "https://codeberg.org/acme/app/pulls/7",
            "updated_at": "2026-01-02T03:04:05Z",
            "user": {"id": 11, "login": "anna"},
            "head": {"ref": "TEST-1-login", "sha": "a" * 40, "repo": {"full_name": "acme/app"}},
            "base": {"ref": "main", "repo": {"full_name": "acme/app"}},
        },
        "repository": {"full_name": "acme/app"},
        "sender": {"id": 22, "login": "bert", "full_name": "Bert B"},
    }
    return delivery("gitea", event, _merged(body, changes))


def gitea_comment(action: str, **changes: Any) -> Delivery:
    """bert comments in the conversation, as Gitea has it: without the pull request itself."""
    issue = {"number": 7, "title": "TEST-1 Add login", "state": "open", "user": {"id": 11, "login": "anna"}}
    comment = {
        "id": 9,
        "body": "See TEST-2",
        "created_at": "2026-01-02T03:04:06Z",
        "updated_at": "2026-01-02T03:04:06Z",
    }
    members = {"issue": issue, "comment": comment, "is_pull": True, "pull_request": ..., "number": ...}
    return gitea("issue_comment", action, **_merged(members, changes))


def all_of_them() -> list[tuple[Forge, Delivery]]:
    """One of each shape, to be mutated."""
    changed = {
        "reviewers": {"previous": gitlab_reviewers("unreviewed"), "current": gitlab_reviewers("requested_changes")}
    }
    return [
        ("github", github("pull_request", "opened")),
        ("github", github_review("submitted", "approved")),
        ("github", github_comment("issue_comment", "created")),
        ("github", github_comment("pull_request_review_comment", "created")),
        ("gitlab", gitlab("approved", reviewers=gitlab_reviewers("approved", "requested_changes"))),
        ("gitlab", gitlab("update", changes=changed)),
        ("gitlab", gitlab_note()),
        ("bitbucket", cloud("pullrequest:approved", approval={"date": "2026-01-02T03:04:05+00:00"})),
        ("bitbucket", cloud("pullrequest:comment_created", comment={"content": {"raw": "See TEST-2"}})),
        ("bitbucket-dc", data_center_review("pr:reviewer:approved", "APPROVED")),
        ("bitbucket-dc", data_center("pr:modified", previousDraft=True)),
        ("gitea", gitea("pull_request", "edited", changes={"title": {"from": "WIP: Add login"}})),
        ("gitea", gitea("pull_request_rejected", "reviewed", review={"content": "No"})),
        ("gitea", gitea_comment("created")),
    ]
