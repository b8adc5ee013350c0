"""Beside husky and lefthook, both real: in either order, with the line or job that gitlink prints, and the way back."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import SCRIPTS, Repository
from tests.test_install import GITLINK, has_config_hooks, push_bad
from tests.test_readme import README

pytestmark = pytest.mark.registry
OTHER_JOB = "pre-commit:\n  jobs:\n    - name: other\n      run: echo other\n"
PUSH_JOB = "pre-push:\n  jobs:\n    - name: other\n      run: echo other\n"
configured = pytest.mark.skipif(not has_config_hooks(), reason="Git has hooks in its configuration since 2.54")
unconfigured = pytest.mark.skipif(has_config_hooks(), reason="this Git has hooks in its configuration")


@pytest.fixture(scope="session")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with `husky` and `lefthook`, fetched once; their install scripts do not run."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("no npm here to fetch husky and lefthook with")
    folder = tmp_path_factory.mktemp("npm")
    command = (npm, "install", "--prefix", ".", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=0")
    try:
        done = subprocess.run(
            (*command, "husky@9", "lefthook@2"), cwd=folder, capture_output=True, text=True, timeout=120, check=False
        )
    except subprocess.TimeoutExpired:
        pytest.skip("npm had no answer from its registry in two minutes")
    if done.returncode:
        pytest.skip(f"npm could not fetch husky and lefthook: {done.stderr.partition('npm error ')[2][:60]!r}")
    return folder / "node_modules/.bin"


@pytest.fixture
def managed(repository: Repository, programs: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """A repository in which both managers and gitlink's executables are on PATH."""
    for name in ("HUSKY", "LEFTHOOK", "LEFTHOOK_BIN", "LEFTHOOK_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", f"{SCRIPTS}:{programs}:{os.environ['PATH']}")
    return repository


def files(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Return every file below *folder* with its bytes and mode."""
    found = [path for path in folder.rglob("*") if path.is_file()]
    return {str(path.relative_to(folder)): (path.read_bytes(), path.stat().st_mode) for path in found}


def judges_pushes(repository: Repository) -> None:
    """A bad ref behind a good one is refused (no new commit in either), a good one passes."""
    refused = repository.git("push", "origin", "HEAD:refs/heads/TEST-1-a", "HEAD:refs/heads/worse", check=False)
    assert refused.returncode == 1
    assert "branch worse names no issue" in refused.stdout + refused.stderr
    repository.git("push", "origin", "HEAD:refs/heads/TEST-1-x")
    repository.git("push", "origin", ":refs/heads/TEST-1-x")


def fix(stderr: str) -> str:
    return next(line for line in stderr.splitlines() if line.startswith("  fix:")).removeprefix("  fix:   ")


def doctor(repository: Repository, name: str = "pre-push") -> str:
    """Return what `gitlink doctor` says of one hook."""
    lines = repository.run(GITLINK, "doctor", check=False).stdout.splitlines()
    at = next(at for at, line in enumerate(lines) if line[9:].startswith(f"{name}: "))
    return "\n".join(line for line in lines[at : at + 2] if line is lines[at] or line.startswith(" " * 9))


def lefthook(repository: Repository, config: str) -> None:
    (repository.path / "lefthook.yml").write_text(config, encoding="utf-8")
    repository.run("lefthook", "install", "-f")


# husky


@unconfigured
@pytest.mark.parametrize("first", ["husky", "gitlink"])
def test_husky_runs_the_lines_that_install_prints(managed: Repository, first: str) -> None:
    untouched = files(managed.path / ".git/hooks")
    if first == "gitlink":
        managed.run(GITLINK, "install")
    managed.run("husky")
    (managed.path / ".husky/pre-push").write_text("echo other", encoding="utf-8")
    before = files(managed.path / ".husky")
    refused = managed.run(GITLINK, "install", check=False)
    assert (refused.returncode, refused.stdout) == (3, "")
    assert files(managed.path / ".husky") == before
    managed.sh(fix(refused.stderr))
    assert managed.run(GITLINK, "install").stdout.count("already installed") == 4
    judges_pushes(managed)
    assert "other\n" in push_bad(managed).stdout
    assert doctor(managed).startswith("ok       pre-push: is named")
    told = managed.run(GITLINK, "uninstall").stderr
    assert f"{managed.path}/.husky/pre-push still runs gitlink-pre-push: take that out" in told
    assert files(managed.path / ".git/hooks") == untouched


@unconfigured
def test_only_the_lines_that_are_missing_are_asked_for(managed: Repository) -> None:
    managed.run("husky")
    (managed.path / ".husky/pre-push").write_text('gitlink-pre-push "$@"\n# gitlink-commit-msg\n', encoding="utf-8")
    assert managed.run(GITLINK, "install", "--hook", "pre-push").stdout.startswith("pre-push: already installed")
    refused = managed.run(GITLINK, "install", check=False)
    assert "pre-push" not in fix(refused.stderr)
    assert "gitlink-commit-msg" in fix(refused.stderr)


@configured
@pytest.mark.parametrize("first", ["husky", "gitlink"])
def test_beside_husky_git_itself_runs_the_hooks(managed: Repository, first: str) -> None:
    untouched = files(managed.path / ".git/hooks")
    if first == "gitlink":
        managed.run(GITLINK, "install")
    managed.run("husky")
    before, config = files(managed.path / ".husky"), (managed.path / ".git/config").read_bytes()
    managed.run(GITLINK, "install")
    assert files(managed.path / ".husky") == before
    judges_pushes(managed)
    assert doctor(managed).startswith("ok       pre-push: fires")
    managed.run(GITLINK, "uninstall")
    assert (managed.path / ".git/config").read_bytes() == config
    assert files(managed.path / ".git/hooks") == untouched


@pytest.mark.parametrize("by_install", [True, False], ids=["the line of install", "the line of doctor"])
def test_git_lfs_leaves_no_refs_so_gitlink_goes_first(managed: Repository, by_install: bool) -> None:
    """`git lfs pre-push` reads standard input to its end (git-lfs-pre-push(1)); one that writes down what it saw."""
    managed.run("husky")
    lfs = managed.path.parent / "home/git-lfs"
    lfs.write_text("#!/bin/sh\ncat > ../seen\n", encoding="utf-8")
    lfs.chmod(0o755)
    hook = managed.path / ".husky/pre-push"
    hook.write_text('../home/git-lfs pre-push "$@"\n', encoding="utf-8")
    if by_install and has_config_hooks():
        pytest.skip("this Git has hooks in its configuration")
    if by_install:
        managed.sh(fix(managed.run(GITLINK, "install", "--hook", "pre-push", check=False).stderr))
    else:
        before = hook.read_text(encoding="utf-8")
        hook.write_text(before + 'gitlink-pre-push "$@"\n', encoding="utf-8")
        assert push_bad(managed).returncode == 0
        said = doctor(managed)
        assert said.startswith("wrong    pre-push: ")
        hook.write_text(said.partition(f"first in {hook}:  ")[2] + "\n" + before, encoding="utf-8")
    judges_pushes(managed)
    managed.git("push", "origin", "HEAD:refs/heads/TEST-1-y")
    assert "refs/heads/TEST-1-y" in (managed.path.parent / "seen").read_text(encoding="utf-8")
    assert doctor(managed).startswith("ok       pre-push: is named")


def test_doctor_sees_that_husky_has_git_look_elsewhere(managed: Repository) -> None:
    managed.run(GITLINK, "install")
    managed.run("husky")
    assert push_bad(managed).returncode == 0
    said = doctor(managed)
    assert said.startswith("wrong    pre-push: does not run")
    assert "core.hooksPath" in said


def test_doctor_sees_a_line_whose_program_is_not_to_be_found(
    managed: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    managed.run("husky")
    (managed.path / ".husky/pre-push").write_text('gitlink-pre-push "$@"\n', encoding="utf-8")
    path = [folder for folder in os.environ["PATH"].split(os.pathsep) if folder != str(SCRIPTS)]
    monkeypatch.setenv("PATH", os.pathsep.join(path))
    assert "gitlink-pre-push, which is not on PATH" in doctor(managed)
    assert push_bad(managed).returncode == 1


def test_doctor_sees_that_a_new_worktree_is_without_husky(managed: Repository) -> None:
    managed.run("husky")
    (managed.path / ".husky/pre-push").write_text('gitlink-pre-push "$@"\n', encoding="utf-8")
    managed.git("add", "-A")
    managed.commit("Add husky")
    managed.git("worktree", "add", "-q", "../other")
    other = Repository(managed.path.parent / "other", managed.remote)
    assert push_bad(other).returncode == 0
    other.run(GITLINK, "install", "--hook", "pre-push")
    if not has_config_hooks():
        assert not (other.path / ".husky/_").exists()
        said = doctor(other)
        assert said.startswith("wrong    pre-push: is installed and does not fire")
        assert "fix: npx husky" in said


def test_the_line_in_the_readme_is_what_husky_wants(managed: Repository) -> None:
    line = 'gitlink-pre-push "$@"'
    assert f"`{line}` in `.husky/pre-push`" in " ".join(README.split())
    managed.run("husky")
    (managed.path / ".husky/pre-push").write_text(line + "\n", encoding="utf-8")
    judges_pushes(managed)


# lefthook


def test_lefthook_first_is_kept_run_and_restored(managed: Repository) -> None:
    lefthook(managed, PUSH_JOB)
    before, config = files(managed.path / ".git/hooks"), (managed.path / ".git/config").read_bytes()
    managed.run(GITLINK, "install")
    judges_pushes(managed)
    managed.run(GITLINK, "uninstall")
    assert files(managed.path / ".git/hooks") == before
    assert (managed.path / ".git/config").read_bytes() == config


@pytest.mark.parametrize("existing", [None, b"#!/bin/sh\nexit 0\n"], ids=["nothing before", "a hook before"])
@pytest.mark.parametrize("first", ["lefthook", "gitlink"])
def test_uninstall_leaves_what_lefthook_alone_would_have_left(
    managed: Repository, first: str, existing: bytes | None
) -> None:
    hooks = managed.path / ".git/hooks"
    if existing:
        (hooks / "pre-push").write_bytes(existing)
        (hooks / "pre-push").chmod(0o755)
    twin = managed.path.parent / "twin"
    shutil.copytree(managed.path, twin)
    for repository in (Repository(twin, managed.remote), managed):
        if first == "lefthook":
            lefthook(repository, PUSH_JOB)
        if repository is managed:
            repository.run(GITLINK, "install")
        lefthook(repository, PUSH_JOB)
    managed.run(GITLINK, "uninstall")
    assert files(hooks) == files(twin / ".git/hooks")


@unconfigured
def test_a_hook_that_lefthook_put_away_is_told_and_mended(managed: Repository) -> None:
    managed.run(GITLINK, "install")
    lefthook(managed, PUSH_JOB)
    assert push_bad(managed).returncode == 0
    done = managed.run(GITLINK, "doctor", check=False)
    assert done.returncode == 3
    said = doctor(managed)
    assert said.startswith("wrong    pre-push: does not run: lefthook has put gitlink's hook away as ")
    lefthook(managed, PUSH_JOB + "    " + said.partition("lefthook install:  ")[2] + "\n")
    judges_pushes(managed)
    assert doctor(managed).startswith("ok       pre-push: is named, run by lefthook")


@unconfigured
def test_installing_again_takes_the_hook_back_from_lefthook(managed: Repository) -> None:
    for _ in range(2):
        managed.run(GITLINK, "install")
        judges_pushes(managed)
        lefthook(managed, PUSH_JOB)
    managed.run(GITLINK, "install")
    judges_pushes(managed)
    said = doctor(managed)
    assert said.startswith("warning  pre-push: fires, until the next `lefthook install` renames it")
    assert "use_stdin: true" in said


@unconfigured
def test_the_jobs_that_install_prints_last(managed: Repository) -> None:
    managed.policy("[gitlink]\n\tqueue = TEST\n[commit]\n\trequire = branch\n\tinsert = prefix\n")
    lefthook(managed, OTHER_JOB)
    told = managed.run(GITLINK, "install").stderr
    assert "lefthook.yml" in told
    lefthook(managed, OTHER_JOB + told[told.index("pre-push:\n") :])
    managed.run("lefthook", "install", "-f")
    judges_pushes(managed)
    for name in ("pre-push", "post-checkout", "commit-msg", "prepare-commit-msg"):
        assert doctor(managed, name).startswith(f"ok       {name}: is named, run by lefthook")
    assert managed.run(GITLINK, "install").stderr == ""
    managed.git("switch", "-q", "-c", "TEST-1-login")
    managed.git("commit", "--allow-empty", "-m", "Add login")
    assert managed.git("log", "-1", "--format=%s").stdout == "TEST-1 Add login\n"
    refused = managed.git("commit", "--allow-empty", "-m", "TEST-2 Add login", check=False)
    assert "[commit-other-issue]" in refused.stdout + refused.stderr


@configured
def test_a_shim_from_before_does_not_run_besides_the_configuration(managed: Repository) -> None:
    untouched = files(managed.path / ".git/hooks")
    managed.run(GITLINK, "install")
    (managed.path / "lefthook.yml").write_text(PUSH_JOB, encoding="utf-8")
    managed.run(GITLINK, "install")
    assert files(managed.path / ".git/hooks") == untouched
    assert push_bad(managed).stderr.count("names no issue") == 1


@configured
def test_beside_lefthook_git_itself_runs_the_hooks(managed: Repository) -> None:
    lefthook(managed, PUSH_JOB)
    assert managed.run(GITLINK, "install").stderr == ""
    lefthook(managed, PUSH_JOB)
    judges_pushes(managed)
    assert doctor(managed).startswith("ok       pre-push: fires")


def test_doctor_sees_a_job_that_gets_no_standard_input(managed: Repository) -> None:
    lefthook(managed, "pre-push:\n  commands:\n    gitlink: {run: \"gitlink-pre-push '{1}' '{2}'\"}\n")
    said = doctor(managed)
    assert said.startswith("wrong    pre-push: ")


def test_the_job_in_the_readme_is_what_lefthook_wants(managed: Repository) -> None:
    lefthook(managed, README.split("```yaml\n")[1].split("```")[0])
    judges_pushes(managed)
    assert doctor(managed).startswith("ok")
