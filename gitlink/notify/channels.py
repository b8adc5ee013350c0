"""The relay's channels, as the policy names them, and the variable that holds each one's secret."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from gitlink.core.policy import Policy
from gitlink.core.text import printable, shell_quote
from gitlink.errors import GitlinkError, PolicyError, SettingsError
from gitlink.notify import slack, telegram

SECRET_VARIABLE = "GITLINK_NOTIFY_SECRET"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,62}")


@dataclass(frozen=True, slots=True)
class Channel:
    """Where the relay writes. `chat`: Telegram's."""

    name: str
    kind: str
    chat: telegram.Chat | None = None

    @property
    def variable(self) -> str:
        """Name of the environment variable with its secret: the webhook's address or the bot's token."""
        return variable(self.name)

    @property
    def turn(self) -> str:
        """What orders the messages: the same chat has one line, whichever channel's name it is written by."""
        return f"telegram {self.chat.chat}" if self.chat else self.name


def variable(name: str) -> str:
    """Return the name of the variable with a notification's secret."""
    return "GITLINK_NOTIFY_" + re.sub("[^A-Z0-9]", "_", name.upper())


def is_name(name: str) -> bool:
    """Whether a channel can be called so: it stands in an address and in a variable's name."""
    return bool(_NAME.fullmatch(name)) and variable(name) != SECRET_VARIABLE


def like(name: str) -> str:
    """Return a name for a channel that is like *name*."""
    found = re.sub("[^A-Za-z0-9_-]+", "-", name).strip("-_")[:63]
    return found if is_name(found) else "team"


def read(policy: Policy) -> dict[str, Channel]:
    """Return the policy's channels by name; raises PolicyError for what can be none."""
    values: dict[str, dict[str, str]] = {}
    for key, value in policy.entries:
        section, _, rest = key.partition(".")
        name, dot, word = rest.rpartition(".")
        if section == "notify" and dot:
            values.setdefault(name, {})[word] = value or ""
    channels = {name: _channel(name, keys, policy.source) for name, keys in values.items()}
    first: dict[str, str] = {}
    for name, channel in channels.items():
        if first.setdefault(channel.variable, name) != name:
            raise PolicyError(
                f"{policy.source}: two channels of [notify] would have one secret",
                why=f"{first[channel.variable]} and {name}: -, _ and case do not count in {channel.variable}",
                fix=f"git config -f {shell_quote(policy.source)} --rename-section notify.{name} notify.{name}-2",
            )
    return channels


def _channel(name: str, values: Mapping[str, str], source: str) -> Channel:
    where = f'{source}, [notify "{printable(name)}"]'
    git = f"git config -f {shell_quote(source)}"
    fix = f"{git} {shell_quote(f'notify.{name}.')}"
    if not is_name(name):
        raise PolicyError(
            f"`{printable(name)}` is no name of a channel",
            where=where,
            why="it takes Latin letters, digits, - and _, and is not `secret`",
            fix=f"{git} --rename-section {shell_quote(f'notify.{name}')} notify.{like(name)}",
        )
    kind = values.get("kind", "").lower()
    if kind == "slack":
        return Channel(name, kind)
    if kind != "telegram":
        raise PolicyError("the channel's kind is missing", where=where, why="slack or telegram", fix=f"{fix}kind slack")
    try:
        return Channel(name, kind, telegram.check_chat(values.get("chat"), values.get("topic") or None))
    except GitlinkError as error:
        raise PolicyError(
            error.message.replace("--", ""),
            where=where,
            why=error.why,
            fix=f"{fix}{'topic 5' if 'topic' in error.message else 'chat -1001234567890'}",
        ) from None


def check_secret(kind: str, secret: str, name: str) -> str:
    """Return *secret* if it can be one of that messenger's; raises SettingsError naming the variable *name*."""
    try:
        return slack.check_url(secret) if kind == "slack" else telegram.check_token(secret)
    except GitlinkError as error:
        raise SettingsError(f"{name} holds none: {error.message}", where=name, why=error.why, fix=error.fix) from None
