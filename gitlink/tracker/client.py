"""Tracker's verbs: each is one call, a list as many as it has pages. Decides nothing; wanted states are in `goals`."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import TypeVar
from urllib.parse import quote

from gitlink.errors import Unreachable
from gitlink.tracker import models, protocol, route
from gitlink.tracker.models import Comment, Field, Issue, Status, Transition, User
from gitlink.tracker.protocol import Call, Credentials
from gitlink.transport import Response, Transport

_T = TypeVar("_T")
_MYSELF = Call("GET", "/v3/myself", "say whose token this is")
_MOST_PAGES = 200


class TrackerClient:
    """Asks one Tracker in the name of one user. Names of statuses and fields come in *language* (`ru`, `en`)."""

    def __init__(self, transport: Transport, credentials: Credentials, language: str = "en") -> None:
        self._transport = transport
        self._credentials = credentials
        self._language = language

    def myself(self) -> User:
        """Return whose token this is. https://yandex.ru/support/tracker/ru/api-ref/users/get-user-info"""
        return self._parsed(_MYSELF, models.user)

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
        return self._parsed(call, models.transitions)

    def execute(self, key: str, transition_id: str, fields: Mapping[str, object]) -> None:
        """Make a move; *fields* are those of its form, and `comment`.

        https://yandex.ru/support/tracker/ru/api-ref/issues/new-transition
        """
        # No `issue`: a 404 may as well mean that the move is not on offer.
        path = _path("issues", key, "transitions", transition_id, "_execute")
        self._parsed(Call("POST", path, f"move `{key}`", body=dict(fields)), lambda _: None)

    def set_field(self, key: str, field_id: str, value: object) -> Issue:
        """Set a field, or clear it with None, and return the issue as it is then: a field may have been ignored.

        https://yandex.ru/support/tracker/ru/api-ref/issues/patch-issue
        """
        to = f"set `{field_id}` of `{key}`"
        body = {field_id: value}
        call = Call("PATCH", _path("issues", key), to, body=body, issue=key, is_repeatable=True)
        return self._parsed(call, self._issue)

    def find_field(self, queue: str, word: str) -> Field | None:
        """Return the field with this id, key or name, a local one first; the global list is read only if need be."""
        return route.find_field(word, self.local_fields(queue)) or route.find_field(word, self.global_fields())

    def local_fields(self, queue: str) -> list[Field]:
        """Return the queue's own fields. https://yandex.ru/support/tracker/ru/api-ref/queues/get-local-fields"""
        call = Call("GET", _path("queues", queue, "localFields"), f"list the fields of queue `{queue}`")
        return self._parsed(call, models.fields)

    def global_fields(self) -> list[Field]:
        """Return the organization's fields. https://yandex.ru/support/tracker/ru/api-ref/issues/get-global-fields"""
        return self._parsed(Call("GET", "/v3/fields", "list its fields"), models.fields)

    def comments(self, key: str) -> Iterator[Comment]:
        """Yield the issue's comments, oldest first. https://yandex.ru/support/tracker/ru/api-ref/issues/get-comments"""
        call = Call("GET", _path("issues", key, "comments"), f"list the comments of `{key}`", issue=key)
        for _ in range(_MOST_PAGES):
            response = self._send(call)
            page = self._understood(call, response, models.comments)
            yield from page
            query = protocol.next_page(response)
            if not page or not query or query == call.query:
                return
            call = replace(call, query=query)

    def add_comment(self, key: str, text: str) -> Comment:
        """Write a comment. https://yandex.ru/support/tracker/ru/api-ref/issues/add-comment"""
        body = {"text": text, "markupType": "md"}
        call = Call("POST", _path("issues", key, "comments"), f"comment on `{key}`", body=body, issue=key)
        return self._parsed(call, models.comment)

    def statuses(self, language: str | None = None) -> list[Status]:
        """Return all statuses of the organization, their names in *language* (the client's own when None).

        https://yandex.ru/support/tracker/ru/api-ref/admin/get-statuses
        """
        call = Call("GET", "/v3/statuses", "list its statuses")
        return self._parsed(call, models.statuses, language)

    def _issue(self, json: object) -> Issue:
        return models.issue(json, self._credentials.web_url)

    def _parsed(self, call: Call, read: Callable[[object], _T], language: str | None = None) -> _T:
        return self._understood(call, self._send(call, language), read)

    def _send(self, call: Call, language: str | None = None) -> Response:
        return self._transport.send(protocol.request(call, self._credentials, language or self._language))

    def _understood(self, call: Call, response: Response, read: Callable[[object], _T]) -> _T:
        try:
            return read(protocol.answer(call, response, self._credentials))
        except models.Malformed as fault:
            fault.where = call.where
            raise
        except protocol.Refused as refusal:
            if refusal.status == 403:
                self._blame_organization()
            raise

    def _blame_organization(self) -> None:
        """Raise AuthError if the organization is what a 403 was about: only then /v3/myself answers it too."""
        with suppress(Unreachable):
            protocol.answer(_MYSELF, self._send(_MYSELF), self._credentials)


def _path(*parts: str) -> str:
    return "/v3/" + "/".join([quote(part, safe="") for part in parts])
