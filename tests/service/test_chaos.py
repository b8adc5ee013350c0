"""Nothing is lost, doubled or misordered when processes are killed, stopped or started at once."""

import contextlib
import json
import random
import signal
import sqlite3
import time
import urllib.request

import pytest
from sqlalchemy import make_url

from gitlink.sandbox.server import SandboxServer, steering
from tests.service import chaos
from tests.service.process import Served, deliveries, until
from tests.service.reviews import tell
from tests.service.rig import faults


def test_a_short_storm(database: str) -> None:
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    roles = ("both", "both") if database.startswith("sqlite") else ("receive", "work", "work")
    print(chaos.run(chaos.Plan(30, 3, seed, database, roles, lease_s=1, rounds=2, patience_s=240, calm_s=12)))


def asked(sandbox: SandboxServer, method: str, end: str) -> int:
    """Return how often that was asked of Tracker."""
    request = urllib.request.Request(f"{sandbox.url}/_sandbox/requests", headers=steering(sandbox.token))
    with urllib.request.urlopen(request) as answer:
        entries = json.load(answer)
    return sum(entry["method"] == method and entry["path"].endswith(end) for entry in entries)


def test_a_dead_process_is_taken_over_after_its_lease(database: str, sandbox: SandboxServer) -> None:
    with Served(database, "--role", "receive") as front:
        worker = Served(database, "--role", "work", "--lease", "2", tracker=sandbox.url)
        with faults(sandbox, {"method": "POST", "path": "_execute", "delay": 3}):
            assert front.deliver("github", tell("github", "approved")) == 202
            until(lambda: asked(sandbox, "POST", "_execute"))
            worker.kill()
        killed = time.monotonic()
        other = Served(database, "--role", "work", "--lease", "2", tracker=sandbox.url)
        until(lambda: deliveries(database)[0]["state"] == "done")
        assert time.monotonic() - killed < 25
        other.kill(signal.SIGTERM)
    issue = sandbox.state.issue("TEST-1")
    assert (issue.status, len(issue.comments)) == ("readyForTest", 1)


def put_to_sleep(process: Served, database: str) -> None:
    """Stop *process* between two transactions: SQLite's lock is held for as long as whoever holds it sleeps."""
    while True:
        process.process.send_signal(signal.SIGSTOP)
        if not database.startswith("sqlite"):
            return
        with contextlib.closing(sqlite3.connect(make_url(database).database or "", timeout=0)) as connection:
            try:
                connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                process.process.send_signal(signal.SIGCONT)
                time.sleep(0.01)
            else:
                return


def test_a_process_that_slept_through_its_lease_writes_nothing(database: str, sandbox: SandboxServer) -> None:
    """It is stopped between the look for its comment and the comment, and another one writes it meanwhile."""
    with Served(database, "--role", "receive") as front:
        sleeper = Served(database, "--role", "work", "--lease", "1", tracker=sandbox.url)
        with faults(sandbox, {"method": "GET", "path": "comments", "delay": 2}):
            assert front.deliver("github", tell("github", "approved")) == 202
            until(lambda: asked(sandbox, "GET", "comments"))
            put_to_sleep(sleeper, database)
        other = Served(database, "--role", "work", "--lease", "1", tracker=sandbox.url)
        until(lambda: deliveries(database)[0]["state"] == "done")
        sleeper.process.send_signal(signal.SIGCONT)
        until(lambda: any("lost its lease" in line for line in sleeper.log))
        for process in (sleeper, other):
            process.kill(signal.SIGTERM)
    issue = sandbox.state.issue("TEST-1")
    assert (issue.status, len(issue.comments)) == ("readyForTest", 1)
    assert deliveries(database)[0]["state"] == "done"


@pytest.mark.parametrize("number", [4])
def test_several_processes_start_at_once_on_one_empty_database(
    database: str, sandbox: SandboxServer, number: int
) -> None:
    processes = [Served(database, tracker=sandbox.url) for _ in range(number)]
    try:
        for process in processes:
            process.ready()
        for at, process in enumerate(processes):
            assert process.deliver("github", tell("github", "commented", at + 1)) == 202
    finally:
        for process in processes:
            process.kill(signal.SIGTERM)
    assert len(deliveries(database)) == number


def test_what_was_acknowledged_is_there_after_a_kill(database: str, sandbox: SandboxServer) -> None:
    front = Served(database, "--role", "receive").ready()
    for minute in range(1, 20):
        assert front.deliver("gitlab", tell("gitlab", "commented", minute)) == 202
    front.kill()
    assert len(deliveries(database)) == 19
