"""Bitbucket Cloud's REST API, as questions.

https://developer.atlassian.com/cloud/bitbucket/rest/api-group-pullrequests/ ; the filter language:
https://developer.atlassian.com/cloud/bitbucket/rest/intro/#filtering
"""

from gitlink.forge import bitbucket_cloud, reading
from gitlink.forge.model import CommitStatus, NewPullRequest, PullRequest, PullRequestComment, Verdict
from gitlink.forge.reading import dig, flag, moment, text
from gitlink.forge.remote import Remote
from gitlink.forge.rest import Ask, path

_MOST = "50"
_STATES = {"success": "SUCCESSFUL", "failure": "FAILED", "pending": "INPROGRESS"}


def find(at: Remote, branch: str, source: str) -> Ask[list[PullRequest]]:
    """Ask for the open pull requests from *branch* of project *source*."""
    query = {"q": f'source.branch.name={_quoted(branch)} AND state="OPEN"', "pagelen": _MOST}

    def read(json: object) -> list[PullRequest]:
        found = [_pull_request(at, entry) for entry in reading.need_list(json, "values")]
        return [one for one in found if one.is_from(branch, source)]

    return Ask(at, "GET", _path(at, "pullrequests"), f"show the pull requests of `{branch}`", read, query)


def read(at: Remote, number: int) -> Ask[PullRequest]:
    """Ask for one pull request."""
    where = _path(at, "pullrequests", number)
    return Ask(at, "GET", where, f"show #{number}", lambda json: _pull_request(at, json))


def change(at: Remote, old: PullRequest, title: str, description: str) -> Ask[PullRequest]:
    """Change the text; only open pull requests can be changed."""
    body = {"title": title, "description": description}
    to = f"change the text of #{old.number}"
    where = _path(at, "pullrequests", old.number)
    return Ask(at, "PUT", where, to, lambda json: _pull_request(at, json), body=body, is_repeatable=True)


def create(at: Remote, new: NewPullRequest) -> Ask[PullRequest]:
    """Make a pull request."""
    source: dict[str, object] = {"branch": {"name": new.source_branch}}
    if new.source_repository.lower() != at.project.lower():
        source["repository"] = {"full_name": new.source_repository}
    body: dict[str, object] = {
        "title": new.title,
        "description": new.description,
        "source": source,
        "destination": {"branch": {"name": new.target_branch}},
    }
    body |= {"draft": True} if new.is_draft else {}
    to = "create the pull request"
    return Ask(at, "POST", _path(at, "pullrequests"), to, lambda json: _pull_request(at, json), body=body)


def verdicts(at: Remote, number: int) -> list[Ask[list[Verdict]]]:
    """Ask for the participants; lists of pull requests leave them out."""
    where = _path(at, "pullrequests", number)
    return [Ask(at, "GET", where, f"show #{number}", bitbucket_cloud.verdicts)]


def comments(at: Remote, number: int) -> Ask[list[PullRequestComment]]:
    """Ask for the comments, oldest first."""
    where = _path(at, "pullrequests", number, "comments")
    return Ask(at, "GET", where, f"list the comments of #{number}", _comments, {"pagelen": "100"})


def comment(at: Remote, number: int, words: str) -> Ask[None]:
    """Add a comment."""
    where, body = _path(at, "pullrequests", number, "comments"), {"content": {"raw": words}}
    return Ask(at, "POST", where, f"comment on #{number}", lambda _: None, body=body)


def mark(at: Remote, oid: str, status: CommitStatus) -> Ask[None]:
    """Set a commit's build status; `url` must not be missing.

    https://developer.atlassian.com/cloud/bitbucket/rest/api-group-commit-statuses/
    """
    body = {
        "key": status.context,
        "name": status.context,
        "state": _STATES[status.state],
        "description": status.description,
        "url": status.url or f"https://{at.host}/{at.project}",
        **({"refname": status.branch} if status.branch else {}),
    }
    to, where = f"set a status of commit {oid[:7]}", _path(at, "commit", oid, "statuses", "build")
    return Ask(at, "POST", where, to, lambda _: None, body=body, is_repeatable=True)


def default_branch(at: Remote) -> Ask[str]:
    """Ask for the branch that pull requests usually want into."""
    return Ask(at, "GET", _path(at), "show the project", lambda json: reading.need_text(json, "mainbranch", "name"))


def _quoted(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _path(at: Remote, *parts: str | int) -> str:
    return path("repositories", *at.project.split("/"), *parts)


def _pull_request(at: Remote, json: object) -> PullRequest:
    repository = text(json, "destination", "repository", "full_name") or at.project
    return bitbucket_cloud.pull_request(reading.need_members(json), repository)


def _comments(json: object) -> list[PullRequestComment]:
    return [
        PullRequestComment(
            str(reading.need_number(entry, "id")),
            text(entry, "content", "raw"),
            bitbucket_cloud.person(dig(entry, "user")),
            moment(entry, "created_on"),
        )
        for entry in reading.need_list(json, "values")
        if not flag(entry, "deleted")
    ]
