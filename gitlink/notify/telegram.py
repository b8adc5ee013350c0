"""Telegram's `sendMessage`: address, body, answers. Text goes without `parse_mode`, so no sign in it means anything.

https://core.telegram.org/bots/api#sendmessage
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from gitlink.core.text import printable, shorten
from gitlink.errors import SettingsError, UsageFault
from gitlink.notify.answer import Answer, Post
from gitlink.notify.envelope import Part, shortened
from gitlink.notify.mend import WrongWord
from gitlink.notify.template import Run
from gitlink.redact import plain, told

VARIABLE = "TELEGRAM_BOT_TOKEN"
BASE_URL = "https://api.telegram.org"
LONGEST = 4096
_TOKEN = re.compile(r"[0-9]+:[A-Za-z0-9_-]+")
_CHAT = re.compile(r"-?[1-9][0-9]{0,18}|@[A-Za-z][A-Za-z0-9_]{3,31}")
_BASE = re.compile(r"https://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[A-Za-z0-9_./-]*)?")
_LOOPBACK = re.compile(r"http://(127\.0\.0\.1|localhost|\[::1\])(:[0-9]{1,5})?(/[A-Za-z0-9_./-]*)?")
_BOT = re.compile(r"/bot[^/]+/")
_LONGEST_WAIT_S = 3600
_NO_PREVIEW = {"is_disabled": True}
# Descriptions of the Bot API's server: https://github.com/tdlib/telegram-bot-api , Client.cpp
_SAYINGS = (
    (
        "chat not found",
        "Telegram does not find the chat",
        "look the chat's id up; a private chat must have started the bot first",
    ),
    ("not a member", "the bot is no member of the chat", "add the bot to the chat"),
    ("was kicked", "the bot was removed from the chat", "add the bot to the chat again"),
    ("was blocked", "the person has blocked the bot", "the person unblocks the bot in Telegram"),
    ("thread not found", "the chat has no such topic", "the topic is the middle number of a message's link"),
    ("topic_closed", "the topic is closed", "open the topic, or choose another"),
    ("not enough rights", "the bot may not write in the chat", "give the bot the right to post"),
    ("need administrator rights", "the bot may not write in the channel", "make the bot an administrator there"),
    (
        "too long",
        "the message is longer than Telegram's 4,096 characters",
        "send it through the relay, which shortens: gitlink notify telegram --help",
    ),
)


@dataclass(frozen=True, slots=True)
class Chat:
    """Where messages go: a chat's id or @name, and a topic of it."""

    chat: str
    topic: str | None = None


def check_token(token: str) -> str:
    """Return *token* if it can be a bot's; raises UsageFault, which does not show it."""
    if _TOKEN.fullmatch(token):
        return token
    raise UsageFault(
        "this is no token of a Telegram bot",
        where=VARIABLE,
        why="it must look like 123456:ABC-DEF… (it is a secret, so it is not shown)",
        fix="ask @BotFather in Telegram: /token",
    )


def check_chat(chat: str | None, topic: str | None) -> Chat:
    """Return the chat; raises UsageFault for what can be none."""
    if not chat or not _CHAT.fullmatch(chat):
        raise WrongWord(
            "--chat is no chat of Telegram" if chat else "--chat is missing",
            why="it is a number (of a group negative, it stands in the address of web.telegram.org), or @name of a"
            " public group or channel",
        ).by("chat", "-1001234567890")
    if topic is not None and not re.fullmatch("[1-9][0-9]{0,9}", topic):
        raise WrongWord("--topic is no number", why="it is the middle number of a message's link").by("topic", "5")
    return Chat(chat, topic)


def base_url(environ: Mapping[str, str]) -> str:
    """Return the address of the Bot API, with no slash at its end; raises SettingsError."""
    found = environ.get("TELEGRAM_API_BASE_URL", "").rstrip("/") or BASE_URL
    if not _BASE.fullmatch(found) and not _LOOPBACK.fullmatch(found):
        raise SettingsError(
            "TELEGRAM_API_BASE_URL is no address for a secret",
            why="it must begin with https://, or be of this machine",
            fix=f"export TELEGRAM_API_BASE_URL={BASE_URL}",
        )
    return found


def is_message(url: str, base: str) -> bool:
    """Whether *url* sends a message of a bot's at the Bot API *base*."""
    path, _, query = url.removeprefix(f"{base}/bot").partition("?")
    token, _, method = path.partition("/")
    is_said = query.isascii() and query.isprintable() and "#" not in query
    return url.startswith(f"{base}/bot") and bool(_TOKEN.fullmatch(token)) and method == "sendMessage" and is_said


def masked(url: str) -> str:
    """Return *url* without its token and without the text."""
    parts = urlsplit(url.partition("?")[0])
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{_BOT.sub('/bot***/', parts.path)}"


def trigger_url(base: str, token: str, to: Chat, runs: Sequence[Run], web_url: str) -> str:
    """Return the address of a trigger's request, the whole message in it.

    In JSON, a text of several variables could not be put together: `.json` brings its own quotes.
    """
    topic = f"&message_thread_id={to.topic}" if to.topic else ""
    preview = quote(json.dumps(_NO_PREVIEW, separators=(",", ":")), safe="")
    text = "".join(_piece(run, web_url) for run in runs)
    chat = quote(to.chat, safe="-")
    return f"{base}/bot{token}/sendMessage?chat_id={chat}{topic}&link_preview_options={preview}&text={text}"


def _piece(run: Run, web_url: str) -> str:
    if run.kind == "key":
        return "{{issue.key}}"
    if run.kind == "url":
        return quote(web_url + "/", safe="") + "{{issue.key}}"
    return quote(run.value, safe="") if run.kind == "literal" else f"{{{{{run.value}.urlEncodeUTF8}}}}"


def post(base: str, token: str, to: Chat, parts: Sequence[Part]) -> Post:
    """Return the request for one message, shortened to what Telegram takes."""
    text = "".join(part.text for part in shortened(parts, LONGEST))
    body: dict[str, object] = {"chat_id": to.chat, "text": text, "link_preview_options": _NO_PREVIEW}
    return Post(f"{base}/bot{token}/sendMessage", body | ({"message_thread_id": int(to.topic)} if to.topic else {}))


def answer(status: int, headers: Mapping[str, str], body: bytes) -> Answer:
    """Return what Telegram said. https://core.telegram.org/bots/api#making-requests"""
    try:
        top = json.loads(body)
    except (ValueError, RecursionError):
        top = None
    top = top if isinstance(top, dict) else {}
    if status == 200 and top.get("ok") is True:
        return Answer(True, "Telegram took it")
    said, more = told([plain(top.get("description", ""))]), top.get("parameters")
    more = more if isinstance(more, dict) else {}
    if status == 429:
        wait, wait_s = more.get("retry_after"), None
        if isinstance(wait, int | float) and not isinstance(wait, bool):
            wait_s = float(max(0, min(wait, _LONGEST_WAIT_S)))  # an int may be larger than any float
        return Answer(False, "Telegram asks for fewer messages (429)", "wait a moment", is_final=False, wait_s=wait_s)
    if "migrate_to_chat_id" in more:
        new = shorten(printable(plain(more["migrate_to_chat_id"])), 30)
        return Answer(False, "the group has become a supergroup with another id", f"give gitlink the chat {new}")
    if status in (401, 404):
        return Answer(
            False, f"Telegram does not accept the bot's token ({status})", "ask @BotFather in Telegram: /token"
        )
    if status == 414:
        return Answer(
            False,
            "the message is too long for an address (414)",
            "send it through the relay, which shortens: gitlink notify telegram --help",
        )
    for saying, words, fix in _SAYINGS:
        if saying in said.lower():
            return Answer(False, f"{words} ({status} {said})", fix)
    is_final = status < 500 and status != 409 and bool(top)
    return Answer(False, f"Telegram answered {status}: {said or 'nothing that can be read'}", None, is_final)
