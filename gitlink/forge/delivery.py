"""Any forge's delivery into our words."""

from collections.abc import Mapping

from gitlink.forge import bitbucket_cloud, bitbucket_dc, gitea, github, gitlab
from gitlink.forge.model import Forge, Ignored, PullRequestEvent

_PARSERS = {
    "bitbucket": bitbucket_cloud.parse,
    "bitbucket-dc": bitbucket_dc.parse,
    "github": github.parse,
    "gitlab": gitlab.parse,
    "gitea": gitea.parse,
}


def sender(headers: Mapping[str, str]) -> Forge | None:
    """Return the forge that a delivery's headers are of, None where they do not tell; *headers*: lower-case names.

    Gitea and Forgejo send GitHub's too: services/webhook/deliver.go in Gitea's source. Bitbucket's two share
    `X-Event-Key`: https://support.atlassian.com/bitbucket-cloud/docs/event-payloads/ ,
    https://confluence.atlassian.com/bitbucketserver/event-payload-938025882.html
    """
    event = headers.get("x-event-key", "")
    if "x-gitea-event" in headers or "x-forgejo-event" in headers:
        return "gitea"
    if "x-gitlab-event" in headers:
        return "gitlab"
    if event.startswith("pr:"):
        return "bitbucket-dc"
    if event.startswith("pullrequest:") or (event and "x-hook-uuid" in headers):
        return "bitbucket"
    return "github" if "x-github-event" in headers else None


def parse(forge: Forge, headers: Mapping[str, str], body: bytes) -> PullRequestEvent | Ignored:
    """Return what an authentic delivery tells of a pull request, or why nothing follows from it.

    *headers*: lower-case names. Raises `reading.Malformed` where a body that should tell of one cannot be read.
    """
    return _PARSERS[forge](headers, body)
