"""From a clone's remotes to what talks to their forges in a person's name, and the pull requests of a branch there.

Which hosts are forges besides the public ones is taken from a person's own Git configuration and from a CI's variables,
never from a repository: its configuration may come along with checked-out files, and a token would follow it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from gitlink import plumbing
from gitlink.core.policy import parse_entries
from gitlink.core.text import printable, shell_quote
from gitlink.errors import SettingsError
from gitlink.forge import tokens
from gitlink.forge.client import ForgeClient
from gitlink.forge.model import PullRequest
from gitlink.forge.remote import Known, Remote, recognise
from gitlink.transport.send import Transport

_MOST_TARGETS = 3


@dataclass(frozen=True, slots=True)
class Source:
    """Where a branch is pushed to: the remote's name, its project, and the branch's name there."""

    name: str
    remote: Remote
    branch: str


def hosts(environ: Mapping[str, str]) -> dict[str, Known]:
    """Return what the machine's and the person's Git configuration and the CI say of hosts."""
    entries = {}
    for scope in ("--system", "--global"):
        words = ("config", scope, "--includes", "-z", "--get-regexp", r"^gitlink\..*\.(forge|api)$")
        status, listing = plumbing.run("-c", "safe.bareRepository=explicit", *words)
        entries.update({key: value or "" for key, value in parse_entries(listing)} if status == 0 else {})
    return tokens.known_hosts(entries, environ)


def remotes(known: Mapping[str, Known]) -> dict[str, Remote]:
    """Return the clone's remotes that lead to a forge, by name, `origin` first; `insteadOf` is applied."""
    _, listing = plumbing.run("remote")
    names = sorted(plumbing.text(listing).split(), key=lambda name: (name != "origin", name))
    found = {}
    for name in names:
        _, url = plumbing.run("remote", "get-url", "--", name)
        read = recognise(plumbing.text(url).rstrip("\n"), known)
        if read is not None:
            found[name] = read
    return found


def source_of(branch: str, found: Mapping[str, Remote]) -> Source:
    """Return where *branch* is pushed to; raises SettingsError where that is no forge that gitlink knows."""
    # git-for-each-ref(1): the first is empty where nothing is configured and `push.default` does not tell.
    fields = "--format=%(push)%00%(push:remotename)"
    _, printed = plumbing.run("for-each-ref", fields, f"refs/heads/{branch}")
    tracking, _, name = plumbing.text(printed).partition("\n")[0].partition("\0")
    name = name or plumbing.text(plumbing.run("config", "remote.pushDefault")[1]).strip() or "origin"
    if name not in found:
        raise _no_forge(name)
    there = tracking.removeprefix(f"refs/remotes/{name}/")
    return Source(name, found[name], there if there != tracking else branch)


def is_pushed(source: Source) -> bool:
    """Whether the remote has the branch, as far as this clone knows."""
    ref = f"refs/remotes/{source.name}/{source.branch}"
    return not plumbing.run("show-ref", "--verify", "--quiet", ref)[0]


def client(remote: Remote, environ: Mapping[str, str], transport: Transport | None = None) -> ForgeClient:
    """Return what asks *remote*'s forge, with the person's token where there is one that may go there."""
    return ForgeClient(transport or Transport(), remote, tokens.token_for(remote, environ))


def open_pull_requests(
    source: Source, found: Mapping[str, Remote], environ: Mapping[str, str], transport: Transport
) -> tuple[ForgeClient, list[PullRequest]]:
    """Return the open pull requests of a branch and who knows them; where there is none, who would take one.

    With a fork as `origin`, they live in what is by custom called `upstream`.
    """
    asked = [client(target, environ, transport) for target in targets(source, found)]
    for one in asked:
        opened = one.find(source.branch, source.remote.project)
        if opened:
            return one, opened
    return asked[0], []


def targets(source: Source, found: Mapping[str, Remote]) -> list[Remote]:
    """Return the projects that the branch may want into: `upstream`, the one it is pushed to, then the others."""
    named = {"upstream": found["upstream"]} if "upstream" in found else {}
    there = [*named.values(), source.remote, *found.values()]
    same = [one for one in there if (one.forge, one.host) == (source.remote.forge, source.remote.host)]
    return list(dict.fromkeys(same))[:_MOST_TARGETS]


def lookup(
    url: str, branches: Iterable[str], environ: Mapping[str, str], seconds: float, *, anyway: bool
) -> dict[str, list[PullRequest]] | None:
    """Return the open pull requests of *branches* that are pushed to *url*; None where nobody is to be asked.

    *anyway*: also without a token.
    """
    known = hosts(environ)
    read = recognise(url, known)
    if read is None or (not anyway and tokens.token_for(read, environ) is None):
        return None
    found, transport = remotes(known), Transport(request_s=seconds, total_s=seconds)
    return {branch: open_pull_requests(Source("", read, branch), found, environ, transport)[1] for branch in branches}


def _no_forge(name: str) -> SettingsError:
    status, url = plumbing.run("remote", "get-url", "--", name)
    if status:
        return SettingsError(
            f"there is no remote `{printable(name)}`", why="a pull request needs a forge", fix="git remote --verbose"
        )
    host = _host_in(plumbing.text(url).rstrip("\n"))
    return SettingsError(
        f"remote `{printable(name)}` is no forge that gitlink knows",
        where=host or None,
        why="its host is neither a public forge's nor named in your Git configuration as one of github,"
        " gitlab, gitea, bitbucket-dc",
        fix=f"git config --global gitlink.{shell_quote(host or 'HOST')}.forge github",
    )


def _host_in(url: str) -> str:
    """Return the host of a remote's URL, and nothing else of it."""
    place = url.partition("://")[2].partition("/")[0] if "://" in url else url.partition(":")[0] if ":" in url else ""
    host = place.rpartition("@")[2]
    return host if host and "/" not in host and host.isprintable() else ""
