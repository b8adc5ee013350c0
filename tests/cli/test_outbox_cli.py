"""What Tracker could not be told: kept, listed, dropped, sent by hand and in the background; one effect each."""

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import requests

from gitlink.cli import telling
from gitlink.errors import Unreachable
from gitlink.goals import CommentOnce, Goal, Move, SetField
from gitlink.sandbox.server import steering
from tests.calling import call, process, until, use
from tests.conftest import Repository
from tests.harbour import Harbour, outbox

Capsys = pytest.CaptureFixture[str]
URL = "https://bench.example.com/1"


@pytest.fixture
def harbour(monkeypatch: pytest.MonkeyPatch) -> Iterator[Harbour]:
    made = Harbour()
    use(monkeypatch, made.url)
    yield made
    made.leave()


def waiting(harbour: Harbour) -> list[str]:
    return [str(type(entry.goal).__name__) for entry in outbox(harbour.url).entries()]


def keep(harbour: Harbour, *goals: Goal) -> None:
    for goal in goals:
        outbox(harbour.url).put(goal, "no answer")


def test_nothing_waits(harbour: Harbour, capsys: Capsys) -> None:
    assert (call(capsys, "sync").code, call(capsys, "outbox", "list", "--json").out) == (0, "[]\n")
    assert call(capsys, "outbox", "drop", "--all").code == 0
    assert call(capsys, "outbox", "drop").code == 2
    assert call(capsys, "outbox", "drop", "x").code == 2
    assert waiting(harbour) == []


def test_without_an_outbox_nothing_is_kept(harbour: Harbour, capsys: Capsys) -> None:
    harbour.leave()
    done = call(capsys, "status", "in-progress", "--issue", "TEST-1", "--no-outbox")
    assert (done.code, "kept" in done.err, waiting(harbour)) == (6, False, [])
    assert call(capsys, "bench", "set", URL, "--issue", "TEST-1", "--no-outbox").code == 6
    assert waiting(harbour) == []


def test_what_got_no_answer_is_kept_listed_and_sent(harbour: Harbour, capsys: Capsys) -> None:
    harbour.leave()
    done = call(capsys, "status", "in-progress", "--issue", "TEST-1", "--comment", "Begun")
    assert done.code == 6
    assert done.err.startswith("gitlink: kept for later: TEST-1  status: in-progress (with the comment: Begun)\n")
    assert call(capsys, "bench", "set", URL, "--issue", "TEST-1").code == 6
    assert call(capsys, "bench", "clear", "--issue", "TEST-2").code == 6
    rows = json.loads(call(capsys, "outbox", "list", "--json").out)
    assert [(row["issue"], row["kind"], row["value"]) for row in rows] == [
        ("TEST-1", "status", "in-progress"),
        ("TEST-1", "field", URL),
        ("TEST-2", "field", None),
    ]
    assert all(row["error"] and datetime.fromisoformat(row["since"]).tzinfo for row in rows)
    dry = call(capsys, "sync", "--dry-run")
    assert (dry.code, dry.out.count("would be sent"), len(waiting(harbour))) == (0, 3, 3)
    assert call(capsys, "sync").code == 6
    harbour.come_back()
    sent = call(capsys, "sync")
    # The child that `outbox list` started may have been faster, now that there is an answer.
    assert (sent.code, {line.rsplit("  ", 1)[1] for line in sent.out.splitlines()} - {"sent", "already"}) == (0, set())
    assert waiting(harbour) == []
    assert (harbour.issue().status, harbour.issue().values["benchLink"]) == ("inProgress", URL)
    assert harbour.texts() == ["Begun"]
    assert call(capsys, "sync").out == ""


def test_several_issues_are_all_kept(harbour: Harbour, capsys: Capsys) -> None:
    harbour.leave()
    both = ("--issue", "TEST-1", "--issue", "TEST-4")
    assert call(capsys, "status", "in-progress", *both).code == 6
    assert call(capsys, "bench", "set", URL, *both).code == 6
    assert waiting(harbour) == ["Move", "Move", "SetField", "SetField"]
    harbour.come_back()
    assert call(capsys, "sync").code == 0
    assert [harbour.issue(key).status for key in ("TEST-1", "TEST-4")] == ["inProgress", "inProgress"]
    assert [harbour.issue(key).values["benchLink"] for key in ("TEST-1", "TEST-4")] == [URL, URL]


def test_the_deployed_status_waits_with_the_link(repository: Repository, harbour: Harbour) -> None:
    repository.policy("[status]\n\tdeployed = inProgress\n")
    harbour.leave()
    assert process("bench", "set", URL, "--issue", "TEST-1", cwd=repository.path).code == 6
    assert waiting(harbour) == ["SetField", "Move"]
    harbour.come_back()
    assert process("sync").code == 0
    assert (harbour.issue().status, harbour.issue().values["benchLink"]) == ("inProgress", URL)


def test_what_waits_can_be_dropped(harbour: Harbour, capsys: Capsys) -> None:
    for key in ("TEST-1", "TEST-2", "TEST-4"):
        keep(harbour, SetField(key, "benchLink", URL))
    harbour.leave()
    names = [row["id"] for row in json.loads(call(capsys, "outbox", "list", "--json").out)]
    assert (
        call(capsys, "outbox", "drop", names[0], "--dry-run").out
        == f"TEST-1  field benchLink: {URL}  would be dropped\n"
    )
    assert call(capsys, "outbox", "drop", names[0], "x").code == 2
    assert len(waiting(harbour)) == 3
    assert call(capsys, "outbox", "drop", names[0], names[0]).code == 0
    assert len(waiting(harbour)) == 2
    assert call(capsys, "outbox", "drop", "--all").code == 0
    assert waiting(harbour) == []


def test_the_newest_status_wins_and_no_comment_is_lost(harbour: Harbour, capsys: Capsys) -> None:
    harbour.leave()
    keep(harbour, Move("TEST-1", "need-info", "What is meant?", since=datetime.now(UTC)))
    for _ in range(2):
        call(capsys, "status", "in-progress", "--issue", "TEST-1", "--comment", "I see")
    assert sorted(waiting(harbour)) == ["CommentOnce", "Move"]
    harbour.come_back()
    assert call(capsys, "sync").code == 0
    assert (harbour.issue().status, sorted(harbour.texts())) == ("inProgress", ["I see", "What is meant?"])


def test_a_move_dropped_because_someone_moved_leaves_its_comment(harbour: Harbour, capsys: Capsys) -> None:
    harbour.leave()
    call(capsys, "status", "need-info", "--issue", "TEST-1", "--comment", "What is meant?")
    harbour.someone_moves("start_progress")
    harbour.come_back()
    done = call(capsys, "sync")
    assert (done.code, "dropped: someone moved it to In progress after that" in done.out) == (0, True)
    assert (harbour.issue().status, harbour.texts(), waiting(harbour)) == ("inProgress", ["What is meant?"], [])


def test_a_move_made_just_before_drops_nothing(harbour: Harbour, capsys: Capsys) -> None:
    harbour.someone_moves("need_info")
    harbour.leave()
    call(capsys, "status", "in-progress", "--issue", "TEST-1")
    harbour.come_back()
    assert (call(capsys, "sync").code, harbour.issue().status) == (0, "inProgress")


def test_someone_who_moved_it_where_it_should_be_is_no_conflict(harbour: Harbour, capsys: Capsys) -> None:
    harbour.leave()
    call(capsys, "status", "in-progress", "--issue", "TEST-1", "--comment", "Begun")
    harbour.someone_moves("start_progress")
    harbour.come_back()
    assert call(capsys, "sync").out.endswith("already\n")
    assert harbour.texts() == ["Begun"]


@pytest.mark.parametrize(
    ("later", "expected"), [(None, URL), ("https://other.example.com", "https://other.example.com")]
)
def test_a_field_set_later_by_someone_stays(harbour: Harbour, capsys: Capsys, later: str | None, expected: str) -> None:
    harbour.someone_sets(benchLink="https://before.example.com")
    harbour.leave()
    call(capsys, "bench", "set", URL, "--issue", "TEST-1")
    if later:
        harbour.someone_sets(benchLink=later)
    harbour.someone_sets(summary="Another field")
    harbour.come_back()
    done = call(capsys, "sync")
    assert (done.code, "dropped: someone set the field" in done.out) == (0, later is not None)
    assert harbour.issue().values["benchLink"] == expected


def test_a_refusal_ends_in_5_and_the_others_are_sent(harbour: Harbour, capsys: Capsys) -> None:
    keep(
        harbour,
        Move("TEST-1", "nonsense"),
        SetField("TEST-999", "benchLink", URL),
        SetField("TEST-2", "benchLink", URL),
    )
    done = call(capsys, "sync")
    assert (done.code, done.out.count("refused"), done.out.count("sent")) == (5, 2, 1)
    assert waiting(harbour) == ["Move", "SetField"]
    assert "there is no status" in call(capsys, "outbox", "list").out
    assert call(capsys, "sync").code == 5


def test_one_issue_that_tracker_stumbles_over_holds_up_itself_alone(harbour: Harbour, capsys: Capsys) -> None:
    keep(
        harbour, SetField("TEST-1", "benchLink", URL), CommentOnce("TEST-1", "After it"), CommentOnce("TEST-2", "Look")
    )
    faults = [{"path": "TEST-1$", "status": 500, "times": 9}]
    requests.post(f"{harbour.url}/_sandbox/faults", json=faults, headers=steering(harbour.token), timeout=10)
    assert call(capsys, "sync").code == 6
    assert waiting(harbour) == ["SetField", "CommentOnce"]
    assert (harbour.texts("TEST-1"), harbour.texts("TEST-2")) == ([], ["Look"])
    requests.post(f"{harbour.url}/_sandbox/faults", json=[], headers=steering(harbour.token), timeout=10)
    assert call(capsys, "sync").code == 0
    assert (harbour.issue().values["benchLink"], harbour.texts("TEST-1")) == (URL, ["After it"])


def test_refused_credentials_end_in_4_and_lose_nothing(
    harbour: Harbour, capsys: Capsys, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(harbour, SetField("TEST-1", "benchLink", URL))
    monkeypatch.setenv("TRACKER_TOKEN", "wrong")
    assert (call(capsys, "sync").code, waiting(harbour)) == (4, ["SetField"])


def test_what_waits_can_be_seen_and_dropped_without_a_token(
    harbour: Harbour, capsys: Capsys, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(harbour, SetField("TEST-1", "benchLink", URL))
    monkeypatch.delenv("TRACKER_TOKEN")
    assert call(capsys, "outbox", "list").code == 0
    assert call(capsys, "outbox", "drop", "--all", "--dry-run").code == 0
    monkeypatch.delenv("TRACKER_ORG_ID")
    assert call(capsys, "outbox", "list").code == 3
    assert len(waiting(harbour)) == 1


def test_a_command_that_asks_nothing_loads_no_network() -> None:
    code = "import sys; sys.argv = ['gitlink', '--version']\nfrom gitlink.cli import app; app.main()\n"
    done = subprocess.run((sys.executable, "-c", f"{code}print('requests' in sys.modules)"), capture_output=True)
    assert done.stdout.split()[-1] == b"False"


def test_comments_are_all_kept_and_each_is_written_once(harbour: Harbour, capsys: Capsys) -> None:
    harbour.leave()
    goals = [CommentOnce("TEST-1", text, datetime.now(UTC)) for text in ("One", "Two", "Three")]
    with pytest.raises(Unreachable):
        telling.tell(goals, lambda *_: None)
    harbour.come_back()
    assert call(capsys, "sync").code == 0
    assert harbour.texts() == ["One", "Two", "Three"]


def test_the_same_comment_twice_in_a_row_is_two(harbour: Harbour) -> None:
    for _ in range(2):
        telling.tell([CommentOnce("TEST-1", "Again", datetime.now(UTC))], lambda *_: None)
    assert harbour.texts() == ["Again", "Again"]


def test_the_next_command_sends_in_the_background(harbour: Harbour, capsys: Capsys) -> None:
    harbour.leave()
    assert process("bench", "set", URL, "--issue", "TEST-1").code == 6
    assert process("status", "--issue", "TEST-2").code == 6
    assert process("--version").code == 0  # starts a child, in vain
    harbour.come_back()
    assert process("status", "--issue", "TEST-2").code == 0
    assert until(lambda: not waiting(harbour))
    assert harbour.issue().values["benchLink"] == URL


def test_what_the_background_did_against_ones_wish_is_told_once(harbour: Harbour) -> None:
    keep(harbour, Move("TEST-1", "need-info"), Move("TEST-2", "nonsense"))
    harbour.someone_moves("start_progress")
    process("--version")
    assert until(lambda: [entry.is_refused for entry in outbox(harbour.url).entries()] == [True])
    assert until(lambda: outbox(harbour.url).has_news())
    told = process("--version").err
    assert "gitlink: in the background: TEST-1  status: need-info: dropped, someone moved it to In progress" in told
    assert "gitlink: in the background: TEST-2  status: nonsense: refused, there is no status" in told
    assert "in the background" not in process("--version").err


def test_a_hook_sends_what_waits(repository: Repository, harbour: Harbour) -> None:
    repository.hook("commit-msg")
    outbox(harbour.url).put(Move("TEST-1", "in-progress"), "no answer")
    repository.git("commit", "-q", "--allow-empty", "-m", "Any")
    assert until(lambda: not waiting(harbour))
    assert harbour.issue().status == "inProgress"
