"""What a broken or hostile messenger answers: no message is lost for it, sent without a pause, or grows the store."""

import json
import math
import os
import time

import pytest
from sqlalchemy import text

from gitlink.notify import slack, telegram
from gitlink.service.relay import _pause
from gitlink.service.rows import Delivery
from tests.notify.relays import policy_of, relay
from tests.notify.standins import TOKEN, Messengers, Said
from tests.notify.test_relay import Wait, post, states
from tests.sandbox.asking import Api

HALF = '{"ok": false, "description": "\\ud800 half \\u0000 none"}'
ENDLESS = f'{{"ok": false, "parameters": {{"retry_after": 1{"0" * 400}}}}}'


def environ_of(there: Messengers) -> dict[str, str]:
    return {**os.environ, "GITLINK_NOTIFY_TEAM": there.slack, "GITLINK_NOTIFY_CHAT": TOKEN}


@pytest.mark.parametrize(
    ("channel", "said"),
    [("chat", Said(500, HALF)), ("team", Said(500, "half \0 none")), ("team", Said(500, "\u202ehalf \x1b[31m none"))],
    ids=["telegram", "slack", "slack, control characters"],
)
def test_words_that_no_store_takes_are_told_and_the_message_goes_out(
    api: Api, there: Messengers, database: str, wait: Wait, channel: str, said: Said
) -> None:
    policy = policy_of(("chat", "-100"))
    with relay(database, policy, environ_of(there)) as (url, desk):
        there.answers = [said]
        post(url, "hello", channel=channel)
        wait(lambda: states(desk) == ["done"])
        row = desk.listing()[0]
    assert [message.shown for message in there.posted] == ["hello"]
    told = str(row.story[0]["what"])
    assert row.attempts <= 3 and "half" in told and "none" in told and told.isprintable()


def test_a_wait_without_end_is_an_hour_and_the_message_stays(
    api: Api, there: Messengers, database: str, wait: Wait
) -> None:
    with relay(database, policy_of(("chat", "-100")), environ_of(there)) as (url, desk):
        there.answers = [Said(429, ENDLESS)]
        post(url, "hello", channel="chat")
        wait(lambda: bool(there.refused) and states(desk) == ["waiting"])
        row = desk.listing()[0]
    assert "asks for fewer messages (429)" in (row.error or "")
    assert 0 < row.due - time.time() <= 3600


def row_of(attempts: int = 1) -> Delivery:
    return Delivery(
        1, "notify", "a", None, None, None, None, "running", 0, 0, None, attempts, 1, {}, b"", {}, [], None
    )  # fmt: skip


@pytest.mark.parametrize(
    "asked", ["NaN", "Infinity", "-Infinity", "1e999", "-5", "true", '"7"', "[]", "1" * 4000, "1" * 5000]
)
def test_whatever_wait_is_asked_for_it_is_between_nothing_and_an_hour(asked: str) -> None:
    answer = telegram.answer(429, {}, f'{{"ok": false, "parameters": {{"retry_after": {asked}}}}}'.encode())
    pause = _pause(row_of(), answer)
    assert not answer.is_final and math.isfinite(pause) and 0 < pause <= 3600


LONG = ("\u0430 oauth aaaa " * 600_000, "x" * 8_000_000, ["x" * 1000] * 1000, {"a": {"b": "c" * 10_000}}, 10**4000)


@pytest.mark.parametrize("said", LONG, ids=["words", "a word", "a list", "an object", "a number"])
@pytest.mark.parametrize("place", ["description", "migrate_to_chat_id"])
def test_of_a_long_answer_only_the_beginning_is_told(said: object, place: str) -> None:
    body = {"ok": False, "description": said, "parameters": {place: said}}
    for status in (400, 401, 409, 414, 429, 500):
        answer = telegram.answer(status, {}, json.dumps(body, ensure_ascii=False).encode())
        assert len(answer.words) < 500 and len(answer.fix or "") < 200
    raw = str(said)[:8_000_000].encode()
    assert len(slack.answer(500, {}, raw).words) < 500


def test_what_cannot_be_written_down_is_given_up_and_does_not_spin(
    api: Api, there: Messengers, database: str, wait: Wait
) -> None:
    """A database that will not have these words: the store's own rule stands in for whatever may be wrong with them."""
    if not database.startswith("sqlite"):
        pytest.skip("the rule is written for SQLite")
    with relay(database, policy_of(), environ_of(there)) as (url, desk):
        with desk._engine.begin() as connection:
            connection.execute(
                text(
                    "CREATE TRIGGER picky BEFORE UPDATE ON deliveries WHEN NEW.error LIKE '%odd words%'"
                    " BEGIN SELECT RAISE(ABORT, 'no such words'); END"
                )
            )
        there.fault = lambda kind, chat: Said(500, "odd words")
        post(url, "first")
        wait(lambda: "a fault of gitlink's own" in str(desk.listing()[0].story))
        row = desk.listing()[0]
    assert (row.state, row.attempts) == ("waiting", 1)
    assert "no such words" in (row.error or "")
    assert row.steps == {"faults": 1}
