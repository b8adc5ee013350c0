"""The relay while Tracker does not answer: a message needs no Tracker, and says nothing about it."""

import os
import time

from gitlink.notify import channels
from gitlink.service.inbox import Inbox
from gitlink.service.relay import Messengers as Senders
from gitlink.service.rows import RELAY, Arrival
from tests.notify.relays import policy_of, relay
from tests.notify.standins import Messengers
from tests.notify.test_relay import Wait, post, states
from tests.sandbox.asking import Api
from tests.service.rig import Rig, faults


def message(text: str) -> Arrival:
    body = f'{{"at": "{text}", "text": "{text}"}}'.encode()
    return Arrival(RELAY, text, "notified", "team", None, None, {"channel": "team"}, body, ("notify:team",))


def benches(count: int) -> list[Arrival]:
    """Return as many deliveries that need Tracker, each of another issue."""
    keys, url = [f"TEST-{number}" for number in range(1, count + 1)], "https://b.example.com"
    return [Arrival("bench", key, "deployed", None, None, key, {"issue": key, "url": url}, b"", (key,)) for key in keys]


def test_a_message_goes_out_and_does_not_open_the_gate(api: Api, there: Messengers, database: str) -> None:
    rig = Rig(database, api.sandbox)
    rig.frozen_at = time.time()  # the gate is shut for a second at first
    environ = {**os.environ, "GITLINK_NOTIFY_TEAM": there.slack}
    rig.messengers = Senders(channels.read(policy_of()), rig.inbox, environ, pace_s=0)
    with faults(api.sandbox, {"path": ".*", "times": 99, "close": "before"}):
        rig.inbox.accept(benches(3))
        rig.work()
        assert rig.desk.gate()
        rig.inbox.accept([message("a"), message("b")])
        rig.work()
    assert [one.shown for one in there.posted] == ["a", "b"]
    assert rig.desk.gate()
    assert {row.attempts for row in rig.desk.listing(states=["waiting"])} == {1}


def test_a_tracker_that_hangs_holds_up_no_message(api: Api, there: Messengers, database: str, wait: Wait) -> None:
    environ = {**os.environ, "GITLINK_NOTIFY_TEAM": there.slack}
    with (
        relay(database, policy_of(), environ) as (url, desk),
        faults(api.sandbox, {"path": "/v3/.*", "times": 99, "delay": 6}),
    ):
        Inbox(desk._engine).accept(benches(6))
        wait(lambda: states(desk).count("running") == 4)
        post(url, "now")
        there.wait(1)
        assert states(desk)[:4] == ["running"] * 4
