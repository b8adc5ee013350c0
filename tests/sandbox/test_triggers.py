"""Triggers: how they are made, when they fire, what they do."""

from __future__ import annotations

import pytest

from gitlink.sandbox.seed import MEMBER_TOKEN

from .asking import Api
from .triggering import CREATE, NOTE, REMARK, UPDATE, field, runs, texts, trigger, webhook

BENCH = "https://bench.example.com/1"

# How they are made


def test_a_trigger_of_the_documented_shape(api: Api) -> None:
    status = {"type": "Transition", "status": "needInfo"}
    flagged = {"type": "CommentStringMatchCondition", "word": "x"}
    made = trigger(api, status, conditions=[{"type": "Or", "conditions": [{"type": "Event.comment-create"}, flagged]}])
    assert isinstance(made["id"], int)
    assert (made["version"], made["active"], made["order"]) == (1, True, "0.0001")
    [action] = api("GET", f"/queues/TEST/triggers/{made['id']}").json()["actions"]
    assert (action["id"], action["status"]["key"]) == (1, "needInfo")
    flags = {"ignoreCase": False, "removeMarkup": False, "noMatchBefore": False}
    assert made["conditions"] == [
        {"type": "Or", "conditions": [{"type": "Event.comment-create"}, flagged | flags]},
    ]


def test_listed_by_cursor_ascending(api: Api) -> None:
    ids = [trigger(api, NOTE)["id"] for _ in range(3)]
    first = api("GET", "/queues/TEST/triggers?perPage=2")
    second = api("GET", first.links["next"]["url"].removeprefix(api.url))
    assert [item["id"] for item in first.json() + second.json()] == ids
    assert "next" not in second.links


@pytest.mark.parametrize(
    ("query", "headers", "status"),
    [
        pytest.param("?version=1", {}, 200, id="the version"),
        pytest.param("", {"If-Match": '"1"'}, 200, id="If-Match"),
        pytest.param("", {}, 428, id="no version"),
        pytest.param("?version=7", {}, 412, id="a stale version"),
    ],
)
def test_an_edit_needs_the_version(api: Api, query: str, headers: dict[str, str], status: int) -> None:
    made = trigger(api, NOTE)
    path = f"/queues/TEST/triggers/{made['id']}"
    answer = api("PATCH", path + query, {"active": False}, headers=headers)
    assert answer.status_code == status
    assert api("GET", path).json()["version"] == (2 if status == 200 else 1)


def test_an_edit_replaces_lists_and_may_put_before(api: Api) -> None:
    first, second = trigger(api, NOTE), trigger(api, NOTE, NOTE)
    path = f"/queues/TEST/triggers/{second['id']}?version=1"
    edited = api("PATCH", path, {"actions": [NOTE], "before": first["id"]}).json()
    assert len(edited["actions"]) == 1
    assert float(edited["order"]) < float(str(first["order"]))


def test_there_is_no_delete(api: Api) -> None:
    assert api("DELETE", f"/queues/TEST/triggers/{trigger(api, NOTE)['id']}").status_code == 405


def test_who_may(api: Api) -> None:
    body = {"name": "t", "actions": [NOTE]}
    assert api("POST", "/queues/WEB/triggers", body, token=MEMBER_TOKEN).status_code == 403
    assert api("GET", "/queues/WEB/triggers", token=MEMBER_TOKEN).status_code == 403
    assert api("POST", "/queues/TEST/triggers", body, token=MEMBER_TOKEN).status_code == 200


@pytest.mark.parametrize(
    ("body", "field"),
    [
        pytest.param({"actions": [NOTE]}, "name", id="no name"),
        pytest.param({"name": "t"}, "actions", id="no actions"),
        pytest.param({"name": "t", "actions": [NOTE] * 11}, "actions", id="eleven actions"),
        pytest.param({"name": "t", "actions": [{"type": "Event.create"}]}, "actions", id="an event for an action"),
        pytest.param({"name": "t", "actions": [{"type": "CalculateFormula"}]}, "actions", id="a formula"),
        pytest.param({"name": "t", "actions": [webhook("ftp://x")]}, "actions", id="an endpoint that is no http"),
        pytest.param({"name": "t", "actions": [webhook("http://x") | {"method": "PATCH"}]}, "actions", id="PATCH"),
        pytest.param({"name": "t", "actions": [NOTE], "conditions": [{"type": "or"}]}, "conditions", id="lower case"),
        pytest.param(
            {"name": "t", "actions": [NOTE], "conditions": [{"type": "FieldIsEmpty", "field": "nope"}]},
            "conditions",
            id="an unknown field",
        ),
        pytest.param({"name": "t", "actions": [NOTE], "version": 1}, "version", id="a version in the body"),
    ],
)
def test_a_trigger_needs(api: Api, body: object, field: str) -> None:
    answer = api("POST", "/queues/TEST/triggers", body)
    assert (answer.status_code, list(answer.json()["errors"])) == (422, [field])


def test_a_thousand_are_the_most(api: Api) -> None:
    body = {"name": "t", "actions": [NOTE], "active": False}
    world = api.sandbox.state.world
    trigger(api, NOTE, active=False)
    [made] = world.triggers.values()
    for number in range(10_000, 10_999):
        world.triggers[str(number)] = type(made)(number, "TEST", "t", [], [], "1", False)
    assert api("POST", "/queues/TEST/triggers", body).status_code == 422


# When they fire


@pytest.mark.parametrize(
    ("conditions", "fires"),
    [
        pytest.param([], True, id="no condition"),
        pytest.param([CREATE], False, id="created"),
        pytest.param([REMARK], False, id="commented"),
        pytest.param([UPDATE], True, id="updated"),
        pytest.param([UPDATE, CREATE], False, id="two are and"),
        pytest.param([{"type": "Or", "conditions": [CREATE, UPDATE]}], True, id="or"),
        pytest.param([{"type": "And", "conditions": [CREATE, UPDATE]}], False, id="and"),
        pytest.param(
            [{"type": "Or", "conditions": [CREATE, {"type": "And", "conditions": [UPDATE]}]}], True, id="nested"
        ),
        pytest.param([field("FieldEquals", "priority", "critical")], True, id="equals by key"),
        pytest.param([field("FieldEquals", "priority", "Критичный")], True, id="equals by name"),
        pytest.param([field("FieldEquals", "priority", "minor")], False, id="equals another"),
        pytest.param([field("FieldBecameEqual", "priority", "critical")], True, id="became equal"),
        pytest.param([field("FieldBecameEqual", "type", "story")], False, id="was equal before"),
        pytest.param([field("FieldEquals", "type", "story")], True, id="is equal still"),
        pytest.param([field("FieldChangedCondition", "priority")], True, id="changed"),
        pytest.param([field("FieldChangedCondition", "type")], False, id="not changed"),
        pytest.param([field("FieldIsEmpty", "benchLink")], False, id="is empty"),
        pytest.param([field("FieldIsNotEmpty", "benchLink")], True, id="is not empty"),
        pytest.param([field("FieldBecameNotEmpty", "benchLink")], True, id="became not empty"),
        pytest.param([field("FieldBecameNotEmpty", "priority")], False, id="was not empty before"),
        pytest.param([field("FieldBecameEmpty", "benchLink")], False, id="became empty"),
        pytest.param([field("GreaterCondition", "storyPoints", 2)], True, id="greater"),
        pytest.param([field("BecameLessOrEqualCondition", "storyPoints", 2)], False, id="became less"),
        pytest.param([field("Container.SizeEquals", "tags", 2)], True, id="a list of two"),
        pytest.param([field("ContainerContainsAny", "tags", ["a", "z"])], True, id="contains any"),
        pytest.param([field("ContainerContainsAll", "tags", ["a", "z"])], False, id="contains all"),
        pytest.param([field("ContainsAnyOfStrings", "summary", ["LOGIN"], ignoreCase=True)], True, id="a string"),
        pytest.param([field("ContainsNoneOfStrings", "summary", ["login"])], False, id="no string"),
        pytest.param([field("FieldEqualsString", "key", "TEST-1")], True, id="the key"),
        pytest.param([field("DateLessCondition", "deadline", "2026-02-01T00:00:00")], True, id="a date"),
        pytest.param([field("DateEqualCondition", "start", "2026-02-01T00:00:00")], False, id="no date"),
        pytest.param([{"type": "CommentAnyMatchCondition", "words": ["x"]}], False, id="no comment to match"),
        pytest.param([{"type": "CreatedLinkCondition", "relationship": ["relates"]}], False, id="no link"),
    ],
)
def test_fires_on_an_edit(api: Api, conditions: list[object], fires: bool) -> None:
    trigger(api, NOTE, conditions=conditions)
    edit = {
        "priority": "critical",
        "benchLink": BENCH,
        "storyPoints": 3,
        "tags": ["a", "b"],
        "deadline": "2026-01-01",
    }
    assert api("PATCH", "/issues/TEST-1", edit).status_code == 200
    assert texts(api) == ["fired TEST-1"] * fires


@pytest.mark.parametrize(
    ("condition", "fires"),
    [
        pytest.param(REMARK, True, id="commented"),
        pytest.param(UPDATE, False, id="a comment is no update"),
        pytest.param({"type": "CommentStringMatchCondition", "word": "done"}, True, id="a word"),
        pytest.param({"type": "CommentFullyMatchCondition", "word": "done"}, False, id="the whole"),
        pytest.param({"type": "CommentNoneMatchCondition", "words": ["DONE"], "ignoreCase": True}, False, id="none"),
        pytest.param({"type": "CommentAuthor", "user": "ivan.petrov"}, True, id="the author"),
        pytest.param({"type": "CommentAuthorNot", "user": "ivan.petrov"}, False, id="not the author"),
        pytest.param({"type": "CommentMessageInternal"}, True, id="internal"),
    ],
)
def test_fires_on_a_comment(api: Api, condition: object, fires: bool) -> None:
    trigger(api, {"type": "Update", "update": {"priority": "minor"}}, conditions=[condition])
    api("POST", "/issues/TEST-1/comments", {"text": "It is done."})
    assert (api("GET", "/issues/TEST-1").json()["priority"]["key"] == "minor") == fires


def test_fires_on_values_given_at_creation_and_makes_the_answer_stale(api: Api) -> None:
    trigger(api, NOTE, conditions=[field("FieldBecameEqual", "priority", "critical"), CREATE])
    made = api("POST", "/issues", {"queue": "TEST", "summary": "New", "priority": "critical"}).json()
    assert (made["version"], api("GET", f"/issues/{made['key']}").json()["version"]) == (1, 2)
    assert texts(api, made["key"]) == [f"fired {made['key']}"]


def test_fires_on_a_status_reached_by_a_transition_not_elsewhere(api: Api) -> None:
    trigger(api, NOTE, conditions=[field("FieldBecameEqual", "status", "inProgress")])
    api.move("TEST-1", "start_progress")
    api("PATCH", "/issues/WEB-1", {"summary": "another queue"})
    assert (texts(api), texts(api, "WEB-1")) == (["fired TEST-1"], [])


def test_fires_on_links(api: Api) -> None:
    trigger(api, NOTE, conditions=[{"type": "CreatedLinkCondition", "relationship": ["depends on"]}])
    api("POST", "/issues/TEST-1/links", {"relationship": "depends on", "issue": "TEST-2"})
    assert (texts(api), texts(api, "TEST-2")) == (["fired TEST-1"], [])


def test_does_not_fire_when_it_is_switched_off(api: Api) -> None:
    trigger(api, NOTE, active=False)
    api("PATCH", "/issues/TEST-1", {"summary": "New"})
    assert texts(api) == []


# What they do


def test_actions_are_the_robots_and_run_in_order(api: Api) -> None:
    status = {"type": "Transition", "status": "inProgress"}
    trigger(api, status, {"type": "Update", "update": {"tags": {"add": ["auto"]}}}, NOTE, conditions=[UPDATE])
    api("PATCH", "/issues/TEST-1", {"summary": "New"})
    issue = api("GET", "/issues/TEST-1").json()
    assert (issue["status"]["key"], issue["tags"]) == ("inProgress", ["auto"])
    assert issue["updatedBy"]["display"] == "Tracker Robot"
    assert runs(api)[0] == (True, "")


def test_a_transition_with_a_screen_fails_and_says_so(api: Api) -> None:
    trigger(api, {"type": "Transition", "status": "closed"}, conditions=[UPDATE])
    api("PATCH", "/issues/TEST-1", {"summary": "New"})
    assert runs(api) == [(False, "You must set values for the fields resolution.")]


def test_an_issue_is_created_once_and_linked(api: Api) -> None:
    action = {"type": "CreateIssue", "queue": "TEST", "summary": "Check {{issue.key}}", "linkWithInitialIssue": True}
    trigger(api, action, conditions=[CREATE])
    made = api("POST", "/issues", {"queue": "TEST", "summary": "New"}).json()
    [link] = api("GET", f"/issues/{made['key']}/links").json()
    assert link["object"]["display"] == f"Check {made['key']}"
    assert api("POST", "/issues/_count", {"filter": {"queue": "TEST"}}).json() == 9


def test_triggers_set_off_each_other_but_none_itself(api: Api) -> None:
    trigger(api, NOTE)
    trigger(api, {"type": "CreateComment", "text": "two"}, conditions=[REMARK])
    assert api("PATCH", "/issues/TEST-1", {"summary": "New"}).status_code == 200
    assert texts(api) == ["fired TEST-1", "two"]
