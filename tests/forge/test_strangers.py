"""What a stranger can have a forge send: who is told apart, and that nothing costs more than reading it."""

import json
import time
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitlink.core import policy as policies
from gitlink.forge import delivery, gitea_api, github_api, reading
from gitlink.forge.model import FORGES, Forge, Ignored, PullRequestEvent
from gitlink.forge.reading import Malformed
from gitlink.forge.remote import Remote
from gitlink.forge.signature import is_authentic, vouching
from gitlink.service.arrival import arrival
from tests.forge import samples
from tests.linear import assert_linear, cpu_s
from tests.service import reviews

FORM = {"content-type": "application/x-www-form-urlencoded"}


def association(forge: Forge, review: dict[str, Any]) -> str | None:
    sample = samples.github_review("submitted", "approved", review=review)
    if forge == "gitea":
        sample = samples.gitea("pull_request_approved", "reviewed", review={"content": "Well", **review})
    read = delivery.parse(forge, *sample)
    assert isinstance(read, PullRequestEvent) and read.verdict
    return read.verdict.association


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("OWNER", "member"),
        ("MEMBER", "member"),
        ("COLLABORATOR", "collaborator"),
        ("CONTRIBUTOR", "contributor"),
        ("FIRST_TIME_CONTRIBUTOR", "none"),
        ("FIRST_TIMER", "none"),
        ("MANNEQUIN", "none"),
        ("NONE", "none"),
        ("A_WORD_OF_TOMORROW", "none"),
    ],
)
def test_how_close_a_reviewer_is_to_a_repository_of_github(word: str, expected: str) -> None:
    assert association("github", {"author_association": word}) == expected
    at = Remote("github", "github.com", "https://api.github.com", "acme/app")
    entry = {"user": {"login": "bert", "id": 22}, "state": "APPROVED", "author_association": word}
    assert [one.association for one in github_api.verdicts(at, 7)[0].read([entry])] == [expected]


COMMENT = {"content": {"raw": "Well"}, "created_on": "2026-01-02T03:04:06+00:00"}


@pytest.mark.parametrize(
    ("forge", "event", "sample"),
    [
        ("bitbucket", "pullrequest:fulfilled", samples.cloud("pullrequest:updated")),
        ("bitbucket", "pullrequest:rejected", samples.cloud("pullrequest:updated")),
        ("bitbucket", "pullrequest:rejected", samples.cloud("pullrequest:fulfilled", pullrequest={"state": "MERGED"})),
        ("bitbucket", "pullrequest:approved", samples.cloud("pullrequest:comment_created", comment=COMMENT)),
        ("bitbucket", "pullrequest:updated", samples.cloud("pullrequest:comment_created", comment=COMMENT)),
        ("bitbucket", "pullrequest:changes_request_created", samples.cloud("pullrequest:approved", approval={})),
        ("bitbucket-dc", "pr:merged", samples.data_center("pr:merged")),
        ("bitbucket-dc", "pr:declined", samples.data_center("pr:declined", pullRequest={"state": "MERGED"})),
        ("bitbucket-dc", "pr:deleted", samples.data_center("pr:comment:added", comment={"text": "Well"})),
        ("bitbucket-dc", "pr:reviewer:approved", samples.data_center("pr:comment:added", comment={"text": "Well"})),
        ("gitea", "pull_request_approved", samples.gitea("pull_request", "edited")),
        ("gitea", "pull_request_rejected", samples.gitea_comment("created", pull_request={"number": 7})),
        (
            "gitea",
            "pull_request_approved",
            samples.gitea("pull_request_comment", "reviewed", review={"type": "pull_request_review_comment"}),
        ),
        (
            "gitea",
            "pull_request_rejected",
            samples.gitea("pull_request_approved", "reviewed", review={"type": "pull_request_review_approved"}),
        ),
    ],
)
def test_a_body_that_is_sent_as_another_event_is_not_what_the_header_says(
    forge: Forge, event: str, sample: samples.Delivery
) -> None:
    """No signature covers the header: who has read a delivery can send it again as what they like."""
    headers, body = sample
    read = delivery.parse(forge, {**headers, samples.EVENT_HEADERS[forge]: event}, body)
    assert isinstance(read, Ignored)
    assert event.rpartition(":")[2] in read.reason
    assert read.pull_request is not None


@pytest.mark.parametrize(("header", "said"), [(0, 1), (1, 0), (0, 0), (1, 1)])
def test_a_rejection_may_have_its_old_name_in_one_place_and_its_new_one_in_the_other(header: int, said: int) -> None:
    names = ("pr:reviewer:needs_work", "pr:reviewer:changes_requested")
    headers, body = samples.data_center_review(names[said], "NEEDS_WORK")
    read = delivery.parse("bitbucket-dc", {**headers, samples.EVENT_HEADERS["bitbucket-dc"]: names[header]}, body)
    assert isinstance(read, PullRequestEvent) and read.event == "changes_requested"


@pytest.mark.parametrize("word", ["approved", "rejected", "comment"])
def test_what_gitea_calls_a_review_in_its_body(word: str) -> None:
    sample = samples.gitea(f"pull_request_{word}", "reviewed", review={"type": f"pull_request_review_{word}"})
    assert isinstance(delivery.parse("gitea", *sample), PullRequestEvent)


def test_gitea_says_in_its_api_whose_review_is_official() -> None:
    assert association("gitea", {}) is None
    assert association("gitea", {"official": True}) == "collaborator"
    at = Remote("gitea", "git.example.com", "https://git.example.com/api/v1", "acme/app")
    entry = {"user": {"login": "bert", "id": 22}, "state": "APPROVED", "official": False}
    assert [one.association for one in gitea_api.verdicts(at, 7)[0].read([entry])] == ["none"]


def test_what_github_signed_says_nothing_at_giteas_path_nor_the_other_way_round() -> None:
    """With one secret for both, the signature of the one is right at the other's path, too."""
    nodes = {"repository": {"node_id": "R_1"}, "sender": {"node_id": "U_1"}}
    _, body = samples.github("pull_request", "opened", **nodes)
    with pytest.raises(Malformed, match="cannot be understood") as caught:
        delivery.parse("gitea", {"x-gitea-event": "pull_request"}, body)
    assert caught.value.why == "GitHub wrote it: only its objects have a `node_id`"
    _, body = samples.gitea("pull_request", "opened", sender={"username": "bert"})
    with pytest.raises(Malformed) as caught:
        delivery.parse("github", {"x-github-event": "pull_request"}, body)
    assert caught.value.why == "Gitea wrote it: only its people have a `username`"


@given(st.text())
def test_a_forms_field_is_what_was_put_into_it(text: str) -> None:
    sent = urlencode({"a": "1", "payload": text, "b": "payload=2"}, errors="surrogatepass").encode()
    assert reading.document(FORM, sent) == text.encode("utf-8", "surrogatepass")


@pytest.mark.parametrize("unit", [b"%41", b"%", b"%zz", b"+", b"&", b"=", b"&payload"])
def test_a_form_costs_no_more_than_reading_it(unit: bytes) -> None:
    def take(size: int) -> None:
        headers = FORM | {"x-gitea-signature": "0" * 64}
        assert not is_authentic("gitea", headers, b"payload=" + unit * (size // len(unit)), ["secret"])

    assert_linear(take, 1 << 20)


@pytest.mark.parametrize("unit", [b"%41", b"%", b"%zz"])
def test_a_form_costs_no_more_than_a_few_times_its_hash(unit: bytes) -> None:
    """It is decoded for anybody, before the signature can be checked; meanwhile the service hears nobody else."""
    headers, size = FORM | {"x-gitea-signature": "0" * 64}, 5 << 20

    def seconds(repeated: bytes) -> float:
        began = time.thread_time()
        assert not is_authentic("gitea", headers, b"payload=" + repeated * (size // len(repeated)), ["secret"])
        return time.thread_time() - began

    # Of several rounds the best: what is noise on a busy machine is no fault.
    assert min([seconds(unit) / seconds(b"A") for _ in range(5)]) < 10


def test_a_form_is_decoded_once_whoever_may_have_signed_it() -> None:
    """Before its signature can be checked: so anybody can have it done, with as many secrets as there are."""
    headers, body = FORM | {"x-gitea-signature": "0" * 64}, b"payload=" + b"%41" * (1 << 20)

    def take(size: int) -> None:
        assert vouching("gitea", headers, body, [(f"secret-{number}",) for number in range(size)]) == []

    for _ in range(5):
        if cpu_s(take, 32) < 8 * cpu_s(take, 1):
            return
    raise AssertionError("32 secrets cost more than eight times as much as one")


@pytest.mark.parametrize("digest", ["", "0" * 63, "0" * 63 + "g", "é" * 64])
def test_a_form_without_a_digest_is_not_even_decoded(digest: str) -> None:
    headers, body = FORM | {"x-gitea-signature": digest}, b"payload=" + b"%41" * (1 << 20)
    assert min([cpu_s(lambda _: is_authentic("gitea", headers, body, ["secret"]), 0) for _ in range(5)]) <= 1e-2


def test_a_sign_that_every_form_writes_otherwise_is_no_part_of_one() -> None:
    """Go and all others write `=` as `%3D`; decoding it would cost five times as much."""
    with pytest.raises(Malformed, match="cannot be understood"):
        reading.document(FORM, b"payload={}=")
    assert reading.document(FORM, b"a=b=&payload=%7B%3D%7D&c==") == b"{=}"


LONG: dict[str, str] = {
    "many keys": "TEST-{} ",
    "one key": "TEST-1 ",
    "closing words": "fixes TEST-{}, ",
    "capitals": "A",
    "digits": "A-1" + "0" * 1000,
    "hyphens": "-",
    "capitals and hyphens": "AAAAAAAAAAAAAAAA-1",
    "lower case": "test-{} ",
    "Cyrillic": "ТEST-1 ",
    "line ends": "\n",
    "brackets": "[(",
}


@pytest.mark.parametrize("text", list(LONG.values()), ids=list(LONG))
@pytest.mark.parametrize("forge", FORGES)
def test_a_pull_requests_text_costs_no_more_than_reading_it(forge: Forge, text: str) -> None:
    policy = policies.read([("review.issues", "all")])

    def take(size: int) -> None:
        written = "".join([text.format(at) for at in range(size // len(text))])
        headers, body = reviews.tell(forge, "approved", 5, "one", title=written)
        assert arrival(forge, headers, body.replace(b"TEST-1-login", b"login"), policy)

    assert_linear(take, 50_000)


@pytest.mark.parametrize("forge", FORGES)
def test_a_crowd_of_reviewers_costs_no_more_than_reading_it(forge: Forge) -> None:
    def take(size: int) -> None:
        headers, body = reviews.tell(forge, "changes_requested", 5, "one")
        top = json.loads(body)
        crowd = [_everybody(number) for number in range(size)]
        for place in (top, top.get("pullrequest"), top.get("pullRequest"), top.get("pull_request")):
            if isinstance(place, dict):
                place |= {"reviewers": crowd, "participants": crowd, "assignees": crowd}
        top["changes"] = {"reviewers": {"previous": crowd, "current": crowd}}
        read = delivery.parse(forge, headers, json.dumps(top).encode())
        assert isinstance(read, PullRequestEvent) and len(read.known) <= 2 * reading.MOST_PEOPLE

    assert_linear(take, 2_000)


@pytest.mark.parametrize("forge", FORGES)
def test_no_name_is_longer_than_names_are(forge: Forge) -> None:
    """Each is kept with its verdict, and every verdict of a pull request is written down for every delivery of it."""
    for what in ("approved", "changes_requested"):
        headers, body = reviews.tell(forge, what, 5, "one")
        top = json.loads(body, object_hook=_lengthened)
        crowd = [_lengthened(_everybody(number) | {"id": None}) for number in range(3)]
        for place in (top, top.get("pullrequest"), top.get("pullRequest"), top.get("pull_request")):
            if isinstance(place, dict):
                place |= {"reviewers": crowd, "participants": crowd}
        read = delivery.parse(forge, headers, json.dumps(top).encode())
        assert isinstance(read, PullRequestEvent) and read.verdict
        told = [read.verdict, *read.known]
        people = [read.actor, read.pull_request.author, *[one.person for one in told]]
        texts = [text for who in people if who for text in (who.login, who.name, *who.ids)]
        texts += [text for one in told if (text := one.oid)]
        assert 200 <= max([len(text) for text in texts]) <= 220


def _lengthened(entry: dict[str, Any]) -> dict[str, Any]:
    """Return a JSON object of a person or a commit with all that it is called by made very long."""
    names = ("login", "username", "nickname", "name", "slug", "display_name", "displayName", "full_name", "account_id")
    oids = ("sha", "hash", "commit_id", "latestCommit", "lastReviewedCommit")
    is_person = bool(entry.keys() & {"login", "username", "nickname", "emailAddress", "account_id"}) or "type" in entry
    longer = {name: str(entry[name]) + "x" * 5000 for name in oids if name in entry}
    if is_person:
        longer |= {name: str(entry[name]) + "x" * 5000 for name in names if name in entry}
    return entry | longer


def _everybody(number: int) -> dict[str, Any]:
    """Return a reviewer as each forge would have it, all at once."""
    user = {"id": number + 100, "name": f"p{number}", "account_id": f"p{number}", "nickname": f"p{number}"}
    return {"user": user, "state": "requested_changes", "status": "NEEDS_WORK", **user, "username": f"p{number}"}
