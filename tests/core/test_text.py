"""Text from strangers made fit to be read, and words made fit to be pasted into a shell."""

import shutil
import subprocess

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gitlink.core.text import nearest, printable, shell_quote, shorten


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("", "", id="nothing"),
        pytest.param("Починить вход — ü 日本", "Починить вход — ü 日本", id="letters of any script"),
        pytest.param("a\tb\r\nc\u00a0d", "a b  c d", id="white space"),
        pytest.param("\x1b[2Jx\x07\x9b", "\ufffd[2Jx\ufffd\ufffd", id="C0 and C1"),
        pytest.param("a\u202eb\u2066", "a\ufffdb\ufffd", id="bidirectional overrides"),
        pytest.param("a\udcff\ud800", "a\ufffd\ufffd", id="unpaired surrogates"),
        pytest.param("a\u2028b\u0085c", "a\ufffdb\ufffdc", id="line ends of Unicode"),
    ],
)
def test_printable(text: str, expected: str) -> None:
    assert printable(text) == expected


@given(st.text(alphabet=st.characters(exclude_categories=())))
def test_printable_is_printable_and_stays_so(text: str) -> None:
    shown = printable(text)
    assert shown.isprintable()
    assert len(shown) == len(text)
    assert printable(shown) == shown


@pytest.mark.parametrize(
    ("text", "expected"), [("", ""), ("abcde", "abcde"), ("abcdef", "abcd…"), ("abc def", "abc…"), ("abcd ef", "abcd…")]
)
def test_shorten(text: str, expected: str) -> None:
    assert shorten(text, 5) == expected


@pytest.mark.parametrize(
    ("word", "quoted"),
    [
        ("feature/TEST-1_fix", "feature/TEST-1_fix"),
        ("HEAD~1", "HEAD~1"),
        ("3f2a91c^", "3f2a91c^"),
        ("", "''"),
        ("a b", "'a b'"),
        ("it's", "'it'\\''s'"),
        ("~root", "'~root'"),
        ("a=~", "'a=~'"),
        ("=ls", "'=ls'"),
        ("$(reboot)", "'$(reboot)'"),
        ("вход", "'вход'"),
        ("a\nb'\\", "\"$(printf 'a\\012b\\047\\134')\""),
        ("\udcff", "\"$(printf '\\377')\""),
        ("\u202e", "\"$(printf '\\342\\200\\256')\""),
        ("\ud800", "\"$(printf '\\355\\240\\200')\""),
        ("-\x1b%!", "\"$(printf '\\055\\033\\045\\041')\""),
        ("a\n\n", "\"$(printf 'a')\"'\n\n'"),
    ],
)
def test_shell_quote(word: str, quoted: str) -> None:
    assert shell_quote(word) == quoted


SHELLS = [shell for shell in ("sh", "dash", "bash", "zsh", "ksh") if shutil.which(shell)]
WORDS = st.text(
    alphabet="ab1~=:/-'\"\\$`!*?[]{}()<>|&;#%^@+, \n\t\x1b\x7f\u200b\u202e\udcff\u00e9\U0001f600", max_size=12
)


@pytest.mark.parametrize("shell", SHELLS)
@given(word=WORDS)
@settings(max_examples=60, deadline=None)
@example(word="~")
@example(word="a=~")
@example(word="-n")
@example(word="-\x1b")
@example(word="\n1")
@example(word="1\n\n")
@example(word="\n")
@example(word="x\u200b';touch${IFS}$HOME/x;#y")
def test_every_shell_reads_the_word_that_was_quoted(shell: str, word: str) -> None:
    line = f"printf %s {shell_quote(word)}"
    done = subprocess.run([shell, "-c", line.encode("utf-8", "surrogateescape")], capture_output=True, check=True)
    assert done.stdout == word.encode("utf-8", "surrogateescape")
    assert shell_quote(word.rstrip("\n")).isprintable()


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("xyzzy", None),
        ("", None),
        ("Branch", "branch"),
        ("brnach", "branch"),
        ("comits", "commit"),
        ("commit", "commit"),
    ],
)
def test_nearest(word: str, expected: str | None) -> None:
    assert nearest(word, ["branch", "commit"]) == expected


def test_nearest_however_far() -> None:
    assert nearest("xyzzy-xyzzy", ["branch", "commit"], however_far=True) is not None
    assert nearest("", ("branch",), however_far=True) == "branch"
    assert nearest("x", [], however_far=True) is None
    assert nearest("x", []) is None
