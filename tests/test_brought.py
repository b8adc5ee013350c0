"""What a repository brings along: hooks that look like gitlink's, a bare repository, links to devices."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from gitlink import brought, shim
from tests.conftest import SCRIPTS, Repository
from tests.test_install import GITLINK, push_bad

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


def test_one_that_is_named_by_git_dir_is_still_not_written_to(embedded: Repository, repository: Repository) -> None:
    """And none of its hooks is proven: they look like gitlink's, and a work tree tracks them."""
    repository.sh("printf '[core]\\nrepositoryformatversion=0\\nbare=true\\n' > vendor/x/config")
    before, at = files_of(embedded.path), str(embedded.path)
    done = embedded.run(GITLINK, "install", check=False, GIT_DIR=at)
    assert (done.returncode, "  why:   the folder is tracked\n" in done.stderr) == (3, True)
    embedded.run(GITLINK, "uninstall", GIT_DIR=at)
    embedded.run(GITLINK, "doctor", check=False, GIT_DIR=at)
    assert files_of(embedded.path) == before


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


def tracked_hooks(repository: Repository, proof: Path) -> Path:
    folder = repository.path / ".githooks"
    for name in NAMES:
        put(folder / name, trap(proof))
    put(folder / "pre-push.legacy", trap(proof))
    repository.git("add", ".githooks")
    repository.git("config", "core.hooksPath", ".githooks")
    return folder


def test_a_tracked_hook_that_looks_like_ours_is_neither_run_nor_taken_away(repository: Repository, proof: Path) -> None:
    folder = tracked_hooks(repository, proof)
    before = files_of(folder)
    for words in (("doctor",), ("install",), ("uninstall",), ("install", "--hook", "pre-push"), ("doctor",)):
        repository.run(GITLINK, *words, check=False)
        assert not proof.exists()
        assert files_of(folder) == before


def test_one_behind_a_framework_is_not_run_either(repository: Repository, proof: Path) -> None:
    folder = tracked_hooks(repository, proof)
    put(folder / "pre-push", f"#!/bin/sh\n# File generated by pre-commit\ntouch '{proof}'\n")
    put(folder / "pre-push.legacy", shim.shim("pre-push"))
    repository.run(GITLINK, "doctor", check=False)
    assert not proof.exists()


@pytest.mark.parametrize("mark", [shim.MARKER, "# File generated by pre-commit"])
def test_a_hook_that_is_a_link_to_a_tracked_file_is_not_taken_for_ours(
    repository: Repository, proof: Path, mark: str
) -> None:
    put(repository.path / "script", f"#!/bin/sh\n{mark}\ntouch '{proof}'\n")
    repository.git("add", "script")
    hook = repository.path / ".git" / "hooks" / "pre-push"
    hook.parent.mkdir(exist_ok=True)
    hook.symlink_to("../../script")
    repository.run(GITLINK, "doctor", check=False)
    repository.run(GITLINK, "uninstall")
    assert os.readlink(hook) == "../../script"
    repository.run(GITLINK, "install")
    repository.run(GITLINK, "doctor")
    repository.run(GITLINK, "uninstall")
    assert os.readlink(hook) == "../../script"
    assert not proof.exists()


def test_a_tracked_folder_of_a_repository_further_out_is_left_alone(
    repository: Repository, tmp_path: Path, proof: Path
) -> None:
    """The hooks lie in the work tree of another one, in a folder that looks like a bare repository itself."""
    other = tmp_path / "other"
    subprocess.run(("git", "init", "-q", str(other)), check=True)
    put(other / "hooks" / "HEAD", "ref: refs/heads/main\n")
    put(other / "hooks" / "config", f"[core]\nbare=false\nworktree=.\nfsmonitor = \"touch '{proof}';false\"\n")
    for folder in ("objects", "refs"):
        put(other / "hooks" / folder / ".keep", "")
    put(other / "hooks" / "pre-push", trap(proof))
    subprocess.run(("git", "-C", str(other), "add", "--all"), check=True)
    repository.git("config", "core.hooksPath", str(other / "hooks"))
    before = files_of(other / "hooks")
    for command in ("doctor", "install", "uninstall"):
        repository.run(GITLINK, command, check=False)
    assert files_of(other / "hooks") == before
    assert not proof.exists()


def test_a_shim_of_another_version_is_said_and_taken_away_as_ever(repository: Repository, proof: Path) -> None:
    hook = repository.path / ".git" / "hooks" / "pre-push"
    put(hook, trap(proof))
    done = repository.run(GITLINK, "doctor", check=False).stdout
    assert f"warning  pre-push: {hook} is of another version of gitlink or from another place" in done
    assert "fix: gitlink install --hook pre-push" in done
    repository.run(GITLINK, "install", "--hook", "pre-push")
    assert push_bad(repository).returncode == 1
    put(hook, trap(proof))
    repository.run(GITLINK, "uninstall")
    assert not hook.exists()
    assert not proof.exists()


# What a tracked link leads to


@pytest.fixture
def within_memory(tmp_path: Path) -> Path:
    """The command, with no more than 1 GiB of address space."""
    put(tmp_path / "gitlink", f"#!/bin/sh\nulimit -v 1048576\nexec '{GITLINK}' \"$@\"\n")
    return tmp_path / "gitlink"


@pytest.mark.skipif(sys.platform != "linux", reason="ulimit -v")
@pytest.mark.parametrize("end", ["", ".legacy", ".old"])
@pytest.mark.parametrize("leads", ["/dev/zero", "a pipe"])
def test_a_tracked_hook_that_leads_to_a_device_costs_nothing(
    repository: Repository, within_memory: Path, tmp_path: Path, end: str, leads: str
) -> None:
    if leads == "a pipe":
        os.mkfifo(tmp_path / "pipe")
        leads = str(tmp_path / "pipe")
    folder = repository.path / ".githooks"
    folder.mkdir()
    for name in NAMES:
        (folder / f"{name}{end}").symlink_to(leads)
    put(folder / "x", "x")
    repository.git("add", ".githooks")
    repository.git("config", "core.hooksPath", ".githooks")
    for words in (("doctor",), ("install",), ("install", "--hook", "pre-push"), ("uninstall",)):
        done = repository.run(str(within_memory), *words, check=False)
        assert done.returncode in (0, 3), done.stderr
        assert f">> '{leads}'" not in done.stderr + done.stdout
        assert bool(end) or f">> {folder}/" not in done.stderr + done.stdout, "a line is appended to a device"


@pytest.mark.skipif(sys.platform != "linux", reason="ulimit -v")
@pytest.mark.parametrize("leads", ["/dev/zero", "a pipe"])
def test_an_own_hook_that_leads_there_is_kept_and_put_back(
    repository: Repository, within_memory: Path, tmp_path: Path, leads: str
) -> None:
    if leads == "a pipe":
        os.mkfifo(tmp_path / "pipe")
        leads = str(tmp_path / "pipe")
    hook = repository.path / ".git" / "hooks" / "commit-msg"
    hook.parent.mkdir(exist_ok=True)
    hook.symlink_to(leads)
    for command in ("install", "doctor", "uninstall"):
        repository.run(str(within_memory), command)
    assert os.readlink(hook) == leads


@pytest.mark.skipif(sys.platform != "linux", reason="ulimit -v")
def test_lefthooks_configuration_and_huskys_hook_that_lead_there_are_none(
    repository: Repository, within_memory: Path, tmp_path: Path
) -> None:
    os.mkfifo(tmp_path / "pipe")
    (repository.path / "lefthook.yml").symlink_to(tmp_path / "pipe")
    (repository.path / ".lefthook.yml").symlink_to("/dev/zero")
    (repository.path / ".husky" / "_").mkdir(parents=True)
    (repository.path / ".husky" / "pre-push").symlink_to("/dev/zero")
    (repository.path / ".husky" / "commit-msg").symlink_to(tmp_path / "pipe")
    for path in (".git/hooks", ".husky/_"):
        repository.git("config", "core.hooksPath", path)
        for command in ("install", "doctor", "uninstall"):
            assert repository.run(str(within_memory), command, check=False).returncode in (0, 3)


@pytest.mark.skipif(sys.platform != "linux", reason="ulimit -v")
def test_a_template_that_fills_the_memory_is_none(repository: Repository, within_memory: Path) -> None:
    """A file of zeros costs a repository next to nothing."""
    template = repository.path / ".github" / "pull_request_template.md"
    template.parent.mkdir()
    with template.open("wb") as file:
        file.truncate(1 << 30)
    repository.git("add", "--all")
    repository.commit("TEST-1 Add")
    repository.git("switch", "-q", "-c", "TEST-1-x")
    template.unlink()
    assert "TEST-1" in repository.run(str(within_memory), "pr", "draft").stdout


def test_only_regular_files_are_read_and_their_first_mebibyte(tmp_path: Path) -> None:
    (tmp_path / "long").write_bytes(b"x" * 3_000_000)
    (tmp_path / "link").symlink_to("long")
    os.mkfifo(tmp_path / "pipe")
    assert brought.beginning(tmp_path / "link") == b"x" * (1 << 20)
    for none in (tmp_path / "pipe", tmp_path, tmp_path / "gone", Path(os.devnull), Path("a\0b")):
        assert brought.beginning(none) == b""
