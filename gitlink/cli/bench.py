"""`gitlink bench`: the link of the test bench, in a field of the issue."""

import json
from urllib.parse import urlsplit

import typer

from gitlink.cli import world

_ISSUE = typer.Option([], "--issue", metavar="KEY", help="The issue; else the branch's. Can be repeated.")
_DRY_RUN = typer.Option(False, "--dry-run", help="Say what would be done and do nothing.")
_JSON = typer.Option(False, "--json", help="Print JSON.")


def register(app: typer.Typer) -> None:
    """Add the group to *app*."""
    group = typer.Typer(help="The link of the test bench in the issue.", no_args_is_help=True, rich_markup_mode=None)
    group.command("set")(put)
    group.command("show")(show)
    group.command("clear")(clear)
    app.add_typer(group, name="bench")


def put(url: str, issue: list[str] = _ISSUE, dry_run: bool = _DRY_RUN) -> None:
    """Put the bench's URL into the issue; also does `status.deployed` of the policy.

    Example: gitlink bench set https://bench-42.example.com
    """
    from gitlink.core.text import printable

    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or not url.isprintable() or " " in url:
        raise typer.BadParameter(f"`{printable(url)}` is no http or https URL", param_hint="URL")
    _write(issue, url, dry_run)


def clear(issue: list[str] = _ISSUE, dry_run: bool = _DRY_RUN) -> None:
    """Take the bench's URL out of the issue.

    Example: gitlink bench clear --issue TEST-1
    """
    _write(issue, None, dry_run)


def show(issue: list[str] = _ISSUE, as_json: bool = _JSON) -> None:
    """Print the bench's URL.

    Example: gitlink bench show --json
    """
    from gitlink.core.text import printable

    keys, name = world.issues(issue), world.policy().bench_field
    client = world.tracker()
    shown = []
    for key in keys:
        found = client.issue(key)
        field = client.find_field(found.queue, name)
        url = found.fields.get(field.id) if field else None
        shown.append({"issue": found.key, "field": field.id if field else name, "url": url})
        if not as_json:
            typer.echo(printable(str(url)) if url else f"{found.key} has no bench link", err=not url)
    if as_json:
        typer.echo(json.dumps(shown[0] if len(shown) == 1 else shown, ensure_ascii=False))


def _write(issue: list[str], url: str | None, dry_run: bool) -> None:
    from gitlink import goals

    keys, policy = world.issues(issue), world.policy()
    if dry_run:
        for key in keys:
            typer.echo(f"{key}  would set {policy.bench_field} to {url or 'nothing'}")
        return
    client = world.tracker()
    deployed = policy.text("status.deployed")
    for key in keys:
        reached = goals.reach(client, goals.SetField(key, policy.bench_field, url))
        typer.echo(f"{reached.issue}  {policy.bench_field}: {url or 'empty'}{'' if reached.changed else ' already'}")
        if url and deployed:
            moved = goals.reach(client, goals.Move(key, deployed))
            typer.echo(
                f"{moved.issue}  {moved.before.name} → {moved.after.name}"
                if moved.changed
                else f"{moved.issue}  {moved.after.name} already"
            )
