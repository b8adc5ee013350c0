"""What a repository brings along: a bare repository among its files."""

import os
import subprocess
from pathlib import Path

import pytest

from gitlink import shim
from tests.conftest import SCRIPTS, Repository
from tests.test_install import GITLINK

NAMES = ("pre-push", "post-checkout", "commit-msg", "prepare-commit-msg")


def trap(proof: Path) -> str:
    """Return a hook that looks like gitlink's and leaves a *proof* of having run."""
    return f"#!/bin/sh\n{shim.MARKER}\ntouch '{proof}'\n: gitlink-pre-push\n"


def put(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    file.chmod(0o755)


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()}


@pytest.fixture
def proof(tmp_path: Path) -> Path:
    return tmp_path / "proof"


@pytest.fixture
def embedded(repository: Repository, proof: Path) -> Repository:
    """A bare repository that the work tree tracks, with programs named by its hooks and its configuration."""
    bare = repository.path / "vendor" / "x"
    for folder in ("objects", "refs"):
        put(bare / folder / ".keep", "")
    put(bare / "HEAD", "ref: refs/heads/main\n")
    lines = ["repositoryformatversion = 0", "bare = false", "worktree = .", f"fsmonitor = \"touch '{proof}';false\""]
    lines += [f"editor = \"touch '{proof}';false\"", f"pager = \"touch '{proof}'\""]
    put(bare / "config", "[core]\n\t" + "\n\t".join(line.replace("\\", "\\\\") for line in lines) + "\n")
    for name in NAMES:
        put(bare / "hooks" / name, trap(proof))
    repository.git("add", "--all")
    repository.commit("Add")
    return Repository(bare, repository.remote)


COMMANDS = (
    ("doctor",),
    ("install",),
    ("install", "--hook", "pre-push"),
    ("uninstall",),
    ("init", "--yes"),
    ("start", "TEST-1"),
    ("pr", "draft", "--edit"),
    ("pr", "show"),
    ("status",),
    ("check", "branch"),
    ("check", "branch", "main"),
    ("check", "commits", "HEAD"),
    ("check", "pr"),
    ("review", "accepted"),
    ("bench", "show"),
)


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_bare_repository_among_the_files_runs_nothing(
    embedded: Repository, repository: Repository, proof: Path, words: tuple[str, ...]
) -> None:
    before = files_of(repository.path)
    below = embedded.path / ("hooks" if words == ("doctor",) else ".")  # Git looks upwards, too
    done = Repository(below, embedded.remote).run(GITLINK, *words, check=False, TRACKER_TOKEN="x")
    assert not proof.exists()
    assert files_of(repository.path) == before
    said = done.stdout if words == ("doctor",) else done.stderr
    assert "gitlink does not work in a bare repository that lies among the files of a work tree" in said
    assert done.returncode == (3 if words == ("doctor",) else 7)


def test_the_refusal_says_where_why_and_the_way_out(embedded: Repository, repository: Repository) -> None:
    done = embedded.run(GITLINK, "install", check=False)
    assert done.stderr == (
        "gitlink: gitlink does not work in a bare repository that lies among the files of a work tree\n"
        f"  where: {embedded.path}, in the work tree {repository.path}\n"
        "  why:   a branch may have brought it along, and its `config` and hooks name programs to run;"
        " if it is yours, GIT_DIR says so\n"
        f"  fix:   cd '{repository.path}'\n"
    )


def layouts(tmp_path: Path, layout: str) -> tuple[Path, Path]:
    """Return where to stand and the hooks folder of a repository that is nobody's files."""
    bare = tmp_path / "project" / {"a file .git": ".bare", "a link .git": ".bare"}.get(layout, "x.git")
    subprocess.run(("git", "init", "-q", "--bare", "-b", "main", str(bare)), check=True)
    if layout == "a file .git":
        (bare.parent / ".git").write_text("gitdir: ./.bare\n", encoding="utf-8")
    if layout == "a link .git":
        (bare.parent / ".git").symlink_to(".bare")
    if layout == "within .git":
        subprocess.run(("git", "init", "-q", str(tmp_path / "outer")), check=True)
        bare = bare.rename(tmp_path / "outer" / ".git" / "x.git")
    if layout == "a worktree":
        made = Repository(bare, tmp_path / "none.git")
        tree = made.git("hash-object", "-w", "-t", "tree", os.devnull).stdout.strip()
        made.git("branch", "main", made.git("commit-tree", "-m", "Start", tree).stdout.strip())
        made.git("worktree", "add", "-q", str(bare / "tree"), "main")
        return bare / "tree", bare / "hooks"
    return bare, bare / "hooks"


@pytest.mark.parametrize("layout", ["alone", "a file .git", "a link .git", "within .git", "a worktree"])
def test_a_bare_repository_in_nobodys_work_tree_works_on(tmp_path: Path, layout: str) -> None:
    place, hooks = layouts(tmp_path, layout)
    there = Repository(place, tmp_path / "none.git")
    there.run(GITLINK, "install")
    assert (hooks / "pre-push").read_bytes() == shim.shim("pre-push").encode()
    assert f"fires (seen in a scratch clone), {hooks}/pre-push" in there.run(GITLINK, "doctor", check=False).stdout
    assert there.run(GITLINK, "check", "branch", "TEST-1-x").returncode == 0
    there.run(GITLINK, "uninstall")
    assert not (hooks / "pre-push").exists()


def test_git_runs_the_hooks_of_a_bare_repository_among_files(repository: Repository) -> None:
    """Git itself has GIT_DIR set for them: who pushes to it has said which repository is meant."""
    inner = repository.path / "inner.git"
    subprocess.run(("git", "init", "-q", "--bare", "-b", "main", str(inner)), check=True)
    (inner / "hooks").mkdir(exist_ok=True)
    (inner / "hooks" / "pre-receive").symlink_to(SCRIPTS / "gitlink-pre-receive")
    refused = repository.git("push", str(inner), "HEAD:refs/heads/bad", check=False)
    assert "[branch-without-key]" in refused.stderr
    assert repository.git("push", str(inner), "HEAD:refs/heads/TEST-1-x").returncode == 0
