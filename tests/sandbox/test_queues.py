"""Queues, components, categories, changed fields, versions and locks."""

from __future__ import annotations

import time

import pytest

from gitlink.sandbox.seed import MEMBER_TOKEN

from .asking import Api


def queue_body(**changes: object) -> dict[str, object]:
    config = {"issueType": "task", "workflow": "dev", "resolutions": ["fixed"]}
    body: dict[str, object] = {
        "key": "OPS",
        "name": "Operations",
        "lead": "anna.ivanova",
        "defaultType": "task",
        "defaultPriority": "normal",
        "issueTypesConfig": [config],
        **changes,
    }
    return {key: value for key, value in body.items() if value is not None}


def test_a_queue_lives_and_dies_softly(api: Api) -> None:
    answer = api("POST", "/queues/", queue_body())
    assert (answer.status_code, answer.json()["key"]) == (201, "OPS")
    assert api("POST", "/issues", {"queue": "OPS", "summary": "x"}).json()["key"] == "OPS-1"
    assert api("DELETE", "/queues/OPS").status_code == 204
    assert api("GET", "/queues/OPS").status_code == 403
    assert "OPS" in [queue["key"] for queue in api("GET", "/queues").json()]
    assert api("POST", "/queues", queue_body()).status_code == 409
    assert api("POST", "/queues/OPS/_restore").status_code == 200
    assert api("GET", "/queues/OPS").status_code == 200


@pytest.mark.parametrize(
    ("key", "value"),
    [
        pytest.param("key", "OPS2", id="a digit"),
        pytest.param("key", "ops", id="lower case"),
        pytest.param("key", "A" * 16, id="sixteen letters"),
        pytest.param("key", "ADMIN", id="a reserved key"),
        pytest.param("issueTypesConfig", None, id="no types"),
        pytest.param("issueTypesConfig", [{"issueType": "task", "workflow": "oicn"}], id="an unknown workflow"),
        pytest.param("issueTypesConfig", [{"issueType": "bug", "workflow": "dev"}], id="not the default type"),
        pytest.param("lead", "nobody", id="an unknown lead"),
    ],
)
def test_a_queue_needs(api: Api, key: str, value: object) -> None:
    answer = api("POST", "/queues", queue_body(**{key: value}))
    assert (answer.status_code, list(answer.json()["errors"])) == (422, [key])


def test_only_an_administrator_creates_queues(api: Api) -> None:
    assert api("POST", "/queues", queue_body(), token=MEMBER_TOKEN).status_code == 403


def test_a_client_can_plan_a_path(api: Api) -> None:
    shown = api("GET", "/queues/TEST?expand=issueTypesConfig").json()
    workflow = api("GET", f"/workflows/{shown['issueTypesConfig'][0]['workflow']['id']}").json()
    moves = {
        step["status"]["key"]: {action["target"]["key"] for action in step["actions"]} for step in workflow["steps"]
    }
    assert "readyForTest" not in moves["open"] and "readyForTest" in moves["inProgress"]
    assert moves["testing"] == {"readyForTest", "needsImprovement", "resolved", "closed"}


@pytest.mark.parametrize(
    ("query", "status", "version"),
    [("?version=1", 200, 2), ("", 428, 1), ("?version=5", 412, 1)],
    ids=["the version", "no version", "a stale version"],
)
def test_a_component_needs_its_version(api: Api, query: str, status: int, version: int) -> None:
    assert api("PATCH", f"/components/1{query}", {"name": "server"}).status_code == status
    assert api("GET", "/components/1").json()["version"] == version


def test_components(api: Api) -> None:
    made = api("POST", "/components", {"name": "docs", "queue": "TEST"})
    assert (made.status_code, made.json()["version"]) == (201, 1)
    assert [item["name"] for item in api("GET", "/queues/TEST/components").json()] == ["backend", "frontend", "docs"]
    same = api("PATCH", f"/components/{made.json()['id']}?version=1", {"name": "docs"})
    assert (same.status_code, same.json()["version"]) == (200, 1)
    issue = api("PATCH", "/issues/TEST-1", {"components": [{"name": "frontend"}, "docs"]}).json()
    assert [item["display"] for item in issue["components"]] == ["frontend", "docs"]
    kept = api("POST", "/issues/TEST-1/_move?queue=WEB&moveAllFields=true").json()
    assert [item["id"] for item in kept["components"]] == ["3"]
    assert "components" not in api("POST", f"/issues/{kept['key']}/_move?queue=TEST").json()


def test_categories(api: Api) -> None:
    answer = api("POST", "/fields/categories", {"name": {"en": "Git", "ru": "Гит"}})
    assert (answer.status_code, answer.json()["name"]) == (201, "Git")
    assert answer.json() in api("GET", "/fields/categories").json()
    assert api("POST", "/fields/categories", {"name": "Git"}).status_code == 422
    assert api("POST", "/fields/categories", {"name": {}}, token=MEMBER_TOKEN).status_code == 403


@pytest.mark.parametrize(
    ("query", "body", "status"),
    [
        pytest.param("?version=1", {"name": {"en": "Stand", "ru": "Стенд"}}, 200, id="the version"),
        pytest.param("", {"hidden": True}, 200, id="no version"),
        pytest.param("?version=9", {"hidden": True}, 409, id="a stale version"),
        pytest.param("", {"version": 1}, 422, id="a version in the body"),
        pytest.param("", {"category": "nope"}, 422, id="an unknown category"),
    ],
)
@pytest.mark.parametrize("path", ["/fields/benchLink", "/queues/WEB/localFields/browser"])
def test_a_field_is_changed(api: Api, path: str, query: str, body: object, status: int) -> None:
    assert api("PATCH", path + query, body).status_code == status
    assert api("GET", path).json()["version"] == (2 if status == 200 else 1)


def test_a_list_of_options_is_checked(api: Api) -> None:
    category = api("GET", "/fields/categories").json()[0]["id"]
    body = {
        "id": "colour",
        "name": {"en": "Colour", "ru": "Цвет"},
        "category": category,
        "type": "ru.yandex.startrek.core.fields.StringFieldType",
        "container": True,
        "optionsProvider": {"type": "FixedListOptionsProvider", "values": ["red", "blue"]},
    }
    made = api("POST", "/fields", body).json()
    assert (made["schema"], made["optionsProvider"]["values"]) == (
        {"type": "array", "required": False, "items": "string"},
        ["red", "blue"],
    )
    assert api("PATCH", "/issues/TEST-1", {"colour": ["red"]}).json()["colour"] == ["red"]
    assert api("PATCH", "/issues/TEST-1", {"colour": {"add": ["green"]}}).status_code == 422
    values = [str(number) for number in range(3001)]
    more = body | {"id": "many", "optionsProvider": {"type": "FixedListOptionsProvider", "values": values}}
    assert api("POST", "/fields", more).status_code == 422


@pytest.mark.parametrize(("version", "status"), [(11_099, 200), (11_100, 423)])
def test_an_issue_changed_too_often_is_locked(api: Api, version: int, status: int) -> None:
    seed = {"issues": [{"queue": "TEST", "summary": "Old", "version": version}]}
    [key] = api("POST", "/_sandbox/seed", seed).json()["issues"]
    assert api("PATCH", f"/issues/{key}", {"summary": "x"}).status_code == status
    if status == 423:
        assert api("POST", f"/issues/{key}/comments", {"text": "x"}).status_code == 423
        assert api.move(key, "start_progress").status_code == 423


@pytest.mark.parametrize("said", [True, False], ids=["with Retry-After", "without"])
def test_a_rate_limit_can_be_switched_on(api: Api, said: bool) -> None:
    time.sleep(1.05)  # the limit counts what came in the last second
    api("POST", "/_sandbox/seed", {"switches": {"rate_limit": 3, "retry_after": said}})
    answers = [api("GET", "/myself") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[-1].headers.get("Retry-After") == ("1" if said else None)
    assert answers[-1].json()["statusCode"] == 429


def test_unknown_parameters_can_be_refused(api: Api) -> None:
    assert api("GET", "/issues/TEST-1?feilds=summary").status_code == 200
    api("POST", "/_sandbox/seed", {"switches": {"reject_unknown_parameters": True}})
    assert api("GET", "/issues/TEST-1?feilds=summary").status_code == 400
    assert api("GET", "/issues/TEST-1?fields=summary").status_code == 200


@pytest.mark.parametrize("path", ["/comments", "/worklog", "/links", "/remotelinks"])
def test_a_body_of_a_fixed_shape_takes_no_other_key(api: Api, path: str) -> None:
    answer = api("POST", f"/issues/TEST-1{path}", {"text": "x", "txet": "x"})
    assert answer.status_code == 422 and "txet" in answer.json()["errors"]


def test_comments_make_followers_and_call_people(api: Api) -> None:
    added = api("POST", "/issues/TEST-1/comments", {"text": "x", "summonees": ["anna.ivanova"]}).json()
    assert [user["display"] for user in added["summonees"]] == ["Anna Ivanova"]
    assert [user["display"] for user in api("GET", "/issues/TEST-1").json()["followers"]] == ["Ivan Petrov"]
    api("POST", "/issues/TEST-2/comments?isAddToFollowers=false", {"text": "x"})
    assert "followers" not in api("GET", "/issues/TEST-2").json()
    answer = api("POST", "/issues/TEST-1/comments", {"text": "x", "summonees": ["nobody"]})
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["summonees"])


def test_the_changelog_is_narrowed(api: Api) -> None:
    api("PATCH", "/issues/TEST-1", {"priority": "minor"})
    api("PATCH", "/issues/TEST-1", {"summary": "New"})
    assert len(api("GET", "/issues/TEST-1/changelog?field=priority&type=IssueUpdated").json()) == 1
    first = api("GET", "/issues/TEST-1/changelog?perPage=2")
    assert len(api("GET", first.links["next"]["url"].removeprefix(api.url)).json()) == 1
