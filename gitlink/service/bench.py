"""`POST /bench`: a deploy script without a token for Tracker says where a test bench is."""

import hmac
import json
import uuid
from collections.abc import Callable
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from gitlink.core import keys, rules
from gitlink.core.policy import Policy
from gitlink.forge.reading import clean
from gitlink.service.acceptor import Acceptor
from gitlink.service.config import Config
from gitlink.service.receiver import read_limited
from gitlink.service.rows import Arrival

_LIMIT = 64 * 1024


class Bench:
    """Takes `{"issue" or "branch", "url"}`; kept like a delivery before it is answered."""

    def __init__(self, config: Config, policy: Policy, acceptor: Acceptor, wake: Callable[[], None]) -> None:
        self._config = config
        self._policy = policy
        self._acceptor = acceptor
        self._wake = wake

    async def take(self, request: Request) -> Response:
        """Take one bench link."""
        if not self._config.bench_token:
            return PlainTextResponse("off: GITLINK_BENCH_TOKEN is not set\n", 404)
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        good = self._config.bench_token.encode("utf-8", "surrogateescape")
        if scheme.lower() != "bearer" or not hmac.compare_digest(token.strip().encode("latin-1", "replace"), good):
            return PlainTextResponse("the bearer token is not right\n", 401, {"WWW-Authenticate": "Bearer"})
        body = await read_limited(request, _LIMIT)
        if isinstance(body, Response):
            return body
        issue, url, wrong = self._read(body)
        if wrong or issue is None or url is None:
            return JSONResponse({"error": wrong}, 400)
        name = clean(request.headers.get("idempotency-key", "")).strip()[:200] or str(uuid.uuid4())
        arrival = Arrival("bench", name, "deployed", None, None, issue, {"issue": issue, "url": url}, body, (issue,))
        try:
            fresh = await self._acceptor.accept(arrival)
        except Exception:
            return PlainTextResponse("not stored; send it again\n", 503, {"Retry-After": "10"})
        self._wake()
        return JSONResponse({"issue": issue, "url": url}, 202 if fresh else 200)

    def _read(self, body: bytes) -> tuple[str | None, str | None, str | None]:
        """Return issue, URL, and what is wrong with them."""
        try:
            top = json.loads(body)
        except (ValueError, RecursionError):
            top = None
        if not isinstance(top, dict):
            return None, None, 'the body must be an object like {"issue": "TEST-1", "url": "https://…"}'
        issue, branch, url = top.get("issue"), top.get("branch"), top.get("url")
        key = keys.parse(issue) if isinstance(issue, str) else None
        if key is None and isinstance(branch, str):
            key = next(iter(rules.branch_keys(branch, self._policy)), None)
        if key is None:
            return None, None, "neither `issue` nor `branch` names an issue"
        if not isinstance(url, str) or not _is_url(url):
            return key, None, "`url` is no http or https URL"
        return key, url, None


def _is_url(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and url.isprintable() and " " not in url
