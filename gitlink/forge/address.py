"""A remote's URL taken apart as Git does it: scheme, host, port and the parts of its path.

https://git-scm.com/docs/git-clone (GIT URLS).
"""

from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

_SCHEMES = {"https": 443, "http": 80, "ssh": 22, "git+ssh": 22, "ssh+git": 22, "git": 9418}
# The second hosts: https://docs.github.com/en/authentication/troubleshooting-ssh/using-ssh-over-the-https-port ,
# https://docs.gitlab.com/user/gitlab_com/#alternative-ssh-port ,
# https://support.atlassian.com/bitbucket-cloud/docs/configure-ssh-and-two-step-verification/
_ALIASES = {
    "ssh.github.com": "github.com",
    "www.github.com": "github.com",
    "altssh.gitlab.com": "gitlab.com",
    "altssh.bitbucket.org": "bitbucket.org",
}


@dataclass(frozen=True, slots=True)
class Address:
    """Where a remote is. `port`: None for the scheme's usual one; `parts`: of the path, decoded, `.git` cut off."""

    scheme: str
    host: str
    port: int | None
    parts: list[str] = field(default_factory=list)

    @property
    def is_web(self) -> bool:
        """Whether a browser would go there."""
        return self.scheme in ("http", "https")

    @property
    def name(self) -> str:
        """Host and port as settings name them; the port of SSH says nothing about the web's."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}" if self.port and self.is_web else host


def read(url: str) -> Address | None:
    """Take a remote's URL apart, None for a path, `file://` and what Git would not take."""
    if not url.isprintable() or " " in url or "\\" in url:
        return None
    scheme, separator, rest = url.partition("://")
    if not separator:
        return _scp_like(url)
    scheme = scheme.lower()
    if scheme not in _SCHEMES:
        return None
    try:
        split = urlsplit(f"//{rest.partition('?')[0].partition('#')[0]}")
        host, port = split.hostname or "", split.port
    except ValueError:
        return None
    return _checked("ssh" if "ssh" in scheme else scheme, host, None if port == _SCHEMES[scheme] else port, split.path)


def _scp_like(url: str) -> Address | None:
    """`[user@]host:path`: a colon before any slash; a single letter before it is a drive of Windows."""
    place = url.rpartition("@")[2] if "@" in url.partition("/")[0] else url
    if place.startswith("["):
        inside, bracket, path = place[1:].partition("]:")
        host, colon, port = inside.partition(":") if inside.count(":") == 1 else (inside, "", "")
        if not bracket or (colon and not port.isdecimal()):
            return None
        return _checked("ssh", host, int(port[:6]) if port else None, path)
    host, colon, path = place.partition(":")
    if not colon or "/" in host or len(host) < 2:
        return None
    return _checked("ssh", host, None, path)


def _checked(scheme: str, host: str, port: int | None, path: str) -> Address | None:
    host = host.lower().rstrip(".")
    host = _ALIASES.get(host, host)
    if not host or not all([char.isalnum() or char in "-._:" for char in host]):
        return None
    parts = [unquote(part, errors="replace") for part in path.strip("/").split("/")]
    parts[-1] = parts[-1].removesuffix(".git") if parts[-1] != ".git" else ""
    is_odd = any([not part or part in (".", "..") or not part.isprintable() or "/" in part for part in parts])
    return None if is_odd else Address(scheme, host, port, parts)
