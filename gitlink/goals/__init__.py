"""Wanted states of an issue, and how to reach one: look, act, and look again; repeated or interrupted it is one effect.

A lost answer is never taken for a failure, nor a call repeated before its effect has been looked for.
"""

from gitlink.goals.fault import is_uncertain
from gitlink.goals.model import CommentOnce, Goal, LinkTo, LogWork, Move, Reached, SetField
from gitlink.goals.reach import reach

__all__ = [
    "CommentOnce",
    "Goal",
    "LinkTo",
    "LogWork",
    "Move",
    "Reached",
    "SetField",
    "is_uncertain",
    "reach",
]
