"""What the commands of `gitlink pr` share: the branch, its issue, its draft and its open pull requests."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import typer

from gitlink.cli import world
from gitlink.core.text import printable

if TYPE_CHECKING:
    from gitlink.ci import CiFacts
    from gitlink.core.policy import Policy
    from gitlink.core.rules import PullRequestText, Violation
    from gitlink.errors import GitlinkError
    from gitlink.forge.client import ForgeClient
    from gitlink.forge.model import PullRequest
    from gitlink.hosting import Source
    from gitlink.repo import Repo

    # A pull request and who knows it, None for the draft; and what is held against its text.
    Judged = tuple[tuple[ForgeClient, PullRequest] | None, list[Violation]]


def branch(name: str | None) -> str:
    from gitlink.errors import UsageFault

    found = name or world.branch()
    if not found:
        raise UsageFault("no branch to act on", why="no --branch is given, and none is checked out", fix="git switch -")
    return found


def check_branch(repo: Repo, name: str) -> None:
    from gitlink.errors import GitError

    if name not in repo.branches() and name != repo.current_branch():
        raise GitError(f"there is no branch `{printable(name)}` here", fix="git branch --list")


def key(name: str, issue: str | None, policy: Policy, command: str) -> str:
    """Return the issue's key: the one that is given, else the branch's first; *command*: who asks."""
    from gitlink.core import rules
    from gitlink.errors import UsageFault

    if issue:
        return world.issues([issue])[0]
    named = rules.branch_keys(name, policy)
    if not named:
        why = "no --issue is given, and the branch names none"
        fix = f"gitlink pr {command} --issue TEST-123"
        raise UsageFault("no issue to name", where=f"branch {printable(name)}", why=why, fix=fix)
    return named[0]


def composed(repo: Repo, name: str, key: str, policy: Policy) -> str:
    from gitlink import drafts
    from gitlink.core import rules

    subjects = repo.subjects_of(name)
    summary = _summary(key)
    if not summary and subjects:
        summary = drafts.without_key(subjects[0], key)
    summary = summary or drafts.words_of(name, rules.branch_keys(name, policy))
    return drafts.compose(key, summary, subjects, repo.template(drafts.template_in))


def _summary(key: str) -> str:
    """Return the issue's summary; empty where Tracker cannot be asked, which is said."""
    from gitlink.errors import GitlinkError

    try:
        return world.tracker().issue(key).summary
    except GitlinkError as fault:
        typer.echo(f"gitlink: the summary of {key} is not known: {printable(fault.message)}", err=True)
        return ""


def edit(name: str) -> None:
    from gitlink.core.text import shell_quote
    from gitlink.errors import GitError

    command = ("git", "branch", "--edit-description", name)
    if subprocess.run(command, check=False).returncode:
        raise GitError("the editor did not end well; the draft is as before", fix=" ".join(map(shell_quote, command)))


def draft_of(name: str) -> str:
    with world.repo() as repo:
        return repo.draft(name).strip()


def opened(name: str) -> tuple[ForgeClient, list[PullRequest], Source]:
    """Return who knows the branch's open pull requests, and those."""
    from gitlink import hosting
    from gitlink.transport.send import Transport

    found = hosting.remotes(hosting.hosts(os.environ))
    source = hosting.source_of(name, found)
    client, there = hosting.open_pull_requests(source, found, os.environ, Transport())
    return client, there, source


def at(url: str) -> PullRequest:
    """Return the pull request that a page in the browser shows."""
    from gitlink import hosting
    from gitlink.errors import UsageFault
    from gitlink.forge.remote import pull_request_at

    known = hosting.hosts(os.environ)
    read = pull_request_at(url, known)
    if read is None:
        raise UsageFault(
            "`--url` is no page of a pull request that gitlink knows",
            why="it is none, or its host is neither a public forge's nor named in your Git configuration as one of"
            " github, gitlab, gitea, bitbucket-dc",
            fix="git config --global gitlink.HOST.forge github",
        )
    return hosting.client(read[0], os.environ).read(read[1])


def text_of(one: PullRequest) -> PullRequestText:
    """Return what the rules judge of a pull request."""
    from gitlink.core import rules

    return rules.PullRequestText(one.title, one.description, number=str(one.number))


def open_texts(name: str, policy: Policy) -> list[PullRequestText]:
    """Return the texts of the branch's open pull requests where the policy has them looked up; no answer is said."""
    from gitlink import hosting
    from gitlink.core.refs import is_exempt
    from gitlink.errors import GitlinkError, SettingsError
    from gitlink.hook import judge
    from gitlink.hook import pulls as lookup
    from gitlink.transport.send import Transport

    if not judge.wants_lookup(policy) or is_exempt(name, policy.branch_exempt):
        return []
    try:
        found = hosting.remotes(hosting.hosts(os.environ))
        source = hosting.source_of(name, found)
        if policy.pullrequest_lookup == "auto" and not hosting.client(source.remote, os.environ).has_token:
            return []
        transport = Transport(request_s=lookup.LOOKUP_S, total_s=lookup.LOOKUP_S)
        return [text_of(one) for one in hosting.open_pull_requests(source, found, os.environ, transport)[1]]
    except SettingsError as fault:
        if policy.pullrequest_lookup == "always":
            _say_unknown(name, fault)
    except GitlinkError as fault:
        _say_unknown(name, fault)
    return []


def in_ci(facts: CiFacts, policy: Policy) -> PullRequestText | None:
    """Return the whole text of the pull request that a CI checks, from its forge; None where that cannot be asked."""
    from gitlink import hosting
    from gitlink.errors import GitlinkError
    from gitlink.hook import judge

    if facts.number is None or not judge.wants_lookup(policy):
        return None
    remote = next(iter(hosting.remotes(hosting.hosts(os.environ)).values()), None)
    if remote is None:
        return None
    client = hosting.client(remote, os.environ)
    if not client.has_token and policy.pullrequest_lookup == "auto":
        return None
    try:
        return text_of(client.read(facts.number))
    except GitlinkError as fault:
        _say_unknown(facts.source_branch or f"number {facts.number}", fault)
        return None


def _say_unknown(name: str, fault: GitlinkError) -> None:
    why = f": {printable(fault.why)}" if fault.why else ""
    words = f"the pull request of {printable(name)} could not be looked up: {printable(fault.message)}{why}"
    typer.echo(f"gitlink: {words}", err=True)


def judged(name: str, policy: Policy) -> list[Judged]:
    """Return what is held against each open pull request of the branch; where there is none, against its draft."""
    from gitlink import drafts
    from gitlink.core import rules
    from gitlink.errors import SettingsError

    text = draft_of(name)
    try:
        client, found, _ = opened(name)
    except SettingsError:
        if not text:
            raise
        found = []
    results: list[Judged] = []
    for one in found:
        results.append(((client, one), list(rules.check_pull_request(text_of(one), name, policy))))
    if not found and text:
        whole = rules.PullRequestText(*drafts.split(text), is_draft=True)
        results.append((None, list(rules.check_pull_request(whole, name, policy))))
    return results


def check_pushed(source: Source) -> None:
    from gitlink import hosting
    from gitlink.core.text import shell_quote
    from gitlink.errors import GitError

    if not hosting.is_pushed(source):
        raise GitError(
            f"branch {printable(source.branch)} is not on {printable(source.name)} yet",
            why="a pull request needs a branch that the forge has",
            fix=f"git push --set-upstream {shell_quote(source.name)} {shell_quote(source.branch)}",
        )
