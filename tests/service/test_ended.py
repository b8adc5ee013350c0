"""A pull request that was merged or declined: what still moves its issue, what no more, and how it is opened again."""

from collections.abc import Callable

import pytest

from gitlink.forge.model import Forge
from tests.forge.samples import Json
from tests.service.reviews import FORGES
from tests.service.rig import Rig, faults

Make = Callable[..., Rig]
CLOSED: dict[Forge, Json] = {
    "bitbucket": {"state": "DECLINED"},
    "bitbucket-dc": {"state": "DECLINED", "open": False},
    "github": {"state": "closed"},
    "gitlab": {"state": "closed"},
    "gitea": {"state": "closed"},
}


@pytest.mark.parametrize("end", ["merged", "declined"])
@pytest.mark.parametrize("what", ["approved", "changes_requested"])
@pytest.mark.parametrize("forge", FORGES)
def test_a_verdict_after_the_end_moves_nothing(rig: Make, forge: Forge, what: str, end: str) -> None:
    """Also where the delivery calls a merged one open still, or does not say what a declined one is."""
    its = rig()
    its.tell("opened", 1, forge)
    its.tell(end, 2, forge)
    row = its.tell(what, 3, forge, **({"state": ...} if end == "declined" else {}))
    assert (row.state, its.status()) == ("done", "open")
    assert f"it is {end}: no review decides anything more" in str(row.story)


@pytest.mark.parametrize("minute", [2, 3])
@pytest.mark.parametrize("forge", FORGES)
def test_a_verdict_on_what_is_closed_moves_nothing(rig: Make, forge: Forge, minute: int) -> None:
    its = rig()
    its.tell("declined", 2, forge)
    its.tell("approved", minute, forge, **CLOSED[forge])
    assert its.status() == "open"


@pytest.mark.parametrize("forge", FORGES)
def test_what_the_forge_calls_open_is_reviewed_again_also_where_its_reopening_was_lost(rig: Make, forge: Forge) -> None:
    its = rig()
    its.tell("opened", 1, forge)
    its.tell("declined", 2, forge)
    its.tell("edited", 3, forge)
    its.tell("approved", 4, forge)
    assert its.status() == "readyForTest"


@pytest.mark.parametrize("forge", FORGES)
@pytest.mark.parametrize("minute", [2, 3])
def test_a_verdict_itself_may_be_what_says_that_it_is_open(rig: Make, forge: Forge, minute: int) -> None:
    """Also in the minute of the end: which came first is not told then, and the forge knows."""
    its = rig()
    its.tell("declined", 2, forge)
    its.tell("approved", minute, forge)
    assert its.status() == "readyForTest"


def test_data_centers_older_word_for_open(rig: Make) -> None:
    its = rig()
    its.tell("declined", 2, "bitbucket-dc")
    its.tell("approved", 3, "bitbucket-dc", state=..., open=True)
    assert its.status() == "readyForTest"


def test_closed_and_opened_again_within_a_second_and_told_the_other_way_round(rig: Make) -> None:
    """Else whoever wrote it could hide a rejection by that."""
    its = rig()
    its.tell("opened", 1)
    its.tell("reopened", 2)
    its.tell("declined", 2)
    its.tell("changes_requested", 3)
    assert its.status() == "needsImprovement"


def test_what_was_opened_again_is_reviewed_again(rig: Make) -> None:
    its = rig()
    its.tell("declined", 2)
    its.tell("reopened", 3)
    its.tell("approved", 4)
    assert its.status() == "readyForTest"


def test_an_older_opening_that_comes_late_opens_nothing_again(rig: Make) -> None:
    its = rig()
    its.tell("merged", 5)
    its.tell("opened", 1)
    its.tell("approved", 6)
    assert its.status() == "open"


@pytest.mark.parametrize("end", ["merged", "declined"])
def test_nor_does_one_where_tracker_refused_the_end(rig: Make, end: str) -> None:
    its = rig(f"status.{end} = Nowhere")
    assert its.tell(end, 5).state == "failed"
    its.tell("opened", 1)
    its.tell("changes_requested", 4)
    assert its.status() == "open"


def test_the_first_of_a_repository_that_was_made_anew_has_the_number_of_an_old_one(rig: Make) -> None:
    its = rig()
    its.tell("merged", 2)
    its.tell("opened", 3)
    its.tell("approved", 4)
    assert its.status() == "readyForTest"


ENDS = "status.merged = Ready for test\nstatus.declined = Ready for test"


@pytest.mark.parametrize("end", ["merged", "declined"])
@pytest.mark.parametrize("forge", FORGES)
def test_an_end_that_is_told_again_moves_nothing(rig: Make, forge: Forge, end: str) -> None:
    """By a second hook, or by who has read the first delivery; a person may have moved the issue meanwhile."""
    its = rig(ENDS)
    its.tell(end, 5, forge)
    assert its.status() == "readyForTest"
    its.sandbox.state.issue("TEST-1").status = "inProgress"
    for minute in (5, 6):
        row = its.tell(end, minute, forge)
        assert (row.state, its.status()) == ("done", "inProgress")
        assert f"it was {end} already" in str(row.story)


def test_what_was_merged_is_not_declined_any_more(rig: Make) -> None:
    its = rig("status.declined = In progress")
    its.tell("merged", 5)
    its.tell("declined", 6)
    assert its.status() == "open"


def test_what_was_opened_again_can_end_again(rig: Make) -> None:
    its = rig(ENDS)
    its.tell("declined", 2)
    its.sandbox.state.issue("TEST-1").status = "inProgress"
    its.tell("edited", 3)
    its.tell("declined", 4)
    assert its.status() == "readyForTest"


@pytest.mark.parametrize("end", ["merged", "declined"])
def test_an_end_that_tracker_did_not_answer_is_told_to_it_later(rig: Make, end: str) -> None:
    its = rig(ENDS)
    with faults(its.sandbox, {"status": 503, "times": 1000}):
        assert its.tell(end, 5).state == "waiting"
    its.later_s += 10
    its.work()
    assert its.status() == "readyForTest"


def test_a_merge_that_tracker_refused_is_an_end_all_the_same(rig: Make) -> None:
    its = rig("status.merged = Nowhere")
    assert its.tell("merged", 5).state == "failed"
    its.tell("changes_requested", 6)
    assert its.status() == "open"


def test_and_moves_when_a_person_asks_for_another_try(rig: Make) -> None:
    its = rig(ENDS)
    with faults(its.sandbox, {"path": "transitions", "status": 403, "times": 1000}):
        row = its.tell("merged", 5)
        assert (row.state, its.status()) == ("failed", "open")
    assert its.desk.retry(row.seq)
    its.work()
    assert its.status() == "readyForTest"
