"""What the sandbox is told is checked where it is read: names, sizes, numbers; and who may read its file."""

from __future__ import annotations

import copy
import json
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests

from gitlink.sandbox.faults import Journal
from gitlink.sandbox.server import SandboxServer

from .asking import AUTH, Api


def _rename(state: Any, key: str) -> None:
    issue = next(issue for issue in state["issues"].values() if issue["key"] == "TEST-1")
    state["keys"][key] = state["keys"].pop("TEST-1")
    issue["key"] = key


def _alias(state: Any, key: str) -> None:
    _rename(state, "TEST-1")
    next(iter(state["issues"].values()))["aliases"].append(key)
    state["keys"][key] = next(iter(state["issues"]))


def _attach(state: Any, name: str) -> None:
    uid = next(iter(state["users"]))
    next(iter(state["issues"].values()))["attachments"].append(
        {"id": "7", "name": name, "mimetype": "text/plain", "content": "", "size": 0, "author": uid}
        | {"created_at": "2026-01-01T00:00:00+00:00"}
    )


def _set(table: str, **values: object) -> Callable[[Any, str], None]:
    return lambda state, _: next(iter(state[table].values())).update(values)


def _key(table: str) -> Callable[[Any, str], None]:
    def change(state: Any, key: str) -> None:
        state[table][key] = state[table].pop(next(iter(state[table])))

    return change


PATHS = [
    "../../x",
    "/home/me/.bashrc",
    "TEST-1/../../x",
    "TEST-01",
    "TEST-0",
    "test-1",
    "TEST-1\n",
    "ТEST-1",
    "",
    "..\\x",
]


@pytest.mark.parametrize("key", PATHS)
@pytest.mark.parametrize("change", [_rename, _alias, _key("issues"), _key("queues"), _key("statuses"), _key("users")])
def test_a_state_with_such_a_key_is_refused(api: Api, change: Callable[[Any, str], None], key: str) -> None:
    state = api("GET", "/_sandbox/state").json()
    change(state, key)
    answer = api("POST", "/_sandbox/state", state)
    assert answer.status_code == 400, answer.text
    assert api("GET", "/issues/TEST-1").json()["key"] == "TEST-1"


@pytest.mark.parametrize("name", ["../x", "/x", "a\\b", "a\0b", "..", "", "x" * 256, "a\nb"])
def test_a_state_with_such_a_file_name_is_refused(api: Api, name: str) -> None:
    state = api("GET", "/_sandbox/state").json()
    fine = copy.deepcopy(state)
    _attach(fine, "notes (1).txt")
    assert api("POST", "/_sandbox/state", fine).status_code == 204
    _attach(state, name)
    assert api("POST", "/_sandbox/state", state).status_code == 400


@pytest.mark.parametrize(
    "change",
    [
        _set("issues", queue="../x"),
        _set("issues", status="../x"),
        _set("issues", created_by="nobody"),
        _set("issues", version="1"),
        _set("issues", values={"../x": 1}),
        _set("users", login="../x"),
        _set("users", uid="../x"),
        _set("queues", key="../x"),
        _set("workflows", initial="../x"),
    ],
    ids=["queue", "status", "author", "no number", "field", "login", "uid", "a queue's key", "workflow"],
)
def test_a_state_that_cannot_be_is_refused(api: Api, change: Callable[[Any, str], None]) -> None:
    state = api("GET", "/_sandbox/state").json()
    change(state, "")
    assert api("POST", "/_sandbox/state", state).status_code == 400
    assert api("GET", "/issues/TEST-1").status_code == 200


@pytest.mark.parametrize("name", ["../../x", "a/b", "", "x\n"])
def test_a_seed_names_no_path(api: Api, name: str) -> None:
    plan = {"initial": "open", "transitions": [{"id": "a", "from": "open", "to": "closed"}]}
    assert api("POST", "/_sandbox/seed", {"workflows": {name: plan}}).status_code == 400
    plan["transitions"] = [{"id": name, "from": "open", "to": "closed"}]
    assert api("POST", "/_sandbox/seed", {"workflows": {"dev": plan}}).status_code == 400


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../x", ".._.._x"),
        ("..", "file"),
        ("a\\b", "a_b"),
        ("x" * 300, "x" * 255),
        ("a%00b", "a_b"),
        (".bashrc", ".bashrc"),
    ],
)
def test_an_uploaded_file_has_a_name_and_no_folder(api: Api, given: str, kept: str) -> None:
    made = requests.post(
        f"{api.url}/v3/attachments?filename={given}", headers=AUTH, files={"file": ("x", b"x", "a/<b>")}, timeout=10
    ).json()
    assert (made["name"], made["mimetype"]) == (kept, "application/octet-stream")
    state = api("GET", "/_sandbox/state").json()
    assert api("POST", "/_sandbox/state", state).status_code == 204  # what it makes it also takes


# -- faults, switches, the journal


def test_a_catastrophic_pattern_does_not_hold_the_sandbox_up(api: Api) -> None:
    api("POST", "/_sandbox/faults", [{"path": "(a+)+$", "status": 500}] * 50)
    assert api("GET", "/issues/" + "a" * 900 + "!").status_code == 404


@pytest.mark.parametrize(
    "fault",
    [
        {"delay": -1},
        {"delay": 1e9},
        {"delay": "inf"},
        {"delay": "nan"},
        {"times": 10**9},
        {"times": "1e400"},
        {"status": 99},
        {"status": 1000},
        {"headers": {"X-A": "a\r\nb"}},
        {"headers": {"X A": "b"}},
        {"headers": ["x"]},
    ],
    ids=str,
)
def test_a_fault_has_bounds(api: Api, fault: dict[str, object]) -> None:
    assert api("POST", "/_sandbox/faults", [fault]).status_code == 400


def test_a_fault_is_shown_as_it_was_set(api: Api) -> None:
    api("POST", "/_sandbox/faults", [{"path": "/x$", "times": 2}])
    [shown] = api("GET", "/_sandbox/faults").json()
    assert (shown["path"], shown["times"], "pattern" in shown) == ("/x$", 2, False)
    assert api("POST", "/_sandbox/faults", [{}] * 51).status_code == 400


@pytest.mark.parametrize(
    "switch",
    [
        {"webhook_timeout_s": 1e9},
        {"webhook_delay_s": -1},
        {"stale_trigger": 99999},
        {"trigger_created": 0},
        {"rate_limit": -1},
    ],
    ids=str,
)
def test_a_switch_has_bounds(api: Api, switch: dict[str, object]) -> None:
    assert api("POST", "/_sandbox/seed", {"switches": switch}).status_code == 400
    state = api("GET", "/_sandbox/state").json()
    state["switches"] |= switch
    assert api("POST", "/_sandbox/state", state).status_code == 400


def test_deep_json_is_refused_and_written_down(api: Api) -> None:
    deep = "[" * 100_000 + "]" * 100_000
    for path in ("faults", "seed", "state"):
        answer = api.session.post(f"{api.url}/_sandbox/{path}", deep, headers={"X-Sandbox-Token": api.sandbox.token})
        assert answer.status_code == 400
    for body in (deep, '{"a": ' * 500 + "1" + "}" * 500, "NaN", ""):
        api.session.post(f"{api.url}/v3/issues", body, headers={"X-Org-ID": "1"})
    shown = api("GET", "/_sandbox/requests").text
    assert shown.count('"method": "POST"') == 4 and '"body": "NaN"' in shown and shown.endswith('"body": null}]')


def test_the_journal_is_bounded_in_number_and_in_size() -> None:
    journal = Journal()
    for _ in range(200):
        journal.note("POST", "/v3/x", "", b"x" * 2**20, [])
    assert 1 < len(journal.seen) * 2**20 <= 32 * 2**20
    for _ in range(11_000):
        journal.note("GET", "/v3/x", "", b"", [])
    assert len(journal.seen) == 10_000
    journal.clear()
    assert json.loads(f"[{journal.note('GET', '/', '', b'1', []).shown()}]")[0]["body"] == 1


# -- the data file


@pytest.mark.skipif(os.name == "nt", reason="no modes")
@pytest.mark.parametrize("there", [False, True], ids=["a new file", "a file that others could read"])
def test_the_data_file_is_its_users_alone(tmp_path: Path, there: bool) -> None:
    file, old = tmp_path / "tracker.json", os.umask(0)
    try:
        if there:
            with SandboxServer(data_file=file):
                file.chmod(0o644)
        with SandboxServer(data_file=file) as sandbox:
            assert stat.S_IMODE(file.stat().st_mode) == 0o600
            file.chmod(0o644)
            Api(sandbox)("PATCH", "/issues/TEST-1", {"summary": "New"})
            assert stat.S_IMODE(file.stat().st_mode) == 0o600
    finally:
        os.umask(old)
