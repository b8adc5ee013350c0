"""The limits of Tracker: 10 actions a trigger, 1000 triggers a queue. A clear error, and nothing half made.

https://yandex.ru/support/tracker/ru/user/create-trigger
"""

from pathlib import Path

from tests.notify.test_commands import SLACK_TRIGGER, good, run, triggers
from tests.sandbox.asking import Api

NOTE = {"type": "CreateComment", "text": "x"}
TWO = """\
[notify "one"]
\tqueue = TEST
\tkind = slack
[notify "two"]
\tqueue = TEST
\tkind = slack
"""


def fill(api: Api, count: int) -> None:
    for number in range(count):
        body = {"name": f"x{number}", "actions": [NOTE], "conditions": []}
        assert api("POST", "/queues/TEST/triggers", body).status_code == 200


def count(api: Api) -> int:
    """Return how many triggers there are, whatever the listing is made to say."""
    return len([one for one in api.sandbox.state.world.triggers.values() if one.queue == "TEST"])


def test_a_queue_that_is_full(api: Api, tmp_path: Path) -> None:
    file = tmp_path / "notifications.gitconfig"
    file.write_text(TWO, encoding="utf-8")
    fill(api, 999)
    done = run("apply", str(file))
    assert (done.returncode, done.stderr.splitlines()[0]) == (
        5,
        "gitlink: queue `TEST` has 999 triggers, and 1000 is the most",
    )
    assert count(api) == 999
    assert "created" in good(*SLACK_TRIGGER)
    done = run(*SLACK_TRIGGER, "--name", "other")
    assert (done.returncode, done.stderr.splitlines()[0]) == (
        5,
        "gitlink: queue `TEST` has 1000 triggers, and 1000 is the most",
    )
    assert "changed" in good(*SLACK_TRIGGER, "--text", "{summary}")
    assert count(api) == 1000
    # Somebody makes the last one between our look and our write: Tracker says it, and we say it on.
    stale = {"method": "GET", "path": "/v3/queues/TEST/triggers$", "times": 9, "status": 200, "body": []}
    api("POST", "/_sandbox/faults", [stale])
    done = run(*SLACK_TRIGGER, "--name", "other")
    assert (done.returncode, count(api)) == (5, 1000)
    assert "at most 1000 triggers" in done.stderr or "Не больше 1000 триггеров" in done.stderr


def test_a_trigger_that_is_full(api: Api) -> None:
    good(*SLACK_TRIGGER)
    [made] = triggers(api)
    ours = made["actions"][0]  # type: ignore[index]
    url = f"/queues/TEST/triggers/{made['id']}?version=1"
    assert api("PATCH", url, {"actions": [ours, *[NOTE] * 10]}).status_code == 422
    assert api("PATCH", url, {"actions": [ours, *[NOTE] * 9]}).status_code == 200
    assert "changed" in good(*SLACK_TRIGGER, "--text", "{summary}")
    [full] = triggers(api)
    assert len(full["actions"]) == 10  # type: ignore[arg-type]
    fuller = {**full, "actions": [ours, *[NOTE] * 10]}
    answer = {"method": "GET", "path": "/v3/queues/TEST/triggers$", "times": 1, "status": 200, "body": [fuller]}
    api("POST", "/_sandbox/faults", [answer])
    done = run(*SLACK_TRIGGER)
    assert (done.returncode, done.stderr.splitlines()[0]) == (
        2,
        "gitlink: trigger `slack` has 10 actions of its own, and 10 is the most",
    )
    assert triggers(api) == [full]
