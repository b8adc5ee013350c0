"""`gitlink serve`: the review service."""

import os
from typing import TYPE_CHECKING, Any

import typer

from gitlink.core.text import printable, shell_quote

if TYPE_CHECKING:
    from gitlink.core.policy import Policy

DATABASE = typer.Option(
    None, "--database", metavar="URL", help="sqlite:///FILE or postgresql://…; else GITLINK_DATABASE_URL."
)


def register(app: typer.Typer) -> None:
    """Add the command to *app*."""
    app.command("serve")(serve)


def serve(
    host: str = typer.Option("127.0.0.1", "--host"),
    port: int = typer.Option(8080, "--port", min=0, max=65535),
    database: str = DATABASE,
    policy: str = typer.Option(None, "--policy", metavar="FILE", help="The policy; else .gitlink here, else defaults."),
    role: str = typer.Option("both", "--role", help="receive, work or both."),
    lease: float = typer.Option(15.0, "--lease", min=1, max=3600, help="Seconds until a dead process's work is taken."),
    insecure: bool = typer.Option(False, "--insecure", help="Take unsigned deliveries, on a loopback address only."),
) -> None:
    """Receive reviews from Bitbucket, GitHub, GitLab and Gitea, and move issues; nothing accepted is lost.

    Give each forge's webhook the address https://HOST/hooks/FORGE (bitbucket, bitbucket-dc, github, gitlab, gitea) and
    the secret in GITLINK_WEBHOOK_SECRET.

    Example: GITLINK_WEBHOOK_SECRET=… gitlink serve --host 0.0.0.0 --database sqlite:////var/lib/gitlink/gitlink.db
    """
    if role not in ("receive", "work", "both"):
        raise typer.BadParameter(f"`{role}` is none of receive, work, both", param_hint="--role")
    config, logs, server, wire = _modules()
    demands = policy_of(policy)
    settings = config.Config()
    if role != "work":
        settings = config.read(os.environ, host=host, is_insecure=insecure, policy=demands)
    listening = wire.listen(host, port) if role != "work" else None
    service = server.build(
        database_url(database),
        demands,
        is_working=role != "receive",
        lease_s=lease,
        needs_tracker=insecure or not config.only_relays(os.environ),
    )
    logs.set_up()
    from gitlink.service.database import open_to_others  # with the extra's packages, which are there by now

    if paths := open_to_others(database_url(database)):
        typer.echo(
            f"gitlink: other users of this machine can read {printable(paths[0])}, and it holds whole deliveries\n"
            f"  fix:   chmod go= {' '.join(map(shell_quote, paths))}",
            err=True,
        )
    for words in config.token_warnings(os.environ, demands) if role != "receive" else []:
        typer.echo(words, err=True)
    if listening is None:
        typer.echo("gitlink: working; a process that receives shows what becomes of it", err=True)
        server.work(service)
        return
    for words in config.warnings(os.environ):
        typer.echo(words, err=True)
    typer.echo(f"gitlink: listening on http://{wire.address_of(listening)}/, deliveries at /hooks/<forge>", err=True)
    server.run(server.application(service, settings, demands), listening)


def database_url(option: str | None) -> str:
    """Return the database's address: option, environment, default."""
    return option or os.environ.get("GITLINK_DATABASE_URL") or "sqlite:///gitlink.db"


def policy_of(path: str | None) -> "Policy":
    """Return the policy in the file *path*, else the one that stands here, else the defaults."""
    from gitlink.cli import world
    from gitlink.hook import setting

    return setting.file_policy(path) if path else world.policy()


def _modules() -> tuple[Any, Any, Any, Any]:
    """Return the service's modules; raises SettingsError where the extra is not installed."""
    from gitlink.errors import SettingsError

    try:
        from gitlink.service import config, logs, server, wire
    except ModuleNotFoundError as error:
        raise SettingsError(
            f"the service needs the Python package `{error.name}`", fix="pip install 'gitlink-tracker[server]'"
        ) from error
    return config, logs, server, wire
