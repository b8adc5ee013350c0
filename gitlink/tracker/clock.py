"""What Tracker's clock shows, told from its answers' `Date`; knows both clocks only as well as that header lets it.

`Date` counts whole seconds (RFC 9110, 6.6.1), and servers write it anew only once a second (uvicorn's
`default_headers`, nginx's cached time), so one answer leaves two seconds of doubt, and its own round trip; several
narrow it. On a starved machine the header falls further behind: uvicorn counts ten naps of 0.1 s as that second, which
such a machine stretches. So clocks that seem to differ by less than a few seconds are taken to agree.
"""

from datetime import datetime, timedelta

_DOUBT = timedelta(seconds=2)
_STALE = timedelta(seconds=3)
_NOTHING = timedelta(0)
_ABSURD = timedelta(days=366)


class Clock:
    """How far Tracker's clock is ahead of this machine's: somewhere between two bounds."""

    def __init__(self) -> None:
        self._least = self._most = _NOTHING

    def note(self, sent: datetime, received: datetime, date: datetime) -> None:
        """Take in that an answer dated *date* was made between two moments of this machine's clock.

        A date more than a year away is no clock's.
        """
        if abs(date - received) > _ABSURD:
            return
        least, most = date - received, date + _DOUBT - sent
        if least <= self._most and self._least <= most and (self._least, self._most) != (_NOTHING, _NOTHING):
            least, most = max(least, self._least), min(most, self._most)
        self._least, self._most = least, most

    def earliest(self, moment: datetime) -> datetime:
        """Return what Tracker's clock showed at *moment* at the earliest."""
        return _moved(moment, min(self._least, _NOTHING) if self._may_agree() else self._least)

    def latest(self, moment: datetime) -> datetime:
        """Return what it showed at the latest; *moment* itself where the two clocks may well agree."""
        return moment if self._may_agree() else _moved(moment, self._most)

    def of_ours(self, moment: datetime) -> datetime:
        """Return what this machine's clock showed, at the earliest, when Tracker's showed *moment*."""
        return moment if self._may_agree() else _moved(moment, -self._most)

    def _may_agree(self) -> bool:
        return self._least <= _NOTHING <= self._most + _STALE


def _moved(moment: datetime, by: timedelta) -> datetime:
    """Return *moment* moved; itself at either end of the calendar, where an answer's times may lie too."""
    try:
        return moment + by
    except OverflowError:
        return moment
