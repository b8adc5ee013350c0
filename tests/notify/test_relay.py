"""The relay: what it takes, that each event is one message, in order, paced, and repeated where that may help."""

import itertools
import json
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from gitlink.core.policy import read as read_policy
from gitlink.errors import PolicyError
from gitlink.notify import channels, envelope
from gitlink.notify.envelope import Part, shortened
from gitlink.service.desk import Desk
from tests.conftest import SCRIPTS
from tests.notify.relays import policy_of, relay
from tests.notify.standins import TOKEN, Messengers, Said, broken, slow
from tests.sandbox.asking import Api
from tests.sandbox.receiver import receiving

Wait = Callable[[Callable[[], bool]], None]
SECRET = {"X-Gitlink-Secret": "between-us"}
PACE_S = 0.3


@pytest.fixture
def service(api: Api, there: Messengers, database: str) -> Iterator[tuple[str, Desk]]:
    chats = [("chat", "-1001"), ("same", "-1001"), ("nowhere", "-404")]
    tokens = {f"GITLINK_NOTIFY_{name.upper()}": TOKEN for name, _ in chats}
    environ = {**os.environ, **tokens, "GITLINK_NOTIFY_TEAM": there.slack}
    with relay(database, policy_of(*chats), environ, pace_s=PACE_S) as running:
        yield running


def post(url: str, text: object, at: str = "1", channel: str = "team", **headers: str) -> requests.Response:
    body = {"issue": "TEST-1", "at": at, "text": text}
    return requests.post(f"{url}/notify/{channel}", json=body, headers={**SECRET, **headers}, timeout=10)


def states(desk: Desk) -> list[str]:
    return [row.state for row in reversed(desk.listing())]


@pytest.mark.parametrize(
    ("channel", "headers", "body", "status"),
    [
        ("team", {}, b'{"text": "x"}', 401),
        ("team", {"X-Gitlink-Secret": "between"}, b'{"text": "x"}', 401),
        ("nobody", {}, b'{"text": "x"}', 401),
        ("nobody", SECRET, b'{"text": "x"}', 404),
        ("team", SECRET, b"", 400),
        ("team", SECRET, b"[1]", 400),
        ("team", SECRET, b'{"text": " "}', 400),
        ("team", SECRET, b'{"text": [{"text": 1}, 2]}', 400),
        ("team", SECRET, b'{"text": "' + b"x" * 300_000 + b'"}', 413),
    ],
)
def test_what_it_does_not_take(
    service: tuple[str, Desk], channel: str, headers: dict[str, str], body: bytes, status: int
) -> None:
    url, desk = service
    assert requests.post(f"{url}/notify/{channel}", data=body, headers=headers, timeout=10).status_code == status
    assert states(desk) == []


def test_a_repeated_event_is_one_message(service: tuple[str, Desk], there: Messengers, wait: Wait) -> None:
    url, desk = service
    assert [post(url, "a").status_code, post(url, "a").status_code, post(url, "a", at="2").status_code] == [
        202,
        200,
        202,
    ]
    wait(lambda: states(desk) == ["done", "done"])
    assert [message.shown for message in there.posted] == ["a", "a"]


@pytest.mark.parametrize("anew", [False, True], ids=["written once", "written anew"])
@pytest.mark.parametrize("when", ["commented", "changed=priority"])
def test_tracker_repeats_an_event_in_the_same_words(
    service: tuple[str, Desk], api: Api, there: Messengers, when: str, anew: bool, wait: Wait
) -> None:
    """Whether Tracker fills in the variables of a repeated request once more is not told: both must be one message."""
    url, desk = service
    api("POST", "/_sandbox/seed", {"switches": {"webhook_delay_s": 0.1, "webhook_written_each_time": anew}})
    with receiving() as lost:
        lost.answers = [500, 200, 500, 200]
        command = (str(SCRIPTS / "gitlink"), "notify", "slack", "--queue", "TEST", "--name", "team", "--when", when)
        subprocess.run((*command, "--text", "{key}", "--relay", lost.url), check=True, capture_output=True)
        for number, value in enumerate(("critical", "minor"), 1):
            if when == "commented":
                api("POST", "/issues/TEST-1/comments", {"text": "same"})
            else:
                api("PATCH", "/issues/TEST-1", {"priority": value})
            bodies = [got.body for got in lost.wait(2 * number)]
    sent = [requests.post(f"{url}/notify/team", data=body, headers=SECRET, timeout=10) for body in bodies]
    assert [answer.status_code for answer in sent] == [202, 200, 202, 200], bodies
    wait(lambda: states(desk) == ["done", "done"])
    assert [message.shown for message in there.posted] == ["TEST-1", "TEST-1"]


def test_a_script_may_send_the_same_words_twice(service: tuple[str, Desk], there: Messengers) -> None:
    url, _ = service
    for _ in range(2):
        answer = requests.post(f"{url}/notify/team", json={"text": "deployed"}, headers=SECRET, timeout=10)
        assert answer.status_code == 202
    assert [message.shown for message in there.wait(2)] == ["deployed", "deployed"]


def test_order_and_pace_in_a_chat_that_two_channels_share(service: tuple[str, Desk], there: Messengers) -> None:
    url, _ = service
    for number in range(6):
        post(url, str(number), at=str(number), channel="chat" if number % 2 else "same")
    posted = there.wait(6)
    assert [message.shown for message in posted] == [str(number) for number in range(6)]
    gaps = [after.at - before.at for before, after in itertools.pairwise(posted)]
    assert min(gaps) >= PACE_S * 0.9, gaps


@pytest.mark.parametrize(("channel", "kind"), [("team", "slack"), ("chat", "telegram")])
def test_it_waits_as_long_as_it_is_asked_to(
    service: tuple[str, Desk], there: Messengers, channel: str, kind: str, wait: Wait
) -> None:
    url, desk = service
    there.answers = [slow(kind, 2)]
    post(url, "first", channel=channel)
    post(url, "second", at="2", channel=channel)
    assert [message.shown for message in there.wait_for(2)] == ["first", "second"]
    [asked] = there.asked.values()
    assert asked[1] - asked[0] >= 2.0
    wait(lambda: states(desk) == ["done", "done"])
    assert any("asks for fewer messages (429)" in str(told["what"]) for told in desk.listing()[1].story)


@pytest.mark.parametrize("fault", [broken("slack"), Said(0, ""), Said(503, "<html>")], ids=["500", "closed", "503"])
def test_it_tries_again(service: tuple[str, Desk], there: Messengers, fault: Said, wait: Wait) -> None:
    """A closed connection may mean that the message is there: it comes twice, which is less bad than never."""
    url, desk = service
    there.answers = [fault]
    post(url, "first")
    post(url, "second", at="2")
    wait(lambda: states(desk) == ["done", "done"])
    assert [message.shown for message in there.posted] == ["first"] * (2 if fault.status == 0 else 1) + ["second"]


def test_a_no_is_final_and_does_not_hold_up_the_next(service: tuple[str, Desk], there: Messengers, wait: Wait) -> None:
    url, desk = service
    there.answers = [Said(410, "channel_is_archived")]
    post(url, "first")
    post(url, "second", at="2")
    wait(lambda: states(desk) == ["failed", "done"])
    post(url, "lost", channel="nowhere")
    wait(lambda: states(desk) == ["failed", "done", "failed"])
    errors = {row.error for row in desk.listing(states=["failed"])}
    assert errors == {
        "the channel is archived (410 channel_is_archived) (unarchive it, or make a webhook for another channel)",
        "Telegram does not find the chat (400 Bad Request: chat not found)"
        " (look the chat's id up; a private chat must have started the bot first)",
    }
    assert not any(TOKEN in json.dumps(row.story) or there.slack in json.dumps(row.story) for row in desk.listing())


def test_half_a_character_is_no_reason_to_lose_a_message(service: tuple[str, Desk], there: Messengers) -> None:
    url, _ = service
    raw = b'{"at": "1", "text": [{"text": "a \\ud83d"}, {"text": " \\ud83d\\ude80", "url": "javascript:x"}]}'
    for channel in ("team", "chat"):
        assert requests.post(f"{url}/notify/{channel}", data=raw, headers=SECRET, timeout=10).status_code == 202
    assert {message.shown for message in there.wait(2)} == {"a \ufffd 🚀"}


@pytest.mark.parametrize(
    ("texts", "most", "wanted"),
    [
        (["ab", "cd"], 4, ["ab", "cd"]),
        (["ab", "cdefgh"], 6, ["ab", "cde…"]),
        (["ab", "🚀🚀🚀"], 6, ["ab", "🚀…"]),
        (["abcdef", "ghijkl"], 4, ["…", "gh…"]),
        (["ab   cd"], 5, ["ab…"]),
    ],
)
def test_shortened(texts: list[str], most: int, wanted: list[str]) -> None:
    assert [part.text for part in shortened([Part(text) for text in texts], most)] == wanted


def test_an_envelope_is_read_whatever_it_holds() -> None:
    for raw in (b"", b"\xff", b"null", b'{"text": null}', b'{"text": []}', b"[" * 100_000, b'{"text": {"a": 1}}'):
        assert envelope.read(raw) is None


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ([("notify.team.chat", "-1")], "the channel's kind is missing"),
        ([("notify.secret.kind", "slack")], "`secret` is no name of a channel"),
        ([("notify.a b.kind", "slack")], "`a b` is no name of a channel"),
        ([("notify.team.kind", "telegram")], "chat is missing"),
        ([("notify.team.kind", "telegram"), ("notify.team.chat", "x y")], "chat is no chat of Telegram"),
        (
            [("notify.a-b.kind", "slack"), ("notify.a_b.kind", "slack")],
            "two channels of [notify] would have one secret",
        ),
    ],
)
def test_a_channel_that_cannot_be(entries: list[tuple[str, str | None]], words: str) -> None:
    with pytest.raises(PolicyError) as raised:
        channels.read(read_policy(entries))
    assert words in raised.value.message


def test_serve_says_which_secret_is_missing(api: Api, tmp_path: Path) -> None:
    (tmp_path / "policy").write_text('[notify "team"]\n\tkind = slack\n', encoding="utf-8")
    command = (str(SCRIPTS / "gitlink"), "serve", "--policy", "policy", "--port", "0")
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=30, check=False)
    assert (done.returncode, "GITLINK_NOTIFY_TEAM" in done.stderr) == (3, True), done.stderr


@contextmanager
def served(folder: Path, there: Messengers, **environ: str) -> Iterator[subprocess.Popen[str]]:
    """Run `gitlink serve` with a channel `team`, and a home without credentials."""
    (folder / "policy").write_text('[notify "team"]\n\tkind = slack\n', encoding="utf-8")
    known = {**os.environ, "HOME": str(folder), "XDG_CONFIG_HOME": str(folder), "GITLINK_NOTIFY_TEAM": there.slack}
    command = (str(SCRIPTS / "gitlink"), "serve", "--policy", "policy", "--port", "0")
    process = subprocess.Popen(command, cwd=folder, env=known | environ, stderr=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def test_serve_that_only_relays_needs_no_token(api: Api, there: Messengers, tmp_path: Path) -> None:
    with served(tmp_path, there, TRACKER_TOKEN="") as process:
        assert process.stderr
        assert process.stderr.readline() == "gitlink: no token for Tracker: only the relay works here\n"
        line = next(line for line in process.stderr if "listening on" in line)
        url = line.partition("listening on ")[2].partition("/, ")[0]
        assert post(url, "hello").status_code == 202
        assert there.wait(1)[0].shown == "hello"


@pytest.mark.parametrize("name", ["GITLINK_WEBHOOK_SECRET", "GITLINK_WEBHOOK_SECRET_GITHUB", "GITLINK_BENCH_TOKEN"])
def test_serve_that_moves_issues_needs_one(api: Api, there: Messengers, tmp_path: Path, name: str) -> None:
    with served(tmp_path, there, **{"TRACKER_TOKEN": "", name: "x"}) as process:
        assert (process.wait(30), process.stderr and process.stderr.readline()) == (
            4,
            "gitlink: no token for Tracker\n",
        )


def test_test_and_list_through_the_relay(api: Api, there: Messengers, service: tuple[str, Desk]) -> None:
    url, _ = service
    gitlink = (str(SCRIPTS / "gitlink"), "notify")
    for args in (("slack", "--relay", url, "--name", "team"), ("test", "team")):
        subprocess.run((*gitlink, *args, "--queue", "TEST"), check=True, capture_output=True)
    assert "a test message" in there.wait(1)[0].shown
    shown = subprocess.run((*gitlink, "list", "--queue", "TEST"), check=True, capture_output=True, text=True).stdout
    assert f"team: slack → {url}/notify/team\n" in shown
    assert "between-us" not in shown
    subprocess.run((*gitlink, "slack", "--relay", url, "--name", "other", "--queue", "TEST"), check=True)
    done = subprocess.run((*gitlink, "test", "other", "--queue", "TEST"), capture_output=True, text=True, check=False)
    assert done.returncode == 5
    assert done.stderr.startswith("gitlink: the relay has no such channel, or is off (404)\n")
