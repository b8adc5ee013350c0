"""One call of the API as a handler sees it, and the reply it gives; opens no socket."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import urlencode

from .model import Lang, Name, Queue, Refusal, User
from .records import Issue
from .render import View
from .state import Tracker

T = TypeVar("T")

_NOT_A_NUMBER = Name("Параметр должен быть положительным числом.", "The parameter must be a positive number.")
_FORMAT = Name("Неверный формат данных.", "Incorrect data format.")


class Moved(Exception):
    """The issue was asked for by a key of before a move, and the sandbox is switched to redirect."""

    def __init__(self, location: str) -> None:
        super().__init__(location)
        self.location = location


@dataclass(slots=True)
class Reply:
    """What a handler answers; *body* becomes JSON, bytes are sent as they are, None is no body."""

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
    raw: bytes = b""
    body: object = None

    @property
    def view(self) -> View:
        """Return the caller's view of the world."""
        return View(self.tracker.world, self.base, self.lang)

    def issue(self) -> Issue:
        """Return the issue that the path names."""
        return self.tracker.issue(self.args["key"])

    def queue(self) -> Queue:
        """Return the queue that the path names."""
        return self.tracker.queue(self.args["queue"])

    def administered_queue(self) -> Queue:
        """Return the queue that the path names; raise Refusal if the caller has no right to its settings."""
        queue = self.queue()
        if not (self.user.admin or queue.lead == self.user.uid):
            raise Refusal(403, Name("Недостаточно прав.", "Not enough rights."))
        return queue

    def fields(self) -> dict[str, object]:
        """Return the body, which must be an object; none counts as an empty one."""
        if self.body is None:
            return {}
        if not isinstance(self.body, dict):
            raise Refusal(400, Name("Тело запроса должно быть объектом.", "The request body must be an object."))
        return self.body

    def known_fields(self, known: set[str], *, needed: Sequence[str] = ()) -> dict[str, object]:
        """Return the body of a fixed shape: a key outside *known* is 422, a *needed* one that is missing too."""
        body = self.fields()
        wrong = dict.fromkeys(body.keys() - known, _FORMAT)
        wrong |= {key: Name("Поле обязательно.", "The field is required.") for key in needed if not body.get(key)}
        if wrong:
            raise Refusal(422, errors=wrong)
        return body

    def words(self, name: str) -> set[str]:
        """Return the words of a query parameter that is a comma list."""
        return {word for word in self.query.get(name, "").split(",") if word}

    def number(self, name: str, default: int, *, most: int | None = None) -> int:
        """Return a query parameter that is a positive number."""
        text = self.query.get(name) or str(default)
        if not (text.isascii() and text.isdigit() and int(text) > 0 and int(text) <= (most or int(text))):
            raise Refusal(400, Name(f"{name}: {_NOT_A_NUMBER.ru}", f"{name}: {_NOT_A_NUMBER.en}"))
        return int(text)

    def check_version(self, current: int, *, stale: int = 409, required: bool = False) -> None:
        """Raise Refusal if `?version=` or `If-Match` names another version than *current*, or none where one must."""
        asked = self.query.get("version", self.headers.get("if-match", "")).strip().removeprefix("W/").strip('"')
        if asked == "" and required:
            raise Refusal(428, Name("Не указана версия.", "The version is missing: give ?version= or If-Match."))
        if asked in ("", "*"):
            return
        if not (asked.isascii() and asked.isdigit()):
            raise Refusal(400, Name(f"version: {_NOT_A_NUMBER.ru}", f"version: {_NOT_A_NUMBER.en}"))
        if int(asked) != current:
            raise Refusal(stale, Name("Объект был изменён.", f"The object has changed: its version is {current}."))


Handler = Callable[[Call], Reply]


def by_page(call: Call, items: Sequence[T]) -> tuple[Sequence[T], dict[str, str]]:
    """Return the page of *items* that `page` and `perPage` ask for; headers count them and link to the next.

    The link `seek` with a literal `{&page}` is what the official client builds any page's address from.
    """
    size, page = call.number("perPage", 50), call.number("page", 1)
    if page * size > max(10_000, size):
        text = Name("Больше 10000 результатов: нужна прокрутка.", "More than 10000 results need scrolling.")
        raise Refusal(400, text)
    pages = max(1, -(-len(items) // size))
    kept = urlencode({key: value for key, value in call.query.items() if key != "page"} | {"perPage": str(size)})
    url = f"{call.base}{call.path}?{kept}"
    links = [f'<{url}&page=1>; rel="first"', f'<{url}{{&page}}>; rel="seek"', f'<{url}&page={pages}>; rel="last"']
    if page < pages:
        links.append(f'<{url}&page={page + 1}>; rel="next"')
    headers = {"X-Total-Pages": str(pages), "X-Total-Count": str(len(items)), "Link": ", ".join(links)}
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
