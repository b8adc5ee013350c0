"""commit-msg judges the message that Git will keep, and no other; first what passes."""

import subprocess
from pathlib import Path

import pytest

from tests.conftest import Repository
from tests.hook.editing import Editor, file_of, message, quietly, writes

ANY = "[commit]\n\trequire = any\n"
OWN = "[commit]\n\trequire = branch\n"


@pytest.fixture(autouse=True)
def _hooked(repository: Repository) -> None:
    repository.hook("commit-msg")
    (repository.path / "file").write_text("x", encoding="utf-8")
    repository.git("add", "file")
    quietly(repository, "TEST-9 File")
    repository.git("switch", "-q", "-c", "TEST-1-login")


def commit(repository: Repository, *args: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return repository.git("commit", "--allow-empty", *args, check=False, **environ)


def change(repository: Repository, text: str) -> None:
    (repository.path / "file").write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("policy", "given"),
    [
        pytest.param("", "No key", id="off by default"),
        pytest.param(ANY, "WEB-7 Add", id="any: any issue"),
        pytest.param(ANY, "Add\n\nIssue: WEB-7", id="any: in a trailer"),
        pytest.param(OWN, "Add, for TEST-1", id="branch: its issue"),
        pytest.param(OWN, "WEB-7: see TEST-1", id="branch: its issue among others"),
        pytest.param(ANY, "fixup! Add", id="fixup!"),
        pytest.param(ANY, "squash! Add", id="squash!"),
        pytest.param(ANY, "amend! Add\n\nAdd", id="amend!"),
        pytest.param(ANY, 'Revert "Add"', id="a revert"),
        pytest.param(ANY, "Исправлено (TEST-1)", id="a key beside Cyrillic"),
        pytest.param(ANY, "TEST-1 a\r\n\r\nb\r\n", id="CRLF"),
        pytest.param(ANY, "\ufeffTEST-1 a", id="a byte order mark"),
    ],
)
def test_passes(repository: Repository, policy: str, given: str) -> None:
    repository.policy(policy)
    done = commit(repository, "-m", given)
    assert (done.returncode, "gitlink" in done.stderr) == (0, False)


@pytest.mark.parametrize(
    ("policy", "given", "told"),
    [
        (ANY, "No key", "names no issue"),
        (ANY, "test-1 Add", "names no issue"),
        (ANY, "XTEST-1a", "names no issue"),
        (ANY, "Merge it by hand", "names no issue"),
        (ANY, "Revert the form", "names no issue"),
        (OWN, "No key", "does not name the branch's issue TEST-1"),
        (OWN, "TEST-2 Add", "names TEST-2, not the branch's issue TEST-1"),
        (f"[gitlink]\n\tqueue = TEST\n{ANY}", "WEB-1 Add", "names WEB-1, of a queue that does not count"),
    ],
)
def test_is_refused(repository: Repository, policy: str, given: str, told: str) -> None:
    repository.policy(policy)
    done = commit(repository, "-m", given)
    assert done.returncode == 1
    assert done.stderr.startswith(f"gitlink: the commit message {told}\n")


def test_the_whole_refusal(repository: Repository) -> None:
    repository.policy(f"[gitlink]\n\tqueue = TEST\n{OWN}")
    change(repository, "y")
    assert repository.git("commit", "-a", "-m", "fix test-1", check=False).stderr == (
        "gitlink: the commit message does not name the branch's issue TEST-1\n"
        '  where: TEST-1-login, "fix test-1"\n'
        "  why:   .gitlink asks every new commit for the branch's key; did you mean `TEST-1`? [commit-without-key]\n"
        '  fix:   git commit --all --file=.git/COMMIT_EDITMSG --trailer "Issue: TEST-1"\n'
        "  once:  git commit --no-verify\n"
    )


def test_where_the_branch_names_no_issue_only_any_asks(repository: Repository) -> None:
    for place in (["switch", "-q", "-c", "login"], ["checkout", "-q", "--detach"]):
        repository.git(*place)
        repository.policy(OWN)
        assert commit(repository, "-m", "No key").returncode == 0
        repository.policy(ANY)
        assert commit(repository, "-m", "No key").returncode == 1


@pytest.mark.parametrize(
    ("config", "typed", "status"),
    [
        pytest.param([], "Add\n", 1, id="comments: the key is in '# On branch'"),
        pytest.param([], "Add\n# TEST-1\n", 1, id="in a comment of one's own"),
        pytest.param([], "Add TEST-1\n", 0, id="in the subject"),
        pytest.param(["core.commentChar=;"], "Add\n; TEST-1\n", 1, id="another comment character"),
        pytest.param(["core.commentChar=;"], "Add\n#TEST-1\n", 0, id="what is no comment then"),
        pytest.param(["core.commentChar=auto"], "Add\n", 1, id="auto"),
        pytest.param(["core.commentString=//"], "Add\n", 1, id="a string, known to this Git or not"),
        pytest.param(["commit.verbose=true"], "Add\n", 1, id="the key is in the diff"),
        pytest.param(["commit.cleanup=scissors"], "Add\n", 1, id="below the scissors"),
        pytest.param(["commit.cleanup=scissors"], "Add\n#TEST-1\n", 0, id="above them # is no comment"),
        pytest.param(["commit.cleanup=strip"], "Add\n#TEST-1\n", 1, id="strip"),
        pytest.param(["commit.cleanup=whitespace", "commit.status=false"], "Add\n#TEST-1\n", 0, id="whitespace"),
        pytest.param(["commit.cleanup=verbatim", "commit.status=false"], "Add\n#TEST-1\n", 0, id="verbatim"),
    ],
)
def test_what_git_keeps_of_an_edited_message_counts(
    repository: Repository, config: list[str], typed: str, status: int
) -> None:
    repository.policy(ANY)
    for setting in config:
        repository.git("config", *setting.split("="))
    change(repository, "TEST-1 in the diff")
    done = repository.git("commit", "-a", check=False, GIT_EDITOR=Editor(repository, writes(typed)).command)
    assert done.returncode == status, done.stderr
    assert status or "TEST-1" in message(repository), "Git kept what was judged"
    if status:
        fix = next(line.removeprefix("  fix:   ") for line in done.stderr.splitlines() if "  fix:" in line)
        repository.run("bash", "-c", fix.replace("TEST-123", "TEST-1"))
        assert message(repository) == "Add\n\nIssue: TEST-1"
        assert repository.git("status", "--porcelain", "file").stdout == ""


@pytest.mark.parametrize(("cleanup", "status"), [("default", 0), ("whitespace", 0), ("verbatim", 0), ("strip", 1)])
def test_without_an_editor_a_line_with_a_hash_is_kept_unless_strip(
    repository: Repository, cleanup: str, status: int
) -> None:
    repository.policy(ANY)
    repository.git("config", "commit.cleanup", cleanup)
    assert commit(repository, "-m", "Add\n\n#TEST-1").returncode == status
    assert status or "#TEST-1" in message(repository)


def test_lines_with_a_hash_survive_the_fix(repository: Repository) -> None:
    repository.policy(ANY)
    done = commit(repository, "-m", "Add\n\n#1 stays")
    fix = next(line.removeprefix("  fix:   ") for line in done.stderr.splitlines() if "  fix:" in line)
    repository.sh(fix)
    # Git's own --trailer takes a last line with a hash for a comment and stands above it.
    assert sorted(message(repository).split("\n\n")) == ["#1 stays", "Add", "Issue: TEST-1"]


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="only proc(5) shows a hook that Git is amending")
@pytest.mark.parametrize("args", [("-m", "Anew"), ("--all", "-m", "Anew")])
def test_the_fix_of_a_refused_amend_amends(repository: Repository, args: tuple[str, ...]) -> None:
    repository.policy(ANY)
    before = quietly(repository, "TEST-1 Add")
    change(repository, "y")
    done = repository.git("commit", "--amend", "--allow-empty", *args, check=False)
    fix = next(line.removeprefix("  fix:   ") for line in done.stderr.splitlines() if "  fix:" in line)
    repository.sh(fix)
    assert message(repository) == "Anew\n\nIssue: TEST-1"
    assert repository.git("rev-parse", "HEAD^").stdout == repository.git("rev-parse", f"{before}^").stdout


@pytest.mark.parametrize("how", ["--only", "--include", "--all", "--amend"])
@pytest.mark.parametrize("folder", [".", "sub"])
def test_the_fix_of_a_refused_commit_takes_the_same_files(repository: Repository, how: str, folder: str) -> None:
    repository.policy(ANY)
    for name in ("staged", "[it's]", "sub/other"):
        (repository.path / "sub").mkdir(exist_ok=True)
        (repository.path / name).write_text("1", encoding="utf-8")
    repository.git("add", ".")
    quietly(repository, "TEST-1 Files")
    for name in ("staged", "[it's]", "sub/other"):
        (repository.path / name).write_text("2", encoding="utf-8")
    repository.git("add", "staged")
    inside = Repository(repository.path / folder, repository.remote)
    paths = [] if how == "--all" else [":/[[]it's]"]
    done = inside.git("commit", how, "-m", "No key", *paths, check=False)
    fix = next(line.removeprefix("  fix:   ") for line in done.stderr.splitlines() if "  fix:" in line)
    inside.sh(fix.replace("TEST-123", "TEST-1"))
    assert message(repository) == "No key\n\nIssue: TEST-1"
    left = {"--only": "M  staged\n M sub/other\n", "--include": " M sub/other\n", "--all": ""}
    assert repository.git("status", "--porcelain").stdout == left.get(how, left["--only"])


def test_the_fix_of_a_refused_commit_of_hunks_asks_for_them_again(repository: Repository) -> None:
    repository.policy(ANY)
    (repository.path / "another").write_text("x", encoding="utf-8")
    repository.git("add", "another")
    quietly(repository, "TEST-1 Another")
    for name in ("another", "file"):
        (repository.path / name).write_text("y", encoding="utf-8")
    done = repository.run("git", "commit", "-p", "-m", "No key", stdin="n\ny\n", check=False)
    fix = next(line.removeprefix("  fix:   ") for line in done.stderr.splitlines() if "  fix:" in line)
    repository.run("sh", "-c", fix, stdin="n\ny\n")
    assert message(repository) == "No key\n\nIssue: TEST-1"
    assert repository.git("status", "--porcelain", "another", "file").stdout == " M another\n"


def test_an_empty_message_is_gits_own_affair(repository: Repository) -> None:
    repository.policy(ANY)
    done = commit(repository, GIT_EDITOR="true")
    assert (done.returncode, "gitlink" in done.stderr, "Aborting commit" in done.stderr) == (1, False, True)


def test_a_merge_under_way_passes(repository: Repository) -> None:
    repository.policy(ANY)
    repository.git("switch", "-q", "-c", "other")
    change(repository, "theirs")
    quietly(repository, "TEST-2 Theirs", "-a")
    repository.git("switch", "-q", "TEST-1-login")
    change(repository, "ours")
    quietly(repository, "TEST-1 Ours", "-a")
    repository.git("merge", "other", check=False)
    change(repository, "both")
    assert repository.git("commit", "-a", "-m", "In my own words").returncode == 0
    repository.git("switch", "-q", "main")
    repository.git("switch", "-q", "-c", "TEST-1-more")
    quietly(repository, "TEST-1 More")
    assert repository.git("merge", "--no-ff", "-m", "Without a conflict too", "other").returncode == 0


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="only proc(5) shows a hook that Git is amending")
@pytest.mark.parametrize("ref", ["refs/tags/MERGE_HEAD", "refs/heads/MERGE_HEAD"])
def test_what_is_called_like_a_merge_under_way_is_none(repository: Repository, ref: str) -> None:
    repository.policy(ANY)
    repository.git("update-ref", ref, "HEAD")
    assert commit(repository, "-m", "No key").returncode == 1


def test_a_merge_that_is_amended_passes_and_a_commit_upon_it_does_not(repository: Repository) -> None:
    repository.policy(ANY)
    repository.git("switch", "-q", "-c", "other", "main")
    quietly(repository, "TEST-2 Theirs")
    repository.git("switch", "-q", "TEST-1-login")
    quietly(repository, "TEST-1 Ours")
    repository.git("merge", "-q", "--no-ff", "-m", "Merge it", "other")
    assert commit(repository, "--amend", "--no-edit").returncode == 0
    reword = {"GIT_SEQUENCE_EDITOR": "sed -i.bak 's/^merge -C/merge -c/'", "GIT_EDITOR": "sed -i.bak s/it/others/"}
    repository.git("rebase", "-i", "--rebase-merges", "--force-rebase", "main", check=True, **reword)
    assert message(repository) == "Merge others"
    assert commit(repository, "-m", "Merge it").returncode == 1


def test_a_squashed_merge_is_a_commit_like_any_other(repository: Repository) -> None:
    repository.policy(ANY)
    repository.git("switch", "-q", "-c", "other")
    change(repository, "y")
    quietly(repository, "No key", "-a")
    repository.git("switch", "-q", "TEST-1-login")
    repository.git("merge", "--squash", "other")
    assert repository.git("commit", "-m", "Squashed", check=False).returncode == 1
    assert repository.git("commit", "-m", "TEST-1 Squashed").returncode == 0


def test_a_reword_is_judged_by_the_branch_that_is_rebased(repository: Repository) -> None:
    repository.policy(OWN)
    change(repository, "y")
    quietly(repository, "TEST-1 Change", "-a")
    reword = {"GIT_SEQUENCE_EDITOR": "sed -i.bak s/^pick/reword/", "GIT_EDITOR": "sed -i.bak s/TEST-1/TEST-2/"}
    done = repository.git("rebase", "-i", "main", check=False, **reword)
    assert "gitlink: the commit message names TEST-2, not the branch's issue TEST-1\n" in done.stderr
    assert "  where: TEST-1-login," in done.stderr
    fix = next(line.removeprefix("  fix:   ") for line in done.stderr.splitlines() if "  fix:" in line)
    repository.sh(fix)
    repository.git("rebase", "--continue")
    assert message(repository) == "TEST-2 Change\n\nIssue: TEST-1"
    assert repository.git("rev-list", "--count", "main..TEST-1-login").stdout == "1\n"


@pytest.mark.parametrize(
    ("trailer", "status"),
    [
        ("Gitlink-Skip: version bump", 0),
        ("gitlink-skip:   version bump", 0),
        ("Gitlink-Skip:", 1),
        ("Gitlink-Skip:   ", 1),
        ("Gitlink-Skipped: no", 1),
    ],
)
def test_a_skip_trailer_with_a_reason_passes_and_is_told(repository: Repository, trailer: str, status: int) -> None:
    repository.policy(ANY)
    done = commit(repository, "-m", "Bump", "-m", trailer)
    assert done.returncode == status
    assert ("gitlink: this message is not checked (Gitlink-Skip: version bump)\n" in done.stderr) is not bool(status)


@pytest.mark.parametrize(("reason", "status"), [("hotfix", 0), ("", 1), (" ", 1)])
@pytest.mark.parametrize("policy", [ANY, "[nonsense]\n\ta = b\n"], ids=["no key", "a wrong policy"])
def test_a_reason_in_the_environment_passes_and_is_told(
    repository: Repository, policy: str, reason: str, status: int
) -> None:
    repository.policy(policy)
    done = commit(repository, "-m", "No key", GITLINK_SKIP=reason)
    assert done.returncode == status
    assert ("gitlink: this message is not checked (GITLINK_SKIP: hotfix)\n" in done.stderr) is not bool(status)


def test_a_message_in_cp1251_is_read(repository: Repository) -> None:
    repository.policy(ANY)
    for config in ("cp1251", "utf-8", "no-such-encoding"):
        repository.git("config", "i18n.commitEncoding", config)
        assert commit(repository, "-F", str(file_of(repository, "TEST-1 Готово".encode("cp1251")))).returncode == 0
        done = commit(repository, "-F", str(file_of(repository, "Готово".encode("cp1251"))))
        assert (done.returncode, "Traceback" in done.stderr) == (1, False)


def test_no_verify_asks_nobody(repository: Repository) -> None:
    repository.policy(ANY)
    assert "gitlink" not in commit(repository, "--no-verify", "-m", "No key").stderr


@pytest.mark.parametrize("args", [[], ["nowhere"], ["."]])
def test_a_file_that_cannot_be_read_is_refused(repository: Repository, args: list[str]) -> None:
    repository.policy(ANY)
    done = repository.run(".git/hooks/commit-msg", *args, check=False)
    assert (done.returncode, "Traceback" in done.stderr, "  fix:   " in done.stderr) == (7 if args else 2, False, True)
