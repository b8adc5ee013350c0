"""What strangers may not do to a sandbox: other sites' pages, other names for it, other users of the machine."""

from __future__ import annotations

import http.client
import json

import pytest
import requests

from gitlink.sandbox.guard import HEADER
from gitlink.sandbox.seed import TOKEN
from gitlink.sandbox.server import SandboxServer

from .asking import AUTH, Api

STEERING = ("reset", "seed", "faults", "state")
SHOWN = ("faults", "requests", "messages", "state")
SLACK, TELEGRAM = "/_sandbox/slack/services/T/B/x", "/_sandbox/telegram/bot1:x/sendMessage?chat_id=1&text=x"


def ask(api: Api, method: str, path: str, body: str | None = None, **headers: str) -> http.client.HTTPResponse:
    """Ask with just these headers; `_` in a name is a `-`."""
    connection = http.client.HTTPConnection("127.0.0.1", api.sandbox.port, timeout=30)
    connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
    sent = {"Host": f"127.0.0.1:{api.sandbox.port}"} | {name.replace("_", "-"): text for name, text in headers.items()}
    for name, text in sent.items():
        if text:
            connection.putheader(name, text.replace("PORT", str(api.sandbox.port)))
    if body is not None:
        connection.putheader("Content-Length", str(len(body.encode())))
    connection.endheaders(None if body is None else body.encode())
    answer = connection.getresponse()
    answer.body = answer.read().decode()  # type: ignore[attr-defined]
    connection.close()
    return answer


@pytest.mark.parametrize("host", ["127.0.0.1:PORT", "localhost:PORT", "LOCALHOST:PORT", "127.0.0.2:PORT", "[::1]:PORT"])
def test_its_own_names_are_answered(api: Api, host: str) -> None:
    assert ask(api, "GET", "/", Host=host).status == 200
    assert ask(api, "GET", "/v3/myself", Host=host, Authorization=f"OAuth {TOKEN}", X_Org_ID="1").status == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example.com:PORT",
        "evil.example.com",
        "127.0.0.1",
        "127.0.0.1:1",
        "localhost.evil.example.com:PORT",
        "127.0.0.1.nip.io:PORT",
        "0.0.0.0:PORT",
        "192.168.0.1:PORT",
        "evil.example.com@127.0.0.1:PORT",
        "127.0.0.1:PORT/x",
        "127.0.0.1:99999",
        "[::1",
        "",
    ],
)
@pytest.mark.parametrize("path", ["/", "/v3/myself", "/_sandbox/board", "/_sandbox/state", "/_sandbox/static/board.js"])
def test_another_name_is_not(api: Api, host: str, path: str) -> None:
    own = {"Authorization": f"OAuth {TOKEN}", "X-Org-ID": "1", HEADER: api.sandbox.token}
    answer = ask(api, "GET", path, Host=host, **own)
    assert answer.status in (400, 421), answer.status  # 400: h11 does not take it for a request at all
    assert "Ivan" not in answer.body and "TEST-1" not in answer.body  # type: ignore[attr-defined]


FOREIGN = [
    {"Origin": "https://evil.example.com"},
    {"Origin": "null"},
    {"Origin": "http://127.0.0.1:1"},
    {"Origin": "https://127.0.0.1:PORT"},
    {"Origin": "http://127.0.0.1:PORT.evil.example.com"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "http://127.0.0.1:PORT"},
    {"Sec-Fetch-Site": "none", "Origin": "https://evil.example.com"},
]


@pytest.mark.parametrize("foreign", FOREIGN, ids=lambda foreign: " ".join(foreign.values()))
def test_a_page_of_another_site_changes_nothing(api: Api, foreign: dict[str, str]) -> None:
    tokens = {"Authorization": f"OAuth {TOKEN}", "X-Org-ID": "1", HEADER: api.sandbox.token}
    before = api("GET", "/_sandbox/state").text
    asked = [("POST", f"/_sandbox/{name}") for name in STEERING] + [("POST", SLACK), ("GET", TELEGRAM)]
    asked += [
        ("PATCH", "/v3/issues/TEST-1"),
        ("POST", "/v3/issues/"),
        ("GET", "/v3/issues/TEST-1"),
        ("OPTIONS", "/v3/x"),
    ]
    for method, path in asked:
        answer = ask(api, method, path, '{"summary": "x"}', Content_Type="text/plain", **tokens, **foreign)
        assert answer.status == 403, (method, path)
    assert api("GET", "/_sandbox/state").text == before
    assert api("GET", "/_sandbox/requests").json() == api("GET", "/_sandbox/messages").json() == []


def test_a_link_to_the_board_may_stand_on_any_page(api: Api) -> None:
    assert ask(api, "GET", "/", Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="navigate").status == 200


@pytest.mark.parametrize("own", [{}, {"Origin": "http://127.0.0.1:PORT"}, {"Sec-Fetch-Site": "same-origin"}])
def test_programs_and_its_own_pages_go_on(api: Api, own: dict[str, str]) -> None:
    assert ask(api, "POST", "/_sandbox/faults", "[]", **{HEADER: api.sandbox.token}, **own).status == 200
    sent = AUTH | {"Content-Type": "application/json"} | own
    assert ask(api, "PATCH", "/v3/issues/TEST-1", '{"summary": "x"}', **sent).status == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        *(("POST", f"/_sandbox/{name}") for name in STEERING),
        *(("GET", f"/_sandbox/{name}") for name in SHOWN),
        *(("PUT", "/_sandbox/state"), ("DELETE", "/_sandbox/nothing"), ("GET", "/_sandbox")),
    ],
)
@pytest.mark.parametrize(
    "given",
    [
        {},
        {HEADER: "x"},
        {HEADER: ""},
        {HEADER: "\xff"},
        {"Authorization": f"OAuth {TOKEN}"},
        {"Authorization": "Basic TOKEN"},
    ],
    ids=["none", "a wrong one", "an empty one", "no ASCII", "the API's", "another scheme"],
)
def test_whoever_steers_has_the_token(api: Api, method: str, path: str, given: dict[str, str]) -> None:
    sent = {name: text.replace("TOKEN", api.sandbox.token) for name, text in given.items()}
    answer = ask(api, method, path, "[]", **sent)
    assert answer.status == 401
    error = json.loads(answer.body)["error"]  # type: ignore[attr-defined]
    assert "GITLINK_SANDBOX_TOKEN" in error and "X-Sandbox-Token" in error and api.sandbox.token not in error


@pytest.mark.parametrize("form", ["Bearer TOKEN", "OAuth TOKEN", "token TOKEN", "bearer  TOKEN"])
def test_the_token_may_stand_in_authorization(api: Api, form: str) -> None:
    sent = form.replace("TOKEN", api.sandbox.token)
    assert ask(api, "GET", "/_sandbox/state", Authorization=sent).status == 200


def test_each_start_has_a_token_of_its_own() -> None:
    with SandboxServer() as one, SandboxServer() as other:
        assert len(one.token) >= 32 and one.token != other.token
        assert requests.get(f"{other.url}/_sandbox/state", headers={HEADER: one.token}, timeout=10).status_code == 401


def test_the_environment_may_set_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITLINK_SANDBOX_TOKEN", "chosen-by-me")
    with SandboxServer() as sandbox:
        assert sandbox.token == "chosen-by-me"


def test_the_board_does_not_show_the_token(api: Api) -> None:
    page = requests.get(api.url, timeout=10)
    script = requests.get(f"{api.url}/_sandbox/static/board.js", timeout=10)
    assert api.sandbox.token not in page.text + script.text + str(page.headers)
    policy = page.headers["Content-Security-Policy"]
    for rule in ("script-src 'self'", "frame-ancestors 'none'", "form-action 'none'", "base-uri 'none'"):
        assert rule in policy
    assert page.text.count("<script") == page.text.count("<script src=") == 1


@pytest.mark.parametrize(
    ("path", "limit"),
    [("/v3/issues/", 8 * 2**20), ("/_sandbox/seed", 8 * 2**20), (SLACK, 256 * 2**10), ("/_sandbox/state", 64 * 2**20)],
)
@pytest.mark.parametrize("counted", [True, False], ids=["by its length", "in chunks"])
def test_a_body_has_a_limit(api: Api, path: str, limit: int, counted: bool) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", api.sandbox.port, timeout=60)
    headers = {**AUTH, HEADER: api.sandbox.token}
    connection.putrequest("POST", path)
    for name, text in headers.items():
        connection.putheader(name, text)
    connection.putheader(*(("Content-Length", str(limit + 1)) if counted else ("Transfer-Encoding", "chunked")))
    connection.endheaders()
    try:
        for _ in range(0 if counted else limit // 2**16 + 1):
            connection.send(b"10000\r\n" + b" " * 2**16 + b"\r\n")
        status = connection.getresponse().status
    except OSError:
        status = 413  # it has answered and closed before all was sent, and the answer is lost with the connection
    assert status == 413
    connection.close()
    assert api("GET", "/myself").status_code == 200
