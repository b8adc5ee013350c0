"""GitHub's REST API, as questions. https://docs.github.com/en/rest/pulls/pulls"""

from gitlink.forge import github, reading
from gitlink.forge.model import CommitStatus, NewPullRequest, Opinion, PullRequest, PullRequestComment, Verdict
from gitlink.forge.reading import brief, dig, moment, text
from gitlink.forge.remote import Remote
from gitlink.forge.rest import Ask, path

_MOST = "100"
_DESCRIPTION_LENGTH = 140
# https://docs.github.com/en/rest/pulls/reviews#list-reviews-for-a-pull-request ; PENDING and COMMENTED change nothing.
_OPINIONS: dict[str, Opinion] = {
    "APPROVED": "approved",
    "CHANGES_REQUESTED": "changes_requested",
    "DISMISSED": "withdrawn",
}


def find(at: Remote, branch: str, source: str) -> Ask[list[PullRequest]]:
    """Ask for the open pull requests from *branch* of project *source*; without an owner the filter has no effect."""
    query = {"state": "open", "head": f"{source.partition('/')[0]}:{branch}", "per_page": _MOST}
    to = f"show the pull requests of `{branch}`"

    def read(json: object) -> list[PullRequest]:
        found = [_pull_request(at, entry) for entry in reading.need_list(json)]
        return [one for one in found if one.is_from(branch, source)]

    return Ask(at, "GET", _path(at, "pulls"), to, read, query)


def read(at: Remote, number: int) -> Ask[PullRequest]:
    """Ask for one pull request."""
    return Ask(at, "GET", _path(at, "pulls", number), f"show #{number}", lambda json: _pull_request(at, json))


def change(at: Remote, old: PullRequest, title: str, description: str) -> Ask[PullRequest]:
    """Change the text. https://docs.github.com/en/rest/pulls/pulls#update-a-pull-request"""
    body = {"title": title, "body": description}
    to = f"change the text of #{old.number}"
    where = _path(at, "pulls", old.number)
    return Ask(at, "PATCH", where, to, lambda json: _pull_request(at, json), body=body, is_repeatable=True)


def create(at: Remote, new: NewPullRequest) -> Ask[PullRequest]:
    """Make a pull request. https://docs.github.com/en/rest/pulls/pulls#create-a-pull-request"""
    is_fork = new.source_repository.lower() != at.project.lower()
    head = f"{new.source_repository.partition('/')[0]}:{new.source_branch}" if is_fork else new.source_branch
    body = {"title": new.title, "body": new.description, "head": head, "base": new.target_branch}
    body |= {"draft": True} if new.is_draft else {}  # type: ignore[dict-item]  # some plans know no drafts
    to = "create the pull request"
    return Ask(at, "POST", _path(at, "pulls"), to, lambda json: _pull_request(at, json), body=body)


def verdicts(at: Remote, number: int) -> list[Ask[list[Verdict]]]:
    """Ask for all reviews, oldest first; the last of a person is that person's."""
    to = f"list the reviews of #{number}"
    where = _path(at, "pulls", number, "reviews")
    return [Ask(at, "GET", where, to, _verdicts, {"per_page": _MOST})]


def comments(at: Remote, number: int) -> Ask[list[PullRequestComment]]:
    """Ask for the conversation. https://docs.github.com/en/rest/issues/comments#list-issue-comments"""
    to = f"list the comments of #{number}"
    return Ask(at, "GET", _path(at, "issues", number, "comments"), to, _comments, {"per_page": _MOST})


def comment(at: Remote, number: int, words: str) -> Ask[None]:
    """Add a comment. https://docs.github.com/en/rest/issues/comments#create-an-issue-comment"""
    where = _path(at, "issues", number, "comments")
    return Ask(at, "POST", where, f"comment on #{number}", lambda _: None, body={"body": words})


def mark(at: Remote, oid: str, status: CommitStatus) -> Ask[None]:
    """Set a commit's status. https://docs.github.com/en/rest/commits/statuses#create-a-commit-status"""
    body = {
        "state": status.state,
        "context": status.context,
        "description": status.description[:_DESCRIPTION_LENGTH],
        **({"target_url": status.url} if status.url else {}),
    }
    to = f"set a status of commit {oid[:7]}"
    return Ask(at, "POST", _path(at, "statuses", oid), to, lambda _: None, body=body, is_repeatable=True)


def default_branch(at: Remote) -> Ask[str]:
    """Ask for the branch that pull requests usually want into."""
    return Ask(at, "GET", _path(at), "show the project", lambda json: reading.need_text(json, "default_branch"))


def _path(at: Remote, *parts: str | int) -> str:
    return path("repos", *at.project.split("/"), *parts)


def _pull_request(at: Remote, json: object) -> PullRequest:
    return github.pull_request(reading.need_members(json), text(json, "base", "repo", "full_name") or at.project)


def _verdicts(json: object) -> list[Verdict]:
    found = []
    for entry in reading.need_list(json):
        who, opinion = github.person(dig(entry, "user")), _OPINIONS.get(text(entry, "state").upper())
        if who is not None and opinion is not None:
            at, oid = moment(entry, "submitted_at"), brief(entry, "commit_id") or None
            found.append(Verdict(who, opinion, at, oid, github.association(entry)))
    return found


def _comments(json: object) -> list[PullRequestComment]:
    return [
        PullRequestComment(
            str(reading.need_number(entry, "id")),
            text(entry, "body"),
            github.person(dig(entry, "user")),
            moment(entry, "created_at"),
        )
        for entry in reading.need_list(json)
    ]
