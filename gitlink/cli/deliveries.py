"""`gitlink deliveries`: what forges sent to the service, and what became of it."""

import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import typer

from gitlink import jsontext
from gitlink.cli.serve import DATABASE, database_url

if TYPE_CHECKING:
    from gitlink.service.desk import Desk
    from gitlink.service.rows import Delivery

_JSON = typer.Option(False, "--json", help="Print JSON.")


def register(app: typer.Typer) -> None:
    """Add the group to *app*."""
    group = typer.Typer(help="What forges sent to the service.", no_args_is_help=True, rich_markup_mode=None)
    group.command("list")(show_all)
    group.command("show")(show)
    group.command("retry")(retry)
    group.command("skip")(skip)
    app.add_typer(group, name="deliveries")


def show_all(
    state: str = typer.Option(None, "--state", help="waiting, running, done, ignored, superseded, failed or skipped."),
    issue: str = typer.Option(None, "--issue", metavar="KEY"),
    limit: int = typer.Option(50, "--limit", min=1, max=10000),
    database: str = DATABASE,
    as_json: bool = _JSON,
) -> None:
    """List deliveries, newest first.

    Example: gitlink deliveries list --state failed
    """
    from gitlink.core import keys
    from gitlink.core.text import printable
    from gitlink.service.rows import STATES

    if state is not None and state not in STATES:
        raise typer.BadParameter(f"`{state}` is none of {', '.join(STATES)}", param_hint="--state")
    key = keys.parse(issue) if issue else None
    if issue and key is None:
        raise typer.BadParameter(f"`{printable(issue)}` is no issue key", param_hint="--issue")
    with _desk(database) as desk:
        rows = desk.listing(states=[state] if state else [], issue=key, limit=limit)
    if as_json:
        typer.echo(jsontext.dumps([_packed(row) for row in rows]))
        return
    for row in rows:
        last = row.error if row.error and row.state != "done" else row.story[-1]["what"] if row.story else ""
        typer.echo(
            printable(f"{row.seq}  {row.state:10}  {row.issue or '-'}  {row.event or '?'} {_place(row)}  {last}")
        )
    if not rows:
        typer.echo("there is no such delivery" if state or key else "nothing has arrived", err=True)


def show(name: str = typer.Argument(metavar="ID"), database: str = DATABASE, as_json: bool = _JSON) -> None:
    """Show one delivery's whole story.

    Example: gitlink deliveries show 17
    """
    from gitlink.core.text import printable

    with _desk(database) as desk:
        row = _row(desk, name)
    if as_json:
        typer.echo(jsontext.dumps({**_packed(row), "story": row.story, "headers": row.headers}))
        return
    typer.echo(printable(f"{row.seq}  {row.state}  {row.forge}:{row.delivery}"))
    typer.echo(printable(f"{row.event or '?'}  {_place(row)}  {row.issue or 'no issue'}"))
    proof = "token" if row.forge in ("bench", "notify") else "signature"
    typer.echo(f"{_time(row.received)}  arrived, its {proof} was valid, stored")
    for step in row.story:
        typer.echo(f"{_time(step['at'])}  {printable(step['what'])}")


def retry(names: list[str] = typer.Argument(metavar="ID"), database: str = DATABASE) -> None:
    """Begin deliveries again now.

    Example: gitlink deliveries retry 17
    """
    _interfere(names, database, "retry", "it is being worked on")


def skip(names: list[str] = typer.Argument(metavar="ID"), database: str = DATABASE) -> None:
    """Give deliveries up, so that the next of their issue can go on.

    Example: gitlink deliveries skip 17
    """
    _interfere(names, database, "skip", "it has ended already")


def _interfere(names: list[str], database: str | None, what: str, why: str) -> None:
    from gitlink.errors import UsageFault

    with _desk(database) as desk:
        for row in [_row(desk, name) for name in names]:
            if not (desk.retry(row.seq) if what == "retry" else desk.skip(row.seq)):
                raise UsageFault(
                    f"delivery {row.seq} cannot be {'retried' if what == 'retry' else 'skipped'}",
                    why=f"{why} ({row.state})",
                    fix=f"gitlink deliveries show {row.seq}",
                )
            typer.echo(f"{row.seq}  {'waiting' if what == 'retry' else 'skipped'}")


@contextlib.contextmanager
def _desk(database: str | None) -> "Iterator[Desk]":
    from gitlink.errors import SettingsError

    try:
        from gitlink.service.database import open_database, told
        from gitlink.service.desk import Desk
    except ModuleNotFoundError as error:
        raise SettingsError(
            f"the service needs the Python package `{error.name}`", fix="pip install 'gitlink-tracker[server]'"
        ) from error
    engine = open_database(database_url(database), is_new=False)
    with told():
        yield Desk(engine)


def _row(desk: "Desk", name: str) -> "Delivery":
    from gitlink.core.text import printable
    from gitlink.errors import UsageFault

    found = desk.get(int(name)) if name.isascii() and name.isdigit() and len(name) < 18 else None
    if found is None:
        raise UsageFault(f"there is no delivery `{printable(name)}`", fix="gitlink deliveries list")
    return found


def _place(row: "Delivery") -> str:
    return f"{row.repository or row.forge}{f'#{row.pull_request}' if row.pull_request else ''}"


def _packed(row: "Delivery") -> dict[str, Any]:
    return {
        "id": str(row.seq),
        "delivery": row.delivery,
        "forge": row.forge,
        "event": row.event,
        "repository": row.repository,
        "pull_request": row.pull_request,
        "issue": row.issue,
        "state": row.state,
        "actions": [step["what"] for step in row.story],
        "error": row.error,
        "received": _time(row.received),
    }


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
