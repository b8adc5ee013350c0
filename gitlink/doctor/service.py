"""Proves a review service from outside: it answers, takes a signed delivery, and what it was told reaches Tracker."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import nullcontext
from urllib.parse import urlsplit

from gitlink.connect import connect
from gitlink.core.text import printable, shell_quote
from gitlink.doctor.finding import Finding
from gitlink.errors import GitlinkError
from gitlink.forge.model import FORGES, Forge
from gitlink.forge.sample import sample
from gitlink.forge.signature import secrets_in
from gitlink.transport.model import Request, is_private
from gitlink.transport.send import Transport, Waiting

_WAIT_S = 20.0


def look(
    url: str,
    issue: str | None,
    environ: Mapping[str, str],
    waiting: Waiting = nullcontext,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[Finding]:
    """Yield what there is to say of the service at *url*; *issue*: one that may get a comment as the last proof."""
    base = url.rstrip("/")
    if not _is_address(base):
        fix = f"gitlink doctor --service {'http://127.0.0.1:8080' if '127.0.0.1' in base else 'https://HOST'}"
        yield Finding(
            "service", "wrong", f"`{printable(url)}`: it is no address that begins with http:// or https://", fix
        )
        return
    transport = Transport(waiting=waiting)
    try:
        for name in ("healthz", "readyz"):
            answer = transport.send(Request("GET", f"{base}/{name}"))
            state = "ok" if answer.status == 200 else "wrong"
            yield Finding(name, state, f"{answer.status} {printable(answer.body[:80].decode('utf-8', 'replace'))}")
    except GitlinkError as error:
        yield Finding("service", "wrong", f"{error.message}: {error.why}", error.fix)
        return
    secrets = {forge: found[0] for forge in FORGES if (found := secrets_in(_secret(forge, environ)))}
    if not secrets:
        fix = "read -rs GITLINK_WEBHOOK_SECRET && export GITLINK_WEBHOOK_SECRET"
        words = "the webhook secret that the service was started with is not set here, so none can be sent"
        yield Finding("delivery", "warning", words, fix)
    number = int(time.time())  # a pull request of its own for each run: what was told once is not told again
    link = f"{base}/doctor/{number}"
    for forge, secret in secrets.items():
        named = issue if forge == next(iter(secrets)) else None
        delivery = sample(forge, number, f"{named or 'no-issue'}-doctor", link, secret)
        if secret in delivery[0].values() and not is_private(base):
            words = "not sent: GitLab's deliveries carry the secret itself, and plain HTTP shows it to whoever listens"
            yield Finding(f"delivery of {forge}", "warning", words, "gitlink doctor --service https://HOST")
            continue
        yield _delivered(transport, base, forge, delivery, environ)
    if issue and secrets:
        yield _told(issue, link, environ, waiting, sleep)


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False


def _secret(forge: Forge, environ: Mapping[str, str]) -> str:
    own = environ.get(f"GITLINK_WEBHOOK_SECRET_{forge.upper().replace('-', '_')}", "")
    return own.strip() or environ.get("GITLINK_WEBHOOK_SECRET", "").strip()


def _delivered(
    transport: Transport, base: str, forge: Forge, delivery: tuple[dict[str, str], bytes], environ: Mapping[str, str]
) -> Finding:
    transport.renew()
    headers, body = delivery
    try:
        answer = transport.send(Request("POST", f"{base}/hooks/{forge}", headers, body, is_repeatable=True))
    except GitlinkError as error:
        return Finding(f"delivery of {forge}", "wrong", f"{error.message}: {error.why}", error.fix)
    if answer.status in (200, 202):
        return Finding(f"delivery of {forge}", "ok", f"taken and kept ({answer.status})")
    own = f"GITLINK_WEBHOOK_SECRET_{forge.upper().replace('-', '_')}"
    if answer.status == 404:
        fix = f"set {own} or GITLINK_WEBHOOK_SECRET for the service, and start it anew"
        return Finding(f"delivery of {forge}", "warning", "the service has no secret for it: it is off there", fix)
    name = own if environ.get(own, "").strip() else "GITLINK_WEBHOOK_SECRET"
    same = f"set {name} to the same value here, at the service, and at the forge"
    return Finding(
        f"delivery of {forge}", "wrong", f"refused with {answer.status}", same if answer.status == 401 else None
    )


def _told(
    issue: str, link: str, environ: Mapping[str, str], waiting: Waiting, sleep: Callable[[float], None]
) -> Finding:
    """Look for the pull request's link on the issue, in a comment or in a field."""
    try:
        client, _ = connect(environ, waiting)
        until = time.monotonic() + _WAIT_S
        while True:
            client.renew()
            found = client.issue(issue)
            texts = [comment.text for comment in client.comments(issue)]
            if any(link in text for text in [*texts, *map(str, found.fields.values())]):
                return Finding("Tracker", "ok", f"the delivery reached {issue}: its link is there")
            if time.monotonic() > until:
                break
            sleep(1.0)
    except GitlinkError as error:
        return Finding("Tracker", "wrong", f"{error.message}: {error.why}", error.fix)
    why = f"nothing reached {issue} within {_WAIT_S:g} s (nor can it where a policy binds the queue to a repository)"
    return Finding("Tracker", "wrong", why, f"gitlink deliveries list --issue {shell_quote(issue)}")
