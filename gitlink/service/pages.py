"""Pages for the person who asks why nothing happened: the deliveries, and one delivery's story."""

import hmac
import secrets
from base64 import b64decode
from binascii import Error as NoBase64
from collections.abc import Callable
from datetime import UTC, datetime

from jinja2 import Environment, PackageLoader, select_autoescape
from sqlalchemy.exc import OperationalError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from gitlink.core.text import printable, shorten
from gitlink.forge.reading import clean
from gitlink.service import browser, peer
from gitlink.service.config import Config
from gitlink.service.desk import Desk
from gitlink.service.guesses import Guesses
from gitlink.service.rows import ACTIVE, STATES, Delivery

_PAGE = 50
_COOKIE = "gitlink-known"
_SHOWN_BYTES = 100_000
_LONGEST_NUMBER = 18  # digits that a database column holds
_NOT_THERE = PlainTextResponse("no such delivery\n", 404)
# What proxies add; one that adds nothing and keeps no name cannot be told from a person here.
# https://developer.mozilla.org/docs/Web/HTTP/Headers/Forwarded
_FORWARDED = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip")
_SAFE = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'",
    # Not `no-referrer`, with which the pages' own buttons send `Origin: null`.
    # https://fetch.spec.whatwg.org/#append-a-request-origin-header
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cache-Control": "no-store",
}


class Pages:
    """Answers `/` and what hangs below it."""

    def __init__(self, config: Config, desk: Desk) -> None:
        self._config = config
        self._desk = desk
        self._guesses = Guesses()
        self._cookie = secrets.token_urlsafe()
        self._acts = {"retry": desk.retry, "skip": desk.skip}
        self._templates = Environment(
            loader=PackageLoader("gitlink.service"), autoescape=select_autoescape(default=True), trim_blocks=True
        )
        self._templates.filters |= {"iso": _iso, "ago": _ago, "why": _why}

    async def deliveries(self, request: Request) -> Response:
        """Show the list, searched and filtered."""
        refusal = await self._refusal(request)
        return refusal if refusal is not None else await _told(self._deliveries, request)

    async def delivery(self, request: Request) -> Response:
        """Show one delivery."""
        refusal = await self._refusal(request)
        return refusal if refusal is not None else await _told(self._delivery, _number(request.path_params["seq"]))

    async def act(self, request: Request) -> Response:
        """Try one delivery again or skip it, and show it."""
        refusal = await self._refusal(request) or browser.foreign(request)
        if refusal is not None:
            return refusal
        seq, act = _number(request.path_params["seq"]), self._acts.get(request.path_params["what"])
        if act is None or seq is None:
            return _NOT_THERE

        def done() -> Response:
            act(seq)
            return RedirectResponse(f"/deliveries/{seq}", 303)

        return await _told(done)

    def _deliveries(self, request: Request) -> Response:
        asked = request.query_params
        state, words, before = asked.get("state", ""), clean(asked.get("q", "")).strip()[:200], asked.get("before", "")
        rows = self._desk.listing(
            states=[state] if state in STATES else [],
            words=words or None,
            limit=_PAGE + 1,
            before=_number(before),
        )
        return self._page(
            "deliveries.html",
            rows=rows[:_PAGE],
            older=rows[_PAGE - 1].seq if len(rows) > _PAGE else None,
            counts=self._desk.counts(),
            gate=self._desk.gate(),
            oldest=self._desk.oldest_waiting_s(),
            q=words,
            state=state,
        )

    def _delivery(self, seq: int | None) -> Response:
        row = self._desk.get(seq) if seq is not None else None
        if row is None:
            return _NOT_THERE
        return self._page(
            "delivery.html",
            row=row,
            body=row.body[:_SHOWN_BYTES].decode("utf-8", "replace"),
            proof="token" if row.forge in ("bench", "notify") else "signature",
            can_retry=row.state != "running",
            can_skip=row.state in (*ACTIVE, "failed"),
        )

    def _page(self, name: str, **values: object) -> Response:
        page = HTMLResponse(self._templates.get_template(name).render(**values), headers=_SAFE)
        if self._config.admin_password:
            page.set_cookie(_COOKIE, self._cookie, httponly=True, samesite="strict")
        return page

    async def _refusal(self, request: Request) -> Response | None:
        """Return the answer to whoever may not see this, None to who may.

        Without a password only this user of this machine is let in, and only by a name of the machine's own: else a
        page elsewhere could reach in through a name that leads here
        (https://owasp.org/www-community/attacks/DNS_Rebinding).
        """
        if self._config.admin_password:
            return self._unlocked(request, self._config.admin_password)
        is_direct = not any([name in request.headers for name in _FORWARDED])
        if self._config.is_loopback and is_direct and browser.is_named_loopback(request):
            # A thread of its own: the tables of a busy machine are long.
            return _refused("as another user") if await run_in_threadpool(_is_another_user, request) else None
        return _refused("from elsewhere")

    def _unlocked(self, request: Request, password: str) -> Response | None:
        """Return the answer to whoever has not the password, None to who has; too many guesses are not looked at.

        Whoever has been in before is known by a cookie, and is not kept out by others' guesses from behind one proxy.
        """
        header = request.headers.get("authorization", "")
        is_known = hmac.compare_digest(request.cookies.get(_COOKIE, "").encode(), self._cookie.encode())
        who = request.client.host if request.client else ""
        if header and not is_known and not self._guesses.may_try(who):
            return PlainTextResponse("too many wrong passwords; wait a moment\n", 429, {"Retry-After": "2"})
        if _has_password(header, password):
            return None
        if header:
            self._guesses.was_wrong(who)
        return PlainTextResponse("a password is needed\n", 401, {"WWW-Authenticate": 'Basic realm="gitlink"'})


def _number(text: str) -> int | None:
    """Read a delivery's number; anybody may put anything in its place."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER else None


async def _told(page: Callable[..., Response], *words: object) -> Response:
    """Make a page in a thread, or say that the database is away."""
    try:
        return await run_in_threadpool(page, *words)
    except OperationalError:
        return PlainTextResponse("the database does not answer\n", 503)


def _has_password(header: str, password: str) -> bool:
    scheme, _, coded = header.partition(" ")
    try:
        given = b64decode(coded.strip(), validate=True).partition(b":")[2]
    except (NoBase64, ValueError):
        return False
    return scheme.lower() == "basic" and hmac.compare_digest(given, password.encode("utf-8", "surrogateescape"))


def _refused(how: str) -> Response:
    return PlainTextResponse(f"set GITLINK_ADMIN_PASSWORD for the service to see these pages {how}\n", 403)


def _is_another_user(request: Request) -> bool:
    own = request.scope.get("server")
    return own is None or request.client is None or peer.is_another_user(request.client.port, own[1])


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def _ago(seconds: float) -> str:
    if seconds < 3600:
        return f"{seconds / 60:.0f} minutes"
    return f"{seconds / 3600:.0f} hours" if seconds < 48 * 3600 else f"{seconds / 86400:.0f} days"


def _why(row: Delivery) -> str:
    """Return the one line that tells why it stands as it does."""
    last = row.story[-1]["what"] if row.story else ""
    return shorten(printable(row.error if row.error and row.state != "done" else last), 200)
