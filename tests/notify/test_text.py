"""For any summary, what the messenger takes is valid and shows exactly that text: by the trigger and by the relay."""

import os
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from gitlink.connect import connect
from gitlink.notify import conditions, placing, telegram
from gitlink.notify.order import Order, Queue
from tests.notify.relays import policy_of, relay
from tests.notify.standins import TOKEN, Messengers
from tests.sandbox.asking import Api

NASTY = (
    'a "quoted" \\ back\\slash',
    "<!channel> <b> &amp; <https://x.example|y> *b* _i_ `c` ~s~ :smile: @here",
    "_*[x](http://y)* \\_ || > # + - = | . ! ``` {% raw %}",
    "{{issue.key}} {{ {{issue.summary.json}} }} {key} %7B%0A+&text=x#",
    "Готово к тесту 🚀👩‍👩‍👧 e\u0301 \u202e\u200b\ufeff",
    "line\nline\r\n\ttab\u2028\x00\x07\x1f\x7f",
    'x", "channel": "#general',
)
# The longest that goes whole by each way: Slack's advice for a message is 4,000, the relay leaves room for the key.
SUMMARIES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=80).filter(str.strip)


# What the team writes itself is shown as it is too.
TEXT = '<{key}> "Гото\\во" {{{{issue.key}}}} {summary}&{queue}'


def shown(summary: str) -> str:
    return f'<TEST-1> "Гото\\во" {{{{issue.key}}}} {summary}&TEST'


def order(kind: str, where: Messengers, relay_url: str | None = None) -> Order:
    secret = "between-us" if relay_url else where.slack if kind == "slack" else TOKEN
    chat = telegram.Chat("-1001", "5") if kind == "telegram" else None
    name = "chat" if relay_url and kind == "telegram" else "team"
    whens = conditions.parse(["changed=summary"])
    return Order(kind, name, "TEST", whens, TEXT, secret, chat, relay_url)


def shows_each_summary(api: Api, where: Messengers, wanted: Order) -> None:
    client, _ = connect(os.environ)
    queue = Queue(client, "TEST", "https://tracker.yandex.ru", where.url)
    assert placing.reach(client, queue, queue.wanted(wanted)) == "create"
    seen = [str(api("GET", "/issues/TEST-1").json()["summary"])]

    @settings(
        max_examples=60,
        phases=[Phase.explicit, Phase.reuse, Phase.generate],
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(SUMMARIES)
    def check(summary: str) -> None:
        answer = api("PATCH", "/issues/TEST-1", {"summary": summary})
        assert answer.status_code == 200, answer.text
        kept = str(answer.json()["summary"])
        if kept == seen[-1]:
            return
        seen.append(kept)
        message = where.wait(len(seen) - 1)[-1]
        assert where.refused == []
        assert message.shown == shown(kept)
        assert message.alert in (shown(kept), "TEST-1")
        assert message.links == (["https://tracker.yandex.ru/TEST-1"] if wanted.kind == "slack" else [])

    for summary in NASTY:
        check = example(summary)(check)
    check()
    assert len(seen) > len(NASTY)


@pytest.mark.parametrize("kind", ["slack", "telegram"])
def test_by_the_trigger(api: Api, there: Messengers, kind: str) -> None:
    shows_each_summary(api, there, order(kind, there))


@pytest.mark.parametrize("kind", ["slack", "telegram"])
def test_by_the_relay(api: Api, there: Messengers, kind: str, database: str) -> None:
    environ = {**os.environ, "GITLINK_NOTIFY_TEAM": there.slack, "GITLINK_NOTIFY_CHAT": TOKEN}
    with relay(database, policy_of(("chat", "-1001")), environ) as (url, _):
        shows_each_summary(api, there, order(kind, there, url))


LONG = {"ascii": "x" * 5000, "Cyrillic": "Я" * 5000, "emoji": "🚀" * 5000}


@pytest.mark.parametrize("summary", LONG.values(), ids=LONG.keys())
@pytest.mark.parametrize("kind", ["slack", "telegram"])
def test_the_relay_shortens(api: Api, there: Messengers, kind: str, summary: str, database: str) -> None:
    environ = {**os.environ, "GITLINK_NOTIFY_TEAM": there.slack, "GITLINK_NOTIFY_CHAT": TOKEN}
    client, _ = connect(os.environ)
    queue = Queue(client, "TEST", "https://tracker.yandex.ru", there.url)
    with relay(database, policy_of(("chat", "-1001")), environ) as (url, _):
        placing.reach(client, queue, queue.wanted(order(kind, there, url)))
        api("PATCH", "/issues/TEST-1", {"summary": summary})
        [message] = there.wait(1)
    assert message.shown.startswith(shown(summary[:1000]).removesuffix("&TEST"))
    assert message.shown.endswith("…&TEST")


def test_slack_shows_5000_characters_without_the_relay(api: Api, there: Messengers) -> None:
    client, _ = connect(os.environ)
    queue = Queue(client, "TEST", "https://tracker.yandex.ru", there.url)
    placing.reach(client, queue, queue.wanted(order("slack", there)))
    api("PATCH", "/issues/TEST-1", {"summary": LONG["Cyrillic"]})
    [message] = there.wait(1)
    assert message.shown == shown(LONG["Cyrillic"])


@pytest.mark.parametrize(("summary", "status"), [("x" * 4200, 400), ("Я" * 4000, 414)], ids=["text", "address"])
def test_telegram_refuses_the_long_without_the_relay(
    api: Api, there: Messengers, summary: str, status: int, wait: Callable[[Callable[[], bool]], None]
) -> None:
    """A limit of Telegram's own, which the command's help tells."""
    client, _ = connect(os.environ)
    queue = Queue(client, "TEST", "https://tracker.yandex.ru", there.url)
    placing.reach(client, queue, queue.wanted(order("telegram", there)))
    api("PATCH", "/issues/TEST-1", {"summary": summary})
    wait(lambda: bool(there.refused))
    assert (there.refused[0].status, there.posted) == (status, [])
