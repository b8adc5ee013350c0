"""A fault of gitlink's own: kept for a report, told in a line, and without a secret in either."""

import contextlib
import errno
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

import gitlink
from gitlink import fault, state
from tests.conftest import SCRIPTS, Repository

# A file that cannot be opened: the one variable of ours that breaks something for real.
BROKEN = {"GITLINK_WITNESS": "/dev/null/nowhere"}
SECRETS = {
    "TRACKER_TOKEN": "y0_AgAAAAhush",
    "TRACKER_IAM_TOKEN": "t1.hush",
    "GITHUB_TOKEN": "ghp_hush",
    "GITLINK_WEBHOOK_SECRET_GITHUB": "whsec_hush",
    "GITLINK_ADMIN_PASSWORD": "admin-hush",
    "GITLINK_NOTIFY_TEAM": "https://hooks.slack.com/services/hush",
    "GITLINK_DATABASE_URL": "postgresql://me:db-hush@db/x",
    "SLACK_WEBHOOK_URL": "https://hooks.slack.com/services/other-hush",
}


def folder() -> Path:
    return Path(os.environ["XDG_STATE_HOME"]) / "gitlink" / "faults"


def broken(message: str) -> Exception:
    try:
        raise ValueError(message)
    except ValueError as error:
        return error


@pytest.mark.parametrize(
    ("hook", "args", "status"),
    [
        ("pre-push", ("origin", "url"), 70),
        ("commit-msg", ("message",), 70),
        ("pre-receive", (), 70),
        ("prepare-commit-msg", ("message",), 0),
        ("post-checkout", ("a", "b", "1"), 0),
    ],
)
def test_a_hook_keeps_the_traceback_and_says_where(
    repository: Repository, hook: str, args: tuple[str, ...], status: int
) -> None:
    done = repository.run(str(SCRIPTS / f"gitlink-{hook}"), *args, check=False, **BROKEN)
    (file,) = folder().iterdir()
    assert done.returncode == status
    first, *rest = done.stderr.splitlines()
    assert first == (
        "gitlink: a fault of gitlink's own: NotADirectoryError: [Errno 20] Not a directory: '/dev/null/nowhere';"
        f" please report it, its traceback is in {file}"
    )
    assert [line[:9] for line in rest] == (["  once:  "] if status else [])
    text = file.read_text(encoding="utf-8")
    assert text.startswith("Traceback (most recent call last):\n")
    assert "bear_witness" in text
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert {stat.S_IMODE(made.stat().st_mode) for made in (folder(), folder().parent)} == {0o700}


def test_a_real_commit_and_a_real_switch(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in BROKEN.items():
        monkeypatch.setenv(name, value)
    for hook in ("commit-msg", "prepare-commit-msg", "post-checkout"):
        repository.hook(hook)
    assert repository.git("switch", "-q", "-c", "TEST-1-x").returncode == 0
    assert repository.git("commit", "--allow-empty", "-m", "x", check=False).returncode == 1
    assert repository.git("commit", "--allow-empty", "--no-verify", "-m", "x").returncode == 0
    assert len(list(folder().iterdir())) == 4


def test_a_command_keeps_it_too(repository: Repository) -> None:
    """Standard input that is open for writing only is nothing a command expects."""
    line = f"'{SCRIPTS / 'gitlink'}' check pr --branch x --title x --description - 0>/dev/null"
    done = repository.run("sh", "-c", line, check=False)
    (file,) = folder().iterdir()
    assert (done.returncode, done.stdout) == (70, "")
    assert done.stderr == (
        "gitlink: a fault of gitlink's own: OSError: [Errno 9] Bad file descriptor;"
        f" please report it, its traceback is in {file}\n"
    )


@pytest.mark.parametrize("place", ["/dev/null", "/proc/nowhere"])
def test_where_nothing_can_be_written_it_is_told_all_the_same(repository: Repository, place: str) -> None:
    done = repository.run(
        str(SCRIPTS / "gitlink-pre-push"), "o", "u", check=False, XDG_STATE_HOME=place, GITLINK_WITNESS="/dev/null/x"
    )
    assert done.returncode == 70
    assert "please report it, its traceback could not be kept (" in done.stderr
    assert "  once:  git push --no-verify\n" in done.stderr
    assert "Traceback" not in done.stderr


def test_secrets_are_in_neither(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    message = f"{' '.join(SECRETS.values())} Authorization: OAuth y0_unknown-hush https://me:url-hush@example.com/x"
    told = fault.told(broken(message))
    (file,) = folder().iterdir()
    for text in (told, file.read_text(encoding="utf-8")):
        assert "hush" not in text
        assert "[TRACKER_TOKEN]" in text
        assert "Authorization: OAuth […]" in text
        assert "https://[…]@example.com/x" in text


@pytest.mark.parametrize(
    "token",
    [
        "glpat-AbC1dEf2GhI3jKl4MnO5",
        "ghp_AbC1dEf2GhI3jKl4MnO5pQr6StU7vWx8YzA9",
        "123456789:AAbC1dEf2GhI3jKl4MnO5pQr6StU7vWx8Yz",
        "https://hooks.slack.com/services/T0000/B0000/AbC1dEf2GhI3jKl4MnO5pQr6",
        "xoxb-123456789012-AbC1dEf2GhI3jKl4MnO5pQr6",
    ],
)
def test_nor_is_a_token_that_no_variable_holds(token: str) -> None:
    told = fault.told(broken(f"the server said: {token}"))
    (file,) = folder().iterdir()
    assert told == (
        "gitlink: a fault of gitlink's own: ValueError: the server said: […];"
        f" please report it, its traceback is in {file}\n"
    )
    text = file.read_text(encoding="utf-8")
    assert text.endswith("\nValueError: the server said: […]\n")
    assert "AbC1" not in text


def test_locals_are_not_kept() -> None:
    def handle(value: str) -> None:
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken") as caught:
        handle("an unnamed " + "secret")
    assert "unnamed secret" not in Path(fault.keep(caught.value)).read_text(encoding="utf-8")


def test_what_is_told_is_one_printable_line() -> None:
    told = fault.told(broken("a\x1b[2J\nb\r\u202ec"))
    assert told.endswith("\n") and told[:-1].isprintable()


def test_the_cause_is_kept() -> None:
    try:
        try:
            raise KeyError("the cause")
        except KeyError as error:
            raise ValueError("what came of it") from error
    except ValueError as error:
        text = Path(fault.keep(error)).read_text(encoding="utf-8")
    assert "the cause" in text and "what came of it" in text


@pytest.mark.parametrize(
    ("configured", "expected"),
    [("/x/state", "/x/state/gitlink"), ("", "~/.local/state/gitlink"), ("relative", "~/.local/state/gitlink")],
)
def test_the_state_is_where_the_platform_has_it(
    monkeypatch: pytest.MonkeyPatch, configured: str, expected: str
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", configured)
    assert state.home(os.environ) == os.path.expanduser(expected)


def test_the_hooks_import_none_of_it_before() -> None:
    root = Path(gitlink.__path__[0]).parent
    code = (
        f"import sys; sys.path.insert(0, {str(root)!r}); import gitlink.hook.guard;"
        "print([name for name in ('gitlink.fault', 'traceback', 're', 'time') if name in sys.modules])"
    )
    done = subprocess.run((sys.executable, "-I", "-S", "-c", code), capture_output=True, text=True, check=True)
    assert done.stdout in ("[]\n", "['time']\n")  # the interpreter itself may have loaded `time`


@pytest.mark.skipif(os.name == "nt", reason="a limit of POSIX")
def test_a_full_disk_leaves_the_message_whole(repository: Repository) -> None:
    repository.policy("[commit]\n\tinsert = prefix\n")
    repository.git("switch", "-q", "-c", "TEST-1-x")
    file = repository.path / "message"
    file.write_text("Add form\n", encoding="utf-8")
    line = f"ulimit -f 0; '{SCRIPTS / 'gitlink-prepare-commit-msg'}' message message"
    done = repository.run("sh", "-c", line, check=False)
    assert done.returncode == 0
    assert done.stderr.startswith("gitlink: the commit message was left as it is: File too large\n")
    assert file.read_text(encoding="utf-8") == "Add form\n"
    assert not (repository.path / "message.gitlink").exists()


def heed_interrupts() -> None:
    """Undo that a shell's job in the background ignores them, and with it all that it starts."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.skipif(os.name == "nt", reason="a pipe with a name")
@pytest.mark.parametrize(("hook", "status"), [("commit-msg", 130), ("prepare-commit-msg", 0)])
def test_an_interrupt_is_no_fault(repository: Repository, tmp_path: Path, hook: str, status: int) -> None:
    repository.policy("[commit]\n\trequire = any\n\tinsert = prefix\n")
    repository.git("switch", "-q", "-c", "TEST-1-x")
    os.mkfifo(repository.path / "message")
    witness = tmp_path / "witness"
    command = (str(SCRIPTS / f"gitlink-{hook}"), "message")
    environ = os.environ | {"GITLINK_WITNESS": str(witness)}
    with subprocess.Popen(
        command, cwd=repository.path, env=environ, stderr=subprocess.PIPE, preexec_fn=heed_interrupts
    ) as running:
        while not witness.exists() and running.poll() is None:
            pass
        running.send_signal(signal.SIGINT)
        while running.poll() is None:  # a signal that comes just before the wait for a writer does not end that wait
            with contextlib.suppress(OSError):
                os.close(os.open(repository.path / "message", os.O_WRONLY | os.O_NONBLOCK))
        told = running.communicate()[1]
    assert (running.returncode, told) == (status, b"")


@pytest.mark.parametrize("number", [errno.EROFS, errno.EACCES])
def test_a_place_that_cannot_be_written_to_is_named_and_no_fault_of_ours(repository: Repository, number: int) -> None:
    error = OSError(number, os.strerror(number), "/srv/app/.git/hooks/pre-push.new")
    assert fault.told(error) == f"gitlink: /srv/app/.git/hooks/pre-push.new: {os.strerror(number)}\n"
    assert not folder().exists()
