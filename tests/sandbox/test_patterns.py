"""Patterns of faults find what Python's find, and never take long."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitlink.sandbox.patterns import LONGEST_TEXT, BadPattern, Pattern
from tests.linear import assert_linear
from tests.sandbox.asking import Api

ATOMS = st.sampled_from(["a", "b", "/", "-", ".", r"\.", r"\d", "[ab]", "[^a]", r"\w", "1", "^", "$"])
PATTERNS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4).map("".join),
        st.tuples(inner, inner).map(lambda pair: f"({pair[0]}|{pair[1]})"),
        st.tuples(inner, st.sampled_from(["*", "+", "?", "{2}", "{1,3}", "{0,}", "*?"])).map("(?:{0[0]}){0[1]}".format),
    ),
    max_leaves=12,
)


@given(PATTERNS, st.text("ab/-1", max_size=8))
def test_a_pattern_finds_what_python_finds(pattern: str, text: str) -> None:
    try:
        mine = Pattern(pattern)
    except BadPattern as fault:
        if "states" not in str(fault):  # too long is the only thing wrong with one of these
            raise
        return
    assert mine.found_in(text) == bool(re.search(pattern, text))


@pytest.mark.parametrize(
    "pattern",
    [
        "(",
        ")",
        "[",
        "*",
        "a**",
        "(?=a)",
        r"(a)\1",
        "(?P<x>a)",
        "\\",
        "a{3,2}",
        "{",
        "x{999}",
        "(){999}",
        "(((){999}){999}){999}",
        "(?i)a",
        r"\b",
        "(" * 90 + ")" * 90,
        "a" * 201,
    ],
)
def test_a_pattern_that_is_none_or_too_much_is_refused(api: Api, pattern: str) -> None:
    answer = api("POST", "/_sandbox/faults", [{"path": pattern}])
    assert (answer.status_code, bool(answer.json()["error"])) == (400, True)


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|a)*b", "((a*)*)*c", "(.*)*(.*)*(.*)*x", "(a?){90}b"])
def test_no_pattern_takes_long(pattern: str) -> None:
    compiled = Pattern(pattern)

    def look(size: int) -> None:
        assert not compiled.found_in("a" * (size - 1) + "!")

    assert_linear(look, LONGEST_TEXT // 2)
    assert not compiled.found_in("a" * LONGEST_TEXT + "abcx")  # too long for any
