"""The text of a pull request: first what stays as it is."""

import pytest

from gitlink import drafts
from gitlink.core import policy as policies
from gitlink.core import rules

BRANCH = "TEST-1-login"


def mend(title: str, text: str, require: str) -> tuple[str, str]:
    policy = policies.read([("pullrequest.require", require)])
    held = list(rules.check_pull_request(rules.PullRequestText(title, text), BRANCH, policy))
    mended = drafts.mended(title, text, "TEST-1", held)
    assert not list(rules.check_pull_request(rules.PullRequestText(*mended), BRANCH, policy))
    return mended


@pytest.mark.parametrize(
    ("title", "text", "require"),
    [
        ("TEST-1 Add", "", "either"),
        ("Add", "See TEST-1.\r\n", "either"),
        ("TEST-1 Add", "", "title"),
        ("Add", "TEST-1", "description"),
        ("Add (TEST-1)", "For TEST-1 and TEST-2", "both"),
        ("Add", "", "off"),
    ],
)
def test_what_names_the_issue_stays(title: str, text: str, require: str) -> None:
    assert mend(title, text, require) == (title, text)


@pytest.mark.parametrize(
    ("title", "text", "require", "expected"),
    [
        ("Add", "", "either", ("TEST-1 Add", "")),
        ("fix(ui): add", "Text", "title", ("fix(ui): TEST-1 add", "Text")),
        ("TEST-2 Add", "", "title", ("TEST-1 TEST-2 Add", "")),
        ("Add", "", "description", ("Add", "Issue: TEST-1")),
        ("Add", "One\n\nTwo\n", "description", ("Add", "One\n\nTwo\n\nIssue: TEST-1")),
        ("Add", "One\r\nTwo", "both", ("TEST-1 Add", "One\r\nTwo\r\n\r\nIssue: TEST-1")),
        ("TEST-1 Add", "", "both", ("TEST-1 Add", "Issue: TEST-1")),
        ("", "", "either", ("TEST-1 ", "")),
    ],
)
def test_the_key_goes_where_it_is_missed(title: str, text: str, require: str, expected: tuple[str, str]) -> None:
    assert mend(title, text, require) == expected


@pytest.mark.parametrize(
    ("subjects", "template", "expected"),
    [
        ([], None, "TEST-1 Add login\n\nIssue: TEST-1"),
        (["Add form", "Mend it"], None, "TEST-1 Add login\n\n- Add form\n- Mend it\n\nIssue: TEST-1"),
        (["Add form"], "## What\n\n", "TEST-1 Add login\n\n## What\n\nIssue: TEST-1"),
        ([], " \n", "TEST-1 Add login\n\nIssue: TEST-1"),
    ],
)
def test_a_draft_names_its_issue_twice(subjects: list[str], template: str | None, expected: str) -> None:
    made = drafts.compose("TEST-1", "Add login", subjects, template)
    assert made == expected
    for require in ("title", "description", "both"):
        assert mend(*drafts.split(made), require) == drafts.split(made)
    assert drafts.join(*drafts.split(made)) == made


def test_a_draft_of_a_title_alone() -> None:
    assert drafts.split(" TEST-1 Add \n") == ("TEST-1 Add", "")
    assert drafts.join("TEST-1 Add", "") == "TEST-1 Add"
    assert drafts.compose("TEST-1", " ", [], None).startswith("TEST-1 …\n")


def test_a_summary_of_any_length_and_signs_makes_a_title() -> None:
    title, text = drafts.split(drafts.compose("TEST-1", "\0\ud800a\nb" + "x" * 200_000, ["y" * 200_000] * 30, None))
    assert title.startswith("TEST-1 \ufffd\ufffda bx") and len(title) <= 255
    assert len(text) < 10_000


@pytest.mark.parametrize("subject", ["TEST-1 Add", "TEST-1: Add", "[TEST-1] Add", "(TEST-1) Add", " Add "])
def test_a_subject_without_its_key(subject: str) -> None:
    assert drafts.without_key(subject, "TEST-1") == "Add"


@pytest.mark.parametrize(
    ("branch", "found", "expected"),
    [
        ("feature/TEST-1-login-form", ["TEST-1"], "Login form"),
        ("test-1_login", ["TEST-1"], "Login"),
        ("TEST-1", ["TEST-1"], ""),
        ("login", [], "Login"),
        ("TEST-1/login", ["TEST-1"], "Login"),
    ],
)
def test_a_branch_as_words(branch: str, found: list[str], expected: str) -> None:
    assert drafts.words_of(branch, found) == expected


def test_the_template_that_comes_first() -> None:
    names = {name.lower(): name for name in ("docs/PULL_REQUEST_TEMPLATE.md", ".github/Pull_Request_Template.md", "x")}
    assert drafts.template_in(names) == ".github/Pull_Request_Template.md"
    assert drafts.template_in({"x": "x"}) is None
