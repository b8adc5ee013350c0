"""The command that was given, once more with something else in a word's place: a fix with the user's own names."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from gitlink.cli import world
from gitlink.core import keys
from gitlink.core.text import nearest, shell_quote
from gitlink.errors import GitlinkError, IssueNotFound, UsageFault

if TYPE_CHECKING:
    from collections.abc import Sequence

# Arguments of several words, which a shell takes apart where they are not quoted.
_OF_WORDS = ("TEXT|-", "STATUS", "DURATION")


def again(*more: str, instead: Mapping[str, str] | None = None) -> str:
    """Return the command line with *more* at its end and other words *instead* of some, case aside."""
    others = {word.casefold(): other for word, other in (instead or {}).items()}
    words = [shell_quote(_replaced(word, others)) for word in sys.argv[1:]]
    return " ".join(["gitlink", *words, *more])


def _replaced(word: str, others: Mapping[str, str]) -> str:
    option, equals, value = word.partition("=")
    if equals and option.startswith("--") and value.strip().casefold() in others:
        return option + equals + others[value.strip().casefold()]
    return others.get(word.strip().casefold(), word)


def unfit(word: str, wrong: str, known: Sequence[str], *, why: str | None = None) -> UsageFault:
    """Return the fault of a *word* of the command line that is *wrong*; its fix has the nearest of those *known*."""
    from gitlink.core.text import printable

    near = nearest(word, list(known), however_far=True) or known[0]
    return UsageFault(f"`{printable(word)}` {wrong}", why=why, fix=again(instead={word: near}))


def with_another_issue(fault: IssueNotFound, *more: str) -> IssueNotFound:
    """Return *fault* with the command for another issue as its fix, unless it has one; *more*: others not there."""
    if fault.fix is None:
        missing = dict.fromkeys((fault.issue, *more), example_key())
        words = again(instead=missing)
        fault.fix = words if words != again() else again("--issue", missing[fault.issue])
    return fault


def example_key() -> str:
    """Return a key of the policy's queue to put where nobody can know the issue; a wrong policy is not told here."""
    from gitlink.core import mending, policy

    try:
        return mending.example_key(world.policy())
    except GitlinkError:
        return mending.example_key(policy.DEFAULTS)


def of_usage(error: Any) -> str:
    """Return how to say what a usage error of typer's was about: the corrected command, else the help's example."""
    context, words = error.ctx, sys.argv[1:]
    command = getattr(context, "command", None)
    if command is None or error.message.startswith("Usage: "):  # the help of a group that was called with nothing
        return ""
    offered = list(getattr(error, "possibilities", None) or ())
    if offered:
        wrong = error.option_name
        return "fix:   " + again(instead={wrong: nearest(wrong, offered, however_far=True) or offered[0]})
    below = getattr(command, "commands", {})
    unknown = next((word for word in words if f"'{word}'" in error.message), None)
    near = nearest(unknown, list(below)) if unknown and below else None
    if unknown and near:
        return "fix:   " + again(instead={unknown: near})
    if "extra argument" in error.message:
        surplus = error.message.partition(" (")[2].removesuffix(")")
        return "fix:   " + (_without(surplus, context) if surplus else context.command_path)
    example = (getattr(command, "help", None) or "").partition("Example: ")[2].partition("\n")[0].strip()
    return f"e.g.:  {example}" if example else ""


def _without(surplus: str, context: Any) -> str:
    """Return the command line without the words that are too many.

    An issue's key among them is what --issue is for; the rest belongs together where the argument is words.
    """
    params = context.command.params
    own = next((param for param in params if param.param_type_name == "argument"), None)
    first = context.params.get(own.name) if own else None
    kept: list[str] = []
    given: list[str] = []
    place = 0
    for word in sys.argv[1:]:
        if own and not given and word == first:
            place = len(kept)
            given.append(word)
        elif (given or not own) and surplus.startswith(word) and kept[-1:] != ["--issue"]:
            surplus = surplus[len(word) :].lstrip(" ")
            given.append(word)
        else:
            kept.append(word)
    takes_issue = "--issue" not in kept and any(param.name == "issue" for param in params)
    issue = next((word for word in given if takes_issue and keys.parse(word)), None)
    if issue:
        given.remove(issue)
    if own:
        kept[place:place] = [" ".join(given)] if own.metavar in _OF_WORDS else given[:1]
    return " ".join(["gitlink", *[shell_quote(word) for word in kept], *(["--issue", issue] if issue else [])])
