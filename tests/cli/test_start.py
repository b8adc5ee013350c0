"""`gitlink start` as a person runs it: a real repository, a real Tracker on this machine, the whole process."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from gitlink.sandbox.server import SandboxServer, exports
from tests.conftest import SCRIPTS, Repository
from tests.sandbox.asking import Api

GITLINK = str(SCRIPTS / "gitlink")
STARTED = "[status]\n\tstarted = In progress\n"
AWAY = {"TRACKER_API_BASE_URL": "http://127.0.0.1:9"}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxServer]:
    with SandboxServer() as running:
        yield running


@pytest.fixture(autouse=True)
def api(sandbox: SandboxServer, monkeypatch: pytest.MonkeyPatch) -> Api:
    """The sandbox as new, and the variables that lead to it."""
    for name, value in {**exports(sandbox.port), "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}.items():
        monkeypatch.setenv(name, value)
    asked = Api(sandbox)
    assert asked("POST", "/_sandbox/reset").status_code == 204
    return asked


def _branch(repository: Repository) -> str:
    return repository.git("symbolic-ref", "--short", "HEAD").stdout.strip()


def _status(api: Api, key: str) -> str:
    return str(api("GET", f"/issues/{key}").json()["status"]["key"])


def test_the_branch_is_made_and_the_issue_begun(repository: Repository, api: Api) -> None:
    repository.policy(STARTED)
    done = repository.run(GITLINK, "start", "test-1")
    assert done.stdout == "TEST-1  branch TEST-1-add-login-form from main\nTEST-1  Open → In progress\n"
    assert done.stderr == ""
    assert (_branch(repository), _status(api, "TEST-1")) == ("TEST-1-add-login-form", "inProgress")


def test_again_is_already_so(repository: Repository, api: Api) -> None:
    repository.policy(STARTED)
    repository.run(GITLINK, "start", "TEST-1")
    done = repository.run(GITLINK, "start", "TEST-1")
    assert done.stdout == "TEST-1  branch TEST-1-add-login-form already\nTEST-1  In progress already\n"
    repository.git("switch", "-q", "main")
    done = repository.run(GITLINK, "start", "TEST-1", "--base", "main")
    assert done.stdout == "TEST-1  back on branch TEST-1-add-login-form\nTEST-1  In progress already\n"
    assert done.stderr == "gitlink: --base is not used: branch TEST-1-add-login-form is here already\n"


def test_nothing_is_moved_where_the_policy_names_no_status(repository: Repository, api: Api) -> None:
    assert repository.run(GITLINK, "start", "TEST-1").stdout == "TEST-1  branch TEST-1-add-login-form from main\n"
    assert _status(api, "TEST-1") == "open"


def test_a_dry_run_does_nothing(repository: Repository, api: Api) -> None:
    repository.policy(STARTED)
    done = repository.run(GITLINK, "start", "TEST-1", "--dry-run")
    assert done.stdout == (
        "TEST-1  would make branch TEST-1-add-login-form from main\nTEST-1  would move to In progress\n"
    )
    assert (_branch(repository), _status(api, "TEST-1")) == ("main", "open")
    assert repository.run(GITLINK, "start", "TEST-1", "--dry-run", "--base", "nope", check=False).returncode == 7


def test_json_is_all_there_is_on_stdout(repository: Repository) -> None:
    repository.policy(STARTED)
    assert json.loads(repository.run(GITLINK, "start", "TEST-1", "--json").stdout) == {
        "issue": "TEST-1",
        "branch": "TEST-1-add-login-form",
        "created": True,
        "base": "main",
        "status": {"key": "inProgress", "name": "In progress"},
    }
    repository.git("switch", "-q", "main")
    again = json.loads(repository.run(GITLINK, "start", "TEST-1", "--json").stdout)
    assert (again["created"], again["base"]) == (False, None)


@pytest.mark.parametrize(
    ("summary", "branch"),
    [
        ("Починить вход в личный кабинет", "TEST-1-pochinit-vkhod-v-lichnyi-kabinet"),
        ("\x1b[2J\x1b[31mFix\nthe\tform\r\n", "TEST-1-2j-31mfix-the-form"),
        ("../../../etc; rm -rf ~ && $(id) `id`", "TEST-1-etc-rm-rf-id-id"),
        ("--force HEAD@{1}..x.lock", "TEST-1-force-head-1-x-lock"),
        ("修复登录", "TEST-1"),
        ("word " * 40, "TEST-1-word-word-word-word-word-word-word-word"),
        ("TEST-5 comes back", "TEST-1-test-5-comes-back"),
    ],
    ids=["Russian", "escapes", "shell", "what a ref may not hold", "no Latin at all", "long", "another key"],
)
def test_any_summary_makes_a_branch(repository: Repository, api: Api, summary: str, branch: str) -> None:
    assert api("PATCH", "/issues/TEST-1", {"summary": summary}).status_code == 200
    done = repository.run(GITLINK, "start", "TEST-1")
    assert done.stdout == f"TEST-1  branch {branch} from main\n"
    assert _branch(repository) == branch


def test_the_policy_spells_the_branch(repository: Repository) -> None:
    repository.policy("[branch]\n\tname = feature/{key}/{slug}\n[gitlink]\n\tqueue = TEST\n")
    assert (
        "branch feature/TEST-1/mine from main" in repository.run(GITLINK, "start", "test-1", "--slug", "Mine!").stdout
    )


@pytest.mark.parametrize(
    ("policy", "words", "code", "told"),
    [
        ("[branch]\n\tname = {key}..{slug}\n", ("TEST-1",), 3, "is no name for a branch"),
        ('[branch]\n\tname = "{key} {slug}"\n', ("TEST-1",), 3, "is no name for a branch"),
        ("[branch]\n\tpattern = ^feature/\n", ("TEST-1",), 3, "[branch-pattern]"),
        ("[branch]\n\tname = {slug}/{key}\n", ("TEST-1", "--slug", "x"), 0, ""),
        (
            "[gitlink]\n\tqueue = TEST\n[branch]\n\tname = {slug}/{key}\n",
            ("TEST-1", "--slug", "test-2"),
            2,
            "would not",
        ),
        ("[gitlink]\n\tqueue = DEV\n", ("TEST-1",), 2, "git config -f .gitlink --add gitlink.queue TEST"),
        ("[nonsense]\n\tx = 1\n", ("TEST-1",), 3, "knows no such section"),
    ],
)
def test_a_branch_that_a_push_would_refuse_is_not_made(
    repository: Repository, policy: str, words: tuple[str, ...], code: int, told: str
) -> None:
    repository.policy(policy)
    done = repository.run(GITLINK, "start", *words, check=False)
    assert (done.returncode, told in done.stderr) == (code, True), done.stderr
    assert (_branch(repository) == "main") is (code != 0)


def test_the_issues_only_branch_is_the_one(repository: Repository) -> None:
    repository.git("branch", "TEST-1-older-name")
    repository.git("branch", "TEST-10-other")
    assert repository.run(GITLINK, "start", "TEST-1").stdout == "TEST-1  back on branch TEST-1-older-name\n"
    assert repository.run(GITLINK, "start", "TEST-1", "--slug", "second").stdout == (
        "TEST-1  branch TEST-1-second from TEST-1-older-name\n"
    )


def test_of_several_branches_the_one_you_are_on_or_you_choose(repository: Repository) -> None:
    repository.git("branch", "TEST-1-a")
    repository.git("branch", "TEST-1-b")
    done = repository.run(GITLINK, "start", "TEST-1", check=False)
    assert done.returncode == 2
    assert done.stderr == (
        "gitlink: TEST-1 has several branches here\n"
        "  where: TEST-1-a, TEST-1-b\n"
        "  why:   one of them must be chosen, or a new one named with --slug\n"
        "  fix:   git switch TEST-1-a    or: git switch TEST-1-b    or: gitlink start TEST-1 --slug short-name\n"
    )
    repository.git("switch", "-q", "TEST-1-b")
    assert repository.run(GITLINK, "start", "TEST-1").stdout == "TEST-1  branch TEST-1-b already\n"


def test_a_branch_that_only_the_remote_has_is_taken_from_there(repository: Repository) -> None:
    repository.git("switch", "-q", "-c", "elsewhere")
    oid = repository.commit("Made on another machine")
    repository.git("push", "-q", "origin", "elsewhere:TEST-1-add-login-form")
    repository.git("switch", "-q", "main")
    done = repository.run(GITLINK, "start", "TEST-1")
    assert done.stdout == "TEST-1  branch TEST-1-add-login-form from origin/TEST-1-add-login-form\n"
    assert repository.git("rev-parse", "HEAD").stdout.strip() == oid
    assert repository.git("rev-parse", "--abbrev-ref", "@{u}").stdout.strip() == "origin/TEST-1-add-login-form"


def test_a_base_is_a_start_and_nothing_that_is_tracked(repository: Repository) -> None:
    repository.commit("Only here")
    done = repository.run(GITLINK, "start", "TEST-1", "--base", "origin/main")
    assert done.stdout == "TEST-1  branch TEST-1-add-login-form from origin/main\n"
    assert repository.git("log", "-1", "--format=%s").stdout == "Start\n"
    assert repository.git("rev-parse", "--abbrev-ref", "@{u}", check=False).returncode


@pytest.mark.parametrize("base", ["nope", "-x", "--orphan", "HEAD:"])
def test_a_base_that_is_none(repository: Repository, base: str) -> None:
    done = repository.run(GITLINK, "start", "TEST-1", f"--base={base}", check=False)
    assert (done.returncode, f"`{base}` is no commit here" in done.stderr) == (7, True)
    assert _branch(repository) == "main"


def test_changes_come_along(repository: Repository) -> None:
    (repository.path / "file").write_text("new", encoding="utf-8")
    repository.git("add", "file")
    repository.run(GITLINK, "start", "TEST-1")
    assert repository.git("status", "--porcelain").stdout == "A  file\n"


def test_changes_that_would_be_lost_stay_and_the_fix_works(repository: Repository, api: Api) -> None:
    repository.policy(STARTED)
    (repository.path / "file").write_text("one", encoding="utf-8")
    repository.git("add", ".")
    repository.commit("One")
    (repository.path / "file").write_text("two", encoding="utf-8")
    done = repository.run(GITLINK, "start", "TEST-1", "--slug", "its name", "--base", "HEAD~1", check=False)
    assert done.returncode == 7
    assert "would be overwritten" in done.stderr
    fix = done.stderr.partition("fix:")[2].strip()
    assert (
        fix == "git stash --include-untracked && gitlink start TEST-1 --slug 'its name' --base HEAD~1 && git stash pop"
    )
    assert (_branch(repository), _status(api, "TEST-1")) == ("main", "open")
    assert (repository.path / "file").read_text(encoding="utf-8") == "two"
    repository.git("stash")
    repository.run(GITLINK, "start", "TEST-1", "--slug", "its name", "--base", "HEAD~1")
    assert _branch(repository) == "TEST-1-its-name"


def test_a_repository_with_no_commit_yet(repository: Repository, tmp_path: Path) -> None:
    repository.git("init", "-q", "-b", "trunk", str(tmp_path / "new"))
    new = Repository(tmp_path / "new", repository.remote)
    assert new.run(GITLINK, "start", "TEST-1").stdout == "TEST-1  branch TEST-1-add-login-form from trunk\n"
    assert _branch(new) == "TEST-1-add-login-form"
    assert new.run(GITLINK, "start", "TEST-1").stdout == "TEST-1  branch TEST-1-add-login-form already\n"


def test_a_detached_head(repository: Repository) -> None:
    repository.git("switch", "-q", "--detach")
    short = repository.git("rev-parse", "--short", "HEAD").stdout.strip()
    assert repository.run(GITLINK, "start", "TEST-1").stdout == f"TEST-1  branch TEST-1-add-login-form from {short}\n"


def test_a_branch_of_another_work_tree(repository: Repository, tmp_path: Path) -> None:
    repository.git("worktree", "add", "-q", "-b", "TEST-1-x", str(tmp_path / "linked"))
    done = repository.run(GITLINK, "start", "TEST-1", check=False)
    assert (done.returncode, f"fix:   cd {tmp_path / 'linked'}\n" in done.stderr) == (7, True)


@pytest.mark.parametrize("place", ["nowhere", "remote.git"])
def test_no_work_tree(repository: Repository, tmp_path: Path, place: str) -> None:
    (tmp_path / "nowhere").mkdir()
    done = Repository(tmp_path / place, repository.remote).run(GITLINK, "start", "TEST-1", check=False)
    assert (done.returncode, done.stdout) == (7, "")
    assert "fix:" in done.stderr


@pytest.mark.parametrize(
    ("words", "environ", "code"),
    [
        (("TEST-999",), {}, 5),
        (("TEST-999", "--slug", "x"), {}, 5),
        (("what",), {}, 2),
        (("TEST-01",), {}, 2),
        (("TEST-1",), AWAY, 6),
        (("TEST-1",), {"TRACKER_TOKEN": ""}, 4),
        (("TEST-1",), {"TRACKER_TOKEN": "wrong"}, 4),
        (("TEST-1",), {"TRACKER_ORG_ID": ""}, 3),
        (("TEST-1",), {"PATH": "/nowhere"}, 7),
    ],
)
def test_exit_codes_are_honest(
    repository: Repository, words: tuple[str, ...], environ: dict[str, str], code: int
) -> None:
    done = repository.run(GITLINK, "start", *words, check=False, **environ)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    assert (_branch(repository), done.stdout) == ("main", "")
    if code == 6:
        assert "fix:   gitlink start TEST-1 --slug short-name\n" in done.stderr


@pytest.mark.parametrize("environ", [AWAY, {"TRACKER_TOKEN": ""}, {"TRACKER_ORG_ID": ""}])
def test_with_a_slug_tracker_may_be_away(repository: Repository, environ: dict[str, str]) -> None:
    done = repository.run(GITLINK, "start", "TEST-1", "--slug", "login", check=True, **environ)
    assert done.stdout == "TEST-1  branch TEST-1-login from main\n"
    assert done.stderr.startswith("gitlink: TEST-1 is not looked up: ")
    repository.git("switch", "-q", "main")
    assert (
        repository.run(GITLINK, "start", "TEST-1", check=True, **environ).stdout
        == "TEST-1  back on branch TEST-1-login\n"
    )


def test_the_branch_stands_though_the_move_had_no_answer(repository: Repository) -> None:
    repository.policy(STARTED)
    done = repository.run(GITLINK, "start", "TEST-1", "--slug", "login", "--json", check=False, **AWAY)
    assert done.returncode == 6
    assert json.loads(done.stdout)["status"] is None
    assert _branch(repository) == "TEST-1-login"


def test_a_closed_issue_is_left_closed_with_a_word(repository: Repository, api: Api) -> None:
    repository.policy(STARTED)
    done = repository.run(GITLINK, "start", "TEST-5")
    assert done.stdout == "TEST-5  branch TEST-5-typo-on-the-welcome-page from main\n"
    assert done.stderr == "gitlink: TEST-5 is closed (Resolved) and is left there\n"
    assert _status(api, "TEST-5") == "resolved"


@pytest.mark.parametrize("status", [0, 3])
def test_the_hook_runs_as_for_git_switch_and_cannot_fail_it(repository: Repository, status: int) -> None:
    hook = repository.path / ".git/hooks/post-checkout"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f'#!/bin/sh\necho "hook: $3 ${{LC_ALL:-none}}"\nexit {status}\n', encoding="utf-8")
    hook.chmod(0o755)
    done = repository.run(GITLINK, "start", "TEST-1", LC_ALL="")
    assert (done.stdout, done.stderr) == ("TEST-1  branch TEST-1-add-login-form from main\n", "hook: 1 none\n")


def test_help_has_an_example(repository: Repository) -> None:
    assert "Example: gitlink start " in repository.run(GITLINK, "start", "--help").stdout


def test_gitpython_is_for_those_who_need_it(repository: Repository) -> None:
    for words, needs in ((("start", "TEST-1"), True), (("status", "--issue", "TEST-1"), False), (("--help",), False)):
        done = repository.run(GITLINK, *words, PYTHONPROFILEIMPORTTIME="1")
        assert any(line.rpartition("|")[2].strip() == "git" for line in done.stderr.splitlines()) is needs, words
