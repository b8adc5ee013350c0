"""What the service is told by its environment: secrets, and who may see its pages. None of it is ever printed."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from gitlink.core import policy as policies
from gitlink.core.policy import POLICY_FILE, Policy
from gitlink.core.refs import glob_matches
from gitlink.core.text import printable, shell_quote
from gitlink.errors import SettingsError
from gitlink.forge.model import FORGES, Forge
from gitlink.forge.signature import secrets_in

_SHORT = 16
# Each is tried on whatever anybody sends.
_MOST_REPOSITORY_SECRETS = 32
_TOKENS = ("GITHUB_TOKEN", "GH_TOKEN", "GITLAB_TOKEN", "BITBUCKET_TOKEN", "GITEA_TOKEN")
REPOSITORY_SECRET = "GITLINK_REPOSITORY_SECRET_"


@dataclass(frozen=True, slots=True)
class Config:
    """`secrets`: by forge, several while one replaces another; a forge without one is off, unless `is_insecure`.

    `repository_secrets`: by a glob for repositories of any forge, for which no other secret is good.
    """

    secrets: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    repository_secrets: tuple[tuple[str, tuple[str, ...]], ...] = field(default=(), repr=False)
    bench_token: str | None = field(default=None, repr=False)
    admin_password: str | None = field(default=None, repr=False)
    is_insecure: bool = False
    is_loopback: bool = True

    def is_on(self, forge: str) -> bool:
        """Whether deliveries of *forge* are taken."""
        return forge in FORGES and (self.is_insecure or bool(self.groups(forge)))

    def groups(self, forge: str) -> list[tuple[str, ...]]:
        """Return the secrets that a delivery of *forge* may be signed with; one group replaces another in time."""
        common = [self.secrets[forge]] if forge in self.secrets else []
        return [*common, *dict.fromkeys([words for _, words in self.repository_secrets])]

    def group_of(self, forge: str, repository: str) -> tuple[str, ...]:
        """Return the secrets that speak for *repository*: those of the last glob that matches, else the forge's."""
        own = [words for glob, words in self.repository_secrets if glob_matches(glob.lower(), repository.lower())]
        return own[-1] if own else self.secrets.get(forge, ())


def read(environ: Mapping[str, str], *, host: str, is_insecure: bool, policy: Policy = policies.DEFAULTS) -> Config:
    """Return the configuration; raises SettingsError where nothing could be told from a stranger's delivery."""
    common = environ.get("GITLINK_WEBHOOK_SECRET", "")
    given = {forge: tuple(secrets_in(environ.get(variable(forge), "").strip() or common)) for forge in FORGES}
    secrets: dict[str, tuple[str, ...]] = {forge: words for forge, words in given.items() if words}
    repository_secrets = _repository_secrets(environ, policy)
    is_loopback = host in ("localhost", "::1") or host.startswith("127.")
    is_relay = bool(environ.get("GITLINK_NOTIFY_SECRET", "").strip())
    has_any = bool(secrets or repository_secrets)
    if not has_any and not is_relay and not (is_insecure and is_loopback):
        raise SettingsError(
            "no webhook secret is set",
            where=f"GITLINK_WEBHOOK_SECRET, or {variable('github')} and so on",
            why="anyone could move issues; the forge's webhook is given the same secret"
            if not is_insecure
            else f"--insecure is for a loopback address, and {host} is none",
            fix='export GITLINK_WEBHOOK_SECRET="$(openssl rand -hex 32)"',
        )
    return Config(
        secrets,
        repository_secrets,
        environ.get("GITLINK_BENCH_TOKEN") or None,
        environ.get("GITLINK_ADMIN_PASSWORD") or None,
        is_insecure and not has_any,
        is_loopback,
    )


def _repository_secrets(environ: Mapping[str, str], policy: Policy) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return the secrets that the policy's `[webhook "acme/*"] secret = NAME` names; raises SettingsError."""
    found = []
    for glob, name in policy.repository_secrets():
        words = tuple(secrets_in(environ.get(REPOSITORY_SECRET + name, "").strip()))
        if not words:
            raise _no_repository_secret(glob, name, policy)
        found.append((glob, words))
    if len({words for _, words in found}) > _MOST_REPOSITORY_SECRETS:
        raise SettingsError(
            f"the policy names more than {_MOST_REPOSITORY_SECRETS} webhook secrets",
            where=policy.source,
            why="a delivery must be checked against each before anything in it can be read",
            fix='give several repositories one secret: [webhook "acme/*"] secret = ACME',
        )
    return tuple(found)


def _no_repository_secret(glob: str, name: str, policy: Policy) -> SettingsError:
    where = f'{printable(policy.source)}, key `secret` of [webhook "{printable(glob)}"]'
    if not (name.replace("_", "a").isalnum() and name.isascii()):
        return SettingsError(
            f"`{printable(name)}` is not the name of a secret",
            where=where,
            why=f"it is the end of a variable's name, {REPOSITORY_SECRET}NAME; the secret itself stands in no file",
            fix=f"git config -f {shell_quote(policy.source)} {shell_quote(f'webhook.{glob}.secret')} NAME",
        )
    return SettingsError(
        f"{REPOSITORY_SECRET}{name} is not set",
        where=where,
        why=f"the deliveries of `{printable(glob)}` are signed with it",
        fix=f'export {REPOSITORY_SECRET}{name}="$(openssl rand -hex 32)"',
    )


def only_relays(environ: Mapping[str, str]) -> bool:
    """Whether messages are all that the environment has secrets for: these need no Tracker."""
    others = ("GITLINK_WEBHOOK_SECRET", *map(variable, FORGES), "GITLINK_BENCH_TOKEN")
    return bool(environ.get("GITLINK_NOTIFY_SECRET", "").strip()) and not any(environ.get(name) for name in others)


def warnings(environ: Mapping[str, str]) -> list[str]:
    """Return a warning for each variable with a secret that is short enough to be guessed; none holds a secret."""
    own = sorted([name for name in environ if name.startswith(REPOSITORY_SECRET)])
    webhook = "who knows it moves issues"
    asked = dict.fromkeys(("GITLINK_WEBHOOK_SECRET", *map(variable, FORGES), *own), webhook)
    asked |= {
        "GITLINK_BENCH_TOKEN": "who knows it changes the bench link of any issue",
        "GITLINK_NOTIFY_SECRET": "who knows it writes to your chats",
        "GITLINK_ADMIN_PASSWORD": "who knows it reads every delivery, and retries and skips them",
    }
    return [said for name, why in asked.items() if (said := _warning(name, environ.get(name, ""), why))]


def token_warnings(environ: Mapping[str, str], policy: Policy) -> list[str]:
    """Return a warning for each forge's token that any repository may be named for."""
    given = [name for name in _TOKENS if environ.get(name, "").strip()]
    if not policy.is_open:
        return []
    file = shell_quote(POLICY_FILE if policy is policies.DEFAULTS else policy.source)
    return [
        f"gitlink: {name} is used for whatever repository a signed delivery names\n"
        "  why:   all repositories share one webhook secret, and the policy names none of them\n"
        f"  fix:   git config -f {file} 'gitlink.OWNER/REPOSITORY.queue' QUEUE"
        for name in given
    ]


def _warning(name: str, value: str, why: str) -> str | None:
    is_one = name in ("GITLINK_BENCH_TOKEN", "GITLINK_ADMIN_PASSWORD")
    words = [value] if is_one and value else value.split()
    if not any([len(word) < _SHORT for word in words]):
        return None
    several = f": white space separates secrets, so it holds {len(words)}, each good by itself"
    also = "; the forge's webhook is given the same" if "_WEBHOOK_" in name or "_REPOSITORY_" in name else ""
    return (
        f"gitlink: {name} holds a secret shorter than {_SHORT} characters\n"
        f"  why:   it can be guessed, and {why}{several if len(words) > 1 else ''}{also}\n"
        f'  fix:   export {name}="$(openssl rand -hex 32)"'
    )


def variable(forge: Forge) -> str:
    """Return the name of the variable with the secret of one forge."""
    return f"GITLINK_WEBHOOK_SECRET_{forge.upper().replace('-', '_')}"
