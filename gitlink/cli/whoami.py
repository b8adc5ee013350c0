"""`gitlink whoami`: whose token is used, from where, for what."""

import os

import typer

from gitlink import jsontext
from gitlink.cli import world


def register(app: typer.Typer) -> None:
    """Add the command to *app*."""
    app.command("whoami")(whoami)


def whoami(as_json: bool = typer.Option(False, "--json", help="Print JSON.")) -> None:
    """Say whose token gitlink uses, where it came from, for which organization and API.

    Example: gitlink whoami
    """
    from gitlink import settings
    from gitlink.transport.model import origin

    credentials, token = settings.identify(os.environ)
    user = world.tracker(credentials).myself()
    host = origin(credentials.base_url)
    if as_json:
        kind = "cloud" if credentials.is_cloud else "360"
        shown = {
            "login": user.login,
            "name": user.name,
            "organization": {"id": credentials.org_id, "kind": kind},
            "api": host,
            "token": {"kind": "iam" if token.is_iam else "oauth", "source": token.source},
            "has_license": user.has_license,
        }
        typer.echo(jsontext.dumps(shown))
        return
    typer.echo(f"{user.login or user.name}  {user.name}")
    typer.echo(f"  organization: {credentials.org_id} ({'Yandex Cloud' if credentials.is_cloud else 'Yandex 360'})")
    typer.echo(f"  API:          {host}")
    typer.echo(f"  token:        {'IAM' if token.is_iam else 'OAuth'}, from {token.source}")
    typer.echo(f"  licence:      {_LICENCE[user.has_license]}")


_LICENCE = {True: "full access", False: "none: read only", None: "Tracker does not say"}
