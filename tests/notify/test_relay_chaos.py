"""The relay's chaos in short; the long form is a command of `relay_chaos`."""

from tests.notify.relay_chaos import run


def test_killed_and_refused_every_message_arrives_in_order(database: str) -> None:
    outcome = run(messages=60, chats=20, kill_every_s=3, limit_s=240, database=database)
    assert outcome.kills and outcome.faults, outcome
