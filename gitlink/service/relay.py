"""The relay between Tracker's triggers and the messengers: `POST /notify/<channel>`, and the message on its way.

Kept like a delivery before it is answered, in the line of its chat. Neither messenger can be asked whether a message
has arrived: where an answer is lost, the message is sent again and may be seen twice, but none is lost.
"""

import hmac
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from gitlink.core.policy import Policy
from gitlink.errors import SettingsError
from gitlink.notify import channels, envelope, slack, telegram
from gitlink.notify.answer import Answer
from gitlink.notify.channels import Channel
from gitlink.notify.envelope import Envelope
from gitlink.notify.sending import send
from gitlink.service.acceptor import Acceptor
from gitlink.service.inbox import Inbox
from gitlink.service.receiver import read_limited
from gitlink.service.rows import RELAY, Arrival, Delivery, turn_of_pull_request
from gitlink.transport.send import Transport

# About one message a second and chat: https://docs.slack.dev/apis/web-api/rate-limits ,
# https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
PACE_S = 1.0
GIVE_UP_S = 5 * 24 * 3600
_LIMIT = 256 * 1024
_LONGEST_PAUSE_S = 300.0
_NO_SECRET_PAUSE_S = 60.0


class Later(Exception):
    """The delivery goes on in `seconds`; meanwhile it keeps its place in the line."""

    def __init__(self, seconds: float, words: str) -> None:
        super().__init__(words)
        self.seconds = seconds
        self.words = words


class Relay:
    """Takes what triggers send, in the order it comes."""

    def __init__(
        self, policy: Policy, environ: Mapping[str, str], acceptor: Acceptor, wake: Callable[[], None]
    ) -> None:
        self._channels = channels.read(policy)
        self._secrets = [word.encode("utf-8", "replace") for word in environ.get(channels.SECRET_VARIABLE, "").split()]
        self._acceptor = acceptor
        self._wake = wake

    async def take(self, request: Request) -> Response:
        """Take one message: 202 once it is durable, 200 when it is known; 500 is what Tracker repeats."""
        if not self._secrets:
            return PlainTextResponse("off\n", 404)
        given = request.headers.get("x-gitlink-secret", "").encode("latin-1", "replace")
        if not any([hmac.compare_digest(given, secret) for secret in self._secrets]):
            return Response(status_code=401)
        channel = self._channels.get(request.path_params["channel"])
        if channel is None:
            return PlainTextResponse("the policy has no such channel\n", 404)
        body = await read_limited(request, _LIMIT)
        if isinstance(body, Response):
            return body
        read = envelope.read(body)
        if read is None:
            return PlainTextResponse('it takes {"text": "…"}\n', 400)
        name = read.event or request.headers.get("idempotency-key", "")[:200] or str(uuid.uuid4())
        try:
            fresh = await self._acceptor.accept(_arrival(channel, read, name, body))
        except Exception:
            return PlainTextResponse("not stored; send it again\n", 500)
        self._wake()
        return PlainTextResponse("kept\n", 202) if fresh else PlainTextResponse("known already\n")


def _arrival(channel: Channel, read: Envelope, name: str, body: bytes) -> Arrival:
    turn = turn_of_pull_request(RELAY, channel.turn, None)
    delivery, headers = f"{channel.name}:{name}", {"channel": channel.name}
    return Arrival(RELAY, delivery, "notified", channel.turn, None, read.issue, headers, body, (turn,))


@dataclass(frozen=True, slots=True)
class Messengers:
    """What a worker sends messages with."""

    channels: Mapping[str, Channel]
    inbox: Inbox
    environ: Mapping[str, str] = field(repr=False)
    transport: Transport = field(default_factory=lambda: Transport(tries=1))
    pace_s: float = PACE_S

    def work(self, row: Delivery, hold: Callable[[], None]) -> None:
        """Send the message of *row* and end it; raises Later where that is not its end."""
        self.inbox.finish(row, *self._outcome(row, hold))

    def _outcome(self, row: Delivery, hold: Callable[[], None]) -> tuple[str, str | None]:
        """A message that is sent holds its chat's line for a second more."""
        if "sent" in row.steps:
            return "done", None
        channel, read = self.channels.get(row.headers["channel"]), envelope.read(row.body)
        if channel is None or read is None:
            return "failed", "the policy has no such channel any more"
        hold()
        answer = self._send(channel, read)
        self.inbox.tell(row, answer.words)
        if answer.is_sent:
            row.steps["sent"] = answer.words  # written down by the very next thing that is done
            raise Later(self.pace_s, "sent; the next one of this chat waits")
        fix = f" ({answer.fix})" if answer.fix else ""
        if answer.is_final:
            return "failed", answer.words + fix
        if row.due - row.received > GIVE_UP_S:  # both by the clock of the database
            return "failed", f"given up after {GIVE_UP_S / 86400:g} days: {answer.words}"
        del row.story[:-100]
        raise Later(_pause(row, answer), answer.words)

    def _send(self, channel: Channel, read: Envelope) -> Answer:
        secret = self.environ.get(channel.variable, "").strip()
        try:
            channels.check_secret(channel.kind, secret, channel.variable)
        except SettingsError as error:
            return Answer(False, error.message, error.fix, is_final=False, wait_s=_NO_SECRET_PAUSE_S)
        if channel.chat is None:
            return send(self.transport, "slack", slack.post(secret, read.parts))
        base = telegram.base_url(self.environ)
        return send(self.transport, "telegram", telegram.post(base, secret, channel.chat, read.parts))


@dataclass(frozen=True, slots=True)
class RelayAlone:
    """A flow where there is no Tracker to work with: for messages alone."""

    messengers: Messengers
    hold: Callable[[], None]

    def run(self, row: Delivery) -> None:
        """Send the message of *row*; raises Later."""
        self.messengers.work(row, self.hold)

    def answers(self) -> int:
        """Return how many answers Tracker has given."""
        return 0


def messengers(policy: Policy, inbox: Inbox, environ: Mapping[str, str]) -> Messengers:
    """Return what sends to the policy's channels; raises SettingsError if the relay is on and a secret is missing."""
    found = channels.read(policy)
    if environ.get(channels.SECRET_VARIABLE, "").strip():
        telegram.base_url(environ)
        for channel in found.values():
            channels.check_secret(channel.kind, environ.get(channel.variable, "").strip(), channel.variable)
    return Messengers(found, inbox, environ)


def _pause(row: Delivery, answer: Answer) -> float:
    """Return for how long to wait: as long as the messenger asks, else longer with each try."""
    if answer.wait_s is not None:
        return max(0.1, min(answer.wait_s, 3600.0))
    return min(_LONGEST_PAUSE_S, 2.0 ** min(row.attempts - 1, 9))
