"""The outbox on a real disk: durable or refused, newest per slot, comments never lost; first what must not count."""

import json
import os
import resource
import stat
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gitlink import state
from gitlink.errors import GitlinkError, SettingsError, Unreachable
from gitlink.goals import CommentOnce, Goal, LinkTo, LogWork, Move, SetField
from gitlink.goals.model import pack, unpack
from gitlink.outbox import Outbox
from tests.calling import GITLINK, use
from tests.conftest import Repository
from tests.harbour import Harbour
from tests.harbour import outbox as kept_for

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
GOALS: list[Goal] = [
    Move("TEST-1", "closed", "done\n", "fixed", {"tags": ["a"]}, True, NOW, True),
    SetField("TEST-1", "benchLink", None),
    CommentOnce("TEST-1", "Привет \ud800", NOW),
    LogWork("TEST-1", 90, NOW, "work"),
    LinkTo("TEST-1", "TEST-2", "depends on"),
]


@pytest.fixture
def outbox(tmp_path: Path) -> Outbox:
    return Outbox(str(tmp_path / "state" / "gitlink" / "host@1"))


def folder(tmp_path: Path) -> Path:
    return tmp_path / "state" / "gitlink" / "host@1" / "outbox"


def goals(outbox: Outbox) -> list[Goal]:
    return [entry.goal for entry in outbox.entries()]


def test_an_outbox_that_is_not_there_is_empty_and_stays_so(outbox: Outbox, tmp_path: Path) -> None:
    assert (outbox.entries(), outbox.news(), outbox.unreadable()) == ([], [], [])
    outbox.reached(Move("TEST-1", "open"), NOW)
    assert os.listdir(tmp_path) == ["home"]


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff",
        b"[" * 100_000,
        b'{"goal": {"kind": "status"}, "since": "2026-01-02T03:04:05+00:00", "error": ""}',
        b'{"goal": {"kind": "status", "issue": 1, "status": []}, "since": "2026-01-02T03:04:05+00:00", "error": ""}',
        b'{"goal": {"kind": "comment", "issue": "TEST-1", "text": "x", "since": 1}, "since": "2026-01-02T03:04:05Z", '
        b'"error": ""}',
        b'{"goal": {"kind": "nonsense"}, "since": "2026-01-02T03:04:05+00:00", "error": ""}',
        b'{"goal": {"kind": "comment", "issue": "TEST-1", "text": "x"}, "since": "2026-01-02T03:04:05", "error": ""}',
        b'{"goal": {"kind": "worklog", "issue": "TEST-1", "minutes": "x", "start": "2026-01-02T03:04:05+00:00"}, '
        b'"since": "2026-01-02T03:04:05+00:00", "error": ""}',
    ],
)
def test_what_is_no_entry_is_left_alone_and_named(outbox: Outbox, tmp_path: Path, text: bytes) -> None:
    kept = outbox.put(GOALS[2], "no answer")
    foreign = folder(tmp_path) / "00000000-000000-000000.json"
    foreign.write_bytes(text)
    outbox.put(Move("TEST-1", "open"), "no answer")
    outbox.tidy()
    assert outbox.entries()[0] == kept
    assert outbox.unreadable() == [foreign]
    assert foreign.read_bytes() == text


@pytest.mark.parametrize("goal", GOALS, ids=lambda goal: type(goal).__name__)
def test_a_goal_survives_the_disk(outbox: Outbox, goal: Goal) -> None:
    entry = outbox.put(goal, "no answer", ["open"])
    assert outbox.entries() == [entry]
    assert unpack(json.loads(json.dumps(pack(goal)))) == goal


def test_nobody_else_may_read_what_is_kept(outbox: Outbox, tmp_path: Path) -> None:
    old = os.umask(0o022)
    try:
        outbox.put(GOALS[0], "")
        outbox.tell_later("x")
    finally:
        os.umask(old)
    for path in [folder(tmp_path), *list(folder(tmp_path).parents)[:3]]:
        assert stat.S_IMODE(path.stat().st_mode) == 0o700, path
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder(tmp_path).glob("*.json")} == {0o600}


def test_what_adds_up_is_all_kept_and_in_order(outbox: Outbox) -> None:
    twice = [*GOALS[2:], *GOALS[2:]]
    for goal in twice:
        outbox.put(goal, "")
    assert goals(outbox) == twice


def test_of_a_status_and_of_each_field_the_newest_is_kept(outbox: Outbox) -> None:
    wanted: list[Goal] = [
        Move("TEST-2", "open"),
        SetField("TEST-1", "tags", "x"),
        Move("TEST-1", "b"),
        SetField("TEST-1", "f", 2),
    ]
    older: list[Goal] = [Move("TEST-1", "a"), SetField("TEST-1", "f", 1)]
    for goal in [*older, *wanted]:
        outbox.put(goal, "")
    assert goals(outbox) == wanted


def test_the_comment_of_a_superseded_move_becomes_one_of_its_own(outbox: Outbox) -> None:
    outbox.put(Move("TEST-1", "a", comment="Look here", since=NOW), "")
    outbox.put(Move("TEST-1", "b"), "")
    assert goals(outbox) == [Move("TEST-1", "b"), CommentOnce("TEST-1", "Look here", NOW)]


def test_the_same_command_again_keeps_one_comment(outbox: Outbox) -> None:
    outbox.put(Move("TEST-1", "a", comment="Look here", since=NOW), "")
    again = Move("TEST-1", "a", comment="Look here", since=NOW + timedelta(minutes=1))
    outbox.put(again, "")
    assert goals(outbox) == [again]
    outbox.reached(again, datetime.now(UTC))
    assert goals(outbox) == []


def test_a_goal_reached_takes_what_was_older_away_and_nothing_newer(outbox: Outbox) -> None:
    outbox.put(Move("TEST-1", "a", comment="Look here", since=NOW), "")
    outbox.reached(Move("TEST-1", "b"), NOW)
    assert goals(outbox) == [Move("TEST-1", "a", comment="Look here", since=NOW)]
    outbox.reached(Move("TEST-1", "b"), datetime.now(UTC))
    assert goals(outbox) == [CommentOnce("TEST-1", "Look here", NOW)]


def test_what_was_taken_away_does_not_come_back(outbox: Outbox) -> None:
    entry = outbox.put(Move("TEST-1", "a"), "")
    outbox.remove(entry)
    assert not outbox.keep(replace(entry, error="later"))
    assert outbox.entries() == []


def test_a_process_killed_between_two_files_leaves_no_old_goal_behind(outbox: Outbox, tmp_path: Path) -> None:
    old = outbox.put(Move("TEST-1", "a", comment="Look here", since=NOW), "")
    file = folder(tmp_path) / f"{old.id}.json"
    text = file.read_bytes()
    outbox.put(Move("TEST-1", "b"), "")
    for entry in outbox.entries()[1:]:
        outbox.remove(entry)
    file.write_bytes(text)  # as if it had never come to this
    (folder(tmp_path) / "x.json.1.new").write_bytes(b"{")
    os.utime(folder(tmp_path) / "x.json.1.new", (0, 0))
    assert goals(outbox) == [Move("TEST-1", "b")]
    outbox.tidy()
    assert goals(outbox) == [Move("TEST-1", "b"), CommentOnce("TEST-1", "Look here", NOW)]
    assert not file.exists() and not list(folder(tmp_path).glob("*.new"))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_told(outbox: Outbox, tmp_path: Path) -> None:
    outbox.put(Move("TEST-1", "a"), "no answer")
    folder(tmp_path).chmod(0o500)
    try:
        with pytest.raises(GitlinkError) as caught:
            outbox.put(Move("TEST-2", "a"), "no answer")
    finally:
        folder(tmp_path).chmod(0o700)
    assert "nor be kept for later" in caught.value.message


def test_a_file_in_the_folders_place_is_told(outbox: Outbox, tmp_path: Path) -> None:
    folder(tmp_path).parent.mkdir(parents=True)
    folder(tmp_path).write_text("x")
    with pytest.raises(GitlinkError):
        outbox.put(Move("TEST-2", "a"), "no answer")
    with pytest.raises(SettingsError), outbox.alone(0):
        pass
    outbox.tell_later("nobody hears it")


@pytest.mark.parametrize("room", [0, 100])
def test_a_full_disk_is_told_and_leaves_no_half_file(outbox: Outbox, tmp_path: Path, room: int) -> None:
    outbox.put(Move("TEST-1", "a"), "no answer")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, hard))
    try:
        with pytest.raises(GitlinkError) as caught:
            outbox.put(CommentOnce("TEST-1", "long " * 100), "no answer")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert caught.value.exit_code == 70 and "nor be kept for later" in caught.value.message
    assert goals(outbox) == [Move("TEST-1", "a")] and outbox.unreadable() == []
    assert not list(folder(tmp_path).glob("*.new"))


def test_many_processes_at_once_lose_nothing(outbox: Outbox, tmp_path: Path) -> None:
    code = (
        "import sys; from gitlink.outbox import Outbox; from gitlink.goals import CommentOnce, Move\n"
        "for number in range(20):\n"
        "    Outbox(sys.argv[1]).put(CommentOnce('TEST-1', f'{sys.argv[2]}-{number}'), '')\n"
        "    Outbox(sys.argv[1]).put(Move('TEST-1', f'{sys.argv[2]}-{number}'), '')\n"
    )
    command = (sys.executable, "-c", code, str(folder(tmp_path).parent))
    running = [subprocess.Popen((*command, str(number))) for number in range(4)]
    assert [process.wait(30) for process in running] == [0, 0, 0, 0]
    found = goals(outbox)
    assert {goal.text for goal in found if isinstance(goal, CommentOnce)} == {
        f"{p}-{n}" for p in range(4) for n in range(20)
    }
    assert len([goal for goal in found if isinstance(goal, Move)]) == 1


def test_only_one_sends_at_a_time(outbox: Outbox) -> None:
    with outbox.alone(1), pytest.raises(Unreachable), Outbox(str(outbox.binding)).alone(0.1):
        pass


def test_news_are_told_once(outbox: Outbox) -> None:
    outbox.put(Move("TEST-1", "a"), "")
    outbox.tell_later("one")
    outbox.tell_later("two")
    assert (outbox.news(), outbox.news()) == (["one", "two"], [])


def test_one_child_at_a_time_is_asked_for_until_something_new_waits(outbox: Outbox, tmp_path: Path) -> None:
    binding = str(folder(tmp_path).parent)
    outbox.put(Move("TEST-1", "a"), "")
    now = datetime.now(UTC).timestamp()
    assert state.is_waiting(binding)
    assert [state.is_asked_for(binding, now) for _ in range(2)] == [False, True]
    outbox.put(Move("TEST-1", "b"), "")
    assert [state.is_asked_for(binding, now) for _ in range(2)] == [False, True]
    assert not state.is_asked_for(binding, now + 31)
    outbox.begin()
    assert not state.is_asked_for(binding, now)


def test_no_two_trackers_share_a_folder() -> None:
    environ = {"XDG_STATE_HOME": "/x"}
    pairs = [
        ("https://h:80", "1"),
        ("https://h_80", "1"),
        ("https://h", "a"),
        ("https://h", "A b"),
        ("https://h", "A_b"),
    ]
    pairs += [("https://h/x", "1"), ("https://h%2fx", "1"), ("https://h-org-1", "2"), ("https://h", "1-org-2")]
    assert len({state.binding(environ, *pair) for pair in pairs}) == len(pairs)
    assert state.binding(environ, "https://h/", "1") == state.binding(environ, "https://h", "1") == "/x/gitlink/h@1"


@pytest.mark.parametrize("whose", ["another's", "open"])
def test_what_others_could_have_put_there_is_neither_read_nor_sent(
    repository: Repository, monkeypatch: pytest.MonkeyPatch, whose: str, tmp_path: Path
) -> None:
    harbour = Harbour()
    use(monkeypatch, harbour.url)
    if whose == "another's" and os.geteuid() != 0:
        pytest.skip("only root gives a folder away")
    kept_for(harbour.url).put(Move("TEST-1", "inProgress"), "planted")
    secret = tmp_path / "secret"
    secret.write_text("whole", encoding="utf-8")
    place = Path(state.folder(os.environ))
    (place / "old").symlink_to(secret)
    if whose == "open":
        place.chmod(0o777)
    else:
        os.chown(place, 65534, 65534)
    assert state.home(os.environ) != str(place)
    done = repository.run(GITLINK, "sync", check=False)
    assert (done.returncode, done.stderr.endswith("  fix:   gitlink doctor\n")) == (3, True)
    assert f"  where: {place}\n" in done.stderr
    for words in (("list",), ("drop", "--all")):
        done = repository.run(GITLINK, "outbox", *words, check=False)
        assert done.returncode == 3 and not done.stdout
        assert done.stderr.startswith(f"gitlink: what waits in the outbox is neither read nor sent\n  where: {place}\n")
    assert harbour.issue("TEST-1").status == "open"
    harbour.leave()
    done = repository.run(GITLINK, "comment", "--issue", "TEST-1", "Hello", check=False)
    assert done.returncode == 70
    assert "gitlink: TEST-1 could not be told, nor be kept for later\n" in done.stderr
    assert done.stderr.endswith("  fix:   gitlink doctor\n")
    seen = repository.run(GITLINK, "doctor", check=False).stdout
    assert f"wrong    state: {place} is not used, nor is what waits there sent: " in seen
    repository.sh(next(line.partition("fix: ")[2] for line in seen.splitlines() if f"fix: mv {place}" in line))
    kept = repository.run(GITLINK, "comment", "--issue", "TEST-1", "Hello", check=False)
    assert kept.returncode == 6
