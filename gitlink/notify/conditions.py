"""The words of `--when`, and the trigger's conditions they mean; knows no network, so words are checked elsewhere.

`created`, `commented` and `changed=FIELD` are events: each must happen. The others say how the issue is; without an
event, the trigger fires on the change that makes the last of them true.
Conditions: https://yandex.ru/support/tracker/ru/api-ref/queues/change-trigger-conditions
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from gitlink.core.text import nearest, printable
from gitlink.notify.mend import WrongWord

Condition = dict[str, object]

_EVENTS = {"created": "Event.create", "commented": "Event.comment-create"}
# With what may stand behind each.
_WITH_VALUE = {"status": "Ready for test", "priority": "critical", "filled": "benchLink", "changed": "deadline"}
WORDS = (*_EVENTS, "assigned", *_WITH_VALUE)
EXAMPLES = (
    "created, commented, assigned, 'status=Ready for test', priority=critical, filled=benchLink, changed=deadline"
)


@dataclass(frozen=True, slots=True)
class When:
    """One condition. `value`: a status, priority or field, first as it was written, later as Tracker's key.

    `written`: the whole of it as it was written.
    """

    word: str
    value: str = ""
    written: str = field(default="", compare=False)

    def __str__(self) -> str:
        """Return it as `--when` takes it."""
        return f"{self.word}={self.value}" if self.value else self.word

    @property
    def field(self) -> str:
        """The field it is about, empty for created and commented."""
        if self.word == "assigned":
            return "assignee"
        return self.word if self.word in ("status", "priority") else self.value


def parse(words: Iterable[str]) -> list[When]:
    """Return what *words* mean, none twice; raises WrongWord for what is none or can never be."""
    whens = list(dict.fromkeys(_one(word) for word in words)) or [When("created")]
    for word in ("status", "priority"):
        named = [when for when in whens if when.word == word]
        if len(named) > 1:
            raise _never(f"an issue has one {word} at a time", named[1])
    if {When("created"), When("commented")} <= set(whens):
        raise _never("an issue is not created and commented at once", whens[whens.index(When("commented"))])
    return whens


def _never(why: str, one: When) -> WrongWord:
    told = f"several must all hold; for {one} make a notification of another name"
    return WrongWord(f"{why}, so this would never fire", why=told).by("when", None, one.written)


def _one(text: str) -> When:
    word, equals, value = (part.strip() for part in text.partition("="))
    folded = word.lower()
    if folded not in WORDS:
        near = nearest(folded, WORDS) or "created"
        raise _wrong(f"knows no `{printable(word)}`", near, value, text)
    if folded in _WITH_VALUE and not value:
        raise _wrong(f"{folded} needs a value", folded, "", text)
    if folded not in _WITH_VALUE and equals:
        raise _wrong(f"{folded} takes no value", folded, "", text)
    return When(folded, value, text)


def _wrong(what: str, word: str, value: str, text: str) -> WrongWord:
    right = f"{word}={value or _WITH_VALUE[word]}" if word in _WITH_VALUE else word
    return WrongWord(f"--when {what}", why=f"it knows {EXAMPLES}").by("when", right, text)


def build(whens: Sequence[When], guarded: Iterable[str] = ()) -> list[Condition]:
    """Return the conditions of *whens*; *guarded*: fields that must not be empty, since the message names them."""
    events = [when for when in whens if when.word in (*_EVENTS, "changed")]
    states = [when for when in whens if when not in events]
    conditions = [_event(when) for when in events]
    if len(states) == 1 and not events:
        conditions += _becomes(states[0])
    else:
        if states and not events:
            conditions.append({"type": "Or", "conditions": [_becomes(when)[0] for when in states]})
        conditions += [_is(when) for when in states]
    full = {when.field for when in states if when.word in ("assigned", "filled")}
    return conditions + [_not_empty(field) for field in guarded if field not in full]


def _event(when: When) -> Condition:
    return _changed(when.value) if when.word == "changed" else {"type": _EVENTS[when.word]}


def _becomes(when: When) -> list[Condition]:
    if when.word == "assigned":  # also from one person to another
        return [_changed("assignee"), _not_empty("assignee")]
    if when.word == "filled":
        return [{"type": "FieldBecameNotEmpty", "field": when.value}]
    return [{"type": "FieldBecameEqual", "field": when.word, "value": when.value}]


def _is(when: When) -> Condition:
    if when.word in ("assigned", "filled"):
        return _not_empty(when.field)
    return {"type": "FieldEquals", "field": when.word, "value": when.value}


def _changed(field: str) -> Condition:
    return {"type": "FieldChangedCondition", "field": field}


def _not_empty(field: str) -> Condition:
    return {"type": "FieldIsNotEmpty", "field": field}


def words(conditions: Iterable[object]) -> list[str]:
    """Return what a trigger's *conditions* mean, in the words of --when as far as these reach."""
    found: list[When] = []
    for condition in conditions:
        found += _read(condition)
    # An assignee that has changed and is there is one word of ours.
    if When("changed", "assignee") in found and When("filled", "assignee") in found:
        found = [replace(when, word="assigned", value="") if when.field == "assignee" else when for when in found]
    return [str(when) for when in dict.fromkeys(found)]


def _read(condition: object) -> list[When]:
    if not isinstance(condition, dict):
        return []
    kind, field, value = (str(condition.get(name, "")) for name in ("type", "field", "value"))
    events = {name: word for word, name in _EVENTS.items()}
    if kind in ("Or", "And"):
        parts = condition.get("conditions")
        return [when for part in (parts if isinstance(parts, list) else []) for when in _read(part)]
    if kind in events:
        return [When(events[kind])]
    if kind in ("FieldBecameEqual", "FieldEquals") and field in ("status", "priority"):
        return [When(field, value)]
    if kind in ("FieldBecameNotEmpty", "FieldIsNotEmpty"):
        return [When("filled", field)]
    return [When("changed", field)] if kind == "FieldChangedCondition" else [When(kind, field)]
