"""Bitbucket Data Center's REST API, as questions.

https://developer.atlassian.com/server/bitbucket/rest/v906/api-group-pull-requests/
"""

from gitlink.forge import bitbucket_dc, reading
from gitlink.forge.model import CommitStatus, NewPullRequest, PullRequest, PullRequestComment, Verdict
from gitlink.forge.reading import dig, moment, text
from gitlink.forge.remote import Remote
from gitlink.forge.rest import Ask, path

_MOST = "100"
_URL_LENGTH = 450
_STATES = {"success": "SUCCESSFUL", "failure": "FAILED", "pending": "INPROGRESS"}


def find(at: Remote, branch: str, source: str) -> Ask[list[PullRequest]]:
    """Ask for the open pull requests from *branch* of project *source*, where they are listed: with what they leave.

    Without `direction=OUTGOING` the branch would be taken as the target.
    """
    query = {"at": f"refs/heads/{branch}", "direction": "OUTGOING", "state": "OPEN", "limit": _MOST}

    def read(json: object) -> list[PullRequest]:
        found = [bitbucket_dc.pull_request(reading.need_members(entry)) for entry in reading.need_list(json, "values")]
        return [one for one in found if one.repository.lower() == at.project.lower()]

    where = _path(source, "pull-requests")
    return Ask(at, "GET", where, f"show the pull requests of `{branch}`", read, query)


def read(at: Remote, number: int) -> Ask[PullRequest]:
    """Ask for one pull request."""
    return Ask(at, "GET", _path(at.project, "pull-requests", number), f"show #{number}", _pull_request)


def change(at: Remote, old: PullRequest, title: str, description: str) -> Ask[PullRequest]:
    """Change the text: the whole object goes back, with its version (409 if that is old) and its reviewers."""
    body = {**old.raw, "title": title, "description": description}
    to = f"change the text of #{old.number}"
    return Ask(at, "PUT", _path(at.project, "pull-requests", old.number), to, _pull_request, body=body)


def create(at: Remote, new: NewPullRequest) -> Ask[PullRequest]:
    """Make a pull request."""
    body: dict[str, object] = {
        "title": new.title,
        "description": new.description,
        "fromRef": _ref(new.source_repository, new.source_branch),
        "toRef": _ref(at.project, new.target_branch),
    }
    body |= {"draft": True} if new.is_draft else {}
    return Ask(at, "POST", _path(at.project, "pull-requests"), "create the pull request", _pull_request, body=body)


def verdicts(at: Remote, number: int) -> list[Ask[list[Verdict]]]:
    """Ask for reviewers and participants, who are part of the pull request."""
    where = _path(at.project, "pull-requests", number)
    return [Ask(at, "GET", where, f"show #{number}", bitbucket_dc.verdicts)]


def comments(at: Remote, number: int) -> Ask[list[PullRequestComment]]:
    """Ask for the comments, which stand among the activities.

    https://support.atlassian.com/bitbucket-data-center/kb/how-to-retrieve-pull-request-comments-using-rest-api
    """
    where = _path(at.project, "pull-requests", number, "activities")
    return Ask(at, "GET", where, f"list the comments of #{number}", _comments, {"limit": _MOST})


def comment(at: Remote, number: int, words: str) -> Ask[None]:
    """Add a comment."""
    where = _path(at.project, "pull-requests", number, "comments")
    return Ask(at, "POST", where, f"comment on #{number}", lambda _: None, body={"text": words})


def mark(at: Remote, oid: str, status: CommitStatus) -> Ask[None]:
    """Set a commit's build status (7.14 and later); `url` must not be missing.

    https://developer.atlassian.com/server/bitbucket/rest/v906/api-group-builds-and-deployments/
    """
    web = at.api.removesuffix("/rest/api/latest")
    body = {
        "key": status.context,
        "name": status.context,
        "state": _STATES[status.state],
        "description": status.description,
        "url": (status.url or web)[:_URL_LENGTH],
        **({"ref": f"refs/heads/{status.branch}"} if status.branch else {}),
    }
    to, where = f"set a status of commit {oid[:7]}", _path(at.project, "commits", oid, "builds")
    return Ask(at, "POST", where, to, lambda _: None, body=body, is_repeatable=True)


def default_branch(at: Remote) -> Ask[str]:
    """Ask for the branch that pull requests usually want into."""
    where = _path(at.project, "default-branch")
    return Ask(at, "GET", where, "show the project", lambda json: reading.need_text(json, "displayId"))


def _path(project: str, *parts: str | int) -> str:
    key, _, slug = project.partition("/")
    return path("projects", key, "repos", slug, *parts)


def _ref(project: str, branch: str) -> dict[str, object]:
    key, _, slug = project.partition("/")
    return {"id": f"refs/heads/{branch}", "repository": {"slug": slug, "project": {"key": key}}}


def _pull_request(json: object) -> PullRequest:
    return bitbucket_dc.pull_request(reading.need_members(json))


def _comments(json: object) -> list[PullRequestComment]:
    added = [entry for entry in reading.need_list(json, "values") if text(entry, "action") == "COMMENTED"]
    return [
        PullRequestComment(
            str(reading.need_number(entry, "comment", "id")),
            text(entry, "comment", "text"),
            bitbucket_dc.person(dig(entry, "comment", "author")),
            moment(entry, "comment", "createdDate"),
        )
        for entry in added
    ]
