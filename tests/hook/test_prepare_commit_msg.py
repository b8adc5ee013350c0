"""prepare-commit-msg: where it inserts nothing, where it inserts, and that all else stays byte for byte."""

import pytest

from tests.conftest import SCRIPTS, Repository
from tests.hook.editing import Editor, file_of, log_bytes, message, quietly

INSERT = "[commit]\n\tinsert = {}\n"
HOWS = ("prefix", "trailer")


@pytest.fixture(autouse=True, params=HOWS)
def how(request: pytest.FixtureRequest, repository: Repository) -> str:
    repository.hook("prepare-commit-msg")
    (repository.path / "file").write_text("x", encoding="utf-8")
    repository.git("add", "file")
    quietly(repository, "TEST-9 File")
    repository.git("switch", "-q", "-c", "TEST-1-login")
    repository.policy(INSERT.format(request.param))
    return str(request.param)


def is_put_in(how: str, subject: str) -> str:
    return f"TEST-1 {subject}" if how == "prefix" else f"{subject}\n\nIssue: TEST-1"


def change(repository: Repository, text: str) -> None:
    (repository.path / "file").write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    "given",
    [
        pytest.param("TEST-1 Add", id="the branch's issue is named already"),
        pytest.param("fix(ui): WEB-9 x", id="any issue is named already"),
        pytest.param("Add\n\nIssue: TEST-2", id="an issue in a trailer"),
        pytest.param("fixup! Add", id="fixup!"),
        pytest.param("squash! Add", id="squash!"),
        pytest.param("amend! Add", id="amend!"),
        pytest.param('Revert "Add"', id="a revert"),
    ],
)
def test_what_is_left_alone(repository: Repository, given: str) -> None:
    repository.git("commit", "--allow-empty", "-m", given)
    assert message(repository) == given


@pytest.mark.parametrize("option", ["--fixup=HEAD", "--squash=HEAD", "--fixup=amend:HEAD", "--fixup=reword:HEAD"])
def test_what_git_names_after_another_commit_is_left_alone(repository: Repository, option: str) -> None:
    quietly(repository, "Add")
    repository.git("commit", "--allow-empty", option, GIT_EDITOR="true")
    assert "TEST-1" not in message(repository)


def test_a_merge_is_left_alone(repository: Repository) -> None:
    repository.git("branch", "other")
    quietly(repository, "TEST-2 Go on")
    repository.git("switch", "-q", "other")
    repository.git("switch", "-q", "-c", "TEST-1-more")
    repository.git("merge", "--no-ff", "-m", "Merge it", "TEST-1-login")
    assert message(repository) == "Merge it"


def test_a_merge_with_a_conflict_is_left_alone(repository: Repository) -> None:
    repository.git("switch", "-q", "-c", "other")
    change(repository, "theirs")
    quietly(repository, "TEST-2 Theirs", "-a")
    repository.git("switch", "-q", "TEST-1-login")
    change(repository, "ours")
    quietly(repository, "TEST-1 Ours", "-a")
    repository.git("merge", "other", check=False)
    change(repository, "both")
    repository.git("commit", "-a", "-m", "Both")
    assert message(repository) == "Both"


def test_a_squash_is_left_alone(repository: Repository) -> None:
    repository.git("switch", "-q", "-c", "other")
    change(repository, "y")
    quietly(repository, "No key", "-a")
    repository.git("switch", "-q", "TEST-1-login")
    repository.git("merge", "--squash", "other")
    repository.git("commit", "--no-edit")
    assert message(repository).startswith("Squashed commit of the following:")
    assert "TEST-1" not in message(repository)


def test_a_revert_and_a_cherry_pick_are_left_alone(repository: Repository) -> None:
    change(repository, "y")
    quietly(repository, "No key", "-a")
    repository.git("revert", "--no-edit", "HEAD")
    assert message(repository).startswith('Revert "No key"')
    repository.git("cherry-pick", "HEAD~1")
    repository.git("cherry-pick", "-x", "HEAD~1", check=False)
    assert "TEST-1" not in repository.git("log", "--format=%B", "main..").stdout


def test_a_cherry_pick_with_a_conflict_is_left_alone(repository: Repository) -> None:
    change(repository, "y")
    picked = quietly(repository, "No key", "-a")
    repository.git("reset", "-q", "--hard", "HEAD~1")
    change(repository, "z")
    quietly(repository, "Another", "-a")
    repository.git("cherry-pick", picked, check=False)
    change(repository, "yz")
    repository.git("commit", "-a", "--no-edit")
    assert message(repository).startswith("No key\n")
    assert "TEST-1" not in message(repository)


@pytest.mark.parametrize("args", [("--amend", "--no-edit"), ("-C", "HEAD"), ("-c", "HEAD"), ("--amend",)])
def test_a_message_taken_from_a_commit_is_left_alone(repository: Repository, args: tuple[str, ...]) -> None:
    quietly(repository, "No key\n\nBody")
    repository.git("commit", "--allow-empty", *args, GIT_EDITOR="true")
    assert message(repository) == "No key\n\nBody"


@pytest.mark.parametrize("branch", ["main", "release/TEST-1", "login"])
def test_an_exempt_branch_or_one_without_an_issue_inserts_nothing(repository: Repository, branch: str) -> None:
    repository.git("switch", "-q", "-C", branch)
    repository.git("commit", "--allow-empty", "-m", "No key")
    assert message(repository) == "No key"


def test_a_detached_head_inserts_nothing(repository: Repository) -> None:
    repository.git("checkout", "-q", "--detach")
    repository.git("commit", "--allow-empty", "-m", "No key")
    assert message(repository) == "No key"


def test_off_inserts_nothing(repository: Repository) -> None:
    repository.policy("[commit]\n\trequire = off\n")
    repository.git("commit", "--allow-empty", "-m", "No key")
    assert message(repository) == "No key"


@pytest.mark.parametrize("template", ["", "Say why\n", "\n# Say why\n"], ids=["none", "words", "a comment"])
def test_a_message_left_as_it_was_aborts(repository: Repository, template: str) -> None:
    args = ["-t", str(file_of(repository, template.encode()))] if template else []
    done = repository.git("commit", "--allow-empty", *args, check=False, GIT_EDITOR="true")
    assert done.returncode == 1
    assert "Aborting commit" in done.stderr


def test_an_empty_message_aborts(repository: Repository) -> None:
    assert repository.git("commit", "--allow-empty", "-m", "", check=False).returncode == 1


def test_the_key_is_put_in_once_and_by_no_verify_too(repository: Repository, how: str) -> None:
    repository.git("commit", "--allow-empty", "--no-verify", "-m", "Add form")
    assert message(repository) == is_put_in(how, "Add form")
    assert repository.git("log", "-1", "--format=%B").stdout.count("TEST-1") == 1


def test_a_rebase_inserts_the_key_of_the_branch_that_is_rebased(repository: Repository, how: str) -> None:
    change(repository, "y")
    quietly(repository, "Change it", "-a")
    repository.git("switch", "-q", "main")
    quietly(repository, "TEST-9 Go on")
    repository.git("rebase", "main", "TEST-1-login")
    assert message(repository) == is_put_in(how, "Change it")


def test_a_reword_is_left_alone_and_a_pick_beside_it_is_not(repository: Repository, how: str) -> None:
    for number in ("1", "2"):
        change(repository, number)
        quietly(repository, f"Change {number}", "-a")
    repository.git("commit", "--amend", "--no-edit")
    rewords = "sed -i.bak -e '1s/^pick/reword/' -e 's/^pick/pick/'"
    repository.git("rebase", "-i", "main", GIT_SEQUENCE_EDITOR=rewords, GIT_EDITOR="sed -i.bak '1s/$/ anew/'")
    told = repository.git("log", "--format=%B%x00", "main..").stdout.split("\0\n")[:-1]
    assert [each.rstrip("\n") for each in told] == [is_put_in(how, "Change 2"), "Change 1 anew"]


def test_a_rebase_of_a_detached_head_inserts_nothing(repository: Repository) -> None:
    change(repository, "y")
    quietly(repository, "Change it", "-a")
    repository.git("switch", "-q", "main")
    quietly(repository, "TEST-9 Go on")
    repository.git("switch", "-q", "--detach", "TEST-1-login")
    repository.git("rebase", "main")
    assert message(repository) == "Change it"


def test_autosquash_ends_in_a_message_with_one_key(repository: Repository, how: str) -> None:
    change(repository, "1")
    quietly(repository, "TEST-1 Change", "-a")
    change(repository, "2")
    repository.git("commit", "-a", "--fixup=HEAD")
    repository.git("rebase", "-i", "--autosquash", "main", GIT_SEQUENCE_EDITOR="true", GIT_EDITOR="true")
    assert message(repository) == "TEST-1 Change"


def without_key(raw: bytes) -> bytes:
    """Return *raw* as it must have been: the one key and what came with it taken out."""
    for put in (b"\r\n\r\nIssue: TEST-1", b"\n\nIssue: TEST-1", b"\nIssue: TEST-1", b"TEST-1 "):
        if put in raw:
            return raw.replace(put, b"", 1)
    return raw


BODIES = {
    "a body": b"Add form\n\nIts body:\n * stays\n#1 too\n",
    "no line end": b"Add form",
    "CRLF": b"Add form\r\n\r\nIts body\r\n",
    "a byte order mark": b"\xef\xbb\xbfAdd form\n",
    "empty lines around": b"\n\n  Add form\n\n\n\n\nBody\n\n\n",
    "a form feed": b"Add form\x0c\n\nBody\x0c\n",
    "comments": b"# first\nAdd form\n# On branch other\n",
    "bytes that are no text": b"Add form \xff\xfe\n\nBody \xc3\x28\n",
    "a type": b"feat(ui)!: add form\n",
    "a NUL": b"Add form\n\nBody\x00more\n",
}


@pytest.mark.parametrize("given", list(BODIES.values()), ids=list(BODIES))
@pytest.mark.parametrize("editor", [":", "vi"], ids=["no editor", "an editor"])
def test_all_else_stays_to_the_byte(repository: Repository, given: bytes, editor: str) -> None:
    file = repository.path / ".git" / "MESSAGE"
    file.write_bytes(given)
    hook = str(SCRIPTS / "gitlink-prepare-commit-msg")
    repository.run(hook, ".git/MESSAGE", "message", GIT_EDITOR=editor)
    prepared = file.read_bytes()
    assert prepared.count(b"TEST-1") == 1
    assert without_key(prepared).rstrip(b"\r\n") == given.rstrip(b"\r\n")
    repository.run(hook, ".git/MESSAGE", "message", GIT_EDITOR=editor)
    assert file.read_bytes() == prepared, "a second run"
    assert [name.name for name in file.parent.glob("MESSAGE*")] == ["MESSAGE"]


@pytest.mark.parametrize(
    "config",
    [
        pytest.param([], id="comments"),
        pytest.param(["-c", "core.commentChar=;"], id="another comment character"),
        pytest.param(["-c", "core.commentChar=auto"], id="comment character auto"),
        pytest.param(["-c", "commit.verbose=true"], id="a diff below scissors"),
        pytest.param(["-c", "commit.cleanup=scissors"], id="scissors"),
        pytest.param(["-c", "commit.cleanup=verbatim"], id="verbatim"),
        pytest.param(["-c", "commit.cleanup=whitespace"], id="whitespace"),
        pytest.param(["-c", "commit.status=false"], id="no status"),
    ],
)
def test_what_the_editor_shows_differs_by_the_key_alone(repository: Repository, how: str, config: list[str]) -> None:
    change(repository, "TEST-7 in the diff")
    editor = Editor(repository)
    commit = [*config, "commit", "-a", "-e", "-m", "Add form\n\nBody"]
    repository.policy("")
    repository.git(*commit, GIT_EDITOR=editor.command)
    plain = editor.seen.read_bytes()
    repository.git("reset", "-q", "--soft", "HEAD~1")
    repository.policy(INSERT.format(how))
    repository.git(*commit, GIT_EDITOR=editor.command)
    shown = editor.seen.read_bytes()
    assert without_key(shown) == plain
    assert message(repository).splitlines()[0] == is_put_in(how, "Add form").splitlines()[0]
    assert message(repository).replace("On branch TEST-1-login", "").count("TEST-1") == 1


def test_another_encoding_stays(repository: Repository, how: str) -> None:
    repository.git("config", "i18n.commitEncoding", "cp1251")
    repository.git("commit", "--allow-empty", "-F", str(file_of(repository, "Исправлено\n\nВсё".encode("cp1251"))))
    assert without_key(log_bytes(repository)) == "Исправлено\n\nВсё\n".encode("cp1251")
    assert is_put_in(how, "Исправлено").splitlines()[-1] in log_bytes(repository).decode("cp1251")


def test_a_trailer_joins_those_that_are_there(repository: Repository, how: str) -> None:
    repository.git("commit", "--allow-empty", "-s", "-m", "Add form")
    last = repository.git("log", "-1", "--format=%(trailers:only)").stdout.splitlines()
    assert ("Issue: TEST-1" in last) is (how == "trailer")
    assert "Signed-off-by: Anna <anna@example.com>" in last
