"""`gitlink bench`: the link of the test bench, in a field of the issue."""

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import typer

from gitlink.cli import again, several, telling, world
from gitlink.cli.bench_setup import setup
from gitlink.cli.status import say as say_status

if TYPE_CHECKING:
    from gitlink.goals import Goal, Reached


def register(app: typer.Typer) -> None:
    """Add the group to *app*."""
    group = typer.Typer(help="The link of the test bench in the issue.", no_args_is_help=True, rich_markup_mode=None)
    group.command("set")(put)
    group.command("show")(show)
    group.command("clear")(clear)
    group.command("setup")(setup)
    app.add_typer(group, name="bench")


def put(
    url: str = typer.Argument(metavar="URL"),
    issue: list[str] = telling.ISSUE,
    dry_run: bool = telling.DRY_RUN,
    no_outbox: bool = telling.NO_OUTBOX,
) -> None:
    """Put the bench's URL into the issue; also does `status.deployed` of the policy.

    Example: gitlink bench set https://bench-42.example.com
    """
    if not _is_web(url):
        whole = f"https://{url}"
        raise again.unfit(url, "is no http or https URL", [whole if _is_web(whole) else "https://bench-42.example.com"])
    _write(issue, url, dry_run, no_outbox)


def _is_web(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:  # http://[
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and url.isprintable() and " " not in url


def clear(
    issue: list[str] = telling.ISSUE, dry_run: bool = telling.DRY_RUN, no_outbox: bool = telling.NO_OUTBOX
) -> None:
    """Take the bench's URL out of the issue.

    Example: gitlink bench clear --issue TEST-1
    """
    _write(issue, None, dry_run, no_outbox)


def show(issue: list[str] = telling.ISSUE, as_json: bool = telling.JSON) -> None:
    """Print the bench's URL.

    Example: gitlink bench show --json
    """
    from gitlink.core.text import printable

    keys, name = world.issues(issue), world.policy().bench_field
    client = world.tracker()

    def look(key: str) -> dict[str, object]:
        found = client.issue(key)
        field = client.find_field(found.queue, name)
        url = found.fields.get(field.id) if field else None
        if not as_json:
            typer.echo(printable(str(url)) if url else f"{found.key} has no bench link", err=not url)
        return {"issue": found.key, "field": field.id if field else name, "url": url}

    several.show(keys, look, as_json)


def _write(issue: list[str], url: str | None, dry_run: bool, no_outbox: bool) -> None:
    from gitlink.goals import Move, SetField

    keys = world.issues(issue)
    policy = world.policy()
    deployed = policy.text("status.deployed") if url else None
    if dry_run:
        for key in keys:
            typer.echo(f"{key}  would set {policy.bench_field} to {url or 'nothing'}")
            if deployed:
                typer.echo(f"{key}  would move to {deployed}")
        return
    goals: list[Goal] = []
    for key in keys:
        goals += [SetField(key, policy.bench_field, url), *([Move(key, deployed)] if deployed else [])]
    telling.tell(goals, _say, no_outbox=no_outbox, mend=telling.blame_policy("status.deployed"))


def _say(goal: "Goal", reached: "Reached[Any]") -> None:
    from gitlink.goals import SetField

    if isinstance(goal, SetField):
        already = "" if reached.changed else " already"
        typer.echo(f"{reached.issue}  {goal.field}: {goal.value or 'empty'}{already}")
    else:
        say_status(goal, reached)
