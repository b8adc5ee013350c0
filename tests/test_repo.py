"""Two doors to Git, one answer: every question both of them take, asked of the same repositories; then repo's own."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from gitlink import plumbing
from gitlink.core.rules import Commit
from gitlink.errors import GitError
from gitlink.hook import commits, setting
from gitlink.repo import Repo
from tests.conftest import Repository

Make = Callable[[Repository, Path], Path]


def _normal(made: Repository, tmp_path: Path) -> Path:
    made.policy('[gitlink]\n\tqueue = TEST\n[branch]\n\texempt = \n\trequire\n\tname = "{key} = b" ; note\n')
    made.git("switch", "-q", "-c", "TEST-1-login")
    made.commit("TEST-1 Add login\n\nBody\n\n# kept, with a trailing blank ")
    made.git("config", "branch.TEST-1-login.description", "TEST-1 Title\n\nand = text\n")
    return made.path


def _detached(made: Repository, tmp_path: Path) -> Path:
    _normal(made, tmp_path)
    made.git("switch", "-q", "--detach")
    return made.path


def _rebasing(made: Repository, tmp_path: Path) -> Path:
    _normal(made, tmp_path)
    made.git("-c", "sequence.editor=printf 'break\\n' >", "rebase", "-q", "-i", "HEAD~1")
    return made.path


def _applying(made: Repository, tmp_path: Path) -> Path:
    (made.path / "file").write_text("one", encoding="utf-8")
    made.git("add", "file")
    made.commit("One")
    made.git("switch", "-q", "-c", "TEST-2", "HEAD~1")
    (made.path / "file").write_text("two", encoding="utf-8")
    made.git("add", "file")
    made.commit("Two")
    made.git("rebase", "-q", "--apply", "main", check=False)
    return made.path


def _unborn(made: Repository, tmp_path: Path) -> Path:
    made.git("init", "-q", "-b", "TEST-3-новая", str(tmp_path / "new"))
    return tmp_path / "new"


def _sha256(made: Repository, tmp_path: Path) -> Path:
    made.git("init", "-q", "--object-format=sha256", "-b", "TEST-4", str(tmp_path / "long"))
    long = Repository(tmp_path / "long", made.remote)
    long.commit("First")
    long.commit("Second")
    return long.path


def _reftable(made: Repository, tmp_path: Path) -> Path:
    if made.git("init", "-q", "--ref-format=reftable", "-b", "TEST-5", str(tmp_path / "table"), check=False).returncode:
        pytest.skip("this Git has no reftable (2.45)")
    table = Repository(tmp_path / "table", made.remote)
    table.commit("First")
    return table.path


def _worktree(made: Repository, tmp_path: Path) -> Path:
    _normal(made, tmp_path)
    made.git("worktree", "add", "-q", "-b", "TEST-6", str(tmp_path / "linked"))
    linked = Repository(tmp_path / "linked", made.remote)
    linked.policy("[gitlink]\n\tqueue = LINKED\n")
    linked.commit("In the linked one")
    return linked.path


def _subfolder(made: Repository, tmp_path: Path) -> Path:
    _normal(made, tmp_path)
    below = made.path / "a $HOME" / "~b"
    below.mkdir(parents=True)
    return below


def _bare(made: Repository, tmp_path: Path) -> Path:
    _normal(made, tmp_path)
    made.git("add", ".gitlink")
    made.commit("Policy")
    made.git("push", "-q", "origin", "HEAD:main")
    return made.remote


def _cyrillic(made: Repository, tmp_path: Path) -> Path:
    made.git("switch", "-q", "-c", "TEST-7-вход/форма")
    made.commit("TEST-7 Форма входа")
    made.git("config", "branch.TEST-7-вход/форма.description", "Форма")
    return made.path


def _cp1251(made: Repository, tmp_path: Path) -> Path:
    made.git("config", "i18n.commitEncoding", "cp1251")
    message = tmp_path / "message"
    message.write_bytes("TEST-8 Форма входа\n".encode("cp1251"))
    made.git("commit", "-q", "--allow-empty", "-F", str(message))
    made.git("config", "i18n.commitEncoding", "x-nobody-knows")  # for UTF-8 Git would mend the message
    message.write_bytes("TEST-8 no \xff utf-8 at all\n".encode("latin-1"))
    made.git("commit", "-q", "--allow-empty", "-F", str(message))
    made.git("config", "i18n.logOutputEncoding", "koi8-r")
    return made.path


def _merged(made: Repository, tmp_path: Path) -> Path:
    _normal(made, tmp_path)
    made.git("switch", "-q", "-c", "side", "main")
    made.commit("Side")
    made.git("merge", "-q", "--no-edit", "TEST-1-login")
    return made.path


def _included(made: Repository, tmp_path: Path) -> Path:
    (tmp_path / "more").write_text('[branch "main"]\n\tdescription = from = "afar" ; note\n', encoding="utf-8")
    made.git("config", "include.path", str(tmp_path / "more"))
    made.git("config", "core.commentChar", ";")
    return made.path


@pytest.mark.parametrize(
    "make",
    [
        _normal,
        _detached,
        _rebasing,
        _applying,
        _unborn,
        _sha256,
        _reftable,
        _worktree,
        _subfolder,
        _bare,
        _cyrillic,
        _cp1251,
        _merged,
        _included,
    ],
    ids=lambda make: make.__name__.strip("_"),
)
def test_both_doors_give_the_same_answers(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make: Make
) -> None:
    monkeypatch.chdir(make(repository, tmp_path))
    status, top = plumbing.run("rev-parse", "--show-toplevel")
    with Repo() as repo:
        assert repo.top() == (plumbing.text(top).rstrip("\n") if status == 0 else None)
        assert os.path.samefile(repo.git_dir(), setting.git_dir())
        assert repo.current_branch() == setting.current_branch()
        wanted = (
            r"^(branch\..*\.description|core\.comment(char|string)|commit\.cleanup|i18n\.commitencoding"
            r"|remote\..*\.(url|pushurl))$"
        )
        assert repo.config(wanted) == setting.git_config()
        is_born = plumbing.run("rev-parse", "--verify", "--quiet", "HEAD")[0] == 0
        unpushed = commits.new_commits("HEAD", "--not", "--remotes") if is_born else ()
        assert _told(repo.unpushed()) == _told(unpushed)
        if is_born:
            assert _told(repo.commits("HEAD")) == _told(commits.new_commits("HEAD"))
        if status == 0:
            monkeypatch.chdir(os.fsdecode(top.rstrip(b"\n")))
        policy = setting.worktree_policy() if status == 0 else setting.blob_policy("HEAD")
        assert repo.policy_entries() == policy.entries
        here = setting.current_branch()
        assert repo.draft(here or "") == setting.git_config().get(f"branch.{here}.description", "")


def _told(found: Iterable[Commit]) -> list[tuple[str, int, str]]:
    return [(one.oid, one.parents, one.message) for one in found]


def test_the_repositories_are_what_they_are_called(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The contract would hold among wrong answers, too."""
    monkeypatch.chdir(_rebasing(repository, tmp_path))
    with Repo() as repo:
        assert not plumbing.run("symbolic-ref", "--quiet", "HEAD")[1]
        assert repo.current_branch() == "TEST-1-login"
        assert repo.draft("TEST-1-login") == "TEST-1 Title\n\nand = text\n"
        assert ("gitlink.queue", "TEST") in repo.policy_entries()
    monkeypatch.chdir(repository.path)
    repository.git("rebase", "--abort")
    _cp1251(repository, tmp_path)
    with Repo() as repo:
        messages = [commit.message for commit in repo.commits("HEAD~2..HEAD")]
    assert messages == ["TEST-8 no \udcff utf-8 at all\n", "TEST-8 Форма входа\n"]


def test_a_tag_of_the_same_name_changes_no_branch(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(repository.path)
    repository.git("tag", "main")
    with Repo() as repo:
        assert (repo.current_branch(), repo.branches()) == ("main", ["main"])


def test_nor_does_it_for_the_lean_door(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(repository.path)
    repository.git("tag", "main")
    assert setting.current_branch() == "main"


def test_inside_a_hook_git_dir_decides(repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    linked = _worktree(repository, tmp_path)
    for place, value in ((repository.path, ".git"), (linked, str(repository.path / ".git/worktrees/linked"))):
        monkeypatch.chdir(place)
        monkeypatch.setenv("GIT_DIR", value)
        with Repo() as repo:
            assert repo.current_branch() == setting.current_branch()
            assert repo.top() == str(place)


def test_a_draft_is_kept_as_it_is_and_read_by_the_hooks(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repository.path)
    with Repo() as repo:
        for text in ("- a list\n- of two", "--get", 'Тест "q" \\ ; # =\n\n\ttab', "replaced"):
            repo.set_draft("main", text)
            assert repo.draft("main") == text == setting.git_config()["branch.main.description"]


@pytest.mark.parametrize(
    ("name", "is_one"),
    [
        ("TEST-1-fix", True),
        ("feature/TEST-1_fix", True),
        ("вход", True),
        ("-x", False),
        ("--all", False),
        ("HEAD", False),
        ("a..b", False),
        ("a b", False),
        ("a~1", False),
        ("a.lock", False),
        ("a@{1}", False),
        ("a\x1b[31m", False),
        ("", False),
    ],
)
def test_names_that_git_takes_for_a_branch(
    repository: Repository, monkeypatch: pytest.MonkeyPatch, name: str, is_one: bool
) -> None:
    monkeypatch.chdir(repository.path)
    with Repo() as repo:
        assert repo.is_branch_name(name) is is_one


@pytest.mark.parametrize("revision", ["nope", "--all", "-x", "--output=written", "HEAD:", "", "@{-1}"])
def test_what_is_no_commit_is_refused_and_never_an_option(
    repository: Repository, monkeypatch: pytest.MonkeyPatch, revision: str
) -> None:
    monkeypatch.chdir(repository.path)
    with Repo() as repo:
        with pytest.raises(GitError, match="is no commit here"):
            repo.create_branch("TEST-1", revision)
        if revision.startswith("-"):
            with pytest.raises(GitError):
                repo.commits(revision)
        assert repo.branches() == ["main"]
    assert not (repository.path / "written").exists()


def test_a_branch_knows_its_remotes_and_its_work_tree(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.git("push", "-q", "origin", "main:a/TEST-1", "main:TEST-1-more")
    repository.git("branch", "TEST-9")
    repository.git("worktree", "add", "-q", str(tmp_path / "l i"), "TEST-9")
    monkeypatch.chdir(repository.path)
    with Repo() as repo:
        assert repo.remote_branches("a/TEST-1") == ["origin/a/TEST-1"]
        assert repo.remote_branches("TEST-1") == []
        assert repo.worktree_of("TEST-9") == str(tmp_path / "l i")
        assert repo.worktree_of("nope") is None
        with pytest.raises(GitError) as refused:
            repo.check_out("TEST-9")
        assert refused.value.fix == f"cd '{tmp_path / 'l i'}'"


def test_names_of_people_are_not_looked_up(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    """To read a large `.mailmap` takes Git minutes; this one, of which nothing ever comes, takes for ever."""
    monkeypatch.chdir(repository.path)
    os.mkfifo(".mailmap")
    repository.git("config", "log.mailmap", "true")
    repository.git("config", "log.showSignature", "true")
    with Repo() as repo:
        assert [commit.message for commit in repo.commits("HEAD")] == ["Start\n"]
        assert repo.subjects_of("main") == ["Start"]
    assert [commit.message for commit in commits.new_commits("HEAD")] == ["Start\n"]


def test_no_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(GitError, match="not a Git repository"):
        Repo()
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    with pytest.raises(GitError, match="not a Git repository"):
        Repo()


def test_a_repository_of_someone_else(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(repository.path)
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")  # Git's own switch for this: t/t0033-safe-directory.sh
    with pytest.raises(GitError, match="does not trust") as refused:
        Repo()
    assert refused.value.fix == f"git config --global --add safe.directory '{repository.path}'"


@pytest.mark.parametrize(
    ("environ", "told"),
    [
        ({"PATH": "/nowhere"}, "git is not to be found"),
        ({"PATH": "/nowhere", "GIT_PYTHON_REFRESH": "quiet"}, "git is not to be found"),
        ({"GIT_PYTHON_REFRESH": "nonsense", "PATH": "/nowhere"}, "git is not to be found"),
        ({"GIT_PYTHON_GIT_EXECUTABLE": "/nowhere/git"}, "GitPython cannot run git"),
    ],
)
def test_no_git(repository: Repository, environ: dict[str, str], told: str) -> None:
    script = """
from gitlink.errors import GitError
try:
    import gitlink.repo
    gitlink.repo.Repo()
except GitError as error:
    print(error)
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=repository.path,
        env=os.environ | environ,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == f"{told}\n"
