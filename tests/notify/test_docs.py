"""docs/notifications.md keeps its word: its commands run, its files are read, its conditions exist."""

import json
import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest

from gitlink.core.policy import parse_entries
from gitlink.core.policy import read as read_policy
from gitlink.notify import channels, conditions, file
from tests.conftest import SCRIPTS
from tests.notify.standins import TOKEN, Messengers
from tests.sandbox.asking import Api

DOC = (Path(__file__).resolve().parents[2] / "docs" / "notifications.md").read_text(encoding="utf-8")


def blocks(kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", DOC, re.DOTALL)


def test_its_commands_run(api: Api) -> None:
    lines = [line for block in blocks("sh") for line in block.splitlines()]
    environ = {**os.environ, "PATH": f"{SCRIPTS}:{os.environ['PATH']}"}
    for line in lines:
        words = shlex.split(line)
        # Only what the relay's own machine does is not here.
        dry = ["--dry-run"] if "--relay" in words else []
        done = subprocess.run([*words, *dry], env=environ, capture_output=True, text=True, check=False)
        assert done.returncode == 0, (line, done.stderr)
    assert len(lines) == 11


def test_trying_it_out_shows_both_messages(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    [lines] = [block for block in blocks("shell") if "export" in block]
    for name in ("SLACK_WEBHOOK_URL", "TELEGRAM_BOT_TOKEN", "TELEGRAM_API_BASE_URL"):
        monkeypatch.delenv(name)
    script = lines.replace("curl", "sleep 2; curl -s")
    environ = {**os.environ, "PATH": f"{SCRIPTS}:{os.environ['PATH']}"}
    done = subprocess.run(("sh", "-ec", script), env=environ, capture_output=True, text=True, check=False)
    heard = json.loads(done.stdout.splitlines()[-1])
    assert sorted(one["messenger"] for one in heard) == ["slack", "telegram"], done.stderr
    assert all(one["text"].startswith("TEST-1 Add login form") for one in heard)


def test_its_relay_starts_and_passes_on(api: Api, there: Messengers, tmp_path: Path) -> None:
    """As written, but for the port and the relay's address."""
    (tmp_path / "relay.gitlink").write_text(blocks("ini")[1], encoding="utf-8")
    [line] = [block for block in blocks("shell") if "serve" in block]
    words = shlex.split(line.replace("8080", "0"))
    secrets = {"GITLINK_NOTIFY_TEAM": TOKEN, "GITLINK_NOTIFY_HOT": there.slack}
    environ = {**os.environ, **secrets, "HOME": str(tmp_path), "PATH": f"{SCRIPTS}:{os.environ['PATH']}"}
    alone = {name: value for name, value in environ.items() if name != "TRACKER_TOKEN"}
    serving = subprocess.Popen(words, cwd=tmp_path, env=alone, stderr=subprocess.PIPE, text=True)
    try:
        assert serving.stderr
        url = next(found[1] for found in (re.search(r"listening on (\S+)/,", line) for line in serving.stderr) if found)
        for command in blocks("sh")[-1].splitlines():
            typed = shlex.split(command.replace("https://gitlink.example.com", url))
            subprocess.run(typed, env=environ, check=True, capture_output=True)
        api("POST", "/issues/TEST-1/comments", {"text": "x"})
        api("PATCH", "/issues/TEST-1", {"priority": "critical"})
        heard = {message.chat: message.shown for message in there.wait(2)}
    finally:
        serving.kill()
        serving.communicate()
    assert heard["-1001234567890/5"].startswith("TEST-1 Add login form\n")
    assert heard["/services/T0/B0/x"] == "TEST-1 Add login form"


def test_its_files_are_read(tmp_path: Path) -> None:
    kept, policy = blocks("ini")
    for name, text in (("kept", kept), ("policy", policy)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    listed = [
        parse_entries(
            subprocess.run(
                ("git", "config", "-f", tmp_path / name, "-z", "--list"), capture_output=True, check=True
            ).stdout
        )
        for name in ("kept", "policy")
    ]
    assert [entry.name for entry in file.read(listed[0], "kept")] == ["hot", "team"]
    assert set(channels.read(read_policy(listed[1]))) == {"team", "hot"}


def test_its_table_has_every_condition() -> None:
    told = re.findall(r"^\| `(\w+)", DOC, re.MULTILINE)
    assert sorted(told) == sorted(conditions.WORDS)
