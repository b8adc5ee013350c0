"""`gitlink init` of someone who is logged in: queues and statuses are offered, and what is given is verified."""

from pathlib import Path

from gitlink.sandbox.server import SandboxServer
from tests.cli.conftest import GITLINK, on_terminal
from tests.conftest import Repository
from tests.sandbox.asking import Api

NO_STATUSES = "\n" * 7


def _policy(repository: Repository) -> str:
    return Path(repository.path, ".gitlink").read_text(encoding="utf-8")


def test_queues_and_statuses_are_chosen_by_number_or_name(repository: Repository, tracker: SandboxServer) -> None:
    answers = ["1 web", "in-progress", "", "Можно тестировать", "1", "Resolvd", "resolved", "-", ""]
    status, screen = on_terminal(repository, "init", answers="\n".join(answers) + "\n")
    assert status == 0, screen
    assert "   1  TEST  Test" in screen
    assert "there is no status `Resolvd`; did you mean `Resolved`?" in screen
    assert _policy(repository) == (
        "[gitlink]\n\tqueue = TEST\n\tqueue = WEB\n[status]\n\tstarted = inProgress\n\taccepted = readyForTest\n"
        "\trejected = open\n\tmerged = resolved\n"
    )
    repository.run(GITLINK, "doctor")


def test_answers_may_be_empty(repository: Repository, tracker: SandboxServer) -> None:
    assert on_terminal(repository, "init", answers="\n" + NO_STATUSES)[0] == 0
    assert _policy(repository) == "# every queue counts\n"


def test_a_default_can_be_chosen_away(repository: Repository, tracker: SandboxServer) -> None:
    on_terminal(repository, "init", "--queue", "TEST", answers="\n\n-\n-\n\n\n\n")
    assert _policy(repository) == '[gitlink]\n\tqueue = TEST\n[status]\n\taccepted = ""\n\trejected = ""\n'


def test_a_queue_that_is_not_there_is_refused_and_nothing_written(
    repository: Repository, tracker: SandboxServer
) -> None:
    done = repository.run(GITLINK, "init", "--queue", "TSET", "--yes", check=False)
    assert done.returncode == 5
    assert "  fix:   gitlink init --queue TEST\n" in done.stderr
    assert not Path(repository.path, ".gitlink").exists()
    repository.run(GITLINK, "init", "--queue", "test", "--yes")
    again = repository.run(GITLINK, "init", "--queue", "test", "--queue", "shop", "--yes").stderr
    assert "git config -f .gitlink --add gitlink.queue SHOP\n" in again and "queue TEST\n" not in again
    assert repository.run(GITLINK, "init", "--queue", "no queue", "--yes", check=False).returncode == 2
    assert _policy(repository) == "[gitlink]\n\tqueue = TEST\n"


def test_what_cannot_be_seen_is_a_warning(repository: Repository, tracker: SandboxServer, api: Api) -> None:
    for environ in ({"TRACKER_API_BASE_URL": "http://127.0.0.1:9"}, {"TRACKER_TOKEN": "wrong"}):
        done = repository.run(GITLINK, "init", "--queue", "NOPE", "--yes", check=True, **environ)
        assert "could not be seen" in done.stderr
        assert _policy(repository) == "[gitlink]\n\tqueue = NOPE\n"
        Path(repository.path, ".gitlink").unlink()
    status, screen = on_terminal(repository, "init", answers="TEST\n", TRACKER_TOKEN="wrong")
    assert (status, _policy(repository)) == (0, "[gitlink]\n\tqueue = TEST\n"), screen


def test_without_credentials_it_asks_for_keys_alone(repository: Repository) -> None:
    status, screen = on_terminal(repository, "init", answers="test\n")
    assert (status, _policy(repository)) == (0, "[gitlink]\n\tqueue = TEST\n"), screen
    assert "status." not in screen


def test_who_stops_at_a_question_has_changed_nothing(repository: Repository, tracker: SandboxServer) -> None:
    status, screen = on_terminal(repository, "init", answers="\x04")
    assert (status, screen.splitlines()[-1]) == (130, "gitlink: interrupted, or asked where nobody answers")
    assert not Path(repository.path, ".gitlink").exists()
