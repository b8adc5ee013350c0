"""`gitlink init`: a policy, the hooks, and what is next."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from gitlink.cli import choose, complete, world

if TYPE_CHECKING:
    from gitlink.core.policy import Policy
    from gitlink.tracker.client import TrackerClient


def register(app: typer.Typer) -> None:
    """Add the command to *app*."""
    app.command("init")(init)


def init(
    queue: list[str] = typer.Option(
        [],
        "--queue",
        metavar="Q",
        help="A queue whose keys count; can be repeated.",
        autocompletion=complete.queues,
    ),
    yes: bool = typer.Option(False, "--yes", help="Ask nothing."),
) -> None:
    """Write `.gitlink`, install the hooks and say what is next; a policy that is there already stays as it is.

    On a terminal it asks for what is not given, and offers the organization's queues and statuses if you are logged in.

    Example: gitlink init --queue TEST
    """
    from gitlink import brought, plumbing
    from gitlink import install as installer
    from gitlink.errors import GitError

    brought.refuse_bare()
    status, top = plumbing.run("rev-parse", "--show-toplevel")
    if status:
        raise GitError("this is no work tree of a Git repository", fix="git init")
    file = Path(plumbing.text(top).rstrip("\n")) / ".gitlink"
    if file.exists() or file.is_symlink():
        _keep(world.policy(), queue)
    else:
        _write(file, queue, asks=not yes and sys.stdin.isatty() and sys.stderr.isatty())
    installed = installer.install()
    for done in installed:
        typer.echo(f"{done.name}: {'already installed' if done.what == 'already' else done.what}")
    typer.echo(installer.advice(installed), nl=False, err=True)
    typer.echo("next: git add .gitlink && git commit, then gitlink doctor", err=True)


def _keep(policy: "Policy", queues: list[str]) -> None:
    """Leave the policy that is there alone, and say how to add what was asked for."""
    typer.echo(".gitlink is there already and stays as it is")
    missing = [name for name in dict.fromkeys(_key(name) for name in queues) if name not in policy.queues]
    if missing:
        whose = f"only {', '.join(sorted(policy.queues))}" if policy.queues else "every queue"
        fixes = "".join(f"\n  git config -f .gitlink --add gitlink.queue {name}" for name in missing)
        typer.echo(f"gitlink: {', '.join(missing)} was not added: {whose} counts; to add it:{fixes}", err=True)


def _write(file: Path, queues: list[str], *, asks: bool) -> None:
    client = _client()
    if asks and not queues:
        queues = _offered(client)
    queues = list(dict.fromkeys(_key(name) for name in queues))
    for name in queues if client else []:
        client = _verified(client, name)
    statuses = _statuses(client) if asks and client else {}
    lines = ["[gitlink]", *(f"\tqueue = {name}" for name in queues)] if queues else ["# every queue counts"]
    lines += ["[status]", *(f"\t{event} = {_quoted(key)}" for event, key in statuses.items())] if statuses else []
    file.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
    typer.echo(f".gitlink written: {', '.join(queues) or 'every queue'} counts")


def _client() -> "TrackerClient | None":
    """Return Tracker's client where credentials are at hand; an organization that does not answer is not waited for."""
    from gitlink.errors import AuthError, SettingsError

    try:
        return world.tracker(request_s=5.0, total_s=8.0)
    except (AuthError, SettingsError):
        return None


def _offered(client: "TrackerClient | None") -> list[str]:
    from gitlink.errors import GitlinkError

    try:
        return choose.queues(client)
    except GitlinkError as fault:
        typer.echo(f"gitlink: your queues cannot be listed: {fault.message}", err=True)
        return choose.queues(None)


def _key(name: str) -> str:
    from gitlink.core import keys
    from gitlink.core.text import printable
    from gitlink.errors import UsageFault

    if not keys.is_queue(name.upper()):
        raise UsageFault(f"`{printable(name)}` is no queue key", fix="gitlink init --queue TEST")
    return name.upper()


def _verified(client: "TrackerClient | None", name: str) -> "TrackerClient | None":
    """Return *client*, None from the first time that it gets no answer; raises TrackerRefused for no such queue."""
    from gitlink.errors import AuthError, TrackerRefused, Unreachable

    if client is None:
        return None
    try:
        client.queue(name)
    except TrackerRefused as refusal:
        raise _unknown(client, name, refusal) from refusal
    except (AuthError, Unreachable) as fault:
        typer.echo(f"gitlink: whether there is a queue {name} could not be seen: {fault.message}", err=True)
        return None
    return client


def _unknown(client: "TrackerClient", name: str, refusal: Exception) -> Exception:
    from gitlink.core.text import nearest
    from gitlink.errors import GitlinkError, TrackerRefused

    try:
        known = [queue.key for queue in client.queues()]
    except GitlinkError:
        known = []
    near = nearest(name, known)
    return TrackerRefused(
        f"there is no queue `{name}` that you may read",
        why=str(getattr(refusal, "why", "") or ""),
        fix=f"gitlink init --queue {near or min(known, default='TEST')}",
    )


def _statuses(client: "TrackerClient") -> dict[str, str]:
    from gitlink.core.policy import DEFAULTS
    from gitlink.errors import GitlinkError

    defaults = {event: DEFAULTS.text(f"status.{event}") or "" for event in choose.EVENTS}
    try:
        return choose.statuses(client, defaults)
    except GitlinkError as fault:
        typer.echo(f"gitlink: the statuses cannot be listed: {fault.message}", err=True)
        return {}


def _quoted(key: str) -> str:
    """Return *key* as git-config's syntax takes it; one of letters and digits stays bare."""
    if key.isascii() and key.isalnum():
        return key
    escaped = key.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
