"""Faults, journal, seeds, the board, the data file and the process on the command line."""

from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from gitlink.sandbox import store
from gitlink.sandbox.seed import TOKEN
from gitlink.sandbox.server import SandboxServer

from .asking import AUTH, Api

STATEMENT = "import sys, pathlib; from gitlink.sandbox.server import serve; "


def fault(api: Api, **wanted: object) -> None:
    assert api("POST", "/_sandbox/faults", [wanted]).status_code == 200


def test_a_fault_answers_as_often_as_told(api: Api) -> None:
    fault(api, method="GET", path=r"/issues/TEST-1$", times=2, status=429, headers={"Retry-After": "1"})
    assert api("GET", "/issues/TEST-2").status_code == 200
    answers = [api("GET", "/issues/TEST-1") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [429, 429, 200]
    assert answers[0].headers["Retry-After"] == "1"
    assert answers[0].json()["statusCode"] == 429


def test_a_fault_with_a_status_does_nothing_else(api: Api) -> None:
    fault(api, path="/comments", status=500, body="<html>Oops</html>")
    answer = api("POST", "/issues/TEST-1/comments", {"text": "x"})
    assert (answer.text, answer.headers["Content-Type"].split(";")[0]) == ("<html>Oops</html>", "text/html")
    assert api("GET", "/issues/TEST-1/comments").json() == []


@pytest.mark.parametrize(("close", "comments"), [("before", 0), ("after", 1)])
def test_a_closed_connection(api: Api, close: str, comments: int) -> None:
    fault(api, method="POST", path="/comments", close=close)
    with pytest.raises(requests.ConnectionError):
        api("POST", "/issues/TEST-1/comments", {"text": "x"})
    assert len(api("GET", "/issues/TEST-1/comments").json()) == comments


def test_a_slow_answer_comes_after_the_action(api: Api) -> None:
    fault(api, method="POST", path="/comments", delay=0.3)
    with pytest.raises(requests.Timeout):
        api("POST", "/issues/TEST-1/comments", {"text": "x"}, timeout=0.1)
    assert len(api("GET", "/issues/TEST-1/comments").json()) == 1


@pytest.mark.parametrize(
    "listed",
    [["x"], [{"pth": "x"}], [{"close": "now"}], [{"path": "("}], [{"times": "x"}]],
    ids=["no object", "unknown key", "unknown close", "no pattern", "no number"],
)
def test_a_wrong_fault_is_refused(api: Api, listed: object) -> None:
    assert api("POST", "/_sandbox/faults", listed).status_code == 400


def test_the_journal_keeps_everything_but_the_token(api: Api) -> None:
    api("PATCH", "/issues/TEST-1/?x=1", {"summary": f"my {TOKEN}"})
    answer = api("GET", "/_sandbox/requests")
    assert answer.json() == [
        {"method": "PATCH", "path": "/v3/issues/TEST-1/", "query": "x=1", "body": {"summary": "my ***"}, "status": 200}
    ]
    assert TOKEN not in answer.text


def test_seeds(api: Api) -> None:
    plan = {"world": "empty", "bench_field": False, "issues": [{"queue": "WEB", "summary": "One", "status": "closed"}]}
    assert api("POST", "/_sandbox/seed", plan).json() == {"issues": ["WEB-1"]}
    assert api("GET", "/issues/WEB-1").json()["status"]["key"] == "closed"
    assert (api("GET", "/issues/TEST-1").status_code, api("GET", "/fields/benchLink").status_code) == (404, 404)
    added = api("POST", "/_sandbox/seed", {"issues": [{"queue": "WEB", "summary": "Two"}]})
    assert added.json() == {"issues": ["WEB-2"]}
    api("POST", "/_sandbox/reset")
    assert api("GET", "/fields/benchLink").status_code == 200


@pytest.mark.parametrize(
    "plan",
    [[], {"nope": 1}, {"switches": {"nope": 1}}, {"switches": {"reject_unknown_fields": 1}}, {"issues": [{}]}],
    ids=["no object", "unknown key", "unknown switch", "wrong type", "an issue of no queue"],
)
def test_a_wrong_seed_is_refused(api: Api, plan: object) -> None:
    assert api("POST", "/_sandbox/seed", plan).status_code == 400


def test_the_board_escapes(api: Api) -> None:
    api("PATCH", "/issues/TEST-1", {"summary": "<script>alert(1)</script>"})
    page = requests.get(api.url, headers={"Accept-Language": "en"}, timeout=10)
    assert "&lt;script&gt;" in page.text and "<script>" not in page.text
    assert "Ready for test" in page.text and "TEST-4" in page.text


def test_the_world_survives_a_file(api: Api) -> None:
    api("POST", "/issues/WEB-1/_move?queue=TEST")
    api.move("TEST-1", "close", resolution="fixed", comment="done")
    world = api.sandbox.state.world
    assert store.loads(store.dumps(world)) == world


def test_a_data_file_keeps_the_state(tmp_path: Path) -> None:
    file = tmp_path / "data" / "tracker.json"
    file.parent.mkdir()
    for expected in ("Add login form", "New"):
        with SandboxServer(data_file=file) as sandbox:
            api = Api(sandbox)
            assert api("GET", "/issues/TEST-1").json()["summary"] == expected
            api("PATCH", "/issues/TEST-1", {"summary": "New"})
    assert os.listdir(file.parent) == ["tracker.json"]


def run(*arguments: str) -> subprocess.Popen[str]:
    call = "sys.exit(serve(int(sys.argv[1]), *map(pathlib.Path, sys.argv[2:])))"
    command = [sys.executable, "-c", STATEMENT + call, *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.skipif(os.name == "nt", reason="no SIGINT for a child")
def test_serve_prints_what_to_export_and_ends_cleanly() -> None:
    with run("0") as process:
        assert process.stdout is not None
        lines = [process.stdout.readline().strip() for _ in range(4)]
        url = lines[0].removeprefix("export TRACKER_API_BASE_URL=")
        assert lines[1:3] == ["export TRACKER_TOKEN=sandbox-token", "export TRACKER_ORG_ID=1"]
        headers = {"X-Sandbox-Token": lines[3].removeprefix("export GITLINK_SANDBOX_TOKEN=")}
        assert requests.get(f"{url}/_sandbox/state", headers=headers, timeout=10).status_code == 200
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=10) == ("", f"gitlink: the board is at {url}/\n")
        assert process.returncode == 0


def test_serve_says_that_the_port_is_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with run(str(port)) as process:
            out, error = process.communicate(timeout=10)
    assert (process.returncode, out, error.count("\n")) == (3, "", 1)
    assert error.startswith(f"gitlink: cannot listen on 127.0.0.1:{port}: ")


@pytest.mark.parametrize("text", ["{}", "[" * 200_000], ids=["another", "deeply nested"])
def test_serve_says_that_the_data_file_is_none_and_leaves_it(tmp_path: Path, text: str) -> None:
    other = tmp_path / "other.json"
    other.write_text(text)
    other.chmod(0o644)
    (tmp_path / "x.json").symlink_to(other)
    with run("0", str(tmp_path / "x.json")) as process:
        _, error = process.communicate(timeout=60)
    assert (process.returncode, error.count("\n")) == (3, 1)
    assert os.name == "nt" or stat.S_IMODE(other.stat().st_mode) == 0o644


def test_serve_says_that_the_token_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITLINK_SANDBOX_TOKEN", "two words")
    with run("0") as process:
        out, error = process.communicate(timeout=10)
    assert (process.returncode, out) == (3, "")
    assert "GITLINK_SANDBOX_TOKEN" in error and "two words" not in error


@pytest.mark.skipif(os.name == "nt", reason="no SIGKILL")
def test_a_kill_loses_no_answered_write(tmp_path: Path) -> None:
    file, summary = tmp_path / "data" / "tracker.json", "Add login form"
    file.parent.mkdir()
    for round_ in range(3):
        with run("0", str(file)) as process:
            assert process.stdout is not None
            url = process.stdout.readline().strip().removeprefix("export TRACKER_API_BASE_URL=")
            issue = requests.get(f"{url}/v3/issues/TEST-1", headers=AUTH, timeout=10).json()
            assert issue["summary"] == summary
            for number in range(20):
                summary = f"{round_}.{number}"
                answer = requests.patch(f"{url}/v3/issues/TEST-1", json={"summary": summary}, headers=AUTH, timeout=10)
                assert answer.status_code == 200
            process.kill()
            process.communicate(timeout=10)
    assert os.listdir(file.parent) == ["tracker.json"]


def test_the_state_is_shown_and_set(api: Api) -> None:
    state = api("GET", "/_sandbox/state").json()
    api("PATCH", "/issues/TEST-1", {"summary": "New"})
    assert api("POST", "/_sandbox/state", state).status_code == 204
    assert api("GET", "/issues/TEST-1").json()["summary"] == "Add login form"
    assert api("POST", "/_sandbox/state", {"org_id": 1}).status_code == 400
    assert api("GET", "/issues/TEST-1").status_code == 200


def test_a_seed_fires_no_trigger(api: Api) -> None:
    body = {"name": "t", "actions": [{"type": "CreateComment", "text": "x"}]}
    assert api("POST", "/queues/TEST/triggers", body).status_code == 200
    api("POST", "/_sandbox/seed", {"issues": [{"queue": "TEST", "summary": "Planted", "status": "closed"}]})
    api("POST", "/queues/WEB/triggers", body)
    assert api("GET", "/issues/TEST-8/comments").json() == []


def test_a_workflow_can_be_sown(api: Api) -> None:
    moves = [
        {"id": "a", "from": "open", "to": "inReview"},
        {"id": "b", "from": "inReview", "to": "closed", "required": ["resolution", "comment"]},
    ]
    plan = {"workflows": {"dev": {"initial": "open", "transitions": moves}}}
    assert api("POST", "/_sandbox/seed", plan).status_code == 200
    assert [item["id"] for item in api("GET", "/issues/TEST-1/transitions").json()] == ["a"]
    assert api.move("TEST-1", "a").status_code == 200
    assert api.move("TEST-1", "b").json()["errorMessages"] == [
        "You must set values for the fields resolution, comment."
    ]
    assert api.move("TEST-1", "b", resolution="fixed", comment="done").status_code == 200


@pytest.mark.parametrize(
    "plan",
    [[], {"dev": []}, {"dev": {"transitions": [{"id": "a", "from": "open", "to": "nope"}]}}, {"dev": {"x": 1}}],
    ids=["no object", "no workflow", "an unknown status", "an unknown key"],
)
def test_a_wrong_workflow_changes_nothing(api: Api, plan: object) -> None:
    before = api("GET", "/workflows").json()
    answer = api("POST", "/_sandbox/seed", {"workflows": plan, "switches": {"bulk_polls": 9}})
    assert answer.status_code == 400
    assert api("GET", "/workflows").json() == before
    assert api("GET", "/_sandbox/state").json()["switches"]["bulk_polls"] == 1
