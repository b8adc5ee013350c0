"""Who calls: the token, the organization, the language; what each refusal looks like on the wire.

The tokens of the API are the same in every sandbox and no secret: they stand in the help, so that a test or a newcomer
need not ask for one. They tell who is meant, and protect nothing from other users of this machine, who may read and
change the sandbox's issues. What keeps a web page out is that a browser sends no `Authorization` for another site
without asking first, which the sandbox never allows, and `guard`; what steers the sandbox wants a token of its own.

Sources: https://yandex.ru/support/tracker/ru/api-ref/access ; the shapes of 401 and 403 were recorded by third parties.
"""

from __future__ import annotations

from collections.abc import Mapping

from .call import Reply
from .model import Lang, Name, Refusal, User
from .world import World

_ORGANIZATION = "Organization is not available, not ready or not found"
_ORGANIZATION_CODE = 620345


class NoAuthorization(Exception):
    """The request has no Authorization header at all: the one refusal that is plain text."""


class WrongOrganization(Exception):
    """The organization id is unknown, or of the other kind: a refusal without `statusCode`, never translated."""


def language(headers: Mapping[str, str]) -> Lang:
    """Return the first language of Accept-Language that Tracker speaks, else Russian."""
    for part in headers.get("accept-language", "").split(","):
        tag = part.split(";")[0].strip().lower()
        if tag.split("-")[0] == "en":
            return "en"
        if tag.split("-")[0] == "ru":
            return "ru"
    return "ru"


def authenticate(world: World, headers: Mapping[str, str]) -> User:
    """Return who sends a request with these *headers* (lower-case names); raise what the answer is to be."""
    if "authorization" not in headers:
        raise NoAuthorization
    scheme, _, token = headers["authorization"].partition(" ")
    uid = world.tokens.get(token.strip())
    if scheme.lower() not in {"oauth", "bearer"} or uid is None:
        raise Refusal(401, Name("Токен недействителен.", "The token is not valid."))
    cloud, own = headers.get("x-cloud-org-id"), headers.get("x-org-id")
    if cloud is None and own is None:
        raise Refusal(401, Name("Не указана организация.", "The organization is not given."))
    # The official client sends `X-Org-Id: not provided` beside a Cloud organization's id.
    by_cloud = cloud is not None and own in (None, "not provided")
    given, known = (cloud, world.cloud_org_id) if by_cloud else (own, world.org_id)
    if given != known:
        raise WrongOrganization
    return world.users[uid]


def refused(refusal: Refusal, lang: Lang) -> Reply:
    """Return the error envelope of *refusal*."""
    errors = {key: text.said(lang) for key, text in refusal.errors.items()}
    messages = [text.said(lang) for text in refusal.messages]
    return Reply({"errors": errors, "errorMessages": messages, "statusCode": refusal.status}, refusal.status)


def wrong_organization() -> Reply:
    """Return the answer to WrongOrganization."""
    return Reply({"errors": {}, "errorMessages": [_ORGANIZATION], "errorCode": _ORGANIZATION_CODE}, 403)
