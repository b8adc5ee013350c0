"""Settings of a person or a CI: option, environment, `git config gitlink.*` (clone, then user), default; who said so.

A repository's files are no source here: nothing in them can choose a host that a token goes to. `.gitlink` is not read.
A clone's own `.git/config` counts, for it comes with no clone or checkout; a bare repository among the checked-out
files does, so its `config` does not count (`safe.bareRepository`, Git 2.38). A token of the environment goes to the
host that these settings name; one of a credential helper only to the host and the organization it was stored for.
"""

import os
import string
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from gitlink import credentials as helpers
from gitlink import plumbing
from gitlink.core.policy import parse_entries
from gitlink.core.text import printable, shell_quote
from gitlink.credentials import Account
from gitlink.errors import AuthError, GitError, SettingsError
from gitlink.state import DEFAULT_BASE_URL
from gitlink.tracker.access import ORG_PAGE, Credentials
from gitlink.transport.model import is_private, origin

URL, ORG, CLOUD = "gitlink.apiBaseUrl", "gitlink.orgId", "gitlink.cloudOrgId"
USER_RANK = 5
_VARIABLES = {URL: "TRACKER_API_BASE_URL", ORG: "TRACKER_ORG_ID", CLOUD: "TRACKER_CLOUD_ORG_ID"}
_TOKENS = (("TRACKER_TOKEN", False), ("TRACKER_IAM_TOKEN", True))
# What a URL of plain letters holds; another one could be read as another host by another reader.
_URL_LETTERS = frozenset(string.ascii_letters + string.digits + ":/.-_~[]")


@dataclass(frozen=True, slots=True)
class Setting:
    """A value, where it came from, the command that takes it away there, and its rank: the lowest counts."""

    value: str
    source: str
    undo: str | None = None
    rank: int = 0

    @property
    def shown(self) -> str:
        """The value, fit to be printed: of an address, nothing that could be a password."""
        return origin(self.value) if "/" in self.value or "@" in self.value else printable(self.value)


@dataclass(frozen=True, slots=True)
class Token:
    """A token and where it came from."""

    value: str = field(repr=False)
    is_iam: bool
    source: str


def read(environ: Mapping[str, str]) -> dict[str, Setting]:
    """Return the settings there are, by their key in Git's configuration."""
    found = {URL: Setting(DEFAULT_BASE_URL, "the default", rank=9)}
    found.update(_stored())
    for key, variable in _VARIABLES.items():
        if environ.get(variable):
            found[key] = Setting(environ[variable], variable, f"unset {variable}", 1)
    return found


def user_account() -> Account | None:
    """Return the account that `remember` wrote, None where it wrote none or it cannot be used."""
    found = {URL: Setting(DEFAULT_BASE_URL, "the default"), **_stored("--global")}
    try:
        return account(found)
    except SettingsError:
        return None


def account(found: Mapping[str, Setting]) -> Account:
    """Return the host and the organization that *found* names; raises SettingsError with what is missing or wrong.

    The organization that was said closer at hand counts; said at the same place, that of Yandex 360, as in
    https://yandex.ru/support/tracker/ru/api-ref/access .
    """
    _check_host(found[URL])
    ranked = sorted([(found[key].rank, key != ORG, key) for key in (ORG, CLOUD) if key in found])
    if not ranked:
        raise SettingsError(
            "no organization for Tracker",
            why="neither TRACKER_ORG_ID (Yandex 360) nor TRACKER_CLOUD_ORG_ID (Yandex Cloud) is set, nor is one in"
            f" Git's configuration; its id is on {ORG_PAGE}",
            fix="git config --global gitlink.orgId ID",
        )
    key = ranked[0][2]
    _check_organization(found[key], key)
    return Account(found[URL].value, found[key].value, is_cloud=key == CLOUD)


def token(environ: Mapping[str, str], whose: Account | None) -> Token | None:
    """Return the token: the environment's, else the credential helpers' for *whose*, who are asked only then."""
    for variable, is_iam in _TOKENS:
        if environ.get(variable):
            return Token(environ[variable], is_iam, variable)
    for is_iam in (False, True):
        held = helpers.fill(whose, is_iam=is_iam) if whose else None
        if held:
            return Token(held, is_iam, "Git's credential helper")
    return None


def credentials(environ: Mapping[str, str]) -> Credentials:
    """Return who asks; raises AuthError or SettingsError with what is missing."""
    return identify(environ)[0]


def identify(environ: Mapping[str, str]) -> tuple[Credentials, Token]:
    """Return who asks, and the token with where it came from; raises as `credentials` does."""
    found = read(environ)
    whose = account(found) if ORG in found or CLOUD in found else None
    held = token(environ, whose)
    if held is None:
        raise AuthError(
            "no token for Tracker",
            why="neither TRACKER_TOKEN (OAuth) nor TRACKER_IAM_TOKEN is set, and Git's credential helper holds none"
            + (f" for organization {whose.org_id} at {origin(whose.base_url)}" if whose else ""),
            fix="gitlink login",
        )
    return of(whose or account(found), held), held


def of(whose: Account, held: Token) -> Credentials:
    """Return *held* as what a request is signed with."""
    is_stored = held.source not in dict(_TOKENS)
    return Credentials(whose.base_url, held.value, whose.org_id, held.is_iam, whose.is_cloud, is_stored)


def to_remember(whose: Account) -> dict[str, str | None]:
    """Return what the user's Git configuration is to say of *whose*; None: nothing."""
    is_default = whose.base_url.rstrip("/") == DEFAULT_BASE_URL
    return {
        URL: None if is_default else whose.base_url,
        ORG: None if whose.is_cloud else whose.org_id,
        CLOUD: whose.org_id if whose.is_cloud else None,
    }


def remember(entries: Mapping[str, str | None]) -> None:
    """Write *entries* to the user's Git configuration, those that are None away; raises SettingsError if it cannot."""
    for key, value in entries.items():
        words = ("--unset-all", key) if value is None else ("--replace-all", key, value)
        status, _ = plumbing.run("config", "--global", *words)
        # 5: there was nothing to unset (git-config(1)).
        if status and not (value is None and status == 5):
            why = f"`git config --global` ended with {status}"
            fix = f"git config --global {' '.join(shell_quote(word) for word in words)}"
            raise SettingsError("the user's Git configuration cannot be written", where=key, why=why, fix=fix)


def language(environ: Mapping[str, str]) -> str:
    """Return the language names come in: `ru` for a Russian locale, else `en`."""
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if environ.get(variable):
            return "ru" if environ[variable].lower().startswith("ru") else "en"
    return "en"


def _stored(*scope: str) -> dict[str, Setting]:
    """Return what Git's configuration holds, the closest scope first in rank."""
    pattern = r"^gitlink\.(apibaseurl|orgid|cloudorgid)$"
    words = ("config", *scope, "--show-scope", "-z", "--get-regexp", pattern)
    status, listing = plumbing.run(*_somewhere(), "-c", "safe.bareRepository=explicit", *words)
    if status not in (0, 1):
        raise GitError("git cannot read its configuration here", why="there is an error in it", fix="git config --list")
    places, entries = listing.split(b"\0")[:-1:2], listing.split(b"\0")[1::2]
    found = {}
    for place, (name, value) in zip(places, parse_entries(b"\0".join(entries)), strict=True):
        key = next(known for known in _VARIABLES if known.lower() == name)
        if value:
            found[key] = _placed(key, value, place.decode())
    return found


def _somewhere() -> tuple[str, ...]:
    """Return where Git is to stand: here, or at the root where the folder one stands in is gone."""
    try:
        os.getcwd()
    except OSError:
        return ("-C", os.sep)
    return ()


def _placed(key: str, value: str, place: str) -> Setting:
    if place == "command":
        return Setting(value, f"git -c {key}", rank=2)
    rank = {"worktree": 3, "local": 4, "global": USER_RANK}.get(place, 6)
    return Setting(value, f"git config --{place} {key}", f"git config --{place} --unset-all {key}", rank)


def _check_host(base: Setting) -> None:
    """Raise SettingsError unless a token may go there: HTTPS, or HTTP that never leaves this machine."""
    parts = None
    try:
        parts = urlsplit(base.value)
        is_host = (
            bool(parts.hostname) and (parts.port is None or parts.port > 0) and _URL_LETTERS.issuperset(base.value)
        )
    except ValueError:
        is_host = False
    if parts is None or not is_host or parts.scheme not in ("https", "http"):
        why = "it must look like `https://host` and hold neither a user name, a password nor a query"
        raise SettingsError(f"`{base.shown}` is no address of an API", where=base.source, why=why, fix=base.undo)
    if not is_private(base.value):
        raise SettingsError(
            f"no token is sent to `{origin(base.value)}`",
            where=base.source,
            why="over plain HTTP everyone on the way reads it; only this machine is spoken to like that",
            fix=base.undo,
        )


def _check_organization(organization: Setting, key: str) -> None:
    word = organization.value
    if not (word.isascii() and word.isprintable()) or " " in word or word.startswith("-"):
        raise SettingsError(
            f"`{printable(word)}` is no organization's id",
            where=organization.source,
            why=f"it stands on {ORG_PAGE}",
            fix={0: organization.undo, 1: f"export {organization.source}=ID"}.get(
                organization.rank, f"git config --global {key} ID"
            ),
        )
