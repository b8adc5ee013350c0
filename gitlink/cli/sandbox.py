"""`gitlink sandbox` and `gitlink demo`: a Tracker on this machine, and the whole story told with it."""

from pathlib import Path

import typer


def register(app: typer.Typer) -> None:
    """Add the two commands to *app*."""
    app.command("sandbox")(sandbox)
    app.command("demo")(demo)


def sandbox(
    port: int = typer.Option(8778, "--port", min=0, max=65535, help="0 takes a free one."),
    data: Path = typer.Option(
        None, "--data", metavar="FILE", help="Keep the state in this file, readable by you alone."
    ),
    outside: bool = typer.Option(
        False, "--allow-outside", help="Let triggers send their HTTP requests to other machines; else to this one only."
    ),
) -> None:
    """Serve a stand-in for Tracker on 127.0.0.1 until Ctrl-C; prints the variables that lead to it.

    http://127.0.0.1:8778/ shows the board live. It is written from Tracker's documentation, v2 and v3: issues,
    transitions, workflows, fields, comments, worklogs, links, external links, attachments, search, bulk changes,
    queues, components, triggers with real HTTP requests and their log. A Slack and a Telegram to post to are
    /_sandbox/slack/services/T/B/x and /_sandbox/telegram/bot1:x/sendMessage.

    It does not know: projects, boards, sprints, versions, checklists, saved filters, macros, autoactions, mail,
    votes, access rights beyond administrator, queue lead and licence. Nothing lags, no token expires. Triggers that
    need what it does not know are refused. Where Tracker's documentation is silent it assumes, and can be switched.

    Steering, with the header `X-Sandbox-Token: $GITLINK_SANDBOX_TOKEN` (printed at start, new each time unless the
    variable is set): POST /_sandbox/reset, /_sandbox/seed (world, bench_field, switches, workflows, issues),
    /_sandbox/faults; GET /_sandbox/requests, /_sandbox/messages; GET and POST /_sandbox/state.

    Tokens of the API, the same in every sandbox: sandbox-token (administrator), sandbox-token-member (leads TEST),
    sandbox-token-reader (no licence). It answers to 127.0.0.1 and localhost only, and to no page of another site.

    Example: gitlink sandbox --port 8778 --data tracker.json
    """
    _need_server()
    from gitlink.sandbox.server import serve

    raise typer.Exit(serve(port, data, outside=outside))


def demo() -> None:
    """Tell the whole story in a temporary folder: a refused push, its fix pasted, the issue moved, the bench linked.

    Example: gitlink demo
    """
    _need_server()
    from gitlink.demo import run

    raise typer.Exit(run())


def _need_server() -> None:
    from importlib.util import find_spec

    from gitlink.errors import SettingsError

    if find_spec("starlette") is None or find_spec("uvicorn") is None:
        raise SettingsError(
            "the sandbox needs Starlette and uvicorn",
            why="they come with the extra `server`",
            fix="pip install 'gitlink-tracker[server]'",
        )
