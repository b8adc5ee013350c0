"""What hooks know of issues without a network, and what they have a child find out."""

import os
import time

from gitlink import child, state
from gitlink.core import rules
from gitlink.core.policy import Policy
from gitlink.core.refs import PushedRef
from gitlink.core.rules import Violation

VERIFY_S = 1.0
# What a child needs to be there, over and above: an interpreter and `requests`.
_START_S = 1.0
_FRESH_S = 600.0
_STALE_S = 3600.0


def binding(config: dict[str, str]) -> str | None:
    """Return the folder of what is known of this clone's Tracker, None where no organization is set.

    Environment before configuration, as `gitlink.settings` reads them; *config*: Git's, keys in lower case.
    """
    environ = os.environ
    base = environ.get("TRACKER_API_BASE_URL") or config.get("gitlink.apibaseurl") or state.DEFAULT_BASE_URL
    said = [environ.get("TRACKER_ORG_ID"), environ.get("TRACKER_CLOUD_ORG_ID")]
    said += [config[key] for key in reversed(config) if key in ("gitlink.orgid", "gitlink.cloudorgid")]
    organization = next((found for found in said if found), None)
    return state.binding(environ, base, organization) if organization else None


def verify(
    refs: list[PushedRef], policy: Policy, config: dict[str, str]
) -> tuple[list[tuple[PushedRef, Violation]], list[str]]:
    """Return what `issue.verify` holds against the issues that *refs* name, and the keys that nobody could judge.

    An issue that was seen a moment ago, and open if that counts, is not asked for again; bad news always are.
    """
    named = {}
    for pushed in refs:
        found = rules.branch_keys(pushed.branch or "", policy)
        if found:
            named[pushed] = found[0]
    folder = binding(config)
    takes_closed = policy.issue_verify == "exists"
    states = {key: "open" for key in named.values() if folder and _was_fine_lately(folder, key, takes_closed)}
    asked = [key for key in dict.fromkeys(named.values()) if key not in states]
    if asked:
        printed = child.ask(_START_S + VERIFY_S, "verify", str(VERIFY_S), *asked)
        for line in printed.splitlines():
            key, _, told = line.partition("\t")
            states[key] = told
    held = []
    for pushed, key in named.items():
        violation = rules.check_issue(key, states.get(key, "open"), pushed.branch or "", policy)
        if violation is not None:
            held.append((pushed, violation))
    return held, [key for key in asked if key not in states]


def _was_fine_lately(folder: str, key: str, takes_closed: bool) -> bool:
    seen = state.known(folder, key, time.time())
    return seen is not None and (takes_closed or not seen.is_resolved) and 0 <= seen.age_s < _FRESH_S


def look_after(folder: str, key: str, status: str | None) -> "state.Known | None":
    """Return what is known of the issue just checked out, and start what is to be done about it, if anything."""
    seen = state.known(folder, key, time.time())
    waits = state.is_waiting(folder) and not state.is_asked_for(folder, time.time())
    is_old = os.path.isdir(folder) and (seen is None or seen.age_s > _STALE_S)
    if status or waits or is_old:
        child.start("checkout", key, *([status] if status else []))
    return seen
