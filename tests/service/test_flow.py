"""What becomes of an issue, situation by situation: first where nothing may happen to it."""

from collections.abc import Callable

import pytest

from gitlink.forge.model import Forge
from tests.service.reviews import FORGES, changed, renamed, tell
from tests.service.rig import Rig, faults

Make = Callable[..., Rig]
LINK = "Pull request [acme/app#7](https://github.com/acme/app/pull/7)"


@pytest.mark.parametrize(
    "what", ["opened", "draft", "ready", "edited", "commented", "own", "bot", "merged", "declined"]
)
@pytest.mark.parametrize("forge", FORGES)
def test_what_is_no_verdict_moves_nothing_by_default(rig: Make, forge: Forge, what: str) -> None:
    if (forge, what) == ("gitea", "bot"):
        pytest.skip("Gitea's bots are ordinary users, for `review.ignore`")
    its = rig()
    row = its.tell(what, forge=forge)
    assert (row.state, row.issue, its.status()) == ("done", "TEST-1", "open")


@pytest.mark.parametrize("forge", FORGES)
def test_an_approval_accepts_and_the_pull_request_is_linked_once(rig: Make, forge: Forge) -> None:
    its = rig()
    its.tell("opened", 1, forge)
    row = its.tell("approved", 2, forge)
    assert (row.state, row.error, its.status()) == ("done", None, "readyForTest")
    assert "TEST-1: Open → Ready for test" in [step["what"] for step in row.story]
    assert len(its.comments()) == 1 and its.comments()[0].startswith("Pull request [")


@pytest.mark.parametrize("forge", FORGES)
def test_a_rejection_after_an_acceptance_moves_on(rig: Make, forge: Forge) -> None:
    its = rig()
    its.tell("approved", 1, forge)
    its.tell("changes_requested", 2, forge)
    assert its.status() == "needsImprovement"


@pytest.mark.parametrize("forge", FORGES)
def test_someone_who_is_ignored_does_not_count(rig: Make, forge: Forge) -> None:
    its = rig("review.ignore = BERT\nreview.ignore = renovate*")
    its.tell("approved", 1, forge)
    its.tell("bot", 2, forge)
    assert its.status() == "open"


def test_a_second_approval_does_not_drag_an_issue_back(rig: Make) -> None:
    its = rig()
    its.tell("approved", 1)
    its.sandbox.state.issue("TEST-1").status = "inProgress"
    carl = renamed(renamed(tell("github", "approved", 2, "carl"), '"bert"', '"carl"'), '"id": 22', '"id": 33')
    its.take(carl)
    its.work()
    assert its.status() == "inProgress"
    assert "accepted already" in its.desk.listing()[0].story[0]["what"]


def test_taking_a_verdict_back_moves_nothing_and_the_next_one_does(rig: Make) -> None:
    its = rig()
    its.tell("approved", 1)
    its.tell("dismissed", 2)
    assert its.status() == "readyForTest"
    its.tell("changes_requested", 3)
    assert its.status() == "needsImprovement"


def test_what_is_older_than_what_was_applied_is_superseded(rig: Make) -> None:
    its = rig()
    its.tell("changes_requested", 9)
    row = its.tell("approved", 2)
    assert (row.state, its.status()) == ("superseded", "needsImprovement")
    assert "newer" in (row.error or "")


def test_a_newer_comment_makes_no_verdict_outdated(rig: Make) -> None:
    its = rig()
    its.tell("commented", 9)
    assert its.tell("approved", 8).state == "done"
    assert its.status() == "readyForTest"


def test_the_newest_outcome_of_two_pull_requests_moves(rig: Make) -> None:
    its = rig()
    its.tell("changes_requested", 9)
    row = its.tell("approved", 5, number=8, html_url="https://github.com/acme/app/pull/8")
    assert (row.state, its.status()) == ("done", "needsImprovement")
    assert "TEST-1 stays: something newer of another pull request has moved it" in str(row.story)
    its.tell("approved", 12, number=8, html_url="https://github.com/acme/app/pull/8")
    assert its.status() == "needsImprovement"  # that review was accepted already
    its.tell("approved", 13)
    assert its.status() == "readyForTest"


def test_an_older_outcome_that_came_late_makes_nothing_older_the_newest(rig: Make) -> None:
    its = rig()
    for number, what, minute in ((1, "approved", 50), (2, "changes_requested", 10), (3, "changes_requested", 30)):
        its.tell(what, minute, number=number, html_url=f"https://github.com/acme/app/pull/{number}")
        assert its.status() == "readyForTest"
    its.tell("changes_requested", 51, number=4, html_url="https://github.com/acme/app/pull/4")
    assert its.status() == "needsImprovement"


def test_a_resolved_issue_is_linked_and_never_moved(rig: Make) -> None:
    its = rig()
    its.take(renamed(tell("github", "approved"), "TEST-1", "TEST-5"))
    its.work()
    assert (its.desk.listing()[0].state, its.status("TEST-5"), its.comments("TEST-5")) == ("done", "resolved", [LINK])


def test_all_issues_move_where_the_policy_says_so(rig: Make) -> None:
    its = rig("review.issues = all")
    its.tell("approved", head={"ref": "TEST-2-and-TEST-99-and-TEST-3"})
    row = its.desk.listing()[0]
    assert (its.status("TEST-2"), its.status("TEST-3")) == ("readyForTest", "readyForTest")
    assert (row.state, row.issue) == ("failed", "TEST-2")
    assert "TEST-99" in (row.error or "") and "no such issue" in (row.error or "").lower()


def test_only_the_first_issue_moves_otherwise(rig: Make) -> None:
    its = rig()
    its.tell("approved", head={"ref": "TEST-2-and-TEST-3"})
    assert (its.status("TEST-2"), its.status("TEST-3")) == ("readyForTest", "inReview")
    assert its.comments("TEST-2") and LINK not in its.comments("TEST-3")


@pytest.mark.parametrize(
    ("branch", "title", "body", "key"),
    [
        ("main", "Fix login", "See [TEST-2].", "TEST-2"),
        ("main", "TEST-3 Fix login", "See TEST-2", "TEST-3"),
        ("fix/TEST-1", "TEST-3 Fix login", "", "TEST-1"),
    ],
)
def test_the_branch_then_the_title_then_the_text_name_the_issue(
    rig: Make, branch: str, title: str, body: str, key: str
) -> None:
    its = rig()
    row = its.tell("approved", head={"ref": branch}, title=title, body=body)
    assert (row.issue, its.status(key)) == (key, "readyForTest")


def test_no_issue_anywhere_is_ignored(rig: Make) -> None:
    its = rig("gitlink.queue = TEST")
    row = its.tell("approved", head={"ref": "utf-8-login"}, title="UTF-8", body=None)
    assert (row.state, row.issue) == ("ignored", None)
    assert row.error == "neither branch nor title nor text names an issue"


def test_a_comment_on_a_pull_request_does_not_forget_its_branch(rig: Make) -> None:
    its = rig()
    its.tell("approved", 1, title="Reverts TEST-2")
    its.take(renamed(tell("github", "commented", 2), "TEST-1 Add", "Reverts TEST-2"))
    its.work()
    assert its.desk.listing()[0].issue == "TEST-1"
    assert its.comments("TEST-2") == []


def test_a_repository_has_statuses_of_its_own(rig: Make) -> None:
    its = rig("status.acme/*.accepted = In review\nstatus.other/*.accepted = closed")
    its.tell("approved", repository=None)
    assert its.status() == "inReview"


def test_opened_ready_declined_and_merged_move_where_the_policy_says(rig: Make) -> None:
    its = rig("status.opened = inReview\nstatus.merged = In progress\nstatus.declined = needInfo")
    its.tell("draft", 1)
    assert its.status() == "open"
    its.tell("ready", 2)
    assert its.status() == "inReview"
    its.tell("declined", 3)
    assert its.status() == "needInfo"
    its.tell("reopened", 4)
    assert its.status() == "inReview"
    its.tell("merged", 5)
    assert its.status() == "inProgress"


def test_the_link_can_stand_in_a_field(rig: Make) -> None:
    its = rig("pullrequest.field = Bench link")
    its.tell("opened")
    assert its.sandbox.state.issue("TEST-1").values["benchLink"] == "https://github.com/acme/app/pull/7"
    assert its.comments() == []


def test_a_link_that_is_refused_does_not_keep_the_issue_from_moving(rig: Make) -> None:
    its = rig("pullrequest.field = nosuch")
    row = its.tell("approved")
    assert (row.state, its.status()) == ("failed", "readyForTest")
    assert "no field `nosuch`" in (row.error or "")
    its.tell("changes_requested", 3, number=8)
    assert its.status() == "readyForTest"  # what moved it was newer


def test_a_body_that_cannot_be_read_is_ignored_with_the_reason(rig: Make) -> None:
    its = rig()
    headers, _ = tell("github", "approved")
    its.take((headers, b'{"action": "sub'))
    its.work()
    row = its.desk.listing()[0]
    assert (row.state, row.event) == ("ignored", None)
    assert "no JSON" in (row.error or "")
    assert its.desk.retry(row.seq)
    its.work()
    assert its.desk.listing()[0].state == "ignored"


def test_a_repeated_delivery_is_no_second_effect(rig: Make) -> None:
    its = rig()
    assert its.take(tell("github", "approved"))
    its.work()
    assert not its.take(tell("github", "approved"))
    assert its.take(tell("github", "approved", name="the same by hand"))
    its.work()
    assert its.comments() == [LINK]


def test_a_refused_move_fails_with_one_comment_and_what_people_think_is_kept(rig: Make) -> None:
    its = rig("status.rejected = no such status\nreview.approvals = 1")
    row = its.tell("changes_requested", 1)
    assert (row.state, its.status()) == ("failed", "open")
    complaints = [text for text in its.comments() if "gitlink could not do" in text]
    assert len(complaints) == 1 and "no such status" in complaints[0]
    carl = renamed(renamed(tell("github", "approved", 2, "carl"), '"bert"', '"carl"'), '"id": 22', '"id": 33')
    its.take(carl)
    its.work()
    assert its.status() == "open"  # bert's rejection stands
    assert its.desk.retry(row.seq)
    its.work()


def test_tracker_away_is_waited_for(rig: Make) -> None:
    its = rig()
    with faults(its.sandbox, {"status": 503, "times": 1000}):
        row = its.tell("approved")
        assert (row.state, row.attempts) == ("waiting", 1)
        assert "503" in (row.error or "") or "no answer" in (row.error or "")
        assert its.status() == "open"
    its.work()
    assert its.desk.get(row.seq).state == "waiting"  # type: ignore[union-attr]
    its.later_s += 10
    its.work()
    assert (its.desk.get(row.seq).state, its.status()) == ("done", "readyForTest")  # type: ignore[union-attr]


def test_tracker_away_for_good_is_given_up_after_days(rig: Make) -> None:
    its = rig()
    with faults(its.sandbox, {"status": 503, "times": 100000}):
        row = its.tell("approved")
        for _ in range(400):
            if row.state == "failed":
                break
            its.later_s += 3600
            its.work()
            row = its.desk.listing()[0]
    assert row.state == "failed" and "given up after 5 days" in (row.error or "")
    assert row.attempts > 30


def test_a_refused_token_is_waited_for_too(rig: Make) -> None:
    its = rig()
    its.start("wrong")
    row = its.tell("approved")
    assert (row.state, its.status()) == ("waiting", "open")
    its.start("sandbox-token")
    its.later_s += 10
    its.work()
    assert its.status() == "readyForTest"


def test_a_lost_answer_is_no_second_comment(rig: Make) -> None:
    its = rig()
    with faults(
        its.sandbox,
        {"method": "POST", "path": "comments", "close": "after", "times": 1},
        {"method": "POST", "path": "_execute", "close": "after", "times": 1},
    ):
        its.tell("approved")
    its.later_s += 10
    its.work()
    assert (its.comments(), its.status()) == ([LINK], "readyForTest")


def test_a_draft_is_accepted_by_nobody(rig: Make) -> None:
    its = rig()
    row = its.tell("approved", draft=True)
    assert (row.state, its.status()) == ("done", "open")
    assert its.tell("ready", 6).state == "done"
    assert its.status() == "readyForTest"


def test_a_delivery_without_a_known_author_still_counts(rig: Make) -> None:
    its = rig()
    its.take(changed(tell("github", "approved"), lambda top: top["pull_request"].update(user=None)))
    its.work()
    assert its.status() == "readyForTest"
