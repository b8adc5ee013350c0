"""The README keeps its word: commands, keys and hooks it names exist, and the manifest's hooks are in it."""

from pathlib import Path

from gitlink.core.policy import KINDS

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_hook_of_the_manifest_is_in_the_readme() -> None:
    manifest = (ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")
    for line in manifest.splitlines():
        if line.startswith("- id: "):
            assert line.removeprefix("- id: ") in README


def test_every_policy_key_the_readme_names_exists() -> None:
    rows = [line for line in README.splitlines() if line.startswith("| `") and "." in line.split("`")[1]]
    assert len(rows) > 8
    for row in rows:
        for word in row.split("|")[1].split("`")[1::2]:
            assert word in KINDS
