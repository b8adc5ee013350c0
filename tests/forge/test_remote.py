"""A remote's URL into forge, API and project: first what is none."""

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitlink.forge.model import Forge
from gitlink.forge.remote import Known, Remote, pull_request_at, recognise

KNOWN = {
    "git.example.com": Known("gitlab"),
    "code.example.com:8443": Known("gitea"),
    "bb.example.com": Known("bitbucket-dc", "https://bb.example.com/bitbucket/rest/api/latest/"),
    "git.example.org": Known("gitlab", "https://git.example.org/lab/api/v4"),
    "127.0.0.1:3000": Known("gitea"),
    "[::1]:3000": Known("github", "http://[::1]:3000/api/v3"),
    "GHE.example.com": Known("github"),
    "plain.example.com": Known("bitbucket-dc"),
    "sub.example.com": Known("gitea", "https://sub.example.com/git/api/v1"),
}


@pytest.mark.parametrize(
    "url",
    [
        "",
        "/srv/git/app.git",
        "../app.git",
        "app",
        "file:///srv/github.com/acme/app.git",
        r"C:\src\acme\app",
        "C:/src/acme/app",
        "C:acme/app",
        "https://example.com/acme/app.git",
        "git@example.com:acme/app.git",
        "git@host:github.com/acme/app",
        "./github.com:acme/app",
        "https://github.com",
        "https://github.com/acme",
        "https://github.com/acme/app/tree/main",
        "https://github.com/acme/../app",
        "https://github.com/acme/.git",
        "https://github.com//app",
        "https://github.com/acme/a%2Fb",
        "https://github.com:port/acme/app",
        "https://[::1/acme/app",
        "https:///acme/app",
        "https://evil.example\\@github.com.evil.example/acme/app",
        "https://github.com/acme/app\n",
        "https://github.com /acme/app",
        "ftp://github.com/acme/app",
        "ext::sh -c github.com:acme/app",
        "git@[github.com:acme/app",
        "git@[::1]:",
        "git@[github.com:x]:acme/app",
        "https://bitbucket.example.com/acme/app.git",
        "https://bitbucket.example.com/scm/app.git",
        "https://git.example.org/other/acme/app.git",
    ],
)
def test_what_is_no_forge(url: str) -> None:
    assert recognise(url, KNOWN) is None


@pytest.mark.parametrize(
    "url",
    [
        "https://github.com/acme/app.git",
        "https://github.com/acme/app",
        "https://github.com/acme/app/",
        "https://github.com/acme/app.git/",
        "https://anna:s3cret@github.com/acme/app.git",
        "https://github.com:443/acme/app.git",
        "HTTPS://GitHub.COM./acme/app",
        "http://github.com/acme/app",
        "git://github.com/acme/app.git",
        "git@github.com:acme/app.git",
        "git@github.com:/acme/app.git",
        "github.com:acme/app",
        "git@[github.com:22]:acme/app.git",
        "ssh://git@github.com/acme/app.git",
        "ssh://git@ssh.github.com:443/acme/app.git",
        "git+ssh://git@github.com/acme/app",
        "https://github.com/acme/%61pp",
        "https://github.com/acme/app?x=1#y",
    ],
)
def test_one_project_by_all_its_addresses(url: str) -> None:
    assert recognise(url) == Remote("github", "github.com", "https://api.github.com", "acme/app")


@pytest.mark.parametrize(
    ("url", "forge", "api", "project"),
    [
        ("https://gitlab.com/acme/web/deep/app.git", "gitlab", "https://gitlab.com/api/v4", "acme/web/deep/app"),
        ("ssh://git@altssh.gitlab.com:443/acme/app.git", "gitlab", "https://gitlab.com/api/v4", "acme/app"),
        ("git@bitbucket.org:acme/app.git", "bitbucket", "https://api.bitbucket.org/2.0", "acme/app"),
        ("ssh://git@altssh.bitbucket.org:443/acme/app", "bitbucket", "https://api.bitbucket.org/2.0", "acme/app"),
        ("https://github.com/acme/x.git.git", "github", "https://api.github.com", "acme/x.git"),
        ("https://github.com/Acme/App", "github", "https://api.github.com", "Acme/App"),
        ("https://gitlab.com/a%20b/%D0%B6", "gitlab", "https://gitlab.com/api/v4", "a b/ж"),
    ],
)
def test_public_hosts_are_certain_where_no_other_is_named(url: str, forge: Forge, api: str, project: str) -> None:
    read = recognise(url)
    assert read is not None
    assert (read.forge, read.api, read.project, read.is_certain) == (forge, api, project, True)


def test_a_token_is_for_the_host_that_a_person_names_not_for_the_public_one() -> None:
    own = {"git.example.com": Known("gitlab"), "bb.example.com": Known("bitbucket-dc")}
    for url, known, is_certain in [
        ("https://gitlab.com/acme/app", own, False),
        ("https://bitbucket.org/acme/app", own, False),
        ("https://github.com/acme/app", own, True),
        ("https://gitlab.com/acme/app", {**own, "gitlab.com": Known("gitlab")}, True),
        ("https://codeberg.org/acme/app", {}, False),
        ("https://codeberg.org/acme/app", {"codeberg.org": Known("gitea")}, True),
    ]:
        read = recognise(url, known)
        assert read is not None
        assert read.is_certain is is_certain
        assert read.api in ("https://gitlab.com/api/v4", "https://api.bitbucket.org/2.0", "https://api.github.com") or (
            read.api == "https://codeberg.org/api/v1"
        )


@pytest.mark.parametrize(
    ("url", "forge", "api", "project"),
    [
        ("https://git.example.com/acme/web/app.git", "gitlab", "https://git.example.com/api/v4", "acme/web/app"),
        ("ssh://git@git.example.com:2222/acme/app.git", "gitlab", "https://git.example.com/api/v4", "acme/app"),
        ("https://sub.example.com/git/acme/app", "gitea", "https://sub.example.com/git/api/v1", "acme/app"),
        ("http://git.example.com/acme/app", "gitlab", "https://git.example.com/api/v4", "acme/app"),
        ("http://code.example.com:8443/acme/app", "gitea", "https://code.example.com:8443/api/v1", "acme/app"),
        (
            "http://plain.example.com/scm/prj/app.git",
            "bitbucket-dc",
            "https://plain.example.com/rest/api/latest",
            "PRJ/app",
        ),
        ("git@code.example.com:acme/app", "gitea", "https://code.example.com:8443/api/v1", "acme/app"),
        ("http://127.0.0.1:3000/acme/app", "gitea", "http://127.0.0.1:3000/api/v1", "acme/app"),
        ("http://[::1]:3000/acme/app", "github", "http://[::1]:3000/api/v3", "acme/app"),
        ("https://ghe.example.com/acme/app", "github", "https://ghe.example.com/api/v3", "acme/app"),
        (
            "https://bb.example.com/bitbucket/scm/prj/app.git",
            "bitbucket-dc",
            "https://bb.example.com/bitbucket/rest/api/latest",
            "PRJ/app",
        ),
        (
            "ssh://git@bb.example.com:7999/prj/app.git",
            "bitbucket-dc",
            "https://bb.example.com/bitbucket/rest/api/latest",
            "PRJ/app",
        ),
        (
            "ssh://git@bb.example.com:7999/~anna/app.git",
            "bitbucket-dc",
            "https://bb.example.com/bitbucket/rest/api/latest",
            "~anna/app",
        ),
        ("https://git.example.org/lab/acme/app.git", "gitlab", "https://git.example.org/lab/api/v4", "acme/app"),
        ("git@git.example.org:acme/app.git", "gitlab", "https://git.example.org/lab/api/v4", "acme/app"),
    ],
)
def test_hosts_that_are_known(url: str, forge: Forge, api: str, project: str) -> None:
    read = recognise(url, KNOWN)
    assert read is not None
    assert (read.forge, read.api, read.project, read.is_certain) == (forge, api, project, True)


@pytest.mark.parametrize(
    ("url", "forge", "api"),
    [
        ("https://gitlab.example.net/acme/app", "gitlab", "https://gitlab.example.net/api/v4"),
        ("git@gitea.example.net:acme/app", "gitea", "https://gitea.example.net/api/v1"),
        ("https://forgejo.example.net/acme/app", "gitea", "https://forgejo.example.net/api/v1"),
        ("https://github.example.net/acme/app", "github", "https://github.example.net/api/v3"),
        ("https://acme.ghe.com/acme/app", "github", "https://api.acme.ghe.com"),
        ("https://any.example.net/ctx/scm/prj/app.git", "bitbucket-dc", "https://any.example.net/ctx/rest/api/latest"),
        ("ssh://git@any.example.net:7999/prj/app.git", "bitbucket-dc", "https://any.example.net/rest/api/latest"),
        ("https://github.com.evil.example/acme/app", "github", "https://github.com.evil.example/api/v3"),
        ("https://gitlab.com:8443/acme/app", "gitlab", "https://gitlab.com/api/v4"),
        ("https://codeberg.org/acme/app", "gitea", "https://codeberg.org/api/v1"),
        ("https://git.example.com:8443/scm/acme/app", "bitbucket-dc", "https://git.example.com:8443/rest/api/latest"),
    ],
)
def test_a_host_that_is_only_guessed_is_not_certain(url: str, forge: Forge, api: str) -> None:
    read = recognise(url, KNOWN)
    assert read is not None
    assert (read.forge, read.api) == (forge, api)
    assert not read.is_certain


@pytest.mark.parametrize(
    "url",
    [
        "https://code.example.com:8443/~mallory/x/acme/app",
        "https://plain.example.com/~mallory/scm/prj/app.git",
        "https://code.example.com:8443/git/acme/app",
    ],
)
def test_a_path_that_only_the_address_names_is_not_certain(url: str) -> None:
    read = recognise(url, KNOWN)
    assert read is not None
    assert not read.is_certain


@pytest.mark.parametrize("host", ["git$(id).example.com", "a;b", "a`b`", "a&b", "a|b", "a*b"])
def test_what_no_host_is_called(host: str) -> None:
    assert recognise(f"https://gitlab.{host}/acme/app") is None


def test_the_parts_of_a_project() -> None:
    read = recognise("https://gitlab.com/acme/web/app")
    assert read is not None
    assert (read.owner, read.name) == ("acme/web", "app")


NAMES = st.text(st.characters(blacklist_categories=("C", "Z")), min_size=1, max_size=8).filter(
    lambda name: name not in (".", "..") and "/" not in name and not name.endswith(".git")
)


@given(st.lists(NAMES, min_size=2, max_size=5), st.sampled_from(["", ".git", "/", ".git/"]), st.booleans())
def test_there_and_back(parts: list[str], tail: str, with_user: bool) -> None:
    path = "/".join([quote(part, safe="") for part in parts])
    user = "git@" if with_user else ""
    for url in (f"https://{user}gitlab.com/{path}{tail}", f"ssh://{user}gitlab.com/{path}{tail}"):
        assert recognise(url) == Remote("gitlab", "gitlab.com", "https://gitlab.com/api/v4", "/".join(parts))
    assert recognise(f"{user}gitlab.com:{path}{tail}") == recognise(f"https://gitlab.com/{path}")


@given(st.text(max_size=40) | st.from_regex(r"\A(https?|ssh|git)://[\w@:.\[\]%/-]{0,30}\Z"))
def test_any_text_is_taken(url: str) -> None:
    read = recognise(url, KNOWN)
    assert read is None or read.api.startswith("http")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://github.com/acme/app/pull/7", ("github", "acme/app", 7)),
        ("https://github.com/acme/app/pull/7/files?w=1#r2", ("github", "acme/app", 7)),
        ("https://codeberg.org/acme/app/pulls/7", ("gitea", "acme/app", 7)),
        ("https://gitlab.com/acme/web/app/-/merge_requests/7/diffs", ("gitlab", "acme/web/app", 7)),
        ("https://bitbucket.org/acme/app/pull-requests/7", ("bitbucket", "acme/app", 7)),
        (
            "https://bb.example.com/bitbucket/projects/PRJ/repos/app/pull-requests/7/overview",
            ("bitbucket-dc", "PRJ/app", 7),
        ),
        ("https://bb.example.com/users/anna/repos/app/pull-requests/7", ("bitbucket-dc", "~anna/app", 7)),
        ("https://github.com/acme/app", None),
        ("https://github.com/acme/app/pull/", None),
        ("https://github.com/acme/app/pull/0", None),
        ("https://github.com/acme/app/pull/x", None),
        ("https://example.com/acme/app/pull/7", None),
        ("https://github.com/acme/app/issues/7", None),
    ],
)
def test_a_pull_requests_page(url: str, expected: tuple[str, str, int] | None) -> None:
    read = pull_request_at(url, KNOWN)
    assert (read and (read[0].forge, read[0].project, read[1])) == expected
