"""`gitlink doctor --service`: a signed delivery goes from here through a real service to the sandbox."""

import os
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from gitlink.sandbox.server import SandboxServer, exports
from tests.conftest import SCRIPTS
from tests.tracker.loopback import serving, told

GITLINK = str(SCRIPTS / "gitlink")


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a running service whose Tracker is a sandbox."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GITLINK_WEBHOOK_SECRET_GITHUB", "s3cret")
    with SandboxServer() as sandbox:
        for name, value in exports(sandbox.port).items():
            monkeypatch.setenv(name, value)
        words = (GITLINK, "serve", "--port", str(port), "--database", f"sqlite:///{tmp_path}/g.db")
        with subprocess.Popen(words, stderr=subprocess.PIPE, encoding="utf-8") as process:
            assert process.stderr is not None
            for line in process.stderr:
                if "startup complete" in line:
                    break
            yield f"http://127.0.0.1:{port}"
            process.terminate()
            process.communicate(timeout=30)


def doctor(*args: str, **environ: str) -> subprocess.CompletedProcess[str]:
    words = (GITLINK, "doctor", *args)
    return subprocess.run(words, env=os.environ | environ, capture_output=True, encoding="utf-8", check=False)


def test_a_delivery_reaches_tracker_each_time_anew(service: str) -> None:
    for _ in range(2):
        done = doctor("--service", service, "--issue", "test-1")
        assert done.returncode == 0, done.stdout + done.stderr
        assert "ok       delivery of github: taken and kept (202)" in done.stdout
        assert "ok       Tracker: the delivery reached TEST-1" in done.stdout


def test_another_secret_is_told_with_its_name(service: str) -> None:
    done = doctor("--service", service, GITLINK_WEBHOOK_SECRET_GITHUB="another")
    assert done.returncode == 3
    assert "wrong    delivery of github: refused with 401" in done.stdout
    assert "GITLINK_WEBHOOK_SECRET_GITHUB" in done.stdout
    assert "another" not in done.stdout + done.stderr


def test_the_variable_that_is_set_is_the_one_that_is_named(service: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITLINK_WEBHOOK_SECRET_GITHUB")
    done = doctor("--service", service, GITLINK_WEBHOOK_SECRET="another")
    assert "fix: set GITLINK_WEBHOOK_SECRET to the same value here, at the service, and at the forge" in done.stdout
    assert "fix: set GITLINK_WEBHOOK_SECRET_GITEA or GITLINK_WEBHOOK_SECRET for the service" in done.stdout


@pytest.mark.parametrize("address", ["127.0.0.1:8080", "gitlink.example.com", "ftp://x/", "http://", "http://["])
def test_an_address_that_is_none_is_told(address: str) -> None:
    done = doctor("--service", address)
    assert (done.returncode, "it is no address" in done.stdout) == (3, True)
    assert "fix: gitlink doctor --service http" in done.stdout


def test_no_service_there(tmp_path: Path) -> None:
    done = doctor("--service", "http://127.0.0.1:1")
    assert (done.returncode, "wrong    service: no answer from" in done.stdout) == (3, True)


def test_a_secret_is_not_sent_over_plain_http_to_another_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(lambda _: told({"status": "ok"})) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        done = doctor("--service", "http://gitlink.example.com", GITLINK_WEBHOOK_SECRET="a-common-webhook-secret")
    assert "POST http://gitlink.example.com/hooks/github" in proxy.lines
    assert "a-common-webhook-secret" not in str(proxy.seen)
    assert "delivery of gitlab: not sent" in done.stdout
    assert "fix: gitlink doctor --service https://HOST" in done.stdout


def test_an_issue_goes_with_a_service() -> None:
    assert doctor("--issue", "TEST-1").returncode == 2
