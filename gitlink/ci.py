"""What a CI says about the build it runs: which branch, which pull request, which text; pure, and blind to the network.

A checkout in CI is detached as a rule, so Git itself cannot name the branch. Each CI is told by its own mark; Gitea and
Forgejo set GitHub's marks as well and are therefore asked first. A value that only the forge's API knows is None.

Sources: https://docs.github.com/en/actions/reference/workflows-and-actions/variables,
https://forgejo.org/docs/latest/user/actions/reference/, https://docs.gitlab.com/ci/variables/predefined_variables/,
https://support.atlassian.com/bitbucket-cloud/docs/variables-and-secrets/, BranchNameContributor of Jenkins'
branch-api-plugin, and the README files of its gitlab-plugin and bitbucket-push-and-pull-request-plugin.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from gitlink.core.refs import branch_of
from gitlink.core.text import printable, shorten
from gitlink.errors import SettingsError

# GitLab cuts CI_MERGE_REQUEST_DESCRIPTION here; only since 16.8 does it say so in a variable of its own.
_GITLAB_DESCRIPTION_LENGTH = 2700
_PULL_REQUEST_PATHS = ("/-/merge_requests/", "/merge_requests/", "/pull-requests/", "/pulls/", "/pull/")

ReadFile = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class CiFacts:
    """One build: the branch that was pushed, or the pull request that it checks."""

    name: str
    is_pull_request: bool = False
    number: int | None = None
    title: str | None = None
    description: str | None = None
    source_branch: str | None = None
    target_branch: str | None = None
    repository: str | None = None
    is_truncated: bool = False  # the description is longer than what this CI hands on


def detect(environ: Mapping[str, str], read_file: ReadFile) -> CiFacts | None:
    """Return what the CI around us says, or None outside of the CIs known here.

    *read_file* returns the text of a file (GitHub's event) or raises OSError. Raises SettingsError, which names the
    variable, where a value cannot be what the CI's documentation promises.
    """
    for mark, read in _MARKS:
        if environ.get(mark):
            return read(environ, read_file)
    return None


def _github(environ: Mapping[str, str], read_file: ReadFile) -> CiFacts:
    return _actions("GitHub Actions", environ, read_file)


def _gitea(environ: Mapping[str, str], read_file: ReadFile) -> CiFacts:
    return _actions("Gitea Actions", environ, read_file)


def _forgejo(environ: Mapping[str, str], read_file: ReadFile) -> CiFacts:
    return _actions("Forgejo Actions", environ, read_file)


def _actions(name: str, environ: Mapping[str, str], read_file: ReadFile) -> CiFacts:
    """Read GitHub's variables, or those of Forgejo's runner where they stand alone."""
    event = _actions_value(environ, "EVENT_NAME") or ""
    repository = _actions_value(environ, "REPOSITORY")
    if not event.startswith("pull_request"):
        # In a merge queue the ref is a branch that the forge named itself (`gh-readonly-queue/…`); nobody can mend it.
        ref = "" if event == "merge_group" else _actions_value(environ, "REF") or ""
        return CiFacts(name, source_branch=branch_of(ref), repository=repository)
    prefix = "GITHUB" if environ.get("GITHUB_EVENT_PATH") else "FORGEJO" if name.startswith("Forgejo") else "GITHUB"
    variable = f"{prefix}_EVENT_PATH"
    pull_request = _pull_request(_event(environ, variable, read_file), variable)
    return CiFacts(
        name,
        is_pull_request=True,
        number=_member_number(pull_request, variable),
        title=_member_text(pull_request, "title", variable),
        description=_member_text(pull_request, "body", variable),
        # Only `pull_request` and `pull_request_target` set these two; the file has them for the events of reviews too.
        source_branch=_actions_value(environ, "HEAD_REF") or _side(pull_request, "head"),
        target_branch=_actions_value(environ, "BASE_REF") or _side(pull_request, "base"),
        repository=repository,
    )


def _actions_value(environ: Mapping[str, str], name: str) -> str | None:
    return environ.get(f"GITHUB_{name}") or environ.get(f"FORGEJO_{name}") or None


def _event(environ: Mapping[str, str], variable: str, read_file: ReadFile) -> object:
    path = environ.get(variable)
    if not path:
        raise _wrong(variable, "it is not set", "a pull request's text stands in the file that it names")
    try:
        event: object = json.loads(read_file(path))
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise _wrong(variable, f"the file `{printable(path)}` cannot be read", why) from error
    except (ValueError, RecursionError) as error:
        raise _wrong(variable, f"the file `{printable(path)}` holds no JSON", None) from error
    return event


def _pull_request(event: object, variable: str) -> dict[str, object]:
    pull_request = event.get("pull_request") if isinstance(event, dict) else None
    if not isinstance(pull_request, dict):
        raise _wrong(variable, "the event in its file holds no pull request", None)
    return pull_request


def _member_text(pull_request: dict[str, object], member: str, variable: str) -> str:
    """Return a text of the event; GitHub writes null for a description that was left empty."""
    value = pull_request.get(member)
    if value is None and member == "body":
        return ""
    if not isinstance(value, str):
        raise _wrong(variable, f"`pull_request.{member}` in its file is no text", None)
    return value


def _member_number(pull_request: dict[str, object], variable: str) -> int:
    value = pull_request.get("number")
    if not isinstance(value, int) or isinstance(value, bool):
        raise _wrong(variable, "`pull_request.number` in its file is no number", None)
    return value


def _side(pull_request: dict[str, object], side: str) -> str | None:
    value = pull_request.get(side)
    ref = value.get("ref") if isinstance(value, dict) else None
    return ref if isinstance(ref, str) and ref else None


def _gitlab(environ: Mapping[str, str], _: ReadFile) -> CiFacts:
    # A child pipeline keeps the merge request's variables, but not the source `merge_request_event`.
    is_pull_request = environ.get("CI_PIPELINE_SOURCE") == "merge_request_event" or bool(
        environ.get("CI_MERGE_REQUEST_IID")
    )
    project = environ.get("CI_PROJECT_PATH") or None
    if not is_pull_request:
        return CiFacts("GitLab CI", source_branch=environ.get("CI_COMMIT_BRANCH") or None, repository=project)
    description = environ.get("CI_MERGE_REQUEST_DESCRIPTION")
    return CiFacts(
        "GitLab CI",
        is_pull_request=True,
        number=_number(environ, "CI_MERGE_REQUEST_IID"),
        title=environ.get("CI_MERGE_REQUEST_TITLE"),
        description=description,
        source_branch=environ.get("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME") or None,
        target_branch=environ.get("CI_MERGE_REQUEST_TARGET_BRANCH_NAME") or None,
        repository=environ.get("CI_MERGE_REQUEST_PROJECT_PATH") or project,
        is_truncated=environ.get("CI_MERGE_REQUEST_DESCRIPTION_IS_TRUNCATED") == "true"
        or len(description or "") >= _GITLAB_DESCRIPTION_LENGTH,
    )


def _bitbucket(environ: Mapping[str, str], _: ReadFile) -> CiFacts:
    # BITBUCKET_BRANCH is set in both kinds of pipeline, BITBUCKET_PR_ID only where there is a pull request.
    is_pull_request = bool(environ.get("BITBUCKET_PR_ID"))
    return CiFacts(
        "Bitbucket Pipelines",
        is_pull_request=is_pull_request,
        number=_number(environ, "BITBUCKET_PR_ID") if is_pull_request else None,
        source_branch=environ.get("BITBUCKET_BRANCH") or None,
        target_branch=environ.get("BITBUCKET_PR_DESTINATION_BRANCH") or None if is_pull_request else None,
        repository=environ.get("BITBUCKET_REPO_FULL_NAME") or None,
    )


def _jenkins(environ: Mapping[str, str], _: ReadFile) -> CiFacts:
    """Read a multibranch build's variables, else those of the plugins that start a plain job for a pull request."""
    if environ.get("CHANGE_ID"):
        return _jenkins_change(environ)
    if environ.get("gitlabMergeRequestIid"):
        return _jenkins_gitlab(environ)
    if environ.get("BITBUCKET_PULL_REQUEST_ID"):
        return _jenkins_bitbucket(environ)
    return CiFacts("Jenkins", source_branch=_jenkins_branch(environ))


def _jenkins_change(environ: Mapping[str, str]) -> CiFacts:
    return CiFacts(
        "Jenkins",
        is_pull_request=True,
        number=_number(environ, "CHANGE_ID"),
        title=environ.get("CHANGE_TITLE"),  # missing for some plugins
        source_branch=environ.get("CHANGE_BRANCH") or None,  # BRANCH_NAME is `PR-24` here
        target_branch=environ.get("CHANGE_TARGET") or None,
        repository=_repository_of(environ.get("CHANGE_URL", ""), "CHANGE_URL"),
    )


def _jenkins_gitlab(environ: Mapping[str, str]) -> CiFacts:
    namespace, name = environ.get("gitlabTargetNamespace"), environ.get("gitlabTargetRepoName")
    return CiFacts(
        "Jenkins",
        is_pull_request=True,
        number=_number(environ, "gitlabMergeRequestIid"),
        title=environ.get("gitlabMergeRequestTitle"),
        source_branch=environ.get("gitlabSourceBranch") or None,
        target_branch=environ.get("gitlabTargetBranch") or None,
        repository=f"{namespace}/{name}" if namespace and name else None,
    )


def _jenkins_bitbucket(environ: Mapping[str, str]) -> CiFacts:
    return CiFacts(
        "Jenkins",
        is_pull_request=True,
        number=_number(environ, "BITBUCKET_PULL_REQUEST_ID"),
        title=environ.get("BITBUCKET_PULL_REQUEST_TITLE"),
        description=environ.get("BITBUCKET_PULL_REQUEST_DESCRIPTION"),
        source_branch=environ.get("BITBUCKET_SOURCE_BRANCH") or None,
        target_branch=environ.get("BITBUCKET_TARGET_BRANCH") or None,
        repository=_repository_of(environ.get("BITBUCKET_REPOSITORY_URL", ""), "BITBUCKET_REPOSITORY_URL"),
    )


def _jenkins_branch(environ: Mapping[str, str]) -> str | None:
    """Return the branch of a build; multibranch names a tag in BRANCH_NAME too, and then sets TAG_NAME."""
    if environ.get("TAG_NAME"):
        return None
    if environ.get("BRANCH_NAME"):
        return environ["BRANCH_NAME"]
    branch = environ.get("GIT_BRANCH", "").removeprefix("refs/remotes/").removeprefix("origin/")
    branch = branch.removeprefix("refs/heads/")
    return branch if branch and branch != "detached" and not branch.startswith("refs/") else None


def _repository_of(url: str, variable: str) -> str | None:
    """Return the repository in a web address of its own or of one of its pull requests, None if there is none."""
    try:
        path = unquote(urlsplit(url).path)
    except ValueError as error:
        raise _wrong(variable, f"`{printable(shorten(url))}` is no URL", None) from error
    for marker in _PULL_REQUEST_PATHS:
        path = path.partition(marker)[0]
    parts = [part for part in path.removesuffix(".git").split("/") if part]
    if len(parts) >= 4 and parts[-2] == "repos" and parts[-4] in ("projects", "users"):  # Bitbucket Data Center
        owner = parts[-3] if parts[-4] == "projects" else f"~{parts[-3]}"
        return f"{owner}/{parts[-1]}"
    return "/".join(parts) if len(parts) > 1 else None


def _number(environ: Mapping[str, str], variable: str) -> int:
    value = environ.get(variable, "")
    if not (value.isascii() and value.isdigit() and len(value) < 20):
        raise _wrong(variable, f"`{printable(shorten(value))}` is no pull request's number", None)
    return int(value)


def _wrong(variable: str, what: str, why: str | None) -> SettingsError:
    return SettingsError(
        f"{variable}: {what}",
        where=f"environment variable {variable}",
        why=why or "the CI sets it by its own documentation; something on the way changed it",
        fix="gitlink check branch BRANCH && gitlink check pr --branch BRANCH --title TITLE --description -",
    )


# The order matters: Gitea's and Forgejo's runners set GITHUB_ACTIONS too.
_MARKS: tuple[tuple[str, Callable[[Mapping[str, str], ReadFile], CiFacts]], ...] = (
    ("FORGEJO_ACTIONS", _forgejo),
    ("GITEA_ACTIONS", _gitea),
    ("GITHUB_ACTIONS", _github),
    ("GITLAB_CI", _gitlab),
    ("BITBUCKET_BUILD_NUMBER", _bitbucket),
    ("JENKINS_URL", _jenkins),
)
