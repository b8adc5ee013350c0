"""The grammar of issue keys: what people write, then the scanner against the regular expression it stands for."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gitlink.core import keys

ORACLE = re.compile(r"(?<![^\W_])[A-Z]{1,15}-[1-9][0-9]*(?![^\W_]|\.[0-9])")
TEXTS = st.text(alphabet="ATESXaz0123459-_.# ,\n/ТЕСтéßİ١²", max_size=40)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("TEST", id="a queue alone"),
        pytest.param("TEST-", id="a number is missing"),
        pytest.param("-1", id="a queue is missing"),
        pytest.param("TEST 1", id="no hyphen"),
        pytest.param("TEST_1", id="an underscore for the hyphen"),
        pytest.param("TEST--1", id="two hyphens"),
        pytest.param("TEST-0", id="number zero"),
        pytest.param("TEST-01", id="a leading zero"),
        pytest.param("TEST-1é", id="a letter beyond ASCII touches it"),
        pytest.param("éTEST-1", id="a letter beyond ASCII before it"),
        pytest.param("aTEST-1", id="a small letter before it"),
        pytest.param("1TEST-1", id="a digit before it"),
        pytest.param("TEST-1a", id="a letter behind it"),
        pytest.param("TEST-1.5", id="the start of a decimal number"),
        pytest.param("TEST-1١", id="a digit of another script behind it"),
        pytest.param("TEST-١", id="a number in another script"),
        pytest.param("ABCDEFGHIJKLMNOP-1", id="a queue of sixteen letters"),
        pytest.param("T1-2", id="a digit in a queue that nobody listed"),
        pytest.param("test-1", id="lower case"),
        pytest.param("Test-1", id="mixed case"),
        pytest.param("ТEST-1", id="a Cyrillic letter"),
        pytest.param("TEST–1", id="a dash"),
        pytest.param("UTF-8 and SHA-256, ISO-8601, RFC-2119, CVE-2024", id="look-alikes"),
    ],
)
def test_names_no_issue(text: str) -> None:
    assert keys.find(text) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("feature/TEST-1_fix", ["TEST-1"], id="a branch with an underscore"),
        pytest.param("TEST-1-fix", ["TEST-1"], id="a branch that starts with it"),
        pytest.param("(TEST-1)", ["TEST-1"], id="in parentheses"),
        pytest.param("[TEST-1]", ["TEST-1"], id="in brackets"),
        pytest.param("TEST-1,TEST-2", ["TEST-1", "TEST-2"], id="two with a comma"),
        pytest.param("#TEST-1", ["TEST-1"], id="behind a number sign"),
        pytest.param("TEST-1:", ["TEST-1"], id="before a colon"),
        pytest.param("fix TEST-1.", ["TEST-1"], id="at a sentence's end"),
        pytest.param("TEST-1.x", ["TEST-1"], id="before a file's ending"),
        pytest.param("XTEST-1", ["XTEST-1"], id="another queue"),
        pytest.param("TEST-10", ["TEST-10"], id="a longer number"),
        pytest.param("TEST-1-2", ["TEST-1"], id="a number behind it"),
        pytest.param("x_TEST-1_y", ["TEST-1"], id="between underscores"),
        pytest.param("TEST-2 TEST-1 TEST-2", ["TEST-2", "TEST-1"], id="in order, each once"),
        pytest.param("исправил TEST-1, см. TEST-2", ["TEST-1", "TEST-2"], id="in a Russian sentence"),
        pytest.param("ABCDEFGHIJKLMNO-1", ["ABCDEFGHIJKLMNO-1"], id="a queue of fifteen letters"),
        pytest.param("UTF-8 in TEST-1", ["TEST-1"], id="beside a look-alike"),
        pytest.param("TEST-1\nTEST-2", ["TEST-1", "TEST-2"], id="on two lines"),
    ],
)
def test_names_issues(text: str, found: list[str]) -> None:
    assert keys.find(text) == found


@pytest.mark.parametrize(
    ("text", "queues", "any_case", "found"),
    [
        pytest.param("OTHER-1", {"TEST"}, True, [], id="a queue that does not count"),
        pytest.param("UTF-8", {"TEST"}, False, [], id="a look-alike beside a list"),
        pytest.param("test-12-fix", set(), True, [], id="lower case in a branch without a list"),
        pytest.param("test-12", {"TEST"}, False, [], id="lower case in text with a list"),
        pytest.param("latest-12", {"TEST"}, True, [], id="the end of a word in a branch"),
        pytest.param("test-12-fix", {"TEST"}, True, ["TEST-12"], id="lower case in a branch with a list"),
        pytest.param("fix/Test-12", {"TEST"}, True, ["TEST-12"], id="mixed case in a branch with a list"),
        pytest.param("straße/test-12", {"TEST"}, True, ["TEST-12"], id="a letter that grows in upper case"),
        pytest.param("T1-2", {"T1"}, False, ["T1-2"], id="a digit in a listed queue"),
        pytest.param("XT1-2", {"T1"}, False, [], id="the end of an unlisted queue with a digit"),
        pytest.param("UTF-8", {"UTF"}, False, ["UTF-8"], id="a look-alike that is listed"),
    ],
)
def test_listed_queues_decide(text: str, queues: set[str], any_case: bool, found: list[str]) -> None:
    assert keys.find(text, queues, any_case=any_case) == found


@given(TEXTS)
@example("A-1é")
@example("TEST-12-3A-4")
def test_the_scanner_is_the_regular_expression(text: str) -> None:
    expected = list(dict.fromkeys(match.group() for match in ORACLE.finditer(text)))
    assert keys.find(text, {key.rpartition("-")[0] for key in expected}) == expected
    assert keys.find(text) == [key for key in expected if keys.queue_of(key) not in keys.LOOKALIKES]


@given(TEXTS, st.sets(st.sampled_from(["TEST", "A", "T1", "E"])))
def test_what_counts_and_what_is_foreign_never_overlap(text: str, queues: set[str]) -> None:
    counted, foreign = keys.find(text, queues), keys.foreign(text, queues)
    assert not set(counted) & set(foreign)
    assert all(keys.parse(key) == key for key in counted + foreign)


@pytest.mark.parametrize(
    ("text", "queues", "found"),
    [
        pytest.param("OTHER-1", set(), [], id="nothing is foreign without a list"),
        pytest.param("TEST-1 UTF-8", {"TEST"}, [], id="a look-alike is nobody's queue"),
        pytest.param("TEST-1 OTHER-1 OTHER-1", {"TEST"}, ["OTHER-1"], id="another queue, once"),
    ],
)
def test_foreign_keys(text: str, queues: set[str], found: list[str]) -> None:
    assert keys.foreign(text, queues) == found


@pytest.mark.parametrize(
    "word", ["", "TEST", "TEST-", "-1", "TEST-0", "TEST-01", "TEST-1x", "TEST-1 2", "1T-1", "ТEST-1", "TEST-1-2", "ß-1"]
)
def test_parse_refuses(word: str) -> None:
    assert keys.parse(word) is None


@pytest.mark.parametrize(
    ("word", "key"), [("TEST-1", "TEST-1"), ("test-12", "TEST-12"), (" Test-1\n", "TEST-1"), ("t1-2", "T1-2")]
)
def test_parse_takes_any_case(word: str, key: str) -> None:
    assert keys.parse(word) == key


def test_parse_holds_a_key_against_the_queues() -> None:
    assert keys.parse("OTHER-1", {"TEST"}) is None
    assert keys.parse("test-1", {"TEST"}) == "TEST-1"


@pytest.mark.parametrize(
    ("text", "queues"),
    [
        pytest.param("TEST-1", set(), id="a key itself"),
        pytest.param("nothing of the kind", {"TEST"}, id="running text"),
        pytest.param("utf-8", set(), id="a look-alike in lower case"),
        pytest.param("a-1", set(), id="one small letter"),
        pytest.param("step-2", {"TEST"}, id="a word that is no listed queue"),
        pytest.param("test-1x", {"TEST"}, id="a letter behind it"),
    ],
)
def test_misses_nothing(text: str, queues: set[str]) -> None:
    assert keys.near_miss(text, queues) is None


@pytest.mark.parametrize(
    ("text", "queues", "written", "key", "intruder"),
    [
        pytest.param("fix test-12", set(), "test-12", "TEST-12", None, id="lower case"),
        pytest.param("straße, Test-12", {"TEST"}, "Test-12", "TEST-12", None, id="mixed case behind a sharp s"),
        pytest.param("fix ТEST-1", {"TEST"}, "ТEST-1", "TEST-1", "Т", id="a Cyrillic letter"),
        pytest.param("fix TEST–1", set(), "TEST–1", "TEST-1", "–", id="an en dash"),
        pytest.param("fix TEST\u20111", set(), "TEST\u20111", "TEST-1", "\u2011", id="a hyphen that does not break"),
        pytest.param("ΤEST-1", {"TEST"}, "ΤEST-1", "TEST-1", "Τ", id="a Greek letter"),
        pytest.param("test–1", {"TEST"}, "test–1", "TEST-1", "–", id="lower case and a dash"),
        pytest.param("TEST-1 ТEST-2", {"TEST"}, "ТEST-2", "TEST-2", "Т", id="behind a real key"),
    ],
)
def test_guesses_what_was_meant(text: str, queues: set[str], written: str, key: str, intruder: str | None) -> None:
    miss = keys.near_miss(text, queues)
    assert miss is not None
    assert (miss.written, miss.key, miss.intruder) == (written, key, intruder)


@given(TEXTS)
def test_a_guess_is_a_part_of_the_text_and_its_key_is_well_formed(text: str) -> None:
    miss = keys.near_miss(text)
    if miss is not None:
        assert miss.written in text
        assert keys.parse(miss.key) == miss.key != miss.written


@given(TEXTS, st.sets(st.sampled_from(["TEST", "A", "T1", "E"])))
def test_the_quick_questions_say_what_the_scanner_says(text: str, queues: set[str]) -> None:
    found = keys.find(text, queues)
    assert keys.names_any(text, queues) == bool(found)
    for key in ("TEST-1", "A-1", "E-15", "T1-1"):
        if keys.queue_of(key) in queues:
            assert keys.is_named(text, key) == (key in found)
