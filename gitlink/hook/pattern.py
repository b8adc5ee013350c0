"""`branch.pattern`: the one setting that needs regular expressions, in a process of its own that can be ended.

Python's engine goes back after each failure, and `^(([a-z])+)+$` with a name of forty letters keeps it busy for years.
An engine that never does would know another syntax than the one that is promised, Python's own; a process that takes
too long is killed, which always works.
"""

import os
import sys

from gitlink import child
from gitlink.core.text import printable, shorten
from gitlink.errors import PolicyError

_DEADLINE_S = 4.0  # for a machine that is busy; of the processor's time the child takes one second


class Search:
    """Whether a pattern is found in each of *texts*, all of which one child is asked for at the first question."""

    def __init__(self, texts: list[str]) -> None:
        self._texts = list(dict.fromkeys(texts))
        self._found: dict[str, bool] = {}

    def __call__(self, pattern: str, text: str) -> bool:
        """Whether Python's `re.search` finds *pattern* in *text*, one of the texts.

        Raises PolicyError if it is no regular expression, or takes too long.
        """
        if not self._found:
            self._found = _ask(pattern, self._texts)
        return self._found[text]


def search(pattern: str, text: str) -> bool:
    """Whether Python's `re.search` finds *pattern* in *text*; raises as Search does."""
    return Search([text])(pattern, text)


def _ask(pattern: str, texts: list[str]) -> dict[str, bool]:
    program = os.path.join(os.path.dirname(os.path.abspath(__file__)), "matcher.py")
    given = "\0".join([pattern, *texts]).encode("utf-8", "surrogateescape")
    lines = child.output((sys.executable, "-I", "-S", program), _DEADLINE_S, given).splitlines()
    where = f".gitlink, key `branch.pattern`: {pattern}"
    if lines and lines[-1].startswith("!"):
        raise PolicyError(
            ".gitlink: branch.pattern: not a regular expression",
            where=where,
            why=f"Python says: {lines[-1][1:].encode('ascii').decode('unicode_escape')}",
            fix="git config -f .gitlink branch.pattern '^(feature|fix)/'",
        )
    if len(lines) < len(texts):
        branch = shorten(printable(texts[len(lines)]), 80)
        raise PolicyError(
            f".gitlink: branch.pattern: takes too long with branch {branch}",
            where=where,
            why="Python's engine goes back after each failure; a repetition within a repetition takes it for ever",
            fix="git config -f .gitlink --edit",
        )
    return {text: line == "1" for text, line in zip(texts, lines, strict=True)}
