"""From a word to a move."""

import time
from collections.abc import Callable
from itertools import pairwise

import pytest

from gitlink.tracker.models import Field, Issue, Status, Transition
from gitlink.tracker.route import best, find_field, find_status, fold, unavailable, unknown, way
from tests.linear import assert_linear

OPEN = Status("open", "Open")
READY = Status("readyForTest", "Ready for test")
CLOSED = Status("closed", "Закрыт")
ISSUE = Issue("TEST-1", "Fix login", OPEN, None, "", 1, {})


def test_what_is_another_word_is_another_word() -> None:
    assert find_status("ready", [READY]) is None
    assert find_status("readyForTests", [READY]) is None
    assert find_status("", [READY]) is None
    assert find_status("--", [READY]) is None


@pytest.mark.parametrize(
    "word",
    ["readyForTest", "ready-for-test", "READY_FOR_TEST", "Ready for test", " ready  for\ttest ", "Ready\u00a0for test"],
)
def test_case_spaces_and_dashes_do_not_count(word: str) -> None:
    assert find_status(word, [OPEN, READY]) == READY


def test_russian_names_are_names() -> None:
    assert find_status("закрыт", [OPEN, CLOSED]) == CLOSED
    assert fold("Всё Готово") == fold("все-готово")


def test_a_key_goes_before_a_name() -> None:
    misleading = Status("other", "closed")
    assert find_status("closed", [misleading, CLOSED]) == CLOSED


def ways(**steps: str) -> "Callable[[Status], list[Status]]":
    """A workflow of statuses whose names are their keys."""
    return lambda status: [Status(key, key) for key in steps.get(status.key, "").split()]


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ({"a": "b c", "b": "d"}, None),
        ({"a": "done", "done": "z"}, None),
        ({}, None),
        ({"a": "a"}, None),
        ({"a": "z"}, "z"),
        ({"a": "b", "b": "a c", "c": "b z"}, "b c z"),
        ({"a": "b c", "b": "d", "d": "z", "c": "z"}, "c z"),
        ({"a": "done b", "done": "z", "b": "c", "c": "z"}, "b c z"),
    ],
)
def test_the_shortest_way_that_ends_nothing_between(steps: dict[str, str], expected: str | None) -> None:
    found = way(Status("a", "a"), Status("z", "z"), ways(**steps), {"done"})
    assert (" ".join(status.key for status in found) if found else None) == expected


def test_a_way_may_lead_to_an_end() -> None:
    assert way(Status("a", "a"), Status("done", "done"), ways(a="b", b="done"), {"done"}) is not None


def chain(length: int) -> Callable[[Status], list[Status]]:
    names = [Status(f"s{number}", f"s{number}") for number in range(length)]
    steps = {one.key: [following] for one, following in pairwise(names)}
    return lambda status: steps.get(status.key, [])


def test_a_long_way_is_searched_in_linear_time() -> None:
    assert_linear(lambda size: way(Status("s0", "s0"), READY, chain(size), ()), 20000)
    found = way(Status("s0", "s0"), Status("s3", "s3"), chain(5), ())
    assert found is not None and [status.key for status in found] == ["s1", "s2", "s3"]


def test_of_two_moves_the_one_without_a_form_is_taken() -> None:
    offered = [Transition("a", "A", READY, True), Transition("b", "B", READY), Transition("c", "C", READY)]
    assert best(offered, READY) == offered[1]


def test_what_is_not_offered_is_told_with_the_nearest_first() -> None:
    offered = [Transition("a", "A", Status("closed", "Closed")), Transition("b", "B", READY)]
    fault = unavailable(ISSUE, offered, "Ready for tests")
    assert fault.message == "`TEST-1` cannot move to `Ready for tests`"
    assert fault.where == "`TEST-1` is in `Open`"
    assert fault.why == "its workflow now offers `Ready for test`, `Closed`"
    assert fault.fix == "gitlink status --issue TEST-1"


def test_nothing_offered_is_said() -> None:
    assert unavailable(ISSUE, [], "x").why == "its workflow now offers no move"


def test_a_word_that_is_no_status_gets_the_nearest_one_in_its_fix() -> None:
    fault = unknown(ISSUE, [Transition("b", "B", READY)], [OPEN, READY], "Redy for\x1b test")
    assert fault.message == "there is no status `Redy for\ufffd test`"
    assert fault.fix == "gitlink status 'Ready for test' --issue TEST-1"
    assert unknown(ISSUE, [], [], "nonsense").fix == "gitlink status --issue TEST-1"


@pytest.mark.parametrize("word", ["6063--benchLink", "benchLink", "bench-link", "Ссылка на стенд", "ссылка_на_стенд"])
def test_a_field_is_known_by_id_key_and_name(word: str) -> None:
    field = Field("6063--benchLink", "benchLink", "Ссылка на стенд", "uri", True)
    assert find_field(word, [Field("tags", "tags", "Теги", "array"), field]) == field
    assert find_field("bench", [field]) is None


def test_a_fields_key_goes_before_another_fields_name() -> None:
    other, right = Field("x", "x", "bench", "uri"), Field("bench", "bench", "Bench", "uri")
    assert find_field("Bench", [other, right]) == right


def test_of_very_many_statuses_the_first_are_compared_and_the_first_moves_told() -> None:
    many = [Status(f"k{number}{'a' * 70}", f"n{number}") for number in range(90_000)]
    began = time.thread_time()
    fault = unknown(ISSUE, [Transition(status.key, status.name, status) for status in many], many, "zzzz")
    assert time.thread_time() - began < 5
    assert (fault.why or "").endswith("`n48`, `n49` and 89950 more")
