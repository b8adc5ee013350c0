"""`gitlink install` and `gitlink uninstall`."""

import typer

from gitlink.cli import complete


def register(app: typer.Typer) -> None:
    """Add the two commands to *app*."""
    app.command("install")(install)
    app.command("uninstall")(uninstall)


def install(
    hook: list[str] = typer.Option(
        [], "--hook", metavar="NAME", help="Only this hook; can be given again.", autocompletion=complete.hooks
    ),
) -> None:
    """Install the hooks of this repository; a hook found there is kept and run.

    Example: gitlink install --hook pre-push
    """
    from gitlink import install as installer

    installed = installer.install(tuple(hook) or installer.HOOKS)
    for done in installed:
        word = "already installed" if done.what == "already" else done.what
        typer.echo(f"{done.name}: {word} ({done.path})")
    typer.echo(installer.advice(installed), nl=False, err=True)


def uninstall() -> None:
    """Take gitlink's hooks out of this repository and put back what stood there before.

    Example: gitlink uninstall
    """
    from gitlink import install as installer
    from gitlink.core.text import printable

    for done in installer.uninstall():
        typer.echo(f"{done.name}: {'not installed' if done.what == 'absent' else done.what} ({done.path})")
        host = installer.host_of(installer.hooks_folder(), done.name)
        if host is not None:
            typer.echo(f"gitlink: {printable(str(host))} still runs gitlink-{done.name}: take that out", err=True)
