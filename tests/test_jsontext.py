"""JSON that is printed: the same value, readable letters, and nothing that a terminal obeys."""

import io
import json
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitlink import report
from gitlink.jsontext import dumps
from tests.conftest import SCRIPTS, Repository

NASTY = "\x9b31m\u202e\u200b\u2066\x7f\x00\ufeff\u2028\x85\xa0\U000e0041"


def test_letters_stay_and_what_turns_or_hides_text_is_escaped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), "utf-8"))
    text = dumps({"что": f"Правка é 😀 {NASTY}"})
    assert text.startswith('{"что": "Правка é 😀 \\u009b31m\\u202e\\u200b')
    assert text.isprintable()


@given(
    st.recursive(
        st.none() | st.integers() | st.text(st.characters()),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_it_is_the_same_value_and_printable(value: object) -> None:
    assert json.loads(dumps(value)) == value
    assert dumps(value).isprintable()


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "koi8-r", "utf-8"])
def test_it_is_the_same_value_in_every_locale(encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), encoding))
    value = ["Правка é", "😀", NASTY, "\udc80"]
    assert json.loads(dumps(value).encode(encoding).decode(encoding)) == value


@pytest.mark.parametrize("format", report.FORMATS)
def test_no_report_holds_what_a_terminal_obeys(format: str) -> None:
    finding = report.Finding("r", NASTY, NASTY, NASTY, NASTY, branch=NASTY, commit="a" * 40, file=NASTY)
    assert report.render([finding], format).replace("\n", "").isprintable()


def test_nor_does_a_command(repository: Repository) -> None:
    title = f"TEST-1 Правка {NASTY.replace(chr(0), '')}"
    repository.git("switch", "-q", "-c", "TEST-1-x")
    repository.git("config", "branch.TEST-1-x.description", title)
    done = repository.run(str(SCRIPTS / "gitlink"), "pr", "show", "--json", LC_ALL="C.UTF-8")
    (shown,) = json.loads(done.stdout)
    assert "\x9b31m\u202e\u200b" in shown["title"]
    assert "Правка" in done.stdout
    assert done.stdout.rstrip("\n").isprintable()
