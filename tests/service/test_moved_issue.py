"""An issue that Tracker has moved to another queue answers to its old key still, and is whose its new key says."""

from collections.abc import Callable

import pytest

from gitlink.sandbox import moves
from gitlink.sandbox.server import SandboxServer
from tests.service.reviews import changed, renamed, tell
from tests.service.rig import Rig

Make = Callable[..., Rig]
OWN = "gitlink.acme/app.queue = TEST"
OTHERS = "gitlink.acme/secret.queue = WEB"


@pytest.fixture(params=[False, True], ids=["as it is now", "by a redirect"])
def moved(request: pytest.FixtureRequest, sandbox: SandboxServer) -> str:
    """TEST-1 under its new key, of which Tracker tells in one way or the other."""
    issue = sandbox.state.issue("TEST-1")
    moves.move_to_queue(
        sandbox.state, next(iter(sandbox.state.world.users.values())), issue, "WEB", initial_status=True
    )
    sandbox.state.world.switches.redirect_moved_issues = request.param
    return issue.key


@pytest.mark.parametrize("policy", [f"{OWN}\n{OTHERS}", OTHERS, OWN, "gitlink.queue = TEST"])
@pytest.mark.parametrize(("what", "link"), [("opened", ""), ("approved", "\npullrequest.field = Bench link")])
def test_one_that_belongs_to_another_repository_now_is_left_alone(
    rig: Make, moved: str, policy: str, what: str, link: str
) -> None:
    its = rig(f"{policy}\nstatus.opened = In progress\nstatus.accepted = nowhere{link}")
    before = its.status(moved)
    row = its.tell(what)
    issue = its.sandbox.state.issue(moved)
    assert (row.state, issue.status, issue.comments, issue.values.get("benchLink")) == ("done", before, [], None)
    assert f"TEST-1 is {moved} now, which is no issue of acme/app's" in str(row.story)


@pytest.mark.parametrize("policy", ["", f"{OWN}\ngitlink.acme/app.queue = WEB", "gitlink.acme/x.queue = OPS"])
def test_one_that_is_ours_still_is_linked_and_moved(rig: Make, moved: str, policy: str) -> None:
    its = rig(f"{policy}\nstatus.opened = In progress\nstatus.merged = Ready for test")
    its.tell("opened", 1)
    assert its.status(moved) == "inProgress"
    its.tell("merged", 2)
    assert its.status(moved) == "readyForTest"
    assert len(its.comments(moved)) == 1


def test_one_that_was_linked_before_it_moved_is_not_linked_again(rig: Make, sandbox: SandboxServer) -> None:
    its = rig("status.opened = In progress")
    its.tell("edited", 1)
    issue = sandbox.state.issue("TEST-1")
    moves.move_to_queue(
        sandbox.state, next(iter(sandbox.state.world.users.values())), issue, "WEB", initial_status=True
    )
    its.tell("opened", 2)
    assert (its.status(issue.key), len(its.comments(issue.key))) == ("inProgress", 1)


def test_the_newest_outcome_moves_it_by_whichever_key(rig: Make, moved: str) -> None:
    its = rig("status.opened = In progress\nstatus.merged = Ready for test")
    its.take(renamed(tell("github", "opened", 9, number=8), "TEST-1", moved))
    its.work()
    assert its.status(moved) == "inProgress"
    row = its.tell("merged", 5)
    assert (row.state, its.status(moved)) == ("done", "inProgress")
    assert "something newer of another pull request has moved it" in str(row.story)


def test_it_waits_for_its_turn_by_whichever_key(rig: Make, moved: str) -> None:
    its = rig("status.opened = In progress")
    first = renamed(tell("github", "opened", 1, "first"), "TEST-1", moved)
    its.take(changed(first, lambda top: top["pull_request"].update(number=8)))
    (working,) = its.inbox.claim("other", 15)
    row = its.tell("opened", 2)
    assert (row.state, row.error) == ("waiting", "another delivery of the same issue comes first")
    its.later_s += 2
    its.inbox.renew(working, 15)
    its.work()
    assert its.status(moved) != "inProgress"
    its.inbox.finish(working, "done")
    its.work()
    assert its.status(moved) == "inProgress"


def test_one_of_several_that_has_left_holds_up_no_other(rig: Make, moved: str) -> None:
    its = rig(f"{OTHERS}\nreview.issues = all")
    row = its.tell("approved", head={"ref": "TEST-1-and-TEST-2"})
    assert (row.state, its.status("TEST-2"), its.comments(moved)) == ("done", "readyForTest", [])
