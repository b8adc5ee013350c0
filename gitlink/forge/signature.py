"""Whether a delivery comes from who knows the secret: over the raw bytes, in constant time, before anything is parsed.

Each forge's scheme stands with its source; none accepts SHA-1, and a missing or empty header is a failure. There is no
replay window: the delivery's id and the event's time decide what an old delivery is worth.
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from gitlink.forge.model import Forge
from gitlink.forge.reading import Malformed, document

# Takes secrets, and tells whether one of them vouches for a delivery that has been looked at; and what looks at it.
_Check = Callable[[list[bytes]], bool]
_Scheme = Callable[[Mapping[str, str], bytes], _Check]
_SIGNING = "whsec_"
_MOST_SIGNATURES = 10  # there is one for each secret that replaces another
_HEX = re.compile(r"[0-9a-f]{64}", re.ASCII)
_PROOFS: dict[Forge, tuple[str, ...]] = {
    "bitbucket": ("x-hub-signature",),
    "bitbucket-dc": ("x-hub-signature",),
    "github": ("x-hub-signature-256",),
    "gitlab": ("x-gitlab-token", "webhook-signature"),
    "gitea": ("x-gitea-signature", "x-forgejo-signature"),
}


def secrets_in(value: str) -> list[str]:
    """Return the secrets that a setting holds: separated by white space, so that one can replace another without a gap.

    The whole value counts too: the form of GitHub takes a sentence as a secret.
    """
    return list(dict.fromkeys([*value.split(), *([value.strip()] if value.strip() else [])]))


def is_authentic(forge: Forge, headers: Mapping[str, str], body: bytes, secrets: Sequence[str]) -> bool:
    """Whether one of *secrets* vouches for the delivery; *headers*: lower-case names."""
    return bool(vouching(forge, headers, body, [tuple(secrets)]))


def vouching(
    forge: Forge, headers: Mapping[str, str], body: bytes, groups: Iterable[tuple[str, ...]]
) -> list[tuple[str, ...]]:
    """Return those of *groups* with a secret that vouches for the delivery; *headers*: lower-case names.

    Anybody may have this done: whatever needs no secret is done once, however many groups there are.
    """
    holds = _SCHEMES[forge](headers, body)
    known = [(group, [one.encode("utf-8", "surrogateescape") for one in group if one]) for group in groups]
    return [group for group, secrets in known if holds(secrets)]


def is_signed(forge: Forge, headers: Mapping[str, str]) -> bool:
    """Whether the delivery has any proof at all, good or bad; *headers*: lower-case names."""
    return any([headers.get(name) for name in _PROOFS[forge]])


def is_unsigned_ping(forge: Forge, headers: Mapping[str, str]) -> bool:
    """Whether this is Data Center's connection test, which is never signed and asks for nothing but a 200.

    https://confluence.atlassian.com/bitbucketserver/manage-webhooks-938025878.html
    """
    return forge == "bitbucket-dc" and headers.get("x-event-key") == "diagnostics:ping"


def _hub(header: str) -> _Scheme:
    """`sha256=` and hex over the raw body.

    https://support.atlassian.com/bitbucket-cloud/docs/manage-webhooks/ ,
    https://confluence.atlassian.com/bitbucketserver/manage-webhooks-938025878.html ,
    https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries (a form's body is signed as sent)
    """

    def read(headers: Mapping[str, str], body: bytes) -> _Check:
        scheme, _, digest = headers.get(header, "").partition("=")
        return _signed(digest if scheme == "sha256" else "", lambda: body)

    return read


def _gitea(headers: Mapping[str, str], body: bytes) -> _Check:
    """Plain hex over the JSON text, also where that comes in a form.

    https://docs.gitea.com/usage/webhooks , https://forgejo.org/docs/latest/user/webhooks/ ,
    services/webhook/deliver.go in Gitea's source.
    """
    digest = headers.get("x-gitea-signature") or headers.get("x-forgejo-signature") or ""
    return _signed(digest, lambda: document(headers, body))


def _signed(digest: str, message: Callable[[], bytes]) -> _Check:
    """Return the check of a hex digest over *message*, which is asked for where there is such a digest alone."""
    given = digest.strip().lower()
    if not _HEX.fullmatch(given):
        return _never
    try:
        text = message()
    except Malformed:
        return _never
    return lambda secrets: _is_one_of(
        given.encode(), [hmac.new(secret, text, hashlib.sha256).hexdigest().encode() for secret in secrets]
    )


def _never(_: list[bytes]) -> bool:
    return False


def _gitlab(headers: Mapping[str, str], body: bytes) -> _Check:
    """The secret itself in a header, or a signature with a signing token; where both are configured, both must hold.

    https://docs.gitlab.com/user/project/integrations/webhooks/ ,
    https://gitlab.com/gitlab-org/gitlab/-/merge_requests/230944
    """
    token, is_standard = _raw(headers.get("x-gitlab-token", "")), _standard(headers, body)

    def check(secrets: list[bytes]) -> bool:
        signing = [secret for secret in secrets if secret.startswith(_SIGNING.encode())]
        plain = [secret for secret in secrets if secret not in signing]
        token_holds, signature_holds = _is_one_of(token, plain), is_standard(signing)
        return bool(secrets) and (token_holds or not plain) and (signature_holds or not signing)

    return check


def _standard(headers: Mapping[str, str], body: bytes) -> _Check:
    """Standard Webhooks: `v1,` and base64 over id, time stamp and body, possibly several separated by spaces.

    https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
    """
    entries = [entry.partition(",") for entry in headers.get("webhook-signature", "").split(maxsplit=_MOST_SIGNATURES)]
    given = [_raw(value) for version, _, value in entries[:_MOST_SIGNATURES] if version == "v1"]
    if not given:
        return _never
    message = _raw(f"{headers.get('webhook-id', '')}.{headers.get('webhook-timestamp', '')}.") + body

    def check(secrets: list[bytes]) -> bool:
        keys = [key for secret in secrets if (key := _decoded(secret[len(_SIGNING) :]))]
        good = [base64.b64encode(hmac.new(key, message, hashlib.sha256).digest()) for key in keys]
        return any([_is_one_of(one, good) for one in given])

    return check


def _decoded(text: bytes) -> bytes:
    try:
        return base64.b64decode(text + b"=" * (-len(text) % 4), validate=True)
    except binascii.Error:
        return b""


def _is_one_of(given: bytes, good: list[bytes]) -> bool:
    """Compare with every one of *good*, whichever holds, so that the time tells nothing."""
    return any([hmac.compare_digest(given, one) for one in good])


def _raw(header: str) -> bytes:
    """Return a header's bytes as they came: servers decode them as Latin-1."""
    return header.encode("latin-1", "backslashreplace")


_SCHEMES: dict[Forge, _Scheme] = {
    "bitbucket": _hub("x-hub-signature"),
    "bitbucket-dc": _hub("x-hub-signature"),
    "github": _hub("x-hub-signature-256"),
    "gitlab": _gitlab,
    "gitea": _gitea,
}
