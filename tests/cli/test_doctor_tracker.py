"""`gitlink doctor` about Tracker: each thing that can be wrong is found, with its fix."""

import json

import pytest

from gitlink.sandbox.seed import READER_TOKEN
from gitlink.sandbox.server import SandboxServer
from tests.cli.conftest import GITLINK, Run
from tests.conftest import Repository
from tests.sandbox.asking import Api


def _findings(repository: Repository, **environ: str) -> dict[str, dict[str, str]]:
    told = repository.run(GITLINK, "doctor", "--json", check=False, **environ).stdout
    return {finding["about"]: finding for finding in json.loads(told)}


def test_all_is_well(repository: Repository, tracker: SandboxServer) -> None:
    repository.policy("[gitlink]\n\tqueue = TEST\n[status]\n\tmerged = resolved\n")
    found = _findings(repository)
    for about in ("token", "organization", "licence", "queue TEST", "bench field of TEST", "status.accepted", "outbox"):
        assert found[about]["state"] == "ok", found[about]
    assert found["token"]["seen"] == "Tracker accepts it: Ivan Petrov (ivan.petrov)"
    assert found["status.merged"]["seen"] == "`Resolved` is known"
    assert repository.run(GITLINK, "doctor").returncode == 0


@pytest.mark.parametrize(
    ("environ", "about", "part"),
    [
        ({"TRACKER_TOKEN": "wrong"}, "token", "does not accept the token"),
        ({"TRACKER_ORG_ID": "77"}, "organization", "does not open the organization `77`"),
        ({"TRACKER_TOKEN": READER_TOKEN}, "licence", "may only read"),
    ],
)
def test_credentials_that_do_not_do(
    repository: Repository, tracker: SandboxServer, environ: dict[str, str], about: str, part: str
) -> None:
    found = _findings(repository, **environ)
    assert (found[about]["state"], part in found[about]["seen"]) == ("wrong", True), found
    assert found[about]["fix"]
    assert repository.run(GITLINK, "doctor", check=False, **environ).returncode == 3


def test_a_tracker_that_is_away_is_nobodys_fault(repository: Repository, tracker: SandboxServer) -> None:
    found = _findings(repository, TRACKER_API_BASE_URL="http://127.0.0.1:9")
    assert found["Tracker"]["state"] == "warning"
    assert "licence" not in found


def test_queues_fields_and_statuses_of_the_policy(repository: Repository, tracker: SandboxServer, api: Api) -> None:
    api("POST", "/_sandbox/seed", {"bench_field": False})
    repository.policy(
        "[gitlink]\n\tqueue = TEST\n\tqueue = WEB\n\tqueue = NOPE\n"
        '[status]\n\tmerged = Resolvd\n\tdeclined = "Требуется информация"\n'
    )
    found = _findings(repository)
    assert found["queue NOPE"]["state"] == "wrong"
    assert found["bench field of WEB"]["fix"] == "gitlink bench setup --queue WEB"
    assert found["status.merged"]["fix"] == "git config -f .gitlink status.merged Resolved"
    assert (found["status.merged"]["state"], found["status.declined"]["state"]) == ("wrong", "warning")
    assert "no workflow of WEB has `Требуется информация`" in found["status.declined"]["seen"]
    repository.sh(found["queue NOPE"]["fix"])
    repository.sh(found["bench field of WEB"]["fix"].replace("gitlink", f"'{GITLINK}'"))
    repository.sh(found["status.merged"]["fix"])
    found = _findings(repository)
    assert "queue NOPE" not in found
    assert found["bench field of WEB"]["state"] == "ok"


def test_a_status_that_no_queue_can_reach_is_wrong(repository: Repository, tracker: SandboxServer) -> None:
    repository.policy("[gitlink]\n\tqueue = WEB\n[status]\n\tdeclined = needInfo\n")
    found = _findings(repository)
    assert (found["status.declined"]["state"], found["status.rejected"]["state"]) == ("wrong", "warning")


def test_a_workflow_that_is_not_shown_is_no_fault(repository: Repository, tracker: SandboxServer, api: Api) -> None:
    repository.policy("[gitlink]\n\tqueue = TEST\n")
    no = {"errors": {}, "errorMessages": ["no"], "statusCode": 403}
    api("POST", "/_sandbox/faults", [{"path": "/workflows/", "status": 403, "body": no, "times": 9}])
    found = _findings(repository)["status.accepted"]
    assert (found["state"], "could not be seen" in found["seen"]) == ("ok", True)


def test_what_waits_is_counted(repository: Repository, gitlink: Run, tracker: SandboxServer) -> None:
    away = {"TRACKER_API_BASE_URL": "http://127.0.0.1:9"}
    gitlink("comment", "x", code=6, **away)
    gitlink("log", "1h", code=6, **away)
    found = _findings(repository)["outbox"]
    assert (found["state"], found["seen"].startswith("2 waiting since 20")) == ("warning", True), found


def test_a_broken_policy_does_not_hide_the_rest(repository: Repository, tracker: SandboxServer) -> None:
    repository.policy("[nonsense]\n\tkey = 1\n")
    found = _findings(repository)
    assert (found["policy"]["state"], found["token"]["state"]) == ("wrong", "ok")
