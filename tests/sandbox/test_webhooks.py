"""HTTP requests of triggers: what is written into them, how they travel, what the log keeps."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import pytest

from .asking import Api
from .receiver import Receiver, receiving
from .triggering import REMARK, UPDATE, field, log, runs, trigger, wait_for, webhook

BENCH = "https://bench.example.com/1"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as started:
        yield started


def test_a_request_is_sent_as_configured(api: Api, receiver: Receiver) -> None:
    action = webhook(
        receiver.url + "/hook?key={{issue.key}}&t={{issue.summary.urlEncodeUTF8}}",
        '{"issue": "{{issue.key}}", "title": {{issue.summary.json}}, "bench": "{{issue.benchLink}}"}',
        headers={"X-Team": "core {{issue.queue}}"},
        authContext={"type": "oauth", "headerName": "Authorization", "tokenType": "Bearer", "accessToken": "secret"},
        contentType="application/json; charset=UTF-8",
    )
    made = trigger(api, action, conditions=[field("FieldBecameNotEmpty", "benchLink")])
    api("PATCH", "/issues/TEST-1", {"summary": 'a "b" & ё', "benchLink": BENCH})
    [got] = receiver.wait(1)
    assert (got.method, got.path) == ("POST", "/hook?key=TEST-1&t=a%20%22b%22%20%26%20%D1%91")
    assert json.loads(got.body) == {"issue": "TEST-1", "title": 'a "b" & ё', "bench": BENCH}
    assert (got.headers["x-team"], got.headers["authorization"]) == ("core TEST", "Bearer secret")
    assert got.headers["content-type"] == "application/json; charset=UTF-8"
    [entry] = wait_for(api, made, 1)
    assert entry["response"] == {"headers": dict.fromkeys(entry["response"]["headers"], "XXX"), "statusCode": 200}  # type: ignore[index]
    assert entry["request"]["body"] == got.body  # type: ignore[index]
    assert "secret" not in json.dumps(entry)
    assert runs(api) == [(True, "")]


def test_an_object_for_a_body(api: Api, receiver: Receiver) -> None:
    trigger(api, webhook(receiver.url, {"text": "{{issue.key}}"}), conditions=[UPDATE])
    api("PATCH", "/issues/TEST-1", {"summary": "New"})
    assert receiver.wait(1)[0].body == '{"text": "TEST-1"}'


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_other_methods_and_basic_auth(api: Api, receiver: Receiver, method: str) -> None:
    auth = {"type": "basic", "login": "a", "password": "b"}
    trigger(api, webhook(receiver.url, "x", authContext=auth) | {"method": method}, conditions=[UPDATE])
    api("PATCH", "/issues/TEST-1", {"summary": "New"})
    [got] = receiver.wait(1)
    assert (got.method, got.headers["authorization"]) == (method, "Basic YTpi")


@pytest.mark.parametrize(
    ("variable", "written"),
    [
        ("{{issue.status}}", "Открыт"),
        ("{{issue.status.key}}", "open"),
        ("{{issue.type.name.json}}", '"История"'),
        ("{{issue.author}}", "Ivan Petrov"),
        ("{{issue.author.login.json}}", '"ivan.petrov"'),
        ("{{issue.tags.json}}", '["a", "b"]'),
        ("{{issue.tags}}", "a, b"),
        ("{{issue.storyPoints.json}}", "3"),
        ("{{issue.deadline}}", "07 декабря 2026"),
        ("{{issue.deadline.date}}", "2026-12-07"),
        ("{{issue.deadline.unixEpoch}}", "1796601600"),
        ("{{issue.local.place}}", "here"),
        ("{{currentUser.login}}", "ivan.petrov"),
        ("{{ issue.key }}", "TEST-1"),
        ("{{issue.summary.urlEncodeUTF16}}", "%00N%00e%00w"),
    ],
)
def test_variables(api: Api, receiver: Receiver, variable: str, written: str) -> None:
    category = api("GET", "/fields/categories").json()[0]["id"]
    names, kind = {"en": "Place", "ru": "Место"}, "ru.yandex.startrek.core.fields.StringFieldType"
    body = {"id": "place", "name": names, "category": category, "type": kind}
    local = api("POST", "/queues/TEST/localFields", body).json()["id"]
    trigger(api, webhook(receiver.url, variable), conditions=[UPDATE])
    edit = {"summary": "New", "tags": ["a", "b"], "storyPoints": 3, "deadline": "2026-12-07", local: "here"}
    api("PATCH", "/issues/TEST-1", edit)
    assert receiver.wait(1)[0].body == written


def test_the_comment_is_a_variable(api: Api, receiver: Receiver) -> None:
    trigger(api, webhook(receiver.url, "{{userComment.author}}: {{userComment.text.json}}"), conditions=[REMARK])
    api("POST", "/issues/TEST-1/comments", {"text": 'so "good"'})
    assert receiver.wait(1)[0].body == 'Ivan Petrov: "so \\"good\\""'


@pytest.mark.parametrize("switched", [False, True], ids=["not sent", "switched to empty text"])
def test_an_empty_variable(api: Api, receiver: Receiver, switched: bool) -> None:
    api("POST", "/_sandbox/seed", {"switches": {"empty_variable_sends": switched}})
    trigger(api, webhook(receiver.url, "<{{issue.benchLink}}>"), conditions=[UPDATE])
    api("PATCH", "/issues/TEST-1", {"summary": "New"})
    if switched:
        assert receiver.wait(1)[0].body == "<>"
    else:
        assert runs(api) == [(False, "The variable issue.benchLink is empty: no request was sent.")]


def test_json_of_an_object_fails(api: Api, receiver: Receiver) -> None:
    trigger(api, webhook(receiver.url, "{{issue.author.json}}"), conditions=[UPDATE])
    api("PATCH", "/issues/TEST-1", {"summary": "New"})
    assert runs(api) == [(False, "The variable issue.author.json cannot be written like that.")]


@pytest.mark.parametrize(
    ("answers", "requests"),
    [
        pytest.param([404], 1, id="404 is final"),
        pytest.param([429], 1, id="429 is final"),
        pytest.param([503], 1, id="503 is final"),
        pytest.param([500, 500, 200], 3, id="500 is tried again"),
        pytest.param([500] * 9, 5, id="five times in all"),
    ],
)
def test_what_is_tried_again(api: Api, receiver: Receiver, answers: list[int], requests: int) -> None:
    api("POST", "/_sandbox/seed", {"switches": {"webhook_delay_s": 0.01}})
    receiver.answers = list(answers)
    made = trigger(api, webhook(receiver.url), conditions=[UPDATE])
    api("PATCH", "/issues/TEST-1", {"summary": "New"})
    entries = wait_for(api, made, requests)
    assert [entry["response"]["statusCode"] for entry in reversed(entries)] == [*answers, 200][:requests]  # type: ignore[index]
    time.sleep(0.05)
    assert (len(receiver.got), runs(api)[0][0]) == (requests, answers[requests - 1 :][:1] != [500])


def test_no_answer_is_tried_again_and_logged_without_one(api: Api, receiver: Receiver) -> None:
    api("POST", "/_sandbox/seed", {"switches": {"webhook_delay_s": 0.01, "webhook_timeout_s": 0.05}})
    receiver.delay_s = 0.3
    made = trigger(api, webhook(receiver.url), conditions=[UPDATE])
    api("PATCH", "/issues/TEST-1", {"summary": "New"})
    entries = wait_for(api, made, 5)
    assert len(entries) == 5 and not any("response" in entry for entry in entries)


def test_a_slow_receiver_holds_nobody_up(api: Api, receiver: Receiver) -> None:
    receiver.delay_s = 3.0
    trigger(api, webhook(receiver.url), conditions=[UPDATE])
    began = time.monotonic()
    for number in range(5):
        assert api("PATCH", "/issues/TEST-1", {"summary": f"{number}"}).status_code == 200
    assert time.monotonic() - began < 3


def test_a_reset_forgets_what_is_under_way(api: Api, receiver: Receiver) -> None:
    receiver.delay_s = 1.0
    trigger(api, webhook(receiver.url), conditions=[UPDATE])
    for number in range(5):
        api("PATCH", "/issues/TEST-1", {"summary": f"{number}"})
    receiver.wait(1)
    api("POST", "/_sandbox/reset")
    time.sleep(1.3)
    assert len(receiver.got) == 1


def test_requests_of_one_trigger_keep_their_order(api: Api, receiver: Receiver) -> None:
    trigger(api, webhook(receiver.url, "{{issue.summary}}"), conditions=[UPDATE])
    for number in range(8):
        api("PATCH", "/issues/TEST-1", {"summary": f"{number}"})
    assert [got.body for got in receiver.wait(8)] == [f"{number}" for number in range(8)]


def test_the_log_is_narrowed(api: Api, receiver: Receiver) -> None:
    made = trigger(api, webhook(receiver.url), conditions=[UPDATE])
    for key in ("TEST-1", "TEST-2", "TEST-2"):
        api("PATCH", f"/issues/{key}", {"summary": f"{key} {time.monotonic()}"})
    assert len(wait_for(api, made, 3)) == 3
    assert len(log(api, made, "?limit=1")) == 1
    assert len(log(api, made, "?issueId=TEST-2")) == 2
    assert log(api, made, "?to=2020-01-01T00:00:00.000%2B0000") == []
    path = f"/queues/TEST/triggers/{made['id']}/webhooks/log"
    assert api("GET", path + "?limit=101").status_code == 400


def test_a_restart_keeps_triggers_and_their_log(api: Api, receiver: Receiver) -> None:
    made = trigger(api, webhook(receiver.url), conditions=[UPDATE])
    api("PATCH", "/issues/TEST-1", {"summary": "New"})
    entries = wait_for(api, made, 1)
    state = api("GET", "/_sandbox/state").json()
    api("POST", "/_sandbox/reset")
    assert api("POST", "/_sandbox/state", state).status_code == 204
    assert log(api, made) == entries
