"""pre-push asks the forge: first what must not be asked, and what must not stop a push."""

import socket
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from gitlink import child
from gitlink.hook.pulls import MOST_PULLS, MOST_TEXT, escaped, unescaped
from tests.conftest import SCRIPTS, Repository
from tests.forge.hub import TOKEN, Hub, hub
from tests.tracker.loopback import Answer, Server

HOOK = str(SCRIPTS / "gitlink-pre-push")
HERE = {"GITHUB_TOKEN": TOKEN}


@pytest.fixture
def served() -> Iterator[tuple[Hub, Server]]:
    with hub("github") as made:
        yield made


def prepare(repository: Repository, url: str, forge: str = "github", title: str = "") -> None:
    """Let `origin` be at *url*, which a person says is that forge."""
    host = url.partition("://")[2].partition("/")[0]
    repository.git("config", "--global", f"gitlink.{host}.forge", forge)
    repository.git("remote", "set-url", "origin", url)
    repository.git("switch", "-q", "-c", "TEST-1-login")


def push(repository: Repository, url: str, branch: str = "TEST-1-login", **environ: str) -> tuple[int, str]:
    """Run the hook as Git does for a push of *branch* to *url*."""
    oid = repository.git("rev-parse", "HEAD").stdout.strip()
    line = f"refs/heads/{branch} {oid} refs/heads/{branch} {'0' * 40}\n"
    done = repository.run(HOOK, "origin", url, stdin=line, check=False, **environ)
    assert done.stdout == ""
    return done.returncode, done.stderr


def test_without_a_token_nobody_is_asked(repository: Repository, served: tuple[Hub, Server]) -> None:
    made, server = served
    made.add("Bad title")
    prepare(repository, made.clone_url)
    assert push(repository, made.clone_url) == (0, "")
    assert push(repository, made.clone_url, GITLAB_TOKEN="x") == (0, "")
    assert server.seen == []


@pytest.mark.parametrize(
    "policy",
    ["[pullrequest]\n\tlookup = never\n", "[pullrequest]\n\trequire = off\n", "[branch]\n\texempt = TEST-*\n"],
)
def test_a_policy_that_does_not_ask(repository: Repository, served: tuple[Hub, Server], policy: str) -> None:
    made, server = served
    made.add("Bad title")
    prepare(repository, made.clone_url)
    repository.policy(policy)
    assert push(repository, made.clone_url, **HERE) == (0, "")
    assert server.seen == []


def test_a_host_that_only_the_repository_names_gets_no_token(
    repository: Repository, served: tuple[Hub, Server]
) -> None:
    made, server = served
    made.add("Bad title")
    repository.git("config", f"gitlink.{made.remote.host}.forge", "github")
    assert push(repository, made.clone_url, **HERE) == (0, "")
    assert server.seen == []


def test_a_path_or_a_plain_host_that_the_remote_names_gets_no_token(
    repository: Repository, served: tuple[Hub, Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither below a path that only the address names, nor over plain HTTP: a proxy would see it all."""
    made, server = served
    monkeypatch.setenv("http_proxy", made.url)
    prepare(repository, "http://git.example.com/acme/app.git", forge="gitea")
    for url in ("http://git.example.com/acme/app.git", "https://git.example.com/~mallory/x/acme/app.git"):
        repository.git("remote", "set-url", "origin", url)
        assert push(repository, url, GITEA_TOKEN=TOKEN)[0] == 0
    repository.git("config", "--global", "gitlink.git.example.com.api", "http://git.example.com/api/v1")
    code, told = push(repository, "http://git.example.com/acme/app.git", GITEA_TOKEN=TOKEN)
    assert (code, told) == (0, WARNING)
    assert server.seen == []


def test_included_settings_of_a_person_and_the_machines_count(
    repository: Repository, served: tuple[Hub, Server], tmp_path: Path
) -> None:
    made, server = served
    made.add("Bad title")
    prepare(repository, made.clone_url)
    repository.git("config", "--global", "--unset", f"gitlink.{made.remote.host}.forge")
    more = tmp_path / "more"
    more.write_text(f'[gitlink "{made.remote.host}"]\n\tforge = github\n', encoding="utf-8")
    assert push(repository, made.clone_url, **HERE) == (0, "")
    assert push(repository, made.clone_url, **HERE, GIT_CONFIG_NOSYSTEM="0", GIT_CONFIG_SYSTEM=str(more))[0] == 1
    repository.git("config", "--global", "include.path", str(more))
    assert push(repository, made.clone_url, **HERE)[0] == 1
    assert len(server.seen) == 2


def test_a_push_that_is_refused_offline_asks_nobody(repository: Repository, served: tuple[Hub, Server]) -> None:
    made, server = served
    prepare(repository, made.clone_url)
    assert push(repository, made.clone_url, branch="bad", **HERE)[0] == 1
    assert server.seen == []


def test_no_pull_request_or_a_good_one_passes(repository: Repository, served: tuple[Hub, Server]) -> None:
    made, server = served
    prepare(repository, made.clone_url)
    assert push(repository, made.clone_url, **HERE) == (0, "")
    made.add("TEST-1 Add login")
    made.add("Somebody else's", branch="TEST-2-other")
    assert push(repository, made.clone_url, **HERE) == (0, "")
    assert len(server.seen) == 2


def test_a_bad_text_is_refused_with_the_command_that_mends_it(
    repository: Repository, served: tuple[Hub, Server]
) -> None:
    made, _ = served
    made.add("Add login", "tab\tand\r\nline\\n")
    prepare(repository, made.clone_url)
    code, told = push(repository, made.clone_url, **HERE)
    assert code == 1
    assert told == (
        "gitlink: pull request 1 does not name the branch's issue TEST-1\n"
        '  where: TEST-1-login → origin, "Add login"\n'
        "  why:   gitlink's default policy asks the pull request's title or description for a key"
        " [pull-request-without-key]\n"
        "  fix:   gitlink pr fix --branch TEST-1-login\n"
        '  once:  GITLINK_SKIP="why" git push origin TEST-1-login\n'
    )


def test_always_asks_without_a_token_too(repository: Repository, served: tuple[Hub, Server]) -> None:
    made, server = served
    made.add("TEST-2 Add login")
    prepare(repository, made.clone_url)
    repository.policy("[pullrequest]\n\tlookup = always\n")
    code, told = push(repository, made.clone_url)
    assert code == 1
    assert "pull request 1 names TEST-2, not the branch's issue TEST-1" in told
    assert "authorization" not in server.seen[0].headers


def test_always_says_so_where_there_is_no_forge(repository: Repository) -> None:
    repository.policy("[pullrequest]\n\tlookup = always\n")
    code, told = push(repository, "https://example.com/acme/app.git")
    assert code == 0
    assert "the pull request of TEST-1-login could not be looked up" in told


def test_a_password_in_the_url_does_not_reach_the_child(repository: Repository, served: tuple[Hub, Server]) -> None:
    made, server = served
    made.add("TEST-1 Add login")
    prepare(repository, made.clone_url)
    assert push(repository, made.clone_url.replace("://", "://anna:s3cret@"), **HERE) == (0, "")
    assert server.seen[0].headers["authorization"] == f"Bearer {TOKEN}"


WARNING = (
    "gitlink: the pull request of TEST-1-login could not be looked up at origin within 3 s; the push goes on\n"
    "  fix:   gitlink pr check --branch TEST-1-login\n"
)


def test_a_dead_network_does_not_stop_a_push(repository: Repository) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        url = f"http://127.0.0.1:{closed.getsockname()[1]}/acme/app.git"
    prepare(repository, url)
    assert push(repository, url, **HERE) == (0, WARNING)


@pytest.mark.parametrize("status", [401, 404, 429])
def test_a_forge_that_refuses_does_not_stop_a_push(
    repository: Repository, served: tuple[Hub, Server], status: int
) -> None:
    made, _ = served
    prepare(repository, made.clone_url)
    made.fault = Answer(status, b"{}")
    assert push(repository, made.clone_url, **HERE) == (0, WARNING)


def test_a_forge_that_never_ends_does_not_stop_a_push(repository: Repository, served: tuple[Hub, Server]) -> None:
    made, _ = served
    prepare(repository, made.clone_url)
    made.fault = Answer(hold=threading.Event())
    began = time.monotonic()
    assert push(repository, made.clone_url, **HERE) == (0, WARNING)
    assert time.monotonic() - began < 15


def test_a_text_is_judged_to_the_length_that_github_takes(repository: Repository, served: tuple[Hub, Server]) -> None:
    """What comes after is not known: no reason to refuse a push, nor to read for long."""
    made, _ = served
    prepare(repository, made.clone_url)
    pull = made.add("Add login", "x" * (MOST_TEXT - 7) + " TEST-1")
    assert push(repository, made.clone_url, **HERE) == (0, "")
    pull.text = "x" * (MOST_TEXT - 5) + " TEST-1"
    assert push(repository, made.clone_url, **HERE) == (0, WARNING)
    pull.title = "TEST-1 Add login"
    assert push(repository, made.clone_url, **HERE) == (0, "")
    pull.title, pull.text = "x", "x" * MOST_TEXT
    assert push(repository, made.clone_url, **HERE)[0] == 1


def test_a_forge_that_says_more_than_it_should_is_not_read_to_its_end(
    repository: Repository, served: tuple[Hub, Server]
) -> None:
    made, _ = served
    prepare(repository, made.clone_url)
    for _ in range(MOST_PULLS + 1):
        made.add("Add login", "TEST-2 " * 400_000)
    code, told = push(repository, made.clone_url, **HERE)
    assert (code, told) == (0, WARNING)
    for pull in made.pulls:
        pull.text = ""
    code, told = push(repository, made.clone_url, **HERE)
    assert code == 1
    assert f"pull request {MOST_PULLS}" in told and f"pull request {MOST_PULLS + 1}" not in told


def test_what_a_child_prints_is_read_to_a_megabyte() -> None:
    endless = "import itertools\nfor number in itertools.count(): print(number, 'x' * 10000)"
    lines = child.output((sys.executable, "-c", endless), 600).splitlines()
    assert len("\n".join(lines)) <= 1 << 20
    assert [line.partition(" ")[0] for line in lines] == [str(number) for number in range(len(lines))]
    assert len(lines) > 100 and all([line.endswith("x" * 10000) for line in lines])


def test_words_survive_the_way_from_the_child() -> None:
    for text in ("", "plain", "tab\tline\nreturn\r\\n", "ж😀", "\udc80\ud800", "\x85\u2028\x1c"):
        assert unescaped(escaped(text)) == text
        assert len(escaped(text).splitlines()) <= 1
