"""Query parameters the documentation knows; what it does not know is ignored, or by a switch refused."""

from __future__ import annotations

from collections.abc import Iterable

from .model import Name, Refusal
from .world import Switches

_KNOWN = {
    *("fields", "expand", "embed", "localized", "language", "notify", "notifyAuthor", "version"),
    *(
        "page",
        "perPage",
        "id",
        "order",
        "orderBy",
        "orderAsc",
        "scrollType",
        "perScroll",
        "scrollTTLMillis",
        "scrollId",
    ),
    *("unique", "queue", "moveAllFields", "initialStatus", "isAddToFollowers", "backlink", "filename", "field", "type"),
    *("createdBy", "createdAt", "start", "issueId", "limit", "from", "to", "sort"),
    *("_pyClientLocalMapRead", "_pyClientLocalMapUpdate"),  # the official client's own
}


def check_parameters(switches: Switches, asked: Iterable[str]) -> None:
    """Raise Refusal for a parameter that no documented request has, if the sandbox is switched to be that strict."""
    unknown = sorted(set(asked) - _KNOWN)
    if unknown and switches.reject_unknown_parameters:
        raise Refusal(400, Name(f"Неизвестный параметр: {unknown[0]}.", f"Unknown parameter: {unknown[0]}."))
