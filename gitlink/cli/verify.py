"""`issue.verify` for `gitlink check`: the hook's question, asked here without a child."""

from typing import TYPE_CHECKING

import typer

from gitlink.cli import world

if TYPE_CHECKING:
    from gitlink.core.policy import Policy
    from gitlink.core.rules import Violation


def verify(branch: str, policy: "Policy") -> "list[Violation]":
    """Return what the policy holds against the issue that *branch* names; no answer is a warning."""
    from gitlink.core import rules
    from gitlink.core.refs import is_exempt
    from gitlink.core.text import printable
    from gitlink.errors import AuthError, IssueNotFound, SettingsError, Unreachable

    keys = rules.branch_keys(branch, policy)
    if policy.issue_verify == "off" or not keys or is_exempt(branch, policy.branch_exempt):
        return []
    try:
        state = "closed" if world.tracker().issue(keys[0]).resolution else "open"
    except IssueNotFound:
        state = "missing"
    except (AuthError, SettingsError, Unreachable) as fault:
        typer.echo(f"gitlink: {keys[0]} is not verified: {printable(fault.message)}", err=True)
        return []
    violation = rules.check_issue(keys[0], state, branch, policy)
    return [violation] if violation else []
