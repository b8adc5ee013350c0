"""A remote's URL -> which forge that is, where its API is and what it calls the project; asks nobody.

A forge is known by its host: the public ones, whatever a person's settings say, else a word in the host's name. A token
goes to no host that is not certain: to those that the person named for such a forge, and where none is named, to the
public one. Gitea has no such one host. Nor is a path certain that only an address names: others than the host's owner
may have written the address, and serve what is below such a path.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

from gitlink.forge import address
from gitlink.forge.address import Address
from gitlink.forge.model import Forge
from gitlink.transport.model import is_loopback

_PUBLIC: dict[str, tuple[Forge, str]] = {
    "github.com": ("github", "https://api.github.com"),
    "gitlab.com": ("gitlab", "https://gitlab.com/api/v4"),
    "bitbucket.org": ("bitbucket", "https://api.bitbucket.org/2.0"),
    "codeberg.org": ("gitea", "https://codeberg.org/api/v1"),
    "gitea.com": ("gitea", "https://gitea.com/api/v1"),
}
# Both have their token in one variable.
_FAMILIES: dict[Forge, Forge] = {"bitbucket-dc": "bitbucket"}
_WORDS: tuple[tuple[str, Forge], ...] = (
    ("gitlab", "gitlab"),
    ("gitea", "gitea"),
    ("forgejo", "gitea"),
    ("bitbucket", "bitbucket-dc"),
    ("stash", "bitbucket-dc"),
    ("github", "github"),
)
_API_PATHS: dict[Forge, str] = {
    "bitbucket": "/2.0",
    "bitbucket-dc": "/rest/api/latest",  # https://developer.atlassian.com/server/bitbucket/rest/
    "github": "/api/v3",  # https://docs.github.com/en/enterprise-server/rest/using-the-rest-api/getting-started-with-the-rest-api
    "gitlab": "/api/v4",
    "gitea": "/api/v1",
}
_DATA_CENTER_SSH_PORT = (
    7999  # https://confluence.atlassian.com/bitbucketserver/enable-ssh-access-to-git-repositories-776640358.html
)


@dataclass(frozen=True, slots=True)
class Known:
    """What a person says of a host; `api`: the base of its API, None where the forge's usual place will do."""

    forge: Forge
    api: str | None = None


@dataclass(frozen=True, slots=True)
class Remote:
    """A project on a forge. `host`: with its port where that is not the usual one; `api`: with no slash at its end.

    `is_certain`: the host is a public forge, or a person named it, and `api` is its usual place or the one that the
    person named; nothing else may be sent a token.
    """

    forge: Forge
    host: str
    api: str
    project: str
    is_certain: bool = True

    @property
    def owner(self) -> str:
        """What comes before the project's last name."""
        return self.project.rpartition("/")[0]

    @property
    def name(self) -> str:
        """The project's last name."""
        return self.project.rpartition("/")[2]


def recognise(url: str, known: Mapping[str, Known] | None = None) -> Remote | None:
    """Return what *url* leads to, None where that is no forge; *known*: what a person says, by `host` or `host:port`.

    A repository's own files must never be a source of *known*: they could send tokens anywhere.
    """
    place = address.read(url)
    return _at(place, known or {}) if place else None


def project_at(page: str, forge: Forge, project: str, known: Mapping[str, Known] | None = None) -> Remote | None:
    """Return *project* on the *forge* that serves *page*, of which the host alone counts; None where that is no such.

    Where its API is, only *known* and the forge's usual place say: a page's address is what somebody sent.
    """
    scheme, _, rest = page.partition("://")
    path = "/".join([quote(part, safe="") for part in project.split("/")])
    place = address.read(f"{scheme}://{rest.partition('/')[0]}/{path}")
    read = _at(place, known or {}, is_clone=False) if place and place.is_web else None
    return read if read and read.forge == forge else None


def usual_api(forge: Forge, host: str) -> str:
    """Return where the API of a forge on a host of one's own is, where nothing else is known."""
    return f"https://{host}{_API_PATHS[forge]}"


def _at(place: Address, known: Mapping[str, Known], *, is_clone: bool = True) -> Remote | None:
    """Return the project at *place*; *is_clone*: its path is that of a clone's URL, else the project's own name."""
    named = _named(place, known)
    if place.host in _PUBLIC:
        forge, api = _PUBLIC[place.host]
        others = {_FAMILIES.get(said.forge, said.forge) for said in known.values()}
        is_certain = named is not None or (forge != "gitea" and forge not in others)
        return _remote(forge, place.host, api, place.parts, is_certain=is_certain)
    if named is not None:
        host, said = named
        root, parts = _split(place, said.forge, said.api) if is_clone else ([], place.parts)
        return _self_hosted(place, host, said, root, parts)
    if place.host.endswith(".ghe.com"):
        # https://docs.github.com/en/enterprise-cloud@latest/admin/data-residency/about-github-enterprise-cloud-with-data-residency
        return _remote("github", place.host, f"https://api.{place.host}", place.parts, is_certain=False)
    guessed = _guess(place)
    if guessed is None:
        return None
    root, parts = _split(place, guessed, None) if is_clone else ([], place.parts)
    return _self_hosted(place, place.name, Known(guessed), root, parts, is_certain=False)


def pull_request_at(url: str, known: Mapping[str, Known] | None = None) -> tuple[Remote, int] | None:
    """Return project and number of the pull request that a page in the browser shows, None where it is no such page.

    `…/acme/app/pull/7` (GitHub), `…/pulls/7` (Gitea), `…/-/merge_requests/7` (GitLab), `…/pull-requests/7` (Bitbucket),
    with anything behind the number.
    """
    page = url.partition("?")[0].partition("#")[0]
    for mark in ("/-/merge_requests/", "/pull-requests/", "/pulls/", "/pull/"):
        project, found, rest = page.partition(mark)
        number = rest.partition("/")[0]
        if found and number.isascii() and number.isdigit() and 0 < len(number) < 19:
            read = recognise(_clone_url(project), known)
            return (read, int(number)) if read and int(number) else None
    return None


def _clone_url(project: str) -> str:
    """Return what a project's page in the browser is cloned from: Data Center has other paths for that."""
    before, mark, rest = project.partition("/projects/")
    key, repos, slug = rest.partition("/repos/")
    if mark and repos and "/" not in key:
        return f"{before}/scm/{key}/{slug}"
    before, mark, rest = project.partition("/users/")
    user, repos, slug = rest.partition("/repos/")
    return f"{before}/scm/~{user}/{slug}" if mark and repos and "/" not in user else project


def _guess(place: Address) -> Forge | None:
    if (place.is_web and "scm" in place.parts[:-2]) or (not place.is_web and place.port == _DATA_CENTER_SSH_PORT):
        return "bitbucket-dc"
    return next((forge for word, forge in _WORDS if word in place.host), None)


def _named(place: Address, known: Mapping[str, Known]) -> tuple[str, Known] | None:
    """Return what a person says of the place, and the web's host; SSH does not tell the web's port."""
    for name, said in known.items():
        host = name.lower()
        if host == place.name or (not place.is_web and host.startswith(f"{place.name}:")):
            return host, said
    return None


def _split(place: Address, forge: Forge, api: str | None) -> tuple[list[str], list[str]]:
    """Return the path under which the forge itself is served, and the project's: nothing where that is none."""
    parts = place.parts
    if not place.is_web:
        return [], parts
    if forge == "bitbucket-dc":
        at = len(parts) - 3
        return (parts[:at], parts[at + 1 :]) if at >= 0 and parts[at].lower() == "scm" else ([], [])
    if forge == "gitea":
        return parts[:-2], parts[-2:]
    root = _root_of(api) if forge == "gitlab" and api else []
    return root, parts[len(root) :] if parts[: len(root)] == root else []


def _self_hosted(
    place: Address, host: str, said: Known, root: list[str], parts: list[str], *, is_certain: bool = True
) -> Remote | None:
    """Return the project *parts* of a forge below *root*, which makes the place uncertain where no API is named.

    Plain HTTP is for this machine, and for what is asked without a token.
    """
    api = said.api
    if api is None:
        is_certain = is_certain and not root
        is_open = place.is_web and (not is_certain or is_loopback(f"http://{host}"))
        path = "".join([f"/{quote(part)}" for part in root])
        api = f"{place.scheme if is_open else 'https'}://{host}{path}{_API_PATHS[said.forge]}"
    return _remote(said.forge, host, api.rstrip("/"), parts, is_certain=is_certain)


def _root_of(api: str) -> list[str]:
    path = urlsplit(api).path.rstrip("/").removesuffix(_API_PATHS["gitlab"])
    return [unquote(part) for part in path.split("/") if part]


def _remote(forge: Forge, host: str, api: str, parts: list[str], *, is_certain: bool) -> Remote | None:
    if len(parts) < 2 or (forge != "gitlab" and len(parts) > 2):
        return None
    if forge == "bitbucket-dc" and not parts[0].startswith("~"):
        parts = [parts[0].upper(), *parts[1:]]  # the key of a project is written in lower case in clone URLs
    return Remote(forge, host, api, "/".join(parts), is_certain)
