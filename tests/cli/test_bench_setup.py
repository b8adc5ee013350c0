"""`gitlink bench setup`, and the bench link in fields of each kind."""

import json

import pytest

from gitlink.sandbox.seed import MEMBER_TOKEN, READER_TOKEN
from gitlink.sandbox.server import SandboxServer
from tests.cli.conftest import Run
from tests.conftest import Repository
from tests.sandbox.asking import Api

URL = "https://bench.example.com/1"


@pytest.fixture
def bare(tracker: SandboxServer, api: Api) -> SandboxServer:
    """A Tracker that knows no bench field."""
    api("POST", "/_sandbox/seed", {"bench_field": False})
    return tracker


def _created(api: Api) -> list[str]:
    asked = api("GET", "/_sandbox/requests").json()
    return [entry["path"] for entry in asked if entry["method"] == "POST" and "ields" in entry["path"]]


def test_a_field_that_is_there_is_found_and_left_alone(gitlink: Run, tracker: SandboxServer, api: Api) -> None:
    for words in ((), ("--local",), ("--queue", "web"), ("--dry-run",)):
        assert gitlink("bench", "setup", *words).stdout == "benchLink (Bench link): is there already, for all queues\n"
    assert _created(api) == []


def test_it_is_created_once_for_all_queues(gitlink: Run, bare: SandboxServer, api: Api) -> None:
    assert gitlink("bench", "setup", "--dry-run").stdout == "benchLink: would be created, for all queues\n"
    assert _created(api) == []
    assert json.loads(gitlink("bench", "setup", "--json").stdout) == {
        "field": "benchLink",
        "key": "benchLink",
        "queue": None,
        "created": True,
    }
    assert json.loads(gitlink("bench", "setup", "--json").stdout)["created"] is False
    assert _created(api) == ["/v3/fields"]
    field = api("GET", "/fields/benchLink").json()
    assert (field["name"], field["schema"]["type"]) == ("Bench link", "uri")
    gitlink("bench", "set", URL)
    assert json.loads(gitlink("bench", "show", "--json").stdout)["url"] == URL


def test_it_is_the_queues_own_where_rights_allow_no_more(gitlink: Run, bare: SandboxServer, api: Api) -> None:
    told = gitlink("bench", "setup", TRACKER_TOKEN=MEMBER_TOKEN).stdout
    assert told == "benchLink (Bench link): created, in queue TEST\n"
    assert _created(api) == ["/v3/fields", "/v3/queues/TEST/localFields"]
    gitlink("bench", "set", URL)
    shown = json.loads(gitlink("bench", "show", "--json").stdout)
    assert (shown["url"], shown["field"].endswith("--benchLink")) == (URL, True)
    gitlink("bench", "clear")
    assert json.loads(gitlink("bench", "show", "--json").stdout)["url"] is None


def test_local_is_said_so_and_needs_a_queue(
    gitlink: Run, repository: Repository, bare: SandboxServer, api: Api
) -> None:
    gitlink("bench", "setup", "--local", "--queue", "WEB")
    assert _created(api) == ["/v3/queues/WEB/localFields"]
    repository.git("switch", "-q", "main")
    assert "--queue TEST --local" in gitlink("bench", "setup", "--local", code=2).stderr


def test_each_queue_of_the_policy_gets_one(gitlink: Run, repository: Repository, bare: SandboxServer) -> None:
    repository.policy("[gitlink]\n\tqueue = WEB\n\tqueue = TEST\n")
    told = gitlink("bench", "setup", "--local").stdout
    assert told == ("benchLink (Bench link): created, in queue TEST\nbenchLink (Bench link): created, in queue WEB\n")


def test_a_creation_that_turns_out_to_be_done_is_no_fault(gitlink: Run, bare: SandboxServer, api: Api) -> None:
    api("POST", "/_sandbox/faults", [{"method": "POST", "path": "/fields$", "close": "after"}])
    assert gitlink("bench", "setup").stdout == "benchLink (Bench link): is there already, for all queues\n"
    assert _created(api) == ["/v3/fields"]


def test_who_may_not_is_told_so(gitlink: Run, repository: Repository, bare: SandboxServer) -> None:
    gitlink("bench", "setup", code=5, TRACKER_TOKEN=READER_TOKEN)
    repository.git("switch", "-q", "main")
    told = gitlink("bench", "setup", code=5, TRACKER_TOKEN=MEMBER_TOKEN).stderr
    assert "administrator" in told and "gitlink bench setup --queue TEST" in told
    assert "`NOPE`" in gitlink("bench", "setup", "--queue", "nope", code=5).stderr
    assert "no queue key" in gitlink("bench", "setup", "--queue", "a b", code=2).stderr


@pytest.mark.parametrize("word", ["benchLink", "Bench link", "bench-link", "Ссылка на стенд"])
@pytest.mark.parametrize("locale", ["en_US.UTF-8", "ru_RU.UTF-8"])
def test_the_policy_may_call_the_field_by_any_of_its_names(
    gitlink: Run, repository: Repository, tracker: SandboxServer, word: str, locale: str
) -> None:
    repository.policy(f'[bench]\n\tfield = "{word}"\n')
    gitlink("bench", "set", URL, LC_ALL=locale)
    shown = json.loads(gitlink("bench", "show", "--json", LC_ALL=locale).stdout)
    assert (shown["field"], shown["url"]) == ("benchLink", URL)


def test_a_field_of_another_name_is_created_under_that_name(
    gitlink: Run, repository: Repository, bare: SandboxServer
) -> None:
    repository.policy('[bench]\n\tfield = "Test stand"\n')
    gitlink("bench", "setup")
    gitlink("bench", "set", URL)
    repository.policy("[bench]\n\tfield = 6054ae3a2b6b2c7f00000001--gone\n")
    told = gitlink("bench", "setup", code=3).stderr
    assert "git config -f .gitlink bench.field benchLink" in told


def test_a_field_that_is_not_there_has_the_fix(gitlink: Run, bare: SandboxServer) -> None:
    assert "  fix:   gitlink bench setup --queue TEST\n" in gitlink("bench", "set", URL, code=5).stderr


def test_a_value_that_tracker_ignores_is_no_success(gitlink: Run, tracker: SandboxServer, api: Api) -> None:
    issue = api("GET", "/issues/TEST-1").json()
    api("POST", "/_sandbox/faults", [{"method": "PATCH", "path": "/issues/TEST-1$", "status": 200, "body": issue}])
    assert "Tracker ignored the field `Bench link`" in gitlink("bench", "set", URL, code=5).stderr
