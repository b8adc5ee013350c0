"""`gitlink notify` as a person runs it: Tracker, Slack and Telegram on this machine, the whole process."""

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import SCRIPTS
from tests.notify.standins import TOKEN, Messengers, slow
from tests.sandbox.asking import Api

GITLINK = str(SCRIPTS / "gitlink")
Wait = Callable[[Callable[[], bool]], None]


def run(*args: str, stdin: str = "", **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        (GITLINK, "notify", *args), input=stdin, env=os.environ | environ, capture_output=True, text=True, check=False
    )


def good(*args: str, stdin: str = "", **environ: str) -> str:
    done = run(*args, stdin=stdin, **environ)
    assert done.returncode == 0, done.stderr
    return done.stdout


def triggers(api: Api) -> list[dict[str, object]]:
    listed: list[dict[str, object]] = api("GET", "/queues/TEST/triggers").json()
    return listed


SLACK_TRIGGER = ("slack", "--queue", "TEST", "--when", "changed=summary")
TELEGRAM_TRIGGER = ("telegram", "--queue", "test", "--chat=-1001", "--topic", "5", "--when", "Commented")


def test_slack_from_nothing_to_a_message(api: Api, there: Messengers) -> None:
    assert good(*SLACK_TRIGGER) == (
        f"slack in TEST: created\n  when changed=summary\n  slack → {there.url}/services/***\n"
    )
    api("PATCH", "/issues/TEST-1", {"summary": "New <b>"})
    [message] = there.wait(1)
    assert (message.shown, message.links) == ("TEST-1 New <b>", [f"{api.url}/TEST-1"])


def test_telegram_from_nothing_to_a_message(api: Api, there: Messengers) -> None:
    done = run(*TELEGRAM_TRIGGER)
    assert done.stdout.startswith("telegram in TEST: created\n  when commented\n")
    assert done.stderr == "whoever administers TEST can read the trigger, and the secret in it\n"
    api("POST", "/issues/TEST-1/comments", {"text": "hello"})
    [message] = there.wait(1)
    assert (message.chat, message.shown) == ("-1001/5", f"TEST-1 Add login form\n{api.url}/TEST-1")


def test_again_is_already_so_and_another_text_changes_it(api: Api) -> None:
    good(*SLACK_TRIGGER)
    before = triggers(api)
    assert "already so" in good(*SLACK_TRIGGER)
    assert triggers(api) == before
    assert "slack in TEST: changed\n  body: " in good(*SLACK_TRIGGER, "--text", "{key}!")
    [after] = triggers(api)
    assert (after["id"], after["version"]) == (before[0]["id"], 2)


def test_a_dry_run_changes_nothing_and_needs_no_secret(api: Api) -> None:
    shown = good(*SLACK_TRIGGER, "--dry-run", SLACK_WEBHOOK_URL="")
    assert shown.startswith("slack in TEST: would be created\n  when changed=summary\n")
    assert "{{issue.summary.json}}" in shown
    assert triggers(api) == []


def test_actions_that_others_added_stay(api: Api) -> None:
    good(*SLACK_TRIGGER)
    [made] = triggers(api)
    note = {"type": "CreateComment", "text": "told"}
    actions = [*made["actions"], note]  # type: ignore[misc]
    api("PATCH", f"/queues/TEST/triggers/{made['id']}?version=1", {"actions": actions})
    good(*SLACK_TRIGGER, "--text", "{summary}")
    assert [action["type"] for action in triggers(api)[0]["actions"]] == ["Webhook", "CreateComment"]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("when", "change", "fires"),
    [
        ("priority=Critical", {"priority": "critical"}, True),
        ("priority=критичный", {"priority": "critical"}, True),
        ("priority=Critical", {"priority": "minor"}, False),
        ("assigned", {"assignee": "ivan.petrov"}, True),
        ("filled=Bench link", {"benchLink": "https://b.example.com"}, True),
        ("filled=benchLink", {"summary": "other"}, False),
    ],
)
def test_conditions_fire(
    api: Api, there: Messengers, when: str, change: dict[str, object], fires: bool, wait: Wait
) -> None:
    good("slack", "--queue", "TEST", "--when", when)
    api("PATCH", "/issues/TEST-1", change)
    api("PATCH", "/issues/TEST-2", {"summary": "a sign"})
    good("slack", "--queue", "TEST", "--when", "changed=summary", "--name", "sign")
    api("PATCH", "/issues/TEST-2", {"summary": "the sign"})
    wait(lambda: any(message.shown == "TEST-2 the sign" for message in there.posted))
    assert [message.shown for message in there.posted if message.shown.startswith("TEST-1")] == (
        [f"TEST-1 {api('GET', '/issues/TEST-1').json()['summary']}"] if fires else []
    )


def test_a_field_that_is_filled_can_be_told(api: Api, there: Messengers) -> None:
    good(*TELEGRAM_TRIGGER[:4], "--when", "filled=benchLink", "--text", "{key} {status} {assignee}: {benchLink}")
    api("PATCH", "/issues/TEST-1", {"benchLink": "https://b.example.com"})  # nobody is assigned: nothing is told
    api("PATCH", "/issues/TEST-2", {"assignee": "ivan.petrov"})
    api("PATCH", "/issues/TEST-2", {"benchLink": "https://b.example.com/?a=1&b"})
    [message] = there.wait(1)
    assert message.shown == "TEST-2 В работе Ivan Petrov: https://b.example.com/?a=1&b"


BAD = [
    pytest.param(
        ("slack", "--queue", "TST"),
        5,
        "there is no queue `TST`",
        "gitlink notify slack --queue TEST",
        id="an unknown queue",
    ),
    pytest.param(("slack", "--queue", "T ST"), 2, "`T ST` is no queue key", None, id="no queue"),
    pytest.param(
        ("slack", "--queue", "TEST", "--when", "status=Redy for test"),
        2,
        "Tracker knows no status `Redy for test`",
        "gitlink notify slack --queue TEST --when 'status=Ready for test'",
        id="an unknown status",
    ),
    pytest.param(
        ("slack", "--queue", "TEST", "--when", "priority=critcal"),
        2,
        "Tracker knows no priority `critcal`",
        "gitlink notify slack --queue TEST --when priority=Critical",
        id="an unknown priority",
    ),
    pytest.param(
        ("slack", "--queue", "TEST", "--when", "filled=benchLnk"),
        2,
        "Tracker knows no field `benchLnk`",
        "gitlink notify slack --queue TEST --when filled=benchLink",
        id="an unknown field",
    ),
    pytest.param(
        ("slack", "--queue", "TEST", "--text", "{sumary}"),
        2,
        "the text knows no `{sumary}`",
        "gitlink notify slack --queue TEST --text '{summary}'",
        id="an unknown placeholder",
    ),
    pytest.param(("slack", "--queue", "TEST", "--text", " "), 2, "the text of a message is empty", None, id="no text"),
    pytest.param(
        ("slack", "--queue", "TEST", "--url", "https://hooks.slack.com/services/T/B/S"),
        2,
        "--url takes only `-`: the secret is read from standard input",
        "gitlink notify slack --queue TEST --url -",
        id="a secret in an argument",
    ),
    pytest.param(("telegram", "--queue", "TEST"), 2, "--chat is missing", None, id="no chat"),
    pytest.param(
        ("telegram", "--queue", "TEST", "--chat=x y"), 2, "--chat is no chat of Telegram", None, id="a bad chat"
    ),
    pytest.param(
        ("telegram", "--queue", "TEST", "--chat=-1", "--topic", "x"), 2, "--topic is no number", None, id="a bad topic"
    ),
    pytest.param(
        ("slack", "--queue", "TEST", "--relay", "http://relay.example.com"),
        2,
        "`http://relay.example.com` is no address of a relay",
        None,
        id="a relay that anyone overhears",
    ),
    pytest.param(
        ("slack", "--queue", "TEST", "--relay", "https://r.example.com", "--name", "a b"),
        2,
        "`a b` is no name of a notification",
        None,
        id="no channel",
    ),
    pytest.param(("remove", "x", "--queue", "TEST"), 5, "queue `TEST` has no notification `x`", None, id="not there"),
]


@pytest.mark.parametrize(("args", "code", "message", "fix"), BAD)
def test_bad_input_changes_nothing(api: Api, args: tuple[str, ...], code: int, message: str, fix: str | None) -> None:
    done = run(*args)
    assert (done.returncode, done.stderr.splitlines()[0]) == (code, f"gitlink: {message}"), done.stderr
    assert fix is None or f"  fix:   {fix}\n" in done.stderr
    assert triggers(api) == []


@pytest.mark.parametrize(
    ("stdin", "args"),
    [
        ("https://hooks.slack.com/services/T00/B00\n", ("slack", "--url", "-")),
        ("http://hooks.slack.com/services/T00/B00/xyz\n", ("slack", "--url", "-")),
        ("https://hooks.slack.com.evil.example/services/T00/B00/xyz\n", ("slack", "--url", "-")),
        ("https://hooks.slack.com/services/T00/B00/{{issue.key}}\n", ("slack", "--url", "-")),
        ("\n", ("slack", "--url", "-")),
        ("12-hidden\n", ("telegram", "--chat=-1", "--bot-token", "-")),
    ],
)
def test_a_malformed_secret_is_refused_and_not_shown(api: Api, stdin: str, args: tuple[str, ...]) -> None:
    done = run(*args, "--queue", "TEST", stdin=stdin)
    assert done.returncode == 2
    assert not stdin.strip() or stdin.strip() not in done.stderr + done.stdout
    assert triggers(api) == []


def test_a_secret_that_is_missing(api: Api) -> None:
    done = run(*SLACK_TRIGGER, SLACK_WEBHOOK_URL="")
    assert (done.returncode, done.stderr.splitlines()[0]) == (3, "gitlink: the webhook's address is missing")
    done = run(*SLACK_TRIGGER, "--relay", "https://r.example.com", GITLINK_NOTIFY_SECRET="")
    assert (done.returncode, done.stderr.splitlines()[0]) == (3, "gitlink: the relay's secret is missing")
    assert triggers(api) == []


def test_a_trigger_of_somebody_elses_is_left_alone(api: Api) -> None:
    body = {"name": "slack", "actions": [{"type": "CreateComment", "text": "x"}], "conditions": []}
    api("POST", "/queues/TEST/triggers", body)
    before = triggers(api)
    done = run(*SLACK_TRIGGER)
    assert (done.returncode, done.stderr.splitlines()[0]) == (5, "gitlink: trigger `slack` is not gitlink's")
    assert triggers(api) == before


def test_no_right_to_administer(api: Api) -> None:
    refusal = {
        "method": "GET",
        "path": "/v3/queues/TEST/triggers",
        "times": 1,
        "status": 403,
        "body": {"errorMessages": []},
    }
    api("POST", "/_sandbox/faults", [refusal])
    done = run(*SLACK_TRIGGER)
    assert (done.returncode, done.stderr.splitlines()[0]) == (
        5,
        "gitlink: the token's user may not administer queue `TEST`",
    )


def test_a_lost_answer_makes_no_second_trigger(api: Api) -> None:
    fault = {"method": "POST", "path": "/v3/queues/TEST/triggers", "times": 1, "close": "after"}
    api("POST", "/_sandbox/faults", [fault])
    assert "slack in TEST: created" in good(*SLACK_TRIGGER)
    assert len(triggers(api)) == 1


def test_an_answer_that_never_comes_makes_no_trigger_twice(api: Api) -> None:
    fault = {"method": "POST", "path": "/v3/queues/TEST/triggers", "times": 9, "close": "before"}
    api("POST", "/_sandbox/faults", [fault])
    assert run(*SLACK_TRIGGER).returncode == 6
    posts = [
        one for one in api("GET", "/_sandbox/requests").json() if one["method"] == "POST" and "triggers" in one["path"]
    ]
    assert (len(posts), triggers(api)) == (1, [])


def test_two_people_at_once(api: Api) -> None:
    good(*SLACK_TRIGGER)
    fault = {"method": "PATCH", "path": "/v3/queues/TEST/triggers", "times": 1, "status": 412, "body": {}}
    api("POST", "/_sandbox/faults", [fault])
    assert "changed" in good(*SLACK_TRIGGER, "--text", "{summary}")


def test_list_masks_and_explains(api: Api, there: Messengers, wait: Wait) -> None:
    good(*SLACK_TRIGGER)
    good("telegram", "--queue", "TEST", "--chat=-403", "--when", "changed=summary")
    # By messenger: the two triggers post side by side, either may be first.
    there.fault = lambda kind, _: slow("slack", 5) if kind == "slack" else None
    api("PATCH", "/issues/TEST-1", {"summary": "New"})
    wait(lambda: len(there.refused) == 2)
    entries: list[dict[str, object]] = []

    def is_logged() -> bool:
        entries[:] = json.loads(good("list", "--queue", "TEST", "--json"))
        return all(entry["deliveries"] for entry in entries)

    wait(is_logged)
    notes = {str(one["status"]): one["note"] for entry in entries for one in entry["deliveries"]}  # type: ignore[attr-defined]
    assert set(notes) == {"429", "403"}
    assert "lost: Tracker counts any answer as delivered and does not try again" in notes["429"]
    assert "lost: Tracker counts any answer as delivered and does not try again" in notes["403"]
    assert [entry["to"] for entry in entries] == [f"{there.url}/services/***", f"{there.url}/bot***/sendMessage"]
    everything = json.dumps(entries) + good("list", "--queue", "TEST")
    assert TOKEN not in everything and there.slack not in everything and "TEST-1" in everything


@pytest.mark.parametrize(
    ("chat", "words"),
    [
        ("-404", "Telegram does not find the chat (400 Bad Request: chat not found)"),
        ("-403", "the bot is no member of the chat (403 Forbidden: bot is not a member of the supergroup chat)"),
        ("-405", "the person has blocked the bot (403 Forbidden: bot was blocked by the user)"),
        ("-406", "the group has become a supergroup with another id"),
        ("-407", "the chat has no such topic (400 Bad Request: message thread not found)"),
    ],
)
def test_what_telegram_says_in_plain_words(api: Api, there: Messengers, chat: str, words: str) -> None:
    good("telegram", "--queue", "TEST", f"--chat={chat}")
    done = run("test", "telegram", "--queue", "TEST")
    assert (done.returncode, done.stderr.splitlines()[0]) == (5, f"gitlink: {words}")
    assert TOKEN not in done.stderr


@pytest.mark.parametrize(
    ("status", "word", "code", "words"),
    [
        (404, "channel_not_found", 5, "Slack does not find the webhook's channel (404 channel_not_found)"),
        (410, "channel_is_archived", 5, "the channel is archived (410 channel_is_archived)"),
        (403, "action_prohibited", 5, "an administrator of Slack has forbidden it (403 action_prohibited)"),
        (404, "no_service", 5, "the webhook is switched off or its app is gone (404 no_service)"),
        (400, "something_new", 5, "Slack answered 400: something_new"),
        (500, "rollup_error", 6, "Slack has a fault of its own (500 rollup_error)"),
    ],
)
def test_what_slack_says_in_plain_words(
    api: Api, there: Messengers, status: int, word: str, code: int, words: str
) -> None:
    from tests.notify.standins import Said

    good(*SLACK_TRIGGER)
    there.answers = [Said(status, word)] * 3
    done = run("test", "slack", "--queue", "TEST")
    assert (done.returncode, done.stderr.splitlines()[0]) == (code, f"gitlink: {words}")
    assert there.slack not in done.stderr


def test_a_test_message_arrives(api: Api, there: Messengers) -> None:
    good(*SLACK_TRIGGER, "--text", "{key} {summary} {status} {assignee}")
    assert good("test", "slack", "--queue", "TEST") == "Slack took it\n"
    assert "a test message" in there.posted[0].shown


def edited(api: Api, **changes: object) -> None:
    """Let the queue's administrator rewrite the trigger's request."""
    [made] = triggers(api)
    action = {**made["actions"][0], **changes}  # type: ignore[index]
    action.pop("id", None)
    path = f"/queues/TEST/triggers/{made['id']}?version={made['version']}"
    assert api("PATCH", path, {"actions": [action]}).status_code == 200


def test_a_trigger_that_somebody_led_elsewhere_is_not_tried_out(api: Api, there: Messengers) -> None:
    good(*SLACK_TRIGGER)
    relayed = {"X-Gitlink-Notify": "slack", "X-Gitlink-Secret": "between-us"}
    for endpoint, headers in (
        (f"{there.url}/latest/api/token?x=1", {"X-Gitlink-Notify": "slack"}),
        (f"{there.url}/services/other", {"X-Gitlink-Notify": "slack"}),
        ("https://10.0.0.1/services/T/B/x", {"X-Gitlink-Notify": "slack"}),
        ("https://hooks.slack.com.example.com/services/T/B/x", {"X-Gitlink-Notify": "slack"}),
        (f"{there.url}.example.com/bot{TOKEN}/sendMessage?text=x", {"X-Gitlink-Notify": "telegram"}),
        (f"{there.url}/bot{TOKEN}/../x?text=x", {"X-Gitlink-Notify": "telegram"}),
        (f"{there.url}/bot{TOKEN}/sendMessage#?text=x", {"X-Gitlink-Notify": "telegram"}),
        (f"{there.url}/notify/slack", {**relayed, "X-Gitlink-Secret": "another"}),
        (f"{there.url}/notify/slack?x=1", relayed),
        (f"{there.url}/other", relayed),
        ("http://10.0.0.1/notify/slack", relayed),
    ):
        edited(api, endpoint=endpoint, headers=headers)
        for args in ((), ("--dry-run",)):
            done = run("test", "slack", "--queue", "TEST", *args)
            assert (done.returncode, done.stdout) == (5, ""), endpoint
            lines = done.stderr.splitlines()
            assert lines[0] == "gitlink: trigger `slack` sends elsewhere than gitlink's do"
            assert lines[-1] == "  fix:   gitlink notify list --queue TEST"
    assert there.headers == []


def test_of_a_triggers_headers_only_gitlinks_are_sent(api: Api, there: Messengers) -> None:
    good(*SLACK_TRIGGER)
    more = {"X-Gitlink-Notify": "slack", "Authorization": "Bearer x", "Origin": "http://x", "Host": "x"}
    edited(api, headers=more, contentType="text/plain")
    assert good("test", "slack", "--queue", "TEST") == "Slack took it\n"
    [sent] = there.headers
    assert sent["Content-Type"].startswith("application/json") and sent["X-Gitlink-Notify"] == "slack"
    assert sent["Host"] in there.url and not {"Authorization", "Origin"} & set(sent)


@pytest.mark.parametrize("relay", [False, True])
def test_a_triggers_secret_is_not_told_where_tracker_repeats_it(api: Api, there: Messengers, relay: bool) -> None:
    secret = "a-secret-of-the-relays" if relay else there.slack
    way = ("--relay", "https://gitlink.example.com") if relay else ()
    good("slack", "--queue", "TEST", *way, GITLINK_NOTIFY_SECRET=secret)
    said = {"errorMessages": [f"not {secret} in {secret.replace('/', chr(92) + '/')}"], "errors": {}}
    for command, method in ((("remove", "slack"), "PATCH"), (("list",), "GET"), (("test", "slack"), "POST")):
        path = {"PATCH": "triggers", "GET": "webhooks", "POST": "_search"}[method]
        api("POST", "/_sandbox/faults", [{"method": method, "path": path, "times": 3, "status": 422, "body": said}])
        done = run(*command, "--queue", "TEST", SLACK_WEBHOOK_URL="", GITLINK_NOTIFY_SECRET="")
        assert done.returncode == 5, done.stdout + done.stderr
        assert "not [" in done.stderr
        assert secret.rpartition("/")[2] not in done.stdout + done.stderr


def test_remove_and_bring_back(api: Api) -> None:
    good(*SLACK_TRIGGER)
    assert good("remove", "slack", "--queue", "TEST", "--dry-run") == "slack in TEST: would be removed\n"
    assert good("remove", "slack", "--queue", "TEST") == "slack in TEST: removed\n"
    assert good("remove", "slack", "--queue", "TEST") == "slack in TEST: removed already\n"
    assert [one["active"] for one in triggers(api)] == [False]
    assert "active: false → true" in good(*SLACK_TRIGGER)
    assert [one["active"] for one in triggers(api)] == [True]


FILE = """\
[notify "team"]
\tqueue = TEST
\tkind = slack
\twhen = status=Ready for test
\twhen = priority=critical
\ttext = "{key} {summary}"
[notify "chat"]
\tqueue = TEST
\tkind = telegram
\tchat = -1001
\twhen = commented
"""


def test_triggers_as_a_file(api: Api, there: Messengers, tmp_path: Path) -> None:
    file = tmp_path / "notifications.gitconfig"
    file.write_text(FILE, encoding="utf-8")
    done = run("diff", str(file))
    assert (done.returncode, done.stdout.count("would be created")) == (1, 2)
    assert good("apply", str(file)).count(": created") == 2
    assert good("diff", str(file)) == ""
    file.write_text(FILE.replace("commented", "created"), encoding="utf-8")
    done = run("diff", str(file), SLACK_WEBHOOK_URL="", TELEGRAM_BOT_TOKEN="")
    assert done.stdout == "chat in TEST: would change\n  when: commented → created\n"
    assert "chat in TEST: changed" in good("apply", str(file), SLACK_WEBHOOK_URL="", TELEGRAM_BOT_TOKEN="")
    good(*SLACK_TRIGGER)
    done = run("diff", str(file))
    assert (done.returncode, done.stdout) == (1, "slack in TEST: not in the file\n")


def test_what_was_changed_by_hand_is_shown_and_mended(api: Api, tmp_path: Path) -> None:
    file = tmp_path / "notifications.gitconfig"
    file.write_text(FILE, encoding="utf-8")
    good("apply", str(file))
    before = triggers(api)
    assert good("apply", str(file)).count(": already so") == 2
    assert triggers(api) == before
    [team, chat] = before
    action = {**chat["actions"][0], "endpoint": "https://evil.example.com/bot1:secret/sendMessage?text=x"}  # type: ignore[index]
    for made, change in ((team, {"conditions": []}), (chat, {"actions": [action]}), (chat, {"active": False})):
        for one in triggers(api):
            if one["id"] == made["id"]:
                url = f"/queues/TEST/triggers/{one['id']}?version={one['version']}"
                assert api("PATCH", url, change).status_code == 200
    done = run("diff", str(file))
    assert done.returncode == 1
    assert "team in TEST: would change\n  when: nothing → " in done.stdout
    assert "chat in TEST: would change\n  active: false → true\n  endpoint: " in done.stdout
    assert "secret" not in done.stdout and TOKEN not in done.stdout
    assert good("apply", str(file)).count(": changed") == 2
    assert good("diff", str(file)) == ""
    after = [{key: value for key, value in one.items() if key != "version"} for one in triggers(api)]
    assert after == [{key: value for key, value in one.items() if key != "version"} for one in before]


def test_a_file_goes_through_the_relay_that_the_command_names(api: Api, tmp_path: Path) -> None:
    file = tmp_path / "notifications.gitconfig"
    file.write_text(FILE.replace("chat = -1001", "relay = yes"), encoding="utf-8")
    good("apply", str(file), "--relay", "https://relay.example.com")
    [_, made] = triggers(api)
    assert made["actions"][0]["endpoint"] == "https://relay.example.com/notify/chat"  # type: ignore[index]
    # The secret that is there is kept.
    good("diff", str(file), "--relay", "https://relay.example.com", GITLINK_NOTIFY_SECRET="")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("kind = slack", "kind = slak", "has no kind that can be"),
        ("\tchat = -1001\n", "", "--chat is missing"),
        ("when = commented", "wen = commented", "`notify.chat.wen` cannot be used"),
        ("when = commented", "token = 1:a", "`notify.chat.token` cannot be used"),
        ("priority=critical", "priority=critcal", "Tracker knows no priority `critcal`"),
        ("[notify", "[notif", "cannot be used"),
        ("chat = -1001", "relay = https://evil.example.com", "has no relay that can be"),
        ("chat = -1001", "relay = yes", "the relay's address is missing"),
        ("[notify", "[notify[", "cannot be read"),
    ],
)
def test_a_wrong_file_changes_nothing(api: Api, tmp_path: Path, old: str, new: str, words: str) -> None:
    file = tmp_path / "notifications.gitconfig"
    file.write_text(FILE.replace(old, new), encoding="utf-8")
    done = run("apply", str(file))
    assert done.returncode in (2, 3)
    assert words in done.stderr
    assert triggers(api) == []


def test_help_says_who_can_read_the_secret() -> None:
    for command in ("slack", "telegram"):
        shown = " ".join(good(command, "--help").split())
        assert "whoever administers the queue can read it there" in shown
        for word in ("created", "status=", "commented", "assigned", "filled=", "priority="):
            assert word in shown
