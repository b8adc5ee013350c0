"""gitlink in an environment inside the work tree: a branch can replace it, so it is neither installed nor run."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gitlink import shim
from tests.conftest import SCRIPTS, Repository

GITLINK = str(SCRIPTS / "gitlink")
HOOKS = ("pre-push", "post-checkout", "commit-msg", "prepare-commit-msg")


def environment(folder: Path) -> None:
    """Make an environment that looks installed: its `gitlink` is ours by another name of the interpreter."""
    subprocess.run((sys.executable, "-m", "venv", "--without-pip", "--system-site-packages", str(folder)), check=True)
    site = next((folder / "lib").glob("python*")) / "site-packages"
    (site / "ours.pth").write_text("\n".join(path for path in sys.path if path), encoding="utf-8")
    for file in SCRIPTS.glob("gitlink*"):
        text = file.read_text(encoding="utf-8").split("\n", 1)[1]
        (folder / "bin" / file.name).write_text(f"#!{folder}/bin/python\n{text}", encoding="utf-8")
        (folder / "bin" / file.name).chmod(0o755)


@pytest.fixture
def spaceless(tmp_path: Path) -> Repository:
    """A repository whose path a `#!` line can hold."""
    made = Repository(tmp_path / "tree", tmp_path / "remote.git")
    subprocess.run(("git", "init", "-q", "-b", "main", str(made.path)), check=True)
    subprocess.run(("git", "init", "-q", "--bare", str(made.remote)), check=True)
    made.git("remote", "add", "origin", str(made.remote))
    (made.path / ".git" / "info" / "exclude").write_text(".venv\n", encoding="utf-8")
    made.commit("Start")
    return made


@pytest.mark.parametrize("way", ["itself", "a link to it", "another worktree"])
def test_install_refuses_an_environment_of_the_work_tree(spaceless: Repository, tmp_path: Path, way: str) -> None:
    environment(spaceless.path / ".venv")
    (tmp_path / "link").symlink_to(spaceless.path / ".venv")
    tool, where = spaceless.path / ".venv" / "bin" / "gitlink", spaceless.path
    if way == "a link to it":
        tool = tmp_path / "link" / "bin" / "gitlink"
    if way == "another worktree":
        where = tmp_path / "other"
        spaceless.git("worktree", "add", "-q", str(where), "-b", "x")
    done = subprocess.run((str(tool), "install"), cwd=where, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 3, done.stderr
    assert "gitlink: gitlink lies in a work tree of this repository" in done.stderr
    assert f"  fix:   {shim.OUTSIDE}\n" in done.stderr
    assert not (spaceless.path / ".git" / "hooks" / "pre-push").exists()
    assert "hook." not in spaceless.git("config", "--local", "--list").stdout


def attacked(repository: Repository, executable: str, tracked: str) -> Path:
    """Leave shims in *repository* that run *executable*, and a branch that tracks another program at *tracked*."""
    hooks = repository.path / ".git" / "hooks"
    hooks.mkdir(exist_ok=True)
    for name in HOOKS:
        text = shim.shim(name).replace(shim.command(name), f"'{executable.format(name)}'")
        (hooks / name).write_text(text, encoding="utf-8")
        (hooks / name).chmod(0o755)
    proof = repository.path.parent / "proof"
    repository.git("switch", "-q", "-c", "attack")
    for name in HOOKS:
        file = repository.path / tracked / f"gitlink-{name}"
        kept = file.read_bytes() if file.exists() else None
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"#!/bin/sh\necho {name} >> '{proof}'\n", encoding="utf-8")
        file.chmod(0o755)
        repository.git("add", "-f", str(file))
        if kept is not None:
            file.write_bytes(kept)
    repository.git("-c", "core.hooksPath=/dev/null", "commit", "-q", "-m", "TEST-1")
    repository.git("-c", "core.hooksPath=/dev/null", "switch", "-q", "-f", "main")
    return proof


def act(repository: Repository) -> list[subprocess.CompletedProcess[str]]:
    return [
        repository.git("checkout", "attack", check=False),
        repository.git("commit", "--allow-empty", "-m", "TEST-1 x", check=False),
        repository.git("push", "origin", "HEAD:refs/heads/TEST-1-y", check=False),
    ]


@pytest.mark.parametrize("tree", ["tree", "a tree with spaces", "it's $(one) `of` [them]*"])
@pytest.mark.parametrize("place", [".venv/bin", "tools/.venv/bin", "bin"])
def test_a_checkout_runs_nothing_that_the_branch_brings(tmp_path: Path, tree: str, place: str) -> None:
    repository = Repository(tmp_path / tree, tmp_path / "remote.git")
    subprocess.run(("git", "init", "-q", "-b", "main", str(repository.path)), check=True)
    subprocess.run(("git", "init", "-q", "--bare", str(repository.remote)), check=True)
    repository.git("remote", "add", "origin", str(repository.remote))
    repository.commit("Start")
    ignored = repository.path / place
    ignored.mkdir(parents=True)
    for name in HOOKS:
        shutil.copy(SCRIPTS / f"gitlink-{name}", ignored)
    path = f"{repository.path}/{place}/gitlink-{{}}".replace("'", "'\\''")
    proof = attacked(repository, path, place)
    checkout, commit, push = act(repository)
    assert not proof.exists()
    assert checkout.returncode == 0
    assert "gitlink: gitlink-post-checkout is not run: a repository tracks the folder it is in\n" in checkout.stderr
    assert f"  fix:   {shim.OUTSIDE}\n" in checkout.stderr
    assert (commit.returncode, push.returncode) == (1, 1)


def test_the_tracked_file_of_another_worktree_is_not_run_either(spaceless: Repository, tmp_path: Path) -> None:
    """The executable that the shim knows is gone; what PATH has instead lies in the other worktree."""
    proof = attacked(spaceless, "/gone/gitlink-{}", ".venv/bin")
    spaceless.git("-c", "core.hooksPath=/dev/null", "checkout", "-q", "attack")
    other = Repository(tmp_path / "other", spaceless.remote)
    path = f"{spaceless.path}/.venv/bin:{os.environ['PATH']}"
    spaceless.git("worktree", "add", "-q", "-b", "z", str(other.path), "main", PATH=path)
    assert other.git("commit", "--allow-empty", "-m", "x", check=False, PATH=path).returncode == 1
    assert not proof.exists()


def test_a_link_in_an_outside_folder_leads_to_nothing_tracked(spaceless: Repository, tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    for name in HOOKS:
        (tmp_path / "bin" / f"gitlink-{name}").symlink_to(spaceless.path / ".venv" / "bin" / f"gitlink-{name}")
    proof = attacked(spaceless, f"{tmp_path}/bin/gitlink-{{}}", ".venv/bin")
    act(spaceless)
    assert not proof.exists()


def test_what_nothing_tracks_is_run(spaceless: Repository) -> None:
    """An environment in the tree from before it was refused goes on as long as no branch has a hand on it."""
    environment(spaceless.path / ".venv")
    attacked(spaceless, f"{spaceless.path}/.venv/bin/gitlink-{{}}", "elsewhere/bin")
    spaceless.git("checkout", "-q", "-b", "nothing")
    done = spaceless.git("push", "origin", "HEAD:refs/heads/nothing", check=False)
    assert "gitlink: branch nothing names no issue" in done.stderr


def test_doctor_warns_of_a_shim_that_runs_a_file_of_the_work_tree(spaceless: Repository) -> None:
    attacked(spaceless, f"{spaceless.path}/.venv/bin/gitlink-{{}}", "elsewhere/bin")
    done = spaceless.run(GITLINK, "doctor", check=False)
    assert f"runs a file of the work tree {spaceless.path}, where a branch can put another in its place" in done.stdout
    assert shim.OUTSIDE in done.stdout


def test_what_another_repository_tracks_is_not_run(spaceless: Repository, tmp_path: Path) -> None:
    """The environment lies in A's work tree and the hooks in B: a branch of A can replace what B's hooks run."""
    environment(spaceless.path / ".venv")
    other = Repository(tmp_path / "other", tmp_path / "remote.git")
    subprocess.run(("git", "init", "-q", "-b", "main", str(other.path)), check=True)
    other.commit("Start")
    done = subprocess.run(
        (str(spaceless.path / ".venv" / "bin" / "gitlink"), "install"), cwd=other.path, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
    other.git("switch", "-q", "-c", "TEST-1-a")
    program = spaceless.path / ".venv" / "bin" / "gitlink-post-checkout"
    program.write_text(f"#!/bin/sh\ntouch '{tmp_path}/pwned'\n", encoding="utf-8")
    spaceless.git("add", "--force", str(program))
    done_ = other.git("switch", "-c", "TEST-2-b")
    assert "gitlink-post-checkout is not run: a repository tracks the folder it is in" in done_.stderr
    assert not (tmp_path / "pwned").exists()


def test_what_a_repository_inside_the_work_tree_tracks_is_not_run(spaceless: Repository, tmp_path: Path) -> None:
    executable = spaceless.path / "tool" / "bin" / "gitlink-post-checkout"
    executable.parent.mkdir(parents=True)
    executable.write_text(f"#!/bin/sh\ntouch '{tmp_path}/pwned'\n", encoding="utf-8")
    executable.chmod(0o755)
    nested = Repository(spaceless.path / "tool", tmp_path / "none.git")
    subprocess.run(("git", "init", "-q", "-b", "main", str(nested.path)), check=True)
    nested.git("add", "--all")
    hook = spaceless.path / ".git" / "hooks" / "post-checkout"
    hook.write_text(shim.shim("post-checkout").replace(str(shim.executable("post-checkout")), str(executable)))
    hook.chmod(0o755)
    done = spaceless.git("switch", "-c", "TEST-1-a")
    assert "gitlink-post-checkout is not run" in done.stderr
    assert not (tmp_path / "pwned").exists()


@pytest.mark.parametrize("from_", ["the same repository", "another one"])
def test_a_bare_repository_around_the_executable_hides_nothing(
    spaceless: Repository, tmp_path: Path, from_: str
) -> None:
    """Tracked beside `bin`, it would be what Git finds first from there, with nothing tracked in it."""
    path = f"{spaceless.path}/tools/.venv/bin/gitlink-{{}}"
    proof = attacked(spaceless, path, "tools/.venv/bin")
    spaceless.git("-c", "core.hooksPath=/dev/null", "switch", "-q", "attack")
    env = spaceless.path / "tools" / ".venv"
    for name, text in {
        "HEAD": "ref: refs/heads/main\n",
        "config": "[core]\nbare=false\nworktree=.\n",
        "objects/.keep": "",
        "refs/.keep": "",
    }.items():
        (env / name).parent.mkdir(exist_ok=True)
        (env / name).write_text(text, encoding="utf-8")
    spaceless.git("add", "--force", "--all")
    hooks = spaceless.path / ".git" / "hooks"
    other = spaceless
    if from_ == "another one":
        other = Repository(tmp_path / "other", tmp_path / "remote.git")
        subprocess.run(("git", "init", "-q", "-b", "main", str(other.path)), check=True)
        other.commit("Start")
        other.git("config", "core.hooksPath", str(hooks))
    done = other.git("switch", "-c", "TEST-1-a")
    assert "gitlink-post-checkout is not run" in done.stderr
    assert not proof.exists()
