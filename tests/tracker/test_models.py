"""Tracker's JSON into values; what is not as documented is one error."""

from datetime import UTC, datetime

import pytest

from gitlink.tracker import reading
from gitlink.tracker.models import Comment, Field, Status, Transition, User
from gitlink.tracker.reading import Malformed

ISSUE = {
    "key": "TEST-123",
    "version": 7,
    "summary": "Add \x1b[31mretry",
    "status": {"self": "x", "id": "3", "key": "inProgress", "display": "In progress"},
    "6063181a59590573909db929--benchLink": "https://bench.example.com/42",
}


def test_an_issue_with_what_is_set() -> None:
    issue = reading.issue(ISSUE, "https://tracker.yandex.ru")
    assert issue.key == "TEST-123"
    assert issue.queue == "TEST"
    assert issue.summary == "Add \ufffd[31mretry"
    assert issue.status == Status("inProgress", "In progress")
    assert issue.resolution is None
    assert issue.version == 7
    assert issue.url == "https://tracker.yandex.ru/TEST-123"
    assert issue.fields["6063181a59590573909db929--benchLink"] == "https://bench.example.com/42"
    assert issue.fields.get("benchLink") is None


def test_a_resolved_issue_has_the_key_of_its_resolution() -> None:
    assert reading.issue({**ISSUE, "resolution": {"key": "fixed", "display": "Fixed"}}, "").resolution == "fixed"


def test_references_and_list_entries_name_a_status_differently() -> None:
    assert reading.each(reading.status)([{"id": 1, "key": "open", "name": "Open"}]) == [Status("open", "Open")]
    assert reading.status({"id": "1", "key": "open", "display": "Open"}) == Status("open", "Open")
    assert reading.status({"key": "open"}) == Status("open", "open")


def test_a_transition_has_a_form_only_where_it_says_so() -> None:
    to = {"key": "closed", "display": "Closed"}
    offered = reading.each(reading.transition)(
        [{"id": "close", "display": "Close", "to": to, "screen": {}}, {"id": "c1", "to": to}]
    )
    closed = Status("closed", "Closed")
    assert offered == [Transition("close", "Close", closed, True), Transition("c1", "c1", closed, False)]


def test_global_and_local_fields() -> None:
    found = reading.each(reading.issue_field)(
        [
            {
                "id": "benchLink",
                "key": "benchLink",
                "name": "Bench link",
                "schema": {"type": "uri"},
                "type": "standard",
            },
            {"id": "6054ae3a2b6b2c7f00000001--benchLink", "key": "benchLink", "name": "Bench link", "type": "local"},
        ]
    )
    assert found == [
        Field("benchLink", "benchLink", "Bench link", "uri", False),
        Field("6054ae3a2b6b2c7f00000001--benchLink", "benchLink", "Bench link", "", True),
    ]


def test_a_user_is_known_by_the_same_number_in_both_forms() -> None:
    assert reading.user({"uid": 11, "login": "anna", "display": "Anna"}) == User("11", "Anna", "anna")
    assert reading.user({"id": "11", "display": "Anna"}) == User("11", "Anna", None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-03T13:24:52.575+0000", datetime(2026, 3, 3, 13, 24, 52, 575000, UTC)),
        ("2026-03-03T16:24:52.575+0300", datetime(2026, 3, 3, 13, 24, 52, 575000, UTC)),
        ("2026-03-03T13:24:52", datetime(2026, 3, 3, 13, 24, 52, 0, UTC)),
        ("yesterday", None),
        (None, None),
    ],
)
def test_dates_of_comments(text: str | None, expected: datetime | None) -> None:
    read = reading.comment({"id": 626, "text": "two\nlines", "createdAt": text})
    assert read == Comment("626", "two\nlines", None, expected)


@pytest.mark.parametrize(
    "json",
    [
        None,
        [],
        "text",
        {},
        {"key": None, "status": ISSUE["status"]},
        {"key": True, "status": ISSUE["status"]},
        {"key": "TEST-1"},
        {"key": "TEST-1", "status": "open"},
        {"key": "TEST-1", "status": {}},
        {**ISSUE, "resolution": "fixed"},
        {**ISSUE, "summary": ["no", "text"]},
    ],
)
def test_what_is_not_as_documented_is_one_error_of_ours(json: object) -> None:
    with pytest.raises(Malformed) as caught:
        reading.issue(json, "")
    assert caught.value.exit_code == 6


@pytest.mark.parametrize("json", [None, {}, "text", [None], [[]]])
def test_a_list_must_be_one(json: object) -> None:
    for read in (reading.transition, reading.status, reading.issue_field, reading.comment):
        with pytest.raises(Malformed):
            reading.each(read)(json)
