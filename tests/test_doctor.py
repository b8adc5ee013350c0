"""`gitlink doctor` and the hooks: one fires where Git really ran it, and what is wrong where it did not."""

import json
import os
import subprocess

import pytest

from tests.conftest import SCRIPTS, Repository
from tests.test_install import GITLINK, configured, foreign_folder


def said(repository: Repository, about: str = "pre-push") -> tuple[str, str, str]:
    """Return state, what was seen and the fix of one finding."""
    findings = json.loads(repository.run(GITLINK, "doctor", "--json", check=False).stdout)
    found = next(finding for finding in findings if finding["about"] == about)
    return found["state"], found["seen"], found["fix"] or ""


def test_each_native_hook_is_seen_to_fire(repository: Repository) -> None:
    repository.run(GITLINK, "install")
    for name in ("pre-push", "post-checkout", "commit-msg", "prepare-commit-msg"):
        assert said(repository, name)[:2] == (
            "ok",
            f"fires (seen in a scratch clone), {repository.path}/.git/hooks/{name}",
        )
    assert repository.run(GITLINK, "doctor").returncode == 0


def test_the_hooks_of_others_are_not_run(repository: Repository) -> None:
    hook = repository.path / ".git/hooks/commit-msg"
    hook.parent.mkdir(exist_ok=True)
    seen = repository.path.parent / "seen"
    hook.write_text(f"#!/bin/sh\necho ran >> {seen}\nexit 1\n", encoding="utf-8")
    hook.chmod(0o755)
    repository.run(GITLINK, "install")
    assert said(repository, "commit-msg")[0] == "ok"
    assert not seen.exists()


def test_a_skip_in_the_environment_proves_nothing_wrong(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.run(GITLINK, "install")
    monkeypatch.setenv("GITLINK_SKIP", "why")
    assert said(repository)[0] == "ok"


def test_a_hook_that_git_does_not_run_is_wrong(repository: Repository) -> None:
    repository.run(GITLINK, "install")
    (repository.path / ".git/hooks/pre-push").chmod(0o644)
    state, seen, fix = said(repository)
    assert (state, fix) == ("wrong", "gitlink install")
    assert "does not fire" in seen


@pytest.mark.parametrize("framework", ["pre-commit", "prek"])
def test_a_hook_behind_a_framework_fires(repository: Repository, framework: str) -> None:
    (repository.path / ".pre-commit-config.yaml").write_text("repos: []\n", encoding="utf-8")
    repository.run(GITLINK, "install")
    repository.run(str(SCRIPTS / framework), "install", "-t", "pre-push", "-t", "commit-msg")
    assert said(repository)[0] == "ok"
    assert said(repository, "commit-msg")[0] == "ok"


@pytest.mark.parametrize("framework", ["pre-commit", "prek"])
def test_a_push_under_a_framework_alone_is_said_to_be_seen_in_part(repository: Repository, framework: str) -> None:
    assert said(repository)[:2] == ("warning", "not installed natively")
    (repository.path / ".pre-commit-config.yaml").write_text("repos: []\n", encoding="utf-8")
    repository.run(str(SCRIPTS / framework), "install", "-t", "pre-push", "-t", "commit-msg")
    state, seen, fix = said(repository)
    assert (state, fix) == ("warning", "gitlink install --hook pre-push")
    assert "under pre-commit or prek alone only one ref of a push is seen" in seen
    assert said(repository, "commit-msg")[:2] == ("warning", "not installed natively")
    repository.sh(f"PATH={SCRIPTS}:$PATH; {fix}")
    assert said(repository)[0] == "ok"


@configured
def test_a_hook_of_the_configuration_is_run_too(repository: Repository) -> None:
    foreign_folder(repository, "tracked")
    repository.run(GITLINK, "install")
    for name in ("pre-push", "post-checkout", "commit-msg", "prepare-commit-msg"):
        state, seen, _ = said(repository, name)
        assert (state, seen) == (
            "ok",
            f"fires (seen in a scratch clone), run by Git's own configuration (hook.gitlink-{name})",
        )


def test_a_hook_of_the_configuration_that_starts_nothing_is_wrong(repository: Repository) -> None:
    """On a Git older than 2.54 that is so whatever the command is."""
    repository.git("config", "hook.gitlink-pre-push.event", "pre-push")
    repository.git("config", "hook.gitlink-pre-push.command", "true")
    state, seen, _ = said(repository)
    assert (state, "does not fire" in seen) == ("wrong", True)


@pytest.mark.parametrize(
    ("line", "state"),
    [
        ('gitlink-pre-push "$@"', "ok"),
        ('  gitlink-pre-push "$@" || exit 1', "ok"),
        ('# gitlink-pre-push "$@"', "warning"),
        (f'{SCRIPTS}/gitlink-pre-push "$@"', "ok"),
        ('.venv/bin/gitlink-pre-push "$@"', "ok"),
        ('touch ../seen; gitlink-pre-push "$@"', "ok"),
    ],
)
def test_a_line_in_a_tracked_hook_is_read_and_not_run(
    repository: Repository, monkeypatch: pytest.MonkeyPatch, line: str, state: str
) -> None:
    monkeypatch.setenv("PATH", f"{SCRIPTS}:/usr/local/bin:/usr/bin:/bin")
    folder = foreign_folder(repository, "tracked")
    seen = repository.path.parent / "seen"
    (folder / "pre-push").write_text(f"#!/bin/sh\necho ran >> {seen}\n{line}\n", encoding="utf-8")
    assert said(repository)[0] == state
    assert not seen.exists()


def test_nothing_of_the_scratch_clone_is_left(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    scratch = repository.path.parent / "scratch"
    scratch.mkdir()
    monkeypatch.setenv("TMPDIR", str(scratch))
    repository.run(GITLINK, "install")
    before = subprocess.run(("git", "status"), cwd=repository.path, capture_output=True, check=True).stdout
    repository.run(GITLINK, "doctor")
    assert list(scratch.iterdir()) == []
    assert subprocess.run(("git", "status"), cwd=repository.path, capture_output=True, check=True).stdout == before


def test_outside_a_repository_it_goes_on_to_the_settings(repository: Repository) -> None:
    done = Repository(repository.path.parent, repository.remote).run(GITLINK, "doctor", check=False)
    assert "is in no Git repository" in done.stdout
    assert "credentials" in done.stdout


def test_doctor_runs_no_program_of_the_work_tree(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{SCRIPTS}:{os.environ['PATH']}")
    tool = repository.path / "node_modules" / ".bin" / "lefthook"
    tool.parent.mkdir(parents=True)
    proof = repository.path.parent / "ran"
    tool.write_text(f"#!/bin/sh\ntouch '{proof}'\n", encoding="utf-8")
    tool.chmod(0o755)
    (repository.path / "lefthook.yml").write_text(
        "pre-push:\n  jobs:\n    - run: gitlink-pre-push {1} {2}\n      use_stdin: true\n", encoding="utf-8"
    )
    hook = repository.path / ".git" / "hooks" / "pre-push"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\n# LEFTHOOK\ncall_lefthook run pre-push\n", encoding="utf-8")
    hook.chmod(0o755)
    said = repository.run(GITLINK, "doctor", check=False).stdout
    assert not proof.exists(), said
    assert "read and not run" in said
