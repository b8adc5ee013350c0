"""`gitlink check` on bad input: a verdict or a plain refusal, never a traceback, never control characters."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.conftest import SCRIPTS, Repository

GITLINK = str(SCRIPTS / "gitlink")
ANY = "[commit]\n\trequire = any\n"
FORMATS = ("text", "json", "github", "gitlab", "sarif")


def check(repository: Repository, *args: str, **environ: str) -> tuple[int, str]:
    """Run `gitlink check ARGS`; return its status and all it printed."""
    done = repository.run(GITLINK, "check", *args, check=False, **environ)
    assert "Traceback" not in done.stderr
    assert (done.stdout + done.stderr).replace("\n", "").isprintable()
    return done.returncode, done.stdout + done.stderr


BRANCH = ("branch", "x")


@pytest.mark.parametrize(
    ("what", "args"),
    [
        *[(what, BRANCH) for what in ("link", "folder", "syntax", "key", "value", "queue", "binary")],
        *[("key", args) for args in ((), ("commits",), ("message", "message"), ("pr", "--title", "x"))],
    ],
    ids=str,
)
def test_a_policy_that_cannot_be_read_is_3(repository: Repository, what: str, args: tuple[str, ...]) -> None:
    file = repository.path / ".gitlink"
    (repository.path / "message").write_text("No key\n", encoding="utf-8")
    if what == "link":
        file.symlink_to("/etc/passwd")
    elif what == "folder":
        file.mkdir()
    else:
        texts = {"syntax": "[branch", "key": "[branch]\n\trequires = true\n", "value": "[branch]\n\trequire = x\n"}
        file.write_bytes(texts.get(what, "[gitlink]\n\tqueue = \x1b[2J\n").encode() + b"\xff\0" * (what == "binary"))
    status, told = check(repository, *args)
    assert (status, "gitlink: .gitlink" in told, "  fix:   " in told) == (3, True, True)


def test_a_policy_that_cannot_be_read_stops_no_command_that_does_without(repository: Repository) -> None:
    repository.policy("[branch")
    assert repository.run(GITLINK, "explain", "branch-pattern").returncode == 0


def test_sha256(tmp_path: Path) -> None:
    path = tmp_path / "sha256"
    subprocess.run(("git", "init", "-q", "-b", "TEST-1-x", "--object-format=sha256", str(path)), check=True)
    made = Repository(path, path)
    made.policy(ANY)
    oid = made.commit("No key")
    done = made.run(GITLINK, "check", "--json", check=False)
    assert [held["commit"] for held in json.loads(done.stdout)["violations"]] == [oid]
    made.hook("commit-msg")
    assert made.git("commit", "--allow-empty", "-m", "No key", check=False).returncode == 1


def test_no_commits_yet(tmp_path: Path) -> None:
    path = tmp_path / "new"
    subprocess.run(("git", "init", "-q", "-b", "login", str(path)), check=True)
    made = Repository(path, path)
    made.policy(ANY)
    status, told = check(made)
    assert (status, "git branch -m login TEST-123-login" in told) == (1, True)
    assert check(made, "commits")[0] == 0
    assert check(made, "pr")[0] == 0
    for hook in ("commit-msg", "prepare-commit-msg"):
        made.hook(hook)
    assert made.git("commit", "--allow-empty", "-m", "No key", check=False).returncode == 1
    made.git("commit", "--allow-empty", "-m", "TEST-1 First")


def test_a_detached_head(repository: Repository) -> None:
    repository.policy(ANY)
    repository.git("checkout", "-q", "--detach")
    assert check(repository) == (0, "")
    repository.commit("No key")
    status, told = check(repository)
    assert (status, told.count("[commit-without-key]")) == (1, 1)
    assert check(repository, "branch") == (0, "")


def test_a_rebase_under_way_is_on_the_branch_that_is_rebased(repository: Repository) -> None:
    repository.policy("[commit]\n\trequire = branch\n")
    repository.git("switch", "-q", "-c", "TEST-1-x")
    repository.commit("TEST-2 Other")
    repository.git("rebase", "-i", "HEAD~1", GIT_SEQUENCE_EDITOR="sed -i.bak s/^pick/edit/")
    status, told = check(repository)
    assert (status, "names TEST-2, not the branch's issue TEST-1" in told) == (1, True)


def test_a_bare_repository(repository: Repository) -> None:
    bare = Repository(repository.remote, repository.remote)
    assert check(bare) == (0, "")
    assert check(bare, "branch", "login")[0] == 1
    assert check(bare, "message", "-")[0] == 0


@pytest.mark.parametrize(
    ("name", "format"),
    [
        *[("evil\x1b[2J\u202ename", format) for format in FORMATS],
        *[("a\udcffb", format) for format in FORMATS],
        ("a%0A::error::b", "github"),
        *[(name, "text") for name in ("задача", "-x", "")],
    ],
)
def test_branches_that_strangers_name(repository: Repository, name: str, format: str) -> None:
    status, told = check(repository, "branch", "--format", format, "--", name)
    assert status == 1
    assert not told.startswith("::error::") and "\n::" not in told.replace("\n::error title", "")


@pytest.mark.parametrize("locale", ["C", "POSIX", "C.UTF-8"])
def test_any_locale(repository: Repository, locale: str) -> None:
    plain = {"LC_ALL": locale, "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    assert check(repository, "branch", "login", **plain)[0] == 1
    assert check(repository, "branch", "login", PYTHONIOENCODING="ascii")[0] == 1


def test_messages_in_cp1251(repository: Repository) -> None:
    repository.policy(ANY)
    repository.git("switch", "-q", "-c", "TEST-1-x")
    repository.git("config", "i18n.commitEncoding", "cp1251")
    file = repository.path / "message"
    for subject, status in (("TEST-1 Готово", 0), ("Готово", 1)):
        file.write_bytes(subject.encode("cp1251"))
        assert check(repository, "message", "message")[0] == status
        repository.git("commit", "-q", "--allow-empty", "-F", "message")
        assert check(repository, "commits", "HEAD~1..HEAD")[0] == status
    assert 'TEST-1-x, "Готово"' in check(repository)[1]


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("check message - <&-", 0),
        ("check pr --branch x --title x --description - <&-", 1),
        ("check branch login >&-", 1),
        ("check branch login 2>&-", 1),
        ("check branch login <&- >&- 2>&-", 1),
        ("check", 0),
    ],
)
def test_closed_streams(repository: Repository, line: str, status: int) -> None:
    done = repository.run("sh", "-c", f"'{GITLINK}' {line}", check=False)
    assert (done.returncode, "Traceback" in done.stderr) == (status, False), done.stderr


@pytest.mark.parametrize("format", ["text", "json"])
def test_a_full_disk_is_no_verdict(repository: Repository, format: str) -> None:
    done = repository.run("sh", "-c", f"'{GITLINK}' check branch login --format {format} >/dev/full", check=False)
    assert done.returncode == 70
    assert done.stderr == "gitlink: nothing can be written: No space left on device\n"
    assert not Path(os.environ["XDG_STATE_HOME"], "gitlink").exists()


def test_a_reader_that_goes_away(repository: Repository) -> None:
    repository.policy(ANY)
    done = repository.run("sh", "-c", f"'{GITLINK}' check branch login | true", check=False)
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("file", ["nowhere", ".", "a\x1bb"])
def test_a_message_that_cannot_be_read_is_2(repository: Repository, file: str) -> None:
    status, told = check(repository, "message", file)
    assert (status, "the message cannot be read" in told) == (2, True)


@pytest.mark.parametrize("range_", ["nowhere", "a..b", "--all", "-n1", "", "\x1b[2J", "HEAD..nowhere"])
def test_a_range_that_is_none_is_7(repository: Repository, range_: str) -> None:
    repository.policy(ANY)
    assert check(repository, "commits", "--", range_)[0] == 7


@pytest.mark.parametrize(
    ("config", "text", "status"),
    [
        pytest.param((), "Add\n# TEST-1\n", 1, id="a comment"),
        pytest.param((), "Add\n; TEST-1\n", 0, id="what is no comment"),
        pytest.param(("core.commentChar", ";"), "Add\n; TEST-1\n", 1, id="another comment character"),
        pytest.param(("core.commentChar", ";"), "Add\n# TEST-1\n", 0, id="what is no comment then"),
        pytest.param(("core.commentChar", "auto"), "Add #1\n\n; TEST-1\n;\n", 1, id="auto"),
        pytest.param(("commit.cleanup", "scissors"), "Add\n# TEST-1\n", 0, id="scissors keep comments"),
        pytest.param(("commit.cleanup", "verbatim"), "Add\n# TEST-1\n", 0, id="verbatim keeps all"),
        pytest.param((), "Add\n# ------------------------ >8 ------------------------\nTEST-1\n", 1, id="a diff"),
        pytest.param((), "", 1, id="empty"),
        pytest.param((), "fixup! Add\n", 0, id="fixup!"),
        pytest.param((), 'Revert "Add"\n', 0, id="a revert"),
        pytest.param((), "Add\n\nGitlink-Skip: robot\n", 0, id="a skip trailer"),
        pytest.param((), "\ufeffTEST-1\r\n", 0, id="a byte order mark and CRLF"),
    ],
)
def test_the_message_that_git_will_keep_is_judged(
    repository: Repository, config: tuple[str, ...], text: str, status: int
) -> None:
    repository.policy(ANY)
    repository.git("switch", "-q", "-c", "login")
    if config:
        repository.git("config", *config)
    file = repository.path / "it's a message"
    file.write_text(text, encoding="utf-8", newline="")
    done = repository.run(GITLINK, "check", "message", file.name, check=False)
    assert done.returncode == status
    assert repository.run(GITLINK, "check", "message", "-", check=False, stdin=text).returncode == status
    if status and text:
        fix = next(line.partition(":")[2].strip() for line in done.stdout.splitlines() if "  fix:" in line)
        repository.sh(fix)
        assert repository.run(GITLINK, "check", "message", file.name).returncode == 0


def test_the_message_of_a_merge_under_way_is_not_judged(repository: Repository) -> None:
    repository.policy(ANY)
    repository.git("switch", "-q", "-c", "login")
    repository.commit("TEST-1 Ours")
    repository.git("switch", "-q", "-c", "other", "main")
    repository.commit("TEST-2 Theirs")
    repository.git("merge", "-q", "--no-ff", "--no-commit", "login")
    assert repository.run(GITLINK, "check", "message", ".git/MERGE_MSG").stdout == ""
    repository.git("merge", "--abort")
    assert repository.run(GITLINK, "check", "message", "-", check=False, stdin="Merge it\n").returncode == 1
