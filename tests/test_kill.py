"""Signal 9 at random moments, in short (the long form: python -m tests.kill 300), and several that send at once."""

import os
import random
from datetime import UTC, datetime

import pytest

from gitlink.goals import CommentOnce, Goal, Move, SetField
from gitlink.sandbox.server import SandboxServer, steering
from tests import kill
from tests.calling import use
from tests.harbour import outbox


def test_nothing_promised_is_lost_and_nothing_done_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TRACKER_API_BASE_URL", "TRACKER_TOKEN", "TRACKER_ORG_ID", "XDG_STATE_HOME", "NO_PROXY"):
        monkeypatch.setenv(name, "")  # what the run sets is undone
    seed = int(os.environ.get("GITLINK_SEED") or random.SystemRandom().randrange(1_000_000))
    assert kill.run(12, seed) == [], f"GITLINK_SEED={seed}"


@pytest.mark.parametrize("fault", [{}, {"method": "POST", "close": "after", "times": 3}], ids=["calm", "lossy"])
def test_several_that_sync_at_once_send_once(monkeypatch: pytest.MonkeyPatch, fault: dict[str, object]) -> None:
    import requests

    with SandboxServer() as sandbox:
        use(monkeypatch, sandbox.url)
        now = datetime.now(UTC)
        goals: list[Goal] = [CommentOnce("TEST-1", f"comment {number}", now) for number in range(4)]
        for goal in [
            *goals,
            Move("TEST-1", "inProgress", "Begun", since=now),
            SetField("TEST-1", "benchLink", "https://b.example.com"),
        ]:
            outbox(sandbox.url).put(goal, "no answer")
        faults, headers = [fault] if fault else [], steering(sandbox.token)
        assert requests.post(f"{sandbox.url}/_sandbox/faults", json=faults, headers=headers, timeout=10).ok
        processes = [kill.start("sync") for _ in range(3)]
        assert [process.wait(60) for process in processes] == [0, 0, 0]
        issue = sandbox.state.issue("TEST-1")
        assert sorted(comment.text for comment in issue.comments) == ["Begun", *(f"comment {n}" for n in range(4))]
        assert len([change for change in issue.changes if change.kind == "IssueWorkflow"]) == 1
        assert outbox(sandbox.url).entries() == []
