"""A Slack and a Telegram that answer as their documentation says, and tell what a reader of the message would see.

Slack: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks ,
https://docs.slack.dev/reference/block-kit/blocks/rich-text-block ,
https://api.slack.com/changelog/2016-05-17-changes-to-errors-for-incoming-webhooks (words and codes).
Telegram: https://core.telegram.org/bots/api#making-requests , #sendmessage , #responseparameters .
"""

import json
import re
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

TOKEN = "123456:AAf-x_9"
LONGEST_ADDRESS = 8192  # nginx: large_client_header_buffers; the Bot API answers 414 beyond


Shown = tuple[str, list[str], str]
"""What a reader sees: the text, where its links lead, what a phone shows of it."""


@dataclass(frozen=True)
class Said:
    """An answer of a messenger. `status` 0: none, the connection is closed."""

    status: int
    body: str
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_good(self) -> bool:
        return self.status == 200


def slow(kind: str, seconds: int) -> Said:
    """Return the answer to one message too many."""
    if kind == "slack":
        return Said(429, "rate_limited", {"Retry-After": str(seconds)})
    return telegram_no(429, f"Too Many Requests: retry after {seconds}", {"retry_after": seconds})


def broken(kind: str) -> Said:
    """Return the answer of a messenger that has a fault of its own."""
    return Said(500, "rollup_error") if kind == "slack" else telegram_no(500, "Internal Server Error")


@dataclass
class Message:
    """A message that was posted. `chat`: the webhook's path or the chat's id, with its topic.

    `alert`: what a phone shows of it.
    """

    chat: str
    shown: str
    at: float
    links: list[str] = field(default_factory=list)
    alert: str = ""


@dataclass
class Messengers:
    """What was posted, in order; *answers*: what to say next instead, *fault*: asked for each message."""

    url: str = ""
    posted: list[Message] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    refused: list[Said] = field(default_factory=list)
    answers: list[Said] = field(default_factory=list)
    fault: Callable[[str, str], Said | None] = lambda kind, chat: None
    asked: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    @property
    def slack(self) -> str:
        """The address of a webhook."""
        return f"{self.url}/services/T0/B0/x"

    def wait(self, count: int, timeout_s: float = 30.0) -> list[Message]:
        """Return what was posted once there are *count* messages; fail if they do not come."""
        until = time.monotonic() + timeout_s
        while len(self.posted) < count and not self.refused and time.monotonic() < until:
            time.sleep(0.002)
        assert len(self.posted) >= count, (self.posted, self.refused)
        return self.posted

    def wait_for(self, count: int, timeout_s: float = 30.0) -> list[Message]:
        """Return what was posted once there are *count* messages, whatever was refused meanwhile."""
        until = time.monotonic() + timeout_s
        while len(self.posted) < count and time.monotonic() < until:
            time.sleep(0.002)
        assert len(self.posted) >= count, (self.posted, self.refused)
        return self.posted

    def take(self, method: str, target: str, kind: str, body: bytes) -> Said:
        parts = urlsplit(target)
        if parts.path.startswith("/services/"):
            return self._decide("slack", parts.path, *read_slack(method, kind, body))
        if parts.path.startswith("/bot"):
            chat, said, message = read_telegram(method, target, kind, body)
            return self._decide("telegram", chat, said, message)
        return Said(404, "no such page")

    def _decide(self, kind: str, chat: str, said: Said, message: Shown | None) -> Said:
        self.asked[chat].append(time.monotonic())
        other = self.answers.pop(0) if self.answers else self.fault(kind, chat)
        if other and other.status != 0:
            self.refused.append(other)
            return other
        if said.is_good and message:
            self.posted.append(Message(chat, message[0], time.monotonic(), message[1], message[2]))
        else:
            self.refused.append(said)
        return other or said


def read_slack(method: str, kind: str, body: bytes) -> tuple[Said, Shown | None]:
    """Return what an incoming webhook answers, and what the channel shows."""
    try:
        top = json.loads(body.decode("utf-8"))
        json.dumps(top, ensure_ascii=False).encode("utf-8")
    except ValueError:
        top = None
    if method != "POST" or not kind.startswith("application/json") or not isinstance(top, dict):
        return Said(400, "invalid_payload"), None
    if not top.get("text") and not top.get("blocks"):
        return Said(400, "no_text"), None
    elements = rich_text(top.get("blocks"))
    if elements is None:
        return Said(400, "invalid_blocks"), None
    shown = "".join(str(one.get("text") or one.get("url")) for one in elements)
    if len(shown) > 13_200:
        return Said(400, "msg_blocks_too_long"), None
    return Said(200, "ok"), (shown, [str(one["url"]) for one in elements if "url" in one], alert(top))


def alert(top: Mapping[str, object]) -> str:
    """Return what a phone shows: `text`, its three signs read back; markup counts unless that is switched off.

    https://docs.slack.dev/messaging/formatting-message-text/
    """
    text = str(top.get("text", ""))
    if re.search(r"[<>]|&(?!(amp|lt|gt);)", text) or (top.get("mrkdwn") is not False and re.search("[*_~`:]", text)):
        return f"markup: {text}"
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def rich_text(blocks: object) -> list[dict[str, object]] | None:
    """Return the elements of one block of rich text, None where Slack would not take it."""
    match blocks:
        case [{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [*elements]}]}]:
            return elements if elements and all(is_element(one) for one in elements) else None
    return None


def is_element(one: object) -> bool:
    match one:
        case {"type": "text", "text": str(text), **rest}:
            return bool(text) and not rest
        case {"type": "link", "url": str(url), **rest}:
            return url.startswith(("http://", "https://")) and rest.keys() <= {"text"}
    return False


def telegram_no(code: int, words: str, more: Mapping[str, object] | None = None) -> Said:
    body: dict[str, object] = {"ok": False, "error_code": code, "description": words}
    return Said(code, json.dumps(body | ({"parameters": more} if more else {})))


def read_telegram(method: str, target: str, kind: str, body: bytes) -> tuple[str, Said, Shown | None]:
    """Return the chat, what the Bot API answers, and what the chat shows."""
    parts = urlsplit(target)
    if len(target) > LONGEST_ADDRESS:
        return "", Said(414, "<html><h1>414 Request-URI Too Large</h1></html>"), None
    token, _, verb = parts.path.removeprefix("/bot").partition("/")
    if token != TOKEN or verb != "sendMessage" or method not in ("GET", "POST"):
        return "", telegram_no(401 if ":" in token else 404, "Unauthorized" if ":" in token else "Not Found"), None
    try:
        asked: dict[str, object] = dict(parse_qsl(parts.query, keep_blank_values=True, errors="strict"))
        if kind.startswith("application/json") and body:
            asked |= json.loads(body.decode("utf-8"))
        text = str(asked.get("text", ""))
        text.encode("utf-8")
    except ValueError:
        return "", telegram_no(400, "Bad Request: strings must be encoded in UTF-8"), None
    chat = f"{asked.get('chat_id')}/{asked.get('message_thread_id', '')}"
    return chat, judge_text(str(asked.get("chat_id")), text, asked), (text, [], text)


def judge_text(chat: str, text: str, asked: Mapping[str, object]) -> Said:
    known = {
        "-404": (400, "Bad Request: chat not found", None),
        "-403": (403, "Forbidden: bot is not a member of the supergroup chat", None),
        "-405": (403, "Forbidden: bot was blocked by the user", None),
        "-406": (400, "Bad Request: group chat was upgraded", {"migrate_to_chat_id": -100406}),
        "-407": (400, "Bad Request: message thread not found", None),
    }
    if chat in known:
        return telegram_no(*known[chat])
    if "parse_mode" in asked:
        return telegram_no(400, "Bad Request: can't parse entities")  # ours never asks for markup
    if not text.strip():
        return telegram_no(400, "Bad Request: message text is empty")
    if len(text) > 4096:
        return telegram_no(400, "Bad Request: message is too long")
    preview = asked.get("link_preview_options")
    if preview is not None and not isinstance(json.loads(preview) if isinstance(preview, str) else preview, dict):
        return telegram_no(400, "Bad Request: can't parse link preview options JSON object")
    return Said(200, json.dumps({"ok": True, "result": {"message_id": 1, "date": 0, "chat": {}, "text": text}}))


@contextmanager
def messengers() -> Iterator[Messengers]:
    """Serve both on a free port of the loopback address."""
    running = Messengers()
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            running.headers.append(dict(self.headers.items()))
            with lock:
                said = running.take(self.command, self.path, self.headers.get("Content-Type", ""), body)
            if said.status == 0:
                self.close_connection = True
                return
            raw = said.body.encode()
            self.send_response(said.status)
            for name, value in {**said.headers, "Content-Length": str(len(raw))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(raw)

        do_GET = do_POST = answer

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            """Say nothing: a service that is killed leaves its connections open."""

    server = Server(("127.0.0.1", 0), Handler)
    running.url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield running
    finally:
        server.shutdown()
        server.server_close()
