"""Every writing command against every fault: one effect or none, the code that says which, and no secret or traceback.

A new command is one line in ACTS.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
import requests

from gitlink.cli import telling
from gitlink.errors import GitlinkError
from gitlink.goals import CommentOnce, Goal, LinkTo, LogWork, Move, SetField
from gitlink.sandbox.server import SandboxServer, steering
from gitlink.sandbox.state import Tracker
from tests.calling import call, process, use
from tests.conftest import Repository
from tests.harbour import outbox
from tests.tracker.desk import Desk
from tests.tracker.loopback import Answer, serving, told

Capsys = pytest.CaptureFixture[str]
Fault = dict[str, object]
URL = "https://bench.example.com/1"


@dataclass(frozen=True)
class Act:
    """A command that writes. `path`: of its write; `repeats`: that may be sent twice; `looks`: a second try follows."""

    words: tuple[str, ...]
    goal: Goal | None
    path: str
    repeats: bool = False
    looks: bool = False

    def run(self, capsys: Capsys) -> int:
        """Run it, or what such a command would do, and return the exit code."""
        if self.words:
            return call(capsys, *self.words, *([] if "TEST-1" in self.words else ["--issue", "TEST-1"])).code
        assert self.goal is not None
        try:
            telling.tell([self.goal], lambda *_: None)
        except GitlinkError as fault:
            return fault.exit_code
        return 0


ACTS = {
    "status": Act(("status", "in-progress", "--comment", "Begun"), None, "_execute", looks=True),
    "status through several": Act(("status", "readyForTest", "--comment", "Done"), None, "_execute", looks=True),
    "bench set": Act(("bench", "set", URL), None, "/issues/TEST-1$", repeats=True),
    "bench clear": Act(("bench", "clear"), None, "/issues/TEST-1$", repeats=True),
    "start": Act(("start", "TEST-1", "--slug", "x"), None, "_execute", looks=True),
    "review": Act(("review", "accepted", "--comment", "Good"), None, "_execute", looks=True),
    "comment": Act(("comment", "Look here"), None, "/comments$"),
    "log": Act(("log", "1h30m"), None, "/worklog$"),
    "link": Act(("link", "TEST-2", "--as", "relates"), None, "/links$"),
}
GOALS: dict[str, Goal] = {
    "status": Move("TEST-1", "inProgress", "Begun"),
    "field": SetField("TEST-1", "benchLink", URL),
    "comment": CommentOnce("TEST-1", "Look here"),
}
REFUSALS: dict[str, tuple[Fault, int]] = {
    "401": ({"status": 401}, 4),
    "403": ({"status": 403}, 5),
    "404": ({"status": 404}, 5),
    "409 for good": ({"status": 409, "times": 9}, 5),
    "412 for good": ({"status": 412, "times": 9}, 5),
    "422": ({"status": 422}, 5),
    "423": ({"status": 423}, 5),
}
CURED: dict[str, Fault] = {
    "409 once": {"status": 409},
    "412 once": {"status": 412},
    "429 once": {"status": 429},
    "429 with Retry-After": {"status": 429, "headers": {"Retry-After": "0"}},
    "closed after": {"close": "after"},
    "closed after, for good": {"close": "after", "times": 9},
    "slow": {"delay": 0.3},
}
LOST: dict[str, Fault] = {
    "500": {"status": 500},
    "502 with a web page": {"status": 502, "body": "<html>Bad gateway</html>"},
    "503": {"status": 503},
    "closed before": {"close": "before"},
    "truncated": {"status": 200, "body": '{"key": "TEST-1", "sum'},
    "wrong type": {"status": 200, "body": "<html>Log in</html>"},
    "another shape": {"status": 200, "body": ["x"]},
}
DOWN: dict[str, Fault] = {
    "429 for good": {"status": 429, "times": 9},
    "429 with a long Retry-After": {"status": 429, "times": 9, "headers": {"Retry-After": "3600"}},
    "500 for good": {"status": 500, "times": 9},
    "closed before, for good": {"close": "before", "times": 9},
}


@pytest.fixture(scope="module")
def running() -> Iterator[SandboxServer]:
    with SandboxServer() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: SandboxServer, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> SandboxServer:
    use(monkeypatch, running.url)
    if getattr(request.node, "callspec", None) and request.node.callspec.params.get("name") == "start":
        repository: Repository = request.getfixturevalue("repository")
        repository.policy("[status]\n\tstarted = In progress\n")
        monkeypatch.chdir(repository.path)
    requests.post(f"{running.url}/_sandbox/reset", headers=steering(running.token), timeout=10)
    user = next(iter(running.state.world.users.values()))
    running.state.edit_issue(user, running.state.issue("TEST-1"), {"benchLink": "https://before.example.com"})
    return running


def switch(sandbox: SandboxServer, *faults: Fault) -> None:
    url, headers = f"{sandbox.url}/_sandbox/faults", steering(sandbox.token)
    assert requests.post(url, json=list(faults), headers=headers, timeout=10).status_code == 200


def effects(tracker: Tracker, name: str) -> int:
    """Return how often what *name* wants has happened."""
    issue = tracker.issue("TEST-1")
    values = [
        change.new for entry in issue.changes for change in entry.fields if change.field in ("status", "benchLink")
    ]
    comments = [comment.text for comment in issue.comments]
    moves = {"status": ("inProgress", "Begun"), "status through several": ("readyForTest", "Done")}
    moves["review"] = ("readyForTest", "Good")
    if name == "start":
        return values.count("inProgress")
    if name in moves:
        end, text = moves[name]
        assert comments.count(text) == values.count(end)
        return values.count(end)
    if name in ("log", "link"):
        other = tracker.issue("TEST-2").id
        return len(issue.worklogs if name == "log" else [link for link in issue.links if link.other == other])
    wanted = {"bench set": URL, "field": URL, "bench clear": None}
    return comments.count("Look here") if name == "comment" else values.count(wanted[name])


@pytest.mark.parametrize("fault", REFUSALS)
@pytest.mark.parametrize("name", ACTS)
def test_a_refusal_has_no_effect_and_nothing_is_kept(
    sandbox: SandboxServer, capsys: Capsys, name: str, fault: str
) -> None:
    wrong, code = REFUSALS[fault]
    act = ACTS[name]
    switch(sandbox, {"path": act.path, "method": "PATCH" if act.repeats else "POST", **wrong})
    assert act.run(capsys) == code
    assert (effects(sandbox.state, name), outbox(sandbox.url).entries()) == (0, [])


@pytest.mark.parametrize("fault", CURED)
@pytest.mark.parametrize("name", ACTS)
def test_what_can_be_cured_is_done_once(sandbox: SandboxServer, capsys: Capsys, name: str, fault: str) -> None:
    act = ACTS[name]
    switch(sandbox, {"path": act.path, "method": "PATCH" if act.repeats else "POST", **CURED[fault]})
    code = act.run(capsys)
    # A lost answer to a PATCH is asked for thrice, and then the value is there all the same.
    assert code == (6 if act.repeats and "for good" in fault else 0)
    switch(sandbox)
    assert call(capsys, "sync").code == 0
    assert (effects(sandbox.state, name), outbox(sandbox.url).entries()) == (1, [])


@pytest.mark.parametrize("fault", LOST)
@pytest.mark.parametrize("name", ACTS)
def test_an_answer_lost_once(sandbox: SandboxServer, capsys: Capsys, name: str, fault: str) -> None:
    act = ACTS[name]
    switch(sandbox, {"path": act.path, "method": "PATCH" if act.repeats else "POST", **LOST[fault]})
    code = act.run(capsys)
    if fault in ("500", "502 with a web page", "503", "closed before"):
        assert code == (0 if act.repeats or act.looks else 6)
    assert code in (0, 6)
    assert (len(outbox(sandbox.url).entries()), effects(sandbox.state, name)) == ((1, 0) if code == 6 else (0, 1))
    assert call(capsys, "sync").code == 0
    assert (effects(sandbox.state, name), outbox(sandbox.url).entries()) == (1, [])


@pytest.mark.parametrize("fault", DOWN)
@pytest.mark.parametrize("name", ACTS)
def test_without_an_answer_it_is_kept_and_sent_once(
    sandbox: SandboxServer, capsys: Capsys, name: str, fault: str
) -> None:
    act = ACTS[name]
    switch(sandbox, {"path": act.path, "method": "PATCH" if act.repeats else "POST", **DOWN[fault]})
    assert act.run(capsys) == 6
    assert (effects(sandbox.state, name), len(outbox(sandbox.url).entries())) == (0, 1)
    switch(sandbox)
    assert call(capsys, "sync").code == 0
    assert (effects(sandbox.state, name), outbox(sandbox.url).entries()) == (1, [])


@pytest.mark.parametrize("fault", [*REFUSALS, *CURED, *LOST])
@pytest.mark.parametrize("name", GOALS)
def test_what_waits_is_sent_once(sandbox: SandboxServer, capsys: Capsys, name: str, fault: str) -> None:
    outbox(sandbox.url).put(GOALS[name], "no answer")
    wrong = REFUSALS[fault][0] if fault in REFUSALS else CURED.get(fault) or LOST[fault]
    switch(sandbox, {"path": "TEST-1", "method": "PATCH" if name == "field" else "POST", **wrong})
    code = call(capsys, "sync").code
    assert code in ((REFUSALS[fault][1],) if fault in REFUSALS else (0, 6))
    assert len(outbox(sandbox.url).entries()) == (0 if code == 0 else 1)
    switch(sandbox)
    assert call(capsys, "sync").code == 0
    assert (effects(sandbox.state, name), outbox(sandbox.url).entries()) == (1, [])


BEFORE = [Answer(is_silent=True), Answer(500), Answer(502, b"<html>"), Answer(200, b"[{"), told(["x"], 201)]
ADDED: list[tuple[Goal, str]] = [
    (LogWork("TEST-1", 90, datetime(2036, 1, 2, 3, 4, 5, tzinfo=UTC), "work"), "worklogs"),
    (LinkTo("TEST-1", "TEST-2", "depends on"), "links"),
    (CommentOnce("TEST-1", "Look here", datetime.now(UTC)), "comments"),
]


@pytest.mark.parametrize(("goal", "kept"), ADDED, ids=["worklog", "link", "comment"])
@pytest.mark.parametrize("place", ["before", "after"])
@pytest.mark.parametrize("lost", BEFORE, ids=["closed", "500", "502", "truncated", "shape"])
def test_what_is_added_is_added_once(
    monkeypatch: pytest.MonkeyPatch, capsys: Capsys, goal: Goal, kept: str, place: str, lost: Answer
) -> None:
    desk = Desk(**{place: [lost]})  # type: ignore[arg-type]
    with serving(desk) as server:
        use(monkeypatch, server.url)
        assert Act((), goal, "").run(capsys) == (6 if place == "before" else 0)
        assert len(getattr(desk, kept)) == (0 if place == "before" else 1)
        assert call(capsys, "sync").code == 0
        outbox(server.url).put(goal, "interrupted before it was taken away")
        assert call(capsys, "sync").out.strip().endswith("already")
    assert len(getattr(desk, kept)) == 1


@pytest.mark.parametrize("fault", [*REFUSALS, *CURED, *LOST, *DOWN])
def test_a_field_is_created_once(
    sandbox: SandboxServer, capsys: Capsys, repository: Repository, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    repository.policy("[bench]\n\tfield = standLink\n")
    monkeypatch.chdir(repository.path)

    def fields() -> int:
        return [field.key for field in sandbox.state.world.fields.values()].count("standLink")

    wrong = {**{name: refused for name, (refused, _) in REFUSALS.items()}, **CURED, **LOST, **DOWN}[fault]
    switch(sandbox, {"path": "/v3/fields$", "method": "POST", **wrong})
    code = call(capsys, "bench", "setup", "--queue", "TEST").code
    conflicts = (5, 0) if "once" in fault else (5,)
    expected = (0,) if fault == "403" else (REFUSALS[fault][1],) if fault in REFUSALS else (0, 6, *conflicts)
    assert code in expected
    assert fields() == (1 if code == 0 else 0)
    switch(sandbox)
    assert call(capsys, "bench", "setup", "--queue", "TEST").code == 0
    assert (fields(), outbox(sandbox.url).entries()) == (1, [])


@pytest.mark.parametrize("close", ["before", "after"])
@pytest.mark.parametrize("name", ["status", "bench set"])
def test_the_same_as_real_processes(sandbox: SandboxServer, name: str, close: str) -> None:
    act = ACTS[name]
    switch(sandbox, {"path": act.path, "method": "PATCH" if act.repeats else "POST", "close": close, "times": 9})
    done = process(*act.words, "--issue", "TEST-1")
    assert done.code == (0 if close == "after" and act.looks else 6)
    switch(sandbox)
    assert process("sync").code == 0
    assert effects(sandbox.state, name) == 1


def test_a_write_too_slow_for_its_ten_seconds_is_looked_for(sandbox: SandboxServer, capsys: Capsys) -> None:
    switch(sandbox, {"path": "_execute", "delay": 11})
    assert ACTS["status"].run(capsys) == 0
    assert effects(sandbox.state, "status") == 1
