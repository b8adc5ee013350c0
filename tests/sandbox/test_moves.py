"""Transitions from status to status, and moves from queue to queue."""

from __future__ import annotations

from collections import Counter

import pytest

from .asking import Api


def offered(api: Api, key: str) -> dict[str, str]:
    """Return the offered transitions: id -> status key."""
    return {item["id"]: item["to"]["key"] for item in api("GET", f"/issues/{key}/transitions").json()}


def test_offers_what_leads_out_of_the_status(api: Api) -> None:
    assert offered(api, "TEST-1") == {
        "start_progress": "inProgress",
        "need_info": "needInfo",
        "resolve": "resolved",
        "close": "closed",
    }


def test_ready_for_test_is_one_step_from_work_and_review_and_two_from_open(api: Api) -> None:
    assert "readyForTest" not in offered(api, "TEST-1").values()
    assert "readyForTest" in offered(api, "TEST-2").values()
    assert "readyForTest" in offered(api, "TEST-3").values()


def test_ids_are_no_status_keys_in_the_classic_workflow_and_unique_in_all(api: Api) -> None:
    for workflow in api("GET", "/workflows").json():
        ids = Counter(action["id"] for step in workflow["steps"] for action in step["actions"])
        assert max(ids.values()) == 1
        if workflow["id"] == "dev":
            assert not ids.keys() & {step["status"]["key"] for step in workflow["steps"]}


def test_a_screen_only_where_there_is_one(api: Api) -> None:
    shown = {item["id"]: item for item in api("GET", "/issues/TEST-1/transitions").json()}
    assert ("screen" in shown["close"], "screen" in shown["start_progress"]) == (True, False)
    assert api("GET", "/issues/TEST-1/transitions/close").json() == shown["close"]


def test_execute_answers_the_next_transitions(api: Api) -> None:
    answer = api.move("TEST-1", "start_progress")
    assert answer.status_code == 200
    assert {item["id"]: item["to"]["key"] for item in answer.json()} == offered(api, "TEST-1")
    issue = api("GET", "/issues/TEST-1").json()
    assert (issue["status"]["key"], issue["previousStatus"]["key"]) == ("inProgress", "open")


def test_execute_writes_fields_and_a_comment_with_one_version(api: Api) -> None:
    before = api("GET", "/issues/TEST-2").json()["version"]
    api.move("TEST-2", "ready_to_test", comment="Merged in !42", benchLink="https://bench.example.com/1")
    issue = api("GET", "/issues/TEST-2").json()
    assert (issue["version"] - before, issue["benchLink"]) == (1, "https://bench.example.com/1")
    assert [comment["text"] for comment in api("GET", "/issues/TEST-2/comments").json()] == ["Merged in !42"]


@pytest.mark.parametrize("resolution", ["fixed", {"key": "fixed"}, {"id": 1}], ids=["key", "object", "id"])
def test_closing_takes_a_resolution_and_reopening_drops_it(api: Api, resolution: object) -> None:
    assert api.move("TEST-1", "close", resolution=resolution).status_code == 200
    issue = api("GET", "/issues/TEST-1").json()
    assert (issue["status"]["key"], issue["resolution"]["key"], "resolvedAt" in issue) == ("closed", "fixed", True)
    api.move("TEST-1", "reopen1")
    assert not {"resolution", "resolvedAt"} & api("GET", "/issues/TEST-1").json().keys()


@pytest.mark.parametrize(
    ("switches", "status", "errors"),
    [
        pytest.param({}, 422, [], id="as documented"),
        pytest.param({"missing_screen_field": 400}, 400, [], id="switched to 400"),
        pytest.param({"missing_screen_field_in_errors": True}, 422, ["resolution"], id="switched to errors"),
    ],
)
def test_a_missing_screen_field_is_named(api: Api, switches: object, status: int, errors: list[str]) -> None:
    api("POST", "/_sandbox/seed", {"switches": switches})
    answer = api.move("TEST-1", "close", comment="No resolution")
    assert (answer.status_code, list(answer.json()["errors"])) == (status, errors)
    assert answer.json()["errorMessages"] == ["You must set values for the fields resolution."]
    assert api("GET", "/issues/TEST-1/comments").json() == []
    russian = api("POST", "/issues/TEST-1/transitions/close/_execute", {}, headers={"Accept-Language": "ru"})
    assert russian.json()["errorMessages"] == ["Вы должны указать значения для полей Резолюция."]


@pytest.mark.parametrize(
    ("transition", "body"),
    [
        pytest.param("ready_to_test", {}, id="of another status"),
        pytest.param("nope", {}, id="of no status"),
        pytest.param("inProgress", {}, id="named as its target"),
    ],
)
@pytest.mark.parametrize("status", [404, 400])
def test_an_unavailable_transition(api: Api, transition: str, body: dict[str, object], status: int) -> None:
    api("POST", "/_sandbox/seed", {"switches": {"unavailable_transition": status}})
    assert api.move("TEST-1", transition, **body).status_code == status
    assert api("GET", f"/issues/TEST-1/transitions/{transition}").status_code == status
    assert api("GET", "/issues/TEST-1").json()["status"]["key"] == "open"


def test_an_unknown_resolution_moves_nothing(api: Api) -> None:
    assert api.move("TEST-1", "close", resolution="nope").json()["errors"].keys() == {"resolution"}
    assert api("GET", "/issues/TEST-1").json()["status"]["key"] == "open"


def test_a_moved_issue_is_found_under_both_keys(api: Api) -> None:
    [local] = api("GET", "/queues/WEB/localFields").json()
    api("PATCH", "/issues/WEB-1", {local["id"]: "Firefox", "benchLink": "https://bench.example.com/1"})
    moved = api("POST", "/issues/WEB-1/_move?queue=TEST").json()
    assert (moved["key"], moved["aliases"], moved["previousQueue"]["key"]) == ("TEST-8", ["WEB-1"], "WEB")
    assert (local["id"] in moved, moved["benchLink"]) == (False, "https://bench.example.com/1")
    assert api("GET", "/issues/WEB-1").json() == moved
    api("POST", "/_sandbox/seed", {"switches": {"redirect_moved_issues": True}})
    answer = api("GET", "/issues/WEB-1")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"{api.url}/v3/issues/TEST-8")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        pytest.param("/issues/TEST-3/_move?queue=WEB", 422, id="a status the target does not have"),
        pytest.param("/issues/TEST-3/_move?queue=WEB&initialStatus=true", 200, id="the initial status"),
        pytest.param("/issues/TEST-3/_move?queue=TEST", 422, id="the same queue"),
        pytest.param("/issues/TEST-3/_move?queue=NOPE", 404, id="an unknown queue"),
        pytest.param("/issues/TEST-3/_move", 400, id="no queue"),
    ],
)
def test_moves_between_queues(api: Api, path: str, status: int) -> None:
    assert api("POST", path).status_code == status
    assert api("GET", "/issues/TEST-3").json()["status"]["key"] == ("open" if status == 200 else "inReview")
