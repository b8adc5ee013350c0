"""The whole way: a forge's delivery to the installed service, and an issue in Tracker that moves."""

from pathlib import Path

import pytest

from gitlink.forge.model import Forge
from gitlink.sandbox.server import SandboxServer
from tests.forge.samples import EVENT_HEADERS
from tests.forge.test_recorded import DELIVERIES, FOLDER, FORGES
from tests.service.process import Served, deliveries, until
from tests.service.reviews import FORGES as ALL
from tests.service.reviews import renamed, tell

STEPS = [
    ("draft", "open"),
    ("own", "open"),
    ("bot", "open"),
    ("commented", "open"),
    ("ready", "inReview"),
    ("approved", "readyForTest"),
    ("dismissed", "readyForTest"),
    ("changes_requested", "needsImprovement"),
    ("approved", "readyForTest"),
    ("merged", "inProgress"),
]
POLICY = '[status]\nopened = inReview\n[status "acme/*"]\nmerged = inProgress\n[status "PRJ/*"]\nmerged = inProgress\n'


@pytest.mark.parametrize("forge", ALL)
def test_a_review_from_draft_to_merge(forge: Forge, sandbox: SandboxServer, tmp_path: Path) -> None:
    database, policy = f"sqlite:///{tmp_path / 'gitlink.db'}", tmp_path / "policy"
    policy.write_text(POLICY, encoding="utf-8")
    issue = sandbox.state.issue("TEST-1")
    with Served(database, "--policy", str(policy), tracker=sandbox.url) as service:
        for minute, (what, status) in enumerate(STEPS, 1):
            if (forge, what) in (("gitea", "bot"), ("gitea", "dismissed")):
                continue  # it knows no bots, and tells nobody of a dismissed review
            assert service.deliver(forge, tell(forge, what, minute)) == 202
            assert service.deliver(forge, tell(forge, what, minute)) == 200
            until(lambda: not unfinished(service))
            assert (what, issue.status) == (what, status)
        assert service.get("/healthz") == (200, "ok\n")
        assert 'gitlink_deliveries_finished_total{state="done"}' in service.get("/metrics")[1]
    listed = deliveries(database)
    assert {row["state"] for row in listed} == {"done"}
    assert len(issue.comments) == 1
    if forge != "gitea":
        assert [row["event"] for row in listed][:3] == ["merged", "approved", "changes_requested"]


def unfinished(service: Served) -> bool:
    text = service.get("/metrics")[1]
    return (
        'gitlink_deliveries{state="waiting"} 0.0' not in text or 'gitlink_deliveries{state="running"} 0.0' not in text
    )


@pytest.mark.skipif(not DELIVERIES, reason="GITLINK_RECORDED names no folder of recorded deliveries")
def test_every_recorded_delivery_is_taken_and_tells_the_issue_it_is_made_to_name(
    sandbox: SandboxServer, tmp_path: Path
) -> None:
    database, policy = f"sqlite:///{tmp_path / 'gitlink.db'}", tmp_path / "policy"
    policy.write_text("[gitlink]\nqueue = TEST\n", encoding="utf-8")
    with Served(database, "--policy", str(policy), tracker=sandbox.url) as service:
        for number, row in enumerate(DELIVERIES):
            forge = FORGES[row["forge"]]
            body = (FOLDER / row["file"]).read_bytes()
            sample = ({EVENT_HEADERS[forge]: row["event_header"], "content-type": "application/json"}, body)
            if row["source_branch"] and row["kind"] != "commented":
                sample = renamed(sample, f'"{row["source_branch"]}"', f'"TEST-{number % 7 + 1}-x"')
            answer = service.deliver(forge, sample)
            assert answer == (200 if row["kind"] == "ping" else answer) and answer in (200, 202), row["file"]
        until(lambda: not unfinished(service), 120)
        assert not [line for line in service.log if "fault" in line]
    states = {row["state"] for row in deliveries(database, "--limit", "1000")}
    assert states <= {"done", "ignored", "superseded", "failed"}
    failed = deliveries(database, "--state", "failed", "--limit", "1000")
    assert not failed, [(row["error"], row["issue"]) for row in failed]
