"""Attempts to get at the token, each of which must fail: by a repository, a server, a proxy, a log, a neighbour."""

import json
import os
import shlex
import shutil
import subprocess
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest

from gitlink.errors import GitlinkError
from gitlink.forge.client import ForgeClient
from gitlink.forge.remote import Remote
from gitlink.forge.tokens import Token
from gitlink.sandbox.server import SandboxServer
from gitlink.tracker.access import Credentials
from gitlink.tracker.call import Call
from gitlink.tracker.client import TrackerClient
from gitlink.tracker.protocol import answer
from gitlink.transport.model import NoAnswer, Response
from gitlink.transport.send import Transport
from tests.conftest import SCRIPTS, Repository
from tests.tracker.loopback import Answer, Seen, Server, in_turn, serving, told

GITLINK = str(SCRIPTS / "gitlink")
MARKER = "y0__marker-that-must-not-be-seen"
ISSUE = {"key": "TEST-1", "summary": "x", "status": {"key": "open", "display": "Open"}}
PROXIES = ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY")


@pytest.fixture(autouse=True)
def _direct(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.lower().endswith("_proxy") or name == "NETRC":
            monkeypatch.delenv(name)


@pytest.fixture
def tracker() -> Iterator[SandboxServer]:
    with SandboxServer() as sandbox:
        users = list(sandbox.state.world.users)
        sandbox.state.world.tokens[MARKER] = users[0]
        yield sandbox


@pytest.fixture
def thief() -> Iterator[Server]:
    """A server that should never hear anything."""
    with serving(in_turn(told(ISSUE))) as server:
        yield server


def told_by(done: subprocess.CompletedProcess[str]) -> str:
    return done.stdout + done.stderr


def as_user(repository: Repository, url: str) -> None:
    """Let the user's own configuration name Tracker."""
    repository.git("config", "--global", "gitlink.apiBaseUrl", url)
    repository.git("config", "--global", "gitlink.orgId", "1")


def files_with(marker: str, folder: Path) -> list[str]:
    return [
        str(file.relative_to(folder))
        for file in folder.rglob("*")
        if file.is_file() and marker.encode() in file.read_bytes()
    ]


# What must not trigger: the token does reach its own host.


def test_the_token_reaches_its_own_host_and_no_file(
    repository: Repository, tracker: SandboxServer, tmp_path: Path
) -> None:
    as_user(repository, tracker.url)
    kept = tmp_path / "kept"
    repository.git("config", "--global", "credential.helper", f"store --file='{kept}'")
    shown = [repository.run(GITLINK, "login", stdin=MARKER, LC_ALL="C.UTF-8")]
    for words in (
        ("status", "--issue", "TEST-1"),
        ("status", "in-progress", "--issue", "TEST-1", "--json"),
        ("whoami", "--json"),
        ("bench", "set", "https://b.example.com", "--issue", "TEST-1"),
        ("doctor", "--json"),
        ("status", "nonsense", "--issue", "TEST-1"),
        ("status", "--issue", "TEST-999"),
    ):
        shown.append(repository.run(GITLINK, *words, check=False))
    assert [done.returncode for done in shown] == [0, 0, 0, 0, 0, 0, 5, 5]
    assert MARKER not in "".join(map(told_by, shown))
    assert files_with(MARKER, tmp_path) == ["kept"]


# A repository


@pytest.mark.parametrize(
    "policy",
    [
        "[gitlink]\n\tapiBaseUrl = {url}\n\turl = {url}\n\torgId = 9\n",
        "[include]\n\tpath = more\n",
        '[url "{url}"]\n\tinsteadOf = http\n[http]\n\tproxy = {url}\n',
        "[credential]\n\thelper = !touch stolen; cat > stolen\n[core]\n\taskPass = ./thief\n\tfsmonitor = ./thief\n",
        '[alias]\n\tcredential = !touch stolen\n[bench]\n\tfield = {url}\n[status "{url}"]\n\tstarted = x\n',
    ],
    ids=["gitlink keys", "include", "url and proxy", "programs", "aliases"],
)
@pytest.mark.parametrize("words", [("status", "--issue", "TEST-1"), ("check",)])
def test_a_policy_chooses_neither_host_nor_program(
    repository: Repository, tracker: SandboxServer, thief: Server, policy: str, words: tuple[str, ...]
) -> None:
    as_user(repository, tracker.url)
    repository.policy(policy.format(url=thief.url))
    (repository.path / "more").write_text(f"[gitlink]\n\tapiBaseUrl = {thief.url}\n", encoding="utf-8")
    program = repository.path / "thief"
    program.write_text("#!/bin/sh\ntouch stolen\n", encoding="utf-8")
    program.chmod(0o755)
    repository.git("switch", "-q", "-c", "TEST-1-x")
    done = repository.run(GITLINK, *words, check=False, TRACKER_TOKEN=MARKER)
    assert done.returncode == 0 or words != ("status", "--issue", "TEST-1")
    assert MARKER not in told_by(done)
    assert thief.seen == []
    assert not (repository.path / "stolen").exists()


def test_a_policy_that_is_a_link_does_not_print_what_it_points_to(repository: Repository, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.write_text(f"https://x:{MARKER}@host\n", encoding="utf-8")
    for target in (kept, Path("../kept")):
        (repository.path / ".gitlink").symlink_to(target)
        for words in (("check",), ("doctor",)):
            assert MARKER not in told_by(repository.run(GITLINK, *words, check=False))
        (repository.path / ".gitlink").unlink()


def test_a_bare_repository_among_the_files_chooses_no_host(
    repository: Repository, tracker: SandboxServer, thief: Server
) -> None:
    as_user(repository, tracker.url)
    inner = repository.path / "vendor"
    repository.git("init", "-q", "--bare", str(inner))
    repository.git("-C", str(inner), "config", "gitlink.apiBaseUrl", thief.url)
    repository.git("-C", str(inner), "config", "credential.helper", "!touch stolen;")
    inside = Repository(inner, repository.remote)
    inside.run(GITLINK, "status", "--issue", "TEST-1", TRACKER_TOKEN=MARKER)
    inside.run(GITLINK, "status", "--issue", "TEST-1", check=False)
    assert thief.seen == []
    assert list(inner.rglob("stolen")) == []


def test_a_kept_token_does_not_follow_the_clones_address(
    repository: Repository, tracker: SandboxServer, thief: Server, tmp_path: Path
) -> None:
    as_user(repository, tracker.url)
    repository.git("config", "--global", "credential.helper", f"store --file='{tmp_path / 'kept'}'")
    repository.run(GITLINK, "login", stdin=MARKER)
    repository.git("config", "gitlink.apiBaseUrl", thief.url)
    done = repository.run(GITLINK, "status", "--issue", "TEST-1", check=False)
    assert (done.returncode, thief.seen) == (4, [])


# A server


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("where", ["{url}/v3/issues/TEST-1", "//{host}/v3", "{url}\\@127.0.0.1", "http://x@{host}/"])
def test_a_redirect_does_not_take_the_token_along(thief: Server, status: int, where: str) -> None:
    location = where.format(url=thief.url, host=thief.url.removeprefix("http://"))
    with serving(lambda _: Answer(status, headers={"Location": location})) as server:
        with pytest.raises(NoAnswer) as caught:
            TrackerClient(Transport(), Credentials(server.url, MARKER, "1")).issue("TEST-1")
        assert server.seen[0].headers["authorization"] == f"OAuth {MARKER}"
    assert thief.seen == []
    assert MARKER not in f"{caught.value!r} {vars(caught.value)}"


@pytest.mark.parametrize(
    "where",
    [
        "{thief}\\@{api}/v3/issues/TEST-1",
        "{thief}\\\\@{api}/v3/issues/TEST-1",
        "//{thief_host}\\@{api}/v3/issues/TEST-1",
        "{thief}/\\@{api}/v3/issues/TEST-1",
        "http:\\\\{thief_host}\\@{api}/v3/issues/TEST-1",
        "http://{thief_host}\t\\@{api}/v3/issues/TEST-1",
        "http://{thief_host}\xa0@{api}/v3/issues/TEST-1",
        "http://{thief_host}%5c@{api}/v3/issues/TEST-1",
        "http://x@{api}/v3/issues/TEST-1",
        "/v3/issues/TEST 1",
    ],
)
@pytest.mark.parametrize("side", ["tracker", "forge"])
def test_nor_where_two_readers_of_an_address_see_two_hosts(thief: Server, where: str, side: str) -> None:
    def send_on(request: Seen) -> Answer:
        api, thief_host = request.headers["host"], thief.url.removeprefix("http://")
        return Answer(302, headers={"Location": where.format(thief=thief.url, thief_host=thief_host, api=api)})

    def ask(url: str) -> None:
        if side == "tracker":
            TrackerClient(Transport(), Credentials(url, MARKER, "1")).issue("TEST-1")
        else:
            token = Token("gitlab", "GITLAB_TOKEN", MARKER)
            ForgeClient(Transport(), Remote("gitlab", "127.0.0.1", url, "acme/app"), token).read(1)

    with serving(send_on) as server, pytest.raises(NoAnswer):
        ask(server.url)
    assert MARKER in str(server.seen[0].headers)
    assert (thief.seen, len(server.seen)) == ([], 1)


def test_nor_when_a_command_is_sent_on(repository: Repository, thief: Server) -> None:
    with serving(lambda _: Answer(307, headers={"Location": f"{thief.url}/v3"})) as server:
        as_user(repository, server.url)
        done = repository.run(GITLINK, "status", "--issue", "TEST-1", check=False, TRACKER_TOKEN=MARKER)
    assert (done.returncode, thief.seen) == (6, [])
    assert MARKER not in told_by(done)


def test_a_link_to_the_next_page_does_not_take_the_token_along(thief: Server) -> None:
    link = f'<{thief.url}/v3/issues/TEST-1/comments?id=1>; rel="next"'
    with serving(in_turn(told([{"id": 1, "text": "x"}], link=link), told([]))) as server:
        list(TrackerClient(Transport(), Credentials(server.url, MARKER, "1")).comments("TEST-1"))
        assert len(server.seen) == 2
    assert thief.seen == []


def test_neither_netrc_nor_cookies_take_part(repository: Repository, thief: Server) -> None:
    netrc = Path(os.environ["HOME"], ".netrc")
    netrc.write_text("machine 127.0.0.1 login anna password hunter2\n", encoding="utf-8")
    netrc.chmod(0o600)
    first = told(ISSUE, set_cookie="a=b; Path=/")
    with serving(in_turn(first, told([]))) as server:
        as_user(repository, server.url)
        repository.run(GITLINK, "status", "--issue", "TEST-1", TRACKER_TOKEN=MARKER)
        assert [seen.headers["authorization"] for seen in server.seen] == [f"OAuth {MARKER}"] * 2
        assert not any("cookie" in seen.headers for seen in server.seen)


def echo(status: int, kind: str) -> Answer:
    """An answer that repeats the header as a careless gateway does."""
    said = f"bad request: Authorization: OAuth {MARKER}"
    if kind == "plain":
        return Answer(status, said.encode(), {"Content-Type": "text/plain"})
    if kind == "html":
        return Answer(status, f"<html>{said}</html>".encode(), {"Content-Type": "text/html"})
    if kind == "issue":
        return told({**ISSUE, "summary": said}, status)
    return told({"errorMessages": [said], "errors": {"x": said, MARKER: "y"}, "statusCode": status}, status)


@pytest.mark.parametrize("kind", ["plain", "html", "json", "issue"])
@pytest.mark.parametrize("status", [200, 400, 401, 403, 404, 422, 500])
def test_an_answer_that_repeats_the_token_is_not_repeated(status: int, kind: str) -> None:
    credentials = Credentials("https://x", MARKER, "1")
    given = echo(status, kind)
    response = Response(given.status, {name.lower(): value for name, value in given.headers.items()}, given.body)
    for call in (Call("GET", "/v3/issues/TEST-1", "show", issue="TEST-1"), Call("GET", "/v3/myself", "say")):
        try:
            seen = repr(answer(call, response, credentials))
        except GitlinkError as error:
            seen = f"{error!r} {vars(error)}"
        assert MARKER not in seen


@pytest.mark.parametrize(("status", "kind"), [(200, "issue"), (401, "plain"), (403, "json"), (422, "json")])
def test_nor_by_a_command(repository: Repository, status: int, kind: str) -> None:
    def handle(seen: Seen) -> Answer:
        return told([]) if seen.path.endswith("/transitions") else echo(status, kind)

    with serving(handle) as server:
        as_user(repository, server.url)
        for words in (("status", "--issue", "TEST-1"), ("whoami", "--json")):
            assert MARKER not in told_by(repository.run(GITLINK, *words, check=False, TRACKER_TOKEN=MARKER))
        done = repository.run(GITLINK, "login", stdin=MARKER, check=False)
        assert MARKER not in told_by(done)


# A proxy, an address


def test_what_stays_on_this_machine_passes_no_proxy(
    repository: Repository, tracker: SandboxServer, thief: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_user(repository, tracker.url)
    for name in PROXIES:
        monkeypatch.setenv(name, thief.url)
    repository.run(GITLINK, "status", "--issue", "TEST-1", TRACKER_TOKEN=MARKER)
    assert thief.seen == []


def test_a_proxy_sees_nothing_of_what_is_encrypted(
    repository: Repository, thief: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_user(repository, "https://tracker.invalid")
    for name in PROXIES:
        monkeypatch.setenv(name, thief.url)
    done = repository.run(GITLINK, "status", "--issue", "TEST-1", check=False, TRACKER_TOKEN=MARKER)
    assert done.returncode == 6
    assert MARKER not in told_by(done) + repr(thief.seen)


@pytest.mark.parametrize(
    "url", ["http://evil.example.com", "https://user:hunter2@evil.example.com", "https://hunter2@evil.example.com"]
)
def test_an_address_is_told_without_what_is_secret(
    repository: Repository, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"TRACKER_API_BASE_URL": url, "TRACKER_ORG_ID": "1", "TRACKER_TOKEN": MARKER}.items():
        monkeypatch.setenv(name, value)
    told = [repository.run(GITLINK, *words, check=False) for words in (("status", "--issue", "TEST-1"), ("doctor",))]
    assert [done.returncode for done in told] == [3, 0]
    assert "evil.example.com" in told[0].stderr
    assert MARKER not in "".join(map(told_by, told))
    assert "hunter2" not in "".join(map(told_by, told))


@pytest.mark.parametrize("user", ["anna:{marker}", "{marker}"])
def test_a_refused_push_to_an_address_is_told_without_what_is_secret(repository: Repository, user: str) -> None:
    """Git itself tells such an address without its user (git's transport.c, transport_anonymize_url)."""
    url = f"https://{user.format(marker=MARKER)}@git.example.com/acme/shop.git"
    oid = repository.commit("Add")
    line = f"HEAD {oid} refs/heads/login {'0' * 40}\n"
    done = repository.run(str(SCRIPTS / "gitlink-pre-push"), url, url, stdin=line, check=False)
    assert (done.returncode, MARKER in done.stderr) == (1, False)
    assert "git push https://git.example.com/acme/shop.git HEAD:refs/heads/login\n" in done.stderr


def test_a_refused_push_over_ssh_is_told_with_its_user(repository: Repository) -> None:
    url, oid = "ssh://git@git.example.com/acme/shop.git", repository.commit("Add")
    line = f"HEAD {oid} refs/heads/login {'0' * 40}\n"
    done = repository.run(str(SCRIPTS / "gitlink-pre-push"), url, url, stdin=line, check=False)
    assert f"git push {url} HEAD:refs/heads/login\n" in done.stderr


# A log, a neighbour


@pytest.mark.parametrize("token", [f"{MARKER}\r\nX-Evil: 1", f"{MARKER}é"])
def test_a_token_with_line_ends_is_sent_nowhere_and_not_shown(
    repository: Repository, thief: Server, token: str
) -> None:
    as_user(repository, thief.url)
    done = repository.run(GITLINK, "status", "--issue", "TEST-1", check=False, TRACKER_TOKEN=token)
    assert done.returncode == 4
    assert MARKER not in told_by(done)
    done = repository.run(GITLINK, "login", stdin=token, check=False)
    assert done.returncode == 4
    assert MARKER not in told_by(done)
    assert thief.seen == []


def test_no_traceback_holds_the_token_even_with_the_values_of_variables() -> None:
    client = TrackerClient(Transport(total_s=0.2), Credentials("http://127.0.0.1:9", MARKER, "1"))
    with pytest.raises(GitlinkError) as caught:
        client.myself()
    whole = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    assert "uncertain = False" in "".join(whole.format())
    assert MARKER not in "".join(whole.format())


def test_a_trace_of_git_holds_no_token(repository: Repository, tracker: SandboxServer, tmp_path: Path) -> None:
    as_user(repository, tracker.url)
    kept = tmp_path / "kept"
    repository.git("config", "--global", "credential.helper", f"store --file='{kept}'")
    logs = {name: str(tmp_path / name) for name in ("GIT_TRACE", "GIT_TRACE2", "GIT_TRACE2_EVENT", "GIT_TRACE_SETUP")}
    for words, stdin in ((("login",), MARKER), (("logout",), "")):
        environ = os.environ | logs
        subprocess.run((GITLINK, *words), cwd=repository.path, env=environ, input=stdin.encode(), check=True)
    assert (tmp_path / "GIT_TRACE").exists()
    assert files_with(MARKER, tmp_path) == []


def test_no_argument_list_holds_the_token(
    repository: Repository, tracker: SandboxServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_user(repository, tracker.url)
    wrapped, real, log = tmp_path / "bin", shutil.which("git") or "", tmp_path / "log"
    wrapped.mkdir()
    look = "cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' '" if sys.platform == "linux" else "ps -A -o args"
    spy = f'#!/bin/sh\n{{ echo "git $*"; {look}; }} >> {shlex.quote(str(log))}\n'
    (wrapped / "git").write_text(f'{spy}exec {real} "$@"\n', encoding="utf-8")
    # A helper that looks around before it does what `store` does.
    (wrapped / "helper").write_text(
        f'{spy}exec {real} credential-store --file={shlex.quote(str(tmp_path / "kept"))} "$@"\n', encoding="utf-8"
    )
    for name in ("git", "helper"):
        (wrapped / name).chmod(0o755)
    repository.git("config", "--global", "credential.helper", f"!{shlex.quote(str(wrapped / 'helper'))}")
    monkeypatch.setenv("PATH", f"{wrapped}{os.pathsep}{os.environ['PATH']}")
    for words, stdin in ((("login",), MARKER), (("status", "--issue", "TEST-1"), ""), (("logout",), "")):
        repository.run(GITLINK, *words, stdin=stdin)
    seen = log.read_text(encoding="utf-8", errors="replace")
    assert "credential fill" in seen and "credential approve" in seen and "credential reject" in seen
    assert "credential-store" in seen or "helper" in seen
    assert MARKER not in seen


def test_json_names_the_source_and_not_the_token(repository: Repository, tracker: SandboxServer) -> None:
    as_user(repository, tracker.url)
    done = repository.run(GITLINK, "whoami", "--json", TRACKER_TOKEN=MARKER)
    assert json.loads(done.stdout)["token"] == {"kind": "oauth", "source": "TRACKER_TOKEN"}
    assert MARKER not in told_by(done)
