"""`login`, `logout` and `whoami` as a person or a script runs them: real helpers, a Tracker on this machine."""

import json
import os
import pty
import select
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from gitlink.sandbox.seed import CLOUD_ORG_ID, MEMBER_TOKEN, READER_TOKEN, TOKEN
from gitlink.sandbox.server import SandboxServer
from tests.conftest import SCRIPTS, Repository

GITLINK = str(SCRIPTS / "gitlink")


@pytest.fixture(autouse=True)
def tracker(monkeypatch: pytest.MonkeyPatch) -> Iterator[SandboxServer]:
    with SandboxServer() as sandbox:
        monkeypatch.setenv("TRACKER_API_BASE_URL", sandbox.url)
        yield sandbox


@pytest.fixture
def kept(tmp_path: Path, repository: Repository) -> Path:
    """The file of Git's own helper `store`."""
    file = tmp_path / "kept"
    repository.git("config", "--global", "credential.helper", f"store --file='{file}'")
    return file


def config(repository: Repository) -> dict[str, str]:
    """The user's own settings of gitlink."""
    done = repository.git("config", "--global", "--get-regexp", "^gitlink", check=False)
    return dict(line.split(" ", 1) for line in done.stdout.splitlines())


def test_no_helper_is_a_matter_of_settings_with_the_way_to_one(repository: Repository) -> None:
    done = repository.run(GITLINK, "login", "--org-id", "1", stdin=TOKEN, check=False)
    assert (done.returncode, done.stdout) == (3, "")
    fix = next(line.partition("fix:")[2].strip() for line in done.stderr.splitlines() if "fix:" in line)
    repository.sh(fix)
    assert repository.git("config", "--global", "credential.helper").stdout.strip()
    assert config(repository) == {}


def test_login_keeps_the_token_and_everything_works_without_variables(
    repository: Repository, kept: Path, tracker: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = repository.run(GITLINK, "login", "--org-id", "1", stdin=f"{TOKEN}\r\n")
    assert done.stdout == f"logged in as ivan.petrov (Ivan Petrov), organization 1 (Yandex 360) at {tracker.url}\n"
    assert done.stderr == ""
    assert config(repository) == {"gitlink.apibaseurl": tracker.url, "gitlink.orgid": "1"}
    assert f"http://oauth-org-1:{TOKEN}@127.0.0.1%3a{tracker.port}" in kept.read_text(encoding="utf-8")
    monkeypatch.delenv("TRACKER_API_BASE_URL")
    assert "TEST-1" in repository.run(GITLINK, "status", "--issue", "TEST-1").stdout
    assert json.loads(repository.run(GITLINK, "whoami", "--json").stdout) == {
        "login": "ivan.petrov",
        "name": "Ivan Petrov",
        "organization": {"id": "1", "kind": "360"},
        "api": tracker.url,
        "token": {"kind": "oauth", "source": "Git's credential helper"},
        "has_license": True,
    }


def test_the_default_address_is_not_written_and_the_other_organization_goes(
    repository: Repository, kept: Path, tracker: SandboxServer
) -> None:
    repository.run(GITLINK, "login", "--org-id", "1", stdin=TOKEN)
    repository.run(GITLINK, "login", "--cloud-org-id", CLOUD_ORG_ID, "--iam", stdin=MEMBER_TOKEN)
    assert config(repository) == {"gitlink.apibaseurl": tracker.url, "gitlink.cloudorgid": CLOUD_ORG_ID}
    whoami = json.loads(repository.run(GITLINK, "whoami", "--json").stdout)
    assert (whoami["login"], whoami["token"]["kind"]) == ("anna.ivanova", "iam")
    # Both organizations' tokens are there, neither took the other's place.
    repository.git("config", "gitlink.orgId", "1")
    assert json.loads(repository.run(GITLINK, "whoami", "--json").stdout)["login"] == "ivan.petrov"


@pytest.mark.parametrize(
    ("words", "stdin", "code", "fix"),
    [
        (("--org-id", "1"), "y0__none", 4, "gitlink login --org-id 1"),
        (("--org-id", "1"), "", 4, "gitlink login --org-id 1"),
        (("--org-id", "1"), "two words", 4, "gitlink login --org-id 1"),
        (("--org-id", "1"), f"{TOKEN}\nhost=evil.example.com\n", 4, "gitlink login --org-id 1"),
        (("--org-id", "2"), TOKEN, 4, "gitlink login --org-id ID"),
        (("--cloud-org-id", "1"), TOKEN, 4, "gitlink login --org-id 1"),
        (("--org-id", CLOUD_ORG_ID), TOKEN, 4, f"gitlink login --cloud-org-id {CLOUD_ORG_ID}"),
        (("--iam", "--cloud-org-id", "x"), "y0__none", 4, "yc iam create-token | gitlink login --cloud-org-id x --iam"),
        ((), TOKEN, 3, "gitlink login --org-id ID"),
        (("--org-id", "--x"), TOKEN, 3, "gitlink login --org-id ID"),
        (("--org-id", "1", "--cloud-org-id", "1"), TOKEN, 2, "gitlink login --org-id 1"),
    ],
)
def test_a_refused_login_says_how_to_mend_it_and_keeps_nothing(
    repository: Repository, kept: Path, words: tuple[str, ...], stdin: str, code: int, fix: str
) -> None:
    done = repository.run(GITLINK, "login", *words, stdin=stdin, check=False)
    assert (done.returncode, done.stdout) == (code, ""), done.stderr
    assert f"  fix:   {fix}\n" in done.stderr
    assert config(repository) == {}
    assert not kept.exists()
    assert not stdin or stdin not in done.stderr


def test_no_answer_is_told_as_such(repository: Repository, kept: Path) -> None:
    words = ("login", "--org-id", "1")
    done = repository.run(GITLINK, *words, stdin=TOKEN, check=False, TRACKER_API_BASE_URL="http://127.0.0.1:9")
    assert done.returncode == 6
    assert not kept.exists()


def test_a_helper_that_forgets_is_found_out(repository: Repository) -> None:
    for helper, named in (
        ("!f() { echo password=s3cret; }; f", "the command in `credential.helper`"),
        ("!true s3cret", "the command in `credential.helper`"),
        ("nothing-there --token=s3cret", "the credential helper `nothing-there`"),
    ):
        repository.git("config", "--global", "credential.helper", helper)
        done = repository.run(GITLINK, "login", "--org-id", "1", stdin=TOKEN, check=False)
        assert done.returncode == 3
        assert f"{named} does not give back" in done.stderr and "s3cret" not in done.stderr
        assert config(repository) == {}


def test_a_dry_run_changes_nothing(repository: Repository, kept: Path, tracker: SandboxServer) -> None:
    done = repository.run(GITLINK, "login", "--org-id", "1", "--dry-run", stdin=TOKEN)
    assert "would log in as ivan.petrov" in done.stdout
    assert f"would set gitlink.apiBaseUrl to {tracker.url}\nwould set gitlink.orgId to 1\n" in done.stdout
    assert (config(repository), kept.exists()) == ({}, False)
    repository.run(GITLINK, "login", "--org-id", "1", stdin=TOKEN)
    before = kept.read_text(encoding="utf-8")
    assert "would log out" in repository.run(GITLINK, "logout", "--dry-run").stdout
    assert (config(repository)["gitlink.orgid"], kept.read_text(encoding="utf-8")) == ("1", before)


def test_logout_is_whole_and_can_be_repeated(repository: Repository, kept: Path) -> None:
    repository.run(GITLINK, "login", "--org-id", "1", stdin=TOKEN)
    assert repository.run(GITLINK, "logout").stdout.startswith("logged out of organization 1")
    assert config(repository) == {}
    assert kept.read_text(encoding="utf-8") == ""
    assert repository.run(GITLINK, "logout").stdout == "logged out already\n"
    assert repository.run(GITLINK, "whoami", check=False).returncode == 4


def test_logout_finds_the_users_account_behind_a_variable(repository: Repository, kept: Path) -> None:
    repository.run(GITLINK, "login", "--org-id", "1", stdin=TOKEN)
    done = repository.run(GITLINK, "logout", TRACKER_ORG_ID="9", TRACKER_TOKEN=TOKEN)
    assert (done.stdout.count("\n"), done.stderr) == (2, "note: TRACKER_TOKEN is still set; unset TRACKER_TOKEN\n")
    assert (config(repository), kept.read_text(encoding="utf-8")) == ({}, "")


def test_what_comes_before_a_fresh_login_is_told(repository: Repository, kept: Path) -> None:
    repository.git("config", "gitlink.orgId", "9")
    words = ("login", "--org-id", "1")
    done = repository.run(GITLINK, *words, stdin=TOKEN, TRACKER_TOKEN=MEMBER_TOKEN, TRACKER_CLOUD_ORG_ID="x")
    assert done.stderr.splitlines() == [
        "note: git config --local gitlink.orgId comes first; git config --local --unset-all gitlink.orgId",
        "note: TRACKER_CLOUD_ORG_ID comes first; unset TRACKER_CLOUD_ORG_ID",
        "note: TRACKER_TOKEN comes first; unset TRACKER_TOKEN",
    ]


def test_whoami_tells_a_licence_and_the_source(repository: Repository) -> None:
    done = repository.run(GITLINK, "whoami", TRACKER_TOKEN=READER_TOKEN, TRACKER_ORG_ID="1")
    assert "  token:        OAuth, from TRACKER_TOKEN\n" in done.stdout
    assert "  licence:      none: read only\n" in done.stdout


def test_doctor_names_every_source(repository: Repository, kept: Path, tracker: SandboxServer) -> None:
    repository.run(GITLINK, "login", "--org-id", "1", stdin=TOKEN)
    told = repository.run(GITLINK, "doctor").stdout
    assert f"ok       gitlink.apiBaseUrl: {tracker.url} (from TRACKER_API_BASE_URL)\n" in told
    assert "ok       gitlink.orgId: 1 (from git config --global gitlink.orgId)\n" in told
    assert "ok       credentials: an OAuth token for 1 (from Git's credential helper)\n" in told
    secret = repository.run(GITLINK, "doctor", TRACKER_API_BASE_URL="https://u:hunter2@host").stdout
    assert "hunter2" not in secret


def converse(repository: Repository, answers: list[str], *words: str) -> tuple[int, str]:
    """Run a command at a terminal, answer its prompts one by one, return its status and all that was to be seen."""
    ours, theirs = pty.openpty()
    child = subprocess.Popen(
        (GITLINK, *words), cwd=repository.path, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True
    )
    os.close(theirs)
    seen, end = "", time.monotonic() + 20
    while time.monotonic() < end:
        if not select.select([ours], [], [], 0.1)[0]:
            continue
        try:
            part = os.read(ours, 4096).decode()
        except OSError:  # Linux: the other side is closed
            part = ""
        if not part:
            break
        seen += part
        if answers and seen.endswith("): "):
            time.sleep(0.05)  # the echo is switched off after the prompt is written
            os.write(ours, answers.pop(0).encode() + b"\n")
            seen += "<answered>"
    os.close(ours)
    return child.wait(10), seen


def test_at_a_terminal_the_organization_is_asked_for_and_the_token_hidden(
    repository: Repository, kept: Path, tracker: SandboxServer
) -> None:
    status, seen = converse(repository, ["1", TOKEN], "login")
    assert status == 0, seen
    assert "https://tracker.yandex.ru/admin/orgs" in seen
    assert f"OAuth token for {tracker.url} " in seen
    assert TOKEN not in seen
    assert config(repository)["gitlink.orgid"] == "1"


def test_at_a_terminal_nobody_types_a_token_that_cannot_be_kept(repository: Repository) -> None:
    status, seen = converse(repository, [], "login", "--org-id", "1")
    assert (status, "token (" in seen) == (3, False)


@pytest.mark.parametrize("kind", ["oauth", "iam"])
def test_a_kept_token_that_has_expired_is_replaced_by_the_login_that_is_told(
    repository: Repository, kept: Path, tracker: SandboxServer, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setenv("TRACKER_ORG_ID", "1")
    old = f"protocol=http\nhost=127.0.0.1:{tracker.port}\nusername={kind}-org-1\npassword=expired\n\n"
    repository.run("git", "credential", "approve", stdin=old)
    told = repository.run(GITLINK, "status", "--issue", "TEST-1", check=False)
    fix = "yc iam create-token | gitlink login --org-id 1 --iam" if kind == "iam" else "gitlink login --org-id 1"
    assert (told.returncode, f"  fix:   {fix}\n" in told.stderr) == (4, True), told.stderr
    words = fix.rpartition("| ")[2].split()
    repository.run(GITLINK, *words[1:], stdin=TOKEN)
    assert "expired" not in kept.read_text(encoding="utf-8")
    repository.run(GITLINK, "status", "--issue", "TEST-1")
