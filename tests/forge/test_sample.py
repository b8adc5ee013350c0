"""The deliveries that prove a service are what each forge's parser takes, and are signed."""

import pytest

from gitlink.forge.delivery import parse
from gitlink.forge.model import FORGES, Forge, PullRequestEvent
from gitlink.forge.sample import REPOSITORY, sample
from gitlink.forge.signature import is_authentic

SECRETS = ["s3cret", "whsec_" + "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="]


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("forge", FORGES)
def test_each_is_signed_and_moves_nothing(forge: Forge, secret: str) -> None:
    headers, body = sample(forge, 7, "TEST-1-doctor", "https://x.example.com/doctor", secret)
    lower = {name.lower(): value for name, value in headers.items()}
    assert is_authentic(forge, lower, body, [secret])
    assert not is_authentic(forge, lower, body, ["another"])
    event = parse(forge, lower, body)
    assert isinstance(event, PullRequestEvent)
    assert (event.event, event.verdict, event.known) == ("updated", None, ())
    found = event.pull_request
    assert (found.repository, found.number, found.source_branch) == (REPOSITORY, 7, "TEST-1-doctor")
    assert found.url == "https://x.example.com/doctor"
