"""One call of Tracker's API, before it is a request."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from gitlink.core.text import printable


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the API. `to` completes "Tracker refused to …"; `issue`: whose absence a 404 would mean."""

    method: str
    path: str
    to: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: object = None
    issue: str | None = None
    is_repeatable: bool = False

    @property
    def is_read(self) -> bool:
        """Whether it changes nothing."""
        return self.method == "GET"

    @property
    def where(self) -> str:
        """Method and path, fit to be printed."""
        return printable(f"{self.method} {self.path}")
