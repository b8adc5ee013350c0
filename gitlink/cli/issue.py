"""`gitlink issue` and `gitlink open`: one issue, on the terminal or in the browser."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import typer

from gitlink import jsontext
from gitlink.cli import complete, several, telling, terminal, world

if TYPE_CHECKING:
    from gitlink.tracker.client import TrackerClient

_KEY = typer.Argument(None, metavar="KEY", help="The issue; else the branch's.", autocompletion=complete.issues)
_EXCERPT_LINES = 12


def register(app: typer.Typer) -> None:
    """Add the two commands to *app*."""
    app.command("issue")(issue)
    app.command("open")(open_)


def issue(key: str = _KEY, issue: list[str] = telling.ISSUE, as_json: bool = telling.JSON) -> None:
    """Show an issue: summary, status, people, bench link, links to other issues, description.

    Example: gitlink issue TEST-1
    """
    keys = world.issues(_named(key, issue))
    bench = world.policy().bench_field
    client = world.tracker()

    def look(key: str) -> dict[str, object]:
        facts = _facts(client, key, bench)
        if not as_json:
            typer.echo(("" if key == keys[0] else "\n") + _table(facts))
        return facts

    several.show(keys, look, as_json)


def open_(
    key: str = _KEY,
    issue: list[str] = telling.ISSUE,
    only_print: bool = typer.Option(False, "--print", help="Print the address and open nothing."),
    as_json: bool = typer.Option(False, "--json", help="Print JSON and open nothing."),
) -> None:
    """Open an issue in the browser and print its address; away from a terminal, and in a CI, only print it.

    Example: gitlink open TEST-1
    """
    keys = world.issues(_named(key, issue))
    pages = [{"issue": one, "url": f"{world.web_url()}/{one}"} for one in keys]
    if as_json:
        typer.echo(jsontext.dumps(pages[0] if len(pages) == 1 else pages))
        return
    for page in pages:
        typer.echo(page["url"])
        if not only_print and terminal.is_interactive():
            _browse(page["url"])


def _named(key: str | None, issue: list[str]) -> list[str]:
    return [*([key] if key else []), *issue]


def _browse(url: str) -> None:
    import webbrowser

    if not webbrowser.open(url):
        typer.echo("gitlink: no browser could be started; the variable BROWSER can name one", err=True)


def _facts(client: "TrackerClient", key: str, bench: str) -> dict[str, object]:
    from gitlink.core.text import printable

    found = client.issue(key)
    field = client.find_field(found.queue, bench)
    fields = found.fields
    bench_link, description = fields.get(field.id) if field else None, fields.get("description")
    return {
        "issue": found.key,
        "summary": found.summary,
        "status": {"key": found.status.key, "name": found.status.name},
        "resolution": found.resolution,
        "type": found.type,
        "priority": _reference(fields.get("priority"), "key"),
        "assignee": _reference(fields.get("assignee"), "id"),
        "bench": printable(bench_link) if isinstance(bench_link, str) else bench_link,
        "links": _links(client, found.key),
        "description": "\n".join(map(printable, str(description).splitlines())) if description else None,
        "url": found.url,
    }


def _links(client: "TrackerClient", key: str) -> list[dict[str, str]]:
    from gitlink.errors import TrackerRefused

    try:
        links = client.links(key)
    except TrackerRefused:
        return []  # the issue itself was shown: it is the lesser part that this user may not see
    return [{"relation": link.words, "issue": link.other, "summary": link.summary} for link in links]


def _reference(json: object, name: str) -> dict[str, object] | None:
    from gitlink.core.text import printable

    if not isinstance(json, dict):
        return None
    return {name: json.get(name), "name": printable(str(json.get("display")))}


def _table(facts: Mapping[str, object]) -> str:
    from gitlink.core.text import printable, shorten

    status, links = facts["status"], facts["links"]
    assert isinstance(status, dict) and isinstance(links, list)
    rows = [
        ("status", terminal.paint(printable(status["name"]), "yellow" if facts["resolution"] is None else "green")),
        *[(name, printable(str(facts[name]))) for name in ("resolution", "type") if facts[name]],
        *[(name, _name(facts[name])) for name in ("priority", "assignee")],
        ("bench", printable(str(facts["bench"] or "-"))),
        *[("link", printable(f"{link['relation']} {link['issue']}  {link['summary']}")) for link in links],
        ("url", printable(str(facts["url"]))),
    ]
    head = f"{terminal.paint(str(facts['issue']), 'bold')}  {printable(str(facts['summary']))}"
    lines = [head, *[f"  {terminal.paint(f'{name:10}', 'dim')} {value}" for name, value in rows]]
    text = str(facts["description"] or "").strip().splitlines()
    excerpt = [f"  {shorten(printable(line), 200)}".rstrip() for line in text[:_EXCERPT_LINES]]
    more = ["  …"] if len(text) > _EXCERPT_LINES else []
    return "\n".join(lines + ([""] if text else []) + excerpt + more)


def _name(reference: object) -> str:
    from gitlink.core.text import printable

    return printable(str(reference["name"])) if isinstance(reference, dict) else "-"
