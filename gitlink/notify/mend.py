"""Faults that one word of the command line, or of a file of notifications, mends; who knows the words says how."""

from typing import Self

from gitlink.errors import SettingsError, TrackerRefused, UsageFault


class Mend:
    """`option`: what is wrong, empty for the notification's name as an argument; `right`: what it should be.

    `right` None: it is to go. `wrong`: how it is written, where the option may stand there more than once.
    """

    option = ""
    right: str | None = None
    wrong: str | None = None

    def by(self, option: str, right: str | None, wrong: str | None = None) -> Self:
        """Return the fault, told what mends it."""
        self.option, self.right, self.wrong = option, right, wrong
        return self


class WrongWord(Mend, UsageFault):
    """A word that cannot be."""


class NotThere(Mend, TrackerRefused):
    """A word that Tracker does not know, or has for something else."""


class Missing(Mend, SettingsError):
    """A secret, or the relay's address, that nobody has given."""
