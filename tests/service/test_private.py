"""What other users of the machine can read, and how often somebody may guess."""

import http.client
import os
import stat
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from gitlink.service.database import open_database, open_to_others
from gitlink.service.guesses import Guesses
from tests.service.process import Served, until
from tests.service.reviews import signed, tell
from tests.service.test_pages import PASSWORD, basic

pytestmark = pytest.mark.skipif(os.name == "nt", reason="files have no such modes there")


def test_the_database_is_its_owners_alone(tmp_path: Path) -> None:
    old = os.umask(0o022)
    try:
        with Served(f"sqlite:///{tmp_path / 'g.db'}", "--role", "receive") as service:
            assert service.ask("POST", "/hooks/github", *signed("github", tell("github", "approved")))[0] == 202
            modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in tmp_path.glob("g.db*")}
            assert modes == dict.fromkeys(["g.db", "g.db-wal", "g.db-shm"], 0o600)
            assert "can read" not in "".join(service.log)
    finally:
        os.umask(old)


def test_a_database_that_others_can_read_is_warned_of(tmp_path: Path) -> None:
    file = tmp_path / "the base.db"
    open_database(f"sqlite:///{file}").dispose()
    file.chmod(0o640)
    assert open_to_others(f"sqlite:///{file}") == [str(file)]
    with Served(f"sqlite:///{file}", "--role", "receive") as service:
        until(lambda: "fix:   chmod" in "".join(service.log))
        (fix,) = [line.partition("fix:   ")[2] for line in "".join(service.log).splitlines() if "fix:   chmod" in line]
        subprocess.run(("sh", "-c", fix), check=True)
        assert service.ask("POST", "/hooks/github", *signed("github", tell("github", "approved")))[0] == 202
        modes = {beside.name: stat.S_IMODE(beside.stat().st_mode) for beside in tmp_path.glob("*.db*")}
        assert modes == dict.fromkeys([file.name, f"{file.name}-wal", f"{file.name}-shm"], 0o600)
    assert open_to_others("postgresql://user:secret@localhost/name") == []


def test_what_is_beside_the_database_counts_too(tmp_path: Path) -> None:
    """Who was killed leaves it there, and SQLite uses it again as it is."""
    file = tmp_path / "g.db"
    open_database(f"sqlite:///{file}").dispose()
    beside = tmp_path / "g.db-wal"
    beside.touch()
    beside.chmod(0o644)
    assert open_to_others(f"sqlite:///{file}") == [str(beside)]


def test_ten_wrong_passwords_and_then_one_a_second() -> None:
    now = [1000.0]
    guesses = Guesses(lambda: now[0])

    def guess(peer: str = "192.0.2.1") -> bool:
        looked_at = guesses.may_try(peer)
        if looked_at:
            guesses.was_wrong(peer)
        return looked_at

    assert [guess() for _ in range(12)] == [True] * 10 + [False] * 2
    assert guess("192.0.2.2")
    now[0] += 1.0
    assert [guess(), guess()] == [True, False]
    now[0] += 3600
    assert [guess() for _ in range(12)] == [True] * 10 + [False] * 2


def test_a_crowd_of_guessers_costs_little(tmp_path: Path) -> None:
    guesses = Guesses(lambda: 0.0)
    for number in range(20_000):
        guesses.was_wrong(str(number))
    assert len(guesses._until) <= 10_000


def test_who_guesses_is_not_listened_to(tmp_path: Path) -> None:
    environ = {"GITLINK_ADMIN_PASSWORD": PASSWORD}
    with Served(f"sqlite:///{tmp_path / 'g.db'}", "--role", "receive", environ=environ) as service:
        answers = [service.get("/", **basic(f"wrong-{number}"))[0] for number in range(60)]
        assert set(answers[:10]) == {401} and 429 in answers
        while service.get("/", **basic(PASSWORD))[0] != 200:
            pass  # within a second or two the right one is heard again
        cookie = _cookie(service)
        for number in range(30):
            service.get("/", **basic(f"wrong-{number}"))
            assert service.get("/", Cookie=cookie, **basic(PASSWORD))[0] == 200
        assert service.get("/", Cookie=cookie, **basic("wrong"))[0] == 401
        assert service.get("/", Cookie=cookie)[0] == 401


def _cookie(service: Served) -> str:
    """Return what a browser would send back, once it has been let in."""
    connection = http.client.HTTPConnection(urlsplit(service.url).netloc, timeout=30)
    while True:
        connection.request("GET", "/", headers=basic(PASSWORD))
        answer = connection.getresponse()
        answer.read()
        if answer.status == 200:
            return answer.headers["set-cookie"].partition(";")[0]
