"""What each CI's variables say; outside of a CI first, then branches, then pull requests, then what cannot be read."""

import json
from collections.abc import Mapping

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gitlink.ci import CiFacts, detect
from gitlink.errors import SettingsError

GITHUB = {"CI": "true", "GITHUB_ACTIONS": "true", "GITHUB_REPOSITORY": "acme/site"}
PULL = {
    **GITHUB,
    "GITHUB_EVENT_NAME": "pull_request",
    "GITHUB_EVENT_PATH": "/event.json",
    "GITHUB_REF": "refs/pull/7/merge",
    "GITHUB_REF_NAME": "7/merge",
    "GITHUB_HEAD_REF": "TEST-1-fix",
    "GITHUB_BASE_REF": "main",
}
EVENT = {"pull_request": {"number": 7, "title": "TEST-1 fix", "body": "words"}}
GITLAB = {"CI": "true", "GITLAB_CI": "true", "CI_PROJECT_PATH": "acme/site"}
MERGE_REQUEST = {
    **GITLAB,
    "CI_PIPELINE_SOURCE": "merge_request_event",
    "CI_MERGE_REQUEST_IID": "7",
    "CI_MERGE_REQUEST_TITLE": "TEST-1 fix",
    "CI_MERGE_REQUEST_DESCRIPTION": "words",
    "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": "TEST-1-fix",
    "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
    "CI_MERGE_REQUEST_PROJECT_PATH": "acme/upstream",
}
BITBUCKET = {"BITBUCKET_BUILD_NUMBER": "3", "BITBUCKET_REPO_FULL_NAME": "acme/site", "BITBUCKET_BRANCH": "TEST-1-fix"}
JENKINS = {"JENKINS_URL": "https://ci.example.org/"}
CHANGE = {
    **JENKINS,
    "BRANCH_NAME": "PR-7",
    "CHANGE_ID": "7",
    "CHANGE_TITLE": "TEST-1 fix",
    "CHANGE_BRANCH": "TEST-1-fix",
    "CHANGE_TARGET": "main",
    "CHANGE_URL": "https://github.com/acme/site/pull/7",
}


def reading(event: object) -> Mapping[str, str]:
    return {"/event.json": event if isinstance(event, str) else json.dumps(event)}


def seen(environ: Mapping[str, str], files: Mapping[str, str] | None = None) -> CiFacts | None:
    def read_file(path: str) -> str:
        if path not in (files or {}):
            raise FileNotFoundError(2, "No such file or directory", path)
        return (files or {})[path]

    return detect(environ, read_file)


@pytest.mark.parametrize(
    "environ",
    [
        pytest.param({}, id="a terminal"),
        pytest.param({"CI": "true"}, id="a CI that is not known"),
        pytest.param({"GITLAB_CI": ""}, id="a mark that is empty"),
        pytest.param({"BRANCH_NAME": "TEST-1", "CHANGE_ID": "7"}, id="names that anyone may use"),
    ],
)
def test_no_ci(environ: Mapping[str, str]) -> None:
    assert seen(environ) is None


@pytest.mark.parametrize(
    ("environ", "name", "branch"),
    [
        pytest.param(
            {**GITHUB, "GITHUB_REF": "refs/tags/v1", "GITHUB_REF_NAME": "v1"}, "GitHub Actions", None, id="tag"
        ),
        pytest.param({**GITHUB, "GITHUB_REF_NAME": "x"}, "GitHub Actions", None, id="GitHub, no ref"),
        pytest.param(
            {
                **GITHUB,
                "GITHUB_EVENT_NAME": "merge_group",
                "GITHUB_REF": "refs/heads/gh-readonly-queue/main/pr-7-abc",
            },
            "GitHub Actions",
            None,
            id="GitHub's merge queue",
        ),
        pytest.param(GITLAB, "GitLab CI", None, id="GitLab, a tag"),
        pytest.param({"BITBUCKET_BUILD_NUMBER": "3"}, "Bitbucket Pipelines", None, id="Bitbucket, a tag"),
        pytest.param(JENKINS, "Jenkins", None, id="Jenkins, nothing said"),
        pytest.param({**JENKINS, "BRANCH_NAME": "v1", "TAG_NAME": "v1"}, "Jenkins", None, id="Jenkins, a tag"),
        pytest.param({**JENKINS, "GIT_BRANCH": "detached"}, "Jenkins", None, id="Jenkins, detached"),
        pytest.param({**JENKINS, "GIT_BRANCH": "refs/tags/v1"}, "Jenkins", None, id="Jenkins, a tag's ref"),
        pytest.param(
            {**GITHUB, "GITHUB_EVENT_NAME": "push", "GITHUB_REF": "refs/heads/f/TEST-1"},
            "GitHub Actions",
            "f/TEST-1",
            id="GitHub",
        ),
        pytest.param(
            {**GITHUB, "GITEA_ACTIONS": "true", "GITHUB_REF": "refs/heads/x"}, "Gitea Actions", "x", id="Gitea"
        ),
        pytest.param(
            {**GITHUB, "FORGEJO_ACTIONS": "true", "GITEA_ACTIONS": "true", "GITHUB_REF": "refs/heads/x"},
            "Forgejo Actions",
            "x",
            id="Forgejo",
        ),
        pytest.param(
            {"FORGEJO_ACTIONS": "true", "FORGEJO_REF": "refs/heads/x"}, "Forgejo Actions", "x", id="Forgejo 7"
        ),
        pytest.param({**GITLAB, "CI_COMMIT_BRANCH": "x"}, "GitLab CI", "x", id="GitLab"),
        pytest.param(BITBUCKET, "Bitbucket Pipelines", "TEST-1-fix", id="Bitbucket"),
        pytest.param({**JENKINS, "BRANCH_NAME": "f/x"}, "Jenkins", "f/x", id="Jenkins multibranch"),
        pytest.param({**JENKINS, "GIT_BRANCH": "origin/f/x"}, "Jenkins", "f/x", id="Jenkins, a remote-tracking branch"),
        pytest.param({**JENKINS, "GIT_BRANCH": "refs/remotes/origin/x"}, "Jenkins", "x", id="Jenkins, in full"),
        pytest.param({**JENKINS, "GIT_BRANCH": "refs/heads/x"}, "Jenkins", "x", id="Jenkins, a branch's ref"),
    ],
)
def test_branch_build(environ: Mapping[str, str], name: str, branch: str | None) -> None:
    facts = seen(environ)
    assert facts is not None
    assert (facts.name, facts.is_pull_request, facts.source_branch) == (name, False, branch)
    assert (facts.number, facts.title, facts.description, facts.target_branch) == (None, None, None, None)


def test_a_branch_build_names_its_repository() -> None:
    for environ in (GITHUB, GITLAB, BITBUCKET):
        facts = seen(environ)
        assert facts is not None
        assert facts.repository == "acme/site"


def facts(name: str, **other: object) -> CiFacts:
    """Return what every CI below should say, but for *other*."""
    common: dict[str, object] = {
        "number": 7,
        "title": "TEST-1 fix",
        "description": "words",
        "source_branch": "TEST-1-fix",
        "target_branch": "main",
        "repository": "acme/site",
    }
    return CiFacts(name, True, **{**common, **other})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        pytest.param(PULL, facts("GitHub Actions"), id="GitHub"),
        pytest.param(
            {**PULL, "GITHUB_EVENT_NAME": "pull_request_target", "GITHUB_REF": "refs/heads/main"},
            facts("GitHub Actions"),
            id="GitHub, from a fork, on the target branch",
        ),
        pytest.param({**PULL, "GITEA_ACTIONS": "true"}, facts("Gitea Actions"), id="Gitea"),
        pytest.param({**PULL, "FORGEJO_ACTIONS": "true"}, facts("Forgejo Actions"), id="Forgejo"),
        pytest.param(
            {
                "FORGEJO_ACTIONS": "true",
                **{key.replace("GITHUB", "FORGEJO"): value for key, value in PULL.items() if "ACTIONS" not in key},
            },
            facts("Forgejo Actions"),
            id="Forgejo 7 by its own names",
        ),
        pytest.param(MERGE_REQUEST, facts("GitLab CI", repository="acme/upstream"), id="GitLab"),
        pytest.param(
            {**MERGE_REQUEST, "CI_PIPELINE_SOURCE": "parent_pipeline"},
            facts("GitLab CI", repository="acme/upstream"),
            id="GitLab, a child pipeline",
        ),
        pytest.param(
            {key: value for key, value in MERGE_REQUEST.items() if not key.endswith(("DESCRIPTION", "PROJECT_PATH"))},
            facts("GitLab CI", description=None, repository=None),
            id="GitLab before 16.7: no description",
        ),
        pytest.param(
            {**MERGE_REQUEST, "CI_MERGE_REQUEST_DESCRIPTION": ""},
            facts("GitLab CI", description="", repository="acme/upstream"),
            id="GitLab, an empty description",
        ),
        pytest.param(
            {**MERGE_REQUEST, "CI_MERGE_REQUEST_DESCRIPTION_IS_TRUNCATED": "true"},
            facts("GitLab CI", repository="acme/upstream", is_truncated=True),
            id="GitLab, cut",
        ),
        pytest.param(
            {**MERGE_REQUEST, "CI_MERGE_REQUEST_DESCRIPTION": "x" * 2700},
            facts("GitLab CI", repository="acme/upstream", description="x" * 2700, is_truncated=True),
            id="GitLab 16.7, cut and not said so",
        ),
        pytest.param(
            {**BITBUCKET, "BITBUCKET_PR_ID": "7", "BITBUCKET_PR_DESTINATION_BRANCH": "main"},
            facts("Bitbucket Pipelines", title=None, description=None),
            id="Bitbucket: only the API knows the text",
        ),
        pytest.param(CHANGE, facts("Jenkins", description=None), id="Jenkins multibranch"),
        pytest.param(
            {key: value for key, value in CHANGE.items() if key not in ("CHANGE_TITLE", "CHANGE_URL")},
            facts("Jenkins", title=None, description=None, repository=None),
            id="Jenkins multibranch, a plugin that says little",
        ),
        pytest.param(
            {
                **JENKINS,
                "gitlabMergeRequestIid": "7",
                "gitlabMergeRequestTitle": "TEST-1 fix",
                "gitlabSourceBranch": "TEST-1-fix",
                "gitlabTargetBranch": "main",
                "gitlabTargetNamespace": "acme",
                "gitlabTargetRepoName": "site",
            },
            facts("Jenkins", description=None),
            id="Jenkins, the GitLab plugin",
        ),
        pytest.param(
            {
                **JENKINS,
                "BITBUCKET_PULL_REQUEST_ID": "7",
                "BITBUCKET_PULL_REQUEST_TITLE": "TEST-1 fix",
                "BITBUCKET_PULL_REQUEST_DESCRIPTION": "words",
                "BITBUCKET_SOURCE_BRANCH": "TEST-1-fix",
                "BITBUCKET_TARGET_BRANCH": "main",
                "BITBUCKET_REPOSITORY_URL": "https://bitbucket.org/acme/site",
            },
            facts("Jenkins"),
            id="Jenkins, the Bitbucket push and pull request plugin",
        ),
    ],
)
def test_pull_request(environ: Mapping[str, str], expected: CiFacts) -> None:
    if "CI_MERGE_REQUEST_PROJECT_PATH" not in environ and "GITLAB_CI" in environ:
        environ = {key: value for key, value in environ.items() if key != "CI_PROJECT_PATH"}
    assert seen(environ, reading(EVENT)) == expected


def test_a_description_left_empty_is_null_in_the_event() -> None:
    empty = seen(PULL, reading({"pull_request": {"number": 7, "title": "x", "body": None}}))
    assert empty is not None
    assert empty.description == ""


def test_the_event_of_a_review_has_the_branches() -> None:
    environ = {
        **{key: value for key, value in PULL.items() if not key.endswith(("HEAD_REF", "BASE_REF"))},
        "GITHUB_EVENT_NAME": "pull_request_review",
    }
    sides = {"head": {"ref": "TEST-1-fix"}, "base": {"ref": "main"}}
    assert seen(environ, reading({"pull_request": {**EVENT["pull_request"], **sides}})) == facts("GitHub Actions")
    branchless = seen(environ, reading({"pull_request": {**EVENT["pull_request"], "head": None}}))
    assert branchless is not None
    assert (branchless.source_branch, branchless.target_branch) == (None, None)


@pytest.mark.parametrize(
    ("url", "repository"),
    [
        pytest.param("", None, id="nothing"),
        pytest.param("https://example.org/", None, id="no path"),
        pytest.param("https://github.com/acme/site/pull/7", "acme/site", id="GitHub"),
        pytest.param("https://gitlab.com/acme/web/site/-/merge_requests/7", "acme/web/site", id="GitLab, nested"),
        pytest.param("https://gitlab.com/acme/site/merge_requests/7", "acme/site", id="GitLab, old"),
        pytest.param("https://codeberg.org/acme/site/pulls/7", "acme/site", id="Gitea"),
        pytest.param("https://bitbucket.org/acme/site/pull-requests/7/diff", "acme/site", id="Bitbucket"),
        pytest.param(
            "https://git.example.org/bb/projects/ACME/repos/site/pull-requests/7/overview",
            "ACME/site",
            id="Data Center",
        ),
        pytest.param(
            "https://git.example.org/users/anna/repos/site/pull-requests/7", "~anna/site", id="Data Center, a user's"
        ),
    ],
)
def test_repository_of_a_jenkins_change(url: str, repository: str | None) -> None:
    change = seen({**CHANGE, "CHANGE_URL": url})
    assert change is not None
    assert change.repository == repository


@pytest.mark.parametrize(
    ("environ", "event", "variable", "says"),
    [
        pytest.param(
            {**PULL, "GITHUB_EVENT_PATH": ""}, EVENT, "GITHUB_EVENT_PATH", "it is not set", id="no file named"
        ),
        pytest.param(
            {**PULL, "GITHUB_EVENT_PATH": "/no\x1b.json"}, EVENT, "GITHUB_EVENT_PATH", "cannot be read", id="no file"
        ),
        pytest.param(PULL, "", "GITHUB_EVENT_PATH", "holds no JSON", id="an empty file"),
        pytest.param(PULL, "{", "GITHUB_EVENT_PATH", "holds no JSON", id="half a file"),
        pytest.param(PULL, "[" * 100_000, "GITHUB_EVENT_PATH", "holds no JSON", id="nesting without end"),
        pytest.param(PULL, [], "GITHUB_EVENT_PATH", "holds no pull request", id="a list"),
        pytest.param(PULL, {}, "GITHUB_EVENT_PATH", "holds no pull request", id="another event"),
        pytest.param(PULL, {"pull_request": 7}, "GITHUB_EVENT_PATH", "holds no pull request", id="a number for it"),
        pytest.param(
            PULL, {"pull_request": {"number": "7"}}, "GITHUB_EVENT_PATH", "`pull_request.number`", id="a text number"
        ),
        pytest.param(
            PULL, {"pull_request": {"number": True}}, "GITHUB_EVENT_PATH", "`pull_request.number`", id="a truth"
        ),
        pytest.param(
            PULL,
            {"pull_request": {"number": 7, "title": None}},
            "GITHUB_EVENT_PATH",
            "`pull_request.title`",
            id="title",
        ),
        pytest.param(
            PULL,
            {"pull_request": {"number": 7, "title": "x", "body": 1}},
            "GITHUB_EVENT_PATH",
            "`pull_request.body`",
            id="a number for the description",
        ),
        pytest.param(
            {"FORGEJO_ACTIONS": "1", "FORGEJO_EVENT_NAME": "pull_request", "FORGEJO_EVENT_PATH": "/no"},
            EVENT,
            "FORGEJO_EVENT_PATH",
            "cannot be read",
            id="Forgejo's own name",
        ),
        pytest.param(
            {**MERGE_REQUEST, "CI_MERGE_REQUEST_IID": ""}, {}, "CI_MERGE_REQUEST_IID", "no pull request's", id="GitLab"
        ),
        pytest.param(
            {**BITBUCKET, "BITBUCKET_PR_ID": "x\x1b"}, {}, "BITBUCKET_PR_ID", "no pull request's number", id="Bitbucket"
        ),
        pytest.param({**CHANGE, "CHANGE_ID": "1" * 5000}, {}, "CHANGE_ID", "no pull request's number", id="Jenkins"),
        pytest.param({**CHANGE, "CHANGE_URL": "https://[x/y"}, {}, "CHANGE_URL", "is no URL", id="Jenkins, URL"),
    ],
)
def test_what_cannot_be_read_is_a_fault_that_names_the_variable(
    environ: Mapping[str, str], event: object, variable: str, says: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        seen(environ, reading(event))
    assert caught.value.message.startswith(f"{variable}: ")
    assert says in caught.value.message
    assert caught.value.message.isprintable()
    assert caught.value.where == f"environment variable {variable}"
    assert caught.value.exit_code == 3


@given(st.recursive(st.none() | st.integers() | st.text(), lambda inner: st.dictionaries(st.text(), inner)))
@example({"pull_request": {"number": 7, "title": []}})
def test_no_event_ends_in_a_traceback(event: object) -> None:
    for file in (event, {"pull_request": event}):
        try:
            seen(PULL, reading(json.dumps(file)))
        except SettingsError:
            continue


def test_a_file_that_is_no_text_is_a_fault_too() -> None:
    def read_file(path: str) -> str:
        return b"\xff".decode()

    with pytest.raises(SettingsError, match="holds no JSON"):
        detect(PULL, read_file)
