"""Registers the commands and turns every fault into its exit code; imports typer and our own thin commands alone."""

import io
import os
import sys

import typer
from typer.main import get_command

from gitlink import __version__, errors
from gitlink.cli import (
    add,
    bench,
    check,
    deliveries,
    doctor,
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
        command()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
    except errors.GitlinkError as error:
        from gitlink.hook.guard import told

        sys.stderr.write(told(error))
        return error.exit_code
    except Exception as error:
        from gitlink import fault, plumbing

        plumbing.write_stderr(fault.told(error))
        return errors.EXIT_BUG
    return 0
