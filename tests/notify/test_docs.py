"""docs/notifications.md keeps its word: its commands run, its files are read, its conditions exist."""

import os
import re
import shlex
import subprocess
from pathlib import Path

from gitlink.core.policy import parse_entries
from gitlink.core.policy import read as read_policy
from gitlink.notify import channels, conditions, file
from tests.conftest import SCRIPTS
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
