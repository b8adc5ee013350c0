"""A Tracker that answers with triggers made to keep the command busy."""

import os
import resource
import subprocess

from tests.conftest import SCRIPTS
from tests.tracker.loopback import TOKEN, Answer, Seen, serving, told

_PROMISED_S = 20


def test_secrets_of_any_number_and_length_are_not_looked_for() -> None:
    def trigger(number: int) -> dict[str, object]:
        endpoint = f"https://x/{number}" + '%\\"/' * (20 if number % 2 else 200)
        action = {"type": "Webhook", "endpoint": endpoint, "headers": {"X-Gitlink-Notify": "slack"}}
        return {"id": number, "name": "slack", "version": 1, "conditions": [], "actions": [action]}

    def handle(seen: Seen) -> Answer:
        if "/triggers?" in seen.path:
            return told([trigger(number) for number in range(1000)] if "id=" not in seen.path else [])
        return told({"errorMessages": ["a\\%" * 700], "errors": {}, "statusCode": 422}, 422)

    with serving(handle) as server:
        environ = {**os.environ, "TRACKER_API_BASE_URL": server.url, "TRACKER_TOKEN": TOKEN, "TRACKER_ORG_ID": "1"}
        command = (str(SCRIPTS / "gitlink"), "notify", "list", "--queue", "TEST")
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=600, check=False)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.returncode == 5, done.stderr
    assert after.ru_utime - before.ru_utime < _PROMISED_S
