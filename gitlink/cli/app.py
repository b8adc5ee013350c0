"""Registers the commands and turns every fault into its exit code; imports typer and our own thin commands alone."""

import sys

import typer

from gitlink import __version__, errors
from gitlink.cli import bench, check, doctor, hooks, init, login, outbox, sandbox, start, status, whoami

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


for command in (init, hooks, check, start, status, bench, outbox, login, whoami, doctor, sandbox):
    command.register(app)


def main() -> int:
    """Run the command line and return its exit code; what waits for Tracker is sent after it, in the background."""
    code = _run()
    outbox.send_in_background()
    return code


def _run() -> int:
    try:
        app()
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
