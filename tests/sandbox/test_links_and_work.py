"""Links between issues, links to other applications, worklogs, attachments and bulk changes."""

from __future__ import annotations

import pytest

from gitlink.sandbox import durations

from .asking import Api

START = "2026-03-01T15:30:00.000+0300"


def links(api: Api, key: str) -> list[tuple[str, str, str]]:
    listed = api("GET", f"/issues/{key}/links").json()
    return [(link["type"]["id"], link["direction"], link["object"]["key"]) for link in listed]


@pytest.mark.parametrize(
    ("relationship", "kind", "here", "there"),
    [
        ("relates", "relates", "inward", "outward"),
        ("depends on", "depends", "outward", "inward"),
        ("is dependent by", "depends", "inward", "outward"),
        ("is subtask for", "subtask", "inward", "outward"),
        ("is parent task for", "subtask", "outward", "inward"),
        ("duplicates", "duplicates", "inward", "outward"),
        ("has epic", "epic", "outward", "inward"),
    ],
)
def test_a_link_is_seen_from_both_ends(api: Api, relationship: str, kind: str, here: str, there: str) -> None:
    answer = api("POST", "/issues/TEST-1/links", {"relationship": relationship, "issue": "TEST-2"})
    assert (answer.status_code, answer.json()["object"]["key"]) == (201, "TEST-2")
    assert answer.json()["status"]["key"] == "inProgress"
    assert links(api, "TEST-1") == [(kind, here, "TEST-2")]
    assert links(api, "TEST-2") == [(kind, there, "TEST-1")]
    gone = api("DELETE", f"/issues/TEST-1/links/{answer.json()['id']}")
    assert (gone.status_code, gone.content, links(api, "TEST-2")) == (204, b"", [])


def test_the_same_link_twice_is_one(api: Api) -> None:
    body = {"relationship": "relates", "issue": "TEST-2"}
    assert api("POST", "/issues/TEST-1/links", body).json() == api("POST", "/issues/TEST-1/links", body).json()
    assert len(links(api, "TEST-1")) == 1


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param({"relationship": "depends", "issue": "TEST-2"}, 400, id="the id of a type"),
        pytest.param({"relationship": "relates", "issue": "TEST-99"}, 422, id="an unknown issue"),
        pytest.param({"relationship": "relates", "issue": "TEST-1"}, 422, id="itself"),
        pytest.param({"relationship": "relates"}, 422, id="no issue"),
        pytest.param({"relationship": "relates", "issue": "TEST-2", "x": 1}, 422, id="an unknown key"),
        pytest.param([], 400, id="a list"),
    ],
)
def test_a_link_needs(api: Api, body: object, status: int) -> None:
    assert api("POST", "/issues/TEST-1/links", body).status_code == status


def test_links_at_creation(api: Api) -> None:
    body = {"queue": "TEST", "summary": "x", "links": [{"relationship": "relates", "issue": "TEST-1"}]}
    made = api("POST", "/issues", body).json()
    assert links(api, made["key"]) == [("relates", "inward", "TEST-1")]
    bad = body | {"links": [{"relationship": "nope", "issue": "TEST-1"}]}
    assert api("POST", "/issues", bad).status_code == 400
    assert api("GET", "/issues/TEST-9").status_code == 404


@pytest.mark.parametrize("relationship", ["RELATES", "relates"])
def test_a_remote_link_has_a_key_and_no_address(api: Api, relationship: str) -> None:
    [known, *_] = api("GET", "/applications").json()
    body = {"relationship": relationship, "key": "group/1", "origin": known["id"]}
    answer = api("POST", "/issues/TEST-1/remotelinks?backlink=true", body)
    link = answer.json()
    assert (answer.status_code, link["object"]["key"], link["direction"]) == (201, "group/1", "outward")
    assert link["object"]["application"]["id"] == known["id"]
    assert api("GET", "/issues/TEST-1/remotelinks").json() == [link]
    assert api("DELETE", f"/issues/TEST-1/remotelinks/{link['id']}").status_code == 204
    assert api("DELETE", f"/issues/TEST-1/remotelinks/{link['id']}").status_code == 404


@pytest.mark.parametrize(
    ("origin", "status"),
    [("nope", 422), ("ru.yandex.wiki", 403), ("ru.yandex.messenger", 500)],
)
def test_not_every_application_takes_links(api: Api, origin: str, status: int) -> None:
    body = {"relationship": "RELATES", "key": "1", "origin": origin}
    assert api("POST", "/issues/TEST-1/remotelinks", body).status_code == status


@pytest.mark.parametrize(
    ("given", "normalized"),
    [
        ("PT1H30M", "PT1H30M"),
        ("P5DT20M", "P1WT20M"),
        ("PT10H", "P1DT2H"),
        ("P1W", "P1W"),
        ("PT90M", "PT1H30M"),
        ("PT45S", "PT45S"),
        ("P", None),
        ("PT", None),
        ("P1DT", None),
        ("PT0M", None),
        ("1h", None),
        ("P1M", None),
        ("PT1.5H", None),
        (90, None),
    ],
)
def test_durations(given: object, normalized: str | None) -> None:
    total = durations.seconds(given)
    assert (durations.iso(total) if total else None) == normalized


def test_a_worklog(api: Api) -> None:
    answer = api("POST", "/issues/TEST-1/worklog", {"start": START, "duration": "PT1H30M", "comment": "hard"})
    entry = answer.json()
    assert (answer.status_code, entry["start"], entry["version"]) == (201, "2026-03-01T12:30:00.000+0000", 1)
    path = f"/issues/TEST-1/worklog/{entry['id']}"
    assert api("GET", path).json() == entry
    assert api("PATCH", path, {"duration": "P5D"}).json()["duration"] == "P1W"
    assert api("GET", "/issues/TEST-1").json()["spent"] == "P1W"
    assert api("DELETE", path).status_code == 204
    assert api("GET", "/issues/TEST-1/worklog").json() == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"duration": "PT1H"}, "start"),
        ({"start": START}, "duration"),
        ({"start": "yesterday", "duration": "PT1H"}, "start"),
        ({"start": START, "duration": "1h"}, "duration"),
        ({"start": START, "duration": "PT1H", "comment": 5}, "comment"),
    ],
)
def test_a_worklog_needs(api: Api, body: object, field: str) -> None:
    answer = api("POST", "/issues/TEST-1/worklog", body)
    assert (answer.status_code, list(answer.json()["errors"])) == (422, [field])


def test_everybodys_worklogs(api: Api) -> None:
    for key in ("TEST-1", "TEST-2"):
        api("POST", f"/issues/{key}/worklog", {"start": START, "duration": "PT1H"})
    by = "createdBy=ivan.petrov"
    assert len(api("GET", f"/worklog?{by}").json()) == 2
    assert len(api("GET", f"/worklog?{by}&start=from:2026-03-01T00:00:00,to:2026-03-02T00:00:00").json()) == 2
    assert api("GET", f"/worklog?{by}&start=from:2026-03-02T00:00:00").json() == []
    assert api("POST", "/worklog/_search", {"createdBy": "anna.ivanova"}).json() == []
    assert api("GET", "/worklog?createdAt=from:nope").status_code == 400


def test_a_file(api: Api) -> None:
    sent = api.session.post(
        f"{api.url}/v3/attachments?filename=b.txt",
        files={"file": ("a.txt", b"\x00\r\n--x")},
        headers={"Authorization": "OAuth sandbox-token", "X-Org-ID": "1"},
        timeout=10,
    )
    assert (sent.status_code, sent.json()["name"]) == (201, "b.txt")
    number = sent.json()["id"]
    api("POST", "/issues/TEST-1/comments", {"text": "see", "attachmentIds": [number]})
    [file] = api("GET", "/issues/TEST-1/attachments").json()
    assert api("GET", file["content"].removeprefix(api.url)).content == b"\x00\r\n--x"
    assert api("POST", "/issues/TEST-1/comments", {"text": "x", "attachmentIds": [number]}).status_code == 422
    assert api("GET", "/issues/TEST-1/comments?expand=all").json()[0]["attachments"][0]["id"] == number


def bulk(api: Api, verb: str, **body: object) -> dict[str, object]:
    answer = api("POST", f"/bulkchange/_{verb}", body)
    job = answer.json()
    assert (answer.status_code, job["status"], job["executionIssuePercent"]) == (201, "CREATED", 0)
    while job["status"] == "CREATED":
        job = api("GET", f"/bulkchange/{job['id']}").json()
    done: dict[str, object] = job
    return done


def test_a_bulk_change(api: Api) -> None:
    job = bulk(api, "update", issues=["TEST-1", "TEST-2"], values={"priority": "minor"})
    assert (job["status"], job["totalIssues"], job["totalCompletedIssues"]) == ("COMPLETE", 2, 2)
    assert api("GET", f"/bulkchange/{job['id']}/issues").json() == []
    assert api("GET", "/issues/TEST-2").json()["priority"]["key"] == "minor"


def test_a_bulk_transition_that_fails_for_one(api: Api) -> None:
    job = bulk(api, "transition", issues=["TEST-1", "TEST-2"], transition="start_progress", values={"comment": "go"})
    assert (job["status"], job["totalCompletedIssues"]) == ("FAILED", 1)
    [failure] = api("GET", f"/bulkchange/{job['id']}/issues").json()
    assert failure["issue"]["key"] == "TEST-2"
    assert failure["error"]["errorMessages"] == ["The transition is not available."]


def test_a_bulk_move_of_a_query(api: Api) -> None:
    assert bulk(api, "move", issues="Key: TEST-1, TEST-2", queue="WEB")["totalCompletedIssues"] == 2
    assert api("GET", "/issues/TEST-2").json()["key"] == "WEB-7"


def test_an_unknown_key_refuses_the_whole(api: Api) -> None:
    answer = api("POST", "/bulkchange/_update", {"issues": ["TEST-1", "NOPE-1"], "values": {"priority": "minor"}})
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["issues"])
    assert "NOPE-1" in answer.json()["errors"]["issues"]
    assert api("GET", "/issues/TEST-1").json()["priority"]["key"] == "normal"
