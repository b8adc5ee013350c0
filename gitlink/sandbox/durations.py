"""Durations as Tracker writes them: ISO 8601, a week of 5 days of 8 hours; seconds are business time.

Source: https://github.com/yandex-cloud/docs en/tracker/concepts/issues/new-worklog.md
"""

from __future__ import annotations

import re

MINUTE, HOUR = 60, 3600
DAY, WEEK = 8 * HOUR, 5 * 8 * HOUR
_ISO = re.compile(r"P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")


def seconds(text: object) -> int | None:
    """Return the business seconds of an ISO duration, None if *text* is none or no time at all."""
    match = _ISO.fullmatch(text) if isinstance(text, str) and not text.endswith("T") else None
    if match is None:
        return None
    counts = [int(part or 0) for part in match.groups()]
    return sum(count * unit for count, unit in zip(counts, (WEEK, DAY, HOUR, MINUTE, 1), strict=True)) or None


def iso(total: int) -> str:
    """Return business seconds as a normalized ISO duration: `P5DT20M` comes back as `P1WT20M`."""
    parts = []
    for unit, letter in ((WEEK, "W"), (DAY, "D"), (HOUR, "H"), (MINUTE, "M"), (1, "S")):
        count, total = divmod(total, unit)
        parts.append(f"{count}{letter}" if count else "")
    days, clock = "".join(parts[:2]), "".join(parts[2:])
    return f"P{days}T{clock}" if clock else f"P{days}" if days else "PT0S"
