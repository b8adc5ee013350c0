"""What a bad answer of Tracker means: an error with a name, in words for a person.

Codes and bodies: https://yandex.ru/support/tracker/ru/api-ref/error-codes .
"""

import json
from collections.abc import Mapping
from itertools import islice

from gitlink.core.text import printable
from gitlink.errors import AuthError, GitlinkError, IssueNotFound, TrackerRefused
from gitlink.redact import MOST_MESSAGES, plain, told
from gitlink.tracker.access import ORG_PAGE, TOKEN_PAGE, Credentials, organization_fix, token_fix
from gitlink.tracker.call import Call
from gitlink.transport.model import NoAnswer, Response, origin

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


def unauthorized(call: Call, credentials: Credentials) -> AuthError:
    """Return what a 401 means."""
    whose = "the one that `gitlink login` has kept" if credentials.is_stored else f"`{credentials.token_variable}`"
    # https://yandex.cloud/en/docs/iam/operations/iam-token/create : an IAM token lives 12 hours at most.
    age = "wrong or older than 12 hours" if credentials.is_iam else "wrong, expired or withdrawn"
    why = f"{whose} is {age}; {TOKEN_PAGE} tells how to get a new one"
    return AuthError("Tracker does not accept the token", where=call.where, why=why, fix=token_fix(credentials))


def unusable(call: Call, response: Response, credentials: Credentials) -> NoAnswer:
    """Return what an answer that cannot be read means.

    A write may have happened unless the status says that it was turned away.
    """
    if response.status == 429:
        why = "it asks for fewer requests (429)"
    elif response.status >= 500:
        why = f"it has a fault of its own ({response.status})"
    else:
        why = f"the answer is {'a web page' if is_html(response) else 'no JSON, or broken off'} ({response.status})"
    fault = Unusable(
        f"Tracker did not {call.to}",
        uncertain=not call.is_read and not 400 <= response.status < 500,
        where=f"{call.where} at {origin(credentials.base_url)}",
        why=why,
        fix="try again later" if response.status >= 429 else "check `TRACKER_API_BASE_URL` and the proxy",
    )
    fault.status = response.status
    return fault


def refusal(call: Call, response: Response, credentials: Credentials) -> GitlinkError:
    """Return what another 4xx means."""
    body = _envelope(response)
    said = _told(body)
    if response.status == 403 and (call.path == "/v3/myself" or body.get("errorCode") == _NO_ORGANIZATION):
        return WrongOrganization(
            f"Tracker does not open the organization `{credentials.org_id}` to this token",
            where=call.where,
            why=f"{said or 'its id is wrong, or it is of the other kind'}; ids stand on {ORG_PAGE}",
            fix=organization_fix(credentials),
        )
    if response.status == 404 and call.issue:
        why = "Tracker knows no such issue, or hides it from the token's user, whom `gitlink whoami` names"
        key = printable(call.issue)
        return IssueNotFound(f"there is no issue `{key}`", issue=key, where=call.where, why=why)
    why = said or _WHY.get(response.status, f"HTTP status {response.status}")
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
    words = [plain(entry) for entry in islice(messages, MOST_MESSAGES)] if isinstance(messages, list) else []
    if isinstance(errors, dict):
        fields = [(name, plain(text)) for name, text in islice(errors.items(), MOST_MESSAGES)]
        words += [f"{name}: {text}" for name, text in fields if text not in words]
    return told(words)


def is_html(response: Response) -> bool:
    """Whether it is a web page, as gateways and captive portals send."""
    kind = response.headers.get("content-type", "").lower()
    return kind.startswith("text/html") or response.body.lstrip()[:1] == b"<"
