"""`gitlink init`: a policy, the hooks, and what is next."""

import sys
from pathlib import Path

import typer

from gitlink.cli import world


def register(app: typer.Typer) -> None:
    """Add the command to *app*."""
    app.command("init")(init)


def init(
    queue: list[str] = typer.Option([], "--queue", metavar="Q", help="A queue whose keys count; can be repeated."),
    yes: bool = typer.Option(False, "--yes", help="Ask nothing."),
) -> None:
    """Write `.gitlink`, install the hooks and say what is next; a policy that is there already stays as it is.

    Example: gitlink init --queue TEST
    """
    from gitlink import install as installer
    from gitlink import plumbing
    from gitlink.core import keys
    from gitlink.core.text import printable
    from gitlink.errors import GitError, UsageFault

    status, top = plumbing.run("rev-parse", "--show-toplevel")
    if status:
        raise GitError("this is no work tree of a Git repository", fix="git init")
    file = Path(plumbing.text(top).rstrip("\n")) / ".gitlink"
    if not queue and not yes and sys.stdin.isatty() and not file.exists():
        answer = typer.prompt("Queues whose keys count (several by spaces; empty: any)", default="", show_default=False)
        queue = answer.split()
    queues = [name.upper() for name in queue]
    for name in queues:
        if not keys.is_queue(name):
            raise UsageFault(f"`{printable(name)}` is no queue key", fix="gitlink init --queue TEST")
    if file.exists() or file.is_symlink():
        world.policy()
        typer.echo(".gitlink is there already and stays as it is")
    else:
        lines = ["[gitlink]", *(f"\tqueue = {name}" for name in queues)] if queues else ["# every queue counts"]
        file.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
        typer.echo(f".gitlink written: {', '.join(queues) or 'every queue'} counts")
    installed = installer.install()
    for done in installed:
        typer.echo(f"{done.name}: {'already installed' if done.what == 'already' else done.what}")
    typer.echo(installer.advice(installed), nl=False, err=True)
    typer.echo("next: git add .gitlink && git commit, then gitlink doctor", err=True)
