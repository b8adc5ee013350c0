"""The hooks as pre-commit and prek run them: one ref, no standard input, PRE_COMMIT_* variables.

First with gitlink's executables from PATH, then from the manifest, with `language: python`, as a user has them.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import SCRIPTS, Repository

ROOT = Path(__file__).resolve().parents[2]

CONFIG = """\
repos:
  - repo: local
    hooks:
      - {id: a, name: a, entry: gitlink-pre-push, language: system, stages: [pre-push], always_run: true,
         pass_filenames: false}
      - {id: b, name: b, entry: gitlink-commit-msg, language: system, stages: [commit-msg], always_run: true}
      - {id: c, name: c, entry: gitlink-prepare-commit-msg, language: system, stages: [prepare-commit-msg],
         always_run: true}
      - {id: d, name: d, entry: gitlink-post-checkout, language: system, stages: [post-checkout], always_run: true,
         pass_filenames: false, verbose: true}
"""
STAGES = ("pre-push", "commit-msg", "prepare-commit-msg", "post-checkout")


@pytest.fixture(params=["pre-commit", "prek"])
def hosted(request: pytest.FixtureRequest, repository: Repository, monkeypatch: pytest.MonkeyPatch) -> Repository:
    monkeypatch.setenv("PATH", f"{SCRIPTS}:/usr/bin:/bin:/usr/local/bin")
    (repository.path / ".pre-commit-config.yaml").write_text(CONFIG, encoding="utf-8")
    repository.policy("[gitlink]\n\tqueue = TEST\n[commit]\n\trequire = branch\n\tinsert = prefix\n")
    repository.git("add", "-A")
    repository.commit("Configure")
    repository.git("push", "-q", "origin", "main")
    repository.run(str(SCRIPTS / request.param), "install", *[word for stage in STAGES for word in ("-t", stage)])
    return repository


def test_a_bad_branch_with_a_new_commit_is_refused(hosted: Repository) -> None:
    hosted.git("switch", "-q", "-c", "login")
    hosted.commit("Add login")
    refused = hosted.git("push", "origin", "login", check=False)
    assert refused.returncode == 1
    assert "[branch-without-key]" in refused.stdout + refused.stderr


def test_a_good_branch_is_pushed_and_its_key_inserted(hosted: Repository) -> None:
    hosted.git("switch", "-q", "-c", "TEST-1-login")
    hosted.git("commit", "--allow-empty", "-m", "Add login")
    assert hosted.git("log", "-1", "--format=%s").stdout == "TEST-1 Add login\n"
    hosted.git("push", "-q", "origin", "TEST-1-login")


def test_the_commits_of_a_push_are_judged(hosted: Repository) -> None:
    hosted.git("switch", "-q", "-c", "TEST-1-login")
    # `--no-verify` would still run prepare-commit-msg, which would put the key in.
    hosted.git("-c", "core.hooksPath=/dev/null", "commit", "--allow-empty", "-m", "Add login")
    refused = hosted.git("push", "origin", "TEST-1-login", check=False)
    assert "[commit-without-key]" in refused.stdout + refused.stderr


@pytest.mark.parametrize(("branch", "status"), [("login", 1), ("TEST-1-login", 0), ("main", 0), ("--detach", 0)])
def test_a_run_by_hand_judges_the_branch_that_is_checked_out(
    hosted: Repository, request: pytest.FixtureRequest, branch: str, status: int
) -> None:
    """As a CI does it: no remote branch is named."""
    tool = request.node.callspec.params["hosted"]
    hosted.git("switch", "-q", *([branch] if branch in ("main", "--detach") else ["-c", branch]))
    hosted.git("-c", "core.hooksPath=/dev/null", "commit", "--allow-empty", "-m", "TEST-1 Add login")
    command = (str(SCRIPTS / tool), "run", "--hook-stage", "pre-push", "--from-ref", "HEAD~1", "--to-ref", "HEAD")
    done = hosted.run(*command, check=False)
    assert (done.returncode, "[branch-without-key]" in done.stdout) == (status, status == 1), done.stdout


def test_a_checkout_reminds_and_keeps_its_status(hosted: Repository) -> None:
    done = hosted.git("switch", "-c", "login")
    assert "branch login names no issue" in done.stdout + done.stderr


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A repository that holds gitlink as it stands here, and its commit: what `repo:` and `rev:` name."""
    folder = tmp_path_factory.mktemp("gitlink")
    for name in ("pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml"):
        shutil.copy(ROOT / name, folder)
    for name in ("gitlink", "hooks"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    who = ("-c", "user.name=Anna", "-c", "user.email=anna@example.com", "-c", "core.hooksPath=/dev/null")
    for words in (("init", "-q"), ("add", "-A"), (*who, "commit", "-q", "-m", "Publish")):
        subprocess.run(("git", *words), cwd=folder, check=True)
    oid = subprocess.run(("git", "rev-parse", "HEAD"), cwd=folder, capture_output=True, text=True, check=True).stdout
    return folder, oid.strip()


@pytest.fixture(scope="session", params=["pre-commit", "prek"])
def environment(
    request: pytest.FixtureRequest, published: tuple[Path, str], tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, str, Path]:
    """A framework, its configuration with the manifest's hooks, and its home: gitlink is installed there once."""
    framework: str = request.param
    home = tmp_path_factory.mktemp(framework)
    if not _reaches_a_registry(home):
        pytest.skip("pip reaches no registry here, so there is nothing to install gitlink's dependencies from")
    folder = home / "work"
    subprocess.run(("git", "init", "-q", str(folder)), check=True)
    ids = "".join(f"      - id: gitlink-{stage}\n" for stage in STAGES)
    config = (
        f"default_install_hook_types: [{', '.join(STAGES)}]\n"
        f"repos:\n  - repo: {published[0]}\n    rev: {published[1]}\n    hooks:\n{ids}"
    )
    (folder / ".pre-commit-config.yaml").write_text(config, encoding="utf-8")
    subprocess.run(("git", "add", "-A"), cwd=folder, check=True)
    done = subprocess.run(
        (str(SCRIPTS / framework), "install-hooks"),
        cwd=folder,
        env=os.environ | {"PRE_COMMIT_HOME": str(home / "home"), "PREK_HOME": str(home / "home")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return framework, config, home / "home"


def _reaches_a_registry(folder: Path) -> bool:
    command = (
        sys.executable,
        "-m",
        "pip",
        "download",
        "-q",
        "--no-deps",
        "--no-cache-dir",
        "--retries=0",
        "--timeout=15",
    )
    return subprocess.run((*command, "-d", str(folder), "typer"), capture_output=True, check=False).returncode == 0


@pytest.fixture
def from_the_manifest(
    environment: tuple[str, str, Path], repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> Repository:
    """A repository whose hooks are those of the manifest, with `language: python`."""
    framework, config, home = environment
    monkeypatch.setenv("PRE_COMMIT_HOME", str(home))
    monkeypatch.setenv("PREK_HOME", str(home))
    path = [folder for folder in os.environ["PATH"].split(os.pathsep) if folder != str(SCRIPTS)]
    monkeypatch.setenv("PATH", os.pathsep.join(path))  # so that no other gitlink than the manifest's is found
    (repository.path / ".pre-commit-config.yaml").write_text(config, encoding="utf-8")
    repository.policy("[gitlink]\n\tqueue = TEST\n[commit]\n\trequire = branch\n\tinsert = prefix\n")
    repository.git("add", "-A")
    repository.commit("Configure")
    repository.git("push", "-q", "origin", "main")
    repository.run(str(SCRIPTS / framework), "install")
    return repository


@pytest.mark.registry
def test_the_manifest_has_a_bad_push_refused_and_a_good_one_pass(from_the_manifest: Repository) -> None:
    from_the_manifest.git("switch", "-q", "-c", "login")
    from_the_manifest.git("-c", "core.hooksPath=/dev/null", "commit", "-q", "--allow-empty", "-m", "Add login")
    refused = from_the_manifest.git("push", "origin", "login", check=False)
    assert refused.returncode == 1
    assert "[branch-without-key]" in refused.stdout + refused.stderr
    from_the_manifest.git("branch", "-m", "TEST-1-login")
    from_the_manifest.git("commit", "--amend", "--allow-empty", "-m", "TEST-1 Add login")
    from_the_manifest.git("push", "-q", "origin", "TEST-1-login")


@pytest.mark.registry
def test_the_manifest_serves_the_message_and_the_checkout(from_the_manifest: Repository) -> None:
    done = from_the_manifest.git("switch", "-c", "login")
    assert "branch login names no issue" in done.stdout + done.stderr
    done = from_the_manifest.git("switch", "-c", "TEST-1-login")
    assert "names no issue" not in done.stdout + done.stderr
    from_the_manifest.git("commit", "--allow-empty", "-m", "Add login")
    assert from_the_manifest.git("log", "-1", "--format=%s").stdout == "TEST-1 Add login\n"
    refused = from_the_manifest.git("commit", "--allow-empty", "-m", "TEST-2 Add login", check=False)
    assert refused.returncode == 1
    assert "[commit-other-issue]" in refused.stdout + refused.stderr


@pytest.mark.registry
def test_install_beside_the_manifest_sees_every_ref(from_the_manifest: Repository) -> None:
    from_the_manifest.run(str(SCRIPTS / "gitlink"), "install", "--hook", "pre-push")
    refused = from_the_manifest.git("push", "origin", "HEAD:refs/heads/TEST-1-x", "HEAD:refs/heads/bad", check=False)
    assert refused.returncode == 1
    assert "branch bad names no issue" in refused.stdout + refused.stderr
