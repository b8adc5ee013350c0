"""The board's addresses: the page, the part of it that changes, its style and script; nothing from elsewhere."""

from __future__ import annotations

from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from .access import language
from .messengers import Messengers
from .model import Lang
from .pages import columns, page
from .state import Tracker

_STATIC = Path(__file__).parent / "static"
_TYPES = {"board.css": "text/css; charset=utf-8", "board.js": "text/javascript; charset=utf-8"}
_CSP = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'"
_ALONE = "; form-action 'none'; frame-ancestors 'none'"  # default-src does not cover these
_HEADERS = {
    "Content-Security-Policy": _CSP + _ALONE,
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
}


class Board:
    """The page; *revision* counts the changes it has to show."""

    def __init__(self, tracker: Tracker, messengers: Messengers) -> None:
        self.tracker = tracker
        self.messengers = messengers
        self.revision = 0

    def routes(self) -> list[BaseRoute]:
        """Return the routes."""
        return [
            Route("/", self.whole),
            Route("/_sandbox/board", self.part),
            Route("/_sandbox/static/{name}", self.static),
        ]

    async def whole(self, request: Request) -> Response:
        """Show the page."""
        return _html(page(*self._asked(request)), _HEADERS)

    async def part(self, request: Request) -> Response:
        """Show the columns, or 304 if nothing has changed since the answer with that ETag."""
        tag = f'"{id(self.tracker.world)}-{self.revision}"'
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers={"ETag": tag})
        return _html(columns(*self._asked(request)), {**_HEADERS, "ETag": tag})

    def _asked(self, request: Request) -> tuple[Tracker, Messengers, Lang, str | None]:
        queue = request.query_params.get("queue")
        known = queue if queue in self.tracker.world.queues else None
        return self.tracker, self.messengers, language(request.headers), known

    async def static(self, request: Request) -> Response:
        """Send style or script."""
        name = request.path_params["name"]
        if name not in _TYPES:
            return Response(status_code=404)
        return Response((_STATIC / name).read_bytes(), headers={**_HEADERS, "Content-Type": _TYPES[name]})


def _html(text: str, headers: dict[str, str]) -> Response:
    return HTMLResponse(text.encode("utf-8", errors="replace"), headers=headers)
