"""The elementary conditions of triggers: whether each holds for a change of an issue.

Source: https://yandex.ru/support/tracker/ru/api-ref/queues/change-trigger-conditions
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from .criteria import Term, test
from .happening import Happening
from .reading import instant, kind_of, members, stored, words

Condition = Mapping[str, object]

Check = Callable[[Happening, Condition], bool]


def field_id(item: Condition) -> str:
    field = item.get("field")
    return str(field.get("id", field.get("key")) if isinstance(field, dict) else field)


def _changed(now: Happening, item: Condition) -> bool:
    return any(change.field == field_id(item) for change in now.change.fields)


def _is(now: Happening, item: Condition) -> bool:
    return _matches(now, field_id(item), item.get("value"), stored(now.issue, field_id(item)))


def _matches(now: Happening, field_id: str, wanted: object, value: object) -> bool:
    field = now.at.world.fields[field_id]
    if isinstance(wanted, dict):
        wanted = next((wanted[key] for key in ("key", "id", "login", "name") if key in wanted), None)
    if kind_of(field) in {"string", "text", "uri"}:
        return any(str(wanted) == str(item) for item in members(value))
    return any(str(wanted).lower() in words(now.at.world, kind_of(field), item) for item in members(value))


def _empty(now: Happening, item: Condition) -> bool:
    return not members(stored(now.issue, field_id(item)))


def _became(check: Check) -> Check:
    return lambda now, item: _changed(now, item) and check(now, item)


def _not(check: Check) -> Check:
    return lambda now, item: not check(now, item)


def _string(match: Callable[[str, list[str]], bool]) -> Check:
    """Return a check of a field's text against `value`."""

    def check(now: Happening, item: Condition) -> bool:
        return match(*_folded(str(stored(now.issue, field_id(item)) or ""), item, item.get("value")))

    return check


def _remark(match: Callable[[str, list[str]], bool]) -> Check:
    """Return a check of the added comment's text against `word` or `words`; without a comment it does not hold."""

    def check(now: Happening, item: Condition) -> bool:
        comment = now.comment()
        if comment is None:
            return False
        text = re.sub(r"[*_`~#>\[\]]", "", comment.text) if item.get("removeMarkup") else comment.text
        return match(*_folded(text, item, item.get("words", item.get("word"))))

    return check


def _folded(text: str, item: Condition, asked: object) -> tuple[str, list[str]]:
    wanted = [str(word) for word in (asked if isinstance(asked, list) else [asked])]
    return (text.lower(), [word.lower() for word in wanted]) if item.get("ignoreCase") else (text, wanted)


def _author(now: Happening, item: Condition) -> bool:
    comment, user = now.comment(), item.get("user")
    word = str(user.get("id", user.get("login")) if isinstance(user, dict) else user).lower()
    return comment is not None and word in words(now.at.world, "user", comment.author)


def _link(removed: bool | None) -> Check:
    def check(now: Happening, item: Condition) -> bool:
        wanted = item.get("relationship")
        listed = wanted if isinstance(wanted, list) else [wanted]
        return any(link.relationship in listed and removed in (None, link.removed) for link in now.change.links)

    return check


def _compare(op: str) -> Check:
    def check(now: Happening, item: Condition) -> bool:
        field = now.at.world.fields[field_id(item)]
        return test(now.at, field, Term(str(item.get("value")), op))(now.issue)

    return check


def _date(op: str) -> Check:
    def check(now: Happening, item: Condition) -> bool:
        value, limit = stored(now.issue, field_id(item)), instant(item.get("value"))
        if not members(value):
            return False
        at = instant(value)
        return {"=": at == limit, "<": at < limit, "<=": at <= limit, ">": at > limit, ">=": at >= limit}[op]

    return check


def _size(match: Callable[[int, float], bool]) -> Check:
    return lambda now, item: match(len(members(stored(now.issue, field_id(item)))), float(str(item.get("value"))))


def _contains(gather: Callable[[list[bool]], bool]) -> Check:
    def check(now: Happening, item: Condition) -> bool:
        asked, field = item.get("value"), field_id(item)
        listed = asked if isinstance(asked, list) else [asked]
        return gather([_matches(now, field, word, stored(now.issue, field)) for word in listed])

    return check


EVENTS: dict[str, Check] = {
    "Event.create": lambda now, _: now.change.kind == "IssueCreated",
    "Event.update": lambda now, _: now.change.kind not in {"IssueCreated", "IssueCommentAdded"},
    "Event.comment-create": lambda now, _: now.comment() is not None,
}
REMARKS: dict[str, Check] = {
    "CommentFullyMatchCondition": _remark(lambda text, listed: text in listed),
    "CommentStringMatchCondition": _remark(lambda text, listed: any(word in text for word in listed)),
    "CommentStringNotMatchCondition": _remark(lambda text, listed: not any(word in text for word in listed)),
    "CommentAnyMatchCondition": _remark(lambda text, listed: any(word in text for word in listed)),
    "CommentNoneMatchCondition": _remark(lambda text, listed: not any(word in text for word in listed)),
}
AUTHORS: dict[str, Check] = {
    "CommentAuthor": _author,
    "CommentAuthorNot": lambda now, item: now.comment() is not None and not _author(now, item),
}
KINDS: dict[str, Check] = {
    "CommentMessageInternal": lambda now, _: now.comment() is not None,
    "CommentMessageExternal": lambda now, _: False,
}
LINKS: dict[str, Check] = {
    "CreatedLinkCondition": _link(False),
    "UpdatedLinkCondition": _link(None),
    "RemovedLinkCondition": _link(True),
}
FIELD_ONLY: dict[str, Check] = {
    "FieldChangedCondition": _changed,
    "FieldIsEmpty": _empty,
    "FieldIsNotEmpty": _not(_empty),
    "FieldBecameEmpty": _became(_empty),
    "FieldBecameNotEmpty": lambda now, item: (
        _changed(now, item) and not _empty(now, item) and not members(now.before(field_id(item)))
    ),
}
FIELD_VALUE: dict[str, Check] = {
    "FieldEquals": _is,
    "FieldBecameEqual": _became(_is),
    "FieldEqualsString": _string(lambda text, listed: text in listed),
    "ContainsAnyOfStrings": _string(lambda text, listed: any(word in text for word in listed)),
    "ContainsNoneOfStrings": _string(lambda text, listed: not any(word in text for word in listed)),
    "ContainerContainsAll": _contains(all),
    "ContainerContainsAny": _contains(any),
    "ContainerContainsNone": _contains(lambda found: not any(found)),
}
SIZES: dict[str, Check] = {
    "Container.SizeGreater": _size(lambda size, limit: size > limit),
    "Container.SizeGreaterOrEquals": _size(lambda size, limit: size >= limit),
    "Container.SizeLess": _size(lambda size, limit: size < limit),
    "Container.SizeLessOrEquals": _size(lambda size, limit: size <= limit),
    "Container.SizeEquals": _size(lambda size, limit: size == limit),
    "Container.SizeNotEquals": _size(lambda size, limit: size != limit),
}
_OPS = {"Greater": ">", "GreaterOrEqual": ">=", "Less": "<", "LessOrEqual": "<="}
NUMBERS: dict[str, Check] = {
    **{f"{word}Condition": _compare(op) for word, op in _OPS.items()},
    **{f"Became{word}Condition": _became(_compare(op)) for word, op in _OPS.items()},
}
DATES: dict[str, Check] = {f"Date{word}Condition": _date(op) for word, op in {**_OPS, "Equal": "="}.items()}
CHECKS = EVENTS | REMARKS | AUTHORS | KINDS | LINKS | FIELD_ONLY | FIELD_VALUE | SIZES | NUMBERS | DATES
