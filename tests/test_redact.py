"""No secret comes out of a text: none that is known, and none that looks like one; ordinary words stay."""

import base64
import json
import logging
import re
import sys
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitlink.core.text import without_secrets
from gitlink.errors import GitlinkError, SettingsError
from gitlink.forge import rest
from gitlink.forge.model import FORGES, Forge
from gitlink.forge.remote import Remote
from gitlink.forge.tokens import Token
from gitlink.hook.guard import told
from gitlink.redact import redact
from gitlink.service.database import open_database
from gitlink.service.logs import JsonLines
from gitlink.tracker import protocol
from gitlink.tracker.access import Credentials
from gitlink.tracker.call import Call
from gitlink.transport.model import Response
from tests.conftest import SCRIPTS, Repository
from tests.linear import assert_linear

BODY = "AbC1dEf2GhI3jKl4MnO5pQr6StU7vWx8YzA9bCd0EfG1hIj2KlM3nOp4QrS5tUv6"
SHAPES = [
    *[f"gl{kind}-{BODY[:20]}" for kind in ("pat", "oas", "dt", "rt", "cbt", "ptt", "ft", "agent", "soat")],
    *[f"gh{kind}_{BODY[:36]}" for kind in "pousr"],
    f"github_pat_{BODY}",
    f"y0_{BODY[:55]}",
    f"y0__{BODY[:55]}",
    f"y1_{BODY[:55]}",
    f"t1.9eu{BODY}.{BODY}",
    f"123456789:AA{BODY[:33]}",
    f"https://hooks.slack.com/services/T0000/B0000/{BODY[:24]}",
    f"xoxb-123456789012-{BODY[:24]}",
    f"xoxp-123456789012-{BODY[:24]}",
    f"xoxe.xoxp-1-{BODY[:24]}",
    f"ATATT3xFfGF0{BODY}=AB12CD34",
    f"ATCTT3xFfGF0{BODY}=AB12CD34",
    f"whsec_{BODY[:40]}==",
]
AROUND = [
    "Authorization: token {}",
    "bad header Authorization: Basic {}; go away",
    '{{"Authorization": "Bearer {}"}}',
    "authorization={}",
    "('Authorization', 'OAuth {}')",
    "(b'authorization', b'OAuth {}')",
    "'Authorization': ['OAuth {}']",
    "PRIVATE-TOKEN: {}",
    "'X-Gitlink-Secret': '{}'",
    "https://bob:{}@git.example.com/acme/app.git",
    "https://bob:{}/more@git.example.com/acme/app.git",
    "postgresql://me:a/{}@db/x",
    "https://{}@git.example.com/acme/app.git",
    "ssh://bob:{}@git.example.com/acme/app.git",
    "postgresql://me:{}@db/x",
    "https://git.example.com/api?a=b&private_token={}&c=d",
    "access_token={}",
    "password={}",
]


@pytest.mark.parametrize(
    "text",
    [
        "Tracker does not accept the token",
        "no token was sent, and it may be private",
        "neither TRACKER_TOKEN (OAuth) nor TRACKER_IAM_TOKEN is set, and Git's credential helper holds none",
        'export TRACKER_IAM_TOKEN="$(yc iam create-token)"',
        "read -rs TRACKER_TOKEN && export TRACKER_TOKEN",
        "set GITLINK_NOTIFY_SECRET for the relay and the command alike",
        "`GITHUB_TOKEN` is not sent to `http://git.example.com`",
        f"git push --force-with-lease=TEST-123456:{'a1' * 20} origin TEST-123456",
        "git push ssh://git@git.example.com/acme/app.git TEST-1-x",
        "git config --global gitlink.git.example.com.api https://git.example.com/api/v1",
        "yc iam create-token | gitlink login --cloud-org-id bpf1 --iam",
        "gitlink serve --database sqlite:///gitlink.db",
        "commit 3f2a91c names no issue",
        "Refresh token SHOP-1234: rotate",
        "Refresh token ANEXTRAORDINARYQUEUE-1234: rotate",
        "Basic 2fa-login for users, bearer auth/refresh",
        "reset password form, deploy to production of kubernetes-1",
        "git push https://github.com/acme/app@v1.2 http://localhost:8080/acme/app@v1.2 http://[::1]:80/a@b",
        "ghost_busters y0_short t1.example.com xoxo-hugs abc",
    ],
)
def test_ordinary_words_stay(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITLINK_BENCH_TOKEN", "abc")
    monkeypatch.setenv("GITLINK_WEBHOOK_SECRET", "commit")
    monkeypatch.setenv("WEBHOOK_URL", "http://127.0.0.1:8080/hooks/production")
    monkeypatch.setenv("GITLINK_NOTIFY_TEAM", "http://127.0.0.1:8080/hooks/production")
    monkeypatch.setenv("PASSWORD_PROMPT", "Enter your password please")
    monkeypatch.setenv("SECRET_PROVIDER", "kubernetes-1")
    assert redact(text) == text


@given(st.sampled_from(SHAPES), st.text(max_size=30), st.text(max_size=30))
def test_what_looks_like_a_token_comes_out_of_no_text(token: str, before: str, after: str) -> None:
    assert token not in redact(before + token + after)
    assert BODY[4:20] not in redact(before + token + after).replace(before, "").replace(after, "")


@given(
    st.sampled_from(AROUND), st.from_regex(r"\A[A-Za-z0-9_-]{7,30}[0-9_]\Z"), st.text(max_size=20), st.text(max_size=20)
)
def test_nor_what_stands_where_a_secret_stands(form: str, token: str, before: str, after: str) -> None:
    told = redact(f"{before} {form.format(token)} {after}")
    assert form.format(token) not in told
    if token not in before + after:
        assert token not in told


@given(st.sampled_from(["Bearer {}", "OAuth {}", "token {}"]), st.from_regex(r"\A[A-Za-z0-9_-]{19,30}_\Z"))
def test_nor_a_long_word_after_a_scheme(form: str, token: str) -> None:
    assert token not in redact(f"x {form.format(token)} y")


KNOWN = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=8, max_size=40).filter(
    lambda text: not text.startswith("[") and len(text.strip()) >= 8 and len(set(text)) > 3
)


@given(KNOWN, st.text(max_size=20), st.text(max_size=20))
def test_nor_a_value_that_is_known_however_it_is_written(value: str, before: str, after: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GITLINK_ADMIN_PASSWORD", value)
        patch.setenv("BITBUCKET_EMAIL", "anna@example.com")
        pair = base64.b64encode(f"anna@example.com:{value.strip()}".encode()).decode()
        odd = "".join([f"\\u{ord(char):04X}" if char in "&<>+" else json.dumps(char)[1:-1] for char in value])
        lower = re.sub("%..", lambda found: found[0].lower(), quote(value, safe=""))
        slash = json.dumps(value, ensure_ascii=False)[1:-1].replace("/", "\\/")
        ways = [value, quote(value, safe=""), quote(value), lower, pair, odd, slash, json.dumps(value)[1:-1]]
        for written in ways:
            if written not in before and written not in after:
                assert written not in redact(f"{before}\n{written}\n{after}")


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("GITLINK_DATABASE_URL", "postgresql://u:p%40ss%23word@h/db", "p@ss#word"),
        ("GITLINK_DATABASE_URL", "postgresql://u:p%40ss%23word@h/db", "p%40ss%23word"),
        ("GITLINK_DATABASE_URL", "postgresql://u:p@ss#w@h/db", "p@ss#w"),
        ("GITLINK_WEBHOOK_SECRET", "old-secret new-secret", "new-secret"),
        ("SLACK_WEBHOOK_URL", "https://chat.example.com/hooks/abcdef123456", "abcdef123456"),
        ("GITLINK_REPOSITORY_SECRET_SHOP", "hush-hush", "hush-hush"),
        ("TELEGRAM_BOT_TOKEN", "1:hush-hush", "1:hush-hush"),
    ],
)
def test_parts_of_a_known_secret(variable: str, value: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable, value)
    assert redact(f"it said ‘{said}’") == f"it said ‘[{variable}]’"


def test_a_token_in_use_that_no_variable_holds() -> None:
    Token("bitbucket", "BITBUCKET_TOKEN", "hush-hush-9", "anna@example.com")
    pair = base64.b64encode(b"anna@example.com:hush-hush-9").decode()
    assert redact(f"a hush-hush-9 b {pair} c") == "a […] b […] c"


UNITS = "1 1: gh y0_ t1. :// a:// a:b token= xoxb- @ whsec_ hooks.slack.com/ =".split()


@pytest.mark.parametrize("unit", [*UNITS, " ", "t1.t1. ", "bearer ", "Authorization: ", "Authorization:    "])
def test_in_linear_time(unit: str) -> None:
    assert_linear(lambda size: redact(unit * (size // len(unit))), 200_000)


PLACES = [("message", '"{}"'), ("errors", '[{{"message": "{}"}}]'), ("message", '{{"x": "{}"}}')]


@pytest.mark.parametrize("forge", FORGES)
@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422, 500])
@pytest.mark.parametrize(
    "shape", ["{}", '{{"message": "{}"}}', '{{"errors": [{{"message": "{}"}}]}}', '{{"message": {{"x": "{}"}}}}']
)
def test_a_forge_that_repeats_a_token(forge: Forge, status: int, shape: str) -> None:
    ask = rest.Ask(Remote(forge, "h", "https://h", "acme/app"), "GET", "/x", "show it", lambda top: top)
    token = Token(forge, "SOME_TOKEN", "hush-hush-9", "anna@example.com")
    (header,) = token.headers().items()
    for said in (f"bad header {header[0]}: {header[1]}", "hush-hush-9", f"glpat-{BODY}", "x" * 290 + " hush-hush-9"):
        body = shape.format(said).encode()
        with pytest.raises(GitlinkError) as caught:
            rest.answer(ask, Response(status, {}, body), token)
        assert not any(word in told(caught.value) for word in ("hush", BODY[:20], header[1]))


ESCAPED = "".join([f"\\u{ord(char):04x}" for char in 'hush-"hush\\9'])


@pytest.mark.parametrize("side", ["tracker", "forge"])
@pytest.mark.parametrize(
    "body",
    [
        f'{{"{ESCAPED}": [1.50, "a {ESCAPED} b"]}}'.encode(),
        json.dumps({'hush-"hush\\9': [1.5, 'a hush-"hush\\9 b']}).encode(),
        json.dumps({'hush-"hush\\9': [1.5, 'a hush-"hush\\9 b']}).encode("utf-16"),
        json.dumps({'hush-"hush\\9': [1.5, 'a hush-"hush\\9 b']}).encode("utf-32"),
    ],
)
def test_an_answer_that_spells_the_token_with_escapes(side: str, body: bytes) -> None:
    assert asked(side, body, 'hush-"hush\\9') == {"***": [1.5, "a *** b"]}


@pytest.mark.parametrize("side", ["tracker", "forge"])
@pytest.mark.parametrize("token", ["1", '"', "null", "login"])
def test_a_token_that_is_a_short_word_tears_no_answer(side: str, token: str) -> None:
    body = {"login": "a\\\u00e9", "number": 11, "none": None}
    assert asked(side, json.dumps(body).encode(), token) == body


def asked(side: str, body: bytes, token: str) -> object:
    if side == "tracker":
        return protocol.answer(Call("GET", "/x", "x"), Response(200, {}, body), Credentials("https://h", token, "1"))
    ask = rest.Ask(Remote("gitlab", "h", "https://h", "acme/app"), "GET", "/x", "show it", lambda top: top)
    return rest.answer(ask, Response(200, {}, body), Token("gitlab", "GITLAB_TOKEN", token))


def test_a_fault_that_is_told_is_the_last_line_of_defence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITLAB_TOKEN", "hush-hush-9")
    fault = GitlinkError("no hush-hush-9", where="ssh://bob:SECRET@host", why=f"whsec_{BODY}", fix="echo hush-hush-9")
    assert told(fault) == (
        "gitlink: no [GITLAB_TOKEN]\n  where: ssh://bob:[…]@host\n  why:   […]\n  fix:   echo [GITLAB_TOKEN]\n"
    )


def test_logs_hold_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITLINK_ADMIN_PASSWORD", "hush-hush-9")
    try:
        raise ValueError(f"hush-hush-9 glpat-{BODY}")
    except ValueError:
        record = logging.makeLogRecord({"msg": "%s", "args": ("hush-hush-9",), "exc_info": sys.exc_info()})
    record.__dict__.update(more={"a": "hush-hush-9"}, seq=7)
    line = JsonLines().format(record)
    assert "hush" not in line and BODY[:20] not in line
    assert (json.loads(line)["seq"], json.loads(line)["what"]) == (7, "[GITLINK_ADMIN_PASSWORD]")


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:p@ss#w@h/db",
        "postgresql://u:p@s:s@h/db",
        "postgresql://u:hush",
        "postgresql://u:p@hush/w@h/db",
        "postgres://u:hush@h:port/db",
        "mysql://u:hush@h/db",
        "postgresql://u:hush-hush@127.0.0.1:1/db",
    ],
)
def test_no_part_of_a_databases_password_is_told(url: str) -> None:
    with pytest.raises(SettingsError) as caught:
        open_database(url)
    assert not any(part in told(caught.value) for part in ("hush", "ss#", "p@s", "s:s", "w@h", "s@h"))


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("ssh://bob:SECRET@host/x", "ssh://bob@host/x"),
        ("ssh://bob@host/x", "ssh://bob@host/x"),
        ("git+ssh://bob:SE@CRET@host/x", "git+ssh://bob@host/x"),
        ("https://bob:SECRET@host/x", "https://host/x"),
        ("https://SECRET@host/x", "https://host/x"),
        ("https://host/x.git?private_token=SECRET", "https://host/x.git"),
        ("HTTPS://bob:x?SECRET@host/x#SECRET", "HTTPS://host/x"),
        ("http://host?token=SECRET", "http://host"),
        ("git@host:x/ssh://y", "git@host:x/ssh://y"),
        ("https://bob:SECRET@host/ssh://x", "https://host/ssh://x"),
    ],
)
def test_a_remote_is_told_without_its_password(repository: Repository, url: str, shown: str) -> None:
    assert without_secrets(url) == shown
    oid = repository.commit("Add")
    line = f"HEAD {oid} refs/heads/login {'0' * 40}\n"
    done = repository.run(str(SCRIPTS / "gitlink-pre-push"), url, url, stdin=line, check=False)
    assert done.returncode == 1
    assert "SECRET" not in done.stderr and "CRET@" not in done.stderr
    assert f"git push {shown} HEAD:refs/heads/login\n" in done.stderr
