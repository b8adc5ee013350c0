"""Handlers become Starlette routes: the request is read, its sender found, refusals become answers."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from . import (
    attachments,
    bulk,
    catalog,
    comments,
    fields,
    issues,
    links,
    queues,
    remotelinks,
    search,
    triggers,
    worklogs,
)
from .access import NoAuthorization, WrongOrganization, authenticate, language, refused, wrong_organization
from .call import Call, Handler, Moved, Reply
from .model import Name, Refusal, User
from .parameters import check_parameters
from .state import Tracker

VERSIONS = ("v2", "v3")
_PARTS = (catalog, fields, queues, search, issues, comments, worklogs, links, remotelinks, attachments, bulk, triggers)
_ROUTES = [route for part in _PARTS for route in part.ROUTES]
_READING = ("/_search", "/_count", "/_findByUnique")  # asked with POST, changes nothing


def api_routes(tracker: Tracker, changed: Callable[[], None]) -> list[BaseRoute]:
    """Return the API's routes, the same under each version; *changed* is called after every write."""
    return [Mount(f"/{version}", routes=list(_routes(tracker, changed, version))) for version in VERSIONS]


def refuse_http(request: Request, fault: Exception) -> Response:
    """Answer an unknown path or method with the error envelope."""
    assert isinstance(fault, HTTPException)
    text = Name("Метод не поддерживается.", "Method not allowed.") if fault.status_code == 405 else None
    text = text or Name("Ресурс не найден.", "Resource not found.")
    return respond(refused(Refusal(fault.status_code, text), language(request.headers)))


def respond(reply: Reply) -> Response:
    """Return *reply* as an HTTP answer."""
    if reply.body is None:
        return Response(status_code=reply.status, headers=reply.headers)
    if isinstance(reply.body, bytes):
        return Response(reply.body, reply.status, reply.headers)
    text = json.dumps(reply.body, ensure_ascii=False, separators=(",", ":"))
    content = text.encode("utf-8", errors="replace")
    return Response(content, reply.status, reply.headers, "application/json;charset=utf-8")


def _routes(tracker: Tracker, changed: Callable[[], None], version: str) -> Iterable[BaseRoute]:
    for method, path, handler in _ROUTES:
        yield Route(path, _endpoint(handler, tracker, changed, version), methods=[method])


def _endpoint(
    handler: Handler, tracker: Tracker, changed: Callable[[], None], version: str
) -> Callable[[Request], object]:
    async def endpoint(request: Request) -> Response:
        body = await request.body()
        try:
            user = authenticate(tracker.world, request.headers)
            _check_licence(request, user)
            check_parameters(tracker.world.switches, request.query_params)
            reply = handler(_call(request, tracker, user, version, body))
        except NoAuthorization:
            return PlainTextResponse("Authorization required", 401)
        except WrongOrganization:
            return respond(wrong_organization())
        except Refusal as refusal:
            return respond(refused(refusal, language(request.headers)))
        except Moved as moved:
            return Response(status_code=302, headers={"Location": moved.location})
        if request.method not in {"GET", "HEAD"} and not request.url.path.endswith(_READING):
            changed()
        return respond(reply)

    return endpoint


def _check_licence(request: Request, user: User) -> None:
    if request.method not in {"GET", "HEAD"} and not user.licensed and not request.url.path.endswith(_READING):
        raise Refusal(403, Name("Нет прав на изменение.", "You may only read."))


def _call(request: Request, tracker: Tracker, user: User, version: str, body: bytes) -> Call:
    multipart = request.headers.get("content-type", "").lower().startswith("multipart/")
    return Call(
        tracker=tracker,
        user=user,
        lang=language(request.headers),
        base=f"{request.url.scheme}://{request.url.netloc}/{version}",
        path=request.url.path.removeprefix(f"/{version}"),
        args=request.path_params,
        query=dict(request.query_params),
        headers=request.headers,
        raw=body,
        body=None if multipart else _json(body),
    )


def _json(body: bytes) -> object:
    if not body.strip():
        return None
    try:
        return json.loads(body, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Refusal(400, Name("Тело запроса не JSON.", "The request body is not JSON.")) from None


def _no_constant(word: str) -> object:
    raise ValueError(f"{word} is not JSON")
