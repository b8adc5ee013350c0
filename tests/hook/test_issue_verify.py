"""issue.verify with real pushes: offline rules first, asked once, and no network that is down blocks a push."""

import socket
import time
from collections.abc import Iterator

import pytest

from gitlink.sandbox.server import steering
from tests.calling import process, use
from tests.conftest import Repository
from tests.harbour import Harbour
from tests.tracker.loopback import Answer, Seen, serving, told

WARNING = "could not be looked up in Tracker within 1 s; the push goes on"


@pytest.fixture
def harbour(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> Iterator[Harbour]:
    repository.hook("pre-push")
    made = Harbour()
    use(monkeypatch, made.url)
    yield made
    made.leave()


def verify(repository: Repository, how: str) -> None:
    repository.policy(f"[issue]\n\tverify = {how}\n")


def asked(harbour: Harbour) -> list[str]:
    import requests

    headers = steering(harbour.token)
    journal = requests.get(f"{harbour.url}/_sandbox/requests", headers=headers, timeout=10).json()
    return [f"{entry['method']} {entry['path']}" for entry in journal]


def push(repository: Repository, *branches: str, **environ: str) -> "tuple[int, str]":
    """Push HEAD under these names; return the status and what gitlink said."""
    refs = [f"HEAD:refs/heads/{branch}" for branch in branches]
    done = repository.git("push", "-q", "origin", *refs, check=False, **environ)
    lines = [line for line in done.stderr.splitlines() if not line.startswith("error: ")]
    return done.returncode, "\n".join(lines)


def test_nothing_is_asked_where_nothing_is_to_be_verified(repository: Repository, harbour: Harbour) -> None:
    verify(repository, "off")
    assert push(repository, "TEST-999-x") == (0, "")
    verify(repository, "open")
    assert push(repository, "release/1.0") == (0, "")
    assert push(repository, "TEST-999-y", GITLINK_SKIP="hotfix")[0] == 0
    repository.git("push", "-q", "origin", ":TEST-999-x")
    assert push(repository, "no-key")[0] == 1
    assert push(repository, "no-key", "TEST-1-x")[0] == 1
    assert asked(harbour) == []


def test_an_open_issue_is_asked_for_once(repository: Repository, harbour: Harbour) -> None:
    verify(repository, "open")
    assert push(repository, "TEST-1-x", "TEST-1-y") == (0, "")
    assert push(repository, "TEST-1-z") == (0, "")
    verify(repository, "exists")
    assert push(repository, "TEST-1-zz") == (0, "")
    assert asked(harbour) == ["GET /v3/issues/TEST-1"]


def test_a_closed_issue_exists_and_is_not_open(repository: Repository, harbour: Harbour) -> None:
    verify(repository, "exists")
    assert push(repository, "TEST-5-x") == (0, "")
    assert push(repository, "TEST-5-y") == (0, "")
    assert len(asked(harbour)) == 1
    verify(repository, "open")
    status, said = push(repository, "TEST-5-z")
    assert status == 1
    assert "[closed-issue]" in said and "TEST-5" in said and "  fix:   " in said


def test_a_reopened_issue_is_open_at_once(repository: Repository, harbour: Harbour) -> None:
    verify(repository, "open")
    assert push(repository, "TEST-5-x")[0] == 1
    from gitlink.sandbox import moves

    moves.execute(harbour.tracker, harbour.someone, harbour.issue("TEST-5"), "reopen", {})
    assert push(repository, "TEST-5-x") == (0, "")


def test_an_issue_just_closed_here_is_closed_at_once(repository: Repository, harbour: Harbour) -> None:
    verify(repository, "open")
    assert push(repository, "TEST-1-x") == (0, "")
    assert process("status", "closed", "--resolution", "fixed", "--issue", "TEST-1").code == 0
    assert "[closed-issue]" in push(repository, "TEST-1-y")[1]


@pytest.mark.parametrize("how", ["exists", "open"])
def test_a_missing_issue_is_refused_beside_a_good_one(repository: Repository, harbour: Harbour, how: str) -> None:
    verify(repository, how)
    status, said = push(repository, "TEST-999-x", "TEST-1-x")
    assert status == 1
    assert "[unknown-issue]" in said and "TEST-999" in said
    assert "branch TEST-1-x" not in said


def test_credentials_that_are_missing_or_refused_are_a_warning(repository: Repository, harbour: Harbour) -> None:
    verify(repository, "open")
    for number, environ in enumerate(({"TRACKER_TOKEN": ""}, {"TRACKER_ORG_ID": ""}, {"TRACKER_TOKEN": "wrong"})):
        status, said = push(repository, f"TEST-1-{number}", **environ)
        assert (status, WARNING in said) == (0, True)
        assert "wrong" not in said


def test_a_dead_tracker_is_a_warning(repository: Repository, harbour: Harbour) -> None:
    verify(repository, "open")
    harbour.leave()
    begun = time.monotonic()
    status, said = push(repository, "TEST-1-x", "TEST-2-x")
    assert (status, said.count(WARNING)) == (0, 2)
    assert time.monotonic() - begun < 10


def test_a_tracker_that_never_answers_is_a_warning(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    repository.hook("pre-push")
    verify(repository, "open")
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        use(monkeypatch, f"http://127.0.0.1:{deaf.getsockname()[1]}")
        begun = time.monotonic()
        status, said = push(repository, "TEST-1-x")
        assert time.monotonic() - begun < 10
    assert (status, WARNING in said) == (0, True)


def test_what_was_answered_in_time_counts_though_the_rest_was_not(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.hook("pre-push")
    verify(repository, "open")

    def half(seen: Seen) -> Answer:
        if seen.path.endswith("TEST-1"):
            return told({"errorMessages": [], "errors": {}, "statusCode": 404}, 404)
        time.sleep(3)
        return Answer(503)

    with serving(half) as server:
        use(monkeypatch, server.url)
        status, said = push(repository, "TEST-1-x", "TEST-2-x")
    assert (status, "[unknown-issue]" in said, f"TEST-2 {WARNING}" in said) == (1, True, True)


def test_nothing_of_the_work_tree_is_imported(repository: Repository, harbour: Harbour) -> None:
    verify(repository, "open")
    for name in ("gitlink/__init__.py", "requests.py"):
        (repository.path / name).parent.mkdir(exist_ok=True)
        (repository.path / name).write_text("raise SystemExit(1)\n")
    assert push(repository, "TEST-1-x") == (0, "")
