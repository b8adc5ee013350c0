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


def parse(forge: Forge, headers: Mapping[str, str], body: bytes) -> PullRequestEvent | Ignored:
    """Return what an authentic delivery tells of a pull request, or why nothing follows from it.

    *headers*: lower-case names. Raises `reading.Malformed` where a body that should tell of one cannot be read.
    """
    return _PARSERS[forge](headers, body)
