"""The token in real credential helpers, and the settings that say whose it is and where it may go."""

import os
import shlex
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gitlink import credentials, settings
from gitlink.credentials import Account
from gitlink.errors import AuthError, GitError, SettingsError
from tests.conftest import Repository

TOKEN = "y0__marker-token"
ACCOUNT = Account("https://api.tracker.yandex.net", "77")
CLOUD = Account("https://api.tracker.yandex.net", "bpf1", is_cloud=True)


def configure(*words: str) -> None:
    subprocess.run(("git", "config", "--global", *words), check=True)


def script(path: Path, body: str) -> str:
    """Write a helper and return how it is configured."""
    path.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
    path.chmod(0o755)
    return f"!{shlex.quote(str(path))}"


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """The file of Git's own helper `store`."""
    file = tmp_path / "kept"
    configure("credential.helper", f"store --file={shlex.quote(str(file))}")
    return file


def test_where_no_helper_is_nothing_is_found_and_nobody_is_asked() -> None:
    assert credentials.fill(ACCOUNT, is_iam=False) is None
    credentials.reject(ACCOUNT)


def test_what_is_handed_over_comes_back_until_it_is_rejected(kept: Path) -> None:
    credentials.approve(ACCOUNT, TOKEN, is_iam=False)
    assert kept.read_text(encoding="utf-8") == f"https://oauth-org-77:{TOKEN}@api.tracker.yandex.net\n"
    assert credentials.fill(ACCOUNT, is_iam=False) == TOKEN
    credentials.reject(ACCOUNT)
    assert credentials.fill(ACCOUNT, is_iam=False) is None
    assert TOKEN not in kept.read_text(encoding="utf-8")


@pytest.mark.skipif(sys.platform == "win32", reason="the helper needs Unix sockets")
def test_the_cache_keeps_it_too() -> None:
    socket = Path(os.environ["HOME"], "folder", "socket")
    configure("credential.helper", f"cache --timeout=60 --socket={shlex.quote(str(socket))}")
    try:
        credentials.approve(ACCOUNT, TOKEN, is_iam=False)
        assert credentials.fill(ACCOUNT, is_iam=False) == TOKEN
    finally:
        subprocess.run(("git", "credential-cache", f"--socket={socket}", "exit"), check=False)


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(Account(ACCOUNT.base_url, "78"), id="another organization"),
        pytest.param(Account(ACCOUNT.base_url, "77", is_cloud=True), id="one of the other kind"),
        pytest.param(Account("https://other.example.com", "77"), id="another host"),
        pytest.param(Account("https://api.tracker.yandex.net:8443", "77"), id="another port"),
        pytest.param(Account("http://api.tracker.yandex.net", "77"), id="another protocol"),
    ],
)
def test_a_token_is_bound_to_host_and_organization(kept: Path, other: Account) -> None:
    credentials.approve(ACCOUNT, TOKEN, is_iam=False)
    assert credentials.fill(other, is_iam=False) is None
    credentials.approve(other, "other", is_iam=False)
    assert credentials.fill(ACCOUNT, is_iam=False) == TOKEN
    assert credentials.fill(other, is_iam=False) == "other"


def test_of_both_kinds_of_token_the_newer_one_stays(kept: Path) -> None:
    credentials.approve(CLOUD, TOKEN, is_iam=False)
    credentials.approve(CLOUD, "t1.marker", is_iam=True)
    found = settings.token({}, CLOUD)
    assert found is not None
    assert (found.value, found.is_iam, found.source) == ("t1.marker", True, "Git's credential helper")


@pytest.mark.parametrize(
    "answer",
    [
        "username=somebody\\npassword=ghp_other",
        "host=evil.example.com\\npassword=x",
        "password=two words",
        "username=x",
    ],
)
def test_what_a_helper_gives_to_everybody_is_no_token_of_ours(tmp_path: Path, answer: str) -> None:
    configure("credential.helper", script(tmp_path / "generous", f"printf '{answer}\\n'"))
    assert credentials.fill(ACCOUNT, is_iam=False) is None


def test_a_helper_that_hangs_is_left_with_all_it_started(tmp_path: Path) -> None:
    marker = tmp_path / "still there"
    configure("credential.helper", script(tmp_path / "slow", f"sleep 1; touch {shlex.quote(str(marker))}"))
    with pytest.raises(SettingsError, match=r"did not answer within 0\.3 s"):
        credentials.fill(ACCOUNT, is_iam=False, seconds=0.3)
    time.sleep(1)
    assert not marker.exists()


def test_nobody_is_prompted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = tmp_path / "asked"
    prompt = script(tmp_path / "askpass", f"touch {shlex.quote(str(asked))}; echo {TOKEN}").removeprefix("!")
    configure("core.askPass", prompt.strip("'"))
    for name in ("GIT_ASKPASS", "SSH_ASKPASS"):
        monkeypatch.setenv(name, prompt.strip("'"))
    assert credentials.fill(ACCOUNT, is_iam=False) is None
    assert not asked.exists()


def test_a_line_end_cannot_smuggle_another_host(kept: Path) -> None:
    credentials.approve(Account("https://victim.example.com", "77"), TOKEN, is_iam=False)
    with pytest.raises(AuthError):
        credentials.fill(Account("https://x.example.com", "77\nhost=victim.example.com"), is_iam=False)
    with pytest.raises(AuthError):
        credentials.approve(ACCOUNT, "x\nhost=victim.example.com", is_iam=False)


def test_a_helper_of_the_clone_is_not_asked(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    stolen = repository.path / "stolen"
    repository.git("config", "credential.helper", script(repository.path / "thief", f"cat > '{stolen}'"))
    monkeypatch.chdir(repository.path)
    for name in ("GIT_DIR", "GIT_COMMON_DIR"):
        monkeypatch.setenv(name, str(repository.path / ".git"))
    credentials.approve(ACCOUNT, TOKEN, is_iam=False)
    assert credentials.helper(ACCOUNT) is None
    assert not stolen.exists()


def test_a_helper_of_the_host_counts(tmp_path: Path) -> None:
    configure("credential.https://api.tracker.yandex.net.helper", "store")
    assert credentials.helper(ACCOUNT) == "store"
    assert credentials.helper(Account("https://other.example.com", "77")) is None
    with pytest.raises(SettingsError) as caught:
        credentials.need_helper(Account("https://other.example.com", "77"))
    assert (caught.value.fix or "").startswith("git config --global credential.helper ")


def test_the_environment_comes_before_the_clone_before_the_user(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repository.path)
    shown = []
    for words in ((), ("config", "--global", "gitlink.orgId", "2"), ("config", "gitlink.orgId", "3")):
        if words:
            repository.git(*words)
        shown.append(settings.read({}).get(settings.ORG))
    for name, value in {"COUNT": "1", "KEY_0": "gitlink.orgid", "VALUE_0": "5"}.items():
        monkeypatch.setenv(f"GIT_CONFIG_{name}", value)
    shown += [settings.read({})[settings.ORG], settings.read({"TRACKER_ORG_ID": "4"})[settings.ORG]]
    assert [(one.value, one.source) if one else None for one in shown] == [
        None,
        ("2", "git config --global gitlink.orgId"),
        ("3", "git config --local gitlink.orgId"),
        ("5", "git -c gitlink.orgId"),
        ("4", "TRACKER_ORG_ID"),
    ]


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, ("2", False)),
        ({"TRACKER_CLOUD_ORG_ID": "bpf1"}, ("bpf1", True)),
        ({"TRACKER_CLOUD_ORG_ID": "bpf1", "TRACKER_ORG_ID": "4"}, ("4", False)),
        ({"TRACKER_CLOUD_ORG_ID": ""}, ("2", False)),
    ],
)
def test_the_organization_said_closest_counts_whatever_its_kind(
    environ: dict[str, str], expected: tuple[str, bool]
) -> None:
    configure("gitlink.orgId", "2")
    account = settings.account(settings.read(environ))
    assert (account.org_id, account.is_cloud) == expected


SAFE = """
https://api.tracker.yandex.net/ https://gateway.example.com:8443/tracker https://xn--e1afmkfd.example
http://127.0.0.1:8778 http://localhost:1 http://[::1]:8778
"""
UNSAFE = """
http://api.tracker.yandex.net http://evil.example.com http://0.0.0.0 http://127.0.0.1.evil.example.com
http://localhost.evil.example.com http://127.0.0.1@evil.example.com http://127.0.0.1\\.evil.example.com
https://hunter2@host https://@host https://:hunter2@host https://host?t=hunter2 https://host#x https://[x
https://host:99999 https:// ftp://127.0.0.1 host file:///etc/passwd https://пример.example
https://api.tracker.yandex.net\\@evil.example.com
"""


@pytest.mark.parametrize("url", SAFE.split())
def test_a_token_goes_over_https_or_stays_on_this_machine(url: str) -> None:
    found = settings.read({"TRACKER_API_BASE_URL": url, "TRACKER_ORG_ID": "77"})
    assert settings.account(found).base_url == url


@pytest.mark.parametrize(
    "url", [*UNSAFE.split(), "https://host\r\n.evil.example.com", "https://host .evil.example.com"]
)
def test_any_other_address_is_refused_and_no_password_in_it_repeated(url: str) -> None:
    found = settings.read({"TRACKER_API_BASE_URL": url, "TRACKER_ORG_ID": "77"})
    with pytest.raises(SettingsError) as caught:
        settings.account(found)
    assert (caught.value.where, caught.value.fix) == ("TRACKER_API_BASE_URL", "unset TRACKER_API_BASE_URL")
    assert "hunter2" not in f"{caught.value!r} {vars(caught.value)} {found[settings.URL].shown}"


def test_a_token_of_the_environment_spares_the_helper(tmp_path: Path) -> None:
    asked = tmp_path / "asked"
    configure("credential.helper", script(tmp_path / "spy", f"touch {shlex.quote(str(asked))}"))
    found = settings.credentials({"TRACKER_TOKEN": TOKEN, "TRACKER_ORG_ID": "77"})
    assert (found.token, asked.exists()) == (TOKEN, False)
    with pytest.raises(AuthError) as caught:
        settings.credentials({"TRACKER_ORG_ID": "77"})
    assert (asked.exists(), caught.value.fix) == (True, "gitlink login")


def test_a_broken_configuration_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "broken"
    broken.write_text("[gitlink\n", encoding="utf-8")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(broken))
    with pytest.raises(GitError, match="git cannot read its configuration"):
        settings.read({})
    with pytest.raises(SettingsError) as caught:
        settings.remember({settings.ORG: "77"})
    assert caught.value.fix == "git config --global --replace-all gitlink.orgId 77"
