"""Who asks Tracker, by which token, in which organization, at which host; and how to mend it where one is wrong.

https://yandex.ru/support/tracker/ru/api-ref/access
"""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from gitlink.core.text import shell_quote
from gitlink.errors import AuthError, SettingsError
from gitlink.redact import learn
from gitlink.state import DEFAULT_BASE_URL
from gitlink.transport.model import origin

_WEB_URL = "https://tracker.yandex.ru"
ORG_PAGE = f"{_WEB_URL}/admin/orgs"
TOKEN_PAGE = "https://yandex.ru/support/tracker/ru/api-ref/access"


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who asks, and the one host that may know it. `is_iam`: an IAM token; `is_cloud`: a Yandex Cloud organization.

    `is_stored`: `gitlink login` keeps the token, no variable holds it.
    """

    base_url: str
    token: str = field(repr=False)
    org_id: str
    is_iam: bool = False
    is_cloud: bool = False
    is_stored: bool = False

    def __post_init__(self) -> None:
        learn(self.token)
        _check_base_url(self.base_url)
        if not _is_word(self.token):
            name = self.token_variable
            raise AuthError(
                f"`{name}` holds no token" if not self.token else f"`{name}` holds what no token can hold",
                why="a token is one word of Latin letters, digits and signs",
                fix=token_fix(self),
            )
        if not _is_word(self.org_id):
            raise SettingsError("the organization's id is missing or no id", fix=organization_fix(self))

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


def web_url(base_url: str) -> str:
    """Return where people see what the API at *base_url* knows, with no slash at its end."""
    _check_base_url(base_url)
    base = base_url.rstrip("/")
    return _WEB_URL if base == DEFAULT_BASE_URL else base


def login_command(org_id: str, *, is_cloud: bool, is_iam: bool) -> str:
    """Return the command that stores a new token in the place of the one for this organization."""
    words = f"gitlink login --{'cloud-' if is_cloud else ''}org-id {shell_quote(org_id)}"
    return f"yc iam create-token | {words} --iam" if is_iam else words


def token_fix(credentials: Credentials) -> str:
    """Return the command that puts a new token in the place of this very one."""
    if credentials.is_stored:
        return login_command(credentials.org_id, is_cloud=credentials.is_cloud, is_iam=credentials.is_iam)
    name = credentials.token_variable
    return f'export {name}="$(yc iam create-token)"' if credentials.is_iam else f"read -rs {name} && export {name}"


def organization_fix(credentials: Credentials) -> str:
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
