"""Whatever comes gives an event, a reason to ignore it, or the one error; nothing else, ever."""

import json
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gitlink.forge import delivery, signature
from gitlink.forge.model import FORGES, Forge, Ignored, PullRequestEvent
from gitlink.forge.reading import Malformed
from tests.forge import samples

EVENTS: dict[Forge, list[str]] = {
    "github": ["pull_request", "pull_request_review", "pull_request_review_comment", "issue_comment", "ping"],
    "gitlab": ["Merge Request Hook", "Note Hook", "System Hook"],
    "bitbucket": ["pullrequest:approved", "pullrequest:comment_created", "repo:push"],
    "bitbucket-dc": ["pr:reviewer:approved", "pr:modified", "diagnostics:ping"],
    "gitea": ["pull_request", "pull_request_approved", "issue_comment"],
}
JUNK: list[Any] = [
    None,
    True,
    0,
    -1,
    10**30,
    1.5,
    "",
    "a\0\ud800",
    [],
    {},
    [[]],
    {"a": {}},
    "9999-12-31T23:59:59-14:00",
    "\u0664",
]
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def understand(forge: Forge, headers: dict[str, str], body: bytes) -> None:
    try:
        read = delivery.parse(forge, headers, body)
    except Malformed:
        return
    assert isinstance(read, PullRequestEvent | Ignored)
    found = read.pull_request
    texts = [read.delivery, *([found.title, found.description, found.repository, found.url] if found else [])]
    assert "\0" not in "".join(texts)
    "".join(texts).encode("utf-8")
    if isinstance(read, PullRequestEvent):
        assert 0 < read.pull_request.number < 2**63
        assert read.moment is None or read.moment.utcoffset() is not None


@given(st.sampled_from(FORGES), st.data(), st.binary(max_size=200) | anything.map(lambda v: json.dumps(v).encode()))
def test_any_bytes(forge: Forge, data: st.DataObject, body: bytes) -> None:
    name = data.draw(st.sampled_from(EVENTS[forge]) | st.text(max_size=10))
    kind = data.draw(st.sampled_from(["application/json", "application/x-www-form-urlencoded", ""]))
    headers = {samples.EVENT_HEADERS[forge]: name, "content-type": kind}
    understand(forge, headers, body)
    assert not signature.is_authentic(forge, headers, body, ["secret"])


def mutate(value: Any, chance: random.Random) -> Any:
    """Change one place of *value*: drop it, put junk there, or go deeper."""
    if isinstance(value, dict) and value and chance.random() < 0.9:
        name = chance.choice(sorted(value))
        if chance.random() < 0.2:
            return {key: entry for key, entry in value.items() if key != name}
        return {**value, name: mutate(value[name], chance)}
    if isinstance(value, list) and value and chance.random() < 0.9:
        at = chance.randrange(len(value))
        return [*value[:at], mutate(value[at], chance), *value[at + 1 :]]
    return chance.choice(JUNK)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(samples.all_of_them()), st.integers(), st.integers(1, 4))
def test_good_deliveries_with_some_places_changed(sent: Any, seed: int, times: int) -> None:
    forge, (headers, body) = sent
    value, chance = json.loads(body), random.Random(seed)
    for _ in range(times):
        value = mutate(value, chance)
    understand(forge, headers, json.dumps(value).encode())


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(samples.all_of_them()), st.integers(0, 10_000), st.binary(max_size=3))
def test_good_deliveries_with_some_bytes_changed(sent: Any, at: int, junk: bytes) -> None:
    forge, (headers, body) = sent
    at %= len(body)
    understand(forge, headers, body[:at] + junk + body[at + len(junk) :])


@pytest.mark.parametrize("sent", samples.all_of_them())
def test_the_samples_themselves_are_understood(sent: Any) -> None:
    forge, (headers, body) = sent
    assert isinstance(delivery.parse(forge, headers, body), PullRequestEvent)
