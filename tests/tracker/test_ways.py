"""Ways through several transitions, and a Tracker whose clock is another; first what must not be gone."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gitlink.errors import TransitionUnavailable, Unreachable
from gitlink.goals import CommentOnce, Move, SetField, reach
from gitlink.goals.fault import FieldMissing
from gitlink.goals.move import plan
from gitlink.outbox import Outbox
from gitlink.sync import Outcome, sync
from gitlink.tracker.neighbours import MOST_LOOKS, MOST_STATUSES
from gitlink.tracker.refusal import Refused
from tests.tracker.desk import Desk
from tests.tracker.loopback import Answer, Server, client, serving, told

LOST = Answer(is_silent=True)
CHAIN = {"open": "doing", "doing": "review open", "review": "ready doing", "ready": "done review", "done": "open"}


def desk(**more: object) -> Desk:
    return Desk(workflow=dict(CHAIN), ends={"done"}, **more)  # type: ignore[arg-type]


def go(server: Server, status: str = "ready", **more: object) -> list[str]:
    """Move TEST-1 and return the statuses that were announced."""
    announced: list[str] = []
    goal = Move("TEST-1", status, **more)  # type: ignore[arg-type]
    reach(client(server), goal, lambda way: announced.extend(found.key for found in way))
    return announced


def test_no_way_leads_through_an_end(tmp_path: Path) -> None:
    made = Desk(workflow={"open": "done", "done": "ready"}, ends={"done"})
    with serving(made) as server, pytest.raises(TransitionUnavailable):
        go(server)
    assert made.writes == []


def test_direct_is_one_transition_or_none() -> None:
    made = desk()
    with serving(made) as server:
        with pytest.raises(TransitionUnavailable):
            go(server, is_direct=True)
        assert made.writes == []
        assert go(server, "doing", is_direct=True) == ["doing"]


def test_nothing_moves_while_a_way_is_planned() -> None:
    made = desk(is_hidden=True, others={"TEST-2": "doing", "TEST-3": "review"})
    with serving(made) as server:
        asking = client(server)
        way = plan(asking, asking.issue("TEST-1"), Move("TEST-1", "ready"), frozenset())
    assert [hop.to.key for hop in way] == ["doing", "review", "ready"]
    assert made.writes == []


@pytest.mark.parametrize("is_hidden", [False, True])
def test_a_way_through_several(is_hidden: bool) -> None:
    made = desk(is_hidden=is_hidden, others={"TEST-2": "doing", "TEST-3": "review"})
    with serving(made) as server:
        assert go(server, comment="Look here") == ["doing", "review", "ready"]
    assert (made.moves, [found["text"] for found in made.comments]) == (["doing", "review", "ready"], ["Look here"])


def test_where_nobody_can_be_looked_at_it_is_told_what_is_offered() -> None:
    with serving(desk(is_hidden=True)) as server, pytest.raises(TransitionUnavailable) as caught:
        go(server)
    assert caught.value.why == "its workflow now offers `Doing`"


def test_the_search_for_a_way_ends_and_says_so() -> None:
    workflow = {"open": "s0"} | {f"s{n}": f"s{n + 1}" for n in range(40)} | {"s40": "ready"}
    others = {f"TEST-{n + 2}": f"s{n}" for n in range(41)}
    with serving(Desk(workflow=workflow, is_hidden=True, others=others)) as server:
        with pytest.raises(TransitionUnavailable) as caught:
            go(server)
        assert len([line for line in server.lines if "_search" in line]) == MOST_LOOKS
    assert f"the search for a way ended after {MOST_LOOKS} statuses" in str(caught.value.why)


def test_a_workflow_of_more_statuses_than_people_make_is_not_searched_to_its_end() -> None:
    workflow = {"open": "s0"} | {f"s{n}": f"s{n + 1}" for n in range(MOST_STATUSES)} | {f"s{MOST_STATUSES}": "ready"}
    made = Desk(workflow=workflow)
    with serving(made) as server, pytest.raises(TransitionUnavailable) as caught:
        go(server)
    assert made.writes == []
    assert f"the search for a way ended after {MOST_STATUSES} statuses" in str(caught.value.why)


def test_a_hop_that_is_not_offered_on_arrival_is_gone_around() -> None:
    made = Desk(workflow={"open": "a b", "a": "ready", "b": "c", "c": "ready"} | {"ready": ""}, barred={("a", "ready")})
    made.workflow["a"] = "ready open"
    with serving(made) as server:
        go(server)
    assert made.status == "ready"
    assert made.moves == ["a", "open", "b", "c", "ready"]


def test_where_no_other_way_is_left_it_says_where_it_stands() -> None:
    made = desk(barred={("review", "ready")})
    with serving(made) as server, pytest.raises(TransitionUnavailable) as caught:
        go(server)
    assert caught.value.where == "`TEST-1` is in `Review`"
    assert made.moves == ["doing", "review"]


@pytest.mark.parametrize("at", [0, 1, 2])
@pytest.mark.parametrize("is_done", [False, True])
def test_an_answer_lost_on_the_way_is_looked_for(at: int, is_done: bool) -> None:
    made = desk()
    faults: list[Answer] = []

    def handle(seen: object) -> Answer:
        moves = len(made.moves)
        if moves == at and not faults:
            faults.append(LOST)
            (made.after if is_done else made.before).append(LOST)
        return made(seen)  # type: ignore[arg-type]

    with serving(handle) as server:
        go(server, comment="Look here")
    assert made.moves == ["doing", "review", "ready"]
    assert len(made.comments) == 1


def test_a_field_wanted_in_the_middle_is_told_with_the_move_that_takes_it() -> None:
    made = desk(required={"review": "resolution"})
    with serving(made) as server, pytest.raises(Refused) as caught:
        go(server)
    assert not isinstance(caught.value, FieldMissing)  # or one would be asked for it for ever
    assert caught.value.message == "`TEST-1` did not move to `Review`"
    assert caught.value.fix == "gitlink status review --resolution fixed --issue TEST-1"
    assert made.moves == ["doing"]


def test_a_field_wanted_at_the_end_goes_with_the_last_move_only() -> None:
    made = desk(required={"ready": "resolution"})
    with serving(made) as server:
        with pytest.raises(FieldMissing):
            go(server)
        go(server, resolution="fixed", fields={"tags": ["a"]})
    bodies = [seen.body for seen in server.seen if seen.method == "POST"]
    assert bodies[-1] == b'{"tags": ["a"], "resolution": "fixed"}'
    assert set(bodies[:-2]) == {b"{}"}


def test_a_resolved_issue_is_spared_where_that_is_wished() -> None:
    made = desk(status="done")
    with serving(made) as server:
        assert go(server, "open", spares_resolved=True) == []
        assert made.writes == []
        assert go(server, "open") == ["open"]


@pytest.mark.parametrize("status", [404, 409])
def test_the_comment_is_not_lost_where_someone_else_was_faster(status: int) -> None:
    made = desk()

    def handle(seen: object) -> Answer:
        if getattr(seen, "method", "") == "POST" and made.status == "open":
            made.place("doing")
            return told({"errorMessages": ["no"], "errors": {}}, status)
        return made(seen)  # type: ignore[arg-type]

    with serving(handle) as server:
        reached = reach(client(server), Move("TEST-1", "doing", comment="Look here"))
    assert reached.changed
    assert [found["text"] for found in made.comments] == ["Look here"]


def test_a_conflict_over_a_field_is_cured_by_a_second_look() -> None:
    conflict = told({"errorMessages": ["conflict"], "errors": {}}, 409)
    made = desk(before=[conflict])
    with serving(made) as server:
        assert reach(client(server), SetField("TEST-1", "benchLink", "x")).changed
        made.before = [conflict, conflict]
        with pytest.raises(Refused):
            reach(client(server), SetField("TEST-1", "benchLink", "y"))
    assert made.values == {"benchLink": "x"}


CLOCKS = [timedelta(0), timedelta(hours=1), timedelta(hours=-1), timedelta(seconds=1), timedelta(seconds=-0.7)]


def sent(server: Server, outbox: Outbox) -> list[str]:
    told: list[Outcome] = []
    sync(client(server), outbox, told.append)
    return [outcome.what for outcome in told]


@pytest.mark.parametrize("ahead", CLOCKS, ids=str)
def test_another_clock_drops_nothing_that_should_be_sent(tmp_path: Path, ahead: timedelta) -> None:
    made, outbox = desk(ahead=ahead), Outbox(str(tmp_path))
    made.place("open")
    made.set_field(benchLink="before")
    made.status_since -= timedelta(minutes=1)
    made.changes[-1]["updatedAt"] = made.status_since.isoformat()
    outbox.put(Move("TEST-1", "doing"), "")
    outbox.put(SetField("TEST-1", "benchLink", "x"), "")
    with serving(made) as server:
        assert sent(server, outbox) == ["sent", "sent"]


@pytest.mark.parametrize("ahead", CLOCKS, ids=str)
def test_another_clock_overrules_nobody(tmp_path: Path, ahead: timedelta) -> None:
    made, outbox = desk(ahead=ahead), Outbox(str(tmp_path))
    outbox.put(Move("TEST-1", "doing"), "")
    outbox.put(SetField("TEST-1", "benchLink", "x"), "")
    made.place("review")
    made.set_field(benchLink="later")
    made.status_since += timedelta(minutes=1)  # more than a request takes on a busy machine, by which a clock is read
    made.changes[-1]["updatedAt"] = made.status_since.isoformat()
    with serving(made) as server:
        assert sent(server, outbox) == ["dropped", "dropped"]
    assert (made.status, made.values["benchLink"]) == ("review", "later")


@pytest.mark.parametrize("ahead", CLOCKS, ids=str)
def test_another_clock_doubles_no_comment(tmp_path: Path, ahead: timedelta) -> None:
    made, outbox = desk(ahead=ahead), Outbox(str(tmp_path))
    goal = CommentOnce("TEST-1", "Look here", datetime.now(UTC))
    move = Move("TEST-1", "doing", "Begun", since=goal.since)
    made.comments.append(
        {"id": 99, "text": "Look here", "createdBy": {"id": "11"}, "createdAt": "2026-01-01T00:00:00Z"}
    )
    with serving(made) as server:
        for wanted in (goal, move):
            reach(client(server), wanted, is_new=True)
            outbox.put(wanted, "the answer was lost, and so was the look for it")
        assert sent(server, outbox) == ["already", "already"]
        assert not reach(client(server), Move("TEST-1", "doing", "Begun", since=datetime.now(UTC))).changed
    assert [found["text"] for found in made.comments] == ["Look here", "Look here", "Begun"]


def test_a_second_of_doubt_is_no_reason_to_drop(tmp_path: Path) -> None:
    made, outbox = desk(), Outbox(str(tmp_path))
    made.place("open")
    outbox.put(Move("TEST-1", "doing"), "")
    made.set_field(benchLink="x")
    with serving(made) as server:
        assert sent(server, outbox) == ["sent"]
    outbox.put(Move("TEST-1", "open"), "")
    made.place("review")
    with serving(made) as server:
        assert sent(server, outbox) == ["dropped"]


@pytest.mark.parametrize("is_done", [False, True])
def test_a_comment_with_an_unknown_end_is_written_once_in_the_end(tmp_path: Path, is_done: bool) -> None:
    made, outbox = desk(), Outbox(str(tmp_path))
    goal = CommentOnce("TEST-1", "Look here", datetime.now(UTC))

    def handle(seen: object) -> Answer:
        answer = made(seen)  # type: ignore[arg-type]
        if getattr(seen, "method", "") == "POST" and not made.is_down:
            made.is_down = True
            made.comments = made.comments if is_done else []
            return LOST
        return answer

    with serving(handle) as server, pytest.raises(Unreachable):
        reach(client(server), goal, is_new=True)
    outbox.put(goal, "")
    made.is_down = False
    with serving(made) as server:
        assert sent(server, outbox) == ["already" if is_done else "sent"]
    assert len(made.comments) == 1
