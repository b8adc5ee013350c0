"""Who may talk to the sandbox at all; asked before anything else looks at a request, and before it is written down.

A page of another site can make its reader's browser send requests to this machine, also under a name of its own that
leads here (https://owasp.org/www-community/attacks/DNS_Rebinding). So a request must be addressed to a loopback name or
address with the sandbox's own port; nothing that a browser sends for another site is answered, but for a link to the
board; and what steers (`/_sandbox/`) wants a token, because everybody on this machine can connect. Open without it:
the board, which shows and changes nothing (a token in its page would be everybody's), and the two messengers, whose
addresses are their secrets as with the real ones.
"""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

VARIABLE = "GITLINK_SANDBOX_TOKEN"
HEADER = "X-Sandbox-Token"
MESSENGERS = ("/_sandbox/slack/", "/_sandbox/telegram/")
_BOARD, _OPEN = "/_sandbox/board", ("/_sandbox/static/", *MESSENGERS)
_SCHEMES = ("bearer", "oauth", "token")
_STATE = "/_sandbox/state"  # a whole world, files included
_LARGEST, _LARGEST_STATE, _LARGEST_MESSAGE = 8 * 2**20, 64 * 2**20, 256 * 2**10  # bytes of a body


class _TooLarge(Exception):
    """A body goes on beyond its limit."""


class Guard:
    """The outermost layer; *token* is what `/_sandbox/` asks for."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        self.app = app
        self._token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or say why not."""
        if scope["type"] != "http":
            return
        headers = Headers(scope=scope)
        refusal = _misdirected(scope, headers) or _foreign(scope, headers) or self._without_token(scope, headers)
        if refusal is None:
            refusal = await self._passed(scope, headers, receive, send)
        if refusal is not None:
            await refusal(scope, receive, send)

    def _without_token(self, scope: Scope, headers: Headers) -> Response | None:
        path: str = scope["path"]
        if not path.startswith("/_sandbox") or path == _BOARD or path.startswith(_OPEN):
            return None
        if any([hmac.compare_digest(given.encode("latin-1"), self._token.encode()) for given in _given(headers)]):
            return None
        text = f"this needs the sandbox's token: send the header {HEADER}: ${VARIABLE}, which the sandbox printed"
        return JSONResponse({"error": text}, 401, {"WWW-Authenticate": "Bearer"})

    async def _passed(self, scope: Scope, headers: Headers, receive: Receive, send: Send) -> Response | None:
        """Hand the request on, its body only up to a limit; return the answer to one that is too large."""
        most = _most(scope["path"])
        length, read, begun = headers.get("content-length", ""), 0, False
        if length.isdigit() and (len(length) > 12 or int(length) > most):
            return _too_large(most)

        async def limited() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > most:
                raise _TooLarge
            return message

        async def noted(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self.app(scope, limited, noted)
        except _TooLarge:
            if begun:
                raise
            return _too_large(most)
        return None


def _given(headers: Headers) -> Iterable[str]:
    yield from headers.getlist(HEADER)
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() in _SCHEMES:
        yield token.strip()


def _most(path: str) -> int:
    if path.startswith(MESSENGERS):
        return _LARGEST_MESSAGE
    return _LARGEST_STATE if path == _STATE else _LARGEST


def _too_large(most: int) -> Response:
    return PlainTextResponse(f"the body is too large: at most {most} bytes\n", 413, {"Connection": "close"})


def _misdirected(scope: Scope, headers: Headers) -> Response | None:
    """Refuse what is not addressed to a loopback name or address and the port it came in by."""
    port = scope["server"][1]
    if headers.getlist("host") and all([_is_own(host, port) for host in headers.getlist("host")]):
        return None
    text = f"this is a sandbox of gitlink; it answers to 127.0.0.1:{port} and localhost:{port} only\n"
    return PlainTextResponse(text, 421)


def _is_own(host: str, port: int) -> bool:
    try:
        parts = urlsplit(f"//{host}")
        name = parts.hostname or ""
        is_here = name == "localhost" or ipaddress.ip_address(name).is_loopback
        return is_here and parts.netloc == host and parts.username is None and (parts.port or 80) == port
    except ValueError:
        return False


def _foreign(scope: Scope, headers: Headers) -> Response | None:
    """Refuse what a browser sends for another site; a link to the board may stand anywhere.

    https://developer.mozilla.org/docs/Web/HTTP/Headers/Sec-Fetch-Site ; a browser without it sends `Origin` with
    whatever can change something. Programs send neither.
    """
    site, own = headers.get("sec-fetch-site", "none"), f"http://{headers['host'].lower()}"
    if scope["path"] == "/" and scope["method"] in ("GET", "HEAD"):
        return None
    if site in ("none", "same-origin") and all([origin == own for origin in headers.getlist("origin")]):
        return None
    return PlainTextResponse("a page of another site may not use the sandbox\n", 403)
