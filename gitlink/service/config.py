"""What the service is told by its environment: secrets, and who may see its pages. None of it is ever printed."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from gitlink.errors import SettingsError
from gitlink.forge.model import FORGES, Forge
from gitlink.forge.signature import secrets_in

_SHORT = 16


@dataclass(frozen=True, slots=True)
class Config:
    """`secrets`: by forge, several while one replaces another; a forge without one is off, unless `is_insecure`."""

    secrets: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    bench_token: str | None = field(default=None, repr=False)
    admin_password: str | None = field(default=None, repr=False)
    is_insecure: bool = False
    is_loopback: bool = True

    def is_on(self, forge: str) -> bool:
        """Whether deliveries of *forge* are taken."""
        return forge in FORGES and (self.is_insecure or forge in self.secrets)


def read(environ: Mapping[str, str], *, host: str, is_insecure: bool) -> Config:
    """Return the configuration; raises SettingsError where nothing could be told from a stranger's delivery."""
    common = environ.get("GITLINK_WEBHOOK_SECRET", "")
    given = {forge: tuple(secrets_in(environ.get(variable(forge), "").strip() or common)) for forge in FORGES}
    secrets: dict[str, tuple[str, ...]] = {forge: words for forge, words in given.items() if words}
    is_loopback = host in ("localhost", "::1") or host.startswith("127.")
    is_relay = bool(environ.get("GITLINK_NOTIFY_SECRET", "").strip())
    if not secrets and not is_relay and not (is_insecure and is_loopback):
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
        environ.get("GITLINK_BENCH_TOKEN") or None,
        environ.get("GITLINK_ADMIN_PASSWORD") or None,
        is_insecure and not secrets,
        is_loopback,
    )


def only_relays(environ: Mapping[str, str]) -> bool:
    """Whether messages are all that the environment has secrets for: these need no Tracker."""
    others = ("GITLINK_WEBHOOK_SECRET", *map(variable, FORGES), "GITLINK_BENCH_TOKEN")
    return bool(environ.get("GITLINK_NOTIFY_SECRET", "").strip()) and not any(environ.get(name) for name in others)


def warnings(environ: Mapping[str, str]) -> list[str]:
    """Return a warning for each variable with a secret that is short enough to be guessed; none holds a secret."""
    said = []
    for name in ("GITLINK_WEBHOOK_SECRET", *map(variable, FORGES)):
        words = environ.get(name, "").split()
        if any([len(word) < _SHORT for word in words]):
            several = f": white space separates secrets, so it holds {len(words)}, each good by itself"
            why = f"it can be guessed, and who knows it moves issues{several if len(words) > 1 else ''}"
            said.append(
                f"gitlink: {name} holds a secret shorter than {_SHORT} characters\n"
                f"  why:   {why}; the forge's webhook is given the same\n"
                f'  fix:   export {name}="$(openssl rand -hex 32)"'
            )
    return said


def variable(forge: Forge) -> str:
    """Return the name of the variable with the secret of one forge."""
    return f"GITLINK_WEBHOOK_SECRET_{forge.upper().replace('-', '_')}"
