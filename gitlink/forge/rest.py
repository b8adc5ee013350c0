"""Turns a question to a forge into a request and an answer into a value or an error with a name; opens no socket."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Generic, TypeVar
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from gitlink.core.text import printable, shell_quote, shorten
from gitlink.errors import AuthError, ForgeRefused, GitlinkError, SettingsError
from gitlink.forge import reading
from gitlink.forge.model import Forge
from gitlink.forge.remote import Remote, usual_api
from gitlink.forge.tokens import Token, variable_of
from gitlink.redact import MOST_MESSAGES, plain, read_json, redact, told, without
from gitlink.transport.model import NoAnswer, Request, Response, is_private, origin

T = TypeVar("T")
NAMES: dict[Forge, str] = {
    "bitbucket": "Bitbucket",
    "bitbucket-dc": "Bitbucket Data Center",
    "github": "GitHub",
    "gitlab": "GitLab",
    "gitea": "Gitea",
}
_ACCEPT: dict[Forge, dict[str, str]] = {
    # https://docs.github.com/en/rest/about-the-rest-api/api-versions
    "github": {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"},
}


@dataclass(frozen=True, slots=True)
class Ask(Generic[T]):
    """One question. `path`: after the API's base; `to` completes "GitHub refused to …"; `read`: the JSON's meaning.

    `body`: JSON to send; `is_repeatable`: doing it twice is the same as doing it once; `already`: what a refusal (400)
    says where it is so already.
    """

    at: Remote
    method: str
    path: str
    to: str
    read: Callable[[object], T]
    query: Mapping[str, str] = field(default_factory=dict)
    body: object = None
    is_repeatable: bool = False
    already: str = ""

    @property
    def is_read(self) -> bool:
        return self.method == "GET"

    @property
    def where(self) -> str:
        """Method, path and host, fit to be printed."""
        return printable(f"{self.method} {self.path} at {origin(self.at.api)}")


def path(*parts: str | int) -> str:
    """Join *parts*, each encoded: a branch or a project may hold anything.

    Raises ForgeRefused for one that would lead elsewhere: a dot stays one, however it is encoded (RFC 3986, 6.2.2.3).
    """
    if any([part in (".", "..", "") for part in parts]):
        raise ForgeRefused("a forge is not asked for a thing without a name", status=404, why="`.` and `..` are none")
    return "/" + "/".join([quote(str(part), safe="~") for part in parts])


def request(ask: Ask[T], token: Token | None) -> Request:
    """Return *ask* as the request to send; the token goes along only to a host that is certain.

    Raises SettingsError where others could read the token on its way.
    """
    url = ask.at.api + ask.path + ("?" + urlencode(ask.query) if ask.query else "")
    headers = {"Accept": "application/json", **_ACCEPT.get(ask.at.forge, {})}
    if token is not None and ask.at.is_certain and token.forge == ask.at.forge:
        if not is_private(url):
            raise _overheard(ask, token)
        headers |= token.headers()
    body = None
    if ask.body is not None:
        headers["Content-Type"] = "application/json"
        body = json.dumps(ask.body).encode("ascii")
    return Request(ask.method, url, headers, body, ask.is_repeatable, ask.at.api)


def _overheard(ask: Ask[T], token: Token) -> SettingsError:
    api = shell_quote(usual_api(ask.at.forge, ask.at.host))
    return SettingsError(
        f"`{token.variable}` is not sent to `{origin(ask.at.api)}`",
        where=ask.where,
        why="over plain HTTP everyone on the way reads it; only this machine is spoken to like that",
        fix=f"git config --global {shell_quote(f'gitlink.{ask.at.host}.api')} {api}",
    )


def answer(ask: Ask[T], response: Response, token: Token | None) -> object:
    """Return the JSON of a good answer, None for an empty one; raise what a bad one means.

    A token that the answer repeats is blotted out first: much of an answer is printed.
    """
    if token is not None:
        response = replace(response, body=without(response.body, token.value))
    if response.status == 401:
        raise _unauthorized(ask, token)
    if response.status == 429 or response.status >= 500 or _is_throttled(response):
        raise _unusable(ask, response)
    if response.status == 400 and ask.already and ask.already in _told(response.body):
        return None
    if response.status >= 400:
        raise _refusal(ask, response, token)
    if not response.body.strip():
        return None
    try:
        return read_json(response.body, token.value if token else "")
    except (ValueError, RecursionError):
        raise _unusable(ask, response) from None


def next_page(ask: Ask[T], response: Response, parsed: object) -> Ask[T] | None:
    """Return the question for the next page, None on the last one.

    Only the query of a link is taken, so that no link can lead a token elsewhere. A `Link` header:
    https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api , https://docs.gitlab.com/api/rest/
    (Gitea's is the same); `next` and `nextPageStart` in the body: Bitbucket's two.
    """
    query = None
    if ask.at.forge == "bitbucket":
        query = _query_of(reading.text(parsed, "next"))
    elif ask.at.forge == "bitbucket-dc":
        start = reading.number(parsed, "nextPageStart")
        is_last = reading.flag(parsed, "isLastPage") is not False
        query = {"start": str(start)} if start and not is_last else None
    else:
        query = _query_of(_linked(response.headers.get("link", "")))
    if not query or {**ask.query, **query} == dict(ask.query):
        return None
    return replace(ask, query={**ask.query, **query})


def _linked(header: str) -> str:
    for link in header.split(","):
        target, *parameters = link.split(";")
        if any(part.replace('"', "").replace(" ", "").lower() == "rel=next" for part in parameters):
            return target.strip().strip("<>")
    return ""


def _query_of(url: str) -> dict[str, str] | None:
    try:
        return {name: values[-1] for name, values in parse_qs(urlsplit(url).query).items()} or None
    except ValueError:
        return None


def _is_throttled(response: Response) -> bool:
    """GitHub answers 403 to who asks too often.

    https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
    """
    headers = response.headers
    return response.status == 403 and ("retry-after" in headers or headers.get("x-ratelimit-remaining") == "0")


def _unauthorized(ask: Ask[T], token: Token | None) -> AuthError:
    name = NAMES[ask.at.forge]
    if token is None:
        return AuthError(
            f"{name} wants to know who asks", where=ask.where, why="no token was sent", fix=token_fix(ask.at)
        )
    return AuthError(
        f"{name} does not accept the token in `{token.variable}`",
        where=ask.where,
        why="it is wrong, expired or withdrawn" + ("" if token.email or token.forge != "bitbucket" else _NO_EMAIL),
        fix=f"set `{token.variable}` to a new token",
    )


_NO_EMAIL = "; an API token of a person wants the account's address in `BITBUCKET_EMAIL`"


def token_fix(at: Remote) -> str:
    """Return how to give gitlink a token for a forge's host; a path below the host a person has to name."""
    name = variable_of(at.forge)
    given = f"read -rs {name} && export {name}"
    if at.is_certain:
        return given
    words = f"git config --global {shell_quote(f'gitlink.{at.host}.forge')} {at.forge}"
    if urlsplit(at.api).path not in ("", urlsplit(usual_api(at.forge, at.host)).path):
        api = usual_api(at.forge, f"{at.host}/PATH")
        words += f" && git config --global {shell_quote(f'gitlink.{at.host}.api')} {shell_quote(api)}"
    return f"{words} && {given}"


def _unusable(ask: Ask[T], response: Response) -> NoAnswer:
    if response.status in (403, 429):
        why = f"it asks for fewer requests ({response.status})"
    elif response.status >= 500:
        why = f"it has a fault of its own ({response.status})"
    else:
        why = f"the answer is no JSON ({response.status})"
    return NoAnswer(
        f"{NAMES[ask.at.forge]} did not {ask.to}",
        uncertain=not ask.is_read and not 400 <= response.status < 500,
        where=ask.where,
        why=why,
        fix="try again later" if response.status >= 400 else "check the address of the forge's API and the proxy",
    )


def _refusal(ask: Ask[T], response: Response, token: Token | None) -> GitlinkError:
    name = NAMES[ask.at.forge]
    said = _told(response.body)
    if response.status == 404:
        if token is None:
            why = "there is no such thing to see: no token was sent, and it may be private"
        else:
            why = "there is no such thing, it is hidden from the token's user, or the remote leads elsewhere"
        fix = "git remote --verbose" if token else token_fix(ask.at)
        return ForgeRefused(f"{name} did not {ask.to}", status=404, where=ask.where, why=why, fix=fix)
    why = said or f"HTTP status {response.status}"
    if response.status == 403 and not said:
        why = "the token's user lacks the right to do this"
    return ForgeRefused(f"{name} refused to {ask.to}", status=response.status, where=ask.where, why=why)


def _told(body: bytes) -> str:
    """Return a forge's own words on one line, whatever shape they come in."""
    try:
        top: object = json.loads(body)
    except (ValueError, RecursionError):
        line = redact(printable(body[:2000].decode("utf-8", "replace"))).strip()
        return shorten(line, 200) if body[:1] != b"<" else ""
    words = [reading.text(top, "message"), reading.text(top, "error"), reading.text(top, "error", "message")]
    words += [plain(entry) for entry in reading.entries(top, "message")[:MOST_MESSAGES]]
    words += [
        f"{name}: {plain(entry)}" for name, entry in islice(reading.members(top, "message").items(), MOST_MESSAGES)
    ]
    for entry in reading.entries(top, "errors")[:MOST_MESSAGES]:
        words += [reading.text(entry, "message") or (entry if isinstance(entry, str) else "")]
    return told(words)
