"""Every command explains itself, with an example that could be typed; and help costs no more than it must."""

import subprocess
import sys
from typing import Any

import pytest
from typer.main import get_command

from gitlink.cli.app import app
from tests.cli.conftest import GITLINK, Run
from tests.conftest import Repository


def _commands(command: Any, words: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    below = getattr(command, "commands", {})
    here = [words] if command.callback is not None and words and not getattr(command, "no_args_is_help", False) else []
    return here + [found for name, one in below.items() for found in _commands(one, (*words, name))]


ALL = _commands(get_command(app))


def test_the_walk_sees_groups_and_what_is_below_them() -> None:
    assert {("status",), ("bench", "setup"), ("check",), ("check", "pr"), ("outbox", "list")} <= set(ALL)


@pytest.mark.parametrize("words", ALL, ids=" ".join)
def test_every_command_has_help_with_an_example_of_it(repository: Repository, words: tuple[str, ...]) -> None:
    told = repository.run(GITLINK, *words, "--help").stdout
    example = told.partition("Example: ")[2].splitlines()
    assert example and f"gitlink {' '.join(words)}" in example[0]


def test_no_command_is_without_words_for_the_list(repository: Repository) -> None:
    told = repository.run(GITLINK, "--help").stdout
    for name in {words[0] for words in ALL}:
        assert any(line.split()[:1] == [name] and len(line.split()) > 2 for line in told.splitlines()), name


@pytest.mark.parametrize(
    ("words", "banned"),
    [
        (("--help",), ("requests", "pydantic", "rich", "git", "starlette")),
        (("status", "--help"), ("requests", "pydantic", "rich", "git", "starlette")),
        (("open", "TEST-1", "--print"), ("pydantic", "rich", "git", "starlette")),
        (("outbox", "drop", "x"), ("pydantic", "rich", "git", "starlette")),
    ],
)
def test_nothing_dear_is_imported(gitlink: Run, words: tuple[str, ...], banned: tuple[str, ...]) -> None:
    code = f"import sys; from gitlink.cli.app import main; main(); print(*[n for n in {banned} if n in sys.modules])"
    done = subprocess.run((sys.executable, "-c", code, *words), capture_output=True, encoding="utf-8", check=False)
    assert done.stdout.splitlines()[-1] == "", done
