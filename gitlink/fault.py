"""A fault of gitlink's own: its traceback goes to a file of the user's state, no secrets in it; one line says where.

Imported only once something has gone wrong, so what it imports costs no hook anything.
"""

import errno
import os
import time
import traceback

from gitlink import state
from gitlink.core.text import printable
from gitlink.redact import redact

# The machine's faults, not ours: no room, no right to write, a device that fails.
_NOT_OURS = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.EACCES, errno.EPERM)


def told(error: BaseException) -> str:
    """Keep the traceback of *error* and return what to say of it, one line."""
    what = printable(redact(f"{type(error).__name__}: {error}".rstrip(": ")))
    if isinstance(error, OSError) and error.errno in _NOT_OURS:
        place = redact(str(error.filename)) if error.filename else "nothing can be written"
        return printable(f"gitlink: {place}: {error.strerror or what}") + "\n"
    try:
        place = f"its traceback is in {printable(keep(error))}"
    except OSError as unwritable:
        place = f"its traceback could not be kept ({printable(unwritable.strerror or '')})"
    return f"gitlink: a fault of gitlink's own: {what}; please report it, {place}\n"


def keep(error: BaseException) -> str:
    """Write the traceback of *error* where the user alone can read it and return that file's path."""
    folder = os.path.join(state.home(os.environ), "faults")
    for made in (os.path.dirname(folder), folder):
        state.make(made)
    path = os.path.join(folder, f"{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}-{os.getpid()}.txt")
    text = redact("".join(traceback.format_exception(error)))
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(text.encode("utf-8", "backslashreplace"))
    return path
