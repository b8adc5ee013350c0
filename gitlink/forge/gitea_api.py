"""Gitea's and Forgejo's REST API, as questions. https://docs.gitea.com/api/ , routers/api/v1 in their source."""

from gitlink.forge import gitea, reading
from gitlink.forge.model import CommitStatus, NewPullRequest, Opinion, PullRequest, PullRequestComment, Verdict
from gitlink.forge.reading import brief, dig, flag, moment, text
from gitlink.forge.remote import Remote
from gitlink.forge.rest import Ask, path

_MOST = "50"
# modules/structs/pull_review.go; REQUEST_REVIEW, COMMENT and PENDING change nothing.
_OPINIONS: dict[str, Opinion] = {"APPROVED": "approved", "REQUEST_CHANGES": "changes_requested"}


def find(at: Remote, branch: str, source: str) -> Ask[list[PullRequest]]:
    """Ask for the open pull requests from *branch* of project *source*; there is no filter for it on the forge."""

    def read(json: object) -> list[PullRequest]:
        found = [_pull_request(at, entry) for entry in reading.need_list(json)]
        return [one for one in found if one.is_from(branch, source)]

    query = {"state": "open", "limit": _MOST}
    return Ask(at, "GET", _path(at, "pulls"), f"show the pull requests of `{branch}`", read, query)


def read(at: Remote, number: int) -> Ask[PullRequest]:
    """Ask for one pull request."""
    return Ask(at, "GET", _path(at, "pulls", number), f"show #{number}", lambda json: _pull_request(at, json))


def change(at: Remote, old: PullRequest, title: str, description: str) -> Ask[PullRequest]:
    """Change the text (repoEditPullRequest)."""
    body = {"title": title, "body": description}
    to = f"change the text of #{old.number}"
    where = _path(at, "pulls", old.number)
    return Ask(at, "PATCH", where, to, lambda json: _pull_request(at, json), body=body, is_repeatable=True)


def create(at: Remote, new: NewPullRequest) -> Ask[PullRequest]:
    """Make a pull request (repoCreatePullRequest); a draft is one by its title."""
    is_fork = new.source_repository.lower() != at.project.lower()
    head = f"{new.source_repository.partition('/')[0]}:{new.source_branch}" if is_fork else new.source_branch
    title = new.title if not new.is_draft or gitea.is_draft_title(new.title) else f"WIP: {new.title}"
    body = {"title": title, "body": new.description, "head": head, "base": new.target_branch}
    to = "create the pull request"
    return Ask(at, "POST", _path(at, "pulls"), to, lambda json: _pull_request(at, json), body=body)


def verdicts(at: Remote, number: int) -> list[Ask[list[Verdict]]]:
    """Ask for all reviews (repoListPullReviews); the last of a person is that person's."""
    where = _path(at, "pulls", number, "reviews")
    return [Ask(at, "GET", where, f"list the reviews of #{number}", _verdicts, {"limit": _MOST})]


def comments(at: Remote, number: int) -> Ask[list[PullRequestComment]]:
    """Ask for the conversation (issueGetComments): all of it at once."""
    return Ask(at, "GET", _path(at, "issues", number, "comments"), f"list the comments of #{number}", _comments)


def comment(at: Remote, number: int, words: str) -> Ask[None]:
    """Add a comment (issueCreateComment)."""
    where = _path(at, "issues", number, "comments")
    return Ask(at, "POST", where, f"comment on #{number}", lambda _: None, body={"body": words})


def mark(at: Remote, oid: str, status: CommitStatus) -> Ask[None]:
    """Set a commit's status (repoCreateStatus)."""
    body = {
        "state": status.state,
        "context": status.context,
        "description": status.description,
        "target_url": status.url,
    }
    to = f"set a status of commit {oid[:7]}"
    return Ask(at, "POST", _path(at, "statuses", oid), to, lambda _: None, body=body, is_repeatable=True)


def default_branch(at: Remote) -> Ask[str]:
    """Ask for the branch that pull requests usually want into (repoGet)."""
    return Ask(at, "GET", _path(at), "show the project", lambda json: reading.need_text(json, "default_branch"))


def _path(at: Remote, *parts: str | int) -> str:
    return path("repos", *at.project.split("/"), *parts)


def _pull_request(at: Remote, json: object) -> PullRequest:
    return gitea.pull_request(reading.need_members(json), text(json, "base", "repo", "full_name") or at.project)


def _verdicts(json: object) -> list[Verdict]:
    found = []
    for entry in reading.need_list(json):
        who, opinion = gitea.person(dig(entry, "user")), _OPINIONS.get(text(entry, "state"))
        if who is not None and opinion is not None:
            if flag(entry, "dismissed"):
                opinion = "withdrawn"
            at, oid = moment(entry, "submitted_at"), brief(entry, "commit_id") or None
            found.append(Verdict(who, opinion, at, oid, gitea.association(entry)))
    return found


def _comments(json: object) -> list[PullRequestComment]:
    return [
        PullRequestComment(
            str(reading.need_number(entry, "id")),
            text(entry, "body"),
            gitea.person(dig(entry, "user")),
            moment(entry, "created_at"),
        )
        for entry in reading.need_list(json)
    ]
