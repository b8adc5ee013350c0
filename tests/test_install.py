"""Native install and the way back, with real hooks of others."""

import os
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import SCRIPTS, Repository

GITLINK = str(SCRIPTS / "gitlink")


def push_bad(repository: Repository) -> subprocess.CompletedProcess[str]:
    return repository.git("push", "origin", "HEAD:refs/heads/bad", check=False)


def test_install_refuses_a_bad_push_and_uninstall_leaves_nothing(repository: Repository) -> None:
    before = sorted(path.name for path in (repository.path / ".git/hooks").iterdir())
    repository.run(GITLINK, "install")
    assert push_bad(repository).returncode == 1
    assert "already installed" in repository.run(GITLINK, "install").stdout
    repository.run(GITLINK, "uninstall")
    assert sorted(path.name for path in (repository.path / ".git/hooks").iterdir()) == before
    assert push_bad(repository).returncode == 0


@pytest.mark.parametrize("content", [b'#!/bin/sh\ncat >> seen; echo "$@" >> seen; exit 0\n', b"#!/bin/sh\nexit 0\n"])
def test_a_hook_found_before_is_run_with_arguments_and_stdin_and_restored(
    repository: Repository, content: bytes
) -> None:
    hook = repository.path / ".git/hooks/pre-push"
    hook.parent.mkdir(exist_ok=True)
    hook.write_bytes(content)
    hook.chmod(0o755)
    repository.run(GITLINK, "install")
    refused = push_bad(repository)
    assert "[branch-without-key]" in refused.stderr
    repository.git("push", "origin", "HEAD:refs/heads/TEST-1-x")
    if b"seen" in content:
        seen = (repository.path / "seen").read_text(encoding="utf-8")
        assert "refs/heads/bad" in seen
        assert f"origin {repository.remote}" in seen
    repository.run(GITLINK, "uninstall")
    assert hook.read_bytes() == content
    assert hook.stat().st_mode & 0o777 == 0o755


@pytest.mark.parametrize("leads", ["nowhere at install", "nowhere at uninstall", "to a script"])
def test_a_hook_that_is_a_link_is_restored_wherever_it_leads(repository: Repository, leads: str) -> None:
    """A link to a tracked script leads nowhere while a branch without the script is checked out."""
    script, hook = repository.path / "script", repository.path / ".git/hooks/pre-push"
    hook.parent.mkdir(exist_ok=True)
    hook.symlink_to("../../script")
    if leads != "nowhere at install":
        script.write_text("#!/bin/sh\nexit 0\n", encoding="utf-8")
        script.chmod(0o755)
    repository.run(GITLINK, "install")
    assert push_bad(repository).returncode == 1
    assert "already installed" in repository.run(GITLINK, "install").stdout
    if leads == "nowhere at uninstall":
        script.unlink()
    repository.run(GITLINK, "uninstall")
    assert os.readlink(hook) == "../../script"


def test_an_empty_hook_is_restored_too(repository: Repository) -> None:
    hook = repository.path / ".git/hooks/pre-push"
    hook.parent.mkdir(exist_ok=True)
    hook.touch(0o755)
    repository.run(GITLINK, "install")
    assert push_bad(repository).returncode == 1
    repository.run(GITLINK, "uninstall")
    assert hook.read_bytes() == b""


def test_a_kept_hook_that_refuses_still_refuses(repository: Repository) -> None:
    hook = repository.path / ".git/hooks/pre-push"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexit 7\n", encoding="utf-8")
    hook.chmod(0o755)
    repository.run(GITLINK, "install")
    assert repository.git("push", "origin", "HEAD:refs/heads/TEST-1-x", check=False).returncode == 1


@pytest.mark.parametrize(
    "text",
    [
        '#!/bin/sh\n# husky\n\n. "$(dirname "$0")/husky.sh"\n',
        '#!/usr/bin/env bash\nname=${0##*/}; set -- "$name" "$1"; . .git/hooks/told.sh\n',
        '#!/bin/sh\nset -- "$(basename $0)" "$1"\n. .git/hooks/told.sh\nexit 0',
    ],
    ids=["a neighbour asks, as husky 4's", "bash", "sh"],
)
def test_a_kept_hook_that_asks_for_its_name_is_told_the_one_it_had(repository: Repository, text: str) -> None:
    hooks = repository.path / ".git/hooks"
    hooks.mkdir(exist_ok=True)
    (hooks / "husky.sh").write_text('set -- "$(basename "$0")" "$1"; . .git/hooks/told.sh\n', encoding="utf-8")
    (hooks / "told.sh").write_text('echo "$@" "$(wc -l)" > "$HOME/told"\n', encoding="utf-8")
    (hooks / "pre-push").write_text(text, encoding="utf-8")
    (hooks / "pre-push").chmod(0o755)
    repository.run(GITLINK, "install")
    repository.git("push", "origin", "HEAD:refs/heads/TEST-1-x", "HEAD:refs/heads/TEST-1-y")
    assert Path(os.environ["HOME"], "told").read_text().split() == ["pre-push", "origin", "2"]
    assert push_bad(repository).returncode == 1


@pytest.mark.parametrize("framework", ["pre-commit", "prek"])
@pytest.mark.parametrize("first", [True, False], ids=["gitlink first", "framework first"])
def test_beside_a_framework_every_ref_is_seen(repository: Repository, framework: str, first: bool) -> None:
    tool = str(SCRIPTS / framework)
    (repository.path / ".pre-commit-config.yaml").write_text("repos: []\n", encoding="utf-8")
    steps = [(GITLINK, "install"), (tool, "install", "-t", "pre-push")]
    for step in steps if first else reversed(steps):
        repository.run(*step)
    refused = repository.git("push", "origin", "HEAD:refs/heads/TEST-1-x", "HEAD:refs/heads/bad", check=False)
    assert "[branch-without-key]" in refused.stderr + refused.stdout
    assert refused.returncode == 1


def test_a_worktree_shares_the_hooks(repository: Repository) -> None:
    repository.git("worktree", "add", "-q", "../other", "-b", "TEST-1-other")
    other = Repository(repository.path.parent / "other", repository.remote)
    other.run(GITLINK, "install")
    assert push_bad(other).returncode == 1
    assert push_bad(repository).returncode == 1


def has_config_hooks() -> bool:
    words = subprocess.run(("git", "version"), capture_output=True, encoding="utf-8", check=True).stdout.split()
    return tuple(int(part) for part in words[2].split(".")[:2]) >= (2, 54)


configured = pytest.mark.skipif(not has_config_hooks(), reason="Git has hooks in its configuration since 2.54")
unconfigured = pytest.mark.skipif(has_config_hooks(), reason="this Git has hooks in its configuration")


def foreign_folder(repository: Repository, how: str) -> Path:
    """Set core.hooksPath to a folder with a pre-push hook that is not gitlink's to write to."""
    top = repository.path
    folder = {"global": top.parent / "shared", "elsewhere": top.parent / "other/hooks"}.get(how, top / ".githooks")
    folder.mkdir(parents=True)
    (folder / "pre-push").write_text("#!/bin/sh\necho other\n", encoding="utf-8")
    (folder / "pre-push").chmod(0o755)
    if how == "tracked":
        repository.git("add", ".githooks")
    if how == "elsewhere":
        subprocess.run(("git", "init", "-q", str(folder.parent)), check=True)
        subprocess.run(("git", "-C", str(folder), "add", "."), check=True)
    if how == "linked":
        repository.git("add", ".githooks")
        shutil.rmtree(top / ".git/hooks", ignore_errors=True)
        (top / ".git/hooks").symlink_to("../.githooks")
    else:
        scope = ["--global"] if how == "global" else []
        repository.git("config", *scope, "core.hooksPath", ".githooks" if folder.parent == top else str(folder))
    return folder


FOREIGN = pytest.mark.parametrize("how", ["global", "tracked", "elsewhere", "linked"])


@configured
@FOREIGN
def test_a_foreign_hooks_folder_is_left_alone_for_hooks_in_the_configuration(repository: Repository, how: str) -> None:
    folder = foreign_folder(repository, how)
    before = (repository.path / ".git/config").read_bytes()
    repository.run(GITLINK, "install")
    assert "already installed" in repository.run(GITLINK, "install").stdout
    assert [path.name for path in folder.iterdir()] == ["pre-push"]
    refused = push_bad(repository)
    assert (refused.returncode, "other\n" in refused.stdout + refused.stderr) == (1, True)
    repository.run(GITLINK, "uninstall")
    assert (repository.path / ".git/config").read_bytes() == before
    assert push_bad(repository).returncode == 0


@unconfigured
@FOREIGN
def test_a_foreign_hooks_folder_is_not_written_to_and_the_lines_for_it_work(
    repository: Repository, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    monkeypatch.setenv("PATH", f"{SCRIPTS}:{os.environ['PATH']}")
    folder = foreign_folder(repository, how)
    refused = repository.run(GITLINK, "install", check=False)
    assert refused.returncode == 3
    assert [path.name for path in folder.iterdir()] == ["pre-push"]
    repository.sh(refused.stderr.partition("  fix:   ")[2])
    assert repository.run(GITLINK, "install").stdout.count("already installed") == 4
    refused = push_bad(repository)
    assert (refused.returncode, "other\n" in refused.stdout + refused.stderr) == (1, True)
    repository.git("push", "origin", "HEAD:refs/heads/TEST-1-x")
    repository.policy("[commit]\n\tinsert = prefix\n")
    repository.git("switch", "-q", "-c", "TEST-1-x")
    repository.git("commit", "--allow-empty", "-m", "Add")
    assert repository.git("log", "-1", "--format=%s").stdout == "TEST-1 Add\n"


@pytest.mark.parametrize("ignored", [True, False])
def test_an_untracked_folder_of_this_clone_is_written_to(repository: Repository, ignored: bool) -> None:
    """core.hooksPath alone makes no folder shared; that its files would be committed is said."""
    repository.git("config", "core.hooksPath", ".githooks")
    (repository.path / ".githooks").mkdir()
    hook = repository.path / ".githooks/pre-push"
    hook.write_text("#!/bin/sh\necho other\n", encoding="utf-8")
    hook.chmod(0o755)
    if ignored:
        (repository.path / ".git/info/exclude").write_text("/.githooks/\n", encoding="utf-8")
    told = repository.run(GITLINK, "install").stderr
    assert (".githooks is not ignored" in told) is not ignored
    if not ignored:
        repository.sh(told.partition("  fix:   ")[2])
        assert repository.git("status", "--porcelain").stdout == ""
    refused = push_bad(repository)
    assert (refused.returncode, "other\n" in refused.stdout + refused.stderr) == (1, True)
    repository.run(GITLINK, "uninstall")
    assert [path.read_text(encoding="utf-8") for path in hook.parent.iterdir()] == ["#!/bin/sh\necho other\n"]


def test_a_folder_of_this_clone_outside_its_work_tree_is_written_to(repository: Repository) -> None:
    folder = repository.path.parent / "my hooks"
    repository.git("config", "core.hooksPath", str(folder))
    assert repository.run(GITLINK, "install").stderr == ""
    assert push_bad(repository).returncode == 1
    repository.run(GITLINK, "uninstall")
    assert list(folder.iterdir()) == []


@unconfigured
@pytest.mark.parametrize("scope", ["--global", "--local"])
def test_hooks_that_are_switched_off_are_told_and_the_fix_installs_them(repository: Repository, scope: str) -> None:
    repository.git("config", scope, "core.hooksPath", os.devnull)
    refused = repository.run(GITLINK, "install", check=False)
    assert (refused.returncode, "so Git runs no hooks" in refused.stderr) == (3, True)
    fix = refused.stderr.partition("  fix:   ")[2].strip()
    assert f"fix: {fix}\n" in repository.run(GITLINK, "doctor", check=False).stdout
    repository.sh(f"PATH={shlex.quote(str(SCRIPTS))}:$PATH; {fix}")
    assert push_bad(repository).returncode == 1


def test_ours_are_found_where_core_hookspath_was_set_later(repository: Repository) -> None:
    before = sorted(path.name for path in (repository.path / ".git/hooks").iterdir())
    repository.run(GITLINK, "install")
    repository.git("config", "core.hooksPath", str(repository.path.parent / "later"))
    repository.run(GITLINK, "uninstall")
    assert sorted(path.name for path in (repository.path / ".git/hooks").iterdir()) == before


def test_outside_a_repository_it_says_so(repository: Repository) -> None:
    done = Repository(repository.path.parent, repository.remote).run(GITLINK, "install", check=False)
    assert (done.returncode, "not a Git repository" in done.stderr) == (7, True)


def test_a_gitlink_that_is_gone_blocks_a_push_and_nothing_else(repository: Repository) -> None:
    repository.run(GITLINK, "install")
    for name in ("pre-push", "post-checkout"):
        hook = repository.path / ".git/hooks" / name
        hook.write_text(hook.read_text(encoding="utf-8").replace(str(SCRIPTS), "/gone"), encoding="utf-8")
    path = "/usr/bin:/bin"
    refused = repository.git("push", "origin", "HEAD:refs/heads/TEST-1-x", check=False, PATH=path)
    assert "gitlink-pre-push is gone" in refused.stderr
    assert refused.returncode == 1
    assert repository.git("switch", "-c", "x", PATH=path).returncode == 0
