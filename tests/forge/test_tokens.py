"""Which token goes where: first where none may go."""

import base64

import pytest

from gitlink.errors import AuthError
from gitlink.forge.remote import Known, Remote, recognise
from gitlink.forge.tokens import Token, known_hosts, token_for

ALL = {
    "GITHUB_TOKEN": "gh-1",
    "GH_TOKEN": "gh-2",
    "GITLAB_TOKEN": "gl-1",
    "BITBUCKET_TOKEN": "bb-1",
    "GITEA_TOKEN": "gt-1",
}


def remote(url: str, known: dict[str, Known] | None = None) -> Remote:
    read = recognise(url, known)
    assert read is not None
    return read


@pytest.mark.parametrize(
    "url",
    [
        "https://github.com.evil.example/acme/app",
        "https://gitlab.evil.example/acme/app",
        "https://gitea.evil.example/acme/app",
        "https://evil.example/scm/acme/app.git",
        "git@bitbucket.evil.example:acme/app",
    ],
)
def test_a_guessed_host_gets_no_token(url: str) -> None:
    assert token_for(remote(url), ALL) is None


def test_an_empty_variable_is_none() -> None:
    assert token_for(remote("https://github.com/acme/app"), {"GITHUB_TOKEN": " "}) is None
    assert token_for(remote("https://github.com/acme/app"), {}) is None


@pytest.mark.parametrize(
    ("url", "variable", "header"),
    [
        ("https://github.com/acme/app", "GITHUB_TOKEN", {"Authorization": "Bearer gh-1"}),
        ("https://gitlab.com/acme/app", "GITLAB_TOKEN", {"PRIVATE-TOKEN": "gl-1"}),
        ("https://bitbucket.org/acme/app", "BITBUCKET_TOKEN", {"Authorization": "Bearer bb-1"}),
        ("https://codeberg.org/acme/app", "GITEA_TOKEN", {"Authorization": "token gt-1"}),
        ("https://bb.example.com/scm/prj/app.git", "BITBUCKET_TOKEN", {"Authorization": "Bearer bb-1"}),
    ],
)
def test_each_forge_has_its_variable_and_header(url: str, variable: str, header: dict[str, str]) -> None:
    known = {"bb.example.com": Known("bitbucket-dc")} if "bb." in url else {"codeberg.org": Known("gitea")}
    token = token_for(remote(url, known), ALL)
    assert token is not None
    assert (token.variable, token.headers()) == (variable, header)


def test_the_second_name_of_githubs_token() -> None:
    token = token_for(remote("https://github.com/acme/app"), {"GH_TOKEN": "gh-2"})
    assert token is not None
    assert token.variable == "GH_TOKEN"


def test_bitbucket_cloud_with_an_address_is_basic() -> None:
    environ = {**ALL, "BITBUCKET_EMAIL": "anna@example.com"}
    token = token_for(remote("https://bitbucket.org/acme/app"), environ)
    assert token is not None
    pair = base64.b64encode(b"anna@example.com:bb-1").decode()
    assert token.headers() == {"Authorization": f"Basic {pair}"}


@pytest.mark.parametrize("value", ["two words", "tab\there", "пароль", "line\nbreak"])
def test_what_no_token_can_hold(value: str) -> None:
    with pytest.raises(AuthError) as caught:
        Token("github", "GITHUB_TOKEN", value)
    assert value not in f"{caught.value.message}{caught.value.why}{caught.value.fix}"


def test_a_token_is_never_shown() -> None:
    assert "gh-1" not in repr(token_for(remote("https://github.com/acme/app"), ALL))


def test_settings_name_hosts() -> None:
    entries = {
        "gitlink.Git.example.com.forge": "GitLab",
        "gitlink.Git.example.com.api": "https://git.example.com/lab/api/v4",
        "gitlink.code.example.com:8443.forge": "gitea",
        "gitlink.odd.example.com.forge": "sourceforge",
        "gitlink.orgid": "77",
        "user.forge": "github",
    }
    assert known_hosts(entries, {}) == {
        "git.example.com": Known("gitlab", "https://git.example.com/lab/api/v4"),
        "code.example.com:8443": Known("gitea"),
    }


def test_a_ci_names_its_own_host() -> None:
    actions = {"GITHUB_SERVER_URL": "https://ghe.example.com", "GITHUB_API_URL": "https://ghe.example.com/api/v3"}
    assert known_hosts({}, actions) == {"ghe.example.com": Known("github", "https://ghe.example.com/api/v3")}
    gitlab = {
        "CI_SERVER_URL": "https://git.example.com:8443/lab",
        "CI_API_V4_URL": "https://git.example.com:8443/lab/api/v4",
    }
    assert known_hosts({}, gitlab) == {
        "git.example.com:8443": Known("gitlab", "https://git.example.com:8443/lab/api/v4")
    }
    assert known_hosts({}, {"GITHUB_SERVER_URL": "https://[half", "CI_SERVER_URL": ""}) == {}


def test_in_giteas_actions_githubs_variables_are_giteas() -> None:
    environ = {
        "GITEA_ACTIONS": "true",
        "GITHUB_SERVER_URL": "https://code.example.com",
        "GITHUB_API_URL": "https://code.example.com/api/v1",
        "GITHUB_TOKEN": "job-1",
    }
    known = known_hosts({}, environ)
    token = token_for(remote("https://code.example.com/acme/app", known), environ)
    assert token is not None
    assert token.headers() == {"Authorization": "token job-1"}
    assert token_for(remote("https://github.com/acme/app"), environ) is None
