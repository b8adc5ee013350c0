"""The door for forges: bounds the body, checks the signature over its raw bytes, keeps it, answers; knows no business.

An authentic delivery never gets a 4xx: GitLab switches off hooks that do
(https://docs.gitlab.com/user/project/integrations/webhooks/#auto-disabled-webhooks).
"""

import asyncio
import json
import logging
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from urllib.parse import quote_plus

from sqlalchemy.exc import OperationalError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response

from gitlink.core.policy import Policy
from gitlink.core.text import printable
from gitlink.forge.model import Forge
from gitlink.forge.signature import is_signed, is_unsigned_ping, vouching
from gitlink.service import browser
from gitlink.service.acceptor import Acceptor
from gitlink.service.arrival import arrival, gone_astray
from gitlink.service.config import Config, variable
from gitlink.service.meters import Meters
from gitlink.service.rows import Arrival

BODY_LIMIT = 5 * 1024 * 1024
DEADLINE_S = 10.0
# What is larger is judged beside the event loop.
_LARGE = 32 * 1024
# What is larger still waits in a line of its own, and only so many are in memory at a time: anybody may send them.
_HUGE = 512 * 1024
_MOST_HUGE = 20
_CLOSE = {"Connection": "close"}
_log = logging.getLogger("gitlink.receive")


class Receiver:
    """Answers `POST /hooks/<forge>`."""

    def __init__(
        self,
        config: Config,
        policy: Policy,
        acceptor: Acceptor,
        meters: Meters,
        wake: Callable[[], None],
        deadline_s: float = DEADLINE_S,
    ) -> None:
        self._config = config
        self._policy = policy
        self._acceptor = acceptor
        self._meters = meters
        self._wake = wake
        self._deadline_s = deadline_s
        self._huge = asyncio.Semaphore(_MOST_HUGE)
        self._judge_of_large = ThreadPoolExecutor(1, "gitlink-judge")
        self._judge_of_huge = ThreadPoolExecutor(1, "gitlink-judge-huge")

    async def take(self, request: Request) -> Response:
        """Take one delivery."""
        forge = request.path_params["forge"]
        answer = await self._take(forge, request)
        self._meters.received.labels(forge if self._config.is_on(forge) else "unknown", answer.status_code).inc()
        return answer

    async def _take(self, forge: Forge, request: Request) -> Response:
        if not self._config.is_on(forge):
            return PlainTextResponse("no such hook\n", 404)
        if self._config.is_insecure and (refusal := _not_from_here(request)):
            return refusal
        place = _Place(self._huge)
        try:
            return await self._receive(forge, request, place)
        finally:
            place.leave()

    async def _receive(self, forge: Forge, request: Request, place: "_Place") -> Response:
        body = await read_limited(request, BODY_LIMIT, self._deadline_s, place)
        if isinstance(body, Response):
            return body
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in request.headers.raw}
        if is_unsigned_ping(forge, headers):
            return PlainTextResponse("pong\n")
        if len(body) > _LARGE:
            # A thread of its own, so that the others are answered meanwhile.
            judge = self._judge_of_huge if len(body) > _HUGE else self._judge_of_large
            row = await asyncio.get_running_loop().run_in_executor(judge, self._judge, forge, headers, body)
        else:
            row = self._judge(forge, headers, body)
        return row if isinstance(row, Response) else await self._keep(row)

    def _judge(self, forge: Forge, headers: dict[str, str], body: bytes) -> Arrival | Response:
        """Return the row for a delivery, or what to answer at once; nothing is parsed before the signature holds."""
        good = vouching(forge, headers, body, self._config.groups(forge))
        if not (good or self._config.is_insecure):
            return _refused(forge, _doubt(forge, headers))
        row = arrival(forge, headers, body, self._policy)
        if row is None:
            return PlainTextResponse("nothing to do\n")
        is_narrowed = row.repository and self._config.repository_secrets
        if is_narrowed and self._config.group_of(forge, row.repository or "") not in good:
            return _refused(forge, f"it is signed with a secret that does not speak for {row.repository}")
        return replace(row, body=_without(row.body, [secret for group in good for secret in group]))

    async def _keep(self, row: Arrival) -> Response:
        extra = {"forge": row.forge, "delivery": row.delivery}
        try:
            fresh = await self._acceptor.accept(row)
        except Exception as error:
            _log.exception("not stored", extra=extra)
            if isinstance(error, OperationalError) or row.reason:
                return PlainTextResponse("not stored; send it again\n", 503, {"Retry-After": "10"})
            # The same again would end the same; what the forge sees must not be a hook that fails.
            reason = f"it could not be stored: {type(error).__name__}"
            return await self._keep(
                Arrival(row.forge, row.delivery, None, None, None, None, {}, row.body, reason=reason)
            )
        _log.info(
            "accepted" if fresh else "repeated",
            extra={"forge": row.forge, "delivery": row.delivery, "event": row.event, "issue": row.issue},
        )
        if not fresh:
            return PlainTextResponse("known already\n")
        self._wake()
        return PlainTextResponse(f"kept; {row.reason}\n" if row.reason else "kept\n", 202)


class _Place:
    """One of the few that there are in memory for the rest of a huge body, once its first part has come."""

    def __init__(self, places: asyncio.Semaphore) -> None:
        self._places = places
        self._is_taken = False
        self.is_waiting = False

    async def take(self) -> None:
        """Wait for a place, unless it is taken already."""
        if not self._is_taken:
            self.is_waiting = True
            await self._places.acquire()
            self._is_taken, self.is_waiting = True, False

    def leave(self) -> None:
        """Give the place back, if it was taken."""
        if self._is_taken:
            self._places.release()


def _without(body: bytes, secrets: list[str]) -> bytes:
    """Return what is kept of *body*: Gitea before 1.14 writes the webhook's secret into it, as JSON or as a form.

    Go escapes `<`, `>` and `&`, and nothing for not being ASCII: https://pkg.go.dev/encoding/json#Marshal
    """
    for secret in sorted(secrets, key=len, reverse=True):  # one may begin with another
        plain = json.dumps(secret, ensure_ascii=False)[1:-1]
        written = re.sub("[<>&]", lambda sign: f"\\u{ord(sign[0]):04x}", plain).encode("utf-8", "surrogateescape")
        for name, value in ((rb'"secret":\s*"', written), (rb"%22secret%22%3A[+]*%22", quote_plus(written).encode())):
            body = re.sub(b"(" + name + b")" + re.escape(value), rb"\1***", body)
    return body


def _not_from_here(request: Request) -> Response | None:
    """Refuse what no signature proves and a page in a browser may have sent."""
    if browser.is_named_loopback(request):
        return browser.foreign(request)
    return PlainTextResponse("unsigned deliveries are taken by a name of this machine only, such as localhost\n", 403)


def _refused(forge: Forge, why: str) -> Response:
    """Return an answer that tells nothing; why, stands in the log alone."""
    _log.warning("refused: no valid signature", extra={"forge": forge, "why": printable(why)})
    return Response(status_code=401)


def _doubt(forge: Forge, headers: dict[str, str]) -> str:
    """Return, for the log alone, why a delivery proves nothing, and what to do."""
    names = f"{variable(forge)} or GITLINK_WEBHOOK_SECRET"
    if not is_signed(forge, headers):
        plain = f"it is not signed: give the forge's webhook the secret in {names}"
    else:
        plain = f"it is signed with another secret than is in {names} here"
    return gone_astray(forge, headers) or plain


async def read_limited(
    request: Request, limit: int, deadline_s: float = DEADLINE_S, place: _Place | None = None
) -> bytes | Response:
    """Return the body, or what to answer where it is longer than *limit* or takes longer than *deadline_s*.

    A length that is announced is believed, and such a body is not read.
    """
    try:
        async with asyncio.timeout(deadline_s):
            body = await _read(request, limit, place)
    except TimeoutError:
        if place is not None and place.is_waiting:  # nobody's fault who sent it
            return PlainTextResponse("busy; send it again\n", 503, {"Retry-After": "10", **_CLOSE})
        return PlainTextResponse("too slow\n", 408, _CLOSE)
    except ClientDisconnect:
        return Response(status_code=400)
    return PlainTextResponse("too large\n", 413, _CLOSE) if body is None else body


async def _read(request: Request, limit: int, place: _Place | None) -> bytes | None:
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and (len(announced) > 19 or int(announced) > limit):
        return None
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > limit:
            return None
        if size > _HUGE and place is not None:
            await place.take()
        parts.append(part)
    return b"".join(parts)
