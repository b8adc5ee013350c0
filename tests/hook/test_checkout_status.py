"""checkout.status with real checkouts: in the background, never in the way; first what moves nothing."""

import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from gitlink import state
from gitlink.goals import Move
from tests.calling import until, use
from tests.conftest import SCRIPTS, Repository
from tests.harbour import Harbour, binding, outbox
from tests.hook.test_post_checkout import on_terminal
from tests.tracker.loopback import Answer, Seen, serving

POLICY = "[checkout]\n\tstatus = inProgress\n"


def honour(repository: Repository, policy: str = POLICY) -> None:
    """Have the remote's default branch ask for moves, where a checkout obeys it."""
    repository.policy(policy)
    repository.git("add", ".gitlink")
    repository.commit("Policy")
    repository.git("push", "-q", "origin", "main")
    repository.git("remote", "set-head", "origin", "main")
    repository.hook("post-checkout")


@pytest.fixture
def harbour(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> Iterator[Harbour]:
    honour(repository)
    made = Harbour()
    use(monkeypatch, made.url)
    yield made
    made.leave()


def settled(repository: Repository, harbour: Harbour) -> None:
    """Wait until a child that was started has had its time: another is, for TEST-3, and ends after it."""
    repository.git("switch", "-q", "-c", "TEST-3-later")
    assert until(lambda: harbour.issue("TEST-3").status == "inProgress")
    assert until(lambda: not outbox(harbour.url).entries())


@pytest.mark.parametrize(
    "line",
    [
        "git worktree add -q ../other TEST-1-x",
        "git clone -q -b TEST-1-x . ../clone",
        "git checkout -q TEST-1-x -- . 2>/dev/null; true",
        "git switch -q --detach TEST-1-x",
        "git switch -q -c main-2; git switch -q main",
    ],
)
def test_what_is_no_checkout_of_an_issues_branch_moves_nothing(
    repository: Repository, harbour: Harbour, line: str
) -> None:
    repository.git("branch", "TEST-1-x")
    repository.sh(line)
    settled(repository, harbour)
    assert harbour.issue().status == "open"


def test_a_rebase_moves_nothing(repository: Repository, harbour: Harbour) -> None:
    repository.git(
        "switch", "-q", "-c", "TEST-1-x", GITLINK_SKIP="x", XDG_STATE_HOME=str(repository.path.parent / "state")
    )
    assert until(lambda: harbour.issue().status == "inProgress")
    harbour.someone_moves("stop_progress")
    repository.commit("Work")
    repository.git("switch", "-q", "main")
    repository.commit("Other work")
    repository.git("-c", "core.hooksPath=/nowhere", "switch", "-q", "TEST-1-x")
    repository.git("rebase", "-q", "main")
    settled(repository, harbour)
    assert harbour.issue().status == "open"


@pytest.mark.parametrize("is_linked", [False, True], ids=["clone", "linked work tree"])
def test_a_rebase_that_finds_nothing_to_do_moves_nothing(
    repository: Repository, harbour: Harbour, is_linked: bool
) -> None:
    """It checks the branch out like anyone else, and only the log of HEAD says who it was."""
    repository.git("branch", "TEST-1-x")
    if is_linked:
        repository.git("worktree", "add", "-q", "-b", "side", "../side")
        (repository.path.parent / "side" / ".gitlink").write_text(POLICY, encoding="utf-8")
    repository.git("-C", "../side" if is_linked else ".", "rebase", "-q", "main", "TEST-1-x")
    settled(repository, harbour)
    assert harbour.issue().status == "open"


def test_a_checkout_moves_without_a_log_of_head(repository: Repository, harbour: Harbour) -> None:
    repository.git("config", "core.logAllRefUpdates", "false")
    (repository.path / ".git" / "logs" / "HEAD").unlink()
    repository.git("switch", "-q", "-c", "TEST-1-x")
    assert until(lambda: harbour.issue().status == "inProgress")


def test_bisect_reset_moves_nothing(repository: Repository, harbour: Harbour) -> None:
    for number in range(5):
        repository.commit(f"Commit {number}")
    repository.git("-c", "core.hooksPath=/nowhere", "switch", "-q", "-c", "TEST-1-x")
    repository.git("bisect", "start", "HEAD", "HEAD~4")
    repository.git("bisect", "reset")
    settled(repository, harbour)
    assert harbour.issue().status == "open"


def test_a_checkout_moves_the_issue(repository: Repository, harbour: Harbour) -> None:
    repository.git("switch", "-q", "-c", "TEST-1-x")
    assert until(lambda: harbour.issue().status == "inProgress")
    assert until(lambda: not outbox(harbour.url).entries())


def test_the_next_checkout_tells_where_it_has_moved(repository: Repository, harbour: Harbour) -> None:
    repository.git("switch", "-q", "-c", "TEST-1-x")
    assert until(lambda: harbour.issue().status == "inProgress")
    assert until(lambda: getattr(state.known(binding(harbour.url), "TEST-1", 0), "status", "") == "In progress")
    assert on_terminal(repository, "switch", "-q", "TEST-1-x")[1] == "TEST-1 In progress  Add login form\r\n"


def test_a_resolved_issue_stays(repository: Repository, harbour: Harbour) -> None:
    harbour.leave()
    repository.git("switch", "-q", "-c", "TEST-5-x")
    assert until(lambda: bool(outbox(harbour.url).entries()))
    assert until(lambda: "no answer" in outbox(harbour.url).entries()[0].error)
    harbour.come_back()
    repository.git("switch", "-q", "main")  # sends what waits
    assert until(lambda: not outbox(harbour.url).entries())
    repository.git("switch", "-q", "TEST-5-x")
    assert until(lambda: state.known(binding(harbour.url), "TEST-5", time.time()) is not None)
    settled(repository, harbour)
    assert harbour.issue("TEST-5").status == "resolved"
    assert not outbox(harbour.url).has_news()


def test_a_move_that_is_refused_is_told_and_not_kept(repository: Repository, harbour: Harbour) -> None:
    honour(repository, "[checkout]\n\tstatus = nonsense\n")
    repository.git("switch", "-q", "-c", "TEST-1-x")
    assert until(lambda: outbox(harbour.url).has_news())
    assert until(lambda: not outbox(harbour.url).entries())


def test_what_waits_is_sent_though_the_branchs_issue_is_missing(repository: Repository, harbour: Harbour) -> None:
    repository.policy("[checkout]\n\tremind = false\n")
    outbox(harbour.url).put(Move("TEST-1", "in-progress", since=datetime.now(UTC)), "no answer")
    repository.git("switch", "-q", "-c", "TEST-999-x")
    assert until(lambda: harbour.issue().status == "inProgress")


def test_the_line_tells_what_is_known_here(repository: Repository, harbour: Harbour) -> None:
    state.remember(binding(harbour.url), "TEST-1", "In\x1b progress", "Fix\tlogin", False)
    status, told = on_terminal(repository, "switch", "-q", "-c", "TEST-1-x")
    assert (status, told) == (0, "TEST-1 In\ufffd progress  Fix login\r\n")
    assert on_terminal(repository, "switch", "-q", "-c", "TEST-2-x") == (0, "")
    assert until(lambda: harbour.issue().status == "inProgress")


def test_a_tracker_that_never_answers_holds_nobody_up(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    honour(repository)

    def silent(_: Seen) -> Answer:
        time.sleep(8)
        return Answer(503)

    with serving(silent) as server:
        use(monkeypatch, server.url)
        begun = time.monotonic()
        done = subprocess.run(("git", "switch", "-q", "-c", "TEST-1-x"), cwd=repository.path, capture_output=True)
        took = time.monotonic() - begun
        assert (done.returncode, done.stderr) == (0, b"")
        assert took < 6
        assert until(lambda: bool(outbox(server.url).entries()))
        assert until(lambda: bool(server.seen))


@pytest.mark.parametrize("name", ["gitlink/__init__.py", "requests.py", "json.py", "gitlink/errand.py"])
def test_nothing_of_the_work_tree_is_imported(repository: Repository, harbour: Harbour, name: str) -> None:
    trap = repository.path / name
    trap.parent.mkdir(exist_ok=True)
    trap.write_text(f"open({str(repository.path / 'trapped')!r}, 'w').close()\nraise SystemExit(1)\n")
    repository.git("switch", "-q", "-c", "TEST-1-x")
    assert until(lambda: harbour.issue().status == "inProgress")
    assert not (repository.path / "trapped").exists()


def test_no_credentials_are_no_fault(repository: Repository, harbour: Harbour) -> None:
    done = repository.git("switch", "-q", "-c", "TEST-1-x", TRACKER_TOKEN="", TRACKER_ORG_ID="")
    assert (done.returncode, done.stderr) == (0, "")
    assert repository.git("switch", "-q", "-c", "TEST-1-y", TRACKER_TOKEN="").stderr == ""
    assert repository.git("switch", "-q", "-c", "TEST-1-z", HOME="/proc/x", XDG_STATE_HOME="/proc/x").stderr == ""


@pytest.mark.parametrize(
    "name", ["tags/refs/remotes/origin/HEAD", "remotes/origin/HEAD", "remotes/origin/HEAD/a\u2028b"]
)
@pytest.mark.parametrize("target", [None, "refs/remotes/origin/gone"], ids=["no default branch", "one that is gone"])
def test_what_only_has_the_default_branchs_name_moves_nothing(
    repository: Repository, harbour: Harbour, name: str, target: str | None
) -> None:
    """A stranger's tag, or branch called HEAD, in a clone by `git init` and `git fetch`."""
    repository.git("branch", "TEST-1-x")
    repository.git("remote", "set-head", "origin", "--delete")
    if target and name.startswith("tags/"):
        repository.git("symbolic-ref", "refs/remotes/origin/HEAD", target)
        name = f"tags/{target}"
    repository.git("update-ref", f"refs/{name}", "main")
    assert repository.git("switch", "-q", "TEST-1-x").stderr == ""
    mine = repository.path.parent / "mine"
    mine.write_text(POLICY, encoding="utf-8")
    repository.git("config", "--global", "gitlink.policy", str(mine))
    settled(repository, harbour)
    assert harbour.issue().status == "open"


def test_the_default_branch_of_the_only_remote_counts_whatever_its_name(
    repository: Repository, harbour: Harbour
) -> None:
    repository.git("remote", "rename", "origin", "acme")
    repository.git("switch", "-q", "-c", "TEST-1-x")
    assert until(lambda: harbour.issue().status == "inProgress")


@pytest.mark.parametrize("place", ["branch", "clone", "no default branch"])
def test_what_a_stranger_can_write_moves_nothing(repository: Repository, harbour: Harbour, place: str) -> None:
    repository.git("branch", "TEST-1-x")
    (repository.path / ".gitlink").unlink()
    repository.git("rm", "-q", "--cached", ".gitlink")
    repository.commit("No policy")
    repository.git("push", "-q", "origin", "main")
    if place == "no default branch":
        repository.git("remote", "set-head", "origin", "--delete")
    if place == "clone":
        (repository.path.parent / "theirs").write_text(POLICY, encoding="utf-8")
        repository.git("config", "--local", "gitlink.policy", str(repository.path.parent / "theirs"))
    repository.git("switch", "-q", "TEST-1-x")
    assert (repository.path / ".gitlink").exists()
    mine = repository.path.parent / "mine"
    mine.write_text(POLICY, encoding="utf-8")
    repository.git("config", "--global", "gitlink.policy", str(mine))
    settled(repository, harbour)  # the user's own file counts
    assert harbour.issue().status == "open"


def test_doctor_says_where_checkout_status_counts(repository: Repository) -> None:
    repository.policy(POLICY)
    said = repository.run(str(SCRIPTS / "gitlink"), "doctor", check=False).stdout
    assert "checkout.status" in said
    assert "git remote set-head origin --auto" in said
