"""What can be wrong between this repository and Tracker: credentials, rights, queues, the bench field, statuses."""

import os
from collections.abc import Collection, Iterator, Mapping
from contextlib import nullcontext

from gitlink import state
from gitlink.connect import connect
from gitlink.core.policy import KINDS, Policy
from gitlink.core.text import nearest, printable, shell_quote
from gitlink.doctor.finding import Finding
from gitlink.errors import AuthError, GitlinkError, SettingsError, TrackerRefused, Unreachable
from gitlink.outbox import Outbox
from gitlink.tracker.client import LANGUAGES, TrackerClient
from gitlink.tracker.models import Status
from gitlink.tracker.route import find_status
from gitlink.transport.send import Waiting

_STATUSES = [*[key for key in KINDS if key.startswith("status.")], "checkout.status"]
_SHOWN = 12


def look(environ: Mapping[str, str], policy: Policy | None, waiting: Waiting = nullcontext) -> Iterator[Finding]:
    """Yield what there is to say; without credentials only of the outbox. *policy*: None where it cannot be read."""
    try:
        client = connect(environ, waiting)[0]
    except (AuthError, SettingsError):
        yield from _outbox(environ)
        return
    try:
        yield from _person(client)
        if policy is not None:
            yield from _organization(client, policy)
    except AuthError as error:
        is_token = "the token" in error.message and "organization" not in error.message
        yield Finding("token" if is_token else "organization", "wrong", f"{error.message}: {error.why}", error.fix)
    except Unreachable as error:
        yield Finding("Tracker", "warning", f"{error.message}: {error.why}", error.fix)
    except GitlinkError as error:
        yield Finding("Tracker", "wrong", f"{error.message}: {error.why}", error.fix)
    yield from _outbox(environ)


def _person(client: TrackerClient) -> Iterator[Finding]:
    me = client.myself()
    client.renew()
    yield Finding("token", "ok", f"Tracker accepts it: {me.name}" + (f" ({me.login})" if me.login else ""))
    yield Finding("organization", "ok", "it is open to this token")
    if me.has_license:
        yield Finding("licence", "ok", f"{me.name} may change issues")
    else:
        yield Finding(
            "licence",
            "wrong",
            f"{me.name} has no licence and may only read",
            "ask an administrator of the organization: https://tracker.yandex.ru/admin/users",
        )


def _organization(client: TrackerClient, policy: Policy) -> Iterator[Finding]:
    workflows: dict[str, Collection[str] | None] = {}
    for queue in sorted(policy.queues):
        client.renew()
        try:
            workflows[queue] = _reached(client, list(client.queue(queue).workflows))
        except TrackerRefused as error:
            fix = f"git config -f .gitlink --fixed-value --unset-all gitlink.queue {queue}"
            yield Finding(f"queue {queue}", "wrong", f"this token cannot read it: {error.why}", fix)
        else:
            yield Finding(f"queue {queue}", "ok", "readable")
            yield from _fields(client, queue, policy)
    if not policy.queues:
        yield from _fields(client, None, policy)
    yield from _all_statuses(client, policy, workflows)


def _reached(client: TrackerClient, names: list[str]) -> Collection[str] | None:
    """Return the keys of the statuses that these workflows lead to, None where they are not shown to this user."""
    reached: set[str] = set()
    try:
        for name in names:
            for status, targets in client.workflow(name).items():
                reached.update([status, *[target.key for target in targets]])
    except TrackerRefused:
        return None
    return reached or None


def _fields(client: TrackerClient, queue: str | None, policy: Policy) -> Iterator[Finding]:
    setup = "gitlink bench setup" + (f" --queue {queue}" if queue else "")
    yield _field(client, queue, "bench field", policy.bench_field, setup)
    word = policy.text("pullrequest.field")
    if word:
        yield _field(client, queue, "pull request field", word, "git config -f .gitlink --unset pullrequest.field")


def _field(client: TrackerClient, queue: str | None, about: str, word: str, fix: str) -> Finding:
    about += f" of {queue}" if queue else ""
    try:
        found = client.find_field(queue, word)
    except TrackerRefused as error:
        return Finding(about, "warning", f"could not be seen: {error.why}", fix)
    if found is None:
        return Finding(about, "warning", f"there is no field `{word}` to put the link into", fix)
    return Finding(about, "ok", f"`{found.key}` ({found.name}), {'of the queue' if found.is_local else 'global'}")


def _all_statuses(
    client: TrackerClient, policy: Policy, workflows: Mapping[str, Collection[str] | None]
) -> Iterator[Finding]:
    named = [(key, policy.text(key)) for key in _STATUSES]
    if not any(word for _, word in named):
        return
    client.renew()
    known = [status for language in LANGUAGES for status in client.statuses(language)]
    written = {key for key, _ in policy.entries}
    for key, word in named:
        if word:
            yield _status(key, word, known, workflows, key in written)


def _status(
    key: str, word: str, known: list[Status], workflows: Mapping[str, Collection[str] | None], is_written: bool
) -> Finding:
    """Judge one status of the policy; one that is only gitlink's default is nobody's mistake."""
    bad = "wrong" if is_written else "warning"
    found = find_status(word, known)
    if found is None:
        near = nearest(word, [name for status in known for name in (status.name, status.key)], however_far=True)
        names = ", ".join(status.name for status in known[: len(known) // len(LANGUAGES)][:_SHOWN])
        fix = f"git config -f .gitlink {key} {shell_quote(near)}" if near else None
        return Finding(key, bad, f"the organization has no status `{word}`; it has {names}", fix)
    unreached = [queue for queue, reached in workflows.items() if reached is not None and found.key not in reached]
    unseen = [queue for queue, reached in workflows.items() if reached is None]
    if unreached:
        fix = f"gitlink status --issue {unreached[0]}-1"
        is_of_use = len(unreached) < len(workflows)
        seen = f"no workflow of {', '.join(unreached)} has `{found.name}`; take one that an issue of it is offered"
        return Finding(key, "warning" if is_of_use else bad, seen, fix)
    more = f"; whether {', '.join(unseen)} leads there could not be seen" if unseen else ""
    return Finding(key, "ok", f"`{found.name}` is known{more}")


def _outbox(environ: Mapping[str, str]) -> Iterator[Finding]:
    place = state.folder(environ)
    if reason := state.distrust(place):
        fix = f"mv {shell_quote(place)} {shell_quote(f'{place}.old')}"
        yield Finding("state", "wrong", f"{printable(place)} is not used, nor is what waits there sent: {reason}", fix)
        return
    folders = [os.path.join(place, name) for name in sorted(os.listdir(place))] if os.path.isdir(place) else []
    for folder in [*folders, *[os.path.join(folder, "outbox") for folder in folders]]:
        if os.path.isdir(folder) and not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
            quoted = shell_quote(folder)
            yield Finding("state", "wrong", f"{printable(folder)} cannot be used", f"mv {quoted} {quoted}.old")
    found = [entry for folder in folders for entry in Outbox(folder).entries()]
    if not found:
        yield Finding("outbox", "ok", "nothing waits")
        return
    oldest = min(found, key=lambda entry: entry.since)
    since = oldest.since.isoformat(timespec="minutes")
    refused = sum(entry.is_refused for entry in found)
    more = f", {refused} refused by Tracker" if refused else ""
    words = f"{len(found)} waiting since {since}{more}; the last fault: {oldest.error}"
    yield Finding("outbox", "warning", words, "gitlink outbox list && gitlink sync")
