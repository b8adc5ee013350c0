"""`gitlink explain`: a rule at length."""

import typer

from gitlink.cli import complete


def register(app: typer.Typer) -> None:
    """Add the command to *app*."""
    app.command("explain")(explain)


def explain(rule: str = typer.Argument(None, metavar="RULE", autocompletion=complete.rules)) -> None:
    """Explain a rule at length, with an example of each way to satisfy it; without one, list them.

    Example: gitlink explain branch-without-key
    """
    from gitlink.core import catalogue
    from gitlink.core.text import nearest, printable
    from gitlink.errors import UsageFault

    if rule is None:
        for name, (summary, _) in catalogue.RULES.items():
            typer.echo(f"{name:28}{summary}")
        return
    if rule not in catalogue.RULES:
        near = nearest(rule, list(catalogue.RULES))
        fix = f"gitlink explain {near}" if near else "gitlink explain"
        raise UsageFault(f"gitlink has no rule `{printable(rule)}`", fix=fix)
    summary, text = catalogue.RULES[rule]
    typer.echo(f"{rule}: {summary}\n\n{text}")
