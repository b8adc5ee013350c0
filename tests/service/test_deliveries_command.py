"""`gitlink deliveries`: list, show, retry, skip."""

import contextlib
import json
import sqlite3
import subprocess
from pathlib import Path

import pytest

from gitlink.core.policy import DEFAULTS
from gitlink.service.arrival import arrival
from gitlink.service.database import open_database
from gitlink.service.desk import Desk
from gitlink.service.inbox import Inbox
from gitlink.service.rows import Arrival
from tests.conftest import SCRIPTS
from tests.service.reviews import renamed, tell


def gitlink(*args: str) -> subprocess.CompletedProcess[str]:
    command = (str(SCRIPTS / "gitlink"), "deliveries", *args)
    return subprocess.run(command, capture_output=True, encoding="utf-8", check=False)


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A database with a failed delivery, and one that waits behind nothing."""
    address = f"sqlite:///{tmp_path / 'g.db'}"
    inbox = Inbox(open_database(address))
    second = renamed(tell("gitlab", "opened"), "TEST-1", "TEST-2")
    rows = [arrival("github", *tell("github", "approved"), DEFAULTS), arrival("gitlab", *second, DEFAULTS)]
    inbox.accept([row for row in rows if row])
    (first,) = inbox.claim("me", 15)
    first.story.append({"at": 0.0, "what": "refused: \x1b[31mno"})  # as it may stand in an old row
    inbox.finish(first, "failed", "refused: \x1b[31mno")
    return address


def test_nothing_yet(tmp_path: Path, url: str) -> None:
    empty = f"sqlite:///{tmp_path / 'empty.db'}"
    open_database(empty)
    done = gitlink("list", "--database", empty)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "nothing has arrived\n")
    done = gitlink("list", "--database", url, "--issue", "TEST-9")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "there is no such delivery\n")


def test_a_database_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    """Whoever stands in another folder than the service would be told that nothing has arrived."""
    for words in (("list",), ("show", "1"), ("retry", "1")):
        done = gitlink(*words, "--database", f"sqlite:///{tmp_path / 'no.db'}")
        assert (done.returncode, done.stdout) == (3, "")
        assert f"there is no file `{tmp_path}/no.db`" in done.stderr
        assert "  fix:   gitlink deliveries list --database " in done.stderr
    assert list(tmp_path.glob("*.db*")) == []


def test_no_part_of_a_databases_password_is_told() -> None:
    """What follows an `@` or a `#` that is not written `%40` or `%23` is a host or a comment to some readers."""
    for url in ("postgresql://u:p@ss#w@h/db", "postgresql://u:p@s:s@h/db"):
        done = gitlink("list", "--database", url)
        assert (done.returncode, done.stdout) == (3, "")
        assert done.stderr == (
            "gitlink: the service's database cannot be read\n"
            "  where: --database or GITLINK_DATABASE_URL\n"
            "  why:   it holds more than one `@`; in a user name or a password it is written `%40`,"
            " `/` is `%2F`, `#` is `%23`\n"
            "  fix:   gitlink serve --database postgresql://[…]@HOST/NAME\n"
        )


def test_a_bench_is_no_pull_request(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path / 'g.db'}"
    link = {"issue": "TEST-1", "url": "https://bench.example.com/1"}
    Inbox(open_database(address)).accept(
        [Arrival("bench", "b1", "deployed", None, None, "TEST-1", link, b"{}", ("TEST-1",))]
    )
    lines = gitlink("show", "1", "--database", address).stdout.splitlines()
    assert lines[1] == "deployed  bench  TEST-1"
    assert lines[2].endswith("arrived, its token was valid, stored")


def test_while_the_database_is_locked_it_is_read_and_not_written(url: str) -> None:
    with contextlib.closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as other:
        other.execute("BEGIN IMMEDIATE")
        assert gitlink("list", "--database", f"{url}?timeout=0.1").stdout.count("\n") == 2
        done = gitlink("retry", "1", "--database", f"{url}?timeout=0.1")
    assert (done.returncode, done.stdout) == (6, "")
    assert "database does not answer" in done.stderr and "database is locked" in done.stderr


def test_the_shape_of_json(url: str) -> None:
    newest, oldest = json.loads(gitlink("list", "--json", "--database", url).stdout)
    promised = ("id", "forge", "event", "repository", "pull_request", "issue", "state", "actions", "error")
    assert [newest[name] for name in promised] == [
        "2", "gitlab", "opened", "acme/web/app", 7, "TEST-2", "waiting", [], None
    ]  # fmt: skip
    assert (oldest["event"], oldest["state"], oldest["actions"]) == ("approved", "failed", ["refused: \x1b[31mno"])
    shown = json.loads(gitlink("show", "1", "--json", "--database", url).stdout)
    assert shown["story"][0]["what"].startswith("refused")


def test_a_list_is_narrowed_and_holds_no_control_characters(url: str) -> None:
    text = gitlink("list", "--database", url).stdout
    assert "failed" in text and "TEST-2" in text and "\x1b" not in text
    assert [
        row["id"] for row in json.loads(gitlink("list", "--state", "failed", "--json", "--database", url).stdout)
    ] == ["1"]
    assert [
        row["id"] for row in json.loads(gitlink("list", "--issue", "test-2", "--json", "--database", url).stdout)
    ] == ["2"]
    assert [row["id"] for row in json.loads(gitlink("list", "--limit", "1", "--json", "--database", url).stdout)] == [
        "2"
    ]
    assert "\x1b" not in gitlink("show", "1", "--database", url).stdout


def test_retry_and_skip(url: str) -> None:
    assert gitlink("retry", "1", "--database", url).stdout == "1  waiting\n"
    assert gitlink("skip", "1", "2", "--database", url).stdout == "1  skipped\n2  skipped\n"
    done = gitlink("skip", "1", "--database", url)
    assert done.returncode == 2 and "delivery 1 cannot be skipped" in done.stderr
    Inbox(open_database(url))
    assert Desk(open_database(url)).counts()["skipped"] == 2


@pytest.mark.parametrize(
    ("args", "status"),
    [
        (("list", "--state", "nosuch"), 2),
        (("list", "--issue", "nosuch"), 2),
        (("list", "--limit", "0"), 2),
        (("show", "99"), 2),
        (("show", "x"), 2),
        (("show", "9" * 30), 2),
        (("retry", "-1"), 2),
        (("skip", "\u0661"), 2),
        (("nosuch",), 2),
    ],
)
def test_bad_input_is_told(url: str, args: tuple[str, ...], status: int) -> None:
    done = gitlink(*args, *(("--database", url) if args[0] != "nosuch" else ()))
    assert (done.returncode, "Traceback" in done.stderr) == (status, False)


def test_a_database_that_does_not_open_is_exit_3() -> None:
    done = gitlink("list", "--database", "sqlite:////dev/null/at/all.db")
    assert done.returncode == 3 and "GITLINK_DATABASE_URL" in done.stderr
