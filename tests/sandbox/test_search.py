"""Finding issues: criteria, the query language, order, and the three ways to page."""

from __future__ import annotations

import pytest

from .asking import Api


def found(api: Api, body: object, query: str = "") -> list[str]:
    answer = api("POST", f"/issues/_search{query}", body)
    assert answer.status_code == 200, answer.text
    return [issue["key"] for issue in answer.json()]


def asked(api: Api, query: str) -> list[str]:
    return sorted(found(api, {"query": query}))


TESTS = [f"TEST-{number}" for number in range(1, 8)]


@pytest.mark.parametrize(
    ("query", "keys"),
    [
        pytest.param("Queue: NONE", None, id="an unknown queue"),
        pytest.param("Nope: 1", None, id="an unknown field"),
        pytest.param("Status: nope", None, id="an unknown status"),
        pytest.param("Key: TEST-1", ["TEST-1"], id="by key"),
        pytest.param("Key: test-1", ["TEST-1"], id="by key in another case"),
        pytest.param("Queue: TEST", TESTS, id="a queue"),
        pytest.param("Queue: TEST Status: open", ["TEST-1"], id="a blank is and"),
        pytest.param("Queue: TEST AND Status: open", ["TEST-1"], id="and"),
        pytest.param("Status: closed OR Key: TEST-1", ["TEST-1", "WEB-4", "WEB-5"], id="or"),
        pytest.param("Queue: TEST (Status: open OR Status: resolved)", ["TEST-1", "TEST-5"], id="parentheses"),
        pytest.param("Queue: TEST Status: open, resolved", ["TEST-1", "TEST-5"], id="several values"),
        pytest.param('Queue: TEST Status: "In review"', ["TEST-3"], id="a name with a blank"),
        pytest.param('Queue: TEST Статус: "На ревью"', ["TEST-3"], id="in Russian"),
        pytest.param("Queue: TEST Type: !bug", ["TEST-1", "TEST-2", "TEST-6"], id="not"),
        pytest.param("Priority: critical", ["TEST-4"], id="a priority"),
        pytest.param("Priority: > normal", ["TEST-4"], id="a higher priority"),
        pytest.param("Assignee: me()", ["TEST-3", "WEB-1", "WEB-3"], id="mine"),
        pytest.param("Assignee: anna.ivanova@", ["TEST-2", "WEB-2"], id="a login"),
        pytest.param("Queue: TEST Assignee: empty()", ["TEST-1", "TEST-4", "TEST-5", "TEST-6", "TEST-7"], id="empty"),
        pytest.param("Queue: TEST Assignee: notEmpty()", ["TEST-2", "TEST-3"], id="not empty"),
        pytest.param("Queue: TEST Assignee: !empty()", ["TEST-2", "TEST-3"], id="not empty, the other way"),
        pytest.param("Queue: WEB Resolution: unresolved()", ["WEB-1", "WEB-2", "WEB-3"], id="unresolved"),
        pytest.param('"Story Points": 3', ["TEST-1"], id="a number"),
        pytest.param('"Story Points": >= 3', ["TEST-1", "TEST-2"], id="at least"),
        pytest.param('"Story Points": 4 .. 9', ["TEST-2"], id="a range"),
        pytest.param("Deadline: 2026-04-01", ["TEST-1"], id="a date"),
        pytest.param("Deadline: < 2026-04-01", [], id="before a date"),
        pytest.param("Deadline: 2026-01-01 .. 2026-12-31", ["TEST-1"], id="a range of dates"),
        pytest.param("Queue: TEST Created: today()", TESTS, id="today"),
        pytest.param("Queue: TEST Created: >= now() - 1h", TESTS, id="an hour ago"),
        pytest.param("Queue: TEST Created: < today() - 1d", [], id="before yesterday"),
        pytest.param("Queue: TEST Created: week(), month(), quarter(), year()", TESTS, id="week and so on"),
        pytest.param("login", ["TEST-1"], id="a bare word"),
        pytest.param('"2 GB"', ["TEST-4"], id="bare quoted words"),
        pytest.param("Summary: FORM", ["TEST-1"], id="part of the summary"),
        pytest.param('Comment: "which filter"', ["TEST-3"], id="part of a comment"),
        pytest.param('"Bench link": notEmpty()', ["TEST-1"], id="the bench link"),
        pytest.param('WEB."Browser": Firefox', ["WEB-1"], id="a local field"),
        pytest.param("WEB.browser: firefox", ["WEB-1"], id="a local field by key"),
        pytest.param("Tags: export", ["TEST-6"], id="a tag"),
        pytest.param("Components: backend", ["TEST-1"], id="a component"),
        pytest.param('Status: changed(to: "Closed")', ["WEB-4", "WEB-5"], id="changed to"),
        pytest.param("Status: changed(from: open to: closed by: me())", ["WEB-4", "WEB-5"], id="changed by me"),
        pytest.param("Status: changed(to: inReview date: today())", ["TEST-3"], id="changed today"),
        pytest.param("Status: changed(to: inReview date: < today())", [], id="changed before today"),
    ],
)
def test_queries(api: Api, query: str, keys: list[str] | None) -> None:
    [local] = api("GET", "/queues/WEB/localFields").json()
    edit = {"storyPoints": 3, "deadline": "2026-04-01", "benchLink": "https://a.example", "components": ["backend"]}
    assert api("PATCH", "/issues/TEST-1", edit).status_code == 200
    api("PATCH", "/issues/TEST-2", {"storyPoints": 5})
    api("PATCH", "/issues/WEB-1", {local["id"]: "Firefox"})
    if keys is None:
        assert api("POST", "/issues/_search", {"query": query}).status_code == 422
    else:
        assert asked(api, query) == keys
        assert api("POST", "/issues/_count", {"query": query}).json() == len(keys)


@pytest.mark.parametrize(
    "query", ["(", "Queue:", "Queue: TEST)", "Status: changed(x)", "Created: nope()", ":", "Key: > 1"]
)
def test_a_broken_query_is_400(api: Api, query: str) -> None:
    assert api("POST", "/issues/_search", {"query": query}).status_code == 400


@pytest.mark.parametrize(
    ("filter_", "keys"),
    [
        pytest.param({}, None, id="nothing"),
        pytest.param({"queue": "TEST", "status": "open"}, ["TEST-1"], id="two fields"),
        pytest.param({"queue": "TEST", "status": ["open", "resolved"]}, ["TEST-1", "TEST-5"], id="a list"),
        pytest.param({"queue": {"key": "TEST"}, "status": {"key": "open"}}, ["TEST-1"], id="objects"),
        pytest.param({"queue": "TEST", "assignee": "me()"}, ["TEST-3"], id="me()"),
        pytest.param({"queue": "TEST", "assignee": "notEmpty()"}, ["TEST-2", "TEST-3"], id="notEmpty()"),
        pytest.param({"queue": "WEB", "resolution": "empty()"}, ["WEB-1", "WEB-2", "WEB-3"], id="empty()"),
        pytest.param({"queue": "TEST", "createdAt": {"from": "2020-01-01", "to": "2020-01-02"}}, [], id="a range"),
        pytest.param({"queue": "TEST", "status": None, "key": "TEST-1"}, ["TEST-1"], id="null is not given"),
    ],
)
def test_filters(api: Api, filter_: object, keys: list[str] | None) -> None:
    assert sorted(found(api, {"filter": filter_})) == (keys if keys is not None else sorted(found(api, {})))


def test_the_stronger_of_two_criteria_wins_and_three_are_refused(api: Api) -> None:
    assert found(api, {"keys": ["TEST-1"], "query": "Queue: WEB"}) == ["TEST-1"]
    assert found(api, {"queue": "WEB", "keys": ["TEST-1"]})[0] == "WEB-1"
    nulls = {"filter": None, "filterId": None, "query": "Key: TEST-1", "keys": None, "queue": None, "order": None}
    assert found(api, nulls) == ["TEST-1"]
    answer = api("POST", "/issues/_search", {"queue": "WEB", "keys": ["TEST-1"], "query": "Queue: WEB"})
    assert (answer.status_code, answer.json()["errors"]) == (400, {})


@pytest.mark.parametrize(
    ("body", "query"),
    [
        pytest.param({"order": "-key"}, "", id="a string"),
        pytest.param({"order": ["-key"]}, "", id="a list"),
        pytest.param({}, "?order=-key", id="in the address"),
        pytest.param({"query": 'Queue: TEST "Sort By": Key DESC'}, "", id="in the query"),
    ],
)
def test_order(api: Api, body: dict[str, object], query: str) -> None:
    assert found(api, {"filter": {"queue": "TEST"}} | body if "query" not in body else body, query) == TESTS[::-1]


def test_empty_values_come_last(api: Api) -> None:
    keys = found(api, {"filter": {"queue": "TEST"}, "order": ["-assignee", "+key"]})
    assert keys[:2] == ["TEST-3", "TEST-2"]


def test_page_by_page(api: Api) -> None:
    answer = api("POST", "/issues/_search?perPage=3", {"filter": {"queue": "TEST"}})
    assert (answer.headers["X-Total-Count"], answer.headers["X-Total-Pages"]) == ("7", "3")
    assert "{&page}" in answer.links["seek"]["url"] and answer.links["next"]["url"].startswith(api.url)
    last = api("POST", "/issues/_search?perPage=3&page=3", {"filter": {"queue": "TEST"}})
    assert ([issue["key"] for issue in last.json()], "next" in last.links) == (["TEST-7"], False)
    assert api("POST", "/issues/_search?perPage=100&page=102", {}).status_code == 400


def test_relative_pages_of_a_queue(api: Api) -> None:
    keys, url = list[str](), "/issues/_search?perPage=3"
    while url:
        answer = api("POST", url, {"queue": "TEST"})
        keys += [issue["key"] for issue in answer.json()]
        url = answer.links.get("next", {}).get("url", "").removeprefix(api.url)
    assert keys == TESTS


def test_scrolling(api: Api) -> None:
    body, keys = {"filter": {"queue": "TEST"}}, list[str]()
    answer = api("POST", "/issues/_search?scrollType=sorted&perScroll=3", body)
    while True:
        keys += [issue["key"] for issue in answer.json()]
        scroll_id = answer.headers.get("X-Scroll-Id")
        if scroll_id is None:
            break
        answer = api("POST", f"/issues/_search?scrollId={scroll_id}", body)
    assert keys == TESTS


@pytest.mark.parametrize(
    ("query", "body"),
    [
        pytest.param("?scrollType=sorted", {"queue": "TEST"}, id="a queue"),
        pytest.param("?scrollType=sorted", {"keys": ["TEST-1"]}, id="keys"),
        pytest.param("?scrollType=up", {}, id="an unknown type"),
        pytest.param("?scrollType=sorted&perScroll=1001", {}, id="too many"),
        pytest.param("?scrollId=nope", {}, id="an unknown scroll"),
    ],
)
def test_no_scrolling_with(api: Api, query: str, body: object) -> None:
    assert api("POST", f"/issues/_search{query}", body).status_code == 400


def test_fields_and_sections(api: Api) -> None:
    answer = api("POST", "/issues/_search?fields=summary&expand=transitions", {"keys": "TEST-1"})
    assert answer.json()[0].keys() == {"self", "id", "key", "version", "favorite", "summary"}
    assert api("POST", "/issues/_search?expand=transitions", {"keys": "TEST-1"}).json()[0]["transitions"]


def test_a_moved_issue_is_not_found_by_its_old_key(api: Api) -> None:
    api("POST", "/issues/WEB-1/_move?queue=TEST")
    assert (found(api, {"keys": ["WEB-1"]}), asked(api, "Key: WEB-1"), asked(api, "Key: TEST-8")) == (
        [],
        [],
        ["TEST-8"],
    )
