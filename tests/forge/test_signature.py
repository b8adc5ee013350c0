"""Signatures: first what must not pass."""

import base64
import hashlib
import hmac
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitlink.forge.model import FORGES, Forge
from gitlink.forge.signature import is_authentic, is_unsigned_ping, secrets_in

BODY = b'{"action": "opened"}'
SIGNING = "whsec_" + base64.b64encode(bytes(range(32))).decode()


def digest(secret: str, body: bytes = BODY) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def headers_of(forge: Forge, secret: str, body: bytes = BODY) -> dict[str, str]:
    """Return what each forge sends along with *body*."""
    if forge == "gitlab" and secret.startswith("whsec_"):
        key = base64.b64decode(secret.removeprefix("whsec_"))
        good = base64.b64encode(hmac.new(key, b"id-1.1767322000." + body, hashlib.sha256).digest()).decode()
        return {"webhook-id": "id-1", "webhook-timestamp": "1767322000", "webhook-signature": f"v1,{good}"}
    return {
        "bitbucket": {"x-hub-signature": f"sha256={digest(secret, body)}"},
        "bitbucket-dc": {"x-hub-signature": f"sha256={digest(secret, body)}"},
        "github": {"x-hub-signature-256": f"sha256={digest(secret, body)}"},
        "gitlab": {"x-gitlab-token": secret},
        "gitea": {"x-gitea-signature": digest(secret, body)},
    }[forge]


SIGNED: list[tuple[Forge, str]] = [*[(forge, "hunter2") for forge in FORGES if forge != "gitlab"], ("gitlab", SIGNING)]


@pytest.mark.parametrize("forge", FORGES)
def test_no_secret_no_header_or_another_secret_is_never_authentic(forge: Forge) -> None:
    good = headers_of(forge, "hunter2")
    assert not is_authentic(forge, good, BODY, [])
    assert not is_authentic(forge, good, BODY, [""])
    assert not is_authentic(forge, {}, BODY, ["hunter2"])
    assert not is_authentic(forge, dict.fromkeys(good, ""), BODY, ["hunter2"])
    assert not is_authentic(forge, dict.fromkeys(good, "sha256="), BODY, ["hunter2"])
    assert not is_authentic(forge, good, BODY, ["hunter3"])
    assert not is_authentic(forge, headers_of(forge, ""), BODY, ["hunter2"])


@pytest.mark.parametrize("forge", ["bitbucket", "bitbucket-dc", "github"])
def test_another_scheme_or_another_forges_header_is_none(forge: Forge) -> None:
    sha1 = "sha1=" + hmac.new(b"hunter2", BODY, hashlib.sha1).hexdigest()
    name = next(iter(headers_of(forge, "hunter2")))
    assert not is_authentic(forge, {name: sha1}, BODY, ["hunter2"])
    assert not is_authentic(forge, {name: digest("hunter2")}, BODY, ["hunter2"])
    other = "x-hub-signature" if forge == "github" else "x-hub-signature-256"
    assert not is_authentic(forge, {other: f"sha256={digest('hunter2')}"}, BODY, ["hunter2"])


@pytest.mark.parametrize(("forge", "secret"), SIGNED)
@given(data=st.data())
def test_one_changed_byte_fails(forge: Forge, secret: str, data: st.DataObject) -> None:
    body = data.draw(st.binary(min_size=1, max_size=100))
    headers = headers_of(forge, secret, body)
    assert is_authentic(forge, headers, body, [secret])
    at = data.draw(st.integers(0, len(body) - 1))
    changed = bytes([body[at] ^ data.draw(st.integers(1, 255))])
    assert not is_authentic(forge, headers, body[:at] + changed + body[at + 1 :], [secret])
    assert not is_authentic(forge, headers, body + changed, [secret])


@pytest.mark.parametrize("forge", FORGES)
def test_either_of_two_secrets_will_do(forge: Forge) -> None:
    for secret in ("old", "new"):
        assert is_authentic(forge, headers_of(forge, secret), BODY, secrets_in("old\n new"))
    assert not is_authentic(forge, headers_of(forge, "older"), BODY, secrets_in("old new"))


def test_a_sentence_is_a_secret_too() -> None:
    assert secrets_in(" It's a Secret ") == ["It's", "a", "Secret", "It's a Secret"]
    assert secrets_in(" \n") == []
    assert secrets_in("one") == ["one"]


def test_the_known_answer_of_githubs_documentation() -> None:
    # https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
    known = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    secrets = secrets_in("It's a Secret to Everybody")
    assert is_authentic("github", {"x-hub-signature-256": known}, b"Hello, World!", secrets)
    assert is_authentic(
        "github", {"x-hub-signature-256": known.upper().replace("SHA", "sha")}, b"Hello, World!", secrets
    )


def test_gitlabs_secret_may_hold_any_letters() -> None:
    # A server decodes headers as Latin-1.
    header = "пароль".encode().decode("latin-1")
    assert is_authentic("gitlab", {"x-gitlab-token": header}, BODY, ["пароль"])
    assert not is_authentic("gitlab", {"x-gitlab-token": "\u2028"}, BODY, ["пароль"])


def test_gitlabs_signing_token() -> None:
    good = headers_of("gitlab", SIGNING)
    assert is_authentic("gitlab", good, BODY, [SIGNING])
    assert is_authentic("gitlab", good, BODY, [SIGNING.rstrip("=")])
    several = {**good, "webhook-signature": "v1,AAAA v2,x " + good["webhook-signature"]}
    assert is_authentic("gitlab", several, BODY, [SIGNING])
    assert not is_authentic("gitlab", {**good, "webhook-timestamp": "1767322001"}, BODY, [SIGNING])
    assert not is_authentic("gitlab", {**good, "webhook-id": "id-2"}, BODY, [SIGNING])
    assert not is_authentic("gitlab", {**good, "webhook-signature": good["webhook-signature"][3:]}, BODY, [SIGNING])
    assert not is_authentic("gitlab", {"x-gitlab-token": SIGNING}, BODY, [SIGNING])
    assert not is_authentic("gitlab", good, BODY, ["whsec_no base64!"])
    assert not is_authentic("gitlab", headers_of("gitlab", "whsec_"), BODY, ["whsec_"])


def test_where_gitlab_is_given_both_both_must_hold() -> None:
    secrets = ["hunter2", SIGNING]
    token, signed = headers_of("gitlab", "hunter2"), headers_of("gitlab", SIGNING)
    assert is_authentic("gitlab", {**token, **signed}, BODY, secrets)
    assert not is_authentic("gitlab", token, BODY, secrets)
    assert not is_authentic("gitlab", signed, BODY, secrets)


def test_gitea_signs_what_a_form_holds_and_forgejo_has_a_header_of_its_own() -> None:
    form = {"content-type": "application/x-www-form-urlencoded"}
    sent = urlencode({"payload": BODY}).encode()
    assert is_authentic("gitea", {**form, **headers_of("gitea", "hunter2")}, sent, ["hunter2"])
    assert not is_authentic("gitea", {**form, **headers_of("gitea", "hunter2", sent)}, sent, ["hunter2"])
    assert not is_authentic("gitea", {**form, **headers_of("gitea", "hunter2")}, b"other=1", ["hunter2"])
    assert is_authentic("gitea", {"x-forgejo-signature": digest("hunter2")}, BODY, ["hunter2"])
    # GitHub signs the form as it is sent.
    assert is_authentic("github", {**form, **headers_of("github", "hunter2", sent)}, sent, ["hunter2"])


def test_only_data_centers_ping_is_excused() -> None:
    assert is_unsigned_ping("bitbucket-dc", {"x-event-key": "diagnostics:ping"})
    assert not is_unsigned_ping("bitbucket-dc", {"x-event-key": "pr:opened"})
    assert not is_unsigned_ping("bitbucket", {"x-event-key": "diagnostics:ping"})
