"""The inbox on SQLite and PostgreSQL: once, in order, by one at a time."""

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection

from gitlink.errors import SettingsError
from gitlink.service.database import open_database
from gitlink.service.desk import Desk
from gitlink.service.inbox import Inbox
from gitlink.service.rows import RELAY, Arrival, LostLease


class Clock:
    """A clock that stands still until it is moved."""

    now = 1000.0

    def __call__(self, _: Connection) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def inbox(database: str, clock: Clock) -> Inbox:
    return Inbox(open_database(database), clock)


@pytest.fixture
def desk(inbox: Inbox, clock: Clock) -> Desk:
    return Desk(inbox._engine, clock)


def arrival(name: str, *turns: str, issue: str | None = "TEST-1", reason: str | None = None) -> Arrival:
    return Arrival("github", name, "approved", "acme/shop", 1, issue, {"x": "y"}, b"{}", turns or ("TEST-1",), reason)


def names(inbox: Inbox, most: int = 10) -> list[str]:
    return [delivery.delivery for delivery in inbox.claim("me", 15, most)]


def test_nothing_is_claimed_of_an_empty_inbox(inbox: Inbox) -> None:
    assert names(inbox) == []


def test_a_delivery_that_came_before_is_no_second_row(inbox: Inbox, desk: Desk) -> None:
    assert inbox.accept([arrival("a")]) == [True]
    assert inbox.accept([arrival("a"), arrival("b"), arrival("b")]) == [False, True, False]
    assert [row.delivery for row in desk.listing()] == ["b", "a"]


def test_an_id_is_one_repositorys(inbox: Inbox, desk: Desk) -> None:
    """Whoever speaks for another repository, or for none, chooses ids freely; nobody's delivery is lost by that."""
    others = [replace(arrival("a"), repository="mallory/x"), replace(arrival("a"), repository=None, reason="no JSON")]
    assert inbox.accept([*others, arrival("a"), arrival("a")]) == [True, True, True, False]
    assert inbox.accept([*others, arrival("a"), replace(others[0], delivery="a acme/shop")]) == [*[False] * 3, True]
    assert [row.delivery for row in desk.listing()] == ["a acme/shop", "a", "a", "a"]


def test_what_is_ignored_is_kept_with_its_reason_and_never_claimed(inbox: Inbox, desk: Desk) -> None:
    inbox.accept([arrival("a", reason="a bot's comment")])
    assert names(inbox) == []
    assert [(row.state, row.error) for row in desk.listing()] == [("ignored", "a bot's comment")]


def test_one_turn_is_one_at_a_time_in_the_order_of_acceptance(inbox: Inbox) -> None:
    inbox.accept([arrival("a"), arrival("b"), arrival("c", "TEST-2")])
    first = inbox.claim("me", 15, 10)
    assert [delivery.delivery for delivery in first] == ["a", "c"]
    assert names(inbox) == []
    inbox.finish(first[0], "done")
    assert names(inbox) == ["b"]


def test_a_delivery_with_two_turns_waits_for_both_and_holds_both(inbox: Inbox) -> None:
    inbox.accept([arrival("a", "TEST-1"), arrival("b", "TEST-2", "TEST-1"), arrival("c", "TEST-2")])
    (first,) = inbox.claim("me", 15, 10)
    inbox.finish(first, "failed", "why")
    assert names(inbox) == ["b"]


def test_a_lease_that_ran_out_lets_another_take_it_and_fences_the_first(inbox: Inbox, clock: Clock) -> None:
    inbox.accept([arrival("a")])
    (mine,) = inbox.claim("me", 15)
    clock.now += 14
    assert inbox.claim("other", 15) == []
    inbox.renew(mine, 15)
    clock.now += 14
    assert inbox.claim("other", 15) == []
    clock.now += 2
    (theirs,) = inbox.claim("other", 15)
    late: list[Callable[[], object]] = [
        lambda: inbox.renew(mine, 15),
        lambda: inbox.save(mine),
        lambda: inbox.finish(mine, "done"),
        lambda: inbox.wait(mine, 1, "x"),
        lambda: inbox.remember(mine, {}),
        lambda: inbox.line_up(mine, ["TEST-9"]),
    ]
    for write in late:
        with pytest.raises(LostLease):
            write()
    inbox.finish(theirs, "done")


def test_what_waits_for_another_try_keeps_its_turn(inbox: Inbox, clock: Clock) -> None:
    inbox.accept([arrival("a"), arrival("b")])
    (first,) = inbox.claim("me", 15)
    inbox.wait(first, 60, "no answer")
    assert names(inbox) == []
    clock.now += 61
    (again,) = inbox.claim("me", 15)
    assert (again.delivery, again.attempts, again.error) == ("a", 2, "no answer")


def test_steps_story_and_memory_are_kept(inbox: Inbox, desk: Desk) -> None:
    inbox.accept([arrival("a")])
    (mine,) = inbox.claim("me", 15)
    mine.steps["move"] = {"to": "readyForTest"}
    inbox.tell(mine, "moved")
    inbox.remember(mine, {"verdicts": {"anna": "approved"}})
    kept = desk.get(mine.seq)
    assert kept is not None and (kept.steps, kept.story[0]["what"]) == ({"move": {"to": "readyForTest"}}, "moved")
    assert inbox.recall("github", "acme/shop", 1) == {"verdicts": {"anna": "approved"}}
    assert inbox.recall("github", "acme/shop", 2) == {}


def test_a_turn_that_is_learned_later_is_waited_for(inbox: Inbox) -> None:
    inbox.accept([arrival("a", "TEST-7"), arrival("b", "github:acme/shop#1")])
    first, second = inbox.claim("me", 15, 10)
    assert not inbox.line_up(second, ["TEST-7"])
    inbox.wait(second, 0, "another delivery of TEST-7 comes first")
    assert names(inbox) == []
    inbox.finish(first, "done")
    (again,) = inbox.claim("me", 15)
    assert inbox.line_up(again, ["TEST-7"])


def test_a_turn_learned_late_waits_for_whoever_came_later_and_has_begun(inbox: Inbox) -> None:
    inbox.accept([arrival("a", "github:acme/shop#1"), arrival("b", "TEST-7")])
    first, second = inbox.claim("me", 15, 10)
    assert not inbox.line_up(first, ["TEST-7"])
    inbox.wait(first, 0, "another delivery of TEST-7 comes first")
    assert names(inbox) == []
    inbox.finish(second, "done")
    assert names(inbox) == ["a"]


def test_another_try_of_an_earlier_delivery_waits_for_a_later_one_that_has_begun(inbox: Inbox, desk: Desk) -> None:
    inbox.accept([arrival("a"), arrival("b")])
    (first,) = inbox.claim("me", 15)
    inbox.finish(first, "failed", "why")
    (second,) = inbox.claim("me", 15)
    assert desk.retry(first.seq)
    assert names(inbox) == []
    inbox.wait(second, 60, "no answer")
    assert names(inbox) == ["a"]


def test_a_late_beat_does_not_bring_another_try_forward(inbox: Inbox, clock: Clock) -> None:
    inbox.accept([arrival("a")])
    (mine,) = inbox.claim("me", 15)
    inbox.wait(mine, 60, "no answer")
    with pytest.raises(LostLease):
        inbox.renew(mine, 15)
    clock.now += 20
    assert names(inbox) == []


def test_a_gate_that_opens_lets_all_try_again_at_once(inbox: Inbox) -> None:
    inbox.accept([arrival("a"), arrival("b", "TEST-2")])
    (mine,) = inbox.claim("me", 15)
    inbox.wait(mine, 3600, "no answer")
    assert names(inbox, 1) == ["b"]
    inbox.open("tracker")
    assert names(inbox) == []
    inbox.shut("tracker", 30, "no answer")
    inbox.open("tracker")
    assert names(inbox) == ["a"]


def test_a_shut_gate_lets_nothing_through_for_its_time(inbox: Inbox, desk: Desk, clock: Clock) -> None:
    inbox.accept([arrival("a")])
    inbox.shut("tracker", 30, "no answer from Tracker")
    assert (names(inbox), desk.gate()) == ([], "no answer from Tracker")
    clock.now += 31
    assert (names(inbox), desk.gate()) == (["a"], None)
    inbox.shut("tracker", 30, "again")
    inbox.open("tracker")
    assert desk.gate() is None


def message(name: str, chat: str = "team") -> Arrival:
    return Arrival(RELAY, name, "notified", chat, None, None, {}, b"{}", (f"notify:{chat}",))


def test_a_shut_gate_holds_back_no_message(inbox: Inbox, clock: Clock) -> None:
    """A messenger is not Tracker."""
    inbox.accept([arrival("a"), message("m")])
    inbox.shut("tracker", 30, "no answer")
    assert names(inbox) == ["m"]
    clock.now += 31
    assert names(inbox) == ["a", "m"]


def test_a_gate_that_opens_lets_no_message_go_before_its_time(inbox: Inbox) -> None:
    inbox.accept([message("m")])
    (mine,) = inbox.claim("me", 15)
    inbox.wait(mine, 60, "the messenger asks for a minute")
    inbox.shut("tracker", 30, "no answer")
    inbox.open("tracker")
    assert names(inbox) == []


def test_messages_alone_can_be_asked_for(inbox: Inbox) -> None:
    inbox.accept([arrival("a"), message("m")])
    assert [row.delivery for row in inbox.claim("me", 15, 10, only=RELAY)] == ["m"]


def test_skip_frees_the_turn_and_fences_the_worker(inbox: Inbox, desk: Desk) -> None:
    inbox.accept([arrival("a"), arrival("b")])
    (mine,) = inbox.claim("me", 15)
    assert desk.skip(mine.seq)
    with pytest.raises(LostLease):
        inbox.finish(mine, "done")
    assert names(inbox) == ["b"]
    assert not desk.skip(mine.seq)
    assert not desk.skip(99)


def test_retry_begins_anew_in_its_place(inbox: Inbox, desk: Desk) -> None:
    inbox.accept([arrival("a"), arrival("b")])
    (mine,) = inbox.claim("me", 15)
    assert not desk.retry(mine.seq)
    mine.steps["move"] = True
    inbox.finish(mine, "failed", "no such issue")
    assert desk.retry(mine.seq)
    (again,) = inbox.claim("me", 15, 10)
    assert (again.delivery, again.steps, again.attempts) == ("a", {}, 1)
    assert again.story[-1]["what"] == "a person asked for another try"


def test_another_try_of_what_waits_keeps_all_its_turns(inbox: Inbox, desk: Desk) -> None:
    inbox.accept([arrival("a", "github:acme/shop#1", "TEST-1", "TEST-2"), arrival("b", "TEST-2")])
    (first,) = inbox.claim("me", 15, 1)
    inbox.wait(first, 60, "no answer")
    assert desk.retry(first.seq)
    assert names(inbox) == ["a"]


def test_lists_are_narrowed(inbox: Inbox, desk: Desk) -> None:
    inbox.accept([arrival("a"), arrival("b%", "TEST-2", issue="TEST-2"), arrival("c", reason="bot")])
    assert [row.delivery for row in desk.listing(issue="TEST-2")] == ["b%"]
    assert [row.delivery for row in desk.listing(states=["ignored"])] == ["c"]
    assert [row.delivery for row in desk.listing(words="B%")] == ["b%"]
    assert [row.delivery for row in desk.listing(limit=1, before=3)] == ["b%"]
    assert desk.counts() == {
        "waiting": 2, "running": 0, "done": 0, "ignored": 1, "superseded": 0, "failed": 0, "skipped": 0
    }  # fmt: skip
    assert desk.get(99) is None


def test_old_rows_are_forgotten_but_not_what_failed_or_waits(inbox: Inbox, desk: Desk, clock: Clock) -> None:
    inbox.accept([arrival("a", "1"), arrival("b", "2"), arrival("c", "3"), arrival("d", reason="bot")])
    done, failed, _ = inbox.claim("me", 15, 10)
    inbox.finish(done, "done")
    inbox.finish(failed, "failed", "no")
    clock.now += 100
    assert desk.oldest_waiting_s() == 100
    assert desk.forget(200) == 0
    assert desk.forget(50) == 2
    assert [row.delivery for row in desk.listing()] == ["c", "b"]


def test_many_at_once_are_each_claimed_once(database: str) -> None:
    engine = open_database(database)
    inbox = Inbox(engine)
    inbox.accept([arrival(str(number), f"T-{number % 7}") for number in range(70)])
    order: dict[str, list[int]] = {}
    guard = threading.Lock()

    def work(owner: str) -> None:
        own = Inbox(engine)
        idle = 0
        while idle < 20:
            taken = own.claim(owner, 15, 2)
            idle = 0 if taken else idle + 1
            for delivery in taken:
                with guard:
                    order.setdefault(str(int(delivery.delivery) % 7), []).append(int(delivery.delivery))
                own.finish(delivery, "done")
            if not taken:
                threading.Event().wait(0.01)

    threads = [threading.Thread(target=work, args=(str(number),)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(map(len, order.values())) == 70
    assert all(seen == sorted(seen) for seen in order.values())


@pytest.mark.parametrize(
    "url",
    ["", "x", "mysql://x/y", "sqlite://", "sqlite:////dev/null/at/all.db", "postgresql://u:hunter2@127.0.0.1:1/x"],
)
def test_what_is_no_database_is_told_without_its_password(url: str) -> None:
    with pytest.raises(SettingsError) as caught:
        open_database(url)
    fault = caught.value
    assert "hunter2" not in f"{fault.message}{fault.where}{fault.why}{fault.fix}"
    assert fault.exit_code == 3


def test_a_database_that_does_not_open_is_told_with_what_to_try(tmp_path: Path) -> None:
    def fix(url: str) -> str:
        with pytest.raises(SettingsError) as caught:
            open_database(url)
        return caught.value.fix or ""

    there, away = tmp_path / "a b", "postgresql://u:hunter2@127.0.0.1:1/x?sslpassword=hunter2"
    assert fix(f"sqlite:///{there}/g.db") == f"mkdir -p '{there}'"
    assert not there.exists()
    assert fix(f"sqlite:///{tmp_path}") == f"ls -ld {tmp_path.parent}"
    assert fix(away) == "psql postgresql://u@127.0.0.1:1/x -c 'select 1'"


def test_of_two_outcomes_of_an_issue_the_newest_is_kept(inbox: Inbox) -> None:
    inbox.accept([arrival("a")])
    (mine,) = inbox.claim("me", 15)
    for at, newest in ((50.0, 50.0), (10.0, 50.0), (60.0, 60.0)):
        inbox.remember(mine, {}, {"TEST-1": at})
        assert inbox.decided("TEST-1") == newest
