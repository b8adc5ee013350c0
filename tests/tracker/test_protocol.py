"""Calls into requests and answers into values or named errors; no socket anywhere."""

import json
import time

import pytest

from gitlink.errors import AuthError, GitlinkError, IssueNotFound, SettingsError, TrackerRefused
from gitlink.tracker.access import Credentials
from gitlink.tracker.call import Call
from gitlink.tracker.protocol import answer, next_page, pages, request
from gitlink.tracker.refusal import Refused
from gitlink.transport.model import NoAnswer, Response

TOKEN = "y0__secret-of-anna"
OURS = Credentials("https://api.tracker.yandex.net", TOKEN, "77")
CLOUD = Credentials("https://api.tracker.yandex.net/", "t1.secret", "bpf1", is_iam=True, is_cloud=True)
READ = Call("GET", "/v3/issues/TEST-1", "show `TEST-1`", issue="TEST-1")
WRITE = Call("POST", "/v3/issues/TEST-1/transitions/close/_execute", "move `TEST-1`", body={"comment": "Готово"})
MYSELF = Call("GET", "/v3/myself", "say whose token this is")
HTML = Response(200, {"content-type": "text/html"}, b"<html>please sign in</html>")


def refusal(status: int, *messages: str, **errors: str) -> Response:
    body = {"errors": errors, "errorMessages": list(messages), "statusCode": status}
    return Response(status, {"content-type": "application/json"}, json.dumps(body).encode())


def raised(call: Call, response: Response, credentials: Credentials = OURS) -> GitlinkError:
    with pytest.raises(GitlinkError) as caught:
        answer(call, response, credentials)
    shown = f"{caught.value!r} {vars(caught.value)}"
    assert TOKEN not in shown
    assert caught.value.message[0].islower() or caught.value.message.startswith("Tracker")
    return caught.value


def test_a_read_carries_token_organization_and_language() -> None:
    built = request(READ, OURS, "ru")
    assert (built.method, built.url, built.body) == ("GET", "https://api.tracker.yandex.net/v3/issues/TEST-1", None)
    assert built.headers == {
        "Authorization": f"OAuth {TOKEN}",
        "X-Org-ID": "77",
        "Accept-Language": "ru",
        "Accept": "application/json",
    }


def test_an_iam_token_is_a_bearer_and_a_cloud_organization_has_its_own_header() -> None:
    headers = request(READ, CLOUD, "en").headers
    assert headers["Authorization"] == "Bearer t1.secret"
    assert headers["X-Cloud-Org-ID"] == "bpf1"
    assert "X-Org-ID" not in headers


def test_a_write_is_json_and_an_empty_one_an_empty_object() -> None:
    built = request(WRITE, OURS, "en")
    assert built.headers["Content-Type"] == "application/json"
    assert json.loads(built.body or b"") == {"comment": "Готово"}
    assert not built.is_repeatable
    assert request(Call("POST", "/v3/x", "try"), OURS, "en").body == b"{}"


def test_a_slash_at_the_end_of_the_base_url_is_not_doubled_and_a_query_is_encoded() -> None:
    call = Call("GET", "/v3/issues/TEST-1/comments", "list", query={"id": "a b&c", "perPage": "50"})
    expected = "https://api.tracker.yandex.net/v3/issues/TEST-1/comments?id=a+b%26c&perPage=50"
    assert request(call, CLOUD, "en").url == expected


def test_no_repr_holds_a_token() -> None:
    assert TOKEN not in f"{OURS!r} {request(READ, OURS, 'en')!r}"


@pytest.mark.parametrize("url", ["", "api.tracker.yandex.net", "ftp://x", "https://u:hunter2@x", "https://x?t=hunter2"])
def test_what_is_no_base_url_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Credentials(url, TOKEN, "77")
    assert caught.value.where == "TRACKER_API_BASE_URL"
    assert "hunter2" not in f"{caught.value!r} {vars(caught.value)}"


@pytest.mark.parametrize("token", ["", "two words", "line\nbreak", "секрет"])
def test_what_can_be_no_token_is_refused_and_not_repeated(token: str) -> None:
    with pytest.raises(AuthError) as caught:
        Credentials("https://x", token, "77")
    assert "TRACKER_TOKEN" in caught.value.message
    assert not token or token not in f"{caught.value!r} {vars(caught.value)}"


def test_a_missing_organization_is_a_matter_of_settings() -> None:
    with pytest.raises(SettingsError) as caught:
        Credentials("https://x", TOKEN, "", is_cloud=True)
    assert caught.value.fix is not None and "TRACKER_CLOUD_ORG_ID" in caught.value.fix


@pytest.mark.parametrize(
    ("base_url", "expected"),
    [
        ("https://api.tracker.yandex.net", "https://tracker.yandex.ru"),
        ("https://api.tracker.yandex.net/", "https://tracker.yandex.ru"),
        ("http://127.0.0.1:8778", "http://127.0.0.1:8778"),
    ],
)
def test_people_look_at_issues_elsewhere(base_url: str, expected: str) -> None:
    assert Credentials(base_url, TOKEN, "77").web_url == expected


@pytest.mark.parametrize(
    ("response", "expected"),
    [
        pytest.param(Response(200, {}, b'{"key": "TEST-1"}'), {"key": "TEST-1"}, id="200"),
        pytest.param(Response(201, {}, b'{"id": 1}'), {"id": 1}, id="201"),
        pytest.param(Response(200, {}, b"3"), 3, id="a bare number, as _count answers"),
        pytest.param(Response(204, {}, b""), None, id="204 without a body"),
    ],
)
def test_a_good_answer_is_its_json(response: Response, expected: object) -> None:
    assert answer(READ, response, OURS) == expected


@pytest.mark.parametrize("body", [b"Authorization required", b"", b'{"errorMessages": ["no"], "errors": {}}'])
def test_401_names_the_variable_to_mend(body: bytes) -> None:
    fault = raised(READ, Response(401, {}, body))
    assert isinstance(fault, AuthError)
    assert fault.message == "Tracker does not accept the token"
    assert fault.where == "GET /v3/issues/TEST-1"
    assert str(fault.why).startswith("`TRACKER_TOKEN` is wrong, expired or withdrawn; https://")
    assert fault.fix == "read -rs TRACKER_TOKEN && export TRACKER_TOKEN"


def test_401_of_an_iam_token_has_a_command_as_fix() -> None:
    fault = raised(READ, Response(401, {}, b""), CLOUD)
    assert fault.fix == 'export TRACKER_IAM_TOKEN="$(yc iam create-token)"'
    assert "`TRACKER_IAM_TOKEN` is wrong or older than 12 hours" in str(fault.why)


@pytest.mark.parametrize(
    ("is_iam", "fix"),
    [
        (False, "gitlink login --cloud-org-id bpf1"),
        (True, "yc iam create-token | gitlink login --cloud-org-id bpf1 --iam"),
    ],
)
def test_401_of_a_stored_token_is_mended_by_another_login(is_iam: bool, fix: str) -> None:
    stored = Credentials("https://tracker.example.com", "t", "bpf1", is_iam, is_cloud=True, is_stored=True)
    fault = raised(READ, Response(401, {}, b""), stored)
    assert fault.fix == fix
    assert "`gitlink login` has kept" in str(fault.why)


@pytest.mark.parametrize(
    ("org_id", "is_cloud", "is_stored", "fix"),
    [
        ("77", False, False, "export TRACKER_ORG_ID=ID"),
        ("77", True, False, "unset TRACKER_CLOUD_ORG_ID; export TRACKER_ORG_ID=77"),
        ("bpf1", False, False, "unset TRACKER_ORG_ID; export TRACKER_CLOUD_ORG_ID=bpf1"),
        ("bpf1", True, True, "gitlink login --cloud-org-id ID"),
        ("bpf1", False, True, "gitlink login --cloud-org-id bpf1"),
    ],
)
def test_an_organization_that_looks_like_the_other_kind_is_told_as_that(
    org_id: str, is_cloud: bool, is_stored: bool, fix: str
) -> None:
    whose = Credentials("https://tracker.example.com", "t", org_id, is_cloud=is_cloud, is_stored=is_stored)
    assert raised(MYSELF, refusal(403, "no"), whose).fix == fix


@pytest.mark.parametrize(
    ("call", "response"),
    [
        pytest.param(MYSELF, refusal(403, "no"), id="any 403 of /v3/myself"),
        pytest.param(
            READ,
            Response(403, {}, b'{"errors": {}, "errorMessages": ["Organization is not ..."], "errorCode": 620345}'),
            id="the error code of the organization, anywhere",
        ),
    ],
)
def test_403_about_the_organization_is_a_matter_of_credentials(call: Call, response: Response) -> None:
    fault = raised(call, response)
    assert isinstance(fault, AuthError)
    assert fault.message == "Tracker does not open the organization `77` to this token"
    assert fault.fix == "export TRACKER_ORG_ID=ID"
    assert str(fault.why).endswith("; ids stand on https://tracker.yandex.ru/admin/orgs")


def test_403_elsewhere_is_a_refusal_with_its_status() -> None:
    fault = raised(WRITE, Response(403, {}, b"{}"))
    assert isinstance(fault, Refused)
    assert (fault.status, fault.exit_code) == (403, 5)
    assert fault.why == "the token's user lacks the right to do this"


def test_404_of_an_issue_names_the_issue() -> None:
    fault = raised(READ, refusal(404, "Задача не существует."))
    assert isinstance(fault, IssueNotFound)
    assert fault.message == "there is no issue `TEST-1`"


def test_404_of_a_move_does_not_claim_that_the_issue_is_missing() -> None:
    fault = raised(WRITE, refusal(404, "Переход недоступен."))
    assert isinstance(fault, Refused)
    assert fault.message == "Tracker refused to move `TEST-1`"


@pytest.mark.parametrize("status", [400, 409, 412, 422, 423, 428])
def test_a_refusal_tells_what_tracker_said(status: int) -> None:
    fault = raised(WRITE, refusal(status, "Нельзя.", "Нельзя.", "Совсем нельзя", resolution="не указана", x="Нельзя."))
    assert isinstance(fault, TrackerRefused)
    assert isinstance(fault, Refused) and fault.status == status
    assert fault.message == "Tracker refused to move `TEST-1`"
    assert fault.where == "POST /v3/issues/TEST-1/transitions/close/_execute"
    assert fault.why == "Нельзя; Совсем нельзя; resolution: не указана"


@pytest.mark.parametrize(
    ("response", "why"),
    [
        pytest.param(refusal(400, "a\x1b[2Jb\u202ec\nd"), "a\ufffd[2Jb\ufffdc d", id="control characters"),
        pytest.param(refusal(400, "x" * 1000), "x" * 299 + "…", id="endless words"),
        pytest.param(Response(400, {}, b"plain \x1bwords"), "plain \ufffdwords", id="plain text"),
        pytest.param(
            Response(423, {}, b"[]"), "it is locked: it has been changed as often as Tracker allows", id="423"
        ),
        pytest.param(Response(418, {}, b""), "HTTP status 418", id="nothing at all"),
        pytest.param(
            Response(409, {}, b'{"errors": 1, "errorMessages": 2}'),
            "someone changed it in the meantime",
            id="an envelope gone wrong",
        ),
    ],
)
def test_strangers_words_are_made_fit_to_print(response: Response, why: str) -> None:
    assert raised(WRITE, response).why == why


@pytest.mark.parametrize(
    ("response", "why", "uncertain"),
    [
        pytest.param(refusal(429), "it asks for fewer requests (429)", False, id="429"),
        pytest.param(refusal(500), "it has a fault of its own (500)", True, id="500"),
        pytest.param(Response(502, {}, b"<html>"), "it has a fault of its own (502)", True, id="502 with a page"),
        pytest.param(HTML, "the answer is a web page (200)", True, id="200 with a page"),
        pytest.param(Response(404, {}, b" <!doctype html>"), "the answer is a web page (404)", False, id="404 page"),
        pytest.param(Response(200, {}, b'{"key": "TE'), "the answer is no JSON, or broken off (200)", True, id="cut"),
        pytest.param(Response(200, {}, b""), "the answer is no JSON, or broken off (200)", True, id="200, empty"),
        pytest.param(Response(200, {}, b"\xff"), "the answer is no JSON, or broken off (200)", True, id="no UTF-8"),
        pytest.param(Response(200, {}, b"[" * 99999), "the answer is no JSON, or broken off (200)", True, id="deep"),
    ],
)
def test_what_cannot_be_read_is_no_answer(response: Response, why: str, uncertain: bool) -> None:
    fault = raised(WRITE, response)
    assert isinstance(fault, NoAnswer)
    assert (fault.exit_code, fault.why, fault.uncertain) == (6, why, uncertain)
    read = raised(READ, response)
    assert isinstance(read, NoAnswer) and not read.uncertain


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        pytest.param("", None, id="no header"),
        pytest.param('<https://x/v3/c?id=5&perPage=50>; rel="next"', {"id": "5", "perPage": "50"}, id="as documented"),
        pytest.param("<x/v3/c?id=5>; rel=next", {"id": "5"}, id="without scheme and quotes"),
        pytest.param(
            '<https://x/a?id=1>; rel="first", <https://x/a?id=2>; rel="next"', {"id": "2"}, id="second of two"
        ),
        pytest.param('<https://x/a?{&page}>; rel="seek"', None, id="only random access"),
        pytest.param("nonsense", None, id="nonsense"),
        pytest.param("<http://[::1>; rel=next", None, id="no address"),
    ],
)
def test_only_the_query_of_the_next_page_is_taken(link: str, expected: dict[str, str] | None) -> None:
    assert next_page(Response(200, {"link": link}, b"")) == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [("", 1), ("3", 3), (" 3 ", 3), ("abc", 1), ("-1", 1), ("\u00b2", 1), ("9" * 5000, 999_999_999)],
)
def test_a_number_of_pages_that_is_none_is_one(said: str, expected: int) -> None:
    assert pages(Response(200, {"x-total-pages": said}, b"")) == expected
    assert pages(Response(200, {}, b"")) == 1


def test_of_a_refusal_with_endless_messages_the_first_are_told() -> None:
    many = {
        "errorMessages": [f"{number:06}" for number in range(200_000)],
        "errors": {str(n): n for n in range(99_999)},
    }
    for body in (many, {"errorMessages": ["x" * 2_000_000] * 5}, {"errors": {"x" * 2_000_000: ["y"] * 999_999}}):
        began = time.thread_time()
        fault = raised(WRITE, Response(400, {}, json.dumps(body).encode()))
        assert len(fault.why or "") <= 1000
        assert time.thread_time() - began < 5
    assert (raised(WRITE, Response(400, {}, json.dumps(many).encode())).why or "").startswith("000000; 000001; ")


@pytest.mark.parametrize("shape", ['{"errorMessages": [%s]}', '{"errors": {"x": %s}}'])
def test_a_refusal_may_nest_as_deep_as_it_likes(shape: str) -> None:
    for depth in range(20, 1100, 20):
        body = (shape % ("[" * depth + "]" * depth)).encode()
        assert raised(WRITE, Response(400, {}, body)).message
