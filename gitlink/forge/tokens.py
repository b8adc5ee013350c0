"""Which token goes to which forge, and to its host alone.

Variables: those of gitlink's reference; the CIs' own, which say what host and API the job's token is for:
https://docs.github.com/en/actions/reference/workflows-and-actions/variables ,
https://docs.gitlab.com/ci/variables/predefined_variables/ , https://forgejo.org/docs/latest/user/actions/reference/ .
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from gitlink.errors import AuthError
from gitlink.forge.model import FORGES, Forge
from gitlink.forge.remote import Known, Remote
from gitlink.redact import learn

_VARIABLES: dict[Forge, tuple[str, ...]] = {
    "github": ("GITHUB_TOKEN", "GH_TOKEN"),
    "gitlab": ("GITLAB_TOKEN",),
    "bitbucket": ("BITBUCKET_TOKEN",),
    "bitbucket-dc": ("BITBUCKET_TOKEN",),
    "gitea": ("GITEA_TOKEN",),
}
# One variable serves both Bitbuckets: without a host of its own, it is the cloud's.
_EMAIL = "BITBUCKET_EMAIL"
_GITEA_CI = ("GITEA_ACTIONS", "FORGEJO_ACTIONS")


@dataclass(frozen=True, slots=True)
class Token:
    """A secret, and the variable it came from. `email`: then it is the password of this account (Bitbucket Cloud)."""

    forge: Forge
    variable: str
    value: str = field(repr=False)
    email: str | None = None

    def __post_init__(self) -> None:
        for secret in (self.value, *self.headers().values()):
            learn(secret.rpartition(" ")[2])
        for text in (self.value, self.email or ""):
            if not text.isascii() or not text.isprintable() or " " in text:
                raise AuthError(
                    f"`{self.variable}` holds what no token can hold",
                    why="a token is one word of Latin letters, digits and signs",
                    fix=f"set `{self.variable}` anew",
                )

    def headers(self) -> dict[str, str]:
        """Return the header that says whose request it is.

        https://docs.gitlab.com/api/rest/authentication/ , https://docs.gitea.com/development/api-usage ,
        https://support.atlassian.com/bitbucket-cloud/docs/using-api-tokens/ , others: `Bearer`.
        """
        if self.forge == "gitlab":
            return {"PRIVATE-TOKEN": self.value}
        if self.forge == "gitea":
            return {"Authorization": f"token {self.value}"}
        if self.forge == "bitbucket" and self.email:
            pair = base64.b64encode(f"{self.email}:{self.value}".encode()).decode()
            return {"Authorization": f"Basic {pair}"}
        return {"Authorization": f"Bearer {self.value}"}


def token_for(remote: Remote, environ: Mapping[str, str]) -> Token | None:
    """Return the token that may be sent to *remote*'s API, None where there is none or the host is only guessed."""
    if not remote.is_certain:
        return None
    names = _VARIABLES[remote.forge]
    if remote.forge == "gitea" and is_gitea_ci(environ):
        names = (*names, "GITHUB_TOKEN")
    if remote.forge == "github" and is_gitea_ci(environ):
        names = ("GH_TOKEN",)
    for name in names:
        value = environ.get(name, "").strip()
        if value:
            email = environ.get(_EMAIL, "").strip() or None if remote.forge == "bitbucket" else None
            return Token(remote.forge, name, value, email)
    return None


def variable_of(forge: Forge) -> str:
    """Return the environment variable that a token of *forge* is put into."""
    return _VARIABLES[forge][0]


def known_hosts(entries: Mapping[str, str], environ: Mapping[str, str]) -> dict[str, Known]:
    """Return what settings and a CI say of hosts, by `host` or `host:port`.

    *entries*: Git's configuration (a person's, not a repository's file), keys as Git prints them:
    `gitlink.<host>.forge` and `gitlink.<host>.api`.
    """
    found = _of_ci(environ)
    for key, value in entries.items():
        host, dot, name = key.removeprefix("gitlink.").rpartition(".")
        forge = next((one for one in FORGES if one == value.strip().lower()), None)
        if key.startswith("gitlink.") and dot and name == "forge" and forge:
            found[host.lower()] = Known(forge, entries.get(f"gitlink.{host}.api") or None)
    return found


def is_gitea_ci(environ: Mapping[str, str]) -> bool:
    """Whether the job runs in Gitea's or Forgejo's Actions, which set GitHub's variables for themselves."""
    return any([environ.get(name) for name in _GITEA_CI])


def _of_ci(environ: Mapping[str, str]) -> dict[str, Known]:
    pairs: tuple[tuple[str, str, Forge], ...] = (
        ("GITHUB_SERVER_URL", "GITHUB_API_URL", "gitea" if is_gitea_ci(environ) else "github"),
        ("CI_SERVER_URL", "CI_API_V4_URL", "gitlab"),
    )
    found = {}
    for server, api, forge in pairs:
        try:
            host = urlsplit(environ.get(server, "")).netloc.rpartition("@")[2].lower()
        except ValueError:
            continue
        if host:
            found[host] = Known(forge, environ.get(api) or None)
    return found
