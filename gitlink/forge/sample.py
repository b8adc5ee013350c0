"""A delivery that looks like each forge's own, of a pull request whose text was changed: what proves a service works.

It holds only what the parsers read; nobody's verdict is in it, so that nothing moves. Shapes: the pages cited in each
forge's module.
"""

import base64
import hashlib
import hmac
import json
import uuid

from gitlink.forge.model import Forge

REPOSITORY = "gitlink/doctor"
_AT = "2026-01-02T03:04:05Z"
_AT_MS = 1767323045000


def sample(forge: Forge, number: int, branch: str, url: str, secret: str) -> tuple[dict[str, str], bytes]:
    """Return headers and body of a delivery about pull request *number* from *branch*, signed with *secret*."""
    top = _BODIES[forge](number, branch, url)
    body = json.dumps(top).encode()
    name = str(uuid.uuid4())
    headers = {"Content-Type": "application/json", "User-Agent": "gitlink-doctor", **_HEADERS[forge](name)}
    return {**headers, **_signed(forge, name, body, secret)}, body


def _signed(forge: Forge, name: str, body: bytes, secret: str) -> dict[str, str]:
    digest = hmac.new(secret.encode("utf-8", "surrogateescape"), body, hashlib.sha256).hexdigest()
    if forge == "github":
        return {"X-Hub-Signature-256": f"sha256={digest}"}
    if forge == "gitea":
        return {"X-Gitea-Signature": digest}
    if forge != "gitlab":
        return {"X-Hub-Signature": f"sha256={digest}"}
    if not secret.startswith("whsec_"):
        return {"X-Gitlab-Token": secret}
    key = base64.b64decode(secret.removeprefix("whsec_") + "==")
    message = f"{name}.{_AT_MS // 1000}.".encode() + body
    signature = base64.b64encode(hmac.new(key, message, hashlib.sha256).digest()).decode()
    return {
        "webhook-id": name,
        "webhook-timestamp": str(_AT_MS // 1000),
        "webhook-signature": f"v1,{signature}",
    }


def _github(number: int, branch: str, url: str) -> object:
    return {
        "action": "edited",
        "number": number,
        "pull_request": {
            "number": number,
            "title": "gitlink doctor",
            "state": "open",
            "html_url": url,
            "head": {"ref": branch},
            "base": {"ref": "main"},
            "updated_at": _AT,
        },
        "repository": {"full_name": REPOSITORY},
        "sender": {"login": "gitlink-doctor"},
    }


def _gitlab(number: int, branch: str, url: str) -> object:
    return {
        "object_kind": "merge_request",
        "project": {"path_with_namespace": REPOSITORY},
        "object_attributes": {
            "iid": number,
            "title": "gitlink doctor",
            "state": "opened",
            "url": url,
            "source_branch": branch,
            "target_branch": "main",
            "action": "update",
            "updated_at": _AT,
        },
    }


def _bitbucket(number: int, branch: str, url: str) -> object:
    return {
        "repository": {"full_name": REPOSITORY},
        "pullrequest": {
            "id": number,
            "title": "gitlink doctor",
            "state": "OPEN",
            "links": {"html": {"href": url}},
            "source": {"branch": {"name": branch}},
            "destination": {"branch": {"name": "main"}},
            "updated_on": _AT,
        },
    }


def _bitbucket_dc(number: int, branch: str, url: str) -> object:
    project, _, slug = REPOSITORY.partition("/")
    place = {"slug": slug, "project": {"key": project}}
    return {
        "date": _AT_MS,
        "pullRequest": {
            "id": number,
            "title": "gitlink doctor",
            "state": "OPEN",
            "links": {"self": [{"href": url}]},
            "fromRef": {"id": f"refs/heads/{branch}", "displayId": branch, "repository": place},
            "toRef": {"id": "refs/heads/main", "displayId": "main", "repository": place},
        },
    }


_BODIES = {
    "github": _github,
    "gitea": _github,
    "gitlab": _gitlab,
    "bitbucket": _bitbucket,
    "bitbucket-dc": _bitbucket_dc,
}
_HEADERS = {
    "github": lambda name: {"X-GitHub-Event": "pull_request", "X-GitHub-Delivery": name},
    "gitea": lambda name: {"X-Gitea-Event": "pull_request", "X-Gitea-Delivery": name},
    "gitlab": lambda name: {"X-Gitlab-Event": "Merge Request Hook", "Idempotency-Key": name},
    "bitbucket": lambda name: {"X-Event-Key": "pullrequest:updated", "X-Request-UUID": name, "X-Hook-UUID": name},
    "bitbucket-dc": lambda name: {"X-Event-Key": "pr:modified", "X-Request-Id": name},
}
