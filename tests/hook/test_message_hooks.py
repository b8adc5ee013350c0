"""commit-msg and prepare-commit-msg with real commits."""

import pytest

from tests.conftest import Repository


@pytest.fixture(autouse=True)
def _hooked(repository: Repository) -> None:
    repository.hook("commit-msg")
    repository.hook("prepare-commit-msg")
    repository.git("switch", "-q", "-c", "TEST-1-login")


def commit(repository: Repository, *args: str, editor: str = ":") -> str:
    """Commit through the hooks and return the message Git kept."""
    repository.git("commit", "-q", "--allow-empty", *args, GIT_EDITOR=editor)
    return repository.git("log", "-1", "--format=%B").stdout.rstrip("\n")


@pytest.mark.parametrize("subject", ["TEST-1 Add", "fix(ui): TEST-9 x", "fixup! Add", "squash! Add", 'Revert "Add"'])
def test_nothing_is_inserted_where_it_must_not_be(repository: Repository, subject: str) -> None:
    repository.policy("[commit]\n\tinsert = prefix\n")
    assert commit(repository, "-m", subject) == subject


def test_the_key_goes_before_the_subject_or_behind_its_type(repository: Repository) -> None:
    repository.policy("[commit]\n\tinsert = prefix\n")
    assert commit(repository, "-m", "Add form", "-m", "Body: kept\n#1 too") == "TEST-1 Add form\n\nBody: kept\n#1 too"
    assert commit(repository, "-m", "feat(ui)!: add form") == "feat(ui)!: TEST-1 add form"


def test_the_key_goes_into_a_trailer(repository: Repository) -> None:
    repository.policy("[commit]\n\tinsert = trailer\n")
    assert commit(repository, "-m", "Add form") == "Add form\n\nIssue: TEST-1"
    assert commit(repository, "-s", "-m", "Add form").endswith("Signed-off-by: Anna <anna@example.com>\nIssue: TEST-1")


@pytest.mark.parametrize(
    "message", ["Add form for TEST-1", "Исправлено (TEST-1)", "fixup! Add", "Merge\n\nIssue: TEST-1"]
)
def test_a_message_that_does_passes(repository: Repository, message: str) -> None:
    repository.policy("[commit]\n\trequire = branch\n")
    assert commit(repository, "-m", message) == message


def test_a_message_without_a_key_is_refused_and_the_pasted_fix_commits_it(repository: Repository) -> None:
    repository.policy("[commit]\n\trequire = branch\n")
    refused = repository.git("commit", "--allow-empty", "-m", "Add form", check=False)
    assert refused.returncode == 1
    assert refused.stderr.startswith("gitlink: the commit message does not name the branch's issue TEST-1\n")
    fix = next(line.removeprefix("  fix:   ") for line in refused.stderr.splitlines() if line.startswith("  fix:   "))
    (repository.path / "file").write_text("x", encoding="utf-8")
    repository.git("add", "file")
    repository.sh(fix)
    assert repository.git("log", "-1", "--format=%B").stdout == "Add form\n\nIssue: TEST-1\n\n"


def test_a_wrong_policy_refuses_the_commit_but_only_tells_while_preparing(repository: Repository) -> None:
    repository.policy("[nonsense]\n\ta = b\n")
    file = repository.path / "message"
    file.write_text("Add form\n", encoding="utf-8")
    prepared = repository.run(".git/hooks/prepare-commit-msg", "message", "message")
    assert "gitlink knows no such section" in prepared.stderr
    assert repository.run(".git/hooks/commit-msg", "message", check=False).returncode == 3


def test_the_fix_of_a_refused_commit_works_in_a_worktree_and_with_all(repository: Repository) -> None:
    repository.policy("[commit]\n\trequire = branch\n")
    (repository.path / "file").write_text("x", encoding="utf-8")
    repository.git("add", "-A")
    repository.commit("TEST-1 File")
    repository.git("worktree", "add", "-q", "../other", "-b", "TEST-2-other")
    other = Repository(repository.path.parent / "other", repository.remote)
    (other.path / "file").write_text("y", encoding="utf-8")
    refused = other.git("commit", "--all", "-m", "Change file", check=False)
    fix = next(line.removeprefix("  fix:   ") for line in refused.stderr.splitlines() if line.startswith("  fix:   "))
    other.sh(fix)
    assert other.git("log", "-1", "--format=%B").stdout == "Change file\n\nIssue: TEST-2\n\n"
    assert other.git("status", "--porcelain").stdout == ""
