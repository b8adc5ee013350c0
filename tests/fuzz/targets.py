"""What is fuzzed: for each target how its input is made, and what holds whatever the input is.

Everywhere: no error but the one that is documented, and no more than a bounded time for what is at most 64 KiB of text.
"""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from gitlink import redact
from gitlink.core import keys, message, refs, text
from gitlink.core import policy as policies
from gitlink.core.policy import KINDS, NAMED_KINDS
from gitlink.errors import GitlinkError, PolicyError
from gitlink.forge import delivery as forge_deliveries
from gitlink.forge import signature
from gitlink.forge.client import ForgeClient
from gitlink.forge.model import FORGES, Forge
from gitlink.forge.reading import Malformed
from gitlink.forge.remote import Remote, pull_request_at, recognise
from gitlink.notify import envelope
from gitlink.service.arrival import arrival, issues_named
from gitlink.tracker.access import Credentials
from gitlink.tracker.client import TrackerClient
from gitlink.transport.model import NoAnswer, Request, Response
from gitlink.transport.send import Transport
from tests.forge.samples import Delivery
from tests.fuzz import inputs

# On a busy machine too: a quadratic scan of 64 KiB takes longer by far.
_MOST_S = 5.0


@dataclass(frozen=True)
class Target:
    """`given`: makes the input; `check`: fails where something does not hold."""

    given: st.SearchStrategy[Any]
    check: Callable[[Any], None]


@contextmanager
def in_time() -> Iterator[None]:
    """Fail where the block takes this thread more processor time than anything may."""
    began = time.thread_time()
    yield
    taken = time.thread_time() - began
    assert taken < _MOST_S, f"it took {taken:.1f} s"


def check_keys(written: str) -> None:
    queues = ("TEST", "A1")
    with in_time():
        found = keys.find(written)
        counted = keys.find(written, queues, any_case=True)
        assert keys.names_any(written) is bool(found)
        for key in (*found[:50], *counted[:50]):
            assert keys.parse(key) == key
        assert all([keys.is_named(written, key) for key in found[:50]])
        assert len(set(found)) == len(found)
        assert not set(keys.foreign(written, queues)).intersection(counted)
        miss = keys.near_miss(written, queues)
        assert miss is None or (keys.parse(miss.key) == miss.key and miss.written in written)


def check_message(written: str) -> None:
    with in_time():
        kept = message.kept(written, cleanup="strip", comment="#", edited=True)
        assert message.stripspace(kept, comment="#") == kept
        message.skip_reason(written)
        message.subject(written)
        message.comment_prefix(written, "auto")
        message.has_status_block(written, "#")
        for comment in ("#", None):
            prefixed = message.with_prefix(written, "TEST-1", comment=comment)
            assert prefixed.replace("TEST-1 ", "", 1) == written or "TEST-1 " in written
            with_trailer = message.with_trailer(written, "Issue", "TEST-1", comment=comment)
            assert len(with_trailer) > len(written) - 1


def check_policy(entries: list[tuple[str, str | None]]) -> None:
    with in_time():
        listing = "".join([key if value is None else f"{key}\n{value}" for key, value in entries])
        policies.parse_entries(listing.encode("utf-8", "surrogatepass"))
        try:
            policy = policies.read(entries)
        except PolicyError as error:
            _is_told(error)
            return
        narrowed = policy.for_repository("acme/app")
        assert narrowed.for_repository("acme/app").queues == narrowed.queues
        refs.is_exempt("feature/" + "a" * 500, policy.branch_exempt)


def check_refs(written: str) -> None:
    with in_time():
        for parse in (refs.parse_push_lines, refs.parse_receive_lines):
            with suppress(ValueError):
                for pushed in parse(written):
                    assert pushed.branch is None or pushed.remote_ref.endswith(pushed.branch)
        refs.glob_matches(written[:1000], written)
        refs.glob_matches("*a*b" * 200, written)
        slug = refs.slug(written)
        assert slug.isascii() and len(slug) <= 40 and slug.strip("-") == slug
        refs.branch_name("{key}-{slug}", "TEST-1", written)


def check_text(written: str) -> None:
    with in_time():
        assert text.printable(written).isprintable()
        assert len(text.shorten(written)) <= 60
        assert text.shell_quote(written).replace("\n", "").isprintable()  # a line end stays one
        text.without_secrets(written)
        recognise(written)
        pull_request_at(written)
        text.nearest(written[:1000], list(KINDS))


def check_redact(written: str) -> None:
    with in_time():
        secret = "glpat-0123456789abcdefghij"
        for said in (f"{written} {secret} {written}", f"Authorization: token {secret}\n{written}"):
            assert secret not in redact.redact(said)


def check_delivery(sent: tuple[Forge, Delivery]) -> None:
    forge, (headers, body) = sent
    policy = policies.read([("review.issues", "all"), ("gitlink.acme/shop.queue", "SHOP")])
    with in_time():
        with suppress(Malformed):
            read = forge_deliveries.parse(forge, headers, body)
            found = read.pull_request
            if found is not None:
                assert 0 < found.number < 2**63
                assert all([keys.parse(key) for key in issues_named(found, policy)])
        row = arrival(forge, headers, body, policy)
        json.dumps([row.delivery, row.repository, row.issue, row.reason, dict(row.headers)] if row else None)


def check_signature(sent: tuple[Forge, Delivery]) -> None:
    """A stranger's header is never right: they do not know the secret."""
    forge, (headers, body) = sent
    with in_time():
        for secrets in (["the secret"], ["whsec_dGhlIHNlY3JldA=="], ["the secret", "whsec_dGhlIHNlY3JldA=="]):
            assert not signature.is_authentic(forge, headers, body, secrets)


def check_envelope(written: bytes) -> None:
    with in_time():
        read = envelope.read(written)
        if read is not None:
            assert envelope.shortened(read.parts, 100)


class _Answers(Transport):
    """Answers everything with the same; what opens sockets is fuzzed by `exchange`."""

    def __init__(self, answer: Response) -> None:
        super().__init__()
        self._answer = answer

    def send(self, request: Request) -> Response:
        """Return the answer."""
        return self._answer


def check_tracker(answered: tuple[int, dict[str, str], bytes]) -> None:
    client = TrackerClient(_Answers(Response(*answered)), Credentials("http://127.0.0.1:1", "y0_secret", "77"), "en")
    verbs: list[Callable[[], Any]] = [
        lambda: client.issue("TEST-1"),
        lambda: client.transitions("TEST-1"),
        lambda: client.myself(),
        lambda: client.find_field("TEST", "benchLink"),
        lambda: list(zip(range(50), client.comments("TEST-1"), strict=False)),
        lambda: list(zip(range(50), client.worklogs("TEST-1"), strict=False)),
        lambda: client.links("TEST-1"),
        lambda: client.search({"queue": "TEST"}),
        lambda: list(zip(range(50), client.queues(), strict=False)),
        lambda: client.resolutions(),
        lambda: client.statuses(),
    ]
    for verb in verbs:
        with in_time():
            try:
                verb()
            except GitlinkError as error:
                _is_told(error)


def _is_told(error: GitlinkError) -> None:
    """Whether a refusal is fit to be read, and holds no secret."""
    said = f"{error.message} {error.where} {error.why} {error.fix}"
    assert error.message and "y0_secret" not in said


def check_forge_answer(answered: tuple[Forge, int, dict[str, str], bytes]) -> None:
    forge, status, headers, body = answered
    at = Remote(forge, "git.example.com", "https://git.example.com/api", "acme/app")
    client = ForgeClient(_Answers(Response(status, headers, body)), at, None)
    verbs: list[Callable[[], Any]] = [
        lambda: client.read(7),
        lambda: client.find("TEST-1-login"),
        lambda: client.verdicts(7),
        lambda: client.comments(7),
        lambda: client.default_branch(),
    ]
    for verb in verbs:
        with in_time(), suppress(GitlinkError):
            verb()


@st.composite
def _policy_entries(draw: st.DrawFn) -> list[tuple[str, str | None]]:
    known = st.sampled_from([*KINDS, *[key.replace(".", ".team.") for key in NAMED_KINDS], "gitlink.acme/*.queue"])
    names = known | st.builds("{}.{}.{}".format, st.sampled_from(["status", "review", "x"]), pieces, pieces)
    values = st.none() | st.sampled_from(["true", "off", "TEST", "1", "any", ""]) | inputs.texts()
    times = draw(st.sampled_from([1, 1, 1, 300]))
    return draw(st.lists(st.tuples(names | inputs.texts(), values), max_size=6)) * times


pieces = inputs.short_texts
_statuses = st.sampled_from([200, 200, 200, 201, 204, 301, 400, 401, 403, 404, 409, 412, 422, 429, 500, 503])
_headers = st.dictionaries(st.sampled_from(["link", "retry-after", "date", "content-type", "x-total-count"]), pieces)


@st.composite
def _tracker_json(draw: st.DrawFn) -> bytes:
    named = {"key": "open", "display": "Open", "id": "1", "self": "x"}
    issue = {"key": "TEST-1", "id": "1", "summary": "x", "status": named, "queue": named, "type": named, "version": 1}
    issue |= {"uid": 1, "login": "anna", "display": "Anna", "text": "x", "createdBy": named, "to": named, "name": "x"}
    issue |= {"createdAt": "2026-01-02T03:04:05.000+0000", "duration": "PT1H", "object": named, "type": named}
    top: Any = draw(st.sampled_from([issue, [issue], [issue, issue], {"errors": {}, "errorMessages": ["x"]}]))
    return json.dumps(inputs.grafted(draw, top)).encode("utf-8", "surrogatepass")


@st.composite
def _forge_json(draw: st.DrawFn) -> tuple[Forge, bytes]:
    forge, (_, body) = draw(st.sampled_from([*_all()]))
    top = json.loads(body)
    inner = next((top[name] for name in ("pull_request", "pullrequest", "pullRequest") if name in top), top)
    shaped = draw(
        st.sampled_from([inner, [inner], {"values": [inner]}, {"message": "x", "errors": [{"message": "x"}]}])
    )
    return forge, json.dumps(inputs.grafted(draw, shaped)).encode("utf-8", "surrogatepass")


def _all() -> Iterator[tuple[Forge, Delivery]]:
    from tests.forge.samples import all_of_them

    yield from all_of_them()


_forge_answers = st.builds(
    lambda shaped, status, headers: (shaped[0], status, headers, shaped[1]),
    _forge_json() | st.tuples(st.sampled_from(FORGES), st.binary(max_size=50)),
    _statuses,
    _headers,
)
_tracker_answers = st.tuples(_statuses, _headers, _tracker_json() | st.binary(max_size=50))


def check_exchange(answered: bytes) -> None:
    """Whatever bytes come back, there is an answer or the one error."""
    from tests.fuzz.wire import told

    with told(answered) as url:
        transport = Transport(request_s=20, total_s=20, tries=1)
        with in_time(), suppress(NoAnswer):
            response = transport.send(Request("GET", url))
            assert 100 <= response.status < 1000
            assert all([name == name.lower() for name in response.headers])


@st.composite
def _http(draw: st.DrawFn) -> bytes:
    lines = [
        draw(
            st.sampled_from(["HTTP/1.1 200 OK", "HTTP/1.0 200", "HTTP/1.1 302 Found", "HTTP/9.9 999", "ICY 200 OK", ""])
        )
    ]
    names = st.sampled_from(
        [
            "Content-Length",
            "Transfer-Encoding",
            "Content-Encoding",
            "Location",
            "Retry-After",
            "Connection",
            "X",
            "Set-Cookie",
        ]
    )
    values = st.sampled_from(
        ["0", "5", "-1", "99999999999999999999", "chunked", "gzip", "deflate", "close", "/x", "1e9"]
    )
    for _ in range(draw(st.integers(0, 5))):
        lines.append(f"{draw(names)}: {draw(values | pieces)}")
    ends = draw(st.sampled_from(["\r\n", "\n"]))
    body = draw(
        st.sampled_from([b"", b"hello", b"5\r\nhello\r\n0\r\n\r\n", b"ffffffffffff\r\nx", b"-5\r\nx"]) | st.binary()
    )
    return (ends.join(lines) + ends * 2).encode("utf-8", "surrogatepass") + body


TARGETS: dict[str, Target] = {
    "keys": Target(inputs.texts(), check_keys),
    "message": Target(inputs.texts(), check_message),
    "policy": Target(_policy_entries(), check_policy),
    "refs": Target(inputs.texts(), check_refs),
    "text": Target(inputs.texts(), check_text),
    "redact": Target(inputs.texts(), check_redact),
    "delivery": Target(inputs.deliveries(), check_delivery),
    "signature": Target(inputs.deliveries(), check_signature),
    "envelope": Target(
        st.binary(max_size=100) | inputs.json_values.map(lambda value: json.dumps(value).encode()), check_envelope
    ),
    "tracker": Target(_tracker_answers, check_tracker),
    "forge": Target(_forge_answers, check_forge_answer),
    "exchange": Target(_http(), check_exchange),
}
