"""The door: what it keeps out, what it never refuses, and what cannot hold it open."""

import base64
import contextlib
import hashlib
import hmac
import json
import random
import socket
import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlencode

import pytest

from gitlink.forge.model import FORGES, Forge
from gitlink.forge.reading import document
from gitlink.forge.signature import secrets_in
from gitlink.service.config import Config, read, warnings
from tests.service.mutate import mutate
from tests.service.process import Served
from tests.service.reviews import SECRET, signed, tell
from tests.service.serving import Door, answer, receiving

SECRETS = Config(dict.fromkeys(FORGES, (SECRET, "the-one-before")))


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    with receiving(f"sqlite:///{tmp_path / 'gitlink.db'}", SECRETS) as opened:
        yield opened


@pytest.mark.parametrize("forge", FORGES)
def test_a_wrong_signature_is_told_nothing(door: Door, forge: Forge) -> None:
    delivery = tell(forge, "approved")
    for headers, body in (delivery, signed(forge, delivery, "wrong"), signed(forge, delivery, "")):
        assert door.post(f"/hooks/{forge}", headers, body) == (401, b"")
    if forge != "gitlab":  # whose token stands in a header and signs nothing
        headers, body = signed(forge, delivery)
        assert door.post(f"/hooks/{forge}", headers, body + b" ") == (401, b"")
    assert door.desk.listing() == []


def test_what_cannot_be_stored_is_not_acknowledged_and_comes_again(tmp_path: Path) -> None:
    """All that wait for a locked database are told so together, not one after the other."""
    file = tmp_path / "gitlink.db"
    with receiving(f"sqlite:///{file}?timeout=1", SECRETS) as door, ThreadPoolExecutor(20) as senders:

        def send(number: int) -> int:
            return door.post("/hooks/github", *signed("github", tell("github", "approved", number)))[0]

        assert send(0) == 202
        with contextlib.closing(sqlite3.connect(file)) as other:
            other.execute("BEGIN IMMEDIATE")
            began = time.monotonic()
            assert set(senders.map(send, range(1, 21))) == {503}
            assert time.monotonic() - began < 15
        assert set(senders.map(send, range(21))) == {200, 202}
        assert len(door.desk.listing()) == 21


@pytest.mark.parametrize("secret", [SECRET, 'o"dd </& p\u00e4ss +%', "the old one"])
@pytest.mark.parametrize("is_form", [False, True])
def test_a_secret_that_gitea_writes_into_its_deliveries_is_not_kept(tmp_path: Path, is_form: bool, secret: str) -> None:
    """So it did before 1.14, as Go writes it; the first word of a secret may be one by itself."""
    headers, body = tell("gitea", "approved")
    body = json.dumps({"secret": secret, **json.loads(body)}, indent=2, ensure_ascii=False).encode()
    for sign in b"<>&":
        body = body.replace(bytes([sign]), rb"\u%04x" % sign)
    headers, signed_body = signed("gitea", (headers, body), secret)
    if is_form:
        headers, signed_body = (
            {**headers, "content-type": "application/x-www-form-urlencoded"},
            urlencode({"payload": body}).encode(),
        )
    config = Config({"gitea": tuple(secrets_in(secret))})
    with receiving(f"sqlite:///{tmp_path / 'g.db'}", config) as door:
        assert door.post("/hooks/gitea", headers, signed_body)[0] == 202
        (row,) = door.desk.listing()
        kept = door.desk.get(row.seq)
    assert kept is not None and json.loads(document(kept.headers, kept.body))["secret"] == "***"
    assert (row.repository, row.issue) == ("acme/app", "TEST-1")


@pytest.mark.parametrize("forge", FORGES)
def test_while_one_secret_replaces_another_both_are_good(door: Door, forge: Forge) -> None:
    for number, secret in enumerate(SECRETS.secrets[forge]):
        assert door.post(f"/hooks/{forge}", *signed(forge, tell(forge, "approved", number + 1), secret))[0] == 202
    assert door.post(f"/hooks/{forge}", *signed(forge, tell(forge, "approved", 1)))[0] == 200
    assert len(door.desk.listing()) == 2


@pytest.mark.parametrize(
    ("forge", "other"), [("bitbucket", "bitbucket-dc"), ("bitbucket-dc", "bitbucket"), ("gitea", "github")]
)
def test_a_hook_that_leads_to_another_forges_path_is_told_where_it_belongs(
    door: Door, forge: Forge, other: Forge
) -> None:
    """Nothing can follow from it, and the forge shows a delivery that went well: so the page has to tell."""
    headers, body = signed(other, tell(forge, "approved"))
    status, said = door.post(f"/hooks/{other}", headers, body)
    assert (status, f"/hooks/{forge}" in said.decode()) == (202, True)
    assert door.post(f"/hooks/{other}", headers, body)[0] == 200
    (row,) = door.desk.listing()
    assert (row.state, row.event, row.pull_request) == ("ignored", None, None)
    assert row.error is not None and f"the hook's address must end in /hooks/{forge}" in row.error


def test_a_refused_signature_is_told_in_the_log_and_nowhere_else(door: Door, caplog: pytest.LogCaptureFixture) -> None:
    def logged(forge: Forge, headers: dict[str, str], path: str) -> str:
        caplog.clear()
        assert door.post(f"/hooks/{path}", headers, b"{}") == (401, b"")
        return str(vars(caplog.records[-1])["why"])

    headers, _ = tell("bitbucket", "approved")
    assert logged("bitbucket", headers, "bitbucket").startswith("it is not signed: give the forge's webhook the secret")
    wrong = headers | {"x-hub-signature": "sha256=" + "0" * 64}
    assert "GITLINK_WEBHOOK_SECRET_BITBUCKET or GITLINK_WEBHOOK_SECRET" in logged("bitbucket", wrong, "bitbucket")
    assert "comes from GitHub" in logged("github", tell("github", "approved")[0], "bitbucket")
    assert "/hooks/github" in str(vars(caplog.records[-1])["why"])


def test_a_signing_token_of_gitlab(tmp_path: Path) -> None:
    key = b"0123456789abcdef0123456789abcdef"
    config = read(
        {"GITLINK_WEBHOOK_SECRET_GITLAB": "whsec_" + base64.b64encode(key).decode()}, host="::1", is_insecure=False
    )
    headers, body = tell("gitlab", "approved")
    headers |= {"webhook-id": "m1", "webhook-timestamp": "1767323045"}
    digest = hmac.new(key, b"m1.1767323045." + body, hashlib.sha256).digest()
    proof = {"webhook-signature": "v1,xxx v1," + base64.b64encode(digest).decode()}
    with receiving(f"sqlite:///{tmp_path / 'gitlink.db'}", config) as door:
        assert door.post("/hooks/gitlab", headers, body)[0] == 401
        assert door.post("/hooks/gitlab", headers | {"x-gitlab-token": key.decode()}, body)[0] == 401
        assert door.post("/hooks/gitlab", headers | proof, body)[0] == 202
        assert door.post("/hooks/github", *signed("github", tell("github", "approved")))[0] == 404


def test_only_a_forge_with_a_secret_is_on() -> None:
    config = read({"GITLINK_WEBHOOK_SECRET_BITBUCKET_DC": "one two"}, host="0.0.0.0", is_insecure=False)
    assert [forge for forge in FORGES if config.is_on(forge)] == ["bitbucket-dc"]
    assert config.secrets["bitbucket-dc"] == ("one", "two", "one two")
    assert "one" not in repr(config)


@pytest.mark.parametrize(("args", "status"), [((), 3), (("--insecure", "--host", "0.0.0.0"), 3), (("--port", "x"), 2)])
def test_without_any_secret_it_does_not_start(tmp_path: Path, args: tuple[str, ...], status: int) -> None:
    service = Served(f"sqlite:///{tmp_path / 'gitlink.db'}", *args, environ={"GITLINK_WEBHOOK_SECRET": ""})
    assert service.process.wait(30) == status
    service.kill()
    if status == 3:
        assert "GITLINK_WEBHOOK_SECRET" in "".join(service.log)


def test_a_sentence_is_a_secret_as_a_whole(tmp_path: Path) -> None:
    config = read({"GITLINK_WEBHOOK_SECRET": "It's a Secret to Everybody"}, host="::1", is_insecure=False)
    delivery = tell("bitbucket", "approved")
    with receiving(f"sqlite:///{tmp_path / 'gitlink.db'}", config) as door:
        assert door.post("/hooks/bitbucket", *signed("bitbucket", delivery, "It's a Secret"))[0] == 401
        assert door.post("/hooks/bitbucket", *signed("bitbucket", delivery, "It's a Secret to Everybody"))[0] == 202


@pytest.mark.parametrize(
    ("environ", "named"),
    [
        ({}, []),
        ({"GITLINK_WEBHOOK_SECRET": "0123456789abcdef"}, []),
        ({"GITLINK_WEBHOOK_SECRET": " 0123456789abcdef\n0123456789abcdeF "}, []),
        ({"GITLINK_WEBHOOK_SECRET_GITEA": "0123456789abcde"}, ["GITLINK_WEBHOOK_SECRET_GITEA"]),
        ({"GITLINK_WEBHOOK_SECRET": "correct horse battery staple"}, ["GITLINK_WEBHOOK_SECRET"]),
        ({"GITLINK_ADMIN_PASSWORD": "a long pass phrase"}, []),
        ({"GITLINK_ADMIN_PASSWORD": "abcde horse"}, ["GITLINK_ADMIN_PASSWORD"]),
        ({"GITLINK_BENCH_TOKEN": "abcde"}, ["GITLINK_BENCH_TOKEN"]),
        ({"GITLINK_NOTIFY_SECRET": "abcde"}, ["GITLINK_NOTIFY_SECRET"]),
        ({"GITLINK_REPOSITORY_SECRET_ACME": "abcde"}, ["GITLINK_REPOSITORY_SECRET_ACME"]),
        (
            {"GITLINK_WEBHOOK_SECRET": "0123456789abcdef x", "GITLINK_WEBHOOK_SECRET_BITBUCKET_DC": "y"},
            ["GITLINK_WEBHOOK_SECRET", "GITLINK_WEBHOOK_SECRET_BITBUCKET_DC"],
        ),
    ],
)
def test_short_secrets_are_warned_of_by_their_variables_name(environ: dict[str, str], named: list[str]) -> None:
    said = warnings(environ)
    assert [words.split()[1] for words in said] == named
    assert not [secret for secret in ("horse", "abcde") for words in said if secret in words]
    assert all(["openssl rand -hex 32" in words for words in said])
    several = [name for name in named if " " in environ[name] and name != "GITLINK_ADMIN_PASSWORD"]
    assert [words.split()[1] for words in said if "white space" in words] == several


def test_a_short_secret_is_warned_of_at_the_start(tmp_path: Path) -> None:
    environ = {"GITLINK_WEBHOOK_SECRET": "correct horse", "GITLINK_WEBHOOK_SECRET_GITEA": "0123456789abcdef"}
    with Served(f"sqlite:///{tmp_path / 'g.db'}", "--role", "receive", environ=environ) as service:
        delivery = signed("gitea", tell("gitea", "approved"), "0123456789abcdef")
        assert service.ask("POST", "/hooks/gitea", *delivery)[0] == 202
    assert "".join(service.log).count("shorter than 16 characters") == 1
    assert "horse" not in "".join(service.log)


def test_unsigned_deliveries_are_taken_where_that_was_asked_for_on_loopback(tmp_path: Path) -> None:
    config = read({}, host="127.0.0.1", is_insecure=True)
    with receiving(f"sqlite:///{tmp_path / 'gitlink.db'}", config) as door:
        headers, body = tell("gitea", "approved")
        for foreign in (
            {"Host": "rebound.example.com"},
            {"Host": "127.0.0.1.example.com:8080"},
            {"Host": ""},
            {"Origin": "http://rebound.example.com"},
            {"Origin": "null"},
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site"},
        ):
            assert door.post("/hooks/gitea", headers | foreign, body)[0] == 403
        assert door.desk.listing() == []
        for number, host in enumerate(("localhost", "127.0.0.1:8080", "[::1]:80"), 1):
            headers, body = tell("gitea", "approved", number)
            assert door.post("/hooks/gitea", headers | {"Host": host}, body)[0] == 202
    config = read({"GITLINK_WEBHOOK_SECRET": "s"}, host="127.0.0.1", is_insecure=True)
    assert not config.is_insecure  # a secret that is set is asked for


def test_a_policy_file_is_named_in_what_is_wrong_with_it(tmp_path: Path) -> None:
    def told_(path: Path) -> str:
        service = Served(f"sqlite:///{tmp_path / 'g.db'}", "--role", "receive", "--policy", str(path))
        assert service.process.wait(30) == 3
        service.kill()
        return "".join(service.log)

    file = tmp_path / "the policy"
    assert f"{file} cannot be read" in (said := told_(file)) and "why:   there is no such file" in said
    file.write_text('[status "acme/*"]\n\tacceptd = x\n', encoding="utf-8")
    assert f"fix:   git config -f '{file}' --unset-all 'status.acme/*.acceptd'" in told_(file)
    file.write_text("[status\n", encoding="utf-8")
    assert f"fix:   git config -f '{file}' --list" in told_(file)


def test_a_port_that_is_taken_is_told_with_the_fix(tmp_path: Path, door: Door) -> None:
    service = Served(f"sqlite:///{tmp_path / 'other.db'}", "--role", "receive", "--port", str(door.port))
    assert service.process.wait(30) == 3
    service.kill()
    assert f"cannot listen on 127.0.0.1:{door.port}" in "".join(service.log)


@pytest.mark.parametrize(
    ("forge", "event", "body"),
    [
        ("github", "ping", b"{}"),
        ("github", "push", b"{"),
        ("gitlab", "Push Hook", b""),
        ("bitbucket", "repo:push", b"["),
    ],
)
def test_other_authentic_events_are_taken_and_not_kept(door: Door, forge: Forge, event: str, body: bytes) -> None:
    headers, _ = tell(forge, "approved")
    name = {"github": "x-github-event", "gitlab": "x-gitlab-event"}.get(forge, "x-event-key")
    assert door.post(f"/hooks/{forge}", *signed(forge, ({**headers, name: event}, body)))[0] == 200
    assert door.desk.listing() == []


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"action": 1}', b"[" * 100_000])
@pytest.mark.parametrize("forge", FORGES)
def test_an_authentic_delivery_never_gets_a_4xx(door: Door, forge: Forge, body: bytes) -> None:
    headers, _ = tell(forge, "approved")
    assert door.post(f"/hooks/{forge}", *signed(forge, (headers, body)))[0] == 202
    assert [row.state for row in door.desk.listing()] == ["ignored"]


def test_data_centers_ping_comes_unsigned(door: Door) -> None:
    assert door.post("/hooks/bitbucket-dc", {"x-event-key": "diagnostics:ping"}, b'{"test": true}')[0] == 200
    assert door.post("/hooks/bitbucket", {"x-event-key": "diagnostics:ping"}, b'{"test": true}')[0] == 401
    assert door.desk.listing() == []


@pytest.mark.parametrize("length", ["5242881", "99999999999999999999999"])
def test_a_body_that_is_too_long_is_not_read(door: Door, length: str) -> None:
    started = time.monotonic()
    head = f"POST /hooks/github HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n"
    assert door.raw(head.encode())[0] in (413, 400)
    assert time.monotonic() - started < 5


def test_a_body_of_unknown_length_is_cut_off_at_the_limit(door: Door) -> None:
    head = b"POST /hooks/github HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunk = b"10000\r\n" + b"x" * 65536 + b"\r\n"
    assert door.raw(head + chunk * 100)[0] in (413, 0)  # 0: the rest was in the way of the answer
    assert door.post("/hooks/github", *signed("github", tell("github", "approved")))[0] == 202


def test_a_body_of_just_the_limit_is_taken(door: Door) -> None:
    headers, body = tell("github", "approved")
    sample = signed("github", (headers, body + b" " * (5 * 1024 * 1024 - len(body))))
    assert door.post("/hooks/github", *sample)[0] == 202


def test_a_slow_body_is_given_up_and_half_a_request_is_closed(tmp_path: Path) -> None:
    with receiving(f"sqlite:///{tmp_path / 'g.db'}", SECRETS, deadline_s=0.3, header_s=0.3) as door:
        with door.connect() as connection:
            connection.sendall(b"POST /hooks/github HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{")
            assert answer(connection)[0] == 408
        with door.connect() as silent, door.connect() as half:
            half.sendall(b"POST /hooks/github HTTP/1.1\r\nHost: ")
            assert (answer(silent), answer(half)) == ((0, b""), (0, b""))


def test_a_connection_that_is_kept_open_serves_on(tmp_path: Path) -> None:
    headers, body = signed("github", tell("github", "approved"))
    head = [f"POST /hooks/github HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}"]
    request = "\r\n".join(head + [f"{name}: {value}" for name, value in headers.items()]).encode() + b"\r\n\r\n" + body
    with receiving(f"sqlite:///{tmp_path / 'g.db'}", SECRETS, header_s=0.3) as door, door.connect() as connection:
        for status in (b"202", b"200", b"200"):
            connection.sendall(request)
            answer = connection.recv(65536)
            while not answer.endswith(b"\n") or answer.endswith(b"\r\n"):  # the body ends its line plainly
                answer += connection.recv(65536)
            assert answer.split()[1] == status
            time.sleep(0.2)  # longer in all than a header may take


def test_a_hundred_half_open_connections_do_not_stop_it(door: Door) -> None:
    held = [door.connect() for _ in range(100)]
    for number, connection in enumerate(held):
        if number % 2:
            connection.sendall(b"POST /hooks/github HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
    started = time.monotonic()
    for minute in range(1, 11):
        assert door.post("/hooks/github", *signed("github", tell("github", "approved", minute)))[0] == 202
    assert time.monotonic() - started < 5
    for connection in held:
        connection.close()


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"POST /hooks/github HTTP/1.1\r\nHost: ", id="half a header"),
        pytest.param(b"POST /hooks/github HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{", id="half a body"),
        pytest.param(b"GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n", id="a whole request, and no more"),
    ],
)
def test_who_only_holds_connections_open_keeps_nobody_out(tmp_path: Path, sent: bytes) -> None:
    """Twice as many as it takes, for longer than this test: the oldest make room."""
    with receiving(f"sqlite:///{tmp_path / 'g.db'}", SECRETS, deadline_s=300, header_s=300, most=50) as door:
        held = [door.connect() for _ in range(100)]
        try:
            for connection in held:
                with contextlib.suppress(OSError):  # it has been cut off
                    connection.sendall(sent)
            for minute in range(1, 11):
                assert door.post("/hooks/github", *signed("github", tell("github", "approved", minute)))[0] == 202
        finally:
            for connection in held:
                connection.close()


@pytest.mark.parametrize("part", ["title", "branch", "repository"])
def test_no_name_is_too_long_to_be_kept(database: str, part: str) -> None:
    """PostgreSQL's indexes hold 2,704 bytes; the answer must be no 5xx, which could switch the hook off."""
    dice = random.Random(1)
    digits = "TEST-" + "".join([str(dice.randint(1, 9)) for _ in range(9000)])
    headers, body = tell("github", "approved", head={"ref": "login"}, title="Add")
    top = json.loads(body)
    if part == "repository":
        top["repository"]["full_name"] = f"acme/{digits}"
    else:
        top["pull_request"] |= {"title": digits} if part == "title" else {"head": {"ref": digits}}
    with receiving(database, SECRETS) as door:
        assert door.post("/hooks/github", *signed("github", (headers, json.dumps(top).encode())))[0] == 202
        assert door.post("/hooks/github", *signed("github", tell("github", "opened")))[0] == 202
        assert [row.issue for row in door.desk.listing()] == ["TEST-1", None]


def test_the_longest_names_there_may_be_are_kept_together(database: str) -> None:
    dice = random.Random(1)
    repository = "".join([chr(dice.randrange(0x20000, 0x2A000)) for _ in range(500)])
    headers, body = tell("github", "approved")
    headers["x-github-delivery"] = "".join([chr(dice.randrange(0xC0, 0x100)) for _ in range(300)])
    top = json.loads(body)
    top["repository"]["full_name"] = repository
    with receiving(database, SECRETS) as door:
        for status in (202, 200):
            assert door.post("/hooks/github", *signed("github", (headers, json.dumps(top).encode())))[0] == status
        assert [(row.repository, row.state) for row in door.desk.listing()] == [(repository, "waiting")]


def test_who_does_not_read_the_answers_is_cut_off(tmp_path: Path) -> None:
    with receiving(f"sqlite:///{tmp_path / 'g.db'}", SECRETS, header_s=0.5) as door, door.connect() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        ended, is_cut_off = time.monotonic() + 60, False
        while not is_cut_off and time.monotonic() < ended:
            try:
                connection.sendall(b"GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n" * 100)
            except OSError:
                is_cut_off = True
        assert is_cut_off


def test_who_announces_huge_bodies_and_sends_none_keeps_nobody_waiting(tmp_path: Path) -> None:
    headers, body = tell("github", "approved")
    head = b"POST /hooks/github HTTP/1.1\r\nHost: x\r\nContent-Length: 600000\r\n\r\n{"
    with receiving(f"sqlite:///{tmp_path / 'g.db'}", SECRETS, deadline_s=300) as door:
        held = [door.connect() for _ in range(40)]
        for connection in held:
            connection.sendall(head)
        sample = signed("github", (headers, body + b" " * 600_000))
        assert door.post("/hooks/github", *sample)[0] == 202  # before the 20 s that the connection waits
        for connection in held:
            connection.close()


def test_who_sends_huge_bodies_keeps_no_other_waiting(tmp_path: Path) -> None:
    """Each is checked against every secret before it is refused; what is smaller is not behind them in a line."""
    groups = tuple([(f"acme/{number}", (f"secret-{number}",)) for number in range(32)])
    config = Config(SECRETS.secrets, groups)
    huge = b"x" * (5 * 1024 * 1024)
    head = f"POST /hooks/github HTTP/1.1\r\nHost: x\r\nContent-Length: {len(huge)}\r\nConnection: close\r\n"
    start = head.encode() + b"x-hub-signature-256: sha256=" + b"0" * 64 + b"\r\n\r\n" + huge[:-1]
    headers, body = tell("github", "approved")
    with (
        receiving(f"sqlite:///{tmp_path / 'g.db'}", config, deadline_s=300, header_s=300) as door,
        ThreadPoolExecutor(16) as senders,
        contextlib.ExitStack() as stack,
    ):
        held = [stack.enter_context(door.connect()) for _ in range(16)]
        for connection in held:
            connection.settimeout(300)
        list(senders.map(lambda connection: connection.sendall(start), held))
        time.sleep(1)  # so that all is read but the last byte
        for connection in held:
            connection.sendall(b"x")
        answers = [senders.submit(answer, connection) for connection in held]
        assert door.post("/hooks/github", *signed("github", (headers, body + b" " * 45_000)))[0] == 202
        assert len([one for one in answers if one.done()]) < 8
        assert {one.result()[0] for one in answers} == {401}


def test_mutated_deliveries_break_nothing() -> None:
    figures = mutate(1_000, seed=1)
    assert figures.server_errors == 0 and figures.wrongly_accepted == 0 and figures.refused_though_authentic == 0
    assert figures.grown_mib < 150
    assert figures.lag_p99_s < 1  # a hundredth of it, on a machine that does nothing else
