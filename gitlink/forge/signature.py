"""Whether a delivery comes from who knows the secret: over the raw bytes, in constant time, before anything is parsed.

Each forge's scheme stands with its source; none accepts SHA-1, and a missing or empty header is a failure. There is no
replay window: the delivery's id and the event's time decide what an old delivery is worth.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping, Sequence

from gitlink.forge.model import Forge
from gitlink.forge.reading import Malformed, document

_SIGNING = "whsec_"
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
    known = [secret.encode("utf-8", "surrogateescape") for secret in secrets if secret]
    if forge == "gitlab":
        return _gitlab(headers, body, known)
    if forge == "gitea":
        return _gitea(headers, body, known)
    # https://support.atlassian.com/bitbucket-cloud/docs/manage-webhooks/ ,
    # https://confluence.atlassian.com/bitbucketserver/manage-webhooks-938025878.html ,
    # https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries (a form's body is signed as sent)
    name = "x-hub-signature-256" if forge == "github" else "x-hub-signature"
    scheme, _, digest = headers.get(name, "").partition("=")
    return scheme == "sha256" and _is_signed(digest, body, known)


def is_signed(forge: Forge, headers: Mapping[str, str]) -> bool:
    """Whether the delivery has any proof at all, good or bad; *headers*: lower-case names."""
    return any([headers.get(name) for name in _PROOFS[forge]])


def is_unsigned_ping(forge: Forge, headers: Mapping[str, str]) -> bool:
    """Whether this is Data Center's connection test, which is never signed and asks for nothing but a 200.

    https://confluence.atlassian.com/bitbucketserver/manage-webhooks-938025878.html
    """
    return forge == "bitbucket-dc" and headers.get("x-event-key") == "diagnostics:ping"


def _is_signed(digest: str, message: bytes, secrets: list[bytes]) -> bool:
    given = _raw(digest.strip().lower())
    good = [hmac.new(secret, message, hashlib.sha256).hexdigest().encode() for secret in secrets]
    return _is_one_of(given, good)


def _gitea(headers: Mapping[str, str], body: bytes, secrets: list[bytes]) -> bool:
    """Plain hex over the JSON text, also where that comes in a form.

    https://docs.gitea.com/usage/webhooks , https://forgejo.org/docs/latest/user/webhooks/ ,
    services/webhook/deliver.go in Gitea's source.
    """
    digest = headers.get("x-gitea-signature") or headers.get("x-forgejo-signature") or ""
    if len(digest.strip()) != hashlib.sha256().digest_size * 2:
        return False
    try:
        return _is_signed(digest, document(headers, body), secrets)
    except Malformed:
        return False


def _gitlab(headers: Mapping[str, str], body: bytes, secrets: list[bytes]) -> bool:
    """The secret itself in a header, or a signature with a signing token; where both are configured, both must hold.

    https://docs.gitlab.com/user/project/integrations/webhooks/ ,
    https://gitlab.com/gitlab-org/gitlab/-/merge_requests/230944
    """
    signing = [secret for secret in secrets if secret.startswith(_SIGNING.encode())]
    plain = [secret for secret in secrets if secret not in signing]
    token_holds = _is_one_of(_raw(headers.get("x-gitlab-token", "")), plain)
    signature_holds = _is_standard(headers, body, signing)
    return bool(secrets) and (token_holds or not plain) and (signature_holds or not signing)


def _is_standard(headers: Mapping[str, str], body: bytes, secrets: list[bytes]) -> bool:
    """Standard Webhooks: `v1,` and base64 over id, time stamp and body, possibly several separated by spaces.

    https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
    """
    stamp = f"{headers.get('webhook-id', '')}.{headers.get('webhook-timestamp', '')}."
    message = _raw(stamp) + body
    keys = [key for secret in secrets if (key := _decoded(secret[len(_SIGNING) :]))]
    good = [base64.b64encode(hmac.new(key, message, hashlib.sha256).digest()) for key in keys]
    versions = [entry.partition(",") for entry in headers.get("webhook-signature", "").split()]
    return any([_is_one_of(_raw(value), good) for version, _, value in versions if version == "v1"])


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
