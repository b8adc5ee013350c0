"""The door to the network, against real servers: what is repeated, what is not, and where a token may go."""

import gzip
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from gitlink import __version__
from gitlink.transport.model import NoAnswer, Request, is_below
from gitlink.transport.send import BODY_LIMIT
from tests.linear import assert_linear
from tests.tracker.loopback import TOKEN, Answer, World, in_turn, serving, told

SECRET = {"Authorization": f"OAuth {TOKEN}"}


def get(url: str) -> Request:
    return Request("GET", url, SECRET)


def post(url: str, is_repeatable: bool = False) -> Request:
    return Request("POST", url, SECRET, b"{}", is_repeatable)


def closed_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"


def test_an_answer_comes_with_lower_case_header_names_and_the_request_with_our_name() -> None:
    with serving(in_turn(told({"a": 1}, X_Total_Count="1"))) as server:
        response = World().transport().send(get(server.url + "/v3/myself?a=b"))
    assert (response.status, response.body, response.headers["x-total-count"]) == (200, b'{"a": 1}', "1")
    assert server.lines == ["GET /v3/myself?a=b"]
    assert server.seen[0].headers["user-agent"] == f"gitlink/{__version__}"
    assert server.seen[0].headers["authorization"] == f"OAuth {TOKEN}"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 412, 422, 423, 428])
def test_a_refusal_is_an_answer_and_final(status: int) -> None:
    with serving(in_turn(Answer(status, b"no"))) as server:
        assert World().transport().send(get(server.url)).status == status
    assert len(server.seen) == 1


@pytest.mark.parametrize(
    ("first", "slept"),
    [
        pytest.param(Answer(429), [0.5], id="429 without Retry-After"),
        pytest.param(Answer(429, headers={"Retry-After": "3"}), [3.0], id="429 with seconds"),
        pytest.param(Answer(429, headers={"Retry-After": "0"}), [0.0], id="429 with no wait at all"),
        pytest.param(
            Answer(503, headers={"Retry-After": "Fri, 02 Jan 2026 03:04:09 GMT"}), [4.0], id="503 with an HTTP date"
        ),
        pytest.param(
            Answer(503, headers={"Retry-After": "Thu, 01 Jan 2026 00:00:00 GMT"}), [0.0], id="a date that has passed"
        ),
        pytest.param(Answer(429, headers={"Retry-After": "soon"}), [0.5], id="429 with nonsense"),
        pytest.param(Answer(429, headers={"Retry-After": "-5"}), [0.5], id="429 with a negative wait"),
        pytest.param(Answer(500), [0.5], id="500"),
        pytest.param(Answer(502, b"<html>", {"Content-Type": "text/html"}), [0.5], id="502 with a page"),
        pytest.param(Answer(is_silent=True), [0.5], id="connection closed"),
        pytest.param(Answer(body=b'{"a": 1}', cut=3), [0.5], id="body broken off"),
    ],
)
def test_a_read_is_tried_again(first: Answer, slept: list[float]) -> None:
    world = World()
    with serving(in_turn(first, told("well"))) as server:
        assert world.transport().send(get(server.url)).body == b'"well"'
    assert world.slept == slept
    assert len(server.seen) == 2


@pytest.mark.parametrize("answer", [Answer(500), Answer(503, headers={"Retry-After": "1"}), Answer(423)])
def test_a_write_that_may_have_happened_is_not_repeated(answer: Answer) -> None:
    with serving(in_turn(answer)) as server:
        assert World().transport().send(post(server.url)).status == answer.status
    assert len(server.seen) == 1


@pytest.mark.parametrize("fault", [Answer(is_silent=True), Answer(body=b'{"a": 1}', cut=3)])
def test_a_write_whose_answer_is_lost_is_uncertain_and_not_repeated(fault: Answer) -> None:
    with serving(in_turn(fault)) as server, pytest.raises(NoAnswer) as caught:
        World().transport().send(post(server.url))
    assert caught.value.uncertain
    assert caught.value.exit_code == 6
    assert caught.value.where == f"POST {server.url}"
    assert len(server.seen) == 1


def test_a_write_turned_away_by_429_is_repeated() -> None:
    with serving(in_turn(Answer(429), told("done"))) as server:
        assert World().transport().send(post(server.url)).body == b'"done"'
    assert len(server.seen) == 2


def test_a_write_marked_safe_is_repeated_like_a_read() -> None:
    with serving(in_turn(Answer(is_silent=True), Answer(500), told("done"))) as server:
        assert World().transport().send(post(server.url, is_repeatable=True)).body == b'"done"'
    assert len(server.seen) == 3


def test_a_write_that_found_no_connection_is_tried_three_times_and_certain() -> None:
    world = World()
    with pytest.raises(NoAnswer) as caught:
        world.transport().send(post(closed_port()))
    assert not caught.value.uncertain
    assert caught.value.why == "no connection could be made: connection refused"
    assert world.slept == [0.5, 1.0]


def test_a_host_that_does_not_exist_is_told_as_such() -> None:
    with pytest.raises(NoAnswer) as caught:
        World().transport().send(post("http://nowhere.invalid/v3"))
    assert not caught.value.uncertain
    assert caught.value.message == "no answer from `http://nowhere.invalid`"
    assert caught.value.why is not None and caught.value.why.startswith("no connection could be made")


def test_three_tries_and_the_last_answer_is_given() -> None:
    with serving(in_turn(Answer(503))) as server:
        assert World().transport().send(get(server.url)).status == 503
    assert len(server.seen) == 3


def test_a_wait_longer_than_the_time_left_is_not_begun() -> None:
    world = World()
    with serving(in_turn(Answer(429, headers={"Retry-After": "60"}))) as server:
        assert world.transport().send(get(server.url)).status == 429
    assert world.slept == []


def test_all_requests_of_a_command_share_the_time_until_it_is_renewed() -> None:
    world = World()
    with serving(in_turn(Answer(429, headers={"Retry-After": "9"}))) as server:
        transport = world.transport()
        transport.send(get(server.url))
        assert world.slept == [9.0, 9.0]
        transport.send(get(server.url))
        assert world.slept == [9.0, 9.0]
        transport.renew()
        transport.send(get(server.url))
    assert world.slept == [9.0, 9.0, 9.0, 9.0]


def test_reading_a_page_takes_of_the_time_for_the_next() -> None:
    world = World()
    with serving(in_turn(told("well"))) as server:
        transport = world.transport()
        with transport.counting():
            world.slept.append(21.0)
        with pytest.raises(NoAnswer):
            transport.send(get(server.url))
        assert server.seen == []
        transport.renew()
        transport.send(get(server.url))


def test_with_no_time_left_nothing_is_sent() -> None:
    with serving(in_turn(told("well"))) as server, pytest.raises(NoAnswer) as caught:
        World().transport(total_s=0).send(post(server.url))
    assert not caught.value.uncertain
    assert server.seen == []


@pytest.mark.parametrize("make", [get, post])
def test_a_server_that_keeps_silent_is_given_up(make: Callable[[str], Request]) -> None:
    hold = threading.Event()
    with serving(in_turn(Answer(hold=hold))) as server:
        with pytest.raises(NoAnswer) as caught:
            World().transport(request_s=0.1, total_s=0.15).send(make(server.url))
        hold.set()
    assert caught.value.why == "it did not answer in time"
    assert caught.value.uncertain == (make is post)


def test_a_redirect_on_the_same_host_is_followed() -> None:
    with serving(in_turn(Answer(302, headers={"Location": "/v3/issues/NEW-1"}), told("well"))) as server:
        assert World().transport().send(get(server.url + "/v3/issues/OLD-1")).body == b'"well"'
    assert server.lines == ["GET /v3/issues/OLD-1", "GET /v3/issues/NEW-1"]


@pytest.mark.parametrize("make", [get, post])
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_to_another_host_never_sees_the_token(status: int, make: Callable[[str], Request]) -> None:
    with serving(in_turn(told("thanks"))) as thief:
        location = {"Location": f"{thief.url}/v3/myself?secret=1"}
        with serving(in_turn(Answer(status, headers=location))) as server, pytest.raises(NoAnswer) as caught:
            World().transport().send(make(server.url))
    assert thief.seen == []
    assert len(server.seen) == 1
    assert caught.value.why == f"it sends us on to `{thief.url}`, where our credentials do not belong"
    assert not caught.value.uncertain


def test_a_write_is_not_redirected_even_on_the_same_host() -> None:
    with serving(in_turn(Answer(307, headers={"Location": "/there"}))) as server, pytest.raises(NoAnswer):
        World().transport().send(post(server.url))
    assert len(server.seen) == 1


@pytest.mark.parametrize("location", ["http://[", "//", "https://a:b/", "http://\u00e9.invalid/\x80"])
def test_a_redirect_to_nonsense_is_no_answer(location: str) -> None:
    with serving(in_turn(Answer(302, headers={"Location": location}))) as server, pytest.raises(NoAnswer):
        World().transport().send(get(server.url))
    assert len(server.seen) <= 4


def test_a_path_is_read_as_often_as_a_server_may_and_no_more() -> None:
    root = "https://api.example.com/v3"
    assert is_below(f"{root}/a%2520b", root)
    assert not any([is_below(f"{root}/%{'25' * layers}2e%{'25' * layers}2e/x", root) for layers in range(20)])
    assert not is_below(f"{root}/%{'25' * 9}", root)
    assert_linear(lambda size: is_below(f"{root}/%{'25' * size}", root), 4000)


def test_the_endless_page_of_a_redirect_is_not_read_to_its_end() -> None:
    page = Answer(302, b"x" * (BODY_LIMIT + 1), {"Location": "/"})
    with serving(in_turn(page)) as server, pytest.raises(NoAnswer) as caught:
        World().transport().send(get(server.url))
    assert caught.value.why == f"it is longer than {BODY_LIMIT} bytes"


def test_a_circle_of_redirects_ends() -> None:
    with serving(in_turn(Answer(302, headers={"Location": "/"}))) as server, pytest.raises(NoAnswer):
        World().transport().send(get(server.url))
    assert len(server.seen) == 4


def test_netrc_does_not_replace_our_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("default login anna password other\n", encoding="utf-8")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    with serving(in_turn(told("well"))) as server:
        World().transport().send(get(server.url))
        World().transport().send(Request("GET", server.url))
    assert server.seen[0].headers["authorization"] == f"OAuth {TOKEN}"
    assert "authorization" not in server.seen[1].headers


def test_a_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(in_turn(told("proxied"))) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        assert World().transport().send(get("http://tracker.invalid/v3")).body == b'"proxied"'
    assert proxy.lines == ["GET http://tracker.invalid/v3"]


def test_a_proxy_that_is_not_there_means_that_nothing_was_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", closed_port())
    with pytest.raises(NoAnswer) as caught:
        World().transport().send(post("http://tracker.invalid/v3"))
    assert not caught.value.uncertain
    assert caught.value.why == "no connection could be made: connection refused"


def test_a_compressed_body_is_unpacked_and_a_broken_one_is_no_answer() -> None:
    packed = gzip.compress(b"well" * 100_000)
    good, bad = (Answer(body=body, headers={"Content-Encoding": "gzip"}) for body in (packed, b"no gzip"))
    with serving(in_turn(good)) as server:
        assert World().transport().send(get(server.url)).body == b"well" * 100_000
    with serving(in_turn(bad)) as server, pytest.raises(NoAnswer):
        World().transport().send(get(server.url))


def test_a_bomb_is_not_unpacked_to_its_end() -> None:
    bomb = Answer(body=gzip.compress(bytes(4 * BODY_LIMIT)), headers={"Content-Encoding": "gzip"})
    with serving(in_turn(bomb)) as server, pytest.raises(NoAnswer) as caught:
        World().transport().send(get(server.url))
    assert caught.value.why == f"it is longer than {BODY_LIMIT} bytes"


def test_chunks_that_break_off_are_no_answer() -> None:
    headers = {"Transfer-Encoding": "chunked"}
    with serving(in_turn(Answer(body=b"4\r\nwell\r\n0\r\n\r\n", headers=headers))) as server:
        assert World().transport().send(get(server.url)).body == b"well"
    broken = Answer(body=b"4\r\nwell\r\n9\r\nxxx", headers=headers, cut=1)
    with serving(in_turn(broken)) as server, pytest.raises(NoAnswer) as caught:
        World().transport().send(post(server.url))
    assert caught.value.uncertain


def test_a_body_that_drips_is_given_up_when_the_time_is_over() -> None:
    with serving(in_turn(Answer(body=b"x" * 1000, drip_s=0.02))) as server, pytest.raises(NoAnswer) as caught:
        World().transport(request_s=0.1, total_s=0.15).send(get(server.url))
    assert caught.value.why == "it did not answer in time"


def test_cookies_are_not_kept() -> None:
    with serving(in_turn(told("well", Set_Cookie="a=b; Path=/"))) as server:
        transport = World().transport()
        transport.send(get(server.url))
        transport.send(get(server.url))
    assert "cookie" not in server.seen[1].headers


def test_an_answer_without_end_is_not_read_to_its_end() -> None:
    with serving(in_turn(Answer(body=b"x" * (BODY_LIMIT + 1)))) as server, pytest.raises(NoAnswer) as caught:
        World().transport().send(get(server.url))
    assert caught.value.why == f"it is longer than {BODY_LIMIT} bytes"
    assert len(server.seen) == 1


@pytest.mark.parametrize("token", ["with\nnewline", "with\r\nX-Injected: 1", "секрет"])
def test_a_token_that_no_header_can_carry_is_not_told(token: str) -> None:
    with serving(in_turn(told("well"))) as server, pytest.raises(NoAnswer) as caught:
        World().transport().send(Request("POST", server.url, {"Authorization": f"OAuth {token}"}, b"{}"))
    assert server.seen == []
    assert not caught.value.uncertain
    assert token.split()[0] not in f"{caught.value!r} {vars(caught.value)}"
    assert caught.value.__suppress_context__


def test_neither_a_secret_address_nor_a_header_is_told() -> None:
    request = Request("POST", closed_port() + "/bot123:secret/sendMessage", SECRET, b"secret")
    with pytest.raises(NoAnswer) as caught:
        World().transport().send(request)
    assert "secret" not in f"{request!r} {caught.value!r} {vars(caught.value)}"


@pytest.mark.parametrize("url", ["ftp://host/x", "nonsense", "http://", "http://host:port/"])
def test_what_is_no_address_is_no_answer(url: str) -> None:
    with pytest.raises(NoAnswer) as caught:
        World().transport().send(post(url))
    assert not caught.value.uncertain


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for 127.0.0.1 that vouches for itself, and its key, in one file."""
    if not shutil.which("openssl"):
        pytest.skip("openssl is not installed")
    file = tmp_path / "own.pem"
    subject = ("-subj", "/CN=own", "-addext", "subjectAltName=IP:127.0.0.1")
    command = ("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", *subject)
    subprocess.run((*command, "-keyout", file, "-out", tmp_path / "cert"), check=True, capture_output=True)
    file.write_bytes(file.read_bytes() + (tmp_path / "cert").read_bytes())
    return file


def tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def test_a_certificate_that_nobody_vouches_for_is_final_and_gets_no_token(certificate: Path) -> None:
    with serving(in_turn(told("well")), tls(certificate)) as server, pytest.raises(NoAnswer) as caught:
        World().transport().send(post(server.url))
    fault = caught.value
    assert (fault.why, fault.is_final, fault.uncertain) == ("its certificate is not trusted", True, False)
    assert "REQUESTS_CA_BUNDLE" in (fault.fix or "") and server.seen == []


def test_an_authority_of_ones_own_is_trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    with serving(in_turn(told("well")), tls(certificate)) as server:
        assert World().transport().send(get(server.url)).status == 200


def test_what_speaks_no_tls_is_no_answer() -> None:
    with serving(in_turn(told("well"))) as server, pytest.raises(NoAnswer) as caught:
        World().transport().send(get(server.url.replace("http:", "https:")))
    assert caught.value.why == "the TLS connection failed"
