"""Reading, creating and editing issues."""

from __future__ import annotations

import re

import pytest
import requests

from gitlink.sandbox import store

from .asking import AUTH, Api

BENCH = "https://bench.example.com/42"


def test_an_issue_is_one_object_of_the_documented_shape(api: Api) -> None:
    issue = api("GET", "/issues/TEST-1").json()
    assert (issue["key"], issue["summary"]) == ("TEST-1", "Add login form")
    assert issue["status"] == {
        "self": f"{api.url}/v3/statuses/1",
        "id": "1",
        "key": "open",
        "display": "Open",
    }
    assert re.fullmatch(r"[0-9a-f]{24}", issue["id"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000", issue["createdAt"])
    assert "login" not in issue["createdBy"]
    assert not {"resolution", "assignee", "benchLink", "aliases", "resolvedAt"} & issue.keys()
    assert api("GET", f"/issues/{issue['id']}").json() == issue


def test_fields_and_expand(api: Api) -> None:
    shown = api("GET", "/issues/TEST-3?fields=summary&expand=comments").json()
    assert shown.keys() == {"self", "id", "key", "version", "summary"}
    assert api("GET", "/issues/TEST-3?expand=comments").json()["comments"][0]["id"]


@pytest.mark.parametrize(
    ("field", "body", "shown"),
    [
        pytest.param("benchLink", BENCH, BENCH, id="a value"),
        pytest.param("benchLink", {"set": BENCH}, BENCH, id="set"),
        pytest.param("storyPoints", 3, 3, id="a number"),
        pytest.param("deadline", "2026-04-01", "2026-04-01", id="a date"),
        pytest.param("tags", ["a", "b"], ["a", "b"], id="a list replaces"),
        pytest.param("tags", {"add": ["x"]}, ["export", "x"], id="add"),
        pytest.param("tags", {"add": "x"}, ["export", "x"], id="add one"),
        pytest.param("tags", {"add": ["export"]}, ["export"], id="add what is there"),
        pytest.param("tags", {"remove": ["export"]}, None, id="remove the last"),
        pytest.param("tags", {"replace": [{"target": "export", "replacement": "csv"}]}, ["csv"], id="replace"),
        pytest.param("tags", None, None, id="null clears"),
        pytest.param("tags", [], None, id="an empty list clears"),
        pytest.param("noSuchField", "x", None, id="an unknown field is ignored"),
    ],
)
def test_edits(api: Api, field: str, body: object, shown: object) -> None:
    answer = api("PATCH", "/issues/TEST-6", {field: body})
    assert answer.status_code == 200
    assert answer.json().get(field) == api("GET", "/issues/TEST-6").json().get(field) == shown


@pytest.mark.parametrize(
    ("field", "value", "key"),
    [
        pytest.param("priority", "critical", "critical", id="by key"),
        pytest.param("priority", 4, "critical", id="by id"),
        pytest.param("priority", "4", "critical", id="by id as text"),
        pytest.param("priority", {"id": "4"}, "critical", id="an object with id"),
        pytest.param("priority", {"key": "critical"}, "critical", id="an object with key"),
        pytest.param("priority", {"name": "Critical"}, "critical", id="an object with name"),
        pytest.param("type", "bug", "bug", id="a type"),
    ],
)
def test_references_may_be_given_in_many_ways(api: Api, field: str, value: object, key: str) -> None:
    assert api("PATCH", "/issues/TEST-1", {field: value}).json()[field]["key"] == key


@pytest.mark.parametrize(
    "value",
    [{"id": "1130000000000002"}, "anna.ivanova", 1130000000000002, {"login": "anna.ivanova"}],
    ids=["an object with id", "a login", "a uid", "an object with login"],
)
def test_people_may_be_given_in_many_ways(api: Api, value: object) -> None:
    assert api("PATCH", "/issues/TEST-1", {"assignee": value}).json()["assignee"]["display"] == "Anna Ivanova"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        pytest.param("benchLink", "not a link", id="no link"),
        pytest.param("benchLink", "bench.example.com", id="a link without a scheme"),
        pytest.param("benchLink", "javascript:alert(1)", id="a scheme that is no address"),
        pytest.param("benchLink", "http://[", id="a broken address"),
        pytest.param("benchLink", 5, id="a number for a link"),
        pytest.param("priority", "high", id="an unknown priority"),
        pytest.param("assignee", "nobody", id="an unknown person"),
        pytest.param("storyPoints", "3", id="text for a number"),
        pytest.param("deadline", "tomorrow", id="text for a date"),
        pytest.param("summary", None, id="no summary"),
        pytest.param("summary", {"add": ["x"]}, id="add to what is no list"),
        pytest.param("tags", "x", id="no list"),
    ],
)
def test_a_wrong_value_is_422_and_names_the_field(api: Api, field: str, value: object) -> None:
    before = api("GET", "/issues/TEST-1").json()
    answer = api("PATCH", "/issues/TEST-1", {"description": "new", field: value})
    assert (answer.status_code, list(answer.json()["errors"])) == (422, [field])
    assert api("GET", "/issues/TEST-1").json() == before


def test_unknown_fields_can_be_rejected(api: Api) -> None:
    api("POST", "/_sandbox/seed", {"switches": {"reject_unknown_fields": True}})
    answer = api("PATCH", "/issues/TEST-1", {"noSuchField": "x"})
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["noSuchField"])


def test_status_in_an_edit_is_ignored(api: Api) -> None:
    before = api("GET", "/issues/TEST-1").json()
    assert api("PATCH", "/issues/TEST-1", {"status": "closed"}).json() == before


def test_the_version_counts_real_changes_only(api: Api) -> None:
    versions = [
        api("PATCH", "/issues/TEST-1", body).json()["version"]
        for body in ({}, {"summary": "Add login form"}, {"summary": "New"}, {"summary": "New"}, {"tags": None})
    ]
    assert [version - versions[0] for version in versions] == [0, 0, 1, 1, 1]


@pytest.mark.parametrize(
    ("query", "headers", "status"),
    [
        pytest.param("?version={}", {}, 200, id="the current version"),
        pytest.param("?version=999", {}, 409, id="another version"),
        pytest.param("?version=x", {}, 400, id="no version"),
        pytest.param("", {"If-Match": '"{}"'}, 200, id="If-Match"),
        pytest.param("", {"If-Match": '"999"'}, 409, id="a stale If-Match"),
        pytest.param("", {"If-Match": "*"}, 200, id="If-Match any"),
    ],
)
def test_a_stale_version_is_a_conflict(api: Api, query: str, headers: dict[str, str], status: int) -> None:
    version = api("GET", "/issues/TEST-1").json()["version"]
    sent = {name: value.format(version) for name, value in headers.items()}
    answer = api("PATCH", "/issues/TEST-1" + query.format(version), {"summary": "New"}, headers=sent)
    assert answer.status_code == status


def test_create(api: Api) -> None:
    answer = api("POST", "/issues/", {"queue": "TEST", "summary": "New", "benchLink": BENCH, "unique": "u1"})
    issue = answer.json()
    assert (answer.status_code, issue["key"], issue["version"]) == (201, "TEST-8", 1)
    assert (issue["type"]["key"], issue["priority"]["key"], issue["benchLink"]) == ("task", "normal", BENCH)
    assert api("POST", "/issues", {"queue": {"key": "TEST"}, "summary": "Twice", "unique": "u1"}).status_code == 409
    assert api("POST", "/v2/issues/_findByUnique?unique=u1").json()["key"] == "TEST-8"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        pytest.param({"summary": "x"}, "queue", id="no queue"),
        pytest.param({"queue": "NOPE", "summary": "x"}, "queue", id="an unknown queue"),
        pytest.param({"queue": "TEST"}, "summary", id="no summary"),
        pytest.param({"queue": "TEST", "summary": "x", "type": "nope"}, "type", id="an unknown type"),
    ],
)
def test_create_needs(api: Api, body: dict[str, object], field: str) -> None:
    answer = api("POST", "/issues", body)
    assert (answer.status_code, list(answer.json()["errors"])) == (422, [field])


def test_comments_come_in_pages(api: Api) -> None:
    for number in range(5):
        answer = api("POST", "/issues/TEST-1/comments", {"text": f"{number}"})
        assert answer.status_code == 201
    texts: list[str] = []
    url: str | None = f"{api.url}/v3/issues/TEST-1/comments?perPage=2"
    while url:
        page = api("GET", url.removeprefix(api.url))
        texts += [comment["text"] for comment in page.json()]
        url = page.links.get("next", {}).get("url")
    assert texts == ["0", "1", "2", "3", "4"]
    assert "Link" not in api("GET", "/issues/TEST-1/comments").headers


@pytest.mark.parametrize("text", [None, "", "  ", 5], ids=["none", "empty", "blank", "a number"])
def test_a_comment_needs_text(api: Api, text: object) -> None:
    assert api("POST", "/issues/TEST-1/comments", {"text": text}).status_code == 422


def test_a_comment_is_edited_and_removed(api: Api) -> None:
    made = api("POST", "/issues/TEST-1/comments", {"text": "one"}).json()
    path = f"/issues/TEST-1/comments/{made['id']}"
    edited = api("PATCH", path, {"text": "two"}).json()
    assert (edited["text"], edited["version"]) == ("two", 2)
    assert api("GET", f"/issues/TEST-1/comments/{made['longId']}").json() == edited
    assert api("PATCH", f"{path}?version=1", {"text": "three"}).status_code == 409
    gone = api("DELETE", path)
    assert (gone.status_code, gone.content) == (204, b"")
    assert api("DELETE", path).status_code == 404
    assert len(api("GET", "/issues/TEST-1/changelog").json()) == 4


def test_half_a_surrogate_pair_and_not_a_number_do_no_harm(api: Api) -> None:
    half = requests.patch(f"{api.url}/v3/issues/TEST-1", data=b'{"summary": "a\\ud800"}', headers=AUTH, timeout=10)
    assert (half.status_code, half.json()["summary"]) == (200, "a?")
    assert requests.get(api.url, timeout=10).status_code == 200
    assert store.loads(store.dumps(api.sandbox.state.world)) == api.sandbox.state.world
    number = requests.patch(f"{api.url}/v3/issues/TEST-1", data=b'{"storyPoints": NaN}', headers=AUTH, timeout=10)
    assert number.status_code == 400


def test_the_changelog_tells_what_happened(api: Api) -> None:
    api("PATCH", "/issues/TEST-1", {"benchLink": BENCH})
    api.move("TEST-1", "start_progress", comment="On it")
    first, edit, move = api("GET", "/issues/TEST-1/changelog").json()
    assert (first["type"], edit["fields"][0]["to"]) == ("IssueCreated", BENCH)
    assert (move["type"], move["fields"][0]["from"]["key"], move["fields"][0]["to"]["key"]) == (
        "IssueWorkflow",
        "open",
        "inProgress",
    )
    assert move["comments"]["added"][0]["display"] == "On it"
