"""Secrets that speak for some repositories only, and what a forge's token is used for."""

import json
from pathlib import Path

import pytest

from gitlink.core import policy as policies
from gitlink.errors import SettingsError
from gitlink.forge.model import FORGES, Forge
from gitlink.sandbox.server import SandboxServer
from gitlink.service.config import Config, read, token_warnings
from tests.forge.samples import Delivery
from tests.service.process import Served, deliveries, until
from tests.service.reviews import SECRET, signed, tell
from tests.service.serving import receiving
from tests.tracker.loopback import Answer, serving

ACME, SHOP = "the-secret-of-all-of-acme", "the-secret-of-acmes-shop"
POLICY: list[tuple[str, str | None]] = [("webhook.acme/*.secret", "ACME"), ("webhook.acme/SHOP.secret", "SHOP")]
ENVIRON = {
    "GITLINK_WEBHOOK_SECRET": SECRET,
    "GITLINK_REPOSITORY_SECRET_ACME": ACME,
    "GITLINK_REPOSITORY_SECRET_SHOP": SHOP,
}


def config(environ: dict[str, str] = ENVIRON, entries: list[tuple[str, str | None]] = POLICY) -> Config:
    return read(environ, host="::1", is_insecure=False, policy=policies.read(entries))


def of(repository: str, forge: Forge = "github") -> Delivery:
    """A delivery of that repository; a project and a name on each forge."""
    headers, body = tell(forge, "approved")
    owner, _, name = repository.partition("/")
    text = body.decode().replace('"acme/web/app"', f'"{repository}"').replace('"acme/app"', f'"{repository}"')
    top = json.loads(text)
    if forge == "bitbucket-dc":
        top["pullRequest"]["toRef"]["repository"] |= {"slug": name, "project": {"key": owner}}
    return {**headers, "x-github-delivery": repository}, json.dumps(top).encode()


@pytest.mark.parametrize(
    ("repository", "secret", "status"),
    [
        pytest.param("acme/app", SECRET, 401, id="the common one speaks for none that has its own"),
        pytest.param("acme/shop", ACME, 401, id="of two that match the later counts"),
        pytest.param("other/app", ACME, 401, id="one of a repository speaks for no other"),
        pytest.param("acmes/app", ACME, 401, id="a glob is no beginning"),
        pytest.param("acme/app", SHOP, 401, id="nor does its neighbour's"),
        pytest.param("acme/app", ACME, 202, id="its own"),
        pytest.param("Acme/Shop", SHOP, 202, id="case does not count"),
        pytest.param("other/app", SECRET, 202, id="the common one, for the others"),
    ],
)
@pytest.mark.parametrize("forge", FORGES)
def test_a_secret_speaks_for_its_repositories(
    tmp_path: Path, forge: Forge, repository: str, secret: str, status: int
) -> None:
    with receiving(f"sqlite:///{tmp_path / 'g.db'}", config()) as door:
        assert door.post(f"/hooks/{forge}", *signed(forge, of(repository, forge), secret)) == (
            status,
            b"kept\n" if status == 202 else b"",
        )
        assert len(door.desk.listing()) == (status == 202)


def test_nobody_takes_another_repositorys_ids(database: str) -> None:
    with receiving(database, config()) as door:
        for repository, secret in (("acme/shop", SHOP), ("acme/app", ACME), ("other/app", SECRET)):
            headers, body = of(repository)
            headers["x-github-delivery"] = "the-id"
            assert door.post("/hooks/github", *signed("github", (headers, b"{"), secret))[0] in (202, 200)
            assert door.post("/hooks/github", *signed("github", (headers, body), secret))[0] == 202
            assert door.post("/hooks/github", *signed("github", (headers, body), secret))[0] == 200
        rows = [(row.repository, row.delivery, row.state) for row in reversed(door.desk.listing())]
        kept = [(repository, "the-id", "waiting") for repository in ("acme/shop", "acme/app", "other/app")]
        assert rows == [(None, "the-id", "ignored"), *kept]


def test_what_tells_of_no_repository_may_be_signed_with_any(tmp_path: Path) -> None:
    """An authentic delivery that cannot be read gets no 4xx: GitLab would switch the hook off."""
    with receiving(f"sqlite:///{tmp_path / 'g.db'}", config()) as door:
        for number, secret in enumerate((SECRET, ACME, SHOP)):
            headers, _ = tell("gitlab", "approved", number + 1)
            assert door.post("/hooks/gitlab", *signed("gitlab", (headers, b"{%d" % number), secret))[0] == 202
        assert door.post("/hooks/gitlab", *signed("gitlab", (headers, b"{"), "another"))[0] == 401


def test_repository_secrets_alone_switch_the_forges_on(tmp_path: Path) -> None:
    environ = {name: value for name, value in ENVIRON.items() if name != "GITLINK_WEBHOOK_SECRET"}
    with receiving(f"sqlite:///{tmp_path / 'g.db'}", config(environ)) as door:
        assert door.post("/hooks/gitea", *signed("gitea", of("acme/app", "gitea"), ACME))[0] == 202
        assert door.post("/hooks/gitea", *signed("gitea", of("other/app", "gitea"), ACME))[0] == 401
        assert door.post("/hooks/gitea", *signed("gitea", of("other/app", "gitea"), ""))[0] == 401


def test_a_repositorys_secret_that_is_not_set_is_told_with_the_fix() -> None:
    with pytest.raises(SettingsError) as caught:
        config({"GITLINK_WEBHOOK_SECRET": SECRET})
    assert caught.value.message == "GITLINK_REPOSITORY_SECRET_ACME is not set"
    assert caught.value.where == '.gitlink, key `secret` of [webhook "acme/*"]'
    assert caught.value.fix == 'export GITLINK_REPOSITORY_SECRET_ACME="$(openssl rand -hex 32)"'


def test_a_secret_that_stands_in_the_file_itself_is_not_printed() -> None:
    with pytest.raises(SettingsError) as caught:
        config(entries=[("webhook.acme/app.secret", "hunter2!")])
    assert "the secret itself stands in no file" in str(caught.value.why)


def test_there_are_only_so_many_to_try() -> None:
    entries: list[tuple[str, str | None]] = [(f"webhook.acme/{n}.secret", f"N{n}") for n in range(33)]
    environ = {f"GITLINK_REPOSITORY_SECRET_N{n}": f"secret-{n}" for n in range(33)}
    with pytest.raises(SettingsError, match="more than 32 webhook secrets"):
        config(environ, entries)
    assert config(dict.fromkeys(environ, "the-same"), entries).groups("github") == [("the-same",)]


def test_a_forges_token_is_warned_of_where_any_repository_may_be_named() -> None:
    environ = {"GITHUB_TOKEN": "gh-secret", "GITEA_TOKEN": ""}
    (said,) = token_warnings(environ, policies.DEFAULTS)
    assert said.splitlines()[0] == "gitlink: GITHUB_TOKEN is used for whatever repository a signed delivery names"
    assert said.splitlines()[2] == "  fix:   git config -f .gitlink 'gitlink.OWNER/REPOSITORY.queue' QUEUE"
    assert "gh-secret" not in said
    assert token_warnings(environ, policies.read([("gitlink.acme/app.queue", "TEST")])) == []


def test_it_serves_with_a_policy_that_names_secrets(tmp_path: Path) -> None:
    policy = tmp_path / "policy"
    policy.write_text('[webhook "acme/*"]\n\tsecret = ACME\n', encoding="utf-8")
    args = ("--role", "receive", "--policy", str(policy))
    database = f"sqlite:///{tmp_path / 'g.db'}"
    with Served(database, *args, environ=ENVIRON) as service:
        sent = signed("github", of("acme/app"), ACME)
        assert service.ask("POST", "/hooks/github", *sent)[0] == 202
        assert service.ask("POST", "/hooks/github", *signed("github", of("acme/app")))[0] == 401
        until(lambda: "a secret that does not speak for acme/app" in "".join(service.log))
    service = Served(database, *args)
    assert service.process.wait(30) == 3
    service.kill()
    assert 'fix:   export GITLINK_REPOSITORY_SECRET_ACME="$(openssl rand -hex 32)"' in "".join(service.log)


def test_a_forges_token_is_used_for_the_repositories_that_the_policy_names(
    tmp_path: Path, sandbox: SandboxServer
) -> None:
    policy, config_file = tmp_path / "policy", tmp_path / "gitconfig"
    policy.write_text('[gitlink "acme/app"]\n\tqueue = TEST\n', encoding="utf-8")
    with serving(lambda _: Answer(404)) as forge:
        host = forge.url.partition("://")[2]
        config_file.write_text(f'[gitlink "{host}"]\n\tforge = github\n\tapi = {forge.url}\n', encoding="utf-8")
        environ = {"GITHUB_TOKEN": "gh-secret", "GIT_CONFIG_GLOBAL": str(config_file)}
        args = (f"sqlite:///{tmp_path / 'g.db'}", "--policy", str(policy))
        with Served(*args, tracker=sandbox.url, environ=environ) as service:
            for repository in ("finance/private", "acme/app"):
                headers, body = of(repository)
                there = body.replace(b"https://github.com/acme/app/", f"{forge.url}/{repository}/".encode())
                assert service.deliver("github", (headers, there)) == 202
            until(lambda: len([row for row in deliveries(args[0]) if row["state"] in ("done", "ignored")]) == 2)
        assert forge.seen and all([request.path.startswith("/repos/acme/app/") for request in forge.seen])
        assert {request.headers["authorization"] for request in forge.seen} == {"Bearer gh-secret"}
