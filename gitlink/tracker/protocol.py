"""Turns a call into a request and an answer into JSON or into an error with a name; opens no socket, keeps no state.

Format, codes and headers: https://yandex.ru/support/tracker/ru/api-ref/common-format and
https://yandex.ru/support/tracker/ru/api-ref/error-codes .
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import parse_qs, urlencode, urlsplit

from gitlink.core.text import printable, shell_quote, shorten
from gitlink.errors import AuthError, GitlinkError, IssueNotFound, SettingsError, TrackerRefused
from gitlink.state import DEFAULT_BASE_URL
from gitlink.transport import NoAnswer, Request, Response, origin

_WEB_URL = "https://tracker.yandex.ru"
ORG_PAGE = f"{_WEB_URL}/admin/orgs"
TOKEN_PAGE = "https://yandex.ru/support/tracker/ru/api-ref/access"
# "Organization is not available, not ready or not found"; https://github.com/yandex/yandex_tracker_client issue 16
_NO_ORGANIZATION = 620345
_WHY = {
    403: "the token's user lacks the right to do this",
    409: "someone changed it in the meantime",
    412: "someone changed it in the meantime",
    423: "it is locked: it has been changed as often as Tracker allows",
    428: "Tracker wants to be told the version that is changed",
}
_FIX = {
    403: "ask the owner of the queue for the right; `gitlink whoami` says whose token this is",
    409: "look at it as it is now, and try again",
    412: "look at it as it is now, and try again",
}


class Refused(TrackerRefused):
    """Tracker's no, with the HTTP status it came with."""

    def __init__(self, message: str, *, status: int, **told: str | None) -> None:
        super().__init__(message, **told)
        self.status = status


class WrongOrganization(AuthError):
    """The token is good, and not for this organization."""


class Unusable(NoAnswer):
    """There was an answer, with this HTTP status, and it was none to use: a fault of Tracker's own, or a gateway's."""

    status = 0


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who asks, and the one host that may know it. `is_iam`: an IAM token; `is_cloud`: a Yandex Cloud organization.

    `is_stored`: `gitlink login` keeps the token, no variable holds it.
    https://yandex.ru/support/tracker/ru/api-ref/access
    """

    base_url: str
    token: str = field(repr=False)
    org_id: str
    is_iam: bool = False
    is_cloud: bool = False
    is_stored: bool = False

    def __post_init__(self) -> None:
        _check_base_url(self.base_url)
        if not _is_word(self.token):
            name = self.token_variable
            raise AuthError(
                f"`{name}` holds no token" if not self.token else f"`{name}` holds what no token can hold",
                why="a token is one word of Latin letters, digits and signs",
                fix=_token_fix(self),
            )
        if not _is_word(self.org_id):
            raise SettingsError("the organization's id is missing or no id", fix=_organization_fix(self))

    @property
    def token_variable(self) -> str:
        """Name of the environment variable that holds such a token."""
        return "TRACKER_IAM_TOKEN" if self.is_iam else "TRACKER_TOKEN"

    @property
    def web_url(self) -> str:
        """Where people see what this host knows, with no slash at its end."""
        return web_url(self.base_url)

    def headers(self, language: str) -> dict[str, str]:
        """Return the headers of every request; names of statuses and fields come in *language* (`ru`, `en`)."""
        return {
            "Authorization": f"{'Bearer' if self.is_iam else 'OAuth'} {self.token}",
            "X-Cloud-Org-ID" if self.is_cloud else "X-Org-ID": self.org_id,
            "Accept-Language": language,
            "Accept": "application/json",
        }


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the API. `to` completes "Tracker refused to …"; `issue`: whose absence a 404 would mean."""

    method: str
    path: str
    to: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: object = None
    issue: str | None = None
    is_repeatable: bool = False

    @property
    def is_read(self) -> bool:
        """Whether it changes nothing."""
        return self.method == "GET"

    @property
    def where(self) -> str:
        """Method and path, fit to be printed."""
        return printable(f"{self.method} {self.path}")


def web_url(base_url: str) -> str:
    """Return where people see what the API at *base_url* knows, with no slash at its end."""
    _check_base_url(base_url)
    base = base_url.rstrip("/")
    return _WEB_URL if base == DEFAULT_BASE_URL else base


def request(call: Call, credentials: Credentials, language: str) -> Request:
    """Return *call* as the request to send; it can only go to the credentials' own host."""
    url = credentials.base_url.rstrip("/") + call.path + ("?" + urlencode(call.query) if call.query else "")
    headers = credentials.headers(language)
    body = None
    if not call.is_read:
        headers["Content-Type"] = "application/json"
        body = json.dumps({} if call.body is None else call.body, ensure_ascii=True).encode("ascii")
    return Request(call.method, url, headers, body, call.is_repeatable)


def answer(call: Call, response: Response, credentials: Credentials) -> object:
    """Return the JSON of a good answer, None for an empty one; raise what a bad one means.

    A token that the answer repeats (gateways echo headers) is blotted out first: much of an answer is printed.
    """
    response = _blotted(response, credentials.token)
    if response.status == 401:
        raise _unauthorized(call, credentials)
    if response.status == 429 or response.status >= 500 or _is_html(response):
        raise _unusable(call, response, credentials)
    if response.status >= 400:
        raise _refusal(call, response, credentials)
    if not response.body and response.status == 204:
        return None
    try:
        parsed: object = json.loads(response.body)
    except (ValueError, RecursionError):
        raise _unusable(call, response, credentials) from None
    return parsed


def next_page(response: Response) -> dict[str, str] | None:
    """Return the query of the next page from the header `Link`, or None on the last one.

    Only the query is taken: neither host nor path of a link can lead the token elsewhere, and the documentation prints
    links without a scheme. https://yandex.ru/support/tracker/ru/api-ref/common-format
    """
    for link in response.headers.get("link", "").split(","):
        target, *parameters = link.split(";")
        if any(part.replace('"', "").replace(" ", "").lower() == "rel=next" for part in parameters):
            query = parse_qs(urlsplit(target.strip().strip("<>")).query)
            return {name: values[-1] for name, values in query.items()}
    return None


def server_time(response: Response) -> datetime | None:
    """Return what time it was for the server, to the second (RFC 9110, 6.6.1), or None where it does not say."""
    try:
        moment = parsedate_to_datetime(response.headers.get("date", ""))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _blotted(response: Response, token: str) -> Response:
    return replace(response, body=response.body.replace(token.encode(), b"***"))


def _is_word(text: str) -> bool:
    return bool(text) and text.isascii() and text.isprintable() and " " not in text


def _check_base_url(url: str) -> None:
    parts = urlsplit(url)
    has_more = parts.query or parts.fragment or "@" in parts.netloc
    if parts.scheme not in ("http", "https") or not parts.hostname or has_more:
        raise SettingsError(
            f"`{origin(url)}` is no address of an API",
            where="TRACKER_API_BASE_URL",
            why="it must look like `https://host` and hold neither a password nor a query",
            fix=f"export TRACKER_API_BASE_URL={DEFAULT_BASE_URL}",
        )


def _is_html(response: Response) -> bool:
    kind = response.headers.get("content-type", "").lower()
    return kind.startswith("text/html") or response.body.lstrip()[:1] == b"<"


def login_command(org_id: str, *, is_cloud: bool, is_iam: bool) -> str:
    """Return the command that stores a new token in the place of the one for this organization."""
    words = f"gitlink login --{'cloud-' if is_cloud else ''}org-id {shell_quote(org_id)}"
    return f"yc iam create-token | {words} --iam" if is_iam else words


def _unauthorized(call: Call, credentials: Credentials) -> AuthError:
    whose = "the one that `gitlink login` has kept" if credentials.is_stored else f"`{credentials.token_variable}`"
    # https://yandex.cloud/en/docs/iam/operations/iam-token/create : an IAM token lives 12 hours at most.
    age = "wrong or older than 12 hours" if credentials.is_iam else "wrong, expired or withdrawn"
    why = f"{whose} is {age}; {TOKEN_PAGE} tells how to get a new one"
    return AuthError("Tracker does not accept the token", where=call.where, why=why, fix=_token_fix(credentials))


def _token_fix(credentials: Credentials) -> str:
    if credentials.is_stored:
        return login_command(credentials.org_id, is_cloud=credentials.is_cloud, is_iam=credentials.is_iam)
    name = credentials.token_variable
    return f'export {name}="$(yc iam create-token)"' if credentials.is_iam else f"read -rs {name} && export {name}"


def _organization_fix(credentials: Credentials) -> str:
    """Return how to name the organization: the same id as one of the other kind if it looks like one, else another.

    Ids of Yandex 360 are numbers, those of Yandex Cloud are not.
    """
    is_cloud = not credentials.org_id.isdecimal() if credentials.org_id else credentials.is_cloud
    word = "ID" if is_cloud == credentials.is_cloud else shell_quote(credentials.org_id)
    if credentials.is_stored:
        return login_command(word, is_cloud=is_cloud, is_iam=credentials.is_iam)
    names = ("TRACKER_ORG_ID", "TRACKER_CLOUD_ORG_ID")
    other = f"unset {names[not is_cloud]}; " if is_cloud != credentials.is_cloud else ""
    return f"{other}export {names[is_cloud]}={word}"


def _unusable(call: Call, response: Response, credentials: Credentials) -> NoAnswer:
    """No answer that can be read. A write may have happened unless the status says that it was turned away."""
    if response.status == 429:
        why = "it asks for fewer requests (429)"
    elif response.status >= 500:
        why = f"it has a fault of its own ({response.status})"
    else:
        why = f"the answer is {'a web page' if _is_html(response) else 'no JSON, or broken off'} ({response.status})"
    fault = Unusable(
        f"Tracker did not {call.to}",
        uncertain=not call.is_read and not 400 <= response.status < 500,
        where=f"{call.where} at {origin(credentials.base_url)}",
        why=why,
        fix="try again later" if response.status >= 429 else "check `TRACKER_API_BASE_URL` and the proxy",
    )
    fault.status = response.status
    return fault


def _refusal(call: Call, response: Response, credentials: Credentials) -> GitlinkError:
    body = _envelope(response)
    told = _told(body)
    if response.status == 403 and (call.path == "/v3/myself" or body.get("errorCode") == _NO_ORGANIZATION):
        return WrongOrganization(
            f"Tracker does not open the organization `{credentials.org_id}` to this token",
            where=call.where,
            why=f"{told or 'its id is wrong, or it is of the other kind'}; ids stand on {ORG_PAGE}",
            fix=_organization_fix(credentials),
        )
    if response.status == 404 and call.issue:
        why = "Tracker knows no such issue, or hides it from the token's user, whom `gitlink whoami` names"
        key = printable(call.issue)
        return IssueNotFound(f"there is no issue `{key}`", issue=key, where=call.where, why=why)
    why = told or _WHY.get(response.status, f"HTTP status {response.status}")
    return Refused(
        f"Tracker refused to {call.to}",
        status=response.status,
        where=call.where,
        why=why,
        fix=_FIX.get(response.status),
    )


def _envelope(response: Response) -> Mapping[str, object]:
    try:
        parsed: object = json.loads(response.body)
    except (ValueError, RecursionError):
        # A gateway's plain text, say: it is all there is to tell.
        return {"errorMessages": [response.body[:1000].decode("utf-8", "replace")]}
    return parsed if isinstance(parsed, dict) else {}


def _told(body: Mapping[str, object]) -> str:
    """Return Tracker's own words on one line: `errorMessages`, then `errors` by field, nothing twice."""
    messages, errors = body.get("errorMessages"), body.get("errors")
    words = [str(entry) for entry in messages] if isinstance(messages, list) else []
    if isinstance(errors, dict):
        words += [f"{name}: {text}" for name, text in errors.items() if str(text) not in words]
    tidy = [shorten(printable(text).strip().rstrip("."), 300) for text in dict.fromkeys(words)]
    return "; ".join([text for text in tidy if text])
