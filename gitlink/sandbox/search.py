"""The API's paths for finding issues: criteria, order, and three ways to page.

Source: https://yandex.ru/support/tracker/ru/api-ref/issues/search-issues
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from .call import Call, Handler, Reply, by_cursor, by_page
from .criteria import Predicate, Scene, Term, find_field, test
from .issues import shown
from .model import Field, Name, Refusal
from .query import read_query
from .reading import sort_key
from .records import Issue
from .scroll import Scroll

_CRITERIA = ("queue", "keys", "filter", "query", "filterId")
_KEYS = {*_CRITERIA, "order"}
_NO_MIX = Name("Поиск сразу по нескольким критериям невозможен.", "These search criteria cannot be combined.")
_NO_SCROLL = Name("Прокрутка невозможна с keys и queue.", "Scrolling does not go with keys or queue.")


def scene(call: Call) -> Scene:
    """Return where *call* searches."""
    return Scene(call.tracker.world, call.user, call.tracker.clock())


def search(call: Call) -> Reply:
    """POST /issues/_search."""
    if call.query.get("scrollId"):
        return _scrolled(call, call.query["scrollId"])
    body = call.known_fields(_KEYS)
    kind = _criterion(body)
    found = find(call, kind, body)
    if call.query.get("scrollType"):
        if kind in {"keys", "queue"}:
            raise Refusal(400, _NO_SCROLL)
        return _scrolled(call, _open_scroll(call, found))
    if kind == "queue":
        page, headers = by_cursor(call, found, lambda issue: issue.id)
    else:
        page, headers = by_page(call, found)
    return Reply([shown(call, issue, "favorite") for issue in page], headers=headers)


def count(call: Call) -> Reply:
    """POST /issues/_count: a bare number."""
    body = call.known_fields(_KEYS)
    return Reply(len(find(call, _criterion(body), body)))


def _criterion(body: Mapping[str, object]) -> str | None:
    """Return the criterion that counts: of two the stronger, null is not given; three are refused."""
    given = [name for name in _CRITERIA if body.get(name) is not None]
    if len(given) > 2:
        raise Refusal(400, _NO_MIX)
    if given[:1] == ["filterId"]:
        raise Refusal(404, Name("Фильтр не существует.", "Filter does not exist: the sandbox saves none."))
    return given[0] if given else None


def find(call: Call, kind: str | None, body: Mapping[str, object]) -> list[Issue]:
    """Return the issues that the criterion *kind* of a request means, in the order it asks for."""
    world, value = call.tracker.world, body.get(kind) if kind else None
    issues = [issue for issue in world.issues.values() if not world.queues[issue.queue].deleted]
    if kind == "queue":
        queue = call.tracker.queue(str(value))
        mine = [issue for issue in issues if issue.queue == queue.key]
        return sorted(mine, key=lambda issue: sort_key(world, world.fields["key"], issue)[1])  # type: ignore[arg-type,return-value]
    if kind == "keys":
        keys = value if isinstance(value, list) else [value]
        return sorted((item for item in issues if item.key in keys), key=lambda item: str(item.values["summary"]))
    order: list[tuple[Field, bool]] = []
    if kind == "query":
        query = read_query(scene(call), str(value))
        issues, order = [issue for issue in issues if query.matches(issue)], query.order
    elif kind == "filter":
        matches = _filter(scene(call), value)
        issues = [issue for issue in issues if matches(issue)]
    return _sorted(call, issues, order or _order(call, body))


def _filter(at: Scene, value: object) -> Predicate:
    if not isinstance(value, dict):
        raise Refusal(400, Name("filter должен быть объектом.", "filter must be an object."))
    checks = [_any_of(at, find_field(at.world, name), asked) for name, asked in value.items() if asked is not None]
    return lambda issue: all(check(issue) for check in checks)


def _any_of(at: Scene, field: Field, asked: object) -> Predicate:
    if isinstance(asked, dict) and {"from", "to"} & asked.keys():
        ends = [
            test(at, field, Term(str(asked[word]), op))
            for word, op in (("from", ">="), ("to", "<="))
            if asked.get(word)
        ]
        return lambda issue: all(end(issue) for end in ends)
    tests = [test(at, field, Term(_word(item))) for item in (asked if isinstance(asked, list) else [asked])]
    return lambda issue: any(check(issue) for check in tests)


def _word(item: object) -> str:
    if isinstance(item, dict):
        item = next((item[key] for key in ("key", "id", "login", "uid", "name") if key in item), item)
    return str(item)


def _order(call: Call, body: Mapping[str, object]) -> list[tuple[Field, bool]]:
    asked = body.get("order") or call.query.get("order") or []
    words = asked.split(",") if isinstance(asked, str) else asked
    if not isinstance(words, list):
        raise Refusal(400, Name("order: неверное значение.", "order: incorrect value."))
    named = [(str(word).strip().lstrip("+-"), str(word).strip().startswith("-")) for word in words]
    if not named and call.query.get("orderBy"):
        named = [(call.query["orderBy"], call.query.get("orderAsc") == "false")]
    return [(find_field(call.tracker.world, name), downwards) for name, downwards in named]


def _sorted(call: Call, issues: list[Issue], order: Sequence[tuple[Field, bool]]) -> list[Issue]:
    for field, downwards in reversed(order):
        full = [issue for issue in issues if sort_key(call.tracker.world, field, issue)[0] == 0]
        empty = [issue for issue in issues if sort_key(call.tracker.world, field, issue)[0] == 1]
        full.sort(key=lambda issue: sort_key(call.tracker.world, field, issue)[1], reverse=downwards)  # type: ignore[arg-type,return-value]
        issues = full + empty
    return issues


def _open_scroll(call: Call, found: list[Issue]) -> str:
    if call.query["scrollType"] not in {"sorted", "unsorted"}:
        raise Refusal(400, Name("scrollType: неверное значение.", "scrollType: incorrect value."))
    size = call.number("perScroll", 100, most=1000)
    ttl = timedelta(milliseconds=call.number("scrollTTLMillis", 60_000))
    scroll_id = call.tracker.new_id()
    ids, until = [issue.id for issue in found], call.tracker.clock() + ttl
    call.tracker.scrolls[scroll_id] = Scroll(ids, len(ids), size, until, ttl)
    return scroll_id


def _scrolled(call: Call, scroll_id: str) -> Reply:
    opened, now = call.tracker.scrolls, call.tracker.clock()
    scroll = opened.get(scroll_id)
    if scroll is None or scroll.until < now:
        raise Refusal(400, Name("Прокрутка закончилась.", "The scroll is unknown or has expired."))
    ids, scroll.left = scroll.left[: scroll.size], scroll.left[scroll.size :]
    scroll.until, headers = now + scroll.ttl, {"X-Total-Count": str(scroll.total)}
    if scroll.left:
        headers |= {"X-Scroll-Id": scroll_id, "X-Scroll-Token": f"{scroll_id}:token"}
    else:
        del opened[scroll_id]
    known = call.tracker.world.issues
    return Reply([shown(call, known[item], "favorite") for item in ids if item in known], headers=headers)


ROUTES: list[tuple[str, str, Handler]] = [
    ("POST", "/issues/_search", search),
    ("POST", "/issues/_count", count),
]
