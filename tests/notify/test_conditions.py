"""The words of --when: what they mean to Tracker, and what they cannot be."""

import pytest

from gitlink.notify import conditions
from gitlink.notify.conditions import build, parse
from gitlink.notify.mend import WrongWord

BECAME = {"type": "FieldBecameEqual", "field": "status", "value": "open"}
IS = {"type": "FieldEquals", "field": "status", "value": "open"}
CRITICAL = {"type": "FieldEquals", "field": "priority", "value": "critical"}
HAS_PERSON = {"type": "FieldIsNotEmpty", "field": "assignee"}
NEW_PERSON = {"type": "FieldChangedCondition", "field": "assignee"}


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        pytest.param([], [{"type": "Event.create"}], id="nothing is created"),
        pytest.param(["created"], [{"type": "Event.create"}], id="created"),
        pytest.param(["Commented"], [{"type": "Event.comment-create"}], id="commented, in any case"),
        pytest.param(["status=open"], [BECAME], id="a status alone is one that is reached"),
        pytest.param([" status = open "], [BECAME], id="spaces do not count"),
        pytest.param(["filled=f"], [{"type": "FieldBecameNotEmpty", "field": "f"}], id="filled"),
        pytest.param(["changed=f"], [{"type": "FieldChangedCondition", "field": "f"}], id="changed"),
        pytest.param(["assigned"], [NEW_PERSON, HAS_PERSON], id="assigned, also from one to another"),
        pytest.param(["commented", "status=open"], [{"type": "Event.comment-create"}, IS], id="an event in a status"),
        pytest.param(
            ["status=open", "priority=critical"],
            [
                {
                    "type": "Or",
                    "conditions": [BECAME, {"type": "FieldBecameEqual", "field": "priority", "value": "critical"}],
                },
                IS,
                CRITICAL,
            ],
            id="without an event, the change that makes the last one true",
        ),
        pytest.param(["created", "created"], [{"type": "Event.create"}], id="twice is once"),
    ],
)
def test_meaning(words: list[str], wanted: list[object]) -> None:
    assert build(parse(words)) == wanted
    told = [word.strip().lower().replace(" ", "") for word in dict.fromkeys(words)]
    assert conditions.words(build(parse(words))) == (told or ["created"])


def test_a_field_that_the_text_names_is_guarded_once() -> None:
    assert build(parse(["created"]), ["assignee"]) == [{"type": "Event.create"}, HAS_PERSON]
    assert build(parse(["assigned"]), ["assignee"]) == [NEW_PERSON, HAS_PERSON]


@pytest.mark.parametrize(
    ("words", "message", "right"),
    [
        (["creatd"], "--when knows no `creatd`", "created"),
        (["statuss=x"], "--when knows no `statuss`", "status=x"),
        (["status"], "--when status needs a value", "status=Ready for test"),
        (["status="], "--when status needs a value", "status=Ready for test"),
        (["created=x"], "--when created takes no value", "created"),
        (["\x1b[2J"], "--when knows no `\ufffd[2J`", "created"),
        (["status=a", "status=b"], "an issue has one status at a time, so this would never fire", None),
        (["created", "commented"], "an issue is not created and commented at once, so this would never fire", None),
    ],
)
def test_what_cannot_be(words: list[str], message: str, right: str | None) -> None:
    with pytest.raises(WrongWord) as raised:
        parse(words)
    assert raised.value.message == message
    assert (raised.value.option, raised.value.right, raised.value.wrong) == ("when", right, words[-1])


def test_conditions_of_others_are_shown_somehow() -> None:
    shown = conditions.words([{"type": "DateLessCondition", "field": "deadline"}, "x", {"type": "And"}])
    assert shown == ["DateLessCondition=deadline"]
