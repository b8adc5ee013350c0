"""A small forge on loopback for each of the five: its paths, its words and its paging, from its documentation.

It knows one project, `acme/app` (`PRJ/app` on Data Center), anna's token, and refuses what it does not know.
"""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from gitlink.forge.model import Forge
from gitlink.forge.remote import Remote
from tests.tracker.loopback import Answer, Seen, Server, serving, told

TOKEN = "secret-of-anna"
PAGE = 2
NUMBER = 42  # the project's, which GitLab wants to know for a fork's
API_PATHS: dict[Forge, str] = {
    "github": "/api/v3",
    "gitlab": "/api/v4",
    "gitea": "/api/v1",
    "bitbucket": "/2.0",
    "bitbucket-dc": "/rest/api/latest",
}
AUTHORIZATION: dict[Forge, tuple[str, str]] = {
    "github": ("authorization", f"Bearer {TOKEN}"),
    "gitlab": ("private-token", TOKEN),
    "gitea": ("authorization", f"token {TOKEN}"),
    "bitbucket": ("authorization", f"Bearer {TOKEN}"),
    "bitbucket-dc": ("authorization", f"Bearer {TOKEN}"),
}
Json = dict[str, Any]


@dataclass
class Pull:
    number: int
    title: str
    text: str
    branch: str
    target: str = "main"
    source: str = ""
    draft: bool = False
    state: str = "open"


@dataclass
class Hub:
    """What one forge holds. `reviews`: login and what they think (`+` or `-`); `is_old`: tells no reviewers' states.

    `is_lossy`: does what it is told and keeps silent about it; there is a fork, bert's, without pull requests.
    """

    forge: Forge
    url: str = ""
    pulls: list[Pull] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    reviews: list[tuple[str, str]] = field(default_factory=list)
    marks: list[Json] = field(default_factory=list)
    fault: Answer | None = None
    is_old: bool = False
    is_lossy: bool = False

    @property
    def project(self) -> str:
        return "PRJ/app" if self.forge == "bitbucket-dc" else "acme/app"

    @property
    def remote(self) -> Remote:
        host = urlsplit(self.url).netloc
        return Remote(self.forge, host, self.url + API_PATHS[self.forge], self.project)

    @property
    def clone_url(self) -> str:
        return f"{self.url}/{'scm/prj' if self.forge == 'bitbucket-dc' else 'acme'}/app.git"

    def add(self, title: str, text: str = "", branch: str = "TEST-1-login", **more: Any) -> Pull:
        pull = Pull(len(self.pulls) + 1, title, text, branch, **{"source": self.project, **more})
        self.pulls.append(pull)
        return pull

    def handle(self, seen: Seen) -> Answer:
        if self.fault is not None:
            return self.fault
        name, value = AUTHORIZATION[self.forge]
        if name in seen.headers and seen.headers[name] != value:
            return told({"message": "Bad credentials"}, 401)
        where = urlsplit(seen.path)
        query = {key: values[-1] for key, values in parse_qs(where.query).items()}
        body = json.loads(seen.body) if seen.body else {}
        for method, pattern, act in _ROUTES[self.forge]:
            match = re.fullmatch(API_PATHS[self.forge] + pattern, where.path)
            if match and method == seen.method:
                answer = act(self, [unquote(part) for part in match.groups()], query, body)
                return Answer(is_silent=True) if self.is_lossy and method != "GET" else answer
        if re.search(r"/bert(/|%2F)app/(pulls|merge_requests)$", where.path):
            return told([])
        return told({"message": "Not Found"}, 404)

    def pull(self, number: str) -> Pull | None:
        return next((one for one in self.pulls if str(one.number) == number), None)


@contextmanager
def hub(forge: Forge) -> Iterator[tuple[Hub, Server]]:
    """Serve an empty forge until the block is left."""
    made = Hub(forge)
    with serving(made.handle) as server:
        made.url = server.url
        yield made, server


Act = Callable[[Hub, list[str], Json, Json], Answer]


def _user(login: str) -> Json:
    return {"login": login, "username": login, "nickname": login, "name": login, "id": sum(map(ord, login))}


def _number(project: str) -> int:
    return {"acme/app": NUMBER, "bert/app": 2}.get(project, 3)


def _shown(hub: Hub, pull: Pull) -> Json:
    closed = pull.state != "open"
    if hub.forge in ("github", "gitea"):
        return {
            "number": pull.number,
            "title": pull.title,
            "body": pull.text or None,
            "draft": pull.draft,
            "state": "closed" if closed else "open",
            "html_url": f"{hub.url}/acme/app/pull/{pull.number}",
            "user": _user("anna"),
            "head": {"ref": pull.branch, "sha": "a" * 40, "repo": {"full_name": pull.source}},
            "base": {"ref": pull.target, "repo": {"full_name": hub.project}},
        }
    if hub.forge == "gitlab":
        return {
            "iid": pull.number,
            "title": pull.title,
            "description": pull.text,
            "draft": pull.draft,
            "state": "closed" if closed else "opened",
            "web_url": f"{hub.url}/acme/app/-/merge_requests/{pull.number}",
            "author": _user("anna"),
            "sha": "a" * 40,
            "source_branch": pull.branch,
            "target_branch": pull.target,
            "source_project_id": _number(pull.source),
            "target_project_id": NUMBER,
        }
    if hub.forge == "bitbucket":
        return {
            "id": pull.number,
            "title": pull.title,
            "description": pull.text,
            "draft": pull.draft,
            "state": "DECLINED" if closed else "OPEN",
            "links": {"html": {"href": f"{hub.url}/acme/app/pull-requests/{pull.number}"}},
            "author": _user("anna"),
            "source": {"branch": {"name": pull.branch}, "repository": {"full_name": pull.source}},
            "destination": {"branch": {"name": pull.target}, "repository": {"full_name": hub.project}},
        }
    sides = {"fromRef": (pull.branch, pull.source), "toRef": (pull.target, hub.project)}
    refs = {
        side: {
            "id": f"refs/heads/{branch}",
            "repository": {"slug": project.partition("/")[2], "project": {"key": project.partition("/")[0]}},
        }
        for side, (branch, project) in sides.items()
    }
    return {
        "id": pull.number,
        "version": 4,
        "title": pull.title,
        **({"description": pull.text} if pull.text else {}),
        "draft": pull.draft,
        "state": "DECLINED" if closed else "OPEN",
        "links": {"self": [{"href": f"{hub.url}/projects/PRJ/repos/app/pull-requests/{pull.number}"}]},
        "author": {"user": _user("anna")},
        "reviewers": [
            {"user": _user(login), "status": "APPROVED" if sign == "+" else "NEEDS_WORK"} for login, sign in hub.reviews
        ],
        **refs,
    }


def _page(hub: Hub, where: str, entries: list[Any], query: Json) -> Answer:
    """Answer with one page of two entries, and where the next one is, as each forge says it."""
    if hub.forge == "bitbucket-dc":
        start = int(query.get("start", 0))
        rest = start + PAGE < len(entries)
        paging = {"isLastPage": not rest, "nextPageStart": start + PAGE if rest else None}
        return told({"values": entries[start : start + PAGE], **paging})
    at = int(query.get("page", 1))
    shown, more = entries[(at - 1) * PAGE : at * PAGE], at * PAGE < len(entries)
    following = f"{hub.url}{API_PATHS[hub.forge]}{where}?{urlencode({**query, 'page': at + 1})}"
    if hub.forge == "bitbucket":
        return told({"values": shown, **({"next": following} if more else {})})
    links = f'<{hub.url}/first>; rel="first"' + (f', <{following}>; rel="next"' if more else "")
    return told(shown, Link=links)


_CLOUDS_FILTER = r'source\.branch\.name="((?:[^"\\]|\\.)*)" AND state="OPEN"'


def _list(hub: Hub, parts: list[str], query: Json, _: Json) -> Answer:
    pulls = [one for one in hub.pulls if one.state == "open"]
    if hub.forge == "github":
        owner, _, branch = query["head"].partition(":")
        pulls = [one for one in pulls if one.branch == branch and one.source.partition("/")[0].lower() == owner.lower()]
    elif hub.forge == "gitlab":
        assert query["state"] == "opened"
        pulls = [one for one in pulls if one.branch == query["source_branch"]]
    elif hub.forge == "bitbucket":
        asked = re.fullmatch(_CLOUDS_FILTER, query["q"])
        assert asked, query["q"]
        name = re.sub(r"\\(.)", r"\1", asked[1])
        pulls = [one for one in pulls if one.branch == name]
    elif hub.forge == "bitbucket-dc":
        assert (query["direction"], query["state"]) == ("OUTGOING", "OPEN")
        source = "/".join(parts).lower()
        pulls = [one for one in pulls if (f"refs/heads/{one.branch}", one.source.lower()) == (query["at"], source)]
    return _page(hub, "/more/pulls", [_shown(hub, one) for one in pulls], query)


def _show(hub: Hub, parts: list[str], _: Json, __: Json) -> Answer:
    pull = hub.pull(parts[-1])
    if pull is None:
        return told({"message": "Not Found"}, 404)
    shown = _shown(hub, pull)
    if hub.forge == "bitbucket":
        states = {"+": "approved", "-": "changes_requested"}
        shown["participants"] = [{"user": _user(login), "state": states[sign]} for login, sign in hub.reviews]
    return told(shown)


def _edit(hub: Hub, parts: list[str], _: Json, body: Json) -> Answer:
    pull = hub.pull(parts[-1])
    if pull is None:
        return told({"message": "Not Found"}, 404)
    if hub.forge == "bitbucket-dc" and (body.get("version") != 4 or "reviewers" not in body):
        return told({"errors": [{"message": "You are attempting to modify an out-of-date pull request."}]}, 409)
    pull.title, pull.text = body["title"], body["body" if hub.forge in ("github", "gitea") else "description"]
    return told(_shown(hub, pull), 201 if hub.forge == "gitea" else 200)


def _create(hub: Hub, parts: list[str], _: Json, body: Json) -> Answer:
    if hub.forge in ("github", "gitea"):
        owner, colon, branch = body["head"].rpartition(":")
        text, target, source = body["body"], body["base"], f"{owner}/app" if colon else hub.project
    elif hub.forge == "gitlab":
        source = parts[0] if parts else hub.project
        if source != hub.project and body.get("target_project_id") != NUMBER:
            return told({"message": "404 Project Not Found"}, 404)
        branch, target, text = body["source_branch"], body["target_branch"], body["description"]
    elif hub.forge == "bitbucket":
        branch, target, text = (
            body["source"]["branch"]["name"],
            body["destination"]["branch"]["name"],
            body["description"],
        )
        source = body["source"].get("repository", {}).get("full_name", hub.project)
    else:
        ids = [body[side]["id"].removeprefix("refs/heads/") for side in ("fromRef", "toRef")]
        place = body["fromRef"]["repository"]
        branch, target, text, source = *ids, body["description"], f"{place['project']['key']}/{place['slug']}"
    if any([one.branch == branch and one.state == "open" for one in hub.pulls]):
        return told({"message": "Validation Failed", "errors": [{"message": "A pull request already exists"}]}, 422)
    draft = body.get("draft", body["title"].startswith(("WIP:", "Draft:")))
    made = hub.add(body["title"], text, branch, target=target, source=source, draft=draft)
    return told(_shown(hub, made), 201)


def _say(hub: Hub, parts: list[str], _: Json, body: Json) -> Answer:
    if hub.pull(parts[-1]) is None:
        return told({"message": "Not Found"}, 404)
    text = (
        body["content"]["raw"] if hub.forge == "bitbucket" else body["text" if hub.forge == "bitbucket-dc" else "body"]
    )
    hub.comments.append(text)
    return told({"id": len(hub.comments)}, 201)


def _talk(hub: Hub, parts: list[str], query: Json, _: Json) -> Answer:
    shown: list[Json] = []
    for at, text in enumerate(hub.comments, 1):
        at_iso, user = f"2026-01-02T03:04:{at:02}Z", _user("bert")
        if hub.forge == "bitbucket":
            shown.append({"id": at, "content": {"raw": text}, "user": user, "created_on": at_iso})
        elif hub.forge == "bitbucket-dc":
            comment = {"id": at, "text": text, "author": user, "createdDate": 1767323045000 + at}
            shown += [{"id": at, "action": "COMMENTED", "comment": comment}, {"id": at + 50, "action": "RESCOPED"}]
        else:
            shown.append({"id": at, "body": text, "user": user, "author": user, "created_at": at_iso, "system": False})
    if hub.forge == "gitlab":
        shown.append({"id": 99, "body": "approved this merge request", "author": _user("bert"), "system": True})
    if hub.forge == "bitbucket":
        shown.append({"id": 99, "content": {"raw": ""}, "deleted": True})
    return told(shown) if hub.forge == "gitea" else _page(hub, "/more/comments", shown, query)


def _judge(hub: Hub, parts: list[str], query: Json, _: Json) -> Answer:
    if hub.pull(parts[-1]) is None:
        return told({"message": "Not Found"}, 404)
    words = {"github": ("APPROVED", "CHANGES_REQUESTED"), "gitea": ("APPROVED", "REQUEST_CHANGES")}[hub.forge]
    shown: list[Json] = [
        {
            "user": _user(login),
            "state": words[sign == "-"],
            "submitted_at": f"2026-01-02T03:04:{at:02}Z",
            "commit_id": "a",
        }
        for at, (login, sign) in enumerate(hub.reviews)
    ]
    shown += [{"user": _user("carl"), "state": "COMMENTED"}, {"user": None, "state": "APPROVED"}]
    if hub.forge == "gitea":
        shown.append({"user": _user("dora"), "state": "APPROVED", "dismissed": True})
    else:
        shown.append({"user": _user("dora"), "state": "DISMISSED"})
    return _page(hub, "/more/reviews", shown, query)


def _approvals(hub: Hub, parts: list[str], _: Json, __: Json) -> Answer:
    if hub.pull(parts[-1]) is None:
        return told({"message": "404 Not found"}, 404)
    return told({"approved_by": [{"user": _user(login)} for login, sign in hub.reviews if sign == "+"]})


def _reviewers(hub: Hub, _: list[str], query: Json, __: Json) -> Answer:
    if hub.is_old:
        return told({"error": "404 Not Found"}, 404)
    states = {"+": "approved", "-": "requested_changes"}
    return _page(hub, "/more", [{"user": _user(login), "state": states[sign]} for login, sign in hub.reviews], query)


def _mark(hub: Hub, parts: list[str], _: Json, body: Json) -> Answer:
    last = next((mark for mark in reversed(hub.marks) if mark["oid"] == parts[-1]), {})
    if hub.forge == "gitlab" and body["state"] == "pending" == last.get("state"):
        # app/services/ci/create_commit_status_service.rb: one that has ended is made anew, one that has not is kept.
        words = (
            'Cannot transition status via :enqueue from :pending (Reason(s): Status cannot transition via "enqueue")'
        )
        return told({"message": words}, 400)
    hub.marks.append({**body, "oid": parts[-1]})
    return told({}, 204) if hub.forge == "bitbucket-dc" else told(body, 201)


def _project(hub: Hub, parts: list[str], __: Json, ___: Json) -> Answer:
    number = _number(parts[0] if parts else hub.project)
    return told({"id": number, "default_branch": "main", "mainbranch": {"name": "main"}, "displayId": "main"})


_ANY = "([^/]+)"
_GITHUBS: list[tuple[str, str, Act]] = [
    ("GET", "/repos/acme/app", _project),
    ("GET", "/(?:repos/acme/app|more)/pulls", _list),
    ("POST", "/repos/acme/app/pulls", _create),
    ("GET", f"/repos/acme/app/pulls/{_ANY}", _show),
    ("PATCH", f"/repos/acme/app/pulls/{_ANY}", _edit),
    ("GET", f"/repos/acme/app/pulls/{_ANY}/reviews", _judge),
    ("GET", f"/repos/acme/app/issues/{_ANY}/comments", _talk),
    ("POST", f"/repos/acme/app/issues/{_ANY}/comments", _say),
    ("POST", f"/repos/acme/app/statuses/{_ANY}", _mark),
]
_ROUTES: dict[Forge, list[tuple[str, str, Act]]] = {
    "github": _GITHUBS,
    "gitea": _GITHUBS,
    "gitlab": [
        ("GET", "/projects/(acme%2Fapp|bert%2Fapp)", _project),
        ("GET", "/projects/acme%2Fapp/merge_requests", _list),
        ("POST", "/projects/acme%2Fapp/merge_requests", _create),
        ("POST", "/projects/(bert%2Fapp)/merge_requests", _create),
        ("GET", f"/projects/acme%2Fapp/merge_requests/{_ANY}", _show),
        ("PUT", f"/projects/acme%2Fapp/merge_requests/{_ANY}", _edit),
        ("GET", f"/projects/acme%2Fapp/merge_requests/{_ANY}/approvals", _approvals),
        ("GET", f"/projects/acme%2Fapp/merge_requests/{_ANY}/reviewers", _reviewers),
        ("GET", f"/projects/acme%2Fapp/merge_requests/{_ANY}/notes", _talk),
        ("POST", f"/projects/acme%2Fapp/merge_requests/{_ANY}/notes", _say),
        ("POST", f"/projects/acme%2Fapp/statuses/{_ANY}", _mark),
    ],
    "bitbucket": [
        ("GET", "/repositories/acme/app", _project),
        ("GET", "/repositories/acme/app/pullrequests", _list),
        ("POST", "/repositories/acme/app/pullrequests", _create),
        ("GET", f"/repositories/acme/app/pullrequests/{_ANY}", _show),
        ("PUT", f"/repositories/acme/app/pullrequests/{_ANY}", _edit),
        ("GET", f"/repositories/acme/app/pullrequests/{_ANY}/comments", _talk),
        ("POST", f"/repositories/acme/app/pullrequests/{_ANY}/comments", _say),
        ("POST", f"/repositories/acme/app/commit/{_ANY}/statuses/build", _mark),
    ],
    "bitbucket-dc": [
        ("GET", "/projects/PRJ/repos/app/default-branch", _project),
        ("GET", f"/projects/{_ANY}/repos/{_ANY}/pull-requests", _list),
        ("POST", "/projects/PRJ/repos/app/pull-requests", _create),
        ("GET", f"/projects/PRJ/repos/app/pull-requests/{_ANY}", _show),
        ("PUT", f"/projects/PRJ/repos/app/pull-requests/{_ANY}", _edit),
        ("GET", f"/projects/PRJ/repos/app/pull-requests/{_ANY}/activities", _talk),
        ("POST", f"/projects/PRJ/repos/app/pull-requests/{_ANY}/comments", _say),
        ("POST", f"/projects/PRJ/repos/app/commits/{_ANY}/builds", _mark),
    ],
}
