"""What people type wrong, and what Tracker refuses: the exit code is honest, the message names the way out."""

import json
import os
import subprocess

import pytest

from gitlink.sandbox.seed import READER_TOKEN
from gitlink.sandbox.server import SandboxServer
from tests.cli.conftest import GITLINK, Run
from tests.conftest import Repository
from tests.sandbox.asking import Api


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("status", "a", "b"), "unexpected extra argument"),
        (("status", "--nonsense"), "--nonsense"),
        (("status", "open", "--field", "novalue"), "`novalue` is not K=V"),
        (("status", "open", "--field", "=1"), "`=1` is not K=V"),
        (("status", ""), "`` is no status"),
        (("status", "--comment", "see there"), "--comment goes with a status"),
        (("status", "--resolution", "fixed"), "--resolution goes with a status"),
        (("status", "--field", "a=b"), "--field goes with a status"),
        (("bench", "set", "no-url"), "no http or https URL"),
        (("bench", "set", "ftp://host/x"), "no http or https URL"),
        (("bench", "set", "http://["), "no http or https URL"),
        (("bench", "set", "https://host/a b"), "no http or https URL"),
        (("bench", "set", "https://host/\x1b[31m"), "no http or https URL"),
        (("comment",), "Missing argument"),
        (("log",), "Missing argument"),
        (("link",), "Missing argument"),
        (("review",), "Missing argument"),
        (("issue", "what"), "`what` is no issue key"),
        (("open", "T-0"), "`T-0` is no issue key"),
        (("link", "no key"), "`no key` is no issue key"),
        (("issue", "--issue", "TEST-1\x1b]0;x\x07"), "is no issue key"),
    ],
)
def test_wrong_usage(gitlink: Run, tracker: SandboxServer, words: tuple[str, ...], part: str) -> None:
    told = gitlink(*words, code=2).stderr
    assert part in told
    assert "\x1b" not in told


def test_a_comment_that_goes_with_no_status_is_told_with_its_own_command(gitlink: Run, tracker: SandboxServer) -> None:
    told = gitlink("status", "--comment", "it's there", "--issue", "TEST-2", code=2).stderr
    assert "  fix:   gitlink comment 'it'\\''s there' --issue TEST-2\n" in told


def test_a_dry_run_leaves_json_alone(gitlink: Run, tracker: SandboxServer) -> None:
    done = gitlink("status", "in-progress", "--dry-run", "--json")
    assert json.loads(done.stdout)["status"]["key"] == "open"
    assert "would move: Open → In progress" in done.stderr


def test_a_bench_without_its_scheme_is_told_with_it(gitlink: Run, tracker: SandboxServer) -> None:
    told = gitlink("bench", "set", "bench-42.example.com", code=2).stderr
    assert "gitlink bench set https://bench-42.example.com\n" in told


@pytest.mark.parametrize(
    "words",
    [
        ("issue", "TEST-999"),
        ("status", "open", "--issue", "TEST-999"),
        ("review", "accepted", "--issue", "TEST-999"),
        ("comment", "x", "--issue", "TEST-999"),
        ("log", "1h", "--issue", "TEST-999"),
        ("link", "TEST-1", "--issue", "TEST-999"),
        ("bench", "set", "https://b.example.com", "--issue", "TEST-999"),
        ("bench", "show", "--issue", "NOPE-1"),
    ],
)
def test_an_issue_that_is_not_there(gitlink: Run, tracker: SandboxServer, words: tuple[str, ...]) -> None:
    assert "there is no issue `" in gitlink(*words, code=5).stderr


@pytest.mark.parametrize(
    "words",
    [
        ("status", "in-progress"),
        ("review", "accepted"),
        ("comment", "x"),
        ("log", "1h"),
        ("link", "TEST-2"),
        ("bench", "set", "https://b.example.com"),
    ],
)
def test_who_may_only_read_is_told_so(gitlink: Run, tracker: SandboxServer, words: tuple[str, ...]) -> None:
    told = gitlink(*words, code=5, TRACKER_TOKEN=READER_TOKEN).stderr
    assert "You may only read" in told and "  fix:   " in told
    assert gitlink("outbox", "list", "--json").stdout == "[]\n"


def test_a_queue_that_is_closed_to_me(gitlink: Run, tracker: SandboxServer, api: Api) -> None:
    no = {"errors": {}, "errorMessages": ["Closed to you."], "statusCode": 403}
    api("POST", "/_sandbox/faults", [{"path": "/issues/WEB-1", "status": 403, "body": no, "times": 9}])
    for words in (("issue", "WEB-1"), ("comment", "x", "--issue", "WEB-1")):
        told = gitlink(*words, code=5).stderr
        assert "Closed to you" in told and "gitlink whoami" in told


def test_a_status_nobody_knows_comes_with_the_nearest_that_is_offered(gitlink: Run, tracker: SandboxServer) -> None:
    told = gitlink("status", "in progres", code=5).stderr
    assert "`In progress`, `Need info`" in told
    assert "  fix:   gitlink status 'In progress' --issue TEST-1\n" in told


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ((b"comment", b"caf\xe9"), 2),
        ((b"status", b"caf\xe9"), 5),
        ((b"status", b"open", b"--comment", b"\xff"), 2),
        ((b"status", b"open", b"--field", b"a=\xff"), 2),
        ((b"issue", b"T\xff-1"), 2),
        ((b"review", b"\xff"), 2),
        ((b"log", b"\xff"), 2),
        ((b"link", b"TEST-2", b"--as", b"\xff"), 2),
        ((b"bench", b"set", b"https://host/\xff"), 2),
    ],
)
def test_arguments_that_are_no_utf_8(
    gitlink: Run, repository: Repository, tracker: SandboxServer, words: tuple[bytes, ...], code: int
) -> None:
    for locale in ("en_US.UTF-8", "C"):
        done = subprocess.run(
            (GITLINK, *words),
            cwd=repository.path,
            env=os.environ | {"LC_ALL": locale},
            capture_output=True,
            check=False,
        )
        assert (done.returncode, b"Traceback" in done.stderr) == (code, False), done.stderr


def test_a_terminal_that_knows_no_arrow_gets_an_escape(gitlink: Run, tracker: SandboxServer) -> None:
    told = gitlink("status", "in-progress", PYTHONIOENCODING="latin-1").stdout
    assert told == "TEST-1  Open \\u2192 In progress\n"


def test_no_answer_is_kept_unless_told_otherwise(gitlink: Run, tracker: SandboxServer) -> None:
    away = {"TRACKER_API_BASE_URL": "http://127.0.0.1:9"}
    for words in (("log", "1h"), ("link", "TEST-2"), ("review", "accepted")):
        assert "kept for later" in gitlink(*words, code=6, **away).stderr
    assert "kept for later" not in gitlink("comment", "x", "--no-outbox", code=6, **away).stderr
    assert gitlink("outbox", "list", **away).stdout.count("TEST-1") == 3


def test_a_folder_that_is_gone(gitlink: Run, repository: Repository, tracker: SandboxServer) -> None:
    below = f"mkdir gone && cd gone && rmdir ../gone && '{GITLINK}'"
    done = repository.run("sh", "-c", f"{below} status", check=False)
    assert (done.returncode, "  where: a folder that is not there any more" in done.stderr) == (2, True), done.stderr
    assert repository.sh(f"{below} status --issue TEST-1").stdout.startswith("TEST-1  Open")
