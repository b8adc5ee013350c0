"""A trigger reached like a goal: what is so already is left alone, and a lost answer is looked for first."""

import time
from collections.abc import Iterable, Sequence
from contextlib import suppress

from gitlink.core.text import nearest, printable
from gitlink.errors import TrackerRefused
from gitlink.notify import mask, trigger
from gitlink.notify.mend import NotThere
from gitlink.notify.order import Queue
from gitlink.tracker import triggers
from gitlink.tracker.client import TrackerClient
from gitlink.tracker.refusal import Refused
from gitlink.tracker.triggers import Trigger
from gitlink.transport.model import NoAnswer


def find(there: Iterable[Trigger], name: str) -> Trigger | None:
    """Return gitlink's trigger called *name*, None where there is none; raises TrackerRefused for another's.

    Of several the first that is active counts.
    """
    named = sorted((one for one in there if one.name == name), key=lambda one: not one.active)
    ours = [one for one in named if trigger.kind_of(one.actions)]
    if named and not ours:
        raise NotThere(
            f"trigger `{printable(name)}` is not gitlink's",
            why="someone has made it in Tracker, and gitlink leaves it alone",
        ).by("name", f"{name}-2")
    return next(iter(ours), None)


def state_of(wanted: trigger.Wanted, there: Sequence[Trigger]) -> tuple[str, list[str]]:
    """Return `create`, `change` or `same` and what would differ; raises where the queue is full or the name taken."""
    found = find(there, wanted.name)
    if found is None:
        check_room(wanted.queue, len(there), 1)
        return "create", []
    wanted.body(found.actions)
    facts = {"active": found.active, "conditions": found.conditions, "actions": found.actions}
    if trigger.is_same(wanted, **facts):  # type: ignore[arg-type]
        return "same", []
    return "change", mask.differences(wanted, **facts)  # type: ignore[arg-type]


def check_room(queue: str, there: int, more: int) -> None:
    """Raise TrackerRefused where a queue of *there* triggers does not take *more*.

    https://yandex.ru/support/tracker/ru/user/create-trigger
    """
    if there + more > trigger.MOST_TRIGGERS:
        raise TrackerRefused(
            f"queue `{queue}` has {there} triggers, and {trigger.MOST_TRIGGERS} is the most",
            why=f"{more} more would be made",
            fix=f"delete some at https://tracker.yandex.ru/admin/queue/{queue}/triggers",
        )


def reach(client: TrackerClient, queue: Queue, wanted: trigger.Wanted) -> str:
    """Create or change the trigger, and return which of `create`, `change`, `same` it was.

    A trigger that someone changed in between is looked at once more. A lost answer is not asked for again: its effect
    is looked for, a while long, since a new trigger may take some seconds to be listed.
    """
    for attempt in range(2):
        there = queue.triggers()
        state, _ = state_of(wanted, there)
        try:
            if state != "same":
                _write(client, wanted, find(there, wanted.name))
            return state
        except NoAnswer as fault:
            if not fault.uncertain or not _has_arrived(queue, wanted):
                raise
            return state
        except Refused as refusal:
            if refusal.status not in (409, 412) or attempt:
                raise
    raise AssertionError("the second attempt ends in one way or another")


def _has_arrived(queue: Queue, wanted: trigger.Wanted) -> bool:
    for pause_s in (0.0, 1.0, 3.0):
        time.sleep(pause_s)
        with suppress(NoAnswer):
            if state_of(wanted, queue.triggers())[0] == "same":
                return True
    return False


def _write(client: TrackerClient, wanted: trigger.Wanted, found: Trigger | None) -> None:
    if found is None:
        triggers.create(client, wanted.queue, wanted.body())
    else:
        triggers.change(client, wanted.queue, found, wanted.body(found.actions))


def retire(client: TrackerClient, queue: Queue, name: str) -> bool:
    """Make the trigger inactive (the API deletes none); return False where it was already. Raises TrackerRefused."""
    for attempt in range(2):
        found = existing(queue, name)
        if not found.active:
            return attempt > 0
        try:
            triggers.change(client, queue.key, found, {"active": False})
            return True
        except (NoAnswer, Refused) as fault:
            again = fault.uncertain if isinstance(fault, NoAnswer) else fault.status in (409, 412)
            if not again or attempt:
                raise
    return True


def existing(queue: Queue, name: str) -> Trigger:
    """Return gitlink's trigger called *name*; raises TrackerRefused naming the nearest where there is none."""
    there = queue.triggers()
    names = [one.name for one in there if trigger.kind_of(one.actions)]
    if name not in names:
        near = nearest(name, names)
        unknown = NotThere(
            f"queue `{queue.key}` has no notification `{printable(name)}`",
            why="it has " + (", ".join(f"`{printable(one)}`" for one in names) or "none of gitlink's"),
            fix=None if near else f"gitlink notify list --queue {queue.key}",
        )
        raise unknown.by("", near, name)
    found = find(there, name)
    assert found is not None
    return found
