"""`gitlink pr` as a person runs it: a real repository, and a small GitHub or GitLab on this machine."""

import json
from collections.abc import Iterator

import pytest

from gitlink.forge.model import Forge
from tests.conftest import SCRIPTS, Repository
from tests.forge.hub import TOKEN, Hub, hub
from tests.tracker.loopback import Answer, Server, told

GITLINK = str(SCRIPTS / "gitlink")


@pytest.fixture(params=["github", "gitlab"])
def served(
    request: pytest.FixtureRequest, repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Hub, Server]]:
    """A forge that `origin` is at, and a branch of TEST-1 that it has."""
    with hub(request.param) as (made, server):
        prepare(repository, made)
        monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
        monkeypatch.setenv("GITLAB_TOKEN", TOKEN)
        yield made, server


def prepare(repository: Repository, made: Hub) -> None:
    repository.git("config", "--global", f"gitlink.{made.remote.host}.forge", made.forge)
    repository.git("remote", "set-url", "origin", made.clone_url)
    repository.git("switch", "-q", "-c", "TEST-1-login-form")
    repository.commit("TEST-1: Add the form")
    repository.commit("Mend the form")
    repository.git("update-ref", "refs/remotes/origin/TEST-1-login-form", "HEAD")


def pr(repository: Repository, *words: str, code: int = 0, **environ: str) -> tuple[str, str]:
    done = repository.run(GITLINK, "pr", *words, check=False, **environ)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    assert TOKEN not in done.stdout + done.stderr
    return done.stdout, done.stderr


def description(repository: Repository) -> str:
    return repository.git("config", "branch.TEST-1-login-form.description", check=False).stdout


DRAFT = "TEST-1 Add the form\n\n- TEST-1: Add the form\n- Mend the form\n\nIssue: TEST-1\n"


def test_a_draft_is_made_once_and_kept(repository: Repository) -> None:
    repository.git("switch", "-q", "-c", "TEST-1-login-form")
    repository.commit("TEST-1: Add the form")
    repository.commit("Mend the form")
    assert pr(repository, "draft", "--dry-run")[0] == DRAFT
    assert description(repository) == ""
    out, told_ = pr(repository, "draft")
    assert out == description(repository) == DRAFT
    assert told_ == "gitlink: the summary of TEST-1 is not known: no token for Tracker\n"
    repository.git("config", "branch.TEST-1-login-form.description", "TEST-1 Mine")
    assert pr(repository, "draft") == ("TEST-1 Mine\n", "")
    assert pr(repository, "draft", "--new", "--issue", "test-2")[0].startswith("TEST-2 TEST-1: Add the form\n")


def test_a_draft_fits_an_argument_list(repository: Repository) -> None:
    repository.git("switch", "-q", "-c", "TEST-1-login-form")
    repository.git("commit", "-q", "--allow-empty", "-F", "-", stdin="x" * 200_000)
    assert pr(repository, "draft")[0] == description(repository)


def test_a_draft_is_edited_in_gits_own_editor(repository: Repository) -> None:
    repository.git("switch", "-q", "-c", "TEST-1-login-form")
    out, _ = pr(repository, "draft", "--edit", GIT_EDITOR="sed -i 's/Login form/Better/'")
    assert out == "TEST-1 Better\n\nIssue: TEST-1\n"
    assert pr(repository, "draft", "--edit", code=7, GIT_EDITOR="false")[0] == ""


def test_the_repositorys_template_is_taken_from_its_commit(repository: Repository) -> None:
    repository.git("switch", "-q", "-c", "TEST-1-login-form")
    (repository.path / "docs").mkdir()
    (repository.path / "docs" / "Pull_Request_Template.md").symlink_to("/etc/passwd")
    (repository.path / "PULL_REQUEST_TEMPLATE.md").write_text("## What\n\n## Why\n", encoding="utf-8")
    repository.git("add", ".")
    repository.commit("Add a template")
    assert pr(repository, "draft")[0] == "TEST-1 Add a template\n\n## What\n\n## Why\n\nIssue: TEST-1\n"
    (repository.path / "PULL_REQUEST_TEMPLATE.md").unlink()
    repository.git("add", ".")
    repository.commit("Take it away")
    assert "root:" not in pr(repository, "draft", "--new")[0]


def test_without_an_issue_or_a_branch_it_says_how(repository: Repository) -> None:
    repository.git("switch", "-q", "-c", "login")
    _, told_ = pr(repository, "draft", code=2)
    assert "fix:   gitlink pr draft --issue TEST-123" in told_
    _, told_ = pr(repository, "draft", "--branch", "nowhere", code=7)
    assert "there is no branch `nowhere` here" in told_
    repository.git("switch", "-q", "--detach")
    _, told_ = pr(repository, "draft", code=2)
    assert "no branch to act on" in told_


def test_creating_from_a_draft_once(repository: Repository, served: tuple[Hub, Server]) -> None:
    made, server = served
    out, _ = pr(repository, "create", "--dry-run")
    assert out.startswith("would create: TEST-1-login-form → main: TEST-1 Add the form\n")
    assert made.pulls == []
    out, _ = pr(repository, "create", "--base", "trunk")
    made_one = made.pulls[0]
    assert (made_one.title, made_one.text, made_one.branch, made_one.target) == (
        "TEST-1 Add the form",
        DRAFT.partition("\n\n")[2].rstrip("\n"),
        "TEST-1-login-form",
        "trunk",
    )
    assert out.startswith("pull request 1 created  TEST-1 Add the form  http://127.0.0.1")
    again = json.loads(pr(repository, "create", "--json")[0])
    assert (again["number"], again["created"]) == (1, False)
    assert len(made.pulls) == 1
    assert all([TOKEN in str(seen.headers) for seen in server.seen])


@pytest.mark.parametrize("served", ["github"], indirect=True)
def test_a_text_that_names_no_issue_is_not_created(repository: Repository, served: tuple[Hub, Server]) -> None:
    made, _ = served
    out, _ = pr(repository, "create", "--title", "Add the form", "--description", "x", code=1)
    assert "does not name the branch's issue TEST-1" in out
    assert made.pulls == []


@pytest.mark.parametrize("served", ["github"], indirect=True)
def test_a_branch_that_the_forge_does_not_have(repository: Repository, served: tuple[Hub, Server]) -> None:
    repository.git("switch", "-q", "-c", "TEST-1-other")
    _, told_ = pr(repository, "create", code=7)
    assert "fix:   git push --set-upstream origin TEST-1-other" in told_


def test_a_lost_answer_is_looked_for_before_anything_is_repeated(
    repository: Repository, served: tuple[Hub, Server]
) -> None:
    made, server = served
    made.is_lossy = True
    out, _ = pr(repository, "create")
    assert out.startswith("pull request 1 created")
    assert len(made.pulls) == 1
    assert [seen.method for seen in server.seen].count("POST") == 1


def test_fixing_what_is_open(repository: Repository, served: tuple[Hub, Server]) -> None:
    made, _ = served
    repository.policy("[pullrequest]\n\trequire = both\n")
    made.add("feat(ui): add the form", "As asked.", branch="TEST-1-login-form")
    pr(repository, "check", code=1)
    out, _ = pr(repository, "fix", "--dry-run")
    assert out == "pull request 1: would be feat(ui): TEST-1 add the form; its text ends with `Issue: TEST-1`\n"
    assert made.pulls[0].title == "feat(ui): add the form"
    pr(repository, "fix")
    assert (made.pulls[0].title, made.pulls[0].text) == ("feat(ui): TEST-1 add the form", "As asked.\n\nIssue: TEST-1")
    assert pr(repository, "fix")[0] == "pull request 1: nothing to mend\n"
    assert pr(repository, "check") == ("", "")


def test_showing_what_is_open(repository: Repository, served: tuple[Hub, Server]) -> None:
    made, _ = served
    assert pr(repository, "show") == ("", "gitlink: TEST-1-login-form has neither a pull request nor a draft\n")
    repository.git("config", "branch.TEST-1-login-form.description", "TEST-1 Mine\n\nText")
    assert pr(repository, "show")[0] == "draft  TEST-1 Mine\n\nText\n"
    made.add("TEST-1 Add \x1b[31mlogin", "a\r\nb", branch="TEST-1-login-form")
    made.reviews = [("bert", "+")]
    out, _ = pr(repository, "show")
    assert out.startswith("pull request 1  TEST-1 Add \ufffd[31mlogin\n  TEST-1-login-form → main  http://127.0.0.1")
    assert out.endswith("  review accepted: approved by bert\n\na\nb\n")
    shown = json.loads(pr(repository, "show", "--json")[0])
    assert (shown[0]["number"], shown[0]["review"]["state"]) == (1, "accepted")


def test_a_draft_is_checked_and_mended_where_there_is_no_forge(repository: Repository) -> None:
    repository.git("switch", "-q", "-c", "TEST-1-login-form")
    _, told_ = pr(repository, "check", code=3)
    assert "remote `origin` is no forge that gitlink knows" in told_
    repository.git("config", "branch.TEST-1-login-form.description", "Add the form")
    assert "the draft of the pull request does not name" in pr(repository, "check", code=1)[0]
    assert pr(repository, "fix")[0] == "draft: TEST-1 Add the form\n"
    assert pr(repository, "check") == ("", "")


def test_a_forge_without_a_name_is_told_how_to_be_named(repository: Repository) -> None:
    repository.git("switch", "-q", "-c", "TEST-1-login-form")
    repository.git("remote", "set-url", "origin", "https://anna:s3cret@git.example.com:8443/acme/app.git")
    _, told_ = pr(repository, "create", code=3)
    assert "fix:   git config --global gitlink.git.example.com:8443.forge github" in told_
    assert "s3cret" not in told_
    repository.git("remote", "remove", "origin")
    assert "there is no remote `origin`" in pr(repository, "create", code=3)[1]


@pytest.mark.parametrize("served", ["github"], indirect=True)
def test_a_refused_token_and_a_dead_forge(repository: Repository, served: tuple[Hub, Server]) -> None:
    made, _ = served
    _, told_ = pr(repository, "check", code=4, GITHUB_TOKEN="wrong", GITLAB_TOKEN="wrong")
    assert "does not accept the token in `GIT" in told_
    made.fault = told({"message": "no"}, 400)
    pr(repository, "check", code=5)
    made.fault = Answer(is_silent=True)
    pr(repository, "check", code=6)


def test_a_branch_with_another_name_on_the_remote(repository: Repository) -> None:
    with hub("github") as (made, server):
        prepare(repository, made)
        repository.git("config", "push.default", "upstream")
        repository.git("config", "branch.TEST-1-login-form.remote", "origin")
        repository.git("config", "branch.TEST-1-login-form.merge", "refs/heads/TEST-1-other")
        repository.git("update-ref", "refs/remotes/origin/TEST-1-other", "HEAD")
        pr(repository, "create", GITHUB_TOKEN=TOKEN)
        assert made.pulls[0].branch == "TEST-1-other"
        assert "head=acme%3ATEST-1-other" in server.lines[0]


def test_a_fork_whose_pull_requests_live_upstream(repository: Repository, served: tuple[Hub, Server]) -> None:
    made, _ = served
    repository.git("remote", "set-url", "origin", made.clone_url.replace("acme", "bert"))
    repository.git("remote", "add", "upstream", made.clone_url)
    made.add("TEST-9 Not this one", branch="TEST-1-login-form")
    made.add("Add the form", source="bert/app", branch="TEST-1-login-form")
    assert "pull request 2 does not name" in pr(repository, "check", code=1)[0]


@pytest.mark.parametrize("forge", ["github", "gitlab"])
def test_a_fork_wants_into_upstream(repository: Repository, forge: Forge) -> None:
    with hub(forge) as (made, _):
        prepare(repository, made)
        repository.git("remote", "set-url", "origin", made.clone_url.replace("acme", "bert"))
        repository.git("remote", "add", "upstream", made.clone_url)
        pr(repository, "create", GITHUB_TOKEN=TOKEN, GITLAB_TOKEN=TOKEN)
        assert (made.pulls[0].source, made.pulls[0].target) == ("bert/app", "main")


def check(repository: Repository, *words: str, code: int = 0, **environ: str) -> tuple[str, str]:
    done = repository.run(GITLINK, "check", *words, check=False, **environ)
    assert done.returncode == code, done.stderr
    return done.stdout, done.stderr


@pytest.mark.parametrize("served", ["gitlab"], indirect=True)
def test_check_sees_the_open_pull_request_before_the_draft(repository: Repository, served: tuple[Hub, Server]) -> None:
    made, server = served
    repository.git("config", "branch.TEST-1-login-form.description", "TEST-2 Not mine")
    assert "the draft of the pull request names TEST-2" in check(repository, "pr", code=1)[0]
    made.add("TEST-1 Add the form", branch="TEST-1-login-form")
    assert check(repository) == ("", "")
    made.pulls[0].title = "Add the form"
    assert "pull request 1 does not name" in check(repository, code=1)[0]
    before = len(server.seen)
    check(repository, code=1, GITHUB_TOKEN="", GITLAB_TOKEN="")
    repository.policy("[pullrequest]\n\tlookup = never\n")
    check(repository, code=1)
    assert len(server.seen) == before


@pytest.mark.parametrize("served", ["github"], indirect=True)
def test_check_goes_on_without_an_answer(repository: Repository, served: tuple[Hub, Server]) -> None:
    made, _ = served
    made.fault = told({"message": "no"}, 400)
    out, told_ = check(repository)
    assert out == ""
    assert told_.startswith("gitlink: the pull request of TEST-1-login-form could not be looked up: Git")


@pytest.mark.parametrize("served", ["github"], indirect=True)
def test_a_forge_that_repeats_the_token_is_told_without_it(repository: Repository, served: tuple[Hub, Server]) -> None:
    made, server = served
    made.fault = told({"message": f"bad header Authorization: Bearer {TOKEN} or {TOKEN}?"}, 400)
    out, told_ = check(repository)
    assert [seen.headers["authorization"] for seen in server.seen] == [f"Bearer {TOKEN}"]
    assert (out, told_) == (
        "",
        "gitlink: the pull request of TEST-1-login-form could not be looked up: GitHub refused to show the pull"
        " requests of `TEST-1-login-form`: bad header Authorization: Bearer […] or ***?\n",
    )


@pytest.mark.parametrize("served", ["gitlab"], indirect=True)
def test_what_a_ci_does_not_hand_on_is_read_from_the_forge(repository: Repository, served: tuple[Hub, Server]) -> None:
    made, _ = served
    made.add("Add the form", branch="TEST-1-login-form")
    pipelines = {
        "BITBUCKET_BUILD_NUMBER": "1",
        "BITBUCKET_PR_ID": "1",
        "BITBUCKET_BRANCH": "TEST-1-login-form",
        "BITBUCKET_PR_DESTINATION_BRANCH": "main",
        "BITBUCKET_REPO_FULL_NAME": "acme/app",
    }
    repository.git("update-ref", "refs/remotes/origin/main", "main")
    assert "pull request 1 does not name" in check(repository, code=1, **pipelines)[0]
    made.pulls[0].title = "TEST-1 Add the form"
    assert check(repository, code=0, **pipelines) == ("", "")
    made.fault = told({}, 404)
    assert "not judged" in check(repository, code=0, **pipelines)[1]
    assert "not judged" in check(repository, code=0, **pipelines, GITHUB_TOKEN="", GITLAB_TOKEN="")[1]


def test_a_pull_request_by_its_page(repository: Repository, served: tuple[Hub, Server]) -> None:
    made, _ = served
    made.add("Add the form", branch="TEST-1-login-form")
    kind = "pull" if made.forge == "github" else "-/merge_requests"
    page = f"{made.url}/acme/app/{kind}/1/files?x=1#y"
    assert "pull request 1 does not name" in check(repository, "pr", "--url", page, code=1)[0]
    check(repository, "pr", "--url", f"{made.url}/acme/app/{kind}/9", code=5)
    assert "no page of a pull request" in check(repository, "pr", "--url", "https://example.com/x", code=2)[1]
