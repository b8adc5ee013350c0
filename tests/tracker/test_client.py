"""The verbs, against a real server: what is sent, and which fault means what."""

import json

import pytest

from gitlink.errors import AuthError, GitlinkError, IssueNotFound, Unreachable
from gitlink.tracker.models import Field, Status, Transition
from gitlink.tracker.reading import Malformed
from gitlink.tracker.refusal import Refused
from gitlink.transport.model import NoAnswer
from tests.tracker.loopback import TOKEN, Answer, Seen, client, in_turn, serving, told

OPEN = {"id": "1", "key": "open", "display": "Open"}
ISSUE = {"key": "TEST-1", "summary": "Fix login", "status": OPEN, "version": 3, "benchLink": "https://b/1"}
LOCAL = {"id": "6054ae3a2b6b2c7f00000001--benchLink", "key": "benchLink", "name": "Bench link", "type": "local"}
GLOBAL = {"id": "benchLink", "key": "benchLink", "name": "Bench link", "type": "standard", "schema": {"type": "uri"}}
NO = {"errors": {}, "errorMessages": ["no"], "statusCode": 403}


def test_every_request_says_who_asks_and_in_which_language() -> None:
    with serving(in_turn(told(ISSUE))) as server:
        issue = client(server, "ru").issue("TEST-1")
        assert issue.url == f"{server.url}/TEST-1"
    headers = server.seen[0].headers
    assert server.lines == ["GET /v3/issues/TEST-1"]
    assert (headers["authorization"], headers["x-org-id"], headers["accept-language"]) == (f"OAuth {TOKEN}", "77", "ru")


def test_a_key_cannot_lead_out_of_its_place() -> None:
    with serving(in_turn(told(ISSUE))) as server:
        client(server).issue("../myself?x=/#")
    assert server.lines == ["GET /v3/issues/..%2Fmyself%3Fx%3D%2F%23"]


def test_a_move_is_posted_with_its_fields() -> None:
    with serving(in_turn(told([]))) as server:
        client(server).execute("TEST-1", "close", {"resolution": "fixed", "comment": "Готово"})
    assert server.lines == ["POST /v3/issues/TEST-1/transitions/close/_execute"]
    assert json.loads(server.seen[0].body) == {"resolution": "fixed", "comment": "Готово"}


def test_transitions_statuses_and_myself() -> None:
    def handle(seen: Seen) -> Answer:
        return {
            "/v3/issues/TEST-1/transitions": told([{"id": "close", "display": "Close", "to": OPEN}]),
            "/v3/statuses": told([{"id": 1, "key": "open", "name": seen.headers["accept-language"]}]),
            "/v3/myself": told({"uid": 11, "login": "anna", "display": "Anna"}),
        }[seen.path]

    with serving(handle) as server:
        asker = client(server)
        assert asker.transitions("TEST-1") == [Transition("close", "Close", Status("open", "Open"))]
        assert asker.statuses() == [Status("open", "en")]
        assert asker.statuses("ru") == [Status("open", "ru")]
        assert asker.myself().login == "anna"


def test_a_field_is_set_by_its_full_id_and_the_issue_comes_back() -> None:
    with serving(in_turn(Answer(502), told(ISSUE))) as server:
        issue = client(server).set_field("TEST-1", str(LOCAL["id"]), None)
    assert issue.fields["benchLink"] == "https://b/1"
    assert server.lines == ["PATCH /v3/issues/TEST-1"] * 2
    assert json.loads(server.seen[1].body) == {"6054ae3a2b6b2c7f00000001--benchLink": None}


def test_a_local_field_is_found_before_the_global_list_is_read() -> None:
    with serving(in_turn(told([LOCAL]))) as server:
        found = client(server).find_field("TEST", "bench link")
    assert found == Field(str(LOCAL["id"]), "benchLink", "Bench link", "", True)
    assert server.lines == ["GET /v3/queues/TEST/localFields"]


def test_a_global_field_is_found_and_an_unknown_one_is_none() -> None:
    def handle(seen: Seen) -> Answer:
        return told([GLOBAL] if seen.path == "/v3/fields" else [])

    with serving(handle) as server:
        assert client(server).find_field("TEST", "benchLink") == Field("benchLink", "benchLink", "Bench link", "uri")
        assert client(server).find_field("TEST", "other") is None


def test_comments_come_from_all_pages_and_only_from_our_host() -> None:
    def handle(seen: Seen) -> Answer:
        if "id=" in seen.path:
            return told([{"id": 2, "text": "second"}])
        return told([{"id": 1, "text": "first"}], Link='<http://elsewhere.invalid/v3/x?id=1&perPage=50>; rel="next"')

    with serving(handle) as server:
        assert [comment.text for comment in client(server).comments("TEST-1")] == ["first", "second"]
    assert server.lines == ["GET /v3/issues/TEST-1/comments", "GET /v3/issues/TEST-1/comments?id=1&perPage=50"]


def test_a_list_without_end_is_too_long() -> None:
    entries = [{"id": 1, "text": "x", "createdBy": {"id": "2"}}] * 40_000

    def handle(seen: Seen) -> Answer:
        return told(entries, link=f'<http://x/?id={len(seen.path)}{seen.path[-3:]}>; rel="next"')

    with serving(handle) as server, pytest.raises(NoAnswer) as caught:
        list(client(server).comments("TEST-1"))
    assert len(server.seen) == 3
    assert caught.value.why == "it is longer than 100000 entries or 52428800 bytes"


def test_pages_that_lead_to_themselves_end() -> None:
    with serving(in_turn(told([{"id": 1}], Link='<x?id=1>; rel="next"'))) as server:
        assert len(list(client(server).comments("TEST-1"))) == 2


def test_a_comment_is_written_in_markdown() -> None:
    with serving(in_turn(told({"id": 626, "text": "hello"}, 201))) as server:
        assert client(server).add_comment("TEST-1", "hello").id == "626"
    assert json.loads(server.seen[0].body) == {"text": "hello", "markupType": "md"}


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        pytest.param(Answer(401, b"Authorization required"), AuthError, id="401"),
        pytest.param(told({"errorMessages": ["no"], "errors": {}, "statusCode": 404}, 404), IssueNotFound, id="404"),
        pytest.param(told({"errorMessages": ["no"], "errors": {}, "statusCode": 409}, 409), Refused, id="409"),
        pytest.param(told({"errorMessages": ["no"], "errors": {}, "statusCode": 422}, 422), Refused, id="422"),
        pytest.param(told({"errorMessages": ["no"], "errors": {}, "statusCode": 423}, 423), Refused, id="423"),
        pytest.param(Answer(429), Unreachable, id="429 three times"),
        pytest.param(Answer(500, b"{}"), Unreachable, id="500 three times"),
        pytest.param(Answer(502, b"<html>", {"Content-Type": "text/html"}), Unreachable, id="502 page"),
        pytest.param(Answer(200, b"<html>", {"Content-Type": "text/html"}), Unreachable, id="200 page"),
        pytest.param(Answer(200, b'{"key": "TE'), Unreachable, id="JSON broken off"),
        pytest.param(Answer(200, b'{"key": "TEST-1"}', cut=4), Unreachable, id="body broken off"),
        pytest.param(told({}), Malformed, id="JSON of another shape"),
        pytest.param(told([ISSUE]), Malformed, id="a list, as the documentation's samples print it"),
    ],
)
def test_each_fault_has_its_name(answer: Answer, expected: type[GitlinkError]) -> None:
    with serving(in_turn(answer)) as server, pytest.raises(expected) as caught:
        client(server).issue("TEST-1")
    assert caught.value.where is not None and caught.value.where.startswith("GET ")
    assert TOKEN not in f"{caught.value!r} {vars(caught.value)}"


def test_a_403_that_myself_answers_too_is_about_the_organization() -> None:
    with serving(in_turn(told(NO, 403))) as server, pytest.raises(AuthError) as caught:
        client(server).issue("TEST-1")
    assert server.lines == ["GET /v3/issues/TEST-1", "GET /v3/myself"]
    assert caught.value.exit_code == 4


def test_a_403_that_myself_does_not_share_is_a_missing_right() -> None:
    with serving(in_turn(told(NO, 403), told({"uid": 11}))) as server, pytest.raises(Refused) as caught:
        client(server).set_field("TEST-1", "x", 1)
    assert caught.value.exit_code == 5
    assert caught.value.why == "no"


def test_a_403_stays_one_where_myself_does_not_answer() -> None:
    with serving(in_turn(told(NO, 403), Answer(500))) as server, pytest.raises(Refused):
        client(server).issue("TEST-1")
