"""`gitlink notify`: a trigger in Tracker that tells Slack or Telegram; made, listed, tried, taken back."""

from __future__ import annotations

import typer

from gitlink.cli import notify_file, notify_list, telling
from gitlink.cli.notify_list import QUEUE

_WHEN = typer.Option(
    [],
    "--when",
    metavar="CONDITION",
    help="created (the default), commented, assigned, status=NAME, priority=NAME, filled=FIELD, changed=FIELD; "
    "several must all hold.",
)
_TEXT = typer.Option(
    None,
    "--text",
    help="The message: {key} {summary} {status} {assignee} {queue} {url}, and the FIELD of filled=FIELD.",
)
_NAME = typer.Option(None, "--name", help="What to call it; the same name changes it. Default: the messenger.")
_RELAY = typer.Option(
    None,
    "--relay",
    metavar="URL",
    help="Post to `gitlink serve` there, channel NAME, which shortens, waits and repeats; "
    "its secret is GITLINK_NOTIFY_SECRET.",
)
_URL = typer.Option(None, "--url", metavar="-", help="`-`: read the webhook's URL from stdin; else SLACK_WEBHOOK_URL.")
_TOKEN = typer.Option(
    None, "--bot-token", metavar="-", help="`-`: read the bot's token from stdin; else TELEGRAM_BOT_TOKEN."
)
_CHAT = typer.Option(None, "--chat", metavar="ID", help="The chat: a number (negative for groups) or @name.")
_TOPIC = typer.Option(None, "--topic", metavar="N", help="The topic of a group that has topics.")


def register(app: typer.Typer) -> None:
    """Add the group to *app*."""
    group = typer.Typer(help="Slack or Telegram hears from Tracker.", no_args_is_help=True, rich_markup_mode=None)
    for name, command in (
        ("slack", to_slack),
        ("telegram", to_telegram),
        ("list", notify_list.listing),
        ("test", notify_list.try_out),
        ("remove", remove),
        ("apply", notify_file.apply),
        ("diff", notify_file.diff),
    ):
        group.command(name)(command)
    app.add_typer(group, name="notify")


def to_slack(
    queue: str = QUEUE,
    when: list[str] = _WHEN,
    text: str = _TEXT,
    name: str = _NAME,
    url: str = _URL,
    relay: str = _RELAY,
    dry_run: bool = telling.DRY_RUN,
) -> None:
    """Create or change the trigger that tells a Slack channel.

    The webhook's URL is a secret, and it stands in the trigger: whoever administers the queue can read it there.
    Without --relay, a message that Slack turns away (429: too many a second) is lost, and one of more than about
    13,000 characters is turned away. created, commented and changed=FIELD are events; with the others alone, the
    message is sent when the last of them becomes true.

    \b
    Example: gitlink notify slack --queue TEST --when created
      gitlink notify slack --queue TEST --when 'status=Ready for test' --when priority=critical --name hot
      gitlink notify slack --queue TEST --when commented --text '{key}: a new comment, see {url}' --name talk
      gitlink notify slack --queue TEST --when assigned --text '{key} {summary}: {assignee}' --name mine
      gitlink notify slack --queue TEST --when filled=benchLink --text '{key} is on {benchLink}' --name bench
      pass slack-webhook | gitlink notify slack --queue TEST --when priority=blocker --url -
    """
    from gitlink.cli import notifying
    from gitlink.cli.notify_fixes import as_typed

    with as_typed():
        secret = notifying.secret("slack", url, "--url", relay=relay)
        order = notifying.order("slack", queue, whens=when, text=text, name=name, secret=secret, relay=relay)
        notifying.carry_out(notifying.Desk(), order, dry_run=dry_run)


def to_telegram(
    queue: str = QUEUE,
    chat: str = _CHAT,
    topic: str = _TOPIC,
    when: list[str] = _WHEN,
    text: str = _TEXT,
    name: str = _NAME,
    bot_token: str = _TOKEN,
    relay: str = _RELAY,
    dry_run: bool = telling.DRY_RUN,
) -> None:
    """Create or change the trigger that tells a Telegram chat.

    The bot's token is a secret, and it stands in the trigger: whoever administers the queue can read it there.
    Without --relay, Telegram turns away a message of over 4,096 characters, or of about 8,000 bytes in its address
    (1,300 Cyrillic letters), or the 21st in a minute in a group: it is lost. With --relay the chat is the channel's.

    \b
    Example: gitlink notify telegram --queue TEST --chat=-1001234567890 --when created
      gitlink notify telegram --queue TEST --chat=-1001234567890 --topic 5 --when 'status=Need info'
      gitlink notify telegram --queue TEST --chat=@team --when priority=critical --text '{key} {summary} {url}'
      gitlink notify telegram --queue TEST --relay https://gitlink.example.com --name team --when commented
      pass telegram-bot | gitlink notify telegram --queue TEST --chat=@team --when assigned --bot-token -
    """
    from gitlink.cli import notifying
    from gitlink.cli.notify_fixes import as_typed

    with as_typed():
        secret = notifying.secret("telegram", bot_token, "--bot-token", relay=relay)
        order = notifying.order(
            "telegram",
            queue,
            whens=when,
            text=text,
            name=name,
            secret=secret,
            chat=chat,
            topic=topic,
            relay=relay,
        )
        notifying.carry_out(notifying.Desk(), order, dry_run=dry_run)


def remove(name: str = typer.Argument(metavar="NAME"), queue: str = QUEUE, dry_run: bool = telling.DRY_RUN) -> None:
    """Make the trigger inactive; Tracker's API deletes none. `notify slack` or `telegram` of that name brings it back.

    Example: gitlink notify remove slack --queue TEST
    """
    from gitlink.cli.notify_fixes import as_typed
    from gitlink.cli.notifying import Desk
    from gitlink.core.text import printable
    from gitlink.notify import placing

    with as_typed():
        desk = Desk()
        where = desk.queue(queue)
        there = placing.existing(where, name)
    if dry_run:
        typer.echo(f"{printable(name)} in {where.key}: {'would be removed' if there.active else 'removed already'}")
        return
    did = placing.retire(desk.client, where, name)
    typer.echo(f"{printable(name)} in {where.key}: removed{'' if did else ' already'}")
