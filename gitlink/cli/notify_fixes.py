"""The command that mends a notification, whole and with the names of whoever typed or wrote it."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from gitlink.core.text import printable, shell_quote
from gitlink.errors import GitlinkError, SettingsError, UsageFault
from gitlink.notify.mend import Mend

_FLAGS = ("--dry-run", "--json", "--help")
_SECRETS = ("--url", "--bot-token")


@contextmanager
def as_typed() -> Iterator[None]:
    """Give each fault that a word would mend the command as it was typed, with that word."""
    try:
        yield
    except GitlinkError as error:
        if isinstance(error, Mend) and error.fix is None:
            error.fix = command(sys.argv[1:], error)
        raise


@contextmanager
def as_written(path: str, name: str) -> Iterator[None]:
    """Give each fault in the section *name* of the file *path* its place, and the command that mends it there."""
    try:
        yield
    except GitlinkError as error:
        if isinstance(error, Mend) and error.fix is None and error.option not in ("relay", "secret"):
            error.fix = entry(path, name, error)
        if not isinstance(error, UsageFault):
            raise
        where = f'{printable(path)}, [notify "{printable(name)}"]'
        raise SettingsError(error.message, where=where, why=error.why, fix=error.fix) from error


def command(words: Sequence[str], mend: Mend) -> str:
    """Return the command *words* (without its name), mended; a secret that stands in it is not repeated."""
    found, is_mended = ["gitlink"], False
    for option, value in _pairs(words):
        is_it = option == (f"--{mend.option}" if mend.option else None) and mend.wrong in (None, value)
        is_it = is_it or (not mend.option and not option and value == mend.wrong)
        if is_it and not is_mended:
            is_mended, value = True, mend.right
        elif option in _SECRETS:
            value = "-"
        found += _written(option, value)
    if not is_mended and mend.option:
        found += _written(f"--{mend.option}", mend.right)
    return " ".join(found)


def _pairs(words: Sequence[str]) -> Iterator[tuple[str, str | None]]:
    """Yield options with their values, arguments with no option, flags with no value."""
    rest = iter(words)
    for word in rest:
        if word in _FLAGS:
            yield word, ""
        elif word.startswith("--"):
            option, equals, value = word.partition("=")
            yield option, value if equals else next(rest, "")
        else:
            yield "", word


def _written(option: str, value: str | None) -> list[str]:
    if value is None:
        return []
    if option in _FLAGS:
        return [option]
    if not option:
        return [shell_quote(value)]
    if value.startswith("-") and value != "-":
        return [f"{option}={shell_quote(value)}"]
    return [option, shell_quote(value)]


def entry(path: str, name: str, mend: Mend) -> str:
    """Return the command that mends the section *name* of the file *path*. `--fixed-value`: Git 2.30."""
    git = f"git config -f {shell_quote(path)}"
    key = shell_quote(f"notify.{name}.{mend.option}")
    if mend.option == "name":
        return f"{git} --rename-section {shell_quote(f'notify.{name}')} {shell_quote(f'notify.{mend.right}')}"
    if mend.right is None:
        return f"{git} --fixed-value --unset {key} {shell_quote(mend.wrong or '')}"
    if mend.wrong is not None:
        return f"{git} --fixed-value {key} {shell_quote(mend.right)} {shell_quote(mend.wrong)}"
    return f"{git} {key} {shell_quote(mend.right)}"
