"""Commits as a person makes them in an editor, and what the editor was shown."""

from pathlib import Path

from tests.conftest import Repository


class Editor:
    """An editor that keeps a copy of the file it is given, then does what *line* (of a shell, `$1` the file) says."""

    def __init__(self, repository: Repository, line: str = "") -> None:
        folder = repository.path.parent
        self.seen = folder / "seen"
        self.path = folder / "an editor"
        self.path.write_text(f"#!/bin/sh\ncp \"$1\" '{self.seen}'\n{line}\n", encoding="utf-8")
        self.path.chmod(0o755)

    @property
    def command(self) -> str:
        return f"'{self.path}'"


def writes(text: str) -> str:
    """Return the shell line of an editor in which somebody types *text* above what is there."""
    return f'printf \'%s\' \'{text}\' | cat - "$1" > "$1.new" && mv "$1.new" "$1"'


def quietly(repository: Repository, text: str, *args: str) -> str:
    """Commit past all hooks (`--no-verify` lets prepare-commit-msg run) and return the oid."""
    repository.git("-c", "core.hooksPath=/dev/null", "commit", "--allow-empty", "-m", text, *args)
    return repository.git("rev-parse", "HEAD").stdout.strip()


def log_bytes(repository: Repository) -> bytes:
    """Return the last commit's message as it is stored."""
    raw = repository.git("cat-file", "commit", "HEAD").stdout.encode("utf-8", "surrogateescape")
    return raw.partition(b"\n\n")[2]


def message(repository: Repository) -> str:
    """Return the last commit's message."""
    return repository.git("log", "-1", "--format=%B").stdout.rstrip("\n")


def file_of(repository: Repository, content: bytes) -> Path:
    """Return a file outside the work tree with *content*."""
    file = repository.path.parent / "a message"
    file.write_bytes(content)
    return file
