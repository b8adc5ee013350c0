"""A Tracker that lies: what it calls a key or an id leads to no file of ours and to no other place of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from gitlink import state
from gitlink.tracker import reading
from gitlink.tracker.reading import Malformed
from tests.conftest import SCRIPTS, Repository
from tests.tracker.loopback import TOKEN, Answer, Seen, serving, told

GITLINK = str(SCRIPTS / "gitlink")
STATUS = {"key": "open", "display": "Open"}


def files_below(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts}


@pytest.mark.parametrize("command", [
    ["status", "--issue", "TEST-1"],
    ["status", "closed", "--issue", "TEST-1"],
    ["start", "TEST-1"],
    ["issue", "TEST-1"],
    ["open", "--issue", "TEST-1"],
    ["comment", "--issue", "TEST-1", "x"],
    ["link", "--issue", "TEST-1", "TEST-2"],
    ["log", "--issue", "TEST-1", "1h"],
    ["review", "accept", "--issue", "TEST-1"],
    ["sync"],
    ["-errand", "checkout", "TEST-1"],
    ["-errand", "verify", "5", "TEST-1"],
    ["-errand", "flush"],
], ids=" ".join)  # fmt: skip
@pytest.mark.parametrize("kind", ["relative", "absolute"])
def test_a_lying_key_writes_no_file(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, command: list[str]
) -> None:
    victim = tmp_path / "victim"
    victim.write_text("mine", encoding="utf-8")
    key = str(victim) if kind == "absolute" else "../" * 12 + str(victim).lstrip("/")
    issue = {"key": key, "summary": "$(touch x)", "status": STATUS, "version": 1}

    def handle(request: Seen) -> Answer:
        if request.method != "GET" and "search" not in request.path:
            return told({"id": "1", **issue})
        if request.path.startswith("/v3/issues/TEST-1") and request.path.count("/") == 3:
            return told(issue)
        return told([issue])

    with serving(handle) as server:
        for name, value in (("API_BASE_URL", server.url), ("TOKEN", TOKEN), ("ORG_ID", "1")):
            monkeypatch.setenv(f"TRACKER_{name}", value)
        before = {path for path in files_below(tmp_path) if ".git" not in path.parts}
        words = [sys.executable, "-P", "-m", "gitlink.errand", *command[1:]] if command[0] == "-errand" else None
        subprocess.run(words or [GITLINK, *command], cwd=repository.path, stdin=subprocess.DEVNULL, check=False)
    assert victim.read_text(encoding="utf-8") == "mine"
    ours = tmp_path / "home" / "state" / "gitlink"
    new = {path for path in files_below(tmp_path) if ".git" not in path.parts} - before
    assert not [path for path in new if ours not in path.parents]


@pytest.mark.parametrize(
    "key",
    [
        "../../../x",
        "/etc/x",
        "TEST-1/../x",
        "TEST-1\0",
        "test-1",
        "TEST-01",
        "TEST",
        "",
        ".",
        "..",
        " TEST-1",
        "ТEST-1",
    ],
)
def test_what_is_no_key_is_no_issue_and_no_file(tmp_path: Path, key: str) -> None:
    with pytest.raises(Malformed):
        reading.issue({"key": key, "summary": "", "status": STATUS}, "https://tracker.yandex.ru")
    state.remember(str(tmp_path), key, "Open", "x", False)
    state.forget(str(tmp_path), key)
    assert state.known(str(tmp_path), key, 0) is None
    assert os.listdir(tmp_path) == ["home"]


def test_a_queue_with_digits_is_one(tmp_path: Path) -> None:
    read = reading.issue({"key": "Q2A-17", "summary": "", "status": STATUS}, "https://tracker.yandex.ru")
    state.remember(str(tmp_path), read.key, "Open", "x", False)
    assert state.known(str(tmp_path), "Q2A-17", 0) is not None


@pytest.mark.parametrize("name", ["", ".", "..", "a/../b", "..\\x"])
def test_an_id_leads_to_no_other_address(name: str) -> None:
    with pytest.raises(Malformed):
        reading.transition({"id": name, "to": STATUS})
    with pytest.raises(Malformed):
        reading.comment({"id": name})
