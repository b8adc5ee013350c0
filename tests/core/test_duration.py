"""How long work took."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitlink.core.duration import iso, parse, spelled


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "h",
        "1x",
        "-1h",
        "0m",
        "1h1h",
        "30m1h",
        "1.2.3h",
        "1h30",
        "P",
        "PT",
        "PT1",
        "PTH",
        "P1H",
        "1 2h",
        "½h",
        "9e9h",
    ],
)
def test_what_is_no_duration(text: str) -> None:
    assert parse(text) in (None, 0)


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("1h30m", 90),
        (" 1h 30m ", 90),
        ("90m", 90),
        ("1.5h", 90),
        ("1,5h", 90),
        ("2d", 960),
        ("1w2d", 3360),
        ("1ч30м", 90),
        ("1Н", 2400),
        ("PT1H30M", 90),
        ("P1W", 2400),
        ("P5DT20M", 2420),
        ("P1WT20M", 2420),
        ("PT90M30S", 90),
    ],
)
def test_what_is_one(text: str, minutes: int) -> None:
    assert parse(text) == minutes


@given(st.integers(1, 100_000))
def test_what_is_written_is_read_back(minutes: int) -> None:
    assert parse(iso(minutes)) == minutes == parse(spelled(minutes))


@given(st.text())
def test_no_text_ends_in_a_fault(text: str) -> None:
    assert parse(text) is None or isinstance(parse(text), int)
