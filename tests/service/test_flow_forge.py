"""What the service asks of a forge where it has a token: verdicts, comments, a mark on the commit, a complaint."""

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from gitlink import hosting
from gitlink.forge import delivery
from gitlink.forge.model import FORGES, Forge, PullRequestEvent
from gitlink.forge.remote import Known, usual_api
from gitlink.sandbox.server import SandboxServer
from gitlink.service import links
from gitlink.service.forges import Forges
from tests.service.process import Served, deliveries, until
from tests.service.reviews import changed, renamed, tell
from tests.service.rig import Rig
from tests.tracker.loopback import Answer, Seen, Server, serving, told

Make = Callable[..., Rig]


class GitHub:
    """As much of GitHub as is asked for."""

    def __init__(self) -> None:
        self.reviews: list[dict[str, object]] = []
        self.comments: list[str] = []
        self.marks: list[dict[str, str]] = []
        self.is_away = False
        self.is_endless = False  # more has been written under the pull request than is read
        self.failing: tuple[str, ...] = ()  # paths that answer with a fault of the forge's own
        self.server: Server

    def __call__(self, seen: Seen) -> Answer:
        if self.is_away or any(path in seen.path for path in self.failing):
            return Answer(503)
        if self.is_endless and seen.method == "GET":
            return told([{"id": 1, "body": "\U0001f600" * 1_000_000, "user": None}])
        assert seen.headers["authorization"] == "Bearer gh-secret"
        if seen.path.startswith("/repos/acme/app/pulls/7/reviews"):
            return told(self.reviews)
        if seen.path.startswith("/repos/acme/app/statuses/"):
            self.marks.append(json.loads(seen.body))
            return told({}, 201)
        if seen.path.startswith("/repos/acme/app/issues/7/comments"):
            if seen.method == "POST":
                self.comments.append(json.loads(seen.body)["body"])
                return told({"id": 1}, 201)
            return told([{"id": number, "body": text, "user": None} for number, text in enumerate(self.comments, 1)])
        return told({"message": "Not Found"}, 404)

    def review(self, login: str, number: int, state: str) -> None:
        moment = "2026-01-02T03:05:00Z"
        self.reviews.append({"user": {"login": login, "id": number}, "state": state, "submitted_at": moment})


@pytest.fixture
def github() -> Iterator[GitHub]:
    forge = GitHub()
    with serving(forge) as server:
        forge.server = server
        yield forge


def test_a_missing_issue_is_told_once_on_the_pull_request(rig: Make, github: GitHub) -> None:
    its = rig(forge=github.server.url)
    its.take(renamed(tell("github", "approved"), "TEST-1", "TEST-99"))
    its.work()
    row = its.desk.listing()[0]
    assert row.state == "failed"
    assert len(github.comments) == 1 and "TEST-99" in github.comments[0]
    assert "told under https://github.com/acme/app/pull/7" in str(row.story)


def test_without_a_token_it_is_said_that_nobody_was_told(rig: Make) -> None:
    its = rig()
    its.take(renamed(tell("github", "approved"), "TEST-1", "TEST-99"))
    its.work()
    assert "nobody was told: there is no token for the forge" in str(its.desk.listing()[0].story)


def test_the_comments_name_the_issue_where_nothing_else_does(rig: Make, github: GitHub) -> None:
    its = rig(forge=github.server.url)
    github.review("bert", 22, "APPROVED")
    github.comments += ["Looks good", "This is TEST-2, is it not?"]
    row = its.tell("approved", head={"ref": "login"}, title="Login", body=None)
    assert (row.state, row.issue, its.status("TEST-2")) == ("done", "TEST-2", "readyForTest")


def test_an_issue_learned_late_waits_its_turn(rig: Make, github: GitHub) -> None:
    its = rig(forge=github.server.url)
    github.comments.append("TEST-1")
    its.take(tell("github", "opened", 1, "first"))
    other = changed(tell("github", "opened", 2, "second", number=8), lambda top: top["pull_request"].update(title="x"))
    (first,) = its.inbox.claim("other", 15)
    its.take(renamed(other, "TEST-1-login", "login"))
    its.work()
    second = its.desk.listing()[0]
    assert first.state == "running" and second.pull_request == 8
    assert second.state == "ignored"  # the comments of #8 name nothing
    its.inbox.finish(first, "done")


def test_the_forge_says_what_everybody_thinks(rig: Make, github: GitHub) -> None:
    its = rig(forge=github.server.url)
    github.review("bert", 22, "APPROVED")
    github.review("carl", 33, "CHANGES_REQUESTED")
    its.tell("approved")
    assert its.status() == "needsImprovement"


def test_a_forge_that_is_away_is_waited_for_and_then_done_without(rig: Make, github: GitHub) -> None:
    its = rig(forge=github.server.url)
    github.is_away = True
    row = its.tell("approved")
    assert (row.state, its.desk.gate()) == ("waiting", None)
    its.later_s += 700
    its.work()
    assert its.status() == "readyForTest"
    assert "what its deliveries told has to do" in str(its.desk.listing()[0].story)


@pytest.mark.parametrize("named", [("patch-1", "Fix (TEST-1, TEST-99)"), ("login", "Login")])
def test_what_is_too_long_to_read_is_not_waited_for(rig: Make, github: GitHub, named: tuple[str, str]) -> None:
    """Anybody can write as much, and other pull requests of the same issue would wait behind it."""
    its = rig("review.issues = all\nstatus.merged = In progress", github.server.url)
    github.is_endless = True
    row = its.tell("opened", 1, number=7, head={"ref": named[0], "sha": "1" * 40}, title=named[1], body=None)
    assert row.state == "failed"
    its.tell("merged", 2, number=8)
    assert its.status() == "inProgress"


def test_a_mark_that_cannot_be_set_freezes_no_issue(rig: Make, github: GitHub) -> None:
    its = rig("status.opened = inReview\nstatus.merged = In progress", github.server.url)
    github.failing = ("/statuses/",)
    opened = its.tell("opened", 1)
    merged = its.tell("merged", 2)
    assert (opened.state, its.status()) == ("waiting", "inReview")
    its.later_s += 700
    its.work()
    rows = its.desk.listing()
    assert ([row.state for row in rows], its.status()) == (["done", "done"], "inProgress"), merged
    assert "; the commit has no status" in str(rows[1].story)


def test_a_complaint_that_cannot_be_made_freezes_no_issue(rig: Make, github: GitHub) -> None:
    its = rig(forge=github.server.url)
    github.failing = ("/comments",)
    its.take(renamed(tell("github", "approved", 1), "TEST-1", "TEST-99"))
    its.take(renamed(tell("github", "merged", 2), "TEST-1", "TEST-99"))
    its.work()
    its.later_s += 700
    its.work()
    rows = its.desk.listing()
    assert [row.state for row in rows] == ["failed", "failed"]
    assert "there is no issue `TEST-99`" in (rows[1].error or "") and "nobody was told" in str(rows[1].story)


def test_comments_that_cannot_be_read_hold_up_a_pull_request_for_minutes_and_not_for_days(
    rig: Make, github: GitHub
) -> None:
    """It ends as failed, since one of them may have named an issue: a person can have it tried again."""
    its = rig("status.merged = In progress", github.server.url)
    github.failing = ("/comments",)
    its.tell("approved", 1, head={"ref": "login"}, title="Login", body=None)
    its.tell("merged", 2)
    assert its.status() == "open"
    its.later_s += 700
    its.work()
    merged, approved = its.desk.listing()
    assert (approved.state, merged.state, its.status()) == ("failed", "done", "inProgress")
    assert approved.error == "only the comments can name its issue, and the forge does not show them"


@pytest.mark.parametrize(
    ("title", "ref", "state"),
    [("TEST-1 Login", "TEST-1-login", "success"), ("Login", "TEST-1-login", "failure"), ("Login", "x", "failure")],
)
def test_the_commit_is_marked(rig: Make, github: GitHub, title: str, ref: str, state: str) -> None:
    its = rig(forge=github.server.url)
    its.tell("opened", title=title, body=None, head={"ref": ref})
    assert [(mark["context"], mark["state"]) for mark in github.marks] == [("gitlink/issue-key", state)]


def test_a_forge_that_refuses_the_mark_stops_nothing(rig: Make, github: GitHub) -> None:
    its = rig("status.opened = inReview", github.server.url + "/nowhere")
    row = its.tell("opened")
    assert (row.state, its.status()) == ("done", "inReview")
    assert "no commit status" in str(row.story)


def test_no_story_holds_a_secret(rig: Make, github: GitHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "hush-hush-9")
    its = rig("status.opened = inReview", github.server.url)
    row = its.tell("opened")
    its.inbox.tell(row, "it said hush-hush-9")
    its.inbox.finish(row, "failed", "ValueError('hush-hush-9')")
    assert (row.story[-1]["what"], row.error) == ("it said [GITHUB_TOKEN]", "ValueError('[GITHUB_TOKEN]')")


NOWHERE = [
    "http://[::1",
    "https://[half",
    "http://host:port/x",
    "",
    "nonsense",
    "//x",
    "https:///acme/app",
    "https://a\x00b/",
]


@pytest.mark.parametrize("forge", FORGES)
@pytest.mark.parametrize("url", NOWHERE)
def test_an_address_that_cannot_be_read_has_no_client(forge: Forge, url: str) -> None:
    event = delivery.parse(forge, *tell(forge, "opened"))
    assert isinstance(event, PullRequestEvent)
    found = replace(event.pull_request, url=url)
    assert links.ForgeClients({}, lambda: None).of(found) is None
    assert Forges(links.ForgeClients({}, lambda: None).of).verdicts(found) is None


@pytest.mark.parametrize("url", NOWHERE[:2])
def test_a_delivery_with_such_an_address_is_worked_on_all_the_same(
    tmp_path: Path, sandbox: SandboxServer, url: str
) -> None:
    database = f"sqlite:///{tmp_path / 'g.db'}"
    with Served(database, tracker=sandbox.url, environ={"GITHUB_TOKEN": "gh-secret"}) as service:
        assert service.deliver("github", tell("github", "approved", html_url=url)) == 202
        until(lambda: deliveries(database)[0]["state"] == "done" or deliveries(database)[0]["error"])
    assert [(row["state"], row["error"]) for row in deliveries(database)] == [("done", None)]
    assert sandbox.state.issue("TEST-1").status == "readyForTest"


CATCHERS = [
    "https://git.example.com/~mallory/catcher/{project}/pulls/7",
    "https://git.example.com/~mallory/catcher/projects/PRJ/repos/app/pull-requests/7",
    "http://git.example.com/{project}/pulls/7",
    "https://mallory:x@git.example.com/~mallory/{project}/pulls/7",
    "https://git.example.com/~mallory/%2e%2e/{project}/pulls/7",
]


@pytest.mark.parametrize("forge", ["gitea", "gitlab", "github", "bitbucket-dc"])
@pytest.mark.parametrize("url", CATCHERS)
def test_a_sender_chooses_neither_path_nor_scheme_that_a_token_goes_to(
    forge: Forge, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("GITEA_TOKEN", "GITLAB_TOKEN", "GITHUB_TOKEN", "BITBUCKET_TOKEN"):
        monkeypatch.setenv(name, "secret")
    event = delivery.parse(forge, *tell(forge, "opened"))
    assert isinstance(event, PullRequestEvent)
    found = replace(event.pull_request, url=url.format(project=event.pull_request.repository))
    for said, api in (
        (Known(forge), usual_api(forge, "git.example.com")),
        (Known(forge, "https://git.example.com/git/api"), "https://git.example.com/git/api"),
    ):
        client = links.ForgeClients({"git.example.com": said}, lambda: None).of(found)
        assert client is not None and client.has_token
        assert (client.remote.api, client.remote.project) == (api, found.repository)


def test_a_token_goes_to_a_host_of_ones_own_that_git_is_told_of(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("BITBUCKET_TOKEN", "b-secret")
    event = delivery.parse("bitbucket-dc", *tell("bitbucket-dc", "opened"))
    assert isinstance(event, PullRequestEvent)
    clients = links.ForgeClients(hosting.hosts(os.environ), lambda: None)
    assert clients.of(event.pull_request) is None
    text = '[gitlink "bitbucket.example.com"]\n\tforge = bitbucket-dc\n'
    (tmp_path / "home" / "gitconfig").write_text(text, encoding="utf-8")
    client = links.ForgeClients(hosting.hosts(os.environ), lambda: None).of(event.pull_request)
    assert client is not None and client.has_token
    assert (client.remote.project, client.remote.api) == ("PRJ/app", "https://bitbucket.example.com/rest/api/latest")
