"""A Slack and a Telegram for triggers to post to: they answer as the real ones do and keep what they were told.

Base addresses: `/_sandbox/slack` (`/services/T0/B0/x`, `/api/chat.postMessage`) and `/_sandbox/telegram`
(`/bot1:token/sendMessage`). A last part of a Slack address that is one of Slack's words gets that error, and so do the
Telegram chats `chat_not_found`, `blocked`, `migrated` and `slow`.
Sources: https://docs.slack.dev/reference/methods/chat.postMessage ,
https://api.slack.com/changelog/2016-05-17-changes-to-errors-for-incoming-webhooks , https://core.telegram.org/bots/api
"""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from .markup import fault_in

_KEPT = 500
_LONGEST = 4096
_BLOCK_LONGEST = 3000
_SLACK_WORDS = {
    **dict.fromkeys(
        ("invalid_payload", "user_not_found", "invalid_blocks", "missing_text_or_fallback_or_attachments"), 400
    ),
    **dict.fromkeys(("action_prohibited", "invalid_token"), 403),
    **dict.fromkeys(("channel_not_found", "no_service", "no_team"), 404),
    "channel_is_archived": 410,
    "rollup_error": 500,
}
_TELEGRAM_CHATS: dict[str, tuple[int, str, dict[str, object]]] = {
    "chat_not_found": (400, "Bad Request: chat not found", {}),
    "blocked": (403, "Forbidden: bot was blocked by the user", {}),
    "migrated": (
        400,
        "Bad Request: group chat was upgraded to a supergroup chat",
        {"migrate_to_chat_id": -1001234567890},
    ),
    "slow": (429, "Too Many Requests: retry after 5", {"retry_after": 5}),
}


@dataclass(slots=True)
class Message:
    """A message as a messenger took it."""

    messenger: str
    chat: str
    text: str
    body: object


class Messengers:
    """What was received, newest last."""

    def __init__(self) -> None:
        self.received: deque[Message] = deque(maxlen=_KEPT)

    def routes(self, changed: Callable[[], None]) -> list[BaseRoute]:
        """Return the routes; *changed* is called after every message."""

        async def slack_hook(request: Request) -> Response:
            answer = self._slack_hook(request.path_params["secret"], _json(await request.body()))
            changed()
            return answer

        async def slack_post(request: Request) -> Response:
            answer = self._slack_post(request.headers.get("authorization", ""), _json(await request.body()))
            changed()
            return answer

        async def telegram(request: Request) -> Response:
            answer = self._telegram(request.path_params["token"], request.path_params["method"], await _asked(request))
            changed()
            return answer

        async def messages(_: Request) -> Response:
            return JSONResponse([asdict(message) for message in self.received])

        return [
            Route("/_sandbox/slack/services/{secret:path}", slack_hook, methods=["POST"]),
            Route("/_sandbox/slack/api/chat.postMessage", slack_post, methods=["POST"]),
            Route("/_sandbox/telegram/bot{token}/{method}", telegram, methods=["GET", "POST"]),
            Route("/_sandbox/messages", messages, methods=["GET"]),
        ]

    def _slack_hook(self, secret: str, body: object) -> Response:
        """Answer an incoming webhook: the plain text `ok`, or a word with a code of its own."""
        last = secret.rsplit("/", 1)[-1]
        word = last if last in _SLACK_WORDS else _slack_fault(body)
        if word:
            return PlainTextResponse(word, _SLACK_WORDS[word])
        assert isinstance(body, dict)
        self.received.append(Message("slack", secret, _slack_text(body), body))
        return PlainTextResponse("ok")

    def _slack_post(self, authorization: str, body: object) -> Response:
        """Answer chat.postMessage: always 200, and `ok` tells."""
        channel = str(body.get("channel", "")) if isinstance(body, dict) else ""
        error = None
        if not authorization.lower().startswith("bearer xox"):
            error = "invalid_auth"
        elif not channel or channel in {"channel_not_found", "not_in_channel", "is_archived"}:
            error = channel or "channel_not_found"
        elif _slack_fault(body):
            error = "no_text"
        if error or not isinstance(body, dict):
            return JSONResponse({"ok": False, "error": error or "invalid_json"})
        self.received.append(Message("slack", channel, _slack_text(body), body))
        return JSONResponse({"ok": True, "channel": channel, "ts": "1700000000.000100", "message": body})

    def _telegram(self, token: str, method: str, asked: Mapping[str, object]) -> Response:
        """Answer the Bot API: a JSON envelope, the code also as HTTP status."""
        chat, text = str(asked.get("chat_id", "")), str(asked.get("text", ""))
        if not re.fullmatch(r"\d+:[\w-]+", token) or method != "sendMessage":
            return _refused(404, "Not Found")
        if token.endswith(":invalid"):
            return _refused(401, "Unauthorized")
        if chat in _TELEGRAM_CHATS or not chat:
            return _refused(*_TELEGRAM_CHATS.get(chat, (400, "Bad Request: chat_id is empty", {})))
        if not text.strip():
            return _refused(400, "Bad Request: message text is empty")
        if len(text) > _LONGEST:
            return _refused(400, "Bad Request: message is too long")
        if fault := fault_in(text, str(asked.get("parse_mode", ""))):
            return _refused(400, f"Bad Request: can't parse entities: {fault}")
        self.received.append(Message("telegram", chat, text, dict(asked)))
        number = len(self.received)
        result = {"message_id": number, "date": 1_700_000_000 + number, "chat": {"id": chat}, "text": text}
        return JSONResponse({"ok": True, "result": result})


def _refused(code: int, text: str, parameters: Mapping[str, object] | None = None) -> Response:
    body: dict[str, object] = {"ok": False, "error_code": code, "description": text}
    return JSONResponse(body | ({"parameters": dict(parameters)} if parameters else {}), code)


def _slack_fault(body: object) -> str | None:
    if not isinstance(body, dict):
        return "invalid_payload"
    if not any(body.get(key) for key in ("text", "blocks", "attachments")):
        return "missing_text_or_fallback_or_attachments"
    blocks = body.get("blocks") or []
    if not isinstance(blocks, list) or any(not isinstance(block, dict) or not block.get("type") for block in blocks):
        return "invalid_blocks"
    return "invalid_blocks" if any(len(text) > _BLOCK_LONGEST for text in _block_texts(body)) else None


def _block_texts(body: Mapping[str, object]) -> list[str]:
    blocks = body.get("blocks")
    texts = [block.get("text") for block in blocks] if isinstance(blocks, list) else []
    return [str(text.get("text", "")) for text in texts if isinstance(text, dict)]


def _rich_texts(body: Mapping[str, object]) -> list[str]:
    """Return what each block of rich text shows: its elements, one behind the other.

    https://docs.slack.dev/reference/block-kit/blocks/rich-text-block
    """
    blocks = body.get("blocks")
    listed = blocks if isinstance(blocks, list) else []
    return [_leaves(block) for block in listed if isinstance(block, dict) and block.get("type") == "rich_text"]


def _leaves(element: object) -> str:
    if not isinstance(element, dict):
        return ""
    inner = element.get("elements")
    if isinstance(inner, list):
        return "".join(_leaves(one) for one in inner)
    return str(element.get("text") or element.get("url") or "")


def _slack_text(body: Mapping[str, object]) -> str:
    """Return what the channel shows; beside rich text, `text` is for notifications alone."""
    if rich := _rich_texts(body):
        return "\n".join(rich)
    attached = body.get("attachments")
    more = (
        [str(item.get("text", "")) for item in attached if isinstance(item, dict)] if isinstance(attached, list) else []
    )
    return "\n".join(text for text in (str(body.get("text", "")), *_block_texts(body), *more) if text)


async def _asked(request: Request) -> dict[str, object]:
    """Return a Bot API request's parameters, from the query and from a JSON or form body."""
    asked: dict[str, object] = dict(request.query_params)
    body = await request.body()
    if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return asked | dict(parse_qsl(body.decode("utf-8", errors="replace")))
    sent = _json(body)
    return asked | (sent if isinstance(sent, dict) else {})


def _json(body: bytes) -> object:
    try:
        return json.loads(body)
    except ValueError:
        return None
