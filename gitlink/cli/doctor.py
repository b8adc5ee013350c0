"""`gitlink doctor`."""

import json
import os

import typer

from gitlink.cli.terminal import Progress


def register(app: typer.Typer) -> None:
    """Add the command to *app*."""
    app.command("doctor")(doctor)


def doctor(as_json: bool = typer.Option(False, "--json", help="Print JSON.")) -> None:
    """Look for all that can be wrong here, each with its fix; proves that each installed hook fires.

    Ends in 3 if something is wrong. Under pre-commit or prek alone only one ref of a push is seen.

    Example: gitlink doctor
    """
    from gitlink import doctor as doctors
    from gitlink.core.text import printable
    from gitlink.errors import SettingsError

    findings = []
    for finding in doctors.look(dict(os.environ), Progress("waiting for Tracker")):
        findings.append(finding)
        if not as_json:
            typer.echo(f"{finding.state:8} {finding.about}: {printable(finding.seen)}")
            if finding.fix and finding.state != "ok":
                typer.echo(f"{'':8}   fix: {printable(finding.fix)}")
    if as_json:
        shown = [{"about": f.about, "state": f.state, "seen": f.seen, "fix": f.fix} for f in findings]
        typer.echo(json.dumps(shown, ensure_ascii=False))
    if any(finding.state == "wrong" for finding in findings):
        raise typer.Exit(SettingsError.exit_code)
