"""Text from strangers made fit to be read, and words made fit to be pasted into a shell."""

import shutil
import subprocess

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gitlink.core.text import nearest, printable, shell_quote, shorten

BASH = shutil.which("bash")


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
        ("a\nb'\\", "$'a\\x0ab\\'\\\\'"),
        ("\udcff", "$'\\xff'"),
        ("\u202e", "$'\\xe2\\x80\\xae'"),
        ("\ud800", "$'\\xed\\xa0\\x80'"),
    ],
)
def test_shell_quote(word: str, quoted: str) -> None:
    assert shell_quote(word) == quoted


def said_by(shell: str, word: str) -> bytes:
    return subprocess.run([shell, "-c", f"printf %s {shell_quote(word)}"], capture_output=True, check=True).stdout


@given(st.text(alphabet="ab~=:/-'\"\\$`!*?[]{}()<>|&;#% ^é", max_size=12))
@settings(max_examples=60, deadline=None)
@example("~")
@example("a=~")
@example("-n")
def test_a_posix_shell_reads_the_word_that_was_quoted(word: str) -> None:
    assert said_by("sh", word) == word.encode()


@pytest.mark.skipif(BASH is None, reason="$'…' is bash's, and that of POSIX since 2024")
@given(st.text(alphabet="ab1~=:'\"\\$ \n\t\x1b\x7f\u202e\udcffé", max_size=12))
@settings(max_examples=60, deadline=None)
@example("\n1")
@example("a=~")
def test_bash_reads_the_word_that_was_quoted_with_escapes(word: str) -> None:
    assert BASH is not None
    assert shell_quote(word).isprintable()
    assert said_by(BASH, word) == word.encode("utf-8", "surrogateescape")


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
