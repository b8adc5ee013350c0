"""Each refusal of `gitlink notify` prints a command; pasted, it does what was meant, with the names that were typed."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.conftest import SCRIPTS
from tests.notify.standins import Messengers
from tests.notify.test_commands import FILE, SLACK_TRIGGER, good, run, triggers
from tests.sandbox.asking import Api

RELAY = ("--relay", "https://gitlink.example.com")
TELEGRAM = ("telegram", "--queue", "TEST")


def fix_of(done: subprocess.CompletedProcess[str]) -> str:
    [line] = [line for line in done.stderr.splitlines() if line.startswith("  fix:")]
    return line.removeprefix("  fix:").strip()


def paste(line: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, "PATH": f"{SCRIPTS}:{os.environ['PATH']}"}
    return subprocess.run(("sh", "-c", line), input=stdin, env=environ, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("args", "line"),
    [
        (("slack", "--queue", "TST", "--name", "it's"), "gitlink notify slack --queue TEST --name 'it'\\''s'"),
        (("slack", "--queue=T ST", "--dry-run"), "gitlink notify slack --queue TST --dry-run"),
        (
            ("slack", "--queue", "TEST", "--when", "created", "--when", "Status = Redy for test"),
            "gitlink notify slack --queue TEST --when created --when 'status=Ready for test'",
        ),
        (("slack", "--queue", "TEST", "--when", "prioritty=minor"), "--when priority=minor"),
        (("slack", "--queue", "TEST", "--when", "status"), "--when 'status=Ready for test'"),
        (("slack", "--queue", "TEST", "--when", "created=x"), "gitlink notify slack --queue TEST --when created"),
        (
            ("slack", "--queue", "TEST", "--when", "status=open", "--when", "status=Closed"),
            "gitlink notify slack --queue TEST --when status=open",
        ),
        (("slack", "--queue", "TEST", "--when", "created", "--when", "commented"), "--when created"),
        (("slack", "--queue", "TEST", "--text", ""), "gitlink notify slack --queue TEST --text '{key} {summary}'"),
        (("slack", "--queue", "TEST", "--text", "{ky}: {{"), "--text '{key}: {{'"),
        (TELEGRAM, "gitlink notify telegram --queue TEST --chat=-1001234567890"),
        ((*TELEGRAM, "--chat=x"), "gitlink notify telegram --queue TEST --chat=-1001234567890"),
        ((*TELEGRAM, "--chat", "-7", "--topic", "x"), "gitlink notify telegram --queue TEST --chat=-7 --topic 5"),
        (
            ("slack", "--queue", "TEST", "--relay", "http://relay.acme.com:1/x"),
            "gitlink notify slack --queue TEST --relay https://relay.acme.com:1",
        ),
        (("slack", "--queue", "TEST", *RELAY, "--name", "my team"), "--name my-team"),
        (("slack", "--queue", "TEST", *RELAY, "--name", "secret"), "--name team"),
        (("slack", "--queue", "TEST", "--name", "a\nb"), "--name a-b"),
    ],
)
def test_of_a_wrong_word(api: Api, args: tuple[str, ...], line: str) -> None:
    fix = fix_of(run(*args))
    assert fix == line if line.startswith("gitlink") else line in fix
    if "TST" not in fix:
        done = paste(fix)
        assert (done.returncode, len(triggers(api))) == (0, 1), done.stderr


def test_of_a_missing_secret(api: Api, there: Messengers, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = there.slack
    monkeypatch.delenv("SLACK_WEBHOOK_URL")
    for args in (SLACK_TRIGGER, (*SLACK_TRIGGER, "--url", secret)):
        done = run(*args)
        assert secret not in done.stderr
        assert fix_of(done) == "gitlink notify slack --queue TEST --when changed=summary --url -"
        assert paste(fix_of(done), secret).returncode == 0
    monkeypatch.delenv("GITLINK_NOTIFY_SECRET")
    line = fix_of(run(*SLACK_TRIGGER, *RELAY))
    assert paste(f"{line} && gitlink notify slack --queue TEST --name other {' '.join(RELAY)}").returncode == 0


def test_of_a_name(api: Api) -> None:
    body = {"name": "slack", "actions": [{"type": "CreateComment", "text": "x"}], "conditions": []}
    api("POST", "/queues/TEST/triggers", body)
    assert fix_of(run("slack", "--queue", "TEST")) == "gitlink notify slack --queue TEST --name slack-2"
    assert fix_of(run("remove", "slack", "--queue", "TEST")) == "gitlink notify list --queue TEST"
    good("slack", "--queue", "TEST", "--name", "team")
    for command in ("remove", "test"):
        assert fix_of(run(command, "teem", "--queue", "TEST")) == f"gitlink notify {command} team --queue TEST"
        assert fix_of(run(command, "other", "--queue", "TEST")) == "gitlink notify list --queue TEST"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("kind = slack", "kind = slak"),
        ("kind = slack", ""),
        ("queue = TEST", "queue = te st"),
        ("queue = TEST", "queue = TST"),
        ("chat = -1001", "chat = x"),
        ("chat = -1001", ""),
        ("chat = -1001", "chat = -1001\n\ttopic = x"),
        ("chat = -1001", "relay = yes"),
        ("chat = -1001", "relay = https://evil.example.com"),
        ("when = commented", "wen = commented"),
        ("when = commented", "when = comented"),
        ("when = commented", "when = commented\n\twhen = created"),
        ("when = commented", "token = 1:a"),
        ("priority=critical", "priority=critcal"),
        ('text = "{key} {summary}"', 'text = "{ky} {summary}"'),
        ('[notify "team"]', '[core]\n\tx = 1\n[notify "team"]'),
    ],
)
def test_of_a_file(api: Api, tmp_path: Path, old: str, new: str) -> None:
    """Pasted as often as there is something wrong, they make a file that is applied."""
    file = tmp_path / "a b.gitconfig"
    file.write_text(FILE.replace(old, new), encoding="utf-8")
    done = run("apply", str(file))
    assert done.returncode != 0
    for _ in range(3):
        assert triggers(api) == []
        fix = fix_of(done)
        pasted = paste(fix)
        assert pasted.returncode == 0, (fix, pasted.stderr)
        done = pasted if "notify apply" in fix else run("apply", str(file))
        if done.returncode == 0:
            break
    assert (done.returncode, len(triggers(api))) == (0, 2), done.stderr


def test_of_a_file_whose_secret_is_missing(api: Api, tmp_path: Path) -> None:
    (tmp_path / "n").write_text(FILE, encoding="utf-8")
    done = run("apply", str(tmp_path / "n"), SLACK_WEBHOOK_URL="")
    assert fix_of(done) == "read -rs GITLINK_NOTIFY_TEAM && export GITLINK_NOTIFY_TEAM"
    assert triggers(api) == []
