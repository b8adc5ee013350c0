"""What commands ask of the world, built when it is asked for, so that `--help` loads none of it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from gitlink.cli.terminal import Progress

if TYPE_CHECKING:
    from gitlink.ci import CiFacts
    from gitlink.core.policy import Policy
    from gitlink.outbox import Outbox
    from gitlink.repo import Repo
    from gitlink.tracker.access import Credentials
    from gitlink.tracker.client import TrackerClient


def tracker(credentials: Credentials | None = None, **seconds: float) -> TrackerClient:
    """Return Tracker's client, of *credentials* where they are known; raises AuthError or SettingsError without any.

    *seconds*: deadlines of Transport, where a command wants others than usual.
    """
    from gitlink import connect

    return connect.client(os.environ, Progress("waiting for Tracker"), credentials, **seconds)


def connection(credentials: Credentials | None = None, **seconds: float) -> tuple[TrackerClient, Outbox]:
    """Return Tracker's client and the outbox for what it cannot be told; raises as `tracker` does."""
    from gitlink.connect import connect

    return connect(os.environ, Progress("waiting for Tracker"), credentials, **seconds)


def web_url() -> str:
    """Return where people see issues, with no slash at its end; needs no credentials."""
    from gitlink import settings
    from gitlink.tracker import access

    return access.web_url(settings.read(os.environ)[settings.URL].value)


def ci() -> CiFacts | None:
    """Return what the CI around us says, None outside of one."""
    from gitlink import ci

    return ci.detect(os.environ, lambda path: Path(path).read_text(encoding="utf-8"))


def policy() -> Policy:
    """Return the policy of the repository one stands in, the defaults outside of one."""
    from gitlink import brought, plumbing
    from gitlink.core import policy as policies
    from gitlink.hook import setting

    brought.refuse_bare()
    status, top = plumbing.run("rev-parse", "--show-toplevel")
    if status == 0:
        folder = os.path.relpath(os.getcwd(), os.fsdecode(top.rstrip(b"\n")))
        if folder != os.curdir and not folder.startswith(os.pardir):
            os.environ["GIT_PREFIX"] = f"{folder}/"  # as Git tells its hooks, which it runs at the top too
        os.chdir(os.fsdecode(top.rstrip(b"\n")))
        return setting.worktree_policy()
    head = setting.head()
    return setting.blob_policy(head, "HEAD") if head else policies.DEFAULTS


def repo() -> Repo:
    """Return the repository one stands in, to be closed; for commands that can wait 0.1 s for GitPython."""
    from gitlink.repo import Repo

    return Repo()


def branch() -> str | None:
    """Return the branch one is on; on a CI's detached HEAD the one its variables name."""
    from gitlink import brought, plumbing
    from gitlink.hook import setting

    brought.refuse_bare()
    if plumbing.run("rev-parse", "--git-dir")[0]:
        return None
    here = setting.current_branch()
    facts = ci() if here is None else None
    return here or (facts.source_branch if facts else None)


def issues(words: list[str]) -> list[str]:
    """Return the issues to act on: those named, else the branch's first; raises UsageFault where there is none."""
    from gitlink.cli import again
    from gitlink.core import keys, rules
    from gitlink.core.text import printable
    from gitlink.errors import UsageFault

    read = {word: keys.parse(word) for word in words}
    wrong = [word for word, key in read.items() if key is None]
    if wrong:
        named = ", ".join([f"`{printable(word)}`" for word in wrong])
        fix = again.again(instead=dict.fromkeys(wrong, again.example_key()))
        raise UsageFault(f"{named} {'is no issue key' if len(wrong) == 1 else 'are no issue keys'}", fix=fix)
    if read:
        return list(dict.fromkeys([key for key in read.values() if key]))
    here = branch()
    found = rules.branch_keys(here, policy()) if here else []
    if not found:
        raise UsageFault(
            "no issue to act on",
            where=f"branch {printable(here)}" if here else _folder(),
            why="no --issue is given, and the branch names none"
            if here
            else "no --issue is given, and no branch is here",
            fix=again.again("--issue", again.example_key()),
        )
    return found[:1]


def _folder() -> str:
    try:
        return os.getcwd()
    except OSError:
        return "a folder that is not there any more"
