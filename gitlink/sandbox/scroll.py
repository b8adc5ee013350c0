"""What is left of a search that is read piece by piece; lives as long as the process, like the real one's minute."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(slots=True)
class Scroll:
    """The issues that were not read yet, of *total*; forgotten after *until*, which every piece puts off by *ttl*."""

    left: list[str]
    total: int
    size: int
    until: datetime
    ttl: timedelta
