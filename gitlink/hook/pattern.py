"""`branch.pattern`: the one setting that needs regular expressions, imported only where a policy sets it."""

from gitlink.errors import PolicyError


def search(pattern: str, text: str) -> bool:
    """Whether Python's `re.search` finds *pattern* in *text*; raises PolicyError if it is no regular expression."""
    import re

    try:
        return re.search(pattern, text) is not None
    except (re.error, RecursionError, OverflowError) as error:
        raise PolicyError(
            ".gitlink: branch.pattern: not a regular expression",
            where=f".gitlink, key `branch.pattern`: {pattern}",
            why=f"Python says: {error}",
            fix="git config -f .gitlink branch.pattern '^(feature|fix)/'",
        ) from error
