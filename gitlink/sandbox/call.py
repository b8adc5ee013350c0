"""One call of the API as a handler sees it, the reply it gives, and the two ways of paging; opens no socket."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import urlencode

from .model import Lang, Name, Refusal, User
from .render import View
from .state import Tracker

T = TypeVar("T")

_NOT_A_NUMBER = Name("Параметр должен быть положительным числом.", "The parameter must be a positive number.")


@dataclass(slots=True)
class Reply:
    """What a handler answers; *body* becomes JSON, None is no body."""

    body: object
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Call:
    """A request whose sender is known. *headers*: lower-case names; *base*: host and version, as `self` links begin."""

    tracker: Tracker
    user: User
    lang: Lang
    base: str
    path: str
    args: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: object = None

    @property
    def view(self) -> View:
        """Return the caller's view of the world."""
        return View(self.tracker.world, self.base, self.lang)

    def fields(self) -> dict[str, object]:
        """Return the body, which must be an object; none counts as an empty one."""
        if self.body is None:
            return {}
        if not isinstance(self.body, dict):
            raise Refusal(400, Name("Тело запроса должно быть объектом.", "The request body must be an object."))
        return self.body

    def words(self, name: str) -> set[str]:
        """Return the words of a query parameter that is a comma list."""
        return {word for word in self.query.get(name, "").split(",") if word}

    def number(self, name: str, default: int) -> int:
        """Return a query parameter that is a positive number."""
        text = self.query.get(name, str(default))
        if not (text.isascii() and text.isdigit() and int(text) > 0):
            raise Refusal(400, Name(f"{name}: {_NOT_A_NUMBER.ru}", f"{name}: {_NOT_A_NUMBER.en}"))
        return int(text)

    def check_version(self, current: int, *, stale: int = 409) -> None:
        """Raise Refusal if `?version=` or `If-Match` names another version than *current*."""
        asked = self.query.get("version", self.headers.get("if-match", "*")).strip().removeprefix("W/").strip('"')
        if asked == "*":
            return
        if not (asked.isascii() and asked.isdigit()):
            raise Refusal(400, Name(f"version: {_NOT_A_NUMBER.ru}", f"version: {_NOT_A_NUMBER.en}"))
        if int(asked) != current:
            raise Refusal(stale, Name("Объект был изменён.", f"The object has changed: its version is {current}."))


Handler = Callable[[Call], Reply]


def by_page(call: Call, items: Sequence[T]) -> tuple[Sequence[T], dict[str, str]]:
    """Return the page of *items* that `page` and `perPage` ask for, and the headers that count them."""
    size, page = call.number("perPage", 50), call.number("page", 1)
    pages = max(1, -(-len(items) // size))
    headers = {"X-Total-Pages": str(pages), "X-Total-Count": str(len(items))}
    return items[(page - 1) * size : page * size], headers


def by_cursor(call: Call, items: Sequence[T], id_of: Callable[[T], object]) -> tuple[Sequence[T], dict[str, str]]:
    """Return the items after the one whose id `id` names (exclusive), and a Link to the next page if there is one."""
    size, start = call.number("perPage", 50), 0
    if last := call.query.get("id"):
        ids = [str(id_of(item)) for item in items]
        if last not in ids:
            raise Refusal(400, Name("id: неверное значение.", "id: incorrect value."))
        start = ids.index(last) + 1
    page = items[start : start + size]
    if start + size >= len(items):
        return page, {}
    more = urlencode({**call.query, "perPage": size, "id": id_of(page[-1])})
    return page, {"Link": f'<{call.base}{call.path}?{more}>; rel="next"'}
