"""The Slack and the Telegram that triggers may post to."""

from __future__ import annotations

import pytest
import requests

from .asking import Api

HOOK = "/_sandbox/slack/services/T0/B0/x"
BOT = "/_sandbox/telegram/bot1:token/sendMessage"


def received(api: Api) -> list[tuple[str, str, str]]:
    return [(item["messenger"], item["chat"], item["text"]) for item in api("GET", "/_sandbox/messages").json()]


def test_slack_says_ok_in_plain_text(api: Api) -> None:
    answer = api("POST", HOOK, {"text": "hello"})
    assert (answer.status_code, answer.text, answer.headers["Content-Type"].split(";")[0]) == (200, "ok", "text/plain")
    assert received(api) == [("slack", "T0/B0/x", "hello")]


def test_rich_text_is_shown_in_place_of_text(api: Api) -> None:
    link = {"type": "link", "url": "https://example.com/1"}
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": "see <b> "}, link]}
    body = {"text": "a fallback", "blocks": [{"type": "rich_text", "elements": [section]}]}
    assert api("POST", HOOK, body).text == "ok"
    assert received(api) == [("slack", "T0/B0/x", "see <b> https://example.com/1")]


@pytest.mark.parametrize(
    ("path", "body", "status", "word"),
    [
        pytest.param(HOOK, "text", 400, "invalid_payload", id="no object"),
        pytest.param(HOOK, {}, 400, "missing_text_or_fallback_or_attachments", id="no text"),
        pytest.param(HOOK, {"blocks": [{}]}, 400, "invalid_blocks", id="a block without type"),
        pytest.param(
            HOOK,
            {"blocks": [{"type": "section", "text": {"type": "plain_text", "text": "x" * 3001}}]},
            400,
            "invalid_blocks",
            id="a long section",
        ),
        pytest.param("/_sandbox/slack/services/T0/B0/no_service", {"text": "x"}, 404, "no_service", id="no service"),
        pytest.param(
            "/_sandbox/slack/services/T0/B0/channel_is_archived", {"text": "x"}, 410, "channel_is_archived", id="gone"
        ),
    ],
)
def test_slack_refuses_in_a_word(api: Api, path: str, body: object, status: int, word: str) -> None:
    answer = api("POST", path, body)
    assert (answer.status_code, answer.text, received(api)) == (status, word, [])


@pytest.mark.parametrize(
    ("token", "body", "error"),
    [
        pytest.param("xoxb-1", {"channel": "C1", "text": "x"}, None, id="fine"),
        pytest.param("nope", {"channel": "C1", "text": "x"}, "invalid_auth", id="no token"),
        pytest.param("xoxb-1", {"channel": "not_in_channel", "text": "x"}, "not_in_channel", id="not in the channel"),
        pytest.param("xoxb-1", {"channel": "C1"}, "no_text", id="no text"),
    ],
)
def test_post_message_is_always_200(api: Api, token: str, body: object, error: str | None) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    answer = api("POST", "/_sandbox/slack/api/chat.postMessage", body, headers=headers)
    assert (answer.status_code, answer.json()["ok"], answer.json().get("error")) == (200, error is None, error)


def test_telegram_takes_json_form_and_address(api: Api) -> None:
    assert api("POST", BOT, {"chat_id": -1, "text": "json"}).json()["result"]["message_id"] == 1
    requests.post(api.url + BOT, data={"chat_id": "-1", "text": "form"}, timeout=10)
    assert api("GET", BOT + "?chat_id=-1&text=a%20b").json()["ok"] is True
    assert [text for _, _, text in received(api)] == ["json", "form", "a b"]


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        pytest.param("/_sandbox/telegram/botnope/sendMessage", {"chat_id": 1, "text": "x"}, 404, id="no token"),
        pytest.param(
            "/_sandbox/telegram/bot1:invalid/sendMessage", {"chat_id": 1, "text": "x"}, 401, id="a wrong token"
        ),
        pytest.param("/_sandbox/telegram/bot1:token/nope", {"chat_id": 1, "text": "x"}, 404, id="an unknown method"),
        pytest.param(BOT, {"text": "x"}, 400, id="no chat"),
        pytest.param(BOT, {"chat_id": "chat_not_found", "text": "x"}, 400, id="an unknown chat"),
        pytest.param(BOT, {"chat_id": "blocked", "text": "x"}, 403, id="blocked"),
        pytest.param(BOT, {"chat_id": 1, "text": " "}, 400, id="no text"),
        pytest.param(BOT, {"chat_id": 1, "text": "x" * 4097}, 400, id="too long"),
        pytest.param(BOT, {"chat_id": 1, "text": "a_b", "parse_mode": "markdown"}, 400, id="half an underscore"),
        pytest.param(BOT, {"chat_id": 1, "text": "a_b"}, 200, id="plain text"),
        pytest.param(BOT, {"chat_id": 1, "text": "[a_](http://x)", "parse_mode": "Markdown"}, 400, id="half in a link"),
        pytest.param(BOT, {"chat_id": 1, "text": "[a](http://x_y) *b*", "parse_mode": "Markdown"}, 200, id="good"),
        pytest.param(BOT, {"chat_id": 1, "text": "a.b", "parse_mode": "MarkdownV2"}, 400, id="a reserved dot"),
        pytest.param(BOT, {"chat_id": 1, "text": r"a\.b", "parse_mode": "MarkdownV2"}, 200, id="an escaped dot"),
        pytest.param(BOT, {"chat_id": 1, "text": "a < b", "parse_mode": "HTML"}, 400, id="a lone bracket"),
        pytest.param(BOT, {"chat_id": 1, "text": "<b>a", "parse_mode": "HTML"}, 400, id="an open tag"),
        pytest.param(BOT, {"chat_id": 1, "text": "<b>a</b> &lt;", "parse_mode": "HTML"}, 200, id="good HTML"),
    ],
)
def test_telegram_refuses_with_its_envelope(api: Api, path: str, body: object, status: int) -> None:
    answer = api("POST", path, body)
    assert answer.status_code == status
    assert answer.json()["ok"] == (status == 200)
    assert status == 200 or answer.json()["error_code"] == status


@pytest.mark.parametrize(
    ("chat", "name", "value"), [("slow", "retry_after", 5), ("migrated", "migrate_to_chat_id", -1001234567890)]
)
def test_telegram_tells_more_in_parameters(api: Api, chat: str, name: str, value: int) -> None:
    assert api("POST", BOT, {"chat_id": chat, "text": "x"}).json()["parameters"] == {name: value}


def test_faults_hit_messengers_too(api: Api) -> None:
    api("POST", "/_sandbox/faults", [{"path": "/slack/", "status": 429, "headers": {"Retry-After": "2"}}])
    assert api("POST", HOOK, {"text": "x"}).headers["Retry-After"] == "2"
    assert api("POST", HOOK, {"text": "x"}).text == "ok"


def test_a_trigger_reaches_a_messenger(api: Api) -> None:
    body = {"name": "t", "actions": [{"type": "Webhook", "endpoint": api.url + HOOK, "method": "POST", "body": ""}]}
    body["actions"][0]["body"] = {"text": "{{issue.key}}: {{issue.summary}}"}  # type: ignore[index]
    assert api("POST", "/queues/TEST/triggers", body).status_code == 200
    api("PATCH", "/issues/TEST-1", {"summary": "New"})
    for _ in range(200):
        if got := received(api):
            break
    assert got == [("slack", "T0/B0/x", "TEST-1: New")]
