"""What the fault of a write means for its effect."""

from gitlink.errors import GitlinkError
from gitlink.tracker.reading import Malformed
from gitlink.tracker.refusal import Refused
from gitlink.transport.model import NoAnswer

# Which of these means "not on offer" and which "a field is missing" is not documented, and reports disagree.
# https://yandex.ru/support/tracker/ru/api-ref/issues/new-transition
_UNCLEAR = frozenset({400, 404, 409, 412, 422})


class FieldMissing(Refused):
    """The move's form wants a field that was not given; `why` has Tracker's words, which name it."""


def is_uncertain(fault: GitlinkError) -> bool:
    """Whether the write that ended so may have happened all the same."""
    return isinstance(fault, Malformed) or (isinstance(fault, NoAnswer) and fault.uncertain)


def is_worth_a_look(fault: GitlinkError) -> bool:
    """Whether the issue should be read again after it: the write may have happened, or the refusal be outdated."""
    return is_uncertain(fault) or (isinstance(fault, Refused) and fault.status in _UNCLEAR)


def is_conflict(fault: GitlinkError) -> bool:
    """Whether the write was refused for what someone else did meanwhile, so that it may go well after a look."""
    return isinstance(fault, Refused) and fault.status in (409, 412)


def is_worth_another(fault: GitlinkError) -> bool:
    """Whether the same write may go well the second time: a missing field stays missing."""
    return is_uncertain(fault) or is_conflict(fault)
