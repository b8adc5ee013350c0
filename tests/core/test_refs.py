"""Push lines, ref names, globs and new branch names."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gitlink.core import keys, refs

A, B, ZERO = "a" * 40, "b" * 40, "0" * 40


def facts(pushed: refs.PushedRef) -> tuple[str, str, str, str]:
    return pushed.local_ref, pushed.local_oid, pushed.remote_ref, pushed.remote_oid


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("", [], id="nothing to push"),
        pytest.param("\n", [], id="an empty line"),
        pytest.param(
            f"refs/heads/x {A} refs/heads/y {B}\n", [("refs/heads/x", A, "refs/heads/y", B)], id="one branch, renamed"
        ),
        pytest.param(
            f"refs/heads/x {A} refs/heads/x {B}\n(delete) {ZERO} refs/heads/y {B}\n",
            [("refs/heads/x", A, "refs/heads/x", B), ("(delete)", ZERO, "refs/heads/y", B)],
            id="a branch and a deletion",
        ),
        pytest.param(
            f"HEAD^{{/fix the bug}} {A} refs/heads/x {ZERO}",
            [("HEAD^{/fix the bug}", A, "refs/heads/x", ZERO)],
            id="a local ref with spaces, no line end",
        ),
        pytest.param(
            f"refs/heads/я {A} refs/heads/я {ZERO}\n", [("refs/heads/я", A, "refs/heads/я", ZERO)], id="a Cyrillic name"
        ),
    ],
)
def test_reads_the_lines_of_pre_push(text: str, expected: list[tuple[str, str, str, str]]) -> None:
    assert [facts(pushed) for pushed in refs.parse_push_lines(text)] == expected


def test_reads_the_lines_of_pre_receive() -> None:
    (pushed,) = refs.parse_receive_lines(f"{A} {B} refs/heads/x\n")
    assert facts(pushed) == ("refs/heads/x", B, "refs/heads/x", A)
    assert refs.parse_receive_lines("") == []


@pytest.mark.parametrize("parse", [refs.parse_push_lines, refs.parse_receive_lines])
def test_a_line_that_is_too_short_is_an_error(parse: object) -> None:
    assert callable(parse)
    with pytest.raises(ValueError, match="not enough values"):
        parse("refs/heads/x\n")


@pytest.mark.parametrize(
    ("oid", "is_zero"),
    [(ZERO, True), ("0" * 64, True), (A, False), ("0" * 39 + "1", False), ("0" * 63 + "a", False)],
)
def test_the_zero_oid_of_any_hash(oid: str, is_zero: bool) -> None:
    assert refs.is_zero(oid) is is_zero
    assert refs.PushedRef("(delete)", oid, "refs/heads/x", A).is_deletion is is_zero


def test_branches_of_a_pushed_ref() -> None:
    pushed = refs.PushedRef("HEAD", A, "refs/heads/feature/x", ZERO)
    assert (pushed.local_branch, pushed.branch) == (None, "feature/x")
    assert refs.PushedRef("refs/heads/a", A, "refs/tags/v1", ZERO).branch is None
    assert refs.PushedRef("refs/heads/a", A, "refs/tags/v1", ZERO).local_branch == "a"


@pytest.mark.parametrize(
    ("glob", "text"),
    [
        pytest.param("main", "main2", id="a longer name"),
        pytest.param("main", "Main", id="case counts"),
        pytest.param("release/*", "release", id="the slash is asked for"),
        pytest.param("", "x", id="an empty glob"),
        pytest.param("?", "", id="a question mark wants a character"),
        pytest.param("[a-c]", "d", id="outside of a class"),
        pytest.param("[!a]", "a", id="a negated class"),
        pytest.param("[!]a]", "]", id="a bracket inside of a negated class"),
        pytest.param("a\\*", "ab", id="an escaped star"),
    ],
)
def test_glob_leaves_alone(glob: str, text: str) -> None:
    assert not refs.glob_matches(glob, text)


@pytest.mark.parametrize(
    ("glob", "text"),
    [
        pytest.param("main", "main", id="the name itself"),
        pytest.param("release/*", "release/1/2", id="a star crosses slashes"),
        pytest.param("release/*", "release/", id="a star may be nothing"),
        pytest.param("*", "", id="a star alone"),
        pytest.param("*-x-*", "a-x-b-x-c", id="a star has to go back"),
        pytest.param("v?", "v1", id="a question mark"),
        pytest.param("[a-cx]1", "b1", id="a range in a class"),
        pytest.param("[]]", "]", id="a bracket as a class's first"),
        pytest.param("[a-]", "-", id="a hyphen as a class's last"),
        pytest.param("[!]a]", "b", id="outside of a negated class"),
        pytest.param("[^a]", "b", id="negated as Git's own globs may be"),
        pytest.param("[a", "[a", id="a bracket that is never closed"),
        pytest.param("a\\*", "a*", id="an escaped star"),
        pytest.param("a\\", "a\\", id="a backslash at the end"),
    ],
)
def test_glob_matches(glob: str, text: str) -> None:
    assert refs.glob_matches(glob, text)


def as_regex(glob: str) -> str:
    """Translate with a regular expression of its own, so that nothing is shared with the matcher."""

    def translate(token: re.Match[str]) -> str:
        if token["escape"]:
            return re.escape(token["escape"][1:])
        if token["members"]:
            pairs = re.findall(r"(.)-(.)|(.)", token["members"], re.DOTALL)
            tests = [f"[{re.escape(low)}-{re.escape(high)}]" for low, high, _ in pairs if low and low <= high]
            tests += [re.escape(single) for _, _, single in pairs if single]
            any_of = "|".join(tests) or "(?!)"
            return f"(?!{any_of})." if token["negation"] else f"(?:{any_of})"
        return {"*": ".*", "?": "."}.get(token[0]) or re.escape(token[0])

    grammar = r"(?P<escape>\\.)|\[(?P<negation>[!^]?+)(?P<members>\]?+[^\]]*+)\]|."
    return re.sub(grammar, translate, glob, flags=re.DOTALL)


@given(st.text(alphabet="ab/*?[]!^-\\", max_size=10), st.text(alphabet="ab/*?[]!^-\\", max_size=10))
@example("[!]a]*", "b")
@example("[!]", "[!]")
@example("[]", "[]")
def test_glob_is_what_its_translation_says(glob: str, text: str) -> None:
    assert refs.glob_matches(glob, text) is bool(re.fullmatch(as_regex(glob), text, re.DOTALL))


@given(st.text(alphabet="ab*", max_size=12), st.text(alphabet="ab", max_size=12))
def test_stars_are_what_their_translation_says(glob: str, text: str) -> None:
    assert refs.glob_matches(glob, text) is bool(re.fullmatch(glob.replace("*", ".*"), text))


def test_a_glob_of_many_stars_ends_soon() -> None:
    assert not refs.glob_matches("*a" * 50 + "b", "a" * 2000)


def test_exempt_by_any_glob() -> None:
    assert refs.is_exempt("release/1", ("main", "release/*"))
    assert not refs.is_exempt("feature", ("main", "release/*"))
    assert not refs.is_exempt("main", ())


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        pytest.param("", "", id="nothing"),
        pytest.param("!?…", "", id="nothing that can be kept"),
        pytest.param("Fix login", "fix-login", id="two words"),
        pytest.param("  Fix: the `login` (again)  ", "fix-the-login-again", id="punctuation"),
        pytest.param("Исправить вход", "ispravit-vkhod", id="Russian"),
        pytest.param("Щука ещё съела ёжика", "shchuka-eshche-sela-ezhika", id="the letters that are hard"),
        pytest.param("日本語 fix", "fix", id="a script that is not spelled out"),
        pytest.param("word " * 20, "word-word-word-word-word-word-word-word", id="cut between words"),
        pytest.param("x" * 60, "x" * 40, id="one long word"),
    ],
)
def test_slug(text: str, slug: str) -> None:
    assert refs.slug(text) == slug


@given(st.text(max_size=80))
def test_a_slug_is_fit_for_a_branch_and_its_own_slug(text: str) -> None:
    slug = refs.slug(text)
    assert re.fullmatch(r"(?:[a-z0-9]+(?:-[a-z0-9]+)*)?", slug)
    assert len(slug) <= 40
    assert refs.slug(slug) == slug


@pytest.mark.parametrize(
    ("template", "text", "name"),
    [
        pytest.param("{key}-{slug}", "Fix login", "TEST-1-fix-login", id="the default"),
        pytest.param("{key}-{slug}", "…", "TEST-1", id="no slug is left"),
        pytest.param("feature/{key}_{slug}", "Fix", "feature/TEST-1_fix", id="a folder"),
        pytest.param("{slug}/{key}", "…", "TEST-1", id="a folder that would be empty"),
        pytest.param("{key}", "Fix", "TEST-1", id="the key alone"),
    ],
)
def test_branch_name(template: str, text: str, name: str) -> None:
    assert refs.branch_name(template, "TEST-1", text) == name
    assert keys.find(name) == ["TEST-1"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Zürich café", "zurich-cafe"),
        ("Чи\u0438\u0306 е\u0308", "chii-e"),
        ("Її ґанок є", "ii-ganok-ie"),
        ("ﬁle №5 ½", "file-no5"),
        ("日本 fix", "fix"),
    ],
)
def test_letters_lose_their_accents_and_stay_in_their_words(text: str, expected: str) -> None:
    assert refs.slug(text) == expected
