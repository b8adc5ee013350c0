"""Registers the commands and turns every fault into its exit code; imports typer and our own thin commands alone."""

import io
import os
import sys
from typing import Any

import typer
from typer.main import get_command

from gitlink import __version__, errors
from gitlink.cli import (
    add,
    bench,
    check,
    deliveries,
    doctor,
    explain,
    hooks,
    init,
    issue,
    login,
    notify,
    outbox,
    pr,
    review,
    sandbox,
    serve,
    start,
    status,
    whoami,
)
from gitlink.cli.lean import lean

app = typer.Typer(
    name="gitlink",
    help="Keeps Git and Yandex Tracker in step.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

# The class of every usage error; typer exports only those below it.
_USAGE = typer.BadParameter.__mro__[1]


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"gitlink {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Print the version."),
) -> None:
    """Keeps Git and Yandex Tracker in step."""


for command in (
    init,
    hooks,
    check,
    explain,
    start,
    issue,
    status,
    review,
    pr,
    bench,
    add,
    notify,
    outbox,
    login,
    whoami,
    serve,
    deliveries,
    doctor,
    sandbox,
):
    command.register(app)


def main() -> int:
    """Run the command line and return its exit code; what waits for Tracker is sent after it, in the background.

    Not after a command that got no answer: that is for the next one.
    """
    if "_GITLINK_COMPLETE" in os.environ:
        return _run()  # someone is typing: not a word, and nothing sent
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a locale without `→`, an argument that is not UTF-8
    code = _run()
    if code != errors.Unreachable.exit_code:
        outbox.send_in_background()
    return code


def _run() -> int:
    try:
        command = get_command(app)
        lean(command)
        ended = command(standalone_mode=False)
        return ended if isinstance(ended, int) else 0
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
    except typer.Abort:
        typer.echo("\ngitlink: interrupted, or asked where nobody answers", err=True)
        return errors.EXIT_INTERRUPTED
    except errors.GitlinkError as error:
        from gitlink.cli import again
        from gitlink.hook.guard import told

        known = again.with_another_issue(error) if isinstance(error, errors.IssueNotFound) else error
        sys.stderr.write(told(known))
        return error.exit_code
    except Exception as error:
        if isinstance(error, _USAGE):
            return _misused(error)
        from gitlink import fault, plumbing

        plumbing.write_stderr(fault.told(error))
        return errors.EXIT_BUG


def _misused(error: Any) -> int:
    """Tell of a usage error as typer does, and how it is meant."""
    from gitlink.cli import again

    if getattr(error.ctx, "info_name", "") == "login":
        error.message = error.message.partition(" (")[0]  # what is too much there may be a token
    error.show()
    meant = again.of_usage(error)
    if meant:
        typer.echo(f"  {meant}", err=True)
    return errors.UsageFault.exit_code
