"""The policy file itself: where it is read from, and how a wrong one is refused, on real pushes."""

import shutil
import subprocess

import pytest

from tests.conftest import SCRIPTS, Repository

GITLINK = str(SCRIPTS / "gitlink")


@pytest.fixture(autouse=True)
def _hooked(repository: Repository) -> None:
    repository.hook("pre-push")


def push(repository: Repository, branch: str) -> subprocess.CompletedProcess[str]:
    return repository.git("push", "origin", f"HEAD:refs/heads/{branch}", check=False)


@pytest.mark.parametrize(
    ("policy", "told", "fix"),
    [
        pytest.param(
            "[comit]\n\trequire = any\n",
            "comit.require: gitlink knows no such section",
            "git config -f .gitlink --unset-all comit.require",
            id="an unknown section",
        ),
        pytest.param(
            "[commit]\n\trequired = any\n",
            "commit.required: gitlink knows no such key",
            "git config -f .gitlink --unset-all commit.required",
            id="an unknown key",
        ),
        pytest.param(
            '[commit "acme/*"]\n\trequire = any\n',
            "commit.acme/*.require: gitlink knows no such key",
            "git config -f .gitlink --unset-all 'commit.acme/*.require'",
            id="a section that no glob narrows",
        ),
        pytest.param(
            "[branch]\n\trequire = maybe\n",
            "branch.require: `maybe` is neither true nor false",
            "git config -f .gitlink branch.require true",
            id="no boolean",
        ),
        pytest.param(
            "[commit]\n\tinsert = prefx\n",
            "commit.insert: `prefx` is not one of its words",
            "git config -f .gitlink commit.insert prefix",
            id="no word of the key",
        ),
        pytest.param(
            "[review]\n\tapprovals = some\n",
            "review.approvals: `some` is no number above 0",
            "git config -f .gitlink review.approvals 1",
            id="no number",
        ),
        pytest.param(
            "[gitlink]\n\tqueue = test\n",
            "gitlink.queue: `test` is no queue key",
            "git config -f .gitlink --fixed-value --replace-all gitlink.queue TEST test",
            id="no queue",
        ),
        pytest.param(
            "[branch]\n\tname = {slug}\n",
            "branch.name: `{slug}` holds no {key}",
            "git config -f .gitlink branch.name '{key}-{slug}'",
            id="a branch name without a key",
        ),
        pytest.param(
            "[branch]\n\tpattern = (\n",
            "branch.pattern: not a regular expression",
            "git config -f .gitlink branch.pattern '^(feature|fix)/'",
            id="no regular expression",
        ),
    ],
)
def test_a_wrong_file_is_refused_and_the_pasted_fix_mends_it(
    repository: Repository, policy: str, told: str, fix: str
) -> None:
    repository.policy(policy)
    refused = push(repository, "feature/TEST-1-x")
    assert refused.returncode == 1
    assert refused.stderr.startswith(f"gitlink: .gitlink: {told}\n  where: .gitlink, key `")
    assert f"  fix:   {fix}\n  once:  git push --no-verify\n" in refused.stderr
    assert repository.run(GITLINK, "check", "branch", "TEST-1", check=False).returncode == 3
    repository.sh(fix)
    assert push(repository, "feature/TEST-1-x").returncode == 0


@pytest.mark.parametrize(
    "gate", [("git", "push", "origin", "main:TEST-1-x"), (GITLINK, "check")], ids=["push", "check"]
)
def test_the_fix_works_in_the_folder_it_is_read_in(repository: Repository, gate: tuple[str, ...]) -> None:
    repository.policy("[branch]\n\trequired = true\n")
    folder = repository.path / "a/b c"
    folder.mkdir(parents=True)
    inside = Repository(folder, repository.remote)
    refused = inside.run(*gate, check=False)
    fix = next(line.removeprefix("  fix:   ") for line in refused.stderr.splitlines() if line.startswith("  fix:"))
    assert fix == "(cd ../.. && git config -f .gitlink --unset-all branch.required)"
    inside.sh(fix)
    inside.run(*gate)
    assert list(folder.iterdir()) == []


def test_the_nearest_known_key_is_named(repository: Repository) -> None:
    repository.policy("[comit]\n\trequires = any\n")
    assert "the nearest known key is `commit.require`" in push(repository, "TEST-1-x").stderr


def test_every_key_of_the_reference_is_known(repository: Repository) -> None:
    repository.policy(
        "[gitlink]\n\tqueue = TEST\n"
        "[branch]\n\trequire = true\n\texempt = main\n\tpattern = .\n\tname = f/{key}-{slug}\n"
        "[commit]\n\trequire = branch\n\tinsert = trailer\n\tsince = HEAD\n"
        "[pullrequest]\n\trequire = both\n\tlookup = never\n\tfield = pr\n"
        "[issue]\n\tverify = off\n[checkout]\n\tremind = false\n\tstatus = inProgress\n"
        "[status]\n\tstarted = a\n\topened = b\n\taccepted = c\n\trejected = d\n\tmerged = e\n\tdeclined = f\n"
        "\tdeployed = g\n[review]\n\tapprovals = 2\n\tignore = *bot*\n\tissues = all\n[bench]\n\tfield = stand\n"
        '[notify "team"]\n\tkind = telegram\n\tchat = 1\n\ttopic = 2\n'
    )
    assert push(repository, "TEST-1-x").returncode == 0


def test_a_file_that_git_cannot_parse_is_refused(repository: Repository) -> None:
    repository.policy("[branch\n")
    refused = push(repository, "TEST-1-x")
    assert "gitlink: .gitlink cannot be read\n  where: .gitlink\n" in refused.stderr
    assert "  fix:   git config -f .gitlink --list\n" in refused.stderr


def test_an_include_is_not_followed(repository: Repository) -> None:
    (repository.path / "more").write_text("[branch]\n\trequire = false\n", encoding="utf-8")
    repository.policy("[include]\n\tpath = more\n")
    assert "include.path: gitlink knows no such section" in push(repository, "login").stderr


def test_a_link_within_the_work_tree_is_followed(repository: Repository) -> None:
    (repository.path / "policy").write_text("[branch]\n\trequire = false\n", encoding="utf-8")
    (repository.path / ".gitlink").symlink_to("policy")
    assert push(repository, "login").returncode == 0


@pytest.mark.parametrize("target", ["../secret", ".git/config", "/dev/zero", ".", "nowhere"])
def test_a_link_to_anything_else_is_not(repository: Repository, target: str) -> None:
    (repository.path.parent / "secret").write_text("[branch]\n\trequire = false\n", encoding="utf-8")
    (repository.path / ".gitlink").symlink_to(target)
    assert "is a link that is not followed" in push(repository, "TEST-1-x").stderr


def test_a_folder_is_no_policy(repository: Repository) -> None:
    (repository.path / ".gitlink").mkdir()
    assert ".gitlink is no file that gitlink reads" in push(repository, "TEST-1-x").stderr


def test_the_work_tree_one_stands_in_counts(repository: Repository) -> None:
    repository.policy("[gitlink]\n\tqueue = TEST\n")
    below = repository.path / "src" / "deep"
    below.mkdir(parents=True)
    inside = Repository(below, repository.remote)
    assert push(inside, "TEST-1-x").returncode == 0
    assert "[unknown-queue]" in push(inside, "WEB-1-x").stderr
    assert inside.run(GITLINK, "check", "branch", "WEB-1-x", check=False).returncode == 1
    repository.git("worktree", "add", "-q", "../other", "-b", "other")
    other = Repository(repository.path.parent / "other", repository.remote)
    other.policy("[gitlink]\n\tqueue = WEB\n")
    assert push(other, "WEB-1-x").returncode == 0
    assert "[unknown-queue]" in push(other, "TEST-2-x").stderr
    assert other.run(GITLINK, "check", "branch", "TEST-2-x", check=False).returncode == 1


def test_the_file_of_the_work_tree_counts_whether_committed_or_not(repository: Repository) -> None:
    repository.policy("[gitlink]\n\tqueue = TEST\n")
    repository.git("add", ".gitlink")
    repository.commit("Policy")
    repository.policy("[gitlink]\n\tqueue = WEB\n")
    assert push(repository, "WEB-1-x").returncode == 0


def test_the_default_branch_of_a_bare_repository_has_the_policy(repository: Repository) -> None:
    repository.policy("[gitlink]\n\tqueue = WEB\n")
    repository.git("add", ".gitlink")
    repository.commit("Policy")
    repository.git("push", "-q", "origin", "main")
    hook = repository.remote / "hooks" / "pre-push"
    hook.parent.mkdir(exist_ok=True)
    hook.write_bytes((repository.path / ".git" / "hooks" / "pre-push").read_bytes())
    hook.chmod(0o755)
    subprocess.run(("git", "init", "-q", "--bare", str(repository.path.parent / "third.git")), check=True)
    bare = Repository(repository.remote, repository.remote)
    bare.git("push", "../third.git", "main:refs/heads/WEB-1-x")
    refused = bare.git("push", "../third.git", "main:refs/heads/TEST-1-x", check=False)
    assert "names TEST-1, of a queue that does not count" in refused.stderr


@pytest.mark.parametrize("place", ["its parent", "its git directory", "elsewhere"])
def test_where_no_work_tree_is_the_default_branch_has_the_policy(repository: Repository, place: str) -> None:
    """A bare clone with worktrees beside it is used from the folder of them all, whose `.git` is a file."""
    repository.policy("[gitlink]\n\tqueue = WEB\n")
    repository.git("add", ".gitlink")
    repository.commit("Policy")
    repository.git("push", "-q", "origin", "main")
    where, before = repository.path / ".git", ["git"]
    if place == "its parent":
        where = repository.path.parent / "all"
        subprocess.run(("git", "clone", "-q", "--bare", str(repository.remote), str(where / ".bare")), check=True)
        (where / ".git").write_text("gitdir: ./.bare\n", encoding="utf-8")
        (where / ".bare/hooks").mkdir(exist_ok=True)
        shutil.copy(repository.path / ".git/hooks/pre-push", where / ".bare/hooks")
    elif place == "elsewhere":
        where = repository.path.parent
        before += [f"--git-dir={repository.path / '.git'}", f"--work-tree={repository.path}"]
    there = Repository(where, repository.remote)
    there.run(*before, "push", str(repository.remote), "main:refs/heads/WEB-1-x")
    refused = there.run(*before, "push", str(repository.remote), "main:refs/heads/TEST-1-x", check=False)
    assert "names TEST-1, of a queue that does not count" in refused.stderr


def test_a_worktree_without_the_file_has_the_defaults(repository: Repository) -> None:
    repository.git("worktree", "add", "-q", "../other", "main~0")
    repository.policy("[gitlink]\n\tqueue = WEB\n")
    repository.git("add", ".gitlink")
    repository.commit("Policy")
    other = Repository(repository.path.parent / "other", repository.remote)
    other.git("push", "-q", "origin", "HEAD:refs/heads/TEST-1-x")
