"""Tracker's verbs: each is one call, a list as many as it has pages. Decides nothing; wanted states are in `goals`."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import TypeVar
from urllib.parse import quote

from gitlink.core import duration
from gitlink.errors import Unreachable
from gitlink.tracker import protocol, reading, route
from gitlink.tracker.access import Credentials
from gitlink.tracker.call import Call
from gitlink.tracker.clock import Clock
from gitlink.tracker.models import (
    Change,
    Comment,
    Field,
    Issue,
    Link,
    Queue,
    Resolution,
    Status,
    Transition,
    User,
    Worklog,
)
from gitlink.tracker.refusal import Refused
from gitlink.transport.model import Response
from gitlink.transport.paging import Pages
from gitlink.transport.send import Transport

LANGUAGES = ("en", "ru")
_T = TypeVar("_T")
_MYSELF = Call("GET", "/v3/myself", "say whose token this is")
_MOST_PAGES = 200


class TrackerClient:
    """Asks one Tracker in the name of one user. Names of statuses and fields come in *language* (`ru`, `en`)."""

    def __init__(
        self,
        transport: Transport,
        credentials: Credentials,
        language: str = "en",
        seen: Callable[[Issue], None] = lambda _: None,
    ) -> None:
        """*seen* is told every issue that is read."""
        self._transport = transport
        self._credentials = credentials
        self._language = language
        self._seen = seen
        self.clock = Clock()

    def renew(self) -> None:
        """Begin a new budget of time, as for a new command."""
        self._transport.renew()

    def myself(self) -> User:
        """Return whose token this is. https://yandex.ru/support/tracker/ru/api-ref/users/get-user-info"""
        return self._parsed(_MYSELF, reading.user)

    def issue(self, key: str) -> Issue:
        """Return the issue; a moved one comes with its new key.

        https://yandex.ru/support/tracker/ru/api-ref/issues/get-issue
        """
        return self._parsed(Call("GET", _path("issues", key), f"show `{key}`", issue=key), self._issue)

    def transitions(self, key: str) -> list[Transition]:
        """Return the moves that the issue's workflow offers now, to this user.

        https://yandex.ru/support/tracker/ru/api-ref/issues/get-transitions
        """
        call = Call("GET", _path("issues", key, "transitions"), f"list the moves of `{key}`", issue=key)
        return self._parsed(call, reading.each(reading.transition))

    def execute(self, key: str, transition_id: str, fields: Mapping[str, object]) -> None:
        """Make a move; *fields* are those of its form, and `comment`.

        https://yandex.ru/support/tracker/ru/api-ref/issues/new-transition
        """
        # No `issue`: a 404 may as well mean that the move is not on offer.
        path = _path("issues", key, "transitions", transition_id, "_execute")
        # What it answers is of no use but to tell an answer of Tracker's from another's.
        self._parsed(Call("POST", path, f"move `{key}`", body=dict(fields)), reading.each(reading.transition))

    def set_field(self, key: str, field_id: str, value: object) -> Issue:
        """Set a field, or clear it with None, and return the issue as it is then: a field may have been ignored.

        https://yandex.ru/support/tracker/ru/api-ref/issues/patch-issue
        """
        to = f"set `{field_id}` of `{key}`"
        body = {field_id: value}
        call = Call("PATCH", _path("issues", key), to, body=body, issue=key, is_repeatable=True)
        return self._parsed(call, self._issue)

    def find_field(self, queue: str | None, word: str) -> Field | None:
        """Return the field with this id, key or name, a local one first; each list is read only if need be.

        Names count in every language, one's own first. Without a *queue* only global fields are looked at.
        """
        for language in (self._language, *[other for other in LANGUAGES if other != self._language]):
            local = route.find_field(word, self.local_fields(queue, language)) if queue else None
            found = local or route.find_field(word, self.global_fields(language))
            if found:
                return found
        return None

    def local_fields(self, queue: str, language: str | None = None) -> list[Field]:
        """Return the queue's own fields. https://yandex.ru/support/tracker/ru/api-ref/queues/get-local-fields"""
        call = Call("GET", _path("queues", queue, "localFields"), f"list the fields of queue `{queue}`")
        return self._parsed(call, reading.each(reading.issue_field), language)

    def global_fields(self, language: str | None = None) -> list[Field]:
        """Return the organization's fields. https://yandex.ru/support/tracker/ru/api-ref/issues/get-global-fields"""
        return self._parsed(Call("GET", "/v3/fields", "list its fields"), reading.each(reading.issue_field), language)

    def comments(self, key: str) -> Iterator[Comment]:
        """Yield the issue's comments, oldest first. https://yandex.ru/support/tracker/ru/api-ref/issues/get-comments"""
        call = Call("GET", _path("issues", key, "comments"), f"list the comments of `{key}`", issue=key)
        return self._paged(call, reading.comment)

    def add_comment(self, key: str, text: str) -> Comment:
        """Write a comment. https://yandex.ru/support/tracker/ru/api-ref/issues/add-comment"""
        body = {"text": text, "markupType": "md"}
        call = Call("POST", _path("issues", key, "comments"), f"comment on `{key}`", body=body, issue=key)
        return self._parsed(call, reading.comment)

    def worklogs(self, key: str) -> Iterator[Worklog]:
        """Yield the records of work. https://yandex.ru/support/tracker/ru/api-ref/issues/issue-worklog"""
        call = Call("GET", _path("issues", key, "worklog"), f"list the work on `{key}`", issue=key)
        return self._paged(call, reading.worklog)

    def add_worklog(self, key: str, minutes: int, start: datetime, comment: str | None) -> Worklog:
        """Record work. https://yandex.ru/support/tracker/ru/api-ref/issues/new-worklog"""
        body = {"start": _timestamp(start), "duration": duration.iso(minutes)}
        body |= {"comment": comment} if comment else {}
        call = Call("POST", _path("issues", key, "worklog"), f"record work on `{key}`", body=body, issue=key)
        return self._parsed(call, reading.worklog)

    def links(self, key: str) -> list[Link]:
        """Return the issue's links. https://yandex.ru/support/tracker/ru/api-ref/issues/get-links"""
        call = Call("GET", _path("issues", key, "links"), f"list the links of `{key}`", issue=key)
        return self._parsed(call, reading.each(reading.link))

    def add_link(self, key: str, other: str, relationship: str) -> Link:
        """Link two issues. https://yandex.ru/support/tracker/ru/api-ref/issues/link-issue"""
        body = {"relationship": relationship, "issue": other}
        call = Call("POST", _path("issues", key, "links"), f"link `{key}` to `{other}`", body=body)
        return self._parsed(call, reading.link)

    def changes(self, key: str, field_id: str) -> Iterator[Change]:
        """Yield the changes of one field of the issue, oldest first.

        https://yandex.ru/support/tracker/ru/api-ref/issues/get-changelog
        """
        path = _path("issues", key, "changelog")
        call = Call("GET", path, f"show the history of `{key}`", {"field": field_id}, issue=key)
        return self._paged(call, reading.change)

    def search(self, filter: Mapping[str, object], *, order: str = "-updated", most: int = 50) -> list[Issue]:
        """Return issues, *most* of them. https://yandex.ru/support/tracker/ru/api-ref/issues/search-issues"""
        query = {"perPage": str(most)}
        body = {"filter": dict(filter), "order": order}
        call = Call("POST", "/v3/issues/_search", "search its issues", query, body, is_repeatable=True)
        return self._parsed(call, reading.each(self._issue))

    def issue_in(self, like: Issue, status: Status) -> Issue | None:
        """Return an issue of the same queue and type in *status*, None where there is none."""
        filter = {"queue": like.queue, "status": status.key} | ({"type": like.type} if like.type else {})
        return next(iter(self.search(filter, most=1)), None)

    def queues(self) -> Iterator[Queue]:
        """Yield the queues this user sees. https://yandex.ru/support/tracker/ru/api-ref/queues/get-queues"""
        call = Call("GET", "/v3/queues", "list its queues", {"perPage": "100"})
        pages = Pages(call.where)
        for page in range(1, _MOST_PAGES):
            response, found = self._page(replace(call, query={"page": str(page), **call.query}), reading.queue, pages)
            yield from found
            if page >= protocol.pages(response):
                return

    def queue(self, key: str) -> Queue:
        """Return the queue with its workflows. https://yandex.ru/support/tracker/ru/api-ref/queues/get-queue"""
        call = Call("GET", _path("queues", key), f"show queue `{key}`", {"expand": "workflows"})
        return self._parsed(call, reading.queue)

    def workflow_of(self, issue: Issue) -> str | None:
        """Return the id of the workflow that *issue* follows, None where Tracker does not tell."""
        workflows = self.queue(issue.queue).workflows
        names = [name for name, types in workflows.items() if issue.type in types]
        return names[0] if names else next(iter(workflows), None) if len(workflows) == 1 else None

    def workflow(self, name: str) -> dict[str, list[Status]]:
        """Return where a workflow leads from each status, by the status's key.

        GET /v3/workflows/{id} stands in no documentation; others read it
        (https://github.com/bim-ba/ycli).
        """
        return self._parsed(Call("GET", _path("workflows", name), f"show workflow `{name}`"), reading.workflow)

    def resolutions(self, language: str | None = None) -> list[Resolution]:
        """Return the resolutions. https://yandex.ru/support/tracker/ru/api-ref/admin/get-resolutions"""
        call = Call("GET", "/v3/resolutions", "list its resolutions")
        return self._parsed(call, reading.each(reading.resolution), language)

    def create_field(self, body: Mapping[str, object], queue: str | None = None) -> Field:
        """Create a field: the organization's, or a queue's own.

        https://yandex.ru/support/tracker/ru/api-ref/issues/create-field ,
        https://yandex.ru/support/tracker/ru/api-ref/queues/create-local-field
        """
        path = _path("queues", queue, "localFields") if queue else "/v3/fields"
        where = f"in queue `{queue}`" if queue else "for all queues"
        return self._parsed(Call("POST", path, f"create a field {where}", body=dict(body)), reading.issue_field)

    def field_categories(self) -> list[str]:
        """Return the ids of the categories a field can be in.

        https://yandex.ru/support/tracker/ru/api-ref/issues/get-field-categories
        """
        call = Call("GET", "/v3/fields/categories", "list the categories of its fields")
        return self._parsed(call, reading.each(reading.identifier))

    def statuses(self, language: str | None = None) -> list[Status]:
        """Return all statuses of the organization, their names in *language* (the client's own when None).

        https://yandex.ru/support/tracker/ru/api-ref/admin/get-statuses
        """
        call = Call("GET", "/v3/statuses", "list its statuses")
        return self._parsed(call, reading.each(reading.status), language)

    def ask(self, call: Call, read: Callable[[object], _T], language: str | None = None) -> _T:
        """Make a call that has no verb here, and return what *read* makes of its answer. *language*: see `statuses`."""
        return self._parsed(call, read, language)

    def _issue(self, json: object) -> Issue:
        read = reading.issue(json, self._credentials.web_url)
        self._seen(read)
        return read

    def _paged(self, call: Call, read: Callable[[object], _T]) -> Iterator[_T]:
        """Yield what a list holds, page by page, as its header `Link` leads."""
        pages = Pages(call.where)
        for _ in range(_MOST_PAGES):
            response, page = self._page(call, read, pages)
            yield from page
            query = protocol.next_page(response)
            if not page or not query or query == call.query:
                return
            call = replace(call, query={**call.query, **query})

    def _page(self, call: Call, read: Callable[[object], _T], pages: Pages) -> tuple[Response, list[_T]]:
        response = self._send(call)
        with self._transport.counting():
            page = self._understood(call, response, reading.each(read))
        pages.add(response, len(page))
        return response, page

    def _parsed(self, call: Call, read: Callable[[object], _T], language: str | None = None) -> _T:
        return self._understood(call, self._send(call, language), read)

    def _send(self, call: Call, language: str | None = None) -> Response:
        sent = datetime.now(UTC)
        response = self._transport.send(protocol.request(call, self._credentials, language or self._language))
        date = protocol.server_time(response)
        if date is not None:
            self.clock.note(sent, datetime.now(UTC), date)
        return response

    def _understood(self, call: Call, response: Response, read: Callable[[object], _T]) -> _T:
        try:
            return read(protocol.answer(call, response, self._credentials))
        except reading.Malformed as fault:
            fault.where = call.where
            raise
        except Refused as refusal:
            if refusal.status == 403:
                self._blame_organization()
            raise

    def _blame_organization(self) -> None:
        """Raise AuthError if the organization is what a 403 was about: only then /v3/myself answers it too."""
        with suppress(Unreachable):
            protocol.answer(_MYSELF, self._send(_MYSELF), self._credentials)


def _path(*parts: str) -> str:
    return "/v3/" + "/".join([quote(part, safe="") for part in parts])


def _timestamp(moment: datetime) -> str:
    """Spell an aware time as Tracker does: milliseconds, and an offset without a colon."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "+0000"
