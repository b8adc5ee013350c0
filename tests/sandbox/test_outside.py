"""Where triggers' requests may go: to this machine alone, unless the sandbox is told otherwise."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gitlink.sandbox.server import SandboxServer

from .asking import Api
from .receiver import Receiver, receiving
from .triggering import UPDATE, log, runs, trigger, wait_for, webhook


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as started:
        yield started


# 192.0.2.0/24 and 2001:db8::/32 are nobody's: https://www.rfc-editor.org/rfc/rfc5737 ; 169.254.169.254 is a cloud's.
@pytest.mark.parametrize(
    "url",
    [
        "http://192.0.2.1/x",
        "https://192.0.2.1/x",
        "http://169.254.169.254/latest",
        "http://[2001:db8::1]/",
        "http://10.0.0.1:22/",
        "http://0.0.0.0:1/",
    ],
)
def test_a_trigger_reaches_this_machine_alone(api: Api, url: str) -> None:
    made = trigger(api, webhook(url), conditions=[UPDATE])
    api("PATCH", "/issues/TEST-1", {"summary": "New"})
    [entry] = wait_for(api, made, 1)
    assert "is not this machine" in str(entry["error"]) and "response" not in entry
    [(success, message)] = runs(api)
    assert (success, "--allow-outside" in message) == (False, True)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_a_name_of_this_machine_is_reached(api: Api, receiver: Receiver, host: str) -> None:
    trigger(api, webhook(receiver.url.replace("127.0.0.1", host)), conditions=[UPDATE])
    api("PATCH", "/issues/TEST-1", {"summary": "New"})
    assert receiver.wait(1)


def test_a_redirect_is_not_followed(api: Api, receiver: Receiver) -> None:
    receiver.answers = [302]
    made = trigger(api, webhook(receiver.url), conditions=[UPDATE])
    api("PATCH", "/issues/TEST-1", {"summary": "New"})
    assert wait_for(api, made, 1)[0]["response"]["statusCode"] == 302  # type: ignore[index]
    assert len(receiver.got) == 1


def test_it_may_be_told_to_reach_others() -> None:
    with SandboxServer(outside=True) as sandbox:
        api = Api(sandbox)
        api("POST", "/_sandbox/seed", {"switches": {"webhook_timeout_s": 0.2, "webhook_delay_s": 0.01}})
        made = trigger(api, webhook("http://192.0.2.1/x"), conditions=[UPDATE])
        api("PATCH", "/issues/TEST-1", {"summary": "New"})
        wait_for(api, made, 1)
        assert "error" not in log(api, made)[0]
