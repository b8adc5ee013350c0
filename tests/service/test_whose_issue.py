"""Whose verdict moves whose issue: what strangers, other repositories, times to come and late clicks must not do."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from gitlink.forge.model import Forge
from gitlink.sandbox.server import SandboxServer
from tests.forge.samples import Delivery, Json
from tests.service.process import Served, deliveries, until
from tests.service.reviews import FORGES, changed, tell
from tests.service.rig import Rig
from tests.tracker.loopback import Answer, Seen, serving, told

Make = Callable[..., Rig]


def review_by(association: str | None, what: str = "approved", minute: int = 5) -> Delivery:
    """A review on GitHub by someone who is so close to the repository."""
    headers, body = tell("github", what, minute, f"{association}-{what}-{minute}")
    top = json.loads(body)
    top["review"]["author_association"] = association
    return headers, json.dumps(top).encode()


@pytest.mark.parametrize("what", ["approved", "changes_requested"])
@pytest.mark.parametrize("association", ["NONE", "FIRST_TIMER", "FIRST_TIME_CONTRIBUTOR", "CONTRIBUTOR", "MANNEQUIN"])
def test_a_strangers_verdict_on_github_moves_nothing(rig: Make, association: str, what: str) -> None:
    its = rig()
    its.take(review_by(association, what))
    its.work()
    row = its.desk.listing()[0]
    assert (row.state, its.status()) == ("done", "open")
    assert "bert (`review.association`: no collaborator) does not count" in str(row.story)


@pytest.mark.parametrize(
    ("policy", "association"),
    [("", "COLLABORATOR"), ("review.association = contributor", "CONTRIBUTOR"), ("review.association = any", "NONE")],
)
def test_who_is_close_enough_moves(rig: Make, policy: str, association: str) -> None:
    its = rig(policy)
    its.take(review_by(association))
    its.work()
    assert its.status() == "readyForTest"


def test_a_stranger_whom_an_earlier_delivery_told_of_does_not_count_later_either(rig: Make) -> None:
    its = rig("review.approvals = 2")
    its.take(review_by("NONE"))
    its.work()
    carl = json.loads(review_by("MEMBER", minute=6)[1])
    carl["review"]["user"] = carl["sender"] = {"login": "carl", "id": 33, "type": "User"}
    its.take((review_by("MEMBER", minute=6)[0], json.dumps(carl).encode()))
    its.work()
    assert its.status() == "open"


@pytest.mark.parametrize(
    ("answered", "status"), [("official", "readyForTest"), ("unofficial", "open"), ("more than is read", "open")]
)
def test_an_unofficial_review_on_gitea_moves_nothing(
    tmp_path: Path, sandbox: SandboxServer, answered: str, status: str
) -> None:
    """Anybody may review there, too; whose review counts to Gitea itself is in its API alone."""
    review: Json = {"user": {"login": "bert", "id": 22}, "state": "APPROVED", "submitted_at": "2026-01-02T03:05:00Z"}
    review |= {"official": answered == "official", "stale": False, "dismissed": False}
    if answered == "more than is read":
        review["body"] = "\U0001f600" * 1_000_000

    def handle(seen: Seen) -> Answer:
        return told([review]) if seen.path.startswith("/api/v1/repos/acme/app/pulls/7/reviews") else Answer(404)

    with serving(handle) as forge:
        host, user_config = forge.url.partition("://")[2], tmp_path / "gitconfig"
        user_config.write_text(f'[gitlink "{host}"]\n\tforge = gitea\n\tapi = {forge.url}/api/v1\n', encoding="utf-8")
        environ = {"GITEA_TOKEN": "gt-secret", "GIT_CONFIG_GLOBAL": str(user_config)}
        database = f"sqlite:///{tmp_path / 'g.db'}"
        with Served(database, tracker=sandbox.url, environ=environ) as service:
            headers, body = tell("gitea", "approved")
            there = body.replace(b"https://codeberg.org/", f"{forge.url}/".encode())
            assert service.deliver("gitea", (headers, there)) == 202
            until(lambda: [row["state"] for row in deliveries(database)] == ["done"])
        assert [seen.headers["authorization"] for seen in forge.seen if "/reviews" in seen.path] == ["token gt-secret"]
    assert sandbox.state.issue("TEST-1").status == status


BOUND = "gitlink.acme/shop.queue = SHOP\ngitlink.acme/*.queue = OTHER\ngitlink.acme/app.queue = TEST"


@pytest.mark.parametrize(
    ("policy", "moves"),
    [
        pytest.param("", True, id="nothing bound"),
        pytest.param("gitlink.Acme/App.queue = TEST", True, id="bound to this repository"),
        pytest.param("gitlink.acme/shop.queue = SHOP", True, id="another queue is another repository's"),
        pytest.param("gitlink.acme/shop.queue = TEST", False, id="bound to another repository"),
        pytest.param("gitlink.queue = TEST\ngitlink.acme/shop.queue = TEST", False, id="bound, and counts elsewhere"),
        pytest.param("gitlink.acme/app.queue = SHOP", False, id="this repository has another queue"),
        pytest.param(BOUND, True, id="the last binding that matches counts"),
    ],
)
@pytest.mark.parametrize("named_in", ["branch", "title"])
def test_a_repositorys_events_move_issues_of_its_own_queues_only(
    rig: Make, policy: str, moves: bool, named_in: str
) -> None:
    its = rig(policy)
    pull: Json = {"head": {"ref": "TEST-1-login"}, "title": "Add login", "body": ""}
    if named_in == "title":
        pull = {"head": {"ref": "login"}, "title": "TEST-1 Add login", "body": ""}
    row = its.tell("approved", **pull)
    assert its.status() == ("readyForTest" if moves else "open")
    assert row.state == ("done" if moves else "ignored")
    assert len(its.comments()) == moves


def test_of_very_many_issues_that_a_text_names_only_some_are_moved(rig: Make) -> None:
    its = rig("review.issues = all")
    row = its.tell("approved", head={"ref": "login"}, title=" ".join([f"TEST-{number}" for number in range(1, 5000)]))
    assert row.state == "failed"  # most of them are not there
    assert len(str(row.story)) < 20_000


@pytest.mark.parametrize("forge", FORGES)
def test_a_moment_in_the_future_counts_as_now(rig: Make, forge: Forge) -> None:
    """Else nothing of the pull request, nor of the issue, would ever be newer."""
    its = rig()
    headers, body = tell(forge, "changes_requested", 5, "far")
    body = body.replace(b"2026-01-02", b"9998-01-02")
    if forge == "bitbucket-dc":
        top = json.loads(body)
        top["date"] = "9998-01-02T03:05:00+0000"
        body = json.dumps(top).encode()
    its.take((headers, body), forge)
    its.work()
    assert its.status() == "needsImprovement"
    later = _in_a_minute(tell(forge, "approved", 6, "later"))
    its.later_s = 120
    its.take(later, forge)
    its.work()
    assert its.status() == "readyForTest"


def _in_a_minute(sample: Delivery) -> Delivery:
    from datetime import UTC, datetime, timedelta

    day = (datetime.now(UTC) + timedelta(seconds=60)).strftime("%Y-%m-%d")
    clock = (datetime.now(UTC) + timedelta(seconds=60)).strftime("%H:%M:%S")
    return sample[0], sample[1].replace(b"2026-01-02", day.encode()).replace(b"03:06:00", clock.encode())


@pytest.mark.parametrize("association", ["NONE", "CONTRIBUTOR", "MEMBER"])
def test_a_stranger_moves_nothing_by_opening_and_closing(rig: Make, association: str) -> None:
    """Anybody may open a pull request that names anybody's issue, and close it."""
    its = rig("status.opened = In progress\nstatus.declined = Needs improvement\nstatus.merged = testing")
    is_close = association == "MEMBER"
    its.tell("opened", 1, author_association=association)
    assert its.status() == ("inProgress" if is_close else "open")
    headers, body = tell("github", "declined", 2, "own", author_association=association)
    its.take((headers, body.replace(b'"sender": {"login": "bert", "id": 22', b'"sender": {"login": "anna", "id": 11')))
    its.work()
    assert its.status() == ("needsImprovement" if is_close else "open")
    story = str(its.desk.listing()[0].story)
    assert is_close or "the author is no collaborator (`review.association`)" in story


def test_a_maintainer_who_closes_a_strangers_pull_request_moves_nothing(rig: Make) -> None:
    """It may be spam that names anybody's issue, and who closes it a program that tidies up."""
    its = rig("status.declined = Needs improvement")
    its.take(review_by("NONE", minute=1))
    row = its.tell("declined", 2, author_association="NONE")  # bert closes anna's
    assert its.status() == "open"
    assert "the author is no collaborator (`review.association`), and no verdict counts" in str(row.story)


def test_one_that_was_reviewed_by_someone_who_counts_moves_when_a_maintainer_closes_it(rig: Make) -> None:
    its = rig("status.declined = Needs improvement\nreview.approvals = 2")
    its.tell("approved", 1, author_association="NONE")
    its.tell("declined", 2, author_association="NONE")
    assert its.status() == "needsImprovement"


def test_and_not_when_the_stranger_does(rig: Make) -> None:
    its = rig("status.declined = Needs improvement\nreview.approvals = 2")
    its.tell("approved", 1, author_association="NONE")
    anna = {"login": "anna", "id": 11, "type": "User"}
    its.take(
        changed(tell("github", "declined", 2, "own", author_association="NONE"), lambda top: top.update(sender=anna))
    )
    its.work()
    assert its.status() == "open"


def test_the_policy_can_let_everybody_decline(rig: Make) -> None:
    its = rig("status.declined = Needs improvement\nreview.association = any")
    its.tell("declined", 2, author_association="NONE")
    assert its.status() == "needsImprovement"


URL = "https://github.com/acme/app/pull/"


@pytest.mark.parametrize("association", ["NONE", "MEMBER"])
def test_a_strangers_pull_request_takes_no_others_place_in_the_field(rig: Make, association: str) -> None:
    its = rig("pullrequest.field = Bench link")
    its.tell("opened", 1)
    row = its.tell("opened", 2, number=8, html_url=f"{URL}8", author_association=association)
    is_close = association == "MEMBER"
    assert (row.state, its.sandbox.state.issue("TEST-1").values["benchLink"]) == (
        "done",
        f"{URL}{8 if is_close else 7}",
    )
    assert its.comments() == ([] if is_close else [f"Pull request [acme/app#8]({URL}8)"])


def test_an_empty_field_takes_a_strangers_pull_request_and_then_anybody_elses(rig: Make) -> None:
    its = rig("pullrequest.field = Bench link")
    for association, number in (("NONE", 8), ("MEMBER", 9)):
        its.tell("opened", number, number=number, html_url=f"{URL}{number}", author_association=association)
        assert its.sandbox.state.issue("TEST-1").values["benchLink"] == f"{URL}{number}"
    assert its.comments() == []


def test_a_stranger_is_one_in_a_comment_too(rig: Make) -> None:
    """GitHub tells of it where the comment's pull request comes as an issue."""
    its = rig("pullrequest.field = Bench link")
    its.tell("opened", 1)
    theirs = {"number": 8, "pull_request": {"html_url": f"{URL}8"}, "author_association": "NONE"}
    its.take(changed(tell("github", "commented", 2), lambda top: top["issue"].update(theirs)))
    its.work()
    assert its.sandbox.state.issue("TEST-1").values["benchLink"] == f"{URL}7"
    assert len(its.comments()) == 1


def test_a_strangers_pull_request_that_is_accepted_moves(rig: Make) -> None:
    its = rig()
    its.tell("opened", 1, author_association="NONE")
    its.tell("approved", 2, author_association="NONE")
    assert its.status() == "readyForTest"
