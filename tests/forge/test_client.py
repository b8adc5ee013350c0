"""Any forge's verbs, asked of a small forge on loopback."""

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from gitlink.errors import AuthError, ForgeRefused, SettingsError, Unreachable
from gitlink.forge import rest
from gitlink.forge.client import ForgeClient
from gitlink.forge.model import FORGES, CommitStatus, Forge, NewPullRequest
from gitlink.forge.reading import Malformed
from gitlink.forge.remote import Remote, usual_api
from gitlink.forge.tokens import Token
from gitlink.transport.model import NoAnswer, Response
from tests.forge.hub import API_PATHS, TOKEN, Hub, hub
from tests.tracker.loopback import Answer, Server, World, serving, told

ODD = 'feature/TEST-1 #100%+"ё"\\'


@pytest.fixture(params=FORGES)
def served(request: pytest.FixtureRequest) -> Iterator[tuple[Hub, Server]]:
    with hub(request.param) as made:
        yield made


def client(made: Hub, value: str | None = TOKEN) -> ForgeClient:
    token = Token(made.forge, "SOME_TOKEN", value) if value else None
    return ForgeClient(World().transport(), made.remote, token)


def fork(made: Hub) -> str:
    return made.project.replace("acme", "bert").replace("PRJ", "~bert")


def test_a_branch_without_a_pull_request(served: tuple[Hub, Server]) -> None:
    made, _ = served
    made.add("TEST-2 Other", branch="TEST-2-other")
    made.add("TEST-1 Done", state="closed")
    assert client(made).find("TEST-1-login") == []


def test_the_open_pull_request_of_a_branch_on_any_page(served: tuple[Hub, Server]) -> None:
    made, server = served
    for number in range(5):
        made.add(f"TEST-1 {number}", "Text", branch=ODD, target=f"main-{number}")
    found = client(made).find(ODD)
    assert [one.title for one in found] == [f"TEST-1 {number}" for number in range(5)]
    assert (found[0].source_branch, found[0].target_branch, found[0].repository) == (ODD, "main-0", made.project)
    assert found[0].url.startswith(server.url)
    assert found[0].author is not None
    assert found[0].author.login == "anna"
    assert len(server.seen) == 3


def test_a_fork_with_a_branch_of_the_same_name_is_told_apart(served: tuple[Hub, Server]) -> None:
    made, _ = served
    made.add("TEST-1 Ours")
    made.add("TEST-1 Stranger's", source=fork(made).replace("bert", "eve"))
    assert client(made).find("TEST-1-login", fork(made)) == []
    made.add("TEST-1 Theirs", source=fork(made))
    assert [one.title for one in client(made).find("TEST-1-login")] == ["TEST-1 Ours"]
    assert [one.title for one in client(made).find("TEST-1-login", fork(made))] == ["TEST-1 Theirs"]


def test_gitlab_is_asked_whose_fork_it_is_only_where_there_is_one() -> None:
    with hub("gitlab") as (made, server):
        assert client(made).find("TEST-1-login", "bert/app") == []
        made.add("TEST-1 Ours")
        assert client(made).find("TEST-1-login", "bert/app") == []
        assert len(server.seen) == 2
        for title in ("TEST-1 Eve's", "TEST-1 Bert's", "TEST-1 Bert's other"):
            made.add(title, source="eve/app" if "Eve" in title else "bert/app")
        found = client(made).find("TEST-1-login", "bert/app")
        assert [one.title for one in found] == ["TEST-1 Bert's", "TEST-1 Bert's other"]
        assert all([one.is_from("TEST-1-login", "bert/app") for one in found])


def test_a_repository_is_the_same_in_capitals(served: tuple[Hub, Server]) -> None:
    """A remote is often typed in another case than the forge's; every forge takes it for the same."""
    made, _ = served
    made.add("TEST-1 Ours")
    assert [one.title for one in client(made).find("TEST-1-login", made.project.swapcase())] == ["TEST-1 Ours"]


def test_reading_and_changing_one(served: tuple[Hub, Server]) -> None:
    made, server = served
    made.add("Add login", "Text")
    asked = client(made)
    assert asked.change(1, title="TEST-1 Add login").title == "TEST-1 Add login"
    assert (made.pulls[0].title, made.pulls[0].text) == ("TEST-1 Add login", "Text")
    asked.change(1, description="For TEST-1")
    assert (made.pulls[0].title, made.pulls[0].text) == ("TEST-1 Add login", "For TEST-1")
    before = len(server.seen)
    asked.change(1, title="TEST-1 Add login", description="For TEST-1")
    assert [seen.method for seen in server.seen[before:]] == ["GET"]


def test_creating_one_and_not_a_second(served: tuple[Hub, Server]) -> None:
    made, _ = served
    new = NewPullRequest("TEST-1 Add login", "Text", "TEST-1-login", "main", made.project)
    assert client(made).create(new).number == 1
    assert (made.pulls[0].branch, made.pulls[0].target, made.pulls[0].text) == ("TEST-1-login", "main", "Text")
    with pytest.raises(ForgeRefused) as caught:
        client(made).create(new)
    assert caught.value.exit_code == 5
    assert "A pull request already exists" in (caught.value.why or "")


def test_a_draft_is_created_as_one(served: tuple[Hub, Server]) -> None:
    made, _ = served
    new = NewPullRequest("TEST-1 Add login", "Text", "TEST-1-login", "main", made.project, is_draft=True)
    assert client(made).create(new).is_draft


def test_creating_one_from_a_fork(served: tuple[Hub, Server]) -> None:
    made, server = served
    new = NewPullRequest("TEST-1 Add", "", "TEST-1-x", "main", fork(made))
    created = client(made).create(new)
    assert (created.number, created.repository) == (1, made.project)
    assert (made.pulls[0].branch, made.pulls[0].source) == ("TEST-1-x", fork(made))
    assert [seen.method for seen in server.seen] == (["GET", "POST"] if made.forge == "gitlab" else ["POST"])
    made.pulls[0].state = "closed"
    assert client(made).create(replace(new, is_draft=True)).is_draft


def test_a_target_that_gitlab_hides_is_told_before_anything_is_made() -> None:
    with hub("gitlab") as (made, server):
        at = replace(made.remote, project="acme/hidden")
        asked = ForgeClient(World().transport(), at, Token("gitlab", "SOME_TOKEN", TOKEN))
        with pytest.raises(ForgeRefused) as caught:
            asked.create(NewPullRequest("TEST-1 Add", "", "TEST-1-x", "main", "bert/app"))
        assert "hidden from the token's user" in (caught.value.why or "")
        assert [seen.method for seen in server.seen] == ["GET"]


def test_verdicts(served: tuple[Hub, Server]) -> None:
    made, _ = served
    made.add("TEST-1")
    made.reviews = [("bert", "+"), ("carl", "-")]
    stands = {one.person.login: one.opinion for one in client(made).verdicts(1) if one.opinion != "withdrawn"}
    assert stands == {"bert": "approved", "carl": "changes_requested"}


def test_a_gitlab_that_does_not_tell_reviewers_states() -> None:
    with hub("gitlab") as (made, _):
        made.add("TEST-1")
        made.reviews = [("bert", "+"), ("carl", "-")]
        made.is_old = True
        assert [one.person.login for one in client(made).verdicts(1)] == ["bert"]
        with pytest.raises(ForgeRefused):
            client(made).verdicts(5)


def test_comments_on_all_pages(served: tuple[Hub, Server]) -> None:
    made, _ = served
    made.add("TEST-1")
    asked = client(made)
    for number in range(3):
        asked.comment(1, f"comment {number} «ё»")
    found = asked.comments(1)
    assert [one.text for one in found] == [f"comment {number} «ё»" for number in range(3)]
    assert all([one.author and one.author.login == "bert" and one.moment for one in found])


@pytest.mark.parametrize("state", ["success", "failure", "pending"])
def test_a_commits_status(served: tuple[Hub, Server], state: str) -> None:
    made, _ = served
    status = CommitStatus("gitlink/issue-key", state, "no issue " * 40, "https://example.com/x", "TEST-1-login")  # type: ignore[arg-type]
    client(made).mark("a" * 40, status)
    sent = made.marks[0]
    assert sent["oid"] == "a" * 40
    assert sent.get("context") or sent.get("name") == "gitlink/issue-key"
    assert str(sent["state"]).lower()[:4] in ("succ", "fail", "pend", "inpr")
    client(made).mark("b" * 40, CommitStatus("gitlink/issue-key", "success", "named"))
    if made.forge in ("bitbucket", "bitbucket-dc"):
        assert made.marks[1]["url"].startswith("http")
    if made.forge == "github":
        assert len(sent["description"]) == 140


@pytest.mark.parametrize("state", ["success", "failure", "pending"])
def test_a_commits_status_set_twice_is_as_good_as_once(served: tuple[Hub, Server], state: str) -> None:
    """GitLab refuses what a status that has not ended is already; other refusals stay refusals."""
    made, _ = served
    status = CommitStatus("gitlink/issue-key", state, "x")  # type: ignore[arg-type]
    client(made).mark("a" * 40, status)
    client(made).mark("a" * 40, status)
    made.fault = told({"message": "Cannot transition status via :enqueue from :success (Reason(s): …)"}, 400)
    if state != "success":
        with pytest.raises(ForgeRefused):
            client(made).mark("a" * 40, status)


def test_the_default_branch(served: tuple[Hub, Server]) -> None:
    made, _ = served
    assert client(made).default_branch() == "main"


def test_a_wrong_token_and_none(served: tuple[Hub, Server]) -> None:
    made, server = served
    made.add("TEST-1")
    with pytest.raises(AuthError) as caught:
        client(made, "wrong").read(1)
    assert "`SOME_TOKEN`" in caught.value.message
    assert client(made, None).read(1).title == "TEST-1"
    assert not {"authorization", "private-token"} & server.seen[-1].headers.keys()
    made.fault = told({"message": "Requires authentication"}, 401)
    with pytest.raises(AuthError) as caught:
        client(made, None).read(1)
    assert "read -rs" in (caught.value.fix or "")


def test_a_token_is_never_sent_to_a_host_that_is_only_guessed(served: tuple[Hub, Server]) -> None:
    made, server = served
    made.add("TEST-1")
    at = made.remote
    guessed = Remote(at.forge, at.host, at.api, at.project, is_certain=False)
    ForgeClient(World().transport(), guessed, Token(made.forge, "SOME_TOKEN", TOKEN)).read(1)
    assert TOKEN not in json.dumps([seen.headers for seen in server.seen])
    made.fault = told({}, 401)
    with pytest.raises(AuthError) as caught:
        ForgeClient(World().transport(), guessed, None).read(1)
    assert f"git config --global gitlink.{at.host}.forge {at.forge}" in (caught.value.fix or "")


@pytest.mark.parametrize("forge", FORGES)
def test_no_token_goes_over_plain_http(forge: Forge) -> None:
    at = Remote(forge, "git.example.com", "http://git.example.com/api/v1", "acme/app")
    token = Token(forge, "SOME_TOKEN", TOKEN)
    with pytest.raises(SettingsError) as caught:
        ForgeClient(World().transport(), at, token).read(1)
    assert caught.value.message == "`SOME_TOKEN` is not sent to `http://git.example.com`"
    assert "plain HTTP" in (caught.value.why or "")
    fix = f"git config --global gitlink.git.example.com.api {usual_api(forge, 'git.example.com')}"
    assert caught.value.fix == fix
    assert ForgeClient(World().transport(), at, None).remote == at


@pytest.mark.parametrize(
    "location",
    [
        "/~mallory/catcher",
        "{root}/../../~mallory/catcher",
        "{root}/%2e%2e/%2e%2e/~mallory",
        "{root}/%252e%252e/~mallory",
        "{root}/..%2f..%2f~mallory",
        "{root}/..\\..\\~mallory",
        "{root}more/x",
        "//{host}@evil.invalid/{root}",
    ],
)
def test_a_redirect_leads_the_token_nowhere_but_below_the_api(served: tuple[Hub, Server], location: str) -> None:
    made, server = served
    made.fault = Answer(302, headers={"Location": location.format(root=API_PATHS[made.forge], host=made.remote.host)})
    with pytest.raises(Unreachable):
        client(made).read(1)
    assert len(server.seen) == 1


def test_a_redirect_below_the_api_is_followed(served: tuple[Hub, Server]) -> None:
    made, server = served
    made.fault = Answer(302, headers={"Location": API_PATHS[made.forge] + "/moved"})
    with pytest.raises(Unreachable):
        client(made).read(1)
    assert [seen.path for seen in server.seen[1:]] == [API_PATHS[made.forge] + "/moved"] * 3


@pytest.mark.parametrize("oid", [".", "..", ""])
def test_a_name_of_dots_leads_nowhere(served: tuple[Hub, Server], oid: str) -> None:
    made, server = served
    with pytest.raises(ForgeRefused):
        client(made).mark(oid, CommitStatus("gitlink/issue-key", "success", "x", branch="b"))
    assert server.seen == []


def test_a_path_that_a_person_has_to_name() -> None:
    at = Remote("gitea", "git.example.com", "https://git.example.com/~m/api/v1", "acme/app", is_certain=False)
    assert rest.token_fix(at) == (
        "git config --global gitlink.git.example.com.forge gitea"
        " && git config --global gitlink.git.example.com.api https://git.example.com/PATH/api/v1"
        " && read -rs GITEA_TOKEN && export GITEA_TOKEN"
    )


def test_what_is_not_there(served: tuple[Hub, Server]) -> None:
    made, _ = served
    for ask in (lambda: client(made).read(9), lambda: client(made).verdicts(9), lambda: client(made, None).read(9)):
        with pytest.raises(ForgeRefused) as caught:
            ask()
        assert (caught.value.status, caught.value.exit_code) == (404, 5)
        assert "there is no such thing" in (caught.value.why or "")


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (told({"message": "Resource not accessible"}, 403), "Resource not accessible"),
        (told({}, 403), "lacks the right"),
        (told({"message": {"title": ["is too long"]}}, 400), "title: ['is too long']"),
        (told({"message": ["one", "two"]}, 409), "one; two"),
        (told({"error": "insufficient_scope"}, 403), "insufficient_scope"),
        (told({"error": {"message": "Bad branch\x1b[2J"}}, 400), "Bad branch\ufffd[2J"),
        (told({"errors": [{"message": "old version"}, "plain"]}, 409), "old version; plain"),
        (Answer(400, b"plain words"), "plain words"),
        (Answer(400, b"<html>"), "HTTP status 400"),
    ],
)
def test_a_forges_no_in_its_own_words(served: tuple[Hub, Server], answer: Answer, why: str) -> None:
    made, _ = served
    made.fault = answer
    with pytest.raises(ForgeRefused) as caught:
        client(made).comment(1, "x")
    assert why in (caught.value.why or "")
    assert TOKEN not in f"{caught.value.where}{caught.value.why}"


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (told({}, 500), "a fault of its own"),
        (told({}, 429), "fewer requests"),
        (told({}, 403, x_ratelimit_remaining="0"), "fewer requests"),
        (told({}, 403, retry_after="60"), "fewer requests"),
        (Answer(200, b"<html>"), "no JSON"),
    ],
)
def test_no_answer_to_use(served: tuple[Hub, Server], answer: Answer, why: str) -> None:
    made, _ = served
    made.fault = answer
    with pytest.raises(Unreachable) as caught:
        client(made).read(1)
    assert why in (caught.value.why or "")


@pytest.mark.parametrize("body", [b"[]", b"{}", b"null", b"", b'{"values": 1}', b'[{"number": "x"}]'])
def test_an_answer_that_is_not_as_documented(served: tuple[Hub, Server], body: bytes) -> None:
    made, _ = served
    made.fault = Answer(200, body)
    with pytest.raises(Malformed) as caught:
        client(made).read(1)
    assert caught.value.where
    assert caught.value.exit_code == 6


@pytest.mark.parametrize("forge", FORGES)
def test_pages_that_never_end_and_links_that_lead_elsewhere(forge: Forge) -> None:
    remote = Remote(forge, "h", "https://h", "acme/app")
    ask: rest.Ask[None] = rest.Ask(remote, "GET", "/pulls", "x", lambda _: None, {"state": "open"})
    away = "https://evil.example/other?page=2"
    elsewhere = Response(200, {"link": f'<{away}>; rel="next"'}, b"")
    following = rest.next_page(ask, elsewhere, {"next": away, "isLastPage": False, "nextPageStart": 2})
    assert following is not None
    assert rest.request(following, None).url.startswith("https://h/pulls?state=open&")
    for link in ("", '<https://h?page=2>; rel="prev"', '<https://[h?page=2>; rel="next"', '<https://h>; rel="next"'):
        assert rest.next_page(ask, Response(200, {"link": link}, b""), {"next": "", "isLastPage": True}) is None
    same = Response(200, {"link": '<https://h?state=open>; rel="next"'}, b"")
    assert rest.next_page(ask, same, {"next": "https://h?state=open"}) is None


def test_a_list_without_an_end_is_read_no_further() -> None:
    pages = iter(range(10_000))
    with serving(lambda _: told([], Link=f'<https://h?page={next(pages)}>; rel="next"')) as server:
        at = Remote("gitlab", "h", f"{server.url}/api/v4", "acme/app")
        assert ForgeClient(World().transport(), at, None).comments(1) == []
        assert len(server.seen) == 50


def test_nor_one_of_too_many_bytes() -> None:
    pages, page = iter(range(10_000)), b"[" + b" " * 9 * 2**20 + b"]"
    with serving(lambda _: Answer(200, page, {"Link": f'<https://h?page={next(pages)}>; rel="next"'})) as server:
        at = Remote("gitlab", "h", f"{server.url}/api/v4", "acme/app")
        with pytest.raises(NoAnswer) as caught:
            ForgeClient(World().transport(), at, None).comments(1)
        assert (len(server.seen), caught.value.is_final) == (6, True)
