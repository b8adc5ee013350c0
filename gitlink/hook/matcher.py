"""Run as a program of its own: which of many texts a regular expression is found in. See `gitlink.hook.pattern`.

Reads the pattern and the texts from standard input, a NUL between them; writes a line `1` or `0` for each text as it
goes, or one line `!` with what Python says of the pattern.
"""

import re
import sys

CPU_S = 1


def main() -> None:
    """Match everything, for as long as the system lets this process run."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    except (ImportError, ValueError, OSError):
        pass  # not POSIX: there the parent's deadline alone ends it
    pattern, *texts = sys.stdin.buffer.read().decode("utf-8", "surrogateescape").split("\0")
    try:
        for text in texts:
            print("1" if re.search(pattern, text) else "0", flush=True)
    except (re.error, RecursionError, OverflowError) as error:
        print("!" + str(error).encode("unicode_escape").decode("ascii"), flush=True)


if __name__ == "__main__":
    main()
