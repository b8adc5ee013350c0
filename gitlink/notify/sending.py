"""One message to a messenger, once: no retry here, since a message that was not answered may have arrived."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime

from gitlink.errors import GitlinkError, Unreachable
from gitlink.notify import filling, slack, telegram, trigger
from gitlink.notify.answer import Answer, Post
from gitlink.transport.model import Request, Response, retry_after
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


def attempt(action: trigger.Action, values: Mapping[str, str]) -> Answer:
    """Send what a trigger's *action* would send for *values*, and return what became of it."""
    kind = trigger.kind_of([action]) or "slack"
    endpoint = filling.filled(str(action.get("endpoint", "")), values)
    body = filling.filled(str(action.get("body", "")), values).encode("utf-8", "replace")
    given = action.get("headers")
    headers = {str(name): str(value) for name, value in given.items()} if isinstance(given, dict) else {}
    headers["Content-Type"] = str(action.get("contentType", "application/json"))
    request = Request("POST", endpoint, headers, body)
    if not trigger.is_relayed(action):
        return exchange(Transport(), kind, request)
    response = Transport().send(request)
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
