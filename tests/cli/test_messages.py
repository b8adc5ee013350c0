"""What is read by someone tired and in a hurry: every no comes with the command that was meant, in their own words."""

import pytest

from gitlink.sandbox.server import SandboxServer
from tests.cli.conftest import Run
from tests.conftest import Repository
from tests.sandbox.asking import Api


def fixes(told: str) -> list[str]:
    """Return the commands that a message offers."""
    return [line.partition("fix:")[2].strip() for line in told.splitlines() if line.startswith("  fix:")]


@pytest.mark.parametrize(
    ("words", "fix"),
    [
        ("status ready for test", "gitlink status 'ready for test'"),
        ("status --isue TEST-1", "gitlink status --issue TEST-1"),
        ("status closed --field novalue", "gitlink status closed --field NAME=VALUE"),
        ("statsu closed", "gitlink status closed"),
        ("bench shwo", "gitlink bench show"),
        ("bench set host.example --issue TEST-1", "gitlink bench set https://host.example --issue TEST-1"),
        ("bench set https://host.example --issue what", "gitlink bench set https://host.example --issue TEST-123"),
        ("bench setup --queue 12", "gitlink bench setup --queue TEST"),
        ("bench setup --queue TSET", "gitlink bench setup --queue TEST"),
        ("comment Hello world --issue TEST-1", "gitlink comment 'Hello world' --issue TEST-1"),
        ("comment --issue TEST-1 Hello big world", "gitlink comment --issue TEST-1 'Hello big world'"),
        ("status TEST-1", "gitlink status --issue TEST-1"),
        ("status TEST-1 in progress", "gitlink status 'in progress' --issue TEST-1"),
        ("status closed TEST-1 --comment x", "gitlink status closed --comment x --issue TEST-1"),
        ("comment TEST-1 Hello world", "gitlink comment 'Hello world' --issue TEST-1"),
        ("bench set TEST-1 https://x.example", "gitlink bench set https://x.example --issue TEST-1"),
        ("bench show TEST-1", "gitlink bench show --issue TEST-1"),
        ("review TEST-1 accepted", "gitlink review accepted --issue TEST-1"),
        ("link TEST-1 TEST-2", "gitlink link TEST-2 --issue TEST-1"),
        ("log 1h test-1", "gitlink log 1h --issue test-1"),
        ("log 1h 30m", "gitlink log '1h 30m'"),
        ("log 1x", "gitlink log 1h30m"),
        ("log 0 --comment nothing", "gitlink log 1h30m --comment nothing"),
        ("link foo", "gitlink link TEST-123"),
        ("link TEST-2 --as block", "gitlink link TEST-2 --as blocks"),
        ("review accept", "gitlink review accepted"),
        ("review reject --comment No", "gitlink review rejected --comment No"),
        ("start foo", "gitlink start TEST-123"),
        ("start TEST-2 TEST-3", "gitlink start TEST-2"),
        ("issue what", "gitlink issue TEST-123"),
        ("open what", "gitlink open TEST-123"),
        ("sync now", "gitlink sync"),
        ("whoami me", "gitlink whoami"),
        ("outbox lst", "gitlink outbox list"),
        ("outbox drop", "gitlink outbox list"),
    ],
)
def test_wrong_usage_is_told_with_what_was_meant(gitlink: Run, tracker: SandboxServer, words: str, fix: str) -> None:
    code = 5 if "TSET" in words else 2
    assert fixes(gitlink(*words.split(), code=code).stderr) == [fix]


@pytest.mark.parametrize("words", ["comment", "log", "link", "review", "start", "log -5m", "comment x --nonsense"])
def test_where_nobody_knows_what_was_meant_there_is_an_example(
    gitlink: Run, tracker: SandboxServer, words: str
) -> None:
    told = gitlink(*words.split(), code=2).stderr
    assert f"gitlink {words.split()[0]} " in told.partition("  e.g.:  ")[2]


def test_a_group_with_nothing_behind_it_shows_its_help_alone(gitlink: Run) -> None:
    assert gitlink("bench", code=2).stderr.rstrip().splitlines()[-1].lstrip().startswith("setup")


@pytest.mark.parametrize(
    "words",
    [
        "status --issue",
        "status in-progress --issue",
        "review accepted --issue",
        "bench set https://b.example.com --issue",
        "bench show --issue",
        "bench clear --issue",
        "comment Hi --issue",
        "log 1h --issue",
        "link TEST-1 --issue",
        "link",
        "issue",
        "start",
    ],
)
def test_an_issue_that_is_not_there_is_told_with_the_command_for_another(
    gitlink: Run, tracker: SandboxServer, words: str
) -> None:
    for key in ("TEST-999", "nope-1"):
        assert fixes(gitlink(*words.split(), key, code=5).stderr) == [f"gitlink {words} TEST-123"]


def test_an_issue_of_the_branch_that_is_not_there(repository: Repository, gitlink: Run, tracker: SandboxServer) -> None:
    repository.policy("[gitlink]\n\tqueue = WEB\n")
    repository.git("switch", "-q", "-c", "WEB-999-x")
    assert fixes(gitlink("comment", "It's done", code=5).stderr) == [r"gitlink comment 'It'\''s done' --issue WEB-123"]


def test_the_same_no_for_several_issues_is_told_once_and_the_others_are_done(
    gitlink: Run, tracker: SandboxServer
) -> None:
    done = gitlink("comment", "Hi", "--issue", "NO-1", "--issue", "TEST-2", "--issue", "NO-2", code=5)
    assert done.stdout == "TEST-2  comment: Hi\n"
    assert done.stderr.splitlines()[0] == "gitlink: there is no issue `NO-1`, `NO-2`"
    assert fixes(done.stderr) == ["gitlink comment Hi --issue TEST-123 --issue TEST-2 --issue TEST-123"]
    assert "/NO-1/comments; GET /v3/issues/NO-2/comments" in done.stderr


def test_a_missing_resolution_is_told_once_for_all(gitlink: Run, tracker: SandboxServer) -> None:
    told = gitlink("status", "closed", "--issue", "TEST-1", "--issue", "TEST-2", "--issue", "NO-1", code=5).stderr
    assert "gitlink: `TEST-1`, `TEST-2` did not move to `Closed`\n" in told
    assert fixes(told) == [
        "gitlink status closed --resolution fixed --issue TEST-1 --issue TEST-2",
        "gitlink status closed --issue TEST-1 --issue TEST-2 --issue TEST-123",
    ]


@pytest.mark.parametrize("command", ["status", "issue", "bench show"])
def test_what_can_be_shown_is_shown(gitlink: Run, tracker: SandboxServer, command: str) -> None:
    named = ("--issue", "NO-1", "--issue", "TEST-2")
    assert "TEST-2" in "".join([(done := gitlink(*command.split(), *named, code=5)).stdout, done.stderr])
    assert gitlink(*command.split(), *named, "--json", code=5).stdout.startswith('[{"issue": "TEST-2"')


def test_after_a_no_the_same_issue_is_told_nothing_more(
    repository: Repository, gitlink: Run, tracker: SandboxServer, api: Api
) -> None:
    """The bench is not said to be deployed where its link could not be set."""
    repository.policy("[status]\n\tdeployed = inProgress\n")
    api("POST", "/_sandbox/faults", [{"method": "PATCH", "path": "/issues/TEST-1$", "status": 422}])
    done = gitlink("bench", "set", "https://b.example.com", "--issue", "TEST-1", "--issue", "TEST-2", code=5)
    assert done.stdout == "TEST-2  benchLink: https://b.example.com\nTEST-2  In progress already\n"


@pytest.mark.parametrize(
    ("key", "command"),
    [
        ("status.accepted", "review accepted"),
        ("status.started", "start TEST-1"),
        ("status.deployed", "bench set https://b.example.com"),
    ],
)
def test_a_status_that_the_policy_spells_wrong(
    repository: Repository, gitlink: Run, tracker: SandboxServer, key: str, command: str
) -> None:
    repository.git("config", "-f", ".gitlink", key, "In progres")
    told = gitlink(*command.split(), code=5).stderr
    assert f"  where: .gitlink, key `{key}`\n" in told
    assert fixes(told) == [f"git config -f .gitlink {key} 'In progress'"]


def test_a_token_given_as_an_argument_is_not_repeated(gitlink: Run, tracker: SandboxServer) -> None:
    told = gitlink("login", "y0__secret", code=2).stderr
    assert "secret" not in told
    assert fixes(told) == ["gitlink login"]


def test_what_waits_for_an_issue_that_is_not_there_can_be_dropped(
    repository: Repository, gitlink: Run, tracker: SandboxServer
) -> None:
    away = {"TRACKER_API_BASE_URL": "http://127.0.0.1:9"}
    for key in ("NO-1", "TEST-2"):
        gitlink("comment", "Hi", "--issue", key, code=6, **away)
    home = repository.path.parent / "home" / "state" / "gitlink"
    (home / "127.0.0.1%3a9@1").rename(home / f"127.0.0.1%3a{tracker.port}@1")
    done = gitlink("sync", code=5)
    assert "TEST-2  comment: Hi  sent\n" in done.stdout
    (fix,) = fixes(done.stderr)
    assert fix.startswith("gitlink outbox drop ")
    gitlink(*fix.split()[1:])
    assert gitlink("sync").stderr == "nothing waits\n"
