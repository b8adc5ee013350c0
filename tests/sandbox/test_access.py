"""Who may come in, in which language, under which paths; and how a refusal looks."""

from __future__ import annotations

import pytest
import requests

from gitlink.sandbox.seed import CLOUD_ORG_ID, MEMBER_TOKEN, READER_TOKEN, TOKEN

from .asking import AUTH, Api

GOOD = f"OAuth {TOKEN}"


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"Authorization": GOOD, "X-Org-ID": "1"}, id="an OAuth token"),
        pytest.param({"Authorization": f"Bearer {TOKEN}", "X-Org-ID": "1"}, id="a Bearer token"),
        pytest.param({"authorization": GOOD, "x-org-id": "1"}, id="header names in lower case"),
        pytest.param({"Authorization": GOOD, "X-Cloud-Org-ID": CLOUD_ORG_ID}, id="a Cloud organization"),
        pytest.param(
            {"Authorization": GOOD, "X-Cloud-Org-Id": CLOUD_ORG_ID, "X-Org-Id": "not provided"},
            id="a Cloud organization as the official client sends it",
        ),
    ],
)
def test_lets_in(api: Api, headers: dict[str, str]) -> None:
    answer = requests.get(f"{api.url}/v3/myself", headers=headers, timeout=10)
    assert (answer.status_code, answer.json()["login"]) == (200, "ivan.petrov")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        pytest.param({"Authorization": "OAuth wrong", "X-Org-ID": "1"}, 401, id="an unknown token"),
        pytest.param({"Authorization": f"Basic {TOKEN}", "X-Org-ID": "1"}, 401, id="an unknown scheme"),
        pytest.param({"Authorization": GOOD}, 401, id="no organization"),
        pytest.param({"Authorization": GOOD, "X-Org-ID": "2"}, 403, id="an unknown organization"),
        pytest.param({"Authorization": GOOD, "X-Org-ID": CLOUD_ORG_ID}, 403, id="the wrong kind of organization"),
        pytest.param({"Authorization": GOOD, "X-Cloud-Org-ID": "1"}, 403, id="the wrong organization header"),
    ],
)
def test_keeps_out(api: Api, headers: dict[str, str], status: int) -> None:
    answer = requests.get(f"{api.url}/v3/myself", headers=headers, timeout=10)
    assert answer.status_code == status
    assert answer.json()["errors"] == {}
    assert ("statusCode" in answer.json()) == (status == 401)


def test_no_authorization_is_plain_text(api: Api) -> None:
    answer = requests.get(f"{api.url}/v3/myself", timeout=10)
    assert (answer.status_code, answer.text) == (401, "Authorization required")
    assert answer.headers["Content-Type"].startswith("text/plain")


def test_wrong_organization_says_so_without_a_status_code(api: Api) -> None:
    answer = api("GET", "/myself", headers={"X-Org-ID": "2", "Accept-Language": "ru"})
    assert answer.json() == {
        "errors": {},
        "errorMessages": ["Organization is not available, not ready or not found"],
        "errorCode": 620345,
    }


@pytest.mark.parametrize(
    ("wanted", "display"),
    [("", "Открыт"), ("ru-RU", "Открыт"), ("fr, *", "Открыт"), ("en", "Open"), ("en-GB,ru;q=0.5", "Open")],
)
def test_names_and_errors_are_localized(api: Api, wanted: str, display: str) -> None:
    headers = {"Accept-Language": wanted}
    assert api("GET", "/issues/TEST-1", headers=headers).json()["status"]["display"] == display
    error = api("GET", "/issues/TEST-999", headers=headers).json()
    assert error["errorMessages"] == ["Issue does not exist." if display == "Open" else "Задача не существует."]
    assert (error["errors"], error["statusCode"]) == ({}, 404)


@pytest.mark.parametrize("version", ["v2", "v3"])
@pytest.mark.parametrize("slash", ["", "/"], ids=["no slash", "slash"])
def test_both_versions_with_and_without_a_slash(api: Api, version: str, slash: str) -> None:
    answer = api("GET", f"/{version}/issues/TEST-1{slash}")
    assert answer.json()["self"] == f"{api.url}/{version}/issues/TEST-1"
    assert api("GET", f"/{version}/issues/TEST-1/transitions{slash}").status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        pytest.param("GET", "/nothing", 404, id="an unknown path"),
        pytest.param("DELETE", "/myself", 405, id="an unknown method"),
        pytest.param("GET", "/users/me", 404, id="there is no /users/me"),
        pytest.param("GET", "/issues/test-1", 404, id="the case of a key counts"),
        pytest.param("GET", "/queues/NOPE", 404, id="an unknown queue"),
    ],
)
def test_unknown_things_get_the_envelope(api: Api, method: str, path: str, status: int) -> None:
    answer = api(method, path)
    assert answer.status_code == answer.json()["statusCode"] == status


@pytest.mark.parametrize("body", [b"{", b"[]", b'"x"', b"\xff"], ids=["half", "a list", "a string", "no UTF-8"])
def test_a_body_that_is_no_object_is_400(api: Api, body: bytes) -> None:
    answer = requests.patch(f"{api.url}/v3/issues/TEST-1", data=body, headers=AUTH, timeout=10)
    assert answer.status_code == 400


def test_rights(api: Api) -> None:
    assert api("GET", "/myself", token=READER_TOKEN).json()["hasLicense"] is False
    assert api("PATCH", "/issues/TEST-1", {"summary": "x"}, token=READER_TOKEN).status_code == 403
    assert api("PATCH", "/issues/TEST-1", {"summary": "x"}, token=MEMBER_TOKEN).status_code == 200
