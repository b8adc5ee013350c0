"""Slack's incoming webhooks: address, body, answers.

The text goes into a `rich_text` block, whose elements are text and links and nothing else: no markup is looked for in
them, and there is no limit of 3,000 characters as in a section. The `text` beside it is what a phone shows.
https://docs.slack.dev/reference/block-kit/blocks/rich-text-block ,
https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
"""

import re
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from gitlink.errors import UsageFault
from gitlink.notify.answer import Answer, Post
from gitlink.notify.envelope import Part, shortened
from gitlink.notify.template import Run, json_text
from gitlink.redact import told

VARIABLE = "SLACK_WEBHOOK_URL"
# 4,000 is what Slack advises: https://docs.slack.dev/changelog/2018-truncating-really-long-messages
LONGEST = 4000
_URL = re.compile(r"https://hooks\.slack(-gov)?\.com/services/[A-Za-z0-9]+/[A-Za-z0-9]+/[A-Za-z0-9]+")
_LOOPBACK = re.compile(r"http://(127\.0\.0\.1|localhost|\[::1\])(:[0-9]{1,5})?/[A-Za-z0-9_./-]+")
_WORDS = {
    "channel_not_found": (
        "Slack does not find the webhook's channel",
        "make a new webhook for a channel that is there",
    ),
    "channel_is_archived": ("the channel is archived", "unarchive it, or make a webhook for another channel"),
    "is_archived": ("the channel is archived", "unarchive it, or make a webhook for another channel"),
    "not_in_channel": ("the app is no member of the channel", "in the channel: /invite @your-app"),
    "action_prohibited": ("an administrator of Slack has forbidden it", "ask an administrator of the workspace"),
    "posting_to_general_channel_denied": ("an administrator keeps #general closed", "choose another channel"),
    "user_not_found": ("the webhook's person is gone", "make a new webhook"),
    "no_service": ("the webhook is switched off or its app is gone", "make a new webhook"),
    "no_active_hooks": ("the webhook is switched off", "make a new webhook"),
    "no_team": ("the workspace is gone", "make a new webhook"),
    "team_disabled": ("the workspace is switched off", "make a new webhook"),
    "invalid_token": ("the webhook's address is wrong or withdrawn", "copy the address again, or make a new webhook"),
    "invalid_auth": ("the webhook's address is wrong or withdrawn", "copy the address again, or make a new webhook"),
    "invalid_payload": ("Slack cannot read the message", None),
    "invalid_blocks": ("Slack cannot read the message, or it is too long", None),
    "no_text": ("the message is empty", None),
    "rollup_error": ("Slack has a fault of its own", None),
}


def is_webhook(url: str) -> bool:
    """Whether *url* can be an incoming webhook's, or is of this machine."""
    return bool(_URL.fullmatch(url) or _LOOPBACK.fullmatch(url))


def check_url(url: str) -> str:
    """Return *url* if it is an incoming webhook's, or of this machine; raises UsageFault, which does not show it."""
    if is_webhook(url):
        return url
    raise UsageFault(
        "this is no address of a Slack webhook",
        where=VARIABLE,
        why="it must look like https://hooks.slack.com/services/T…/B…/… (it is a secret, so it is not shown)",
        fix="copy it at https://api.slack.com/apps: your app, Incoming Webhooks, Copy",
    )


def masked(url: str) -> str:
    """Return *url* without its secret."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{'/services' if '/services/' in parts.path else ''}/***"


def trigger_body(runs: Sequence[Run], web_url: str) -> str:
    """Return the body of a trigger's request: JSON once Tracker has filled it in."""
    elements = ", ".join(_element(run, web_url) for run in runs)
    section = f'{{"type": "rich_text_section", "elements": [{elements}] }}'
    return (
        '{"text": "{{issue.key}}", "unfurl_links": false, '
        f'"blocks": [{{"type": "rich_text", "elements": [{section}] }}] }}'
    )


def _element(run: Run, web_url: str) -> str:
    link = json_text(web_url + "/")[:-1] + '{{issue.key}}"'
    if run.kind == "key":
        return f'{{"type": "link", "url": {link}, "text": "{{{{issue.key}}}}" }}'
    if run.kind == "url":
        return f'{{"type": "link", "url": {link} }}'
    text = json_text(run.value) if run.kind == "literal" else f"{{{{{run.value}.json}}}}"
    return f'{{"type": "text", "text": {text} }}'


def post(url: str, parts: Sequence[Part]) -> Post:
    """Return the request for one message, shortened to what Slack shows whole."""
    found = shortened(parts, LONGEST)
    shown = [
        {"type": "link", "url": part.url, "text": part.text} if part.url else {"type": "text", "text": part.text}
        for part in found
    ]
    # What a phone shows. Without `mrkdwn` its markup does not count, but for these three signs:
    # https://docs.slack.dev/messaging/formatting-message-text/
    text = "".join(part.text for part in found)
    for sign, spelled in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        text = text.replace(sign, spelled)
    section = {"type": "rich_text_section", "elements": shown}
    blocks = [{"type": "rich_text", "elements": [section]}]
    return Post(url, {"text": text, "mrkdwn": False, "unfurl_links": False, "blocks": blocks})


def answer(status: int, headers: Mapping[str, str], body: bytes) -> Answer:
    """Return what Slack said.

    https://api.slack.com/changelog/2016-05-17-changes-to-errors-for-incoming-webhooks
    """
    word = body[:2000].decode("utf-8", "replace").strip()
    if status == 200 and word in ("ok", ""):
        return Answer(True, "Slack took it")
    known = _WORDS.get(word)
    words = f"{known[0]} ({status} {word})" if known else f"Slack answered {status}: {told([word]) or 'nothing'}"
    if status == 429:
        return Answer(False, "Slack asks for fewer messages (429)", "wait a moment", is_final=False)
    return Answer(False, words, known[1] if known else None, is_final=status < 500)
