"""The one place where a hook's fault becomes an exit status."""

import os

from gitlink import plumbing
from gitlink.core.policy import POLICY_FILE
from gitlink.core.text import printable
from gitlink.errors import EXIT_BUG, EXIT_INTERRUPTED, GitlinkError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


def blocking(judge: "Callable[[], int]", once: str) -> int:
    """Run *judge*; a fault is told, with *once* (how to pass this time), and refuses."""
    try:
        plumbing.bear_witness()
        return judge()
    except GitlinkError as error:
        plumbing.write_stderr(told(error) + f"  once:  {once}\n")
        return error.exit_code
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except Exception as error:
        plumbing.write_stderr(_own(error) + f"  once:  {once}\n")
        return EXIT_BUG


def harmless(act: "Callable[[], None]") -> int:
    """Run *act*; a fault is one line, and the status is always 0."""
    try:
        plumbing.bear_witness()
        act()
    except GitlinkError as error:
        plumbing.write_stderr(told(error))
    except KeyboardInterrupt:
        pass
    except Exception as error:
        plumbing.write_stderr(_own(error))
    return 0


def _own(error: Exception) -> str:
    from gitlink import fault  # only now: it imports `traceback` and `re`

    return fault.told(error)


def told(error: GitlinkError) -> str:
    """Return *error* as what, where, why, fix."""
    lines = [f"gitlink: {printable(error.message)}"]
    for name, value in (("where: ", error.where), ("why:   ", error.why), ("fix:   ", _from_here(error.fix))):
        if value:
            lines.append(f"  {name}{printable(value)}")
    from gitlink.redact import redact  # only now: it imports `re`

    return redact("\n".join(lines) + "\n")


def _from_here(fix: str | None) -> str | None:
    """Return *fix* as it works where a person stands: Git, and gitlink too, have gone to the top of the work tree."""
    folder = os.environ.get("GIT_PREFIX", "").rstrip("/")
    if not fix or not folder or POLICY_FILE not in fix.split(" "):
        return fix
    return f"(cd {'/'.join(['..'] * (folder.count('/') + 1))} && {fix})"
