"""What `gitlink doctor` says of one thing that it looked at."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: `ok`, `warning` or `wrong`; what was seen, and the fix where there is one."""

    about: str
    state: str
    seen: str
    fix: str | None = None
