"""Times and texts of strangers."""

from datetime import UTC, datetime

import pytest

from gitlink.forge import reading


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        ("", None),
        ("yesterday", None),
        (True, None),
        (0, None),
        (10**30, None),
        ("0001-01-01T00:00:00+23:59", None),
        ([], None),
        ("2019-03-26T15:50:44+0530", datetime(2019, 3, 26, 10, 20, 44, tzinfo=UTC)),
        ("2025-08-06 01:28:57 UTC", datetime(2025, 8, 6, 1, 28, 57, tzinfo=UTC)),
        ("2020-02-10T16:28:37.177914+00:00", datetime(2020, 2, 10, 16, 28, 37, 177914, tzinfo=UTC)),
        ("2026-01-02T03:04:05Z", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ("2026-01-02T03:04:05", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
        (1758537371875, datetime(2025, 9, 22, 10, 36, 11, 875000, tzinfo=UTC)),
    ],
)
def test_times_as_forges_write_them(value: object, expected: datetime | None) -> None:
    assert reading.moment({"at": value}, "at") == expected


def test_the_latest_of_what_there_is() -> None:
    early, late = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)
    assert reading.latest(None, late, early) == late
    assert reading.latest(None) is None
