"""The product's first minute: demo, init, doctor, status and bench against the sandbox."""

import json
from collections.abc import Iterator

import pytest

from gitlink.sandbox.server import SandboxServer, exports
from tests.conftest import SCRIPTS, Repository

GITLINK = str(SCRIPTS / "gitlink")


@pytest.fixture
def tracker(monkeypatch: pytest.MonkeyPatch) -> Iterator[SandboxServer]:
    with SandboxServer() as sandbox:
        for name, value in exports(sandbox.port).items():
            monkeypatch.setenv(name, value)
        yield sandbox


def test_the_demo_ends_well(repository: Repository) -> None:
    told = repository.run(GITLINK, "demo").stdout
    for part in (
        "[branch-without-key]",
        "git branch -m login TEST-1-login",
        "TEST-6  Needs improvement → In progress",
        "Open → Ready for test",
        "bench.example.com",
        "kept for later: TEST-1  comment: Deployed to the bench",
        "TEST-1  comment: Deployed to the bench  sent",
    ):
        assert part in told


def test_init_installs_and_doctor_proves_it(repository: Repository) -> None:
    repository.run(GITLINK, "init", "--queue", "TEST", "--yes")
    assert (repository.path / ".gitlink").read_text(encoding="utf-8") == "[gitlink]\n\tqueue = TEST\n"
    findings = {finding["about"]: finding for finding in json.loads(repository.run(GITLINK, "doctor", "--json").stdout)}
    for name in ("pre-push", "post-checkout", "commit-msg", "prepare-commit-msg"):
        assert findings[name]["state"] == "ok", findings[name]
    (repository.path / ".git/hooks/pre-push").chmod(0o644)
    done = repository.run(GITLINK, "doctor", check=False)
    assert (done.returncode, "does not fire" in done.stdout) == (3, True)


def test_doctor_finds_the_policy_from_a_folder_below(repository: Repository) -> None:
    repository.policy("[gitlink]\n\tqueue = TEST\n")
    below = Repository(repository.path / "below", repository.remote)
    below.path.mkdir()
    assert ".gitlink, queues: TEST" in below.run(GITLINK, "doctor").stdout


def test_status_shows_moves_and_is_idempotent(repository: Repository, tracker: SandboxServer) -> None:
    repository.git("switch", "-q", "-c", "TEST-1-login")
    shown = json.loads(repository.run(GITLINK, "status", "--json").stdout)
    assert (shown["issue"], shown["status"]["key"]) == ("TEST-1", "open")
    assert "inProgress" in [move["to"]["key"] for move in shown["transitions"]]
    assert repository.run(GITLINK, "status", "in-progress").stdout == "TEST-1  Open → In progress\n"
    assert repository.run(GITLINK, "status", "В работе").stdout == "TEST-1  In progress already\n"


@pytest.mark.parametrize(
    ("words", "environ", "code"),
    [
        (("status", "nonsense", "--issue", "TEST-1"), {}, 5),
        (("status", "--issue", "TEST-999"), {}, 5),
        (("status", "--issue", "what"), {}, 2),
        (("status",), {}, 2),
        (("status", "--issue", "TEST-1"), {"TRACKER_TOKEN": "wrong"}, 4),
        (("status", "--issue", "TEST-1"), {"TRACKER_ORG_ID": "2"}, 4),
        (("status", "--issue", "TEST-1"), {"TRACKER_TOKEN": ""}, 4),
        (("status", "--issue", "TEST-1"), {"TRACKER_ORG_ID": ""}, 3),
        (("status", "--issue", "TEST-1"), {"TRACKER_API_BASE_URL": "http://127.0.0.1:9"}, 6),
        (("bench", "set", "no-url", "--issue", "TEST-1"), {}, 2),
    ],
)
def test_exit_codes_are_honest_and_no_secret_is_shown(
    repository: Repository, tracker: SandboxServer, words: tuple[str, ...], environ: dict[str, str], code: int
) -> None:
    done = repository.run(GITLINK, *words, check=False, **environ)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    assert "sandbox-token" not in done.stderr + done.stdout


def test_the_bench_link_is_set_shown_and_cleared(repository: Repository, tracker: SandboxServer) -> None:
    repository.git("switch", "-q", "-c", "TEST-1-login")
    repository.run(GITLINK, "bench", "set", "https://bench.example.com/1")
    assert json.loads(repository.run(GITLINK, "bench", "show", "--json").stdout) == {
        "issue": "TEST-1",
        "field": "benchLink",
        "url": "https://bench.example.com/1",
    }
    assert "already" in repository.run(GITLINK, "bench", "set", "https://bench.example.com/1").stdout
    repository.run(GITLINK, "bench", "clear")
    assert json.loads(repository.run(GITLINK, "bench", "show", "--json").stdout)["url"] is None
