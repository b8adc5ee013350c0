"""Dictionaries, queues, workflows, people, and the fields one can add."""

from __future__ import annotations

import pytest

from gitlink.sandbox.seed import MEMBER_TOKEN

from .asking import Api

URI = "ru.yandex.startrek.core.fields.UriFieldType"


def field_body(api: Api, **changes: object) -> dict[str, object]:
    """Return a good request for a field, changed by *changes*; None leaves a key out."""
    category = api("GET", "/fields/categories").json()[0]["id"]
    body = {"id": "stand", "name": {"en": "Stand", "ru": "Стенд"}, "category": category, "type": URI, **changes}
    return {key: value for key, value in body.items() if value is not None}


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("/statuses", "readyForTest"),
        ("/resolutions", "wontFix"),
        ("/priorities", "normal"),
        ("/issuetypes", "task"),
    ],
)
def test_dictionaries_have_number_ids(api: Api, path: str, key: str) -> None:
    [entry] = [item for item in api("GET", path).json() if item["key"] == key]
    assert isinstance(entry["id"], int)
    assert ("type" in entry) == (path == "/statuses")
    assert api("GET", entry["self"].removeprefix(api.url)).json() == entry


def test_the_names_of_statuses(api: Api) -> None:
    english = {item["key"]: item["name"] for item in api("GET", "/statuses").json()}
    russian = {item["key"]: item["name"] for item in api("GET", "/statuses", headers={"Accept-Language": ""}).json()}
    assert (english["readyForTest"], english["needsImprovement"]) == ("Ready for test", "Needs improvement")
    assert russian["readyForTest"] == "Можно тестировать"


def test_queues(api: Api) -> None:
    answer = api("GET", "/queues?perPage=1")
    assert ([item["key"] for item in answer.json()], answer.headers["X-Total-Count"]) == (["TEST"], "2")
    queue = api("GET", "/queues/TEST?expand=all").json()
    assert isinstance(queue["id"], int)
    assert queue["workflows"]["dev"][0]["key"] == "bug"
    assert queue["issueTypesConfig"][0]["resolutions"][0]["key"] == "fixed"
    assert "issueTypesConfig" not in api("GET", "/queues/TEST").json()
    assert api("GET", "/queues/TEST/workflows").json() == queue["workflows"]
    assert api("GET", "/queues/TEST/fields").json() == []


def test_people(api: Api) -> None:
    uid = api("GET", "/issues/TEST-2").json()["assignee"]["id"]
    assert api("GET", f"/users/{uid}").json()["login"] == "anna.ivanova"
    assert api("GET", "/users/anna.ivanova").json()["uid"] == int(uid)


def test_the_bench_link_is_a_global_field(api: Api) -> None:
    field = api("GET", "/fields/benchLink").json()
    assert (field["name"], field["schema"]["type"], field["type"]) == ("Bench link", "uri", "standard")
    assert field in api("GET", "/v3/fields/").json()
    assert all(item["schema"]["type"] for item in api("GET", "/v2/fields/").json())


def test_create_a_global_field(api: Api) -> None:
    answer = api("POST", "/fields", field_body(api))
    assert (answer.status_code, answer.json()["id"], answer.json()["version"]) == (201, "stand", 1)
    assert api("PATCH", "/issues/TEST-1", {"stand": "https://a.example"}).json()["stand"] == "https://a.example"
    assert api("POST", "/fields", field_body(api)).status_code == 409


def test_create_a_local_field(api: Api) -> None:
    answer = api("POST", "/queues/TEST/localFields", field_body(api), token=MEMBER_TOKEN)
    field = answer.json()
    assert (answer.status_code, field["key"], field["type"]) == (200, "stand", "local")
    assert field["id"].partition("--")[2] == "stand" and len(field["id"]) == 24 + len("--stand")
    assert api("GET", "/queues/TEST/localFields").json() == [field]
    assert api("GET", "/queues/TEST/localFields/stand").json() == field
    link = "https://a.example"
    assert api("PATCH", "/issues/TEST-1", {field["id"]: link}).json()[field["id"]] == link
    assert field["id"] not in api("PATCH", "/issues/WEB-1", {field["id"]: link}).json()
    assert link not in api("PATCH", "/issues/TEST-2", {"stand": link}).text


@pytest.mark.parametrize(
    ("path", "status"),
    [("/fields", 403), ("/queues/WEB/localFields", 403), ("/queues/TEST/localFields", 200)],
    ids=["of the organization", "of another's queue", "of one's own queue"],
)
def test_who_may_create_fields(api: Api, path: str, status: int) -> None:
    assert api("POST", path, field_body(api), token=MEMBER_TOKEN).status_code == status


@pytest.mark.parametrize(
    ("key", "value"),
    [
        pytest.param("id", None, id="no id"),
        pytest.param("id", "bad id", id="an id with a space"),
        pytest.param("name", None, id="no name"),
        pytest.param("name", "Stand", id="a name in one language"),
        pytest.param("category", None, id="no category"),
        pytest.param("category", "nope", id="an unknown category"),
        pytest.param("type", None, id="no type"),
        pytest.param("type", "uri", id="an unknown type"),
        pytest.param("container", True, id="many links"),
    ],
)
def test_a_field_needs(api: Api, key: str, value: object) -> None:
    answer = api("POST", "/fields", field_body(api, **{key: value}))
    assert (answer.status_code, list(answer.json()["errors"])) == (422, [key])
