"""One message to a messenger, once: no retry here, since a message that was not answered may have arrived."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime

from gitlink.errors import GitlinkError, Unreachable
from gitlink.notify import channels, filling, slack, telegram, trigger
from gitlink.notify.answer import Answer, Post
from gitlink.transport.model import Request, Response, is_loopback, origin, retry_after
from gitlink.transport.send import Transport

_ANSWERS = {"slack": slack.answer, "telegram": telegram.answer}


class MessengerRefused(GitlinkError):
    """A messenger did not take a message."""

    exit_code = 5

    @classmethod
    def of(cls, answer: Answer, where: str) -> GitlinkError:
        """Return the error for *answer*: a no, or no answer that could be a yes another time."""
        kind = cls if answer.is_final else Unreachable
        return kind(answer.words, where=where, why="nothing was posted", fix=answer.fix or "try again later")


class Elsewhere(Exception):
    """A trigger sends to where gitlink's do not; says where."""


def request(action: trigger.Action, name: str, values: Mapping[str, str], environ: Mapping[str, str]) -> Request:
    """Return what the action of trigger *name* sends for *values*, if it goes where gitlink's triggers go.

    Whoever administers the queue may have written it: of its headers only gitlink's own are sent, and to this machine
    nothing but what the user's own settings name. Raises Elsewhere.
    """
    kind = trigger.kind_of([action]) or "slack"
    endpoint = filling.filled(str(action.get("endpoint", "")), values)
    secret = trigger.header(action, trigger.SECRET_HEADER)
    if secret is not None:
        own = environ.get(channels.SECRET_VARIABLE, "").split()[:1]
        is_known = trigger.is_relays(endpoint) and (not is_loopback(endpoint) or [secret] == own)
        wanted = (
            f"a relay's ends in /notify/NAME, and one here is sent to with your own {channels.SECRET_VARIABLE} only"
        )
    elif kind == "slack":
        own = [environ.get(variable, "").strip() for variable in (slack.VARIABLE, channels.variable(name))]
        is_known = slack.is_webhook(endpoint) and (not is_loopback(endpoint) or endpoint in own)
        wanted = f"it is neither Slack's nor the one in {slack.VARIABLE}"
    else:
        is_known = telegram.is_message(endpoint, telegram.base_url(environ))
        wanted = "it is not the Bot API's, which TELEGRAM_API_BASE_URL may name"
    if not is_known:
        raise Elsewhere(f"its address is at {origin(endpoint)}: {wanted}")
    body = filling.filled(str(action.get("body", "")), values).encode("utf-8", "replace")
    headers = {"Content-Type": trigger.CONTENT_TYPE, trigger.MARK: kind}
    return Request("POST", endpoint, headers | ({trigger.SECRET_HEADER: secret} if secret else {}), body)


def attempt(action: trigger.Action, made: Request) -> Answer:
    """Send what *action* comes to, and return what became of it."""
    if not trigger.is_relayed(action):
        return exchange(Transport(), trigger.kind_of([action]) or "slack", made)
    response = Transport().send(made)
    if response.status in (200, 202):
        return Answer(True, "the relay keeps it; `gitlink deliveries list` shows what the messenger answered")
    reasons = {401: "does not know the trigger's secret", 404: "has no such channel, or is off"}
    words = f"the relay {reasons.get(response.status, 'refused')} ({response.status})"
    fix = "set GITLINK_NOTIFY_SECRET for the relay and the command alike, and the channel in the relay's policy"
    return Answer(False, words, fix, is_final=response.status < 500)


def send(transport: Transport, kind: str, post: Post) -> Answer:
    """Send *post* to the messenger *kind* and return what it made of it; no answer is one that may be tried again."""
    body = json.dumps(post.body).encode("ascii")
    return exchange(transport, kind, Request("POST", post.url, {"Content-Type": "application/json"}, body))


def exchange(transport: Transport, kind: str, request: Request) -> Answer:
    """Send *request* and return what the messenger made of it."""
    transport.renew()
    try:
        response = transport.send(request)
    except Unreachable as fault:
        return Answer(False, f"{fault.message}: {fault.why}", fault.fix, is_final=False)
    return _read(kind, response)


def _read(kind: str, response: Response) -> Answer:
    answer = _ANSWERS[kind](response.status, response.headers, response.body)
    asked = retry_after(response.headers, datetime.now(UTC))
    if answer.is_sent or asked is None or answer.wait_s is not None:
        return answer
    return Answer(False, answer.words, answer.fix, answer.is_final, asked)
