"""The pages: who may see them, what they show, and that their buttons work; and that no secret is in any of it."""

import base64
import contextlib
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from gitlink.sandbox.server import SandboxServer
from tests.service.process import Served, until
from tests.service.reviews import SECRET, renamed, tell

PASSWORD = "a-password-of-the-admin"
FORGE_TOKEN = "gh-a-token-of-the-forge"
BENCH = "a-token-of-the-bench"


@pytest.fixture
def service(tmp_path: Path, sandbox: SandboxServer) -> Iterator[Served]:
    environ = {"GITHUB_TOKEN": "", "GITLINK_BENCH_TOKEN": BENCH}
    with Served(f"sqlite:///{tmp_path / 'g.db'}", tracker=sandbox.url, environ=environ) as served:
        yield served


def basic(password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"anyone:{password}".encode()).decode()}


@pytest.mark.parametrize("number", ["1" * 5000, "²", "x", "-1", "1" * 19, "99", "%00"])
def test_what_is_no_number_of_a_delivery_is_not_there(service: Served, number: str) -> None:
    assert service.get(f"/deliveries/{quote(number, safe='%')}")[0] == 404
    assert service.ask("POST", f"/deliveries/{quote(number, safe='%')}/skip", {}, None)[0] in (303, 404)
    assert service.get(f"/?before={quote(number, safe='%')}")[0] == 200


def failed(service: Served) -> None:
    """Have one delivery fail: its issue is missing."""
    assert service.deliver("github", renamed(tell("github", "approved"), "TEST-1", "TEST-99")) == 202
    until(lambda: "state failed" in service.get("/?state=failed")[1])


def test_another_name_than_a_loopback_one_is_refused(service: Served) -> None:
    assert service.get("/", Host="evil.example.com")[0] == 403
    assert service.get("/", Host="127.0.0.1.evil.example.com")[0] == 403
    assert service.get("/", Host="localhost:8080")[0] == 200
    assert service.get("/", Host="[::1]:8080")[0] == 200


@pytest.mark.parametrize("name", ["X-Forwarded-For", "X-Real-IP", "Forwarded", "Via", "X-Forwarded-Host"])
def test_who_comes_through_a_proxy_is_not_of_this_machine(service: Served, name: str) -> None:
    """nginx asks by the name `127.0.0.1` unless it is told otherwise."""
    status, said = service.get("/", **{name: "192.0.2.1"})
    assert status == 403 and "GITLINK_ADMIN_PASSWORD" in said


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root becomes another user")
@pytest.mark.skipif(not os.path.exists("/proc/net/tcp"), reason="this system does not tell whose a connection is")
def test_another_user_of_this_machine_sees_and_does_nothing(service: Served) -> None:
    failed(service)
    host = service.url.removeprefix("http://")
    request = "HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n"
    asking = (
        "import encodings.idna, os, socket, sys\n"
        "os.setgid(65534); os.setuid(65534); host, _, port = sys.argv[1].partition(':')\n"
        "def ask(line, waits):\n"
        "    with socket.create_connection((host, int(port))) as connection:\n"
        f"        connection.sendall((line + ' {request}').encode())\n"
        "        print(connection.recv(100).decode() if waits else '')\n"
        "ask('GET /', True); ask('GET /deliveries/1', True); ask('POST /deliveries/1/skip', True)\n"
        "for _ in range(20): ask('POST /deliveries/1/skip', False)\n"
    )
    done = subprocess.run((sys.executable, "-c", asking, host), capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert done.stdout.count("HTTP/1.1 403") == 3
    assert '<span class="failed">' in service.get("/deliveries/1")[1]


def test_pages_of_a_database_that_is_away_say_so(tmp_path: Path) -> None:
    with Served(f"sqlite:///{tmp_path / 'g.db'}", "--role", "receive") as service:
        with contextlib.closing(sqlite3.connect(tmp_path / "g.db")) as other:
            other.execute("DROP TABLE deliveries")
        for path in ("/", "/deliveries/1"):
            status, said = service.get(path)
            assert (status, said) == (503, "the database does not answer\n")


def test_a_password_that_is_set_is_asked_for(tmp_path: Path) -> None:
    environ = {"GITLINK_ADMIN_PASSWORD": PASSWORD}
    with Served(f"sqlite:///{tmp_path / 'g.db'}", "--role", "receive", environ=environ) as service:
        assert service.get("/")[0] == 401
        for wrong in ("", "x", PASSWORD + " "):
            assert service.get("/", **basic(wrong))[0] == 401
        assert service.get("/", Authorization="Basic ???")[0] == 401
        assert service.get("/", Host="gitlink.example.com", **basic(PASSWORD))[0] == 200
        assert service.ask("POST", "/deliveries/1/skip", {}, None)[0] == 401
        assert service.get("/healthz")[0] == service.get("/readyz")[0] == 200


def test_what_happened_is_shown_and_can_be_tried_again_or_skipped(service: Served, sandbox: SandboxServer) -> None:
    failed(service)
    page = service.get("/deliveries/1")[1]
    assert "there is no issue `TEST-99`" in page and "Try again now" in page and "Skip it" in page
    assert "TEST-99" in service.get("/?q=test-99")[1]
    assert "Nothing is found" in service.get("/?q=%00nothing&state=done&before=9999999999999999999999")[1]
    assert service.ask("POST", "/deliveries/1/retry", {}, None)[0] == 303
    until(lambda: service.get("/deliveries/1")[1].count("no issue `TEST-99`") > page.count("no issue `TEST-99`"))
    assert service.ask("POST", "/deliveries/1/skip", {}, None)[0] == 303
    assert '<span class="skipped">' in service.get("/deliveries/1")[1]


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example.com"},
        {"Origin": "null"},
        {"Origin": "http://["},
    ],
)
def test_a_button_on_another_site_is_refused(service: Served, headers: dict[str, str]) -> None:
    failed(service)
    assert service.ask("POST", "/deliveries/1/skip", headers, None)[0] == 403
    assert '<span class="failed">' in service.get("/deliveries/1")[1]


@pytest.mark.parametrize("path", ["/deliveries/1", "/deliveries/99999999999999999999999", "/deliveries/x"])
def test_what_is_not_there_is_not_found(service: Served, path: str) -> None:
    assert service.get(path)[0] == 404
    assert service.ask("POST", path + "/skip", {}, None)[0] in (303, 404)
    assert service.ask("POST", path + "/delete", {}, None)[0] == 404
    assert service.ask("GET", path + "/skip", {}, None)[0] in (404, 405)


def test_what_strangers_wrote_is_text(service: Served) -> None:
    nasty = "<script>alert(1)</script>"
    assert service.deliver("github", tell("github", "opened", title=f"TEST-1 {nasty}", body=nasty)) == 202
    assert "<script" not in service.get("/deliveries/1")[1] + service.get(f"/?q={'%3Cscript%3E'}")[1]


def test_a_bench_is_linked_for_who_knows_the_token(service: Served, sandbox: SandboxServer) -> None:
    def post(body: bytes, token: str = BENCH) -> int:
        return service.ask("POST", "/bench", {"Authorization": f"Bearer {token}"}, body)[0]

    assert post(b'{"issue": "TEST-1", "url": "https://b"}', "wrong") == 401
    for bad in (
        b"",
        b"[]",
        b"{}",
        b'{"issue": "x", "url": "https://b"}',
        b'{"issue": "TEST-1", "url": "javascript:1"}',
    ):
        assert post(bad) == 400
    assert post(b'{"branch": "feature/TEST-1-x", "url": "https://bench.example.com/1"}') == 202
    values = sandbox.state.issue("TEST-1").values
    until(lambda: values.get("benchLink") == "https://bench.example.com/1")
    assert post(b'{"issue": "test-99", "url": "https://bench.example.com/1"}') == 202
    until(lambda: "state failed" in service.get("/?state=failed")[1])
    assert "nobody was told" in service.get("/deliveries/2")[1]


def test_no_secret_is_in_pages_logs_metrics_errors_or_the_command_line(tmp_path: Path, sandbox: SandboxServer) -> None:
    environ = {"GITLINK_ADMIN_PASSWORD": PASSWORD, "GITHUB_TOKEN": FORGE_TOKEN, "GITLINK_BENCH_TOKEN": BENCH}
    secrets = [SECRET, PASSWORD, FORGE_TOKEN, BENCH, "sandbox-token"]
    with Served(f"sqlite:///{tmp_path / 'g.db'}", tracker=sandbox.url, environ=environ) as service:
        gitlab = renamed(tell("gitlab", "approved"), "TEST-1", "TEST-99")
        assert service.deliver("gitlab", gitlab) == 202
        assert service.ask("POST", "/hooks/gitlab", {"x-gitlab-token": "wrong"}, b"{")[0] == 401
        until(lambda: "state failed" in service.get("/?state=failed", **basic(PASSWORD))[1])
        seen = [service.get(path, **basic(PASSWORD))[1] for path in ("/", "/deliveries/1", "/metrics", "/readyz")]
        seen += [" ".join(service.command), *service.log]
        assert "gitlink_deliveries" in seen[2] and "delivery" in " ".join(service.log)
    seen += service.log
    assert not [secret for secret in secrets for text in seen if secret in text]
    assert not [secret for secret in secrets if secret.encode() in (tmp_path / "g.db").read_bytes()]
