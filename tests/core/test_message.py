"""A commit message as Git sees it: our reading held against Git's own, and keys put in with nothing else changed."""

import os
import subprocess

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gitlink.core import keys, message

CUT = "# ------------------------ >8 ------------------------\n"
PLEASE = "# Please enter the commit message for your changes.\n#\n# On branch main\n"
MESSAGES = st.text(alphabet="Sab:-# \t\r\n\f\u00a0é", max_size=30)
LINES = st.lists(
    st.sampled_from(
        [
            "subject",
            "",
            "Issue: TEST-1",
            "Issue : TEST-1",
            "Issue:",
            "Signed-off-by: A <a@b>",
            "Signed-off-by:x",
            "signed-off-by: x",
            "(cherry picked from commit abc)",
            "some words",
            "a b: c",
            "more: words: here",
            "é: x",
            " continued",
            "\tcontinued",
            ": no token",
            "-: hyphen",
            "https://example.org/",
        ]
    ),
    max_size=10,
)


def git(*arguments: str, text: str) -> str:
    environ = {**os.environ, "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "GIT_DIR": os.devnull}
    done = subprocess.run(["git", *arguments], input=text.encode(), capture_output=True, check=True, env=environ)
    return done.stdout.decode()


@given(MESSAGES)
@settings(max_examples=60, deadline=None)
@example("\n\n a \r\n\n\n\tb\f\n# c\n\n")
def test_stripspace_is_git_stripspace(text: str) -> None:
    assert message.stripspace(text) == git("stripspace", text=text)
    assert message.stripspace(text, comment="#") == git("stripspace", "--strip-comments", text=text)


@given(LINES)
@settings(max_examples=60, deadline=None)
@example(["subject", "", "Signed-off-by: A <a@b>", "some words", "some words", "some words"])
@example(["subject", "", "Signed-off-by: A <a@b>", "some words", "some words", "some words", "some words"])
@example(["subject", "", "(cherry picked from commit abc)", "Issue: TEST-1", *["some words"] * 6])
@example(["subject", "", "Issue: TEST-1", "some words", " continued", "Signed-off-by: A <a@b>"])
@example(["subject", "", "Signed-off-by:x", "some words"])
@example(["subject", "", " continued", "Issue: TEST-1"])
def test_trailers_are_those_of_git_interpret_trailers(lines: list[str]) -> None:
    text = message.stripspace("\n".join(lines))
    told = git("interpret-trailers", "--parse", "--no-divider", text=text)
    ours = [f"{token}: {value}\n" for token, value in message.trailers(text)]
    # Git prints a trailer without a value with nothing behind the colon's space.
    assert "".join(ours) == told


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("Issue: TEST-1\n", id="a subject that looks like one"),
        pytest.param("subject\nIssue: TEST-1\n", id="in the subject's paragraph"),
        pytest.param("subject\n\nIssue: TEST-1\nand words\n", id="words in the same paragraph"),
        pytest.param("subject\n\nIssue: TEST-1\n\nwords\n", id="not the last paragraph"),
    ],
)
def test_no_trailers(text: str) -> None:
    assert message.trailers(text) == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param("Gitlink-Skip: x\n", None, id="a subject is no trailer"),
        pytest.param("s\n\nGitlink-Skip: x\n\nwords\n", None, id="a paragraph in the middle"),
        pytest.param("s\n\nGitlink-Skip:\n", None, id="no reason"),
        pytest.param("s\n\nSkip: x\n", None, id="another trailer"),
        pytest.param("s\n\nGitlink-Skip: release notes\n", "release notes", id="a reason"),
        pytest.param("s\n\ngitlink-skip: x\nIssue: TEST-1\n", "x", id="any case"),
        pytest.param("s\n\nGitlink-Skip: one\n two\n", "one two", id="a reason on two lines"),
        pytest.param("s\r\n\r\nGitlink-Skip: x\r\n", "x", id="CRLF"),
    ],
)
def test_skip_reason(text: str, reason: str | None) -> None:
    assert message.skip_reason(text) == reason


@pytest.mark.parametrize(
    ("raw", "cleanup", "edited", "kept"),
    [
        pytest.param("a\n#b\n", "default", False, "a\n#b\n", id="no editor: a line with the comment character stays"),
        pytest.param("a\n\n\n#b \n\n", "whitespace", True, "a\n\n#b\n", id="whitespace keeps comments"),
        pytest.param("\n a\n#b\n\n\n", "verbatim", True, "\n a\n#b\n\n\n", id="verbatim keeps all"),
        pytest.param(f"a\n{CUT}b\n", "scissors", False, f"a\n{CUT}b\n", id="scissors without an editor cut nothing"),
        pytest.param(f"a\n{CUT}b\n", "default", False, f"a\n{CUT}b\n", id="no editor: no cut by default"),
        pytest.param(f"a\n #{CUT}b\n", "default", True, f"a\n #{CUT}b\n", id="scissors not at a line's start"),
        pytest.param(f"a\n\n{PLEASE}", "default", True, "a\n", id="Git's block goes"),
        pytest.param(PLEASE, "default", True, "", id="nothing was written"),
        pytest.param("a\n#b\n", "strip", False, "a\n", id="strip without an editor"),
        pytest.param(f"a\n#b\n{CUT}diff\n", "scissors", True, "a\n#b\n", id="scissors keep comments above"),
        pytest.param(f"a\n#b\n{CUT}diff\n", "default", True, "a\n", id="--verbose"),
        pytest.param(f"a\n{CUT}diff\n", "verbatim", True, "a\n", id="--verbose cuts verbatim messages too"),
        pytest.param(f"{CUT}diff\n", "default", True, "", id="scissors on the first line"),
        pytest.param("a\r\n#b\r\n", "default", True, "a\n", id="CRLF"),
    ],
)
def test_what_git_keeps(raw: str, cleanup: str, edited: bool, kept: str) -> None:
    assert message.kept(raw, cleanup=cleanup, comment="#", edited=edited) == kept


def test_a_comment_string_of_several_characters() -> None:
    assert message.kept("# a\n//b\n", cleanup="default", comment="//", edited=True) == "# a\n"


@pytest.mark.parametrize(
    ("raw", "configured", "prefix"),
    [
        pytest.param("; a\n", "#", "#", id="what is configured"),
        pytest.param("a\n", "", "#", id="nothing is configured"),
        pytest.param("a\n", "//", "//", id="a string"),
        pytest.param("", "auto", "#", id="auto, nothing written"),
        pytest.param(" \n\n", "auto", "#", id="auto, only blank lines"),
        pytest.param("a\n", "auto", "#", id="auto, no block"),
        pytest.param("# a\n\n; Please\n;\n", "auto", ";", id="auto, the block tells"),
        pytest.param(f"#a\n;{CUT[1:]}; Do not\n+b\n", "auto", ";", id="auto with a diff below the scissors"),
    ],
)
def test_comment_prefix(raw: str, configured: str, prefix: str) -> None:
    assert message.comment_prefix(raw, configured) == prefix


@pytest.mark.parametrize(
    ("raw", "has_block"),
    [
        pytest.param("", False, id="nothing"),
        pytest.param("a\n", False, id="a message"),
        pytest.param("a\n\n# b\n", False, id="a comment of one's own"),
        pytest.param("a\n\nb\n#\n", False, id="a paragraph that is not all comments"),
        pytest.param(f"a\n\n{PLEASE}", True, id="Git's block"),
        pytest.param(f"\n{PLEASE}{CUT}diff\n", True, id="Git's block above a diff"),
    ],
)
def test_status_block(raw: str, has_block: bool) -> None:
    assert message.has_status_block(raw, "#") is has_block


@pytest.mark.parametrize(
    ("text", "autosquash", "revert"),
    [
        ("fix", False, False),
        ("fixup", False, False),
        ("Revert the change", False, False),
        ("fixup! fix", True, False),
        ("\nsquash! fix", True, False),
        ("\ufeffamend! fix", True, False),
        ('Revert "fix"', False, True),
        ('Reapply "fix"', False, True),
    ],
)
def test_messages_that_git_words_itself(text: str, autosquash: bool, revert: bool) -> None:
    assert message.is_autosquash(text) is autosquash
    assert message.is_revert(text) is revert


@pytest.mark.parametrize(
    ("text", "subject"), [("", ""), ("\n \n", ""), ("\n\n a \nb", "a"), ("\ufeffa\r\nb", "a"), ("a", "a")]
)
def test_subject(text: str, subject: str) -> None:
    assert message.subject(text) == subject


@pytest.mark.parametrize(
    ("raw", "comment", "expected"),
    [
        pytest.param("fix\n", "#", "TEST-1 fix\n", id="a subject"),
        pytest.param("fix", "#", "TEST-1 fix", id="no line end"),
        pytest.param("feat: x\n", "#", "feat: TEST-1 x\n", id="a type"),
        pytest.param("feat(api)!: x\n", "#", "feat(api)!: TEST-1 x\n", id="a type, a scope and a mark"),
        pytest.param("feat:  x\n", "#", "feat:  TEST-1 x\n", id="two spaces"),
        pytest.param("feat:x\n", "#", "TEST-1 feat:x\n", id="no space: no type"),
        pytest.param("feat(): x\n", "#", "TEST-1 feat(): x\n", id="an empty scope: no type"),
        pytest.param("feat(x: y\n", "#", "TEST-1 feat(x: y\n", id="a scope that is never closed"),
        pytest.param(": x\n", "#", "TEST-1 : x\n", id="a colon alone"),
        pytest.param("fix\r\n\r\nbody\r\n", "#", "TEST-1 fix\r\n\r\nbody\r\n", id="CRLF"),
        pytest.param("\ufefffix\n", "#", "\ufeffTEST-1 fix\n", id="a byte order mark"),
        pytest.param("\n\n# c\n  fix\n", "#", "\n\n# c\n  TEST-1 fix\n", id="blank lines and comments above"),
        pytest.param("# fix\n", None, "TEST-1 # fix\n", id="where comments are kept"),
        pytest.param(f"\n{PLEASE}", "#", f"TEST-1 \n{PLEASE}", id="nothing written yet: above the comments"),
        pytest.param("", "#", "TEST-1 ", id="nothing at all"),
    ],
)
def test_prefix(raw: str, comment: str | None, expected: str) -> None:
    assert message.with_prefix(raw, "TEST-1", comment=comment) == expected


@pytest.mark.parametrize(
    ("raw", "comment", "expected"),
    [
        pytest.param("fix\n", "#", "fix\n\nIssue: TEST-1\n", id="a subject"),
        pytest.param("fix", "#", "fix\n\nIssue: TEST-1\n", id="no line end"),
        pytest.param("fix\n\nA: b\n", "#", "fix\n\nA: b\nIssue: TEST-1\n", id="trailers are there"),
        pytest.param("fix\n\nwords\n", "#", "fix\n\nwords\n\nIssue: TEST-1\n", id="a body"),
        pytest.param("fix\r\n\r\nbody\r\n", "#", "fix\r\n\r\nbody\r\n\r\nIssue: TEST-1\r\n", id="CRLF"),
        pytest.param("\ufefffix\n", "#", "\ufefffix\n\nIssue: TEST-1\n", id="a byte order mark"),
        pytest.param(f"fix\n\n{PLEASE}", "#", f"fix\n\nIssue: TEST-1\n\n{PLEASE}", id="above Git's block"),
        pytest.param(f"fix\n{CUT}diff\n", "#", f"fix\n\nIssue: TEST-1\n{CUT}diff\n", id="above the scissors"),
        pytest.param("fix\n# c\n", None, "fix\n# c\n\nIssue: TEST-1\n", id="where comments are kept"),
        pytest.param(f"\n{PLEASE}", "#", f"\n\nIssue: TEST-1\n{PLEASE}", id="nothing written yet"),
    ],
)
def test_trailer(raw: str, comment: str | None, expected: str) -> None:
    assert message.with_trailer(raw, "Issue", "TEST-1", comment=comment) == expected


@given(MESSAGES, st.sampled_from(["#", None]))
def test_a_prefix_changes_nothing_else_and_is_found(raw: str, comment: str | None) -> None:
    changed = message.with_prefix(raw, "TEST-1", comment=comment)
    assert changed.replace("TEST-1 ", "", 1) == raw
    assert keys.find(message.subject(message.stripspace(changed, comment=comment))) == ["TEST-1"]


@given(MESSAGES, st.sampled_from(["#", None]))
def test_a_trailer_changes_nothing_else_and_is_found(raw: str, comment: str | None) -> None:
    changed = message.with_trailer(raw, "Issue", "TEST-1", comment=comment)
    head, _, rest = changed.partition("Issue: TEST-1")
    newlines = ["\r\n", "\r\n\r\n"] if "\r\n" in raw else ["\n", "\n\n"]
    assert raw in [head.removesuffix(gap) + end for gap in newlines for end in (rest, "") if end or not rest.strip()]
    stripped = message.stripspace(changed, comment=comment)
    assert keys.find(stripped) == ["TEST-1"]
    if message.stripspace(raw, comment=comment):
        assert message.trailers(stripped)[-1] == ("Issue", "TEST-1")
