"""GitLab's REST API, as questions. https://docs.gitlab.com/api/merge_requests/"""

from dataclasses import replace

from gitlink.forge import gitlab, reading
from gitlink.forge.model import CommitStatus, NewPullRequest, PullRequest, PullRequestComment, Verdict
from gitlink.forge.reading import brief, dig, flag, moment, text
from gitlink.forge.remote import Remote
from gitlink.forge.rest import Ask, path

_MOST = "100"
_STATES = {"success": "success", "failure": "failed", "pending": "pending"}


def find(at: Remote, branch: str, source: str) -> Ask[list[PullRequest] | Ask[list[PullRequest]]]:
    """Ask for the open merge requests from *branch* of project *source*.

    The list names projects by number only, and anybody's fork can have a branch of the same name: where it holds any
    that are from a fork, the number of *source* is asked for.
    """

    def read(json: object) -> list[PullRequest] | Ask[list[PullRequest]]:
        entries = [(_merge_request(at, entry), dig(entry, "source_project_id")) for entry in reading.need_list(json)]
        own = [one for one, _ in entries if one.source_repository]
        if source.lower() == at.project.lower():
            return own
        if len(own) == len(entries):
            return []

        def of_source(project: object) -> list[PullRequest]:
            number = reading.need_number(project, "id")
            return [replace(one, source_repository=source) for one, its in entries if its == number]

        return Ask(at, "GET", path("projects", source), f"show the project `{source}`", of_source)

    query = {"state": "opened", "source_branch": branch, "per_page": _MOST}
    return Ask(at, "GET", _path(at, "merge_requests"), f"show the merge requests of `{branch}`", read, query)


def read(at: Remote, number: int) -> Ask[PullRequest]:
    """Ask for one merge request."""
    where = _path(at, "merge_requests", number)
    return Ask(at, "GET", where, f"show !{number}", lambda json: _merge_request(at, json))


def change(at: Remote, old: PullRequest, title: str, description: str) -> Ask[PullRequest]:
    """Change the text. https://docs.gitlab.com/api/merge_requests/#update-a-merge-request"""
    body = {"title": title, "description": description}
    to = f"change the text of !{old.number}"
    where = _path(at, "merge_requests", old.number)
    return Ask(at, "PUT", where, to, lambda json: _merge_request(at, json), body=body, is_repeatable=True)


def create(at: Remote, new: NewPullRequest) -> Ask[PullRequest] | Ask[Ask[PullRequest]]:
    """Make a merge request; a draft is one by its title. A fork's is made in the fork, by the number of the target.

    https://docs.gitlab.com/api/merge_requests/#create-a-merge-request (`target_project_id`)
    """
    if new.source_repository.lower() == at.project.lower():
        return _create(at, new, {})

    def following(json: object) -> Ask[PullRequest]:
        return _create(at, new, {"target_project_id": reading.need_number(json, "id")})

    return Ask(at, "GET", _path(at), "show the project", following)


def _create(at: Remote, new: NewPullRequest, target: dict[str, int]) -> Ask[PullRequest]:
    title = new.title if not new.is_draft or gitlab.is_draft_title(new.title) else f"Draft: {new.title}"
    body = {
        "title": title,
        "description": new.description,
        "source_branch": new.source_branch,
        "target_branch": new.target_branch,
        **target,
    }
    where = path("projects", new.source_repository, "merge_requests")
    return Ask(at, "POST", where, "create the merge request", lambda json: _merge_request(at, json), body=body)


def verdicts(at: Remote, number: int) -> list[Ask[list[Verdict]]]:
    """Ask who has approved, and which reviewers want changes; the second is not told by old versions (404).

    https://docs.gitlab.com/api/merge_request_approvals/ ,
    https://docs.gitlab.com/api/merge_requests/#retrieve-merge-request-reviewers
    """
    where, to = ("merge_requests", number), f"list the verdicts on !{number}"
    return [
        Ask(at, "GET", _path(at, *where, "approvals"), to, _approvals),
        Ask(at, "GET", _path(at, *where, "reviewers"), to, _reviewers, {"per_page": _MOST}),
    ]


def comments(at: Remote, number: int) -> Ask[list[PullRequestComment]]:
    """Ask for the notes that people wrote. https://docs.gitlab.com/api/notes/#list-all-merge-request-notes"""
    query = {"sort": "asc", "order_by": "created_at", "per_page": _MOST}
    where = _path(at, "merge_requests", number, "notes")
    return Ask(at, "GET", where, f"list the comments of !{number}", _comments, query)


def comment(at: Remote, number: int, words: str) -> Ask[None]:
    """Add a note. https://docs.gitlab.com/api/notes/#create-a-merge-request-note"""
    where = _path(at, "merge_requests", number, "notes")
    return Ask(at, "POST", where, f"comment on !{number}", lambda _: None, body={"body": words})


def mark(at: Remote, oid: str, status: CommitStatus) -> Ask[None]:
    """Set a commit's status. https://docs.gitlab.com/api/commits/#set-commit-pipeline-status

    One that has not ended is found again and refused as what it is already (400, "Cannot transition status via :enqueue
    from :pending"), one that has ended is made anew: `find_or_build_external_commit_status` in
    app/services/ci/create_commit_status_service.rb of GitLab's source.
    """
    body = {"state": _STATES[status.state], "name": status.context, "description": status.description}
    body |= {"target_url": status.url} if status.url else {}
    body |= {"ref": status.branch} if status.branch else {}
    to = f"set a status of commit {oid[:7]}"
    already = f"from :{body['state']} "
    return Ask(at, "POST", _path(at, "statuses", oid), to, lambda _: None, body=body, already=already)


def default_branch(at: Remote) -> Ask[str]:
    """Ask for the branch that merge requests usually want into. https://docs.gitlab.com/api/projects/"""
    return Ask(at, "GET", _path(at), "show the project", lambda json: reading.need_text(json, "default_branch"))


def _path(at: Remote, *parts: str | int) -> str:
    return path("projects", at.project, *parts)


def _merge_request(at: Remote, json: object) -> PullRequest:
    """Read a merge request as the API has it: `web_url` and `sha`, and projects by number only."""
    top = reading.need_members(json)
    draft, is_own = flag(top, "draft"), dig(top, "source_project_id") == dig(top, "target_project_id")
    title = text(top, "title")
    return PullRequest(
        forge="gitlab",
        repository=at.project,
        number=reading.need_number(top, "iid"),
        title=title,
        description=text(top, "description"),
        source_branch=text(top, "source_branch") or None,
        target_branch=text(top, "target_branch") or None,
        head_oid=brief(top, "sha") or None,
        url=text(top, "web_url"),
        author=gitlab.person(dig(top, "author")),
        state=gitlab.STATES.get(text(top, "state"), "open"),
        is_draft=gitlab.is_draft_title(title) if draft is None else draft,
        source_repository=at.project if is_own else None,
        raw=top,
    )


def _approvals(json: object) -> list[Verdict]:
    people = [(entry, gitlab.person(dig(entry, "user"))) for entry in reading.entries(json, "approved_by")]
    return [Verdict(who, "approved", moment(entry, "approved_at")) for entry, who in people if who is not None]


def _reviewers(json: object) -> list[Verdict]:
    """Read who wants changes; approvals are told whole by the other question."""
    entries = [entry for entry in reading.need_list(json) if text(entry, "state") == "requested_changes"]
    people = [gitlab.person(dig(entry, "user")) for entry in entries]
    return [Verdict(who, "changes_requested") for who in people if who is not None]


def _comments(json: object) -> list[PullRequestComment]:
    return [
        PullRequestComment(
            str(reading.need_number(entry, "id")),
            text(entry, "body"),
            gitlab.person(dig(entry, "author")),
            moment(entry, "created_at"),
        )
        for entry in reading.need_list(json)
        if not flag(entry, "system")
    ]
