"""The official client, unchanged, against the sandbox: it is somebody else's idea of the same API."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gitlink.sandbox.seed import CLOUD_ORG_ID, ORG_ID, TOKEN

from .asking import Api

tracker_client = pytest.importorskip("yandex_tracker_client")
exceptions = pytest.importorskip("yandex_tracker_client.exceptions")

BENCH = "https://bench.example.com/1"


@pytest.fixture(params=["v2", "v3"])
def client(request: pytest.FixtureRequest, api: Api) -> Any:
    return tracker_client.TrackerClient(token=TOKEN, org_id=ORG_ID, base_url=api.url, api_version=request.param)


def test_who_am_i(client: Any) -> None:
    assert (client.myself.login, client.myself.hasLicense) == ("ivan.petrov", True)


def test_a_cloud_organization_with_an_iam_token(api: Api) -> None:
    client = tracker_client.TrackerClient(iam_token=TOKEN, cloud_org_id=CLOUD_ORG_ID, base_url=api.url)
    assert client.myself.login == "ivan.petrov"


def test_get_create_update(client: Any) -> None:
    made = client.issues.create(queue="TEST", summary="New", type={"name": "Bug"}, benchLink=BENCH)
    assert (made.key, made.type.key, made.benchLink) == ("TEST-8", "bug", BENCH)
    found = client.issues["TEST-8"]
    found.update(summary="Newer", tags={"add": ["a"]})
    assert (found.summary, found.tags, found.version) == ("Newer", ["a"], 2)
    assert found.status.key == "open" and found.createdBy.login == "ivan.petrov"


def test_a_stale_object_is_a_conflict(client: Any) -> None:
    stale, fresh = client.issues["TEST-1"], client.issues["TEST-1"]
    fresh.update(summary="New")
    with pytest.raises(exceptions.Conflict):
        stale.update(summary="Other")
    stale.update(summary="Other", ignore_version_change=True)


def test_create_twice_with_one_unique_is_one_issue(client: Any) -> None:
    first, second = (client.issues.create(queue="TEST", summary=text, unique="u1") for text in "ab")
    assert (first.key, second.summary) == (second.key, "a")


def test_transitions(client: Any) -> None:
    issue = client.issues["TEST-1"]
    assert "start_progress" in [item.id for item in issue.transitions]
    issue.transitions["start_progress"].execute(comment="On it")
    assert client.issues["TEST-1"].status.key == "inProgress"
    with pytest.raises(exceptions.UnprocessableEntity):
        issue.transitions["close1"].execute()
    issue.transitions["close1"].execute(resolution="fixed")
    assert client.issues["TEST-1"].resolution.key == "fixed"
    with pytest.raises(exceptions.NotFound):
        issue.transitions["close1"].execute(resolution="fixed")


def test_comments(client: Any) -> None:
    issue = client.issues["TEST-1"]
    for number in range(3):
        issue.comments.create(text=f"number {number}", summonees=["anna.ivanova"])
    assert [item.text for item in issue.comments.get_all(perPage=2)] == ["number 0", "number 1", "number 2"]
    first = next(iter(issue.comments))
    first.update(text="changed")
    first.delete()
    assert len(list(issue.comments)) == 2


def test_worklog(client: Any) -> None:
    issue = client.issues["TEST-1"]
    entry = issue.worklog.create(start="2026-03-01T15:30:00.000+0300", duration="P5DT20M", comment="hard")
    assert (entry.duration, entry.start) == ("P1WT20M", "2026-03-01T12:30:00.000+0000")
    assert [item.comment for item in issue.worklog] == ["hard"]
    entry.update(duration="PT10H")
    assert entry.duration == "P1DT2H"
    assert len(client.worklog.find(createdBy="ivan.petrov")) == 1
    entry.delete()
    assert list(issue.worklog) == []


def test_links(client: Any) -> None:
    issue = client.issues["TEST-1"]
    link = issue.links.create(relationship="depends on", issue="TEST-2")
    assert (link.object.key, link.direction, link.type.id) == ("TEST-2", "outward", "depends")
    assert [(item.object.key, item.direction) for item in client.issues["TEST-2"].links] == [("TEST-1", "inward")]
    with pytest.raises(exceptions.BadRequest):
        issue.links.create(relationship="depends", issue="TEST-2")
    link.delete()
    assert list(client.issues["TEST-2"].links) == []


def test_search_by_pages(client: Any) -> None:
    found = client.issues.find("Queue: TEST Resolution: empty()", per_page=2, order=["-key"])
    assert len(found) == 6
    assert [issue.key for issue in found] == ["TEST-7", "TEST-6", "TEST-4", "TEST-3", "TEST-2", "TEST-1"]
    assert [issue.key for issue in found.get_page(2)] == ["TEST-4", "TEST-3"]
    assert client.issues.find(filter={"queue": "TEST", "assignee": "me()"}, count_only=True) == 1
    assert [issue.key for issue in client.issues.find(queue="WEB", per_page=2)][-1] == "WEB-5"
    assert [issue.key for issue in client.issues.find(keys=["TEST-2", "WEB-1"])] == ["WEB-1", "TEST-2"]


def test_bulk_changes(client: Any) -> None:
    done = client.bulkchange.update(["TEST-1", "TEST-2"], priority="minor").wait(interval=0.01)
    assert (done.status, done.totalCompletedIssues) == ("COMPLETE", 2)
    assert client.issues["TEST-2"].priority.key == "minor"
    failed = client.bulkchange.transition(["TEST-1", "TEST-2"], "start_progress").wait(interval=0.01)
    assert (failed.status, failed.totalIssues, failed.totalCompletedIssues) == ("FAILED", 2, 1)
    client.bulkchange.move(["TEST-1"], "WEB").wait(interval=0.01)
    assert client.issues["TEST-1"].key == "WEB-6"
    with pytest.raises(exceptions.UnprocessableEntity):
        client.bulkchange.update(["TEST-2", "NOPE-1"], priority="minor")


def test_fields_and_queues(client: Any) -> None:
    assert "benchLink" in [field.id for field in client.fields]
    queue = client.queues["WEB"]
    assert [field.key for field in queue.local_fields] == ["browser"]
    assert next(kind.key for kind in queue.issuetypes) == "bug"
    assert "quickStartV2PresetWorkflow" in queue.workflows
    assert [item.key for item in client.queues][:2] == ["TEST", "WEB"]
    made = queue.collection.local_fields.create(
        id="stand",
        name={"en": "Stand", "ru": "Стенд"},
        category=client.field_categories.get_all()[0].id,
        type="ru.yandex.startrek.core.fields.UriFieldType",
    )
    assert made.key == "stand"


def test_triggers(client: Any) -> None:
    queue = client.queues["TEST"]
    trigger = queue.collection.triggers.create(name="note", actions=[{"type": "CreateComment", "text": "hello"}])
    trigger.update(active=False)
    assert (trigger.version, trigger.active) == (2, False)
    assert [item.name for item in queue.triggers] == ["note"]


def test_attachments(client: Any, tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_bytes(b"\x00one\r\ntwo")
    issue = client.issues["TEST-1"]
    issue.attachments.create(str(tmp_path / "note.txt"))
    [file] = issue.attachments
    assert (file.name, b"".join(file.read())) == ("note.txt", b"\x00one\r\ntwo")
    issue.comments.create(text="see", attachments=[str(tmp_path / "note.txt")])
    assert len(list(issue.attachments)) == 2
    file.delete()
    assert len(list(issue.attachments)) == 1


def test_changelog_and_moving(client: Any) -> None:
    issue = client.issues["TEST-1"]
    issue.update(summary="New")
    assert [change.type for change in issue.changelog] == ["IssueCreated", "IssueUpdated"]
    moved = issue.move_to("WEB")
    assert (moved.key, moved.aliases, client.issues["TEST-1"].key) == ("WEB-6", ["TEST-1"], "WEB-6")


def test_wrong_tokens_and_organizations(api: Api) -> None:
    with pytest.raises(exceptions.TrackerServerError):
        tracker_client.TrackerClient(token="wrong", org_id=ORG_ID, base_url=api.url).myself  # noqa: B018
    with pytest.raises(exceptions.Forbidden):
        tracker_client.TrackerClient(token=TOKEN, org_id="2", base_url=api.url).myself  # noqa: B018
