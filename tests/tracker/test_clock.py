"""What answers' `Date` tells of Tracker's clock; first the answers that must not move it."""

from datetime import UTC, datetime, timedelta

import pytest

from gitlink.tracker.clock import Clock

NOON = datetime(2026, 3, 1, 12, 0, 0, 400_000, tzinfo=UTC)


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def heard(*answers: tuple[float, float, float]) -> Clock:
    """Return a clock that took in answers: sent, received, and dated, in seconds after noon."""
    clock = Clock()
    for sent, received, dated in answers:
        clock.note(after(sent), after(received), after(dated).replace(microsecond=0))
    return clock


@pytest.mark.parametrize(
    "answers",
    [
        [],
        [(0, 0.01, 0)],
        [(0, 9.9, 9.9)],
        [(0, 9.9, 0)],
        [(0, 0.01, -3.5)],
        [(0, 0.01, -4.4), (0.1, 0.2, -4.3)],
        [(0, 0.01, 0), (0.5, 0.51, -3)],
    ],
    ids=[
        "none",
        "quick",
        "slow, dated late",
        "slow, dated early",
        "a stale date",
        "stale dates",
        "one of two is stale",
    ],
)
def test_clocks_that_agree_are_left_to_agree(answers: list[tuple[float, float, float]]) -> None:
    clock = heard(*answers)
    assert (clock.latest(NOON), clock.of_ours(NOON)) == (NOON, NOON)
    assert timedelta(0) <= NOON - clock.earliest(NOON) <= timedelta(seconds=11)


@pytest.mark.parametrize("ahead_s", [3600, -3600, 30, -30])
def test_another_clock_is_known_to_the_round_trip_and_two_seconds(ahead_s: float) -> None:
    for answers, doubt_s in (([(0, 0.1, 0.05 + ahead_s)], 2.1), ([(0, 8, 4 + ahead_s)], 10.0)):
        clock = heard(*answers)
        least, most = clock.earliest(NOON) - NOON, clock.latest(NOON) - NOON
        assert least <= timedelta(seconds=ahead_s) <= most
        assert most - least <= timedelta(seconds=doubt_s)


def test_a_slow_answer_takes_nothing_from_a_quick_one() -> None:
    quick, both = heard((0, 0.1, 3600)), heard((0, 0.1, 3600), (1, 9, 3605))
    assert quick.latest(NOON) >= both.latest(NOON)
    assert quick.earliest(NOON) <= both.earliest(NOON)


@pytest.mark.parametrize("date", [datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC), after(4e7)])
def test_a_date_that_is_no_clocks_moves_nothing(date: datetime) -> None:
    clock = Clock()
    clock.note(NOON, after(0.1), date)
    assert clock.earliest(NOON) == clock.latest(NOON) == clock.of_ours(NOON) == NOON


@pytest.mark.parametrize("ahead_s", [3e7, -3e7])
def test_the_calendars_ends_are_moments_too(ahead_s: float) -> None:
    clock = heard((0, 0.1, ahead_s))
    for moment in (datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC)):
        for moved in (clock.earliest(moment), clock.latest(moment), clock.of_ours(moment)):
            assert abs(moved - moment) < timedelta(days=366)
