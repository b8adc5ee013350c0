"""`gitlink doctor`."""

import os
from typing import TYPE_CHECKING

import typer

from gitlink import jsontext
from gitlink.cli import world
from gitlink.cli.terminal import Progress

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitlink.doctor.finding import Finding


def register(app: typer.Typer) -> None:
    """Add the command to *app*."""
    app.command("doctor")(doctor)


def doctor(
    service: str = typer.Option(None, "--service", metavar="URL", help="Look at a review service instead."),
    issue: str = typer.Option(None, "--issue", metavar="KEY", help="With --service: may get a link as the last proof."),
    as_json: bool = typer.Option(False, "--json", help="Print JSON."),
) -> None:
    """Look for all that can be wrong here, each with its fix; proves that each installed hook fires.

    Ends in 3 if something is wrong. Under pre-commit or prek alone only one ref of a push is seen.
    With --service: sends a signed delivery of each forge whose secret is set here.

    Example: gitlink doctor --service https://gitlink.example.com --issue TEST-1
    """
    from gitlink.core.text import printable
    from gitlink.errors import SettingsError

    findings = []
    for finding in _looks(service, issue):
        findings.append(finding)
        if not as_json:
            typer.echo(f"{finding.state:8} {finding.about}: {printable(finding.seen)}")
            if finding.fix and finding.state != "ok":
                typer.echo(f"{'':8}   fix: {printable(finding.fix)}")
    if as_json:
        shown = [{"about": f.about, "state": f.state, "seen": f.seen, "fix": f.fix} for f in findings]
        typer.echo(jsontext.dumps(shown))
    if any(finding.state == "wrong" for finding in findings):
        raise typer.Exit(SettingsError.exit_code)


def _looks(service: str | None, issue: str | None) -> "Iterator[Finding]":
    from gitlink.doctor import local
    from gitlink.doctor import service as remote
    from gitlink.errors import UsageFault

    progress = Progress("waiting for an answer")
    if service is None:
        if issue:
            raise UsageFault("--issue goes with --service", fix="gitlink doctor --service URL --issue TEST-1")
        return local.look(dict(os.environ), progress)
    keys = world.issues([issue]) if issue else []
    return remote.look(service, keys[0] if keys else None, dict(os.environ), progress)
