"""ytcli, a third-party command line for Tracker, against the sandbox: a binary that knows nothing of gitlink."""

from __future__ import annotations

import os
import shutil
import subprocess
import sysconfig
from collections.abc import Callable
from pathlib import Path

import pytest

from gitlink.sandbox.seed import CLOUD_ORG_ID, ORG_ID, TOKEN

from .asking import Api

YTCLI = shutil.which("ytcli", path=sysconfig.get_path("scripts"))
pytestmark = pytest.mark.skipif(YTCLI is None, reason="needs ytcli: pip install yandex-tracker-cli")

Ytcli = Callable[..., str]
CONFIG = """
default_profile = "sandbox"
[accounts.main]
[profiles.sandbox]
account = "main"
org_id = "{org}"
org_kind = "{kind}"
default_queue = "TEST"
"""


def ytcli_for(api: Api, folder: Path, org: str, kind: str) -> Ytcli:
    """Return what runs ytcli: its arguments, the exit code it shall have -> its answer and its complaint."""
    config = folder / "ytcli.toml"
    config.write_text(CONFIG.format(org=org, kind=kind), encoding="utf-8")
    environ = {key: value for key, value in os.environ.items() if not key.lower().endswith("_proxy")}
    environ |= {"YTCLI_BASE_URL": api.url, "YTCLI_TOKEN": TOKEN, "YTCLI_CONFIG": str(config), "HOME": str(folder)}

    def run(*words: str, code: int = 0) -> str:
        done = subprocess.run(
            [str(YTCLI), *words],
            env=environ,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=30,
            check=False,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout if code == 0 else done.stdout + done.stderr

    return run


@pytest.fixture
def ytcli(api: Api, tmp_path: Path) -> Ytcli:
    return ytcli_for(api, tmp_path, ORG_ID, "yandex360")


def test_login_of_both_kinds(api: Api, ytcli: Ytcli, tmp_path: Path) -> None:
    assert "user: ivan.petrov (Ivan Petrov)" in ytcli("auth", "status", "--brief")
    assert "TEST-1" in ytcli_for(api, tmp_path, CLOUD_ORG_ID, "cloud")("issue", "get", "TEST-1")
    assert "403" in ytcli_for(api, tmp_path, "2", "yandex360")("issue", "get", "TEST-1", code=5)


def test_issues(ytcli: Ytcli) -> None:
    assert ytcli("issue", "create", "-q", "TEST", "-s", "From ytcli", "--assignee", "anna.ivanova") == (
        "TEST-8  From ytcli\n"
    )
    ytcli("issue", "update", "TEST-8", "--set", "storyPoints=3", "--set", "benchLink=https://bench.example.com/1")
    shown = ytcli("issue", "get", "TEST-8", "--fields", "storyPoints,assignee,benchLink")
    assert "3" in shown and "Anna Ivanova" in shown and "https://bench.example.com/1" in shown
    assert "Issue" not in ytcli("issue", "get", "TEST-99", code=4)


def test_search(ytcli: Ytcli) -> None:
    assert "shown 1 of 1" in ytcli("issue", "find", "-q", "TEST", "-a", "me")
    assert ytcli("issue", "count", "-q", "TEST").strip() == "7"
    assert "shown 2 of 7 — next: --page 2" in ytcli("issue", "find", "-q", "TEST", "--limit", "2")
    found = ytcli("issue", "find", "--yql", 'Queue: TEST AND (Status: open OR Status: "In review") "Sort by": Key DESC')
    assert [line.split()[0] for line in found.splitlines()[:2]] == ["TEST-3", "TEST-1"]
    assert "400" in ytcli("issue", "find", "--yql", "Queue: (", code=5)


def test_transitions(ytcli: Ytcli) -> None:
    assert "start_progress" in ytcli("issue", "transition", "TEST-1")
    assert ytcli("issue", "transition", "TEST-1", "inProgress") == "TEST-1 start_progress\n"
    assert "Резолюция" in ytcli("issue", "transition", "TEST-1", "closed", code=5)
    assert ytcli("issue", "transition", "TEST-1", "closed", "-r", "fixed") == "TEST-1 close1\n"
    ytcli("issue", "transition", "TEST-1", "inReview", code=4)


def test_comments_and_worklogs(ytcli: Ytcli) -> None:
    ytcli("issue", "comment", "TEST-1", "hello")
    assert "hello" in ytcli("issue", "comments", "TEST-1")
    ytcli("issue", "worklog", "add", "TEST-1", "1h30m", "-m", "hard")
    assert "1h 30m total" in ytcli("issue", "worklogs", "TEST-1")
    assert "1h 30m total" in ytcli("worklog", "find", "--by", "me", "--since", "7d")


def test_links(api: Api, ytcli: Ytcli) -> None:
    ytcli("issue", "link", "add", "TEST-1", "depends on", "TEST-2")
    ytcli("issue", "link", "add", "TEST-1", "is subtask for", "TEST-3")
    assert "depends on TEST-2" in ytcli("issue", "links", "TEST-1")
    assert "is depended on by TEST-1" in ytcli("issue", "links", "TEST-2")
    assert "subtask TEST-1" in ytcli("issue", "links", "TEST-3")
    body = {"relationship": "RELATES", "key": "7", "origin": "ru.yandex.gitlab"}
    api("POST", "/issues/TEST-1/remotelinks", body)
    assert "shown 1 of 1" in ytcli("issue", "remotelinks", "TEST-1")


def test_bulk_changes(ytcli: Ytcli) -> None:
    assert "changed 2 of 2" in ytcli("issue", "update", "TEST-1", "TEST-2", "--set", "storyPoints=4", "--yes")
    failed = ytcli("issue", "transition", "TEST-1", "TEST-2", "--to", "start_progress", "--yes", code=5)
    assert "changed 1 of 2" in failed and "TEST-2" in failed
    assert "WEB-6" in ytcli("issue", "move", "TEST-4", "--to", "WEB", "--yes")


def test_queues_fields_and_people(ytcli: Ytcli) -> None:
    assert "Operations" in ytcli("queue", "create", "-k", "OPS", "-n", "Operations", "--like", "TEST", "--yes")
    assert "shown 3 of 3" in ytcli("queue", "list")
    assert "browser" in ytcli("queue", "local-fields", "WEB")
    assert "type: uri" in ytcli("field", "get", "benchLink")
    assert "readyForTest" in ytcli("dict", "list", "--kind", "statuses")
    assert "anna.ivanova@example.com" in ytcli("user", "get", "anna.ivanova")
    assert "depends on" in ytcli("link", "types")
    assert "backend" in ytcli("component", "list", "-q", "TEST")


def test_attachments(ytcli: Ytcli, tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("one", encoding="utf-8")
    ytcli("attachment", "upload", "TEST-1", str(tmp_path / "note.txt"))
    assert "note.txt" in ytcli("attachment", "list", "TEST-1")


def test_the_changelog(ytcli: Ytcli) -> None:
    ytcli("issue", "update", "TEST-1", "--set", "priority=minor")
    assert "priority" in ytcli("issue", "changelog", "TEST-1")
