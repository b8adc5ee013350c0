"""What follows from a request, after its answer is written: bulk changes, then triggers and what they change in turn.

Triggers of a queue run one after another in their order and act as Tracker's robot. Source:
https://yandex.ru/support/tracker/ru/user/create-trigger
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from . import comments, links, moves
from .conditions import holds
from .criteria import Scene
from .happening import Happening
from .model import Refusal, User
from .records import Change, Issue, TriggerRun
from .seed import ROBOT
from .state import Tracker
from .variables import EmptyVariable, WrongVariable, fill
from .webhooks import Courier, Order, write
from .wire_out import Outgoing, Unsendable
from .world import Trigger

Action = dict[str, object]


class Automation:
    """Does what waits in a Tracker; *courier* takes the HTTP requests."""

    def __init__(self, tracker: Tracker, courier: Courier) -> None:
        self.tracker = tracker
        self.courier = courier

    def settle(self) -> None:
        """Do everything that waits; HTTP requests are only begun."""
        while self.tracker.later:
            self.tracker.later.popleft()()
        while self.tracker.pending:
            self._react(*self.tracker.pending.popleft())

    def _react(self, issue: Issue, change: Change, fired: set[int]) -> None:
        """Fire the triggers that *change* sets off, each once for all that follows from one change of somebody's own.

        How the real one keeps triggers from setting off themselves and each other is not documented.
        """
        queue = issue.queue
        mine = [item for item in self.tracker.world.triggers.values() if item.queue == queue and item.active]
        for trigger in sorted(mine, key=lambda item: Decimal(item.order)):
            author = self.tracker.world.users[change.by]
            now = Happening(Scene(self.tracker.world, author, self.tracker.clock()), issue, change)
            if issue.queue == queue and trigger.id not in fired and holds(now, trigger.conditions):
                fired.add(trigger.id)
                self.tracker.fired = fired
                self._fire(trigger, now)
                self.tracker.fired = None

    def _fire(self, trigger: Trigger, now: Happening) -> None:
        run = TriggerRun(trigger.id)
        now.change.triggers.append(run)
        for action in trigger.actions:
            try:
                self._act(trigger, action, now, run)
            except Refusal as refusal:
                texts = [name.en for name in (*refusal.messages, *refusal.errors.values())]
                run.success, run.message = False, " ".join(texts)
            except EmptyVariable as fault:
                run.success, run.message = False, f"The variable {fault} is empty: no request was sent."
            except WrongVariable as fault:
                run.success, run.message = False, f"The variable {fault} cannot be written like that."
            except Unsendable as fault:
                run.success, run.message = False, f"The request cannot be sent: {fault}."

    def _act(self, trigger: Trigger, action: Action, now: Happening, run: TriggerRun) -> None:
        if action["type"] == "Webhook":
            switches = self.tracker.world.switches

            def written() -> Outgoing:
                at = replace(now.at, now=self.tracker.clock())
                return write(replace(now, at=at), action, empty_too=switches.empty_variable_sends)

            again = written if switches.webhook_written_each_time else None
            self.courier.send(Order(trigger, action, now.issue.id, run, written(), again))
            return
        _VERBS[str(action["type"])](self.tracker, self.tracker.world.users[ROBOT], action, now)


def _transition(tracker: Tracker, robot: User, action: Action, now: Happening) -> None:
    """Move over the first offered transition to the status; one whose screen has required fields is refused."""
    for transition in moves.offered(tracker, now.issue):
        if transition.target == action["status"]:
            moves.execute(tracker, robot, now.issue, transition.id, {})
            return
    if now.issue.status != action["status"]:
        moves.pick(tracker, now.issue, f"to {action['status']}")


def _update(tracker: Tracker, robot: User, action: Action, now: Happening) -> None:
    asked = action["update"]
    assert isinstance(asked, dict)
    tracker.edit_issue(robot, now.issue, {key: _filled(now, value) for key, value in asked.items()})


def _filled(now: Happening, value: object) -> object:
    """Return *value* with the variables in its texts filled in."""
    if isinstance(value, str):
        return fill(now, value, empty_too=True)
    if isinstance(value, list):
        return [_filled(now, item) for item in value]
    return {key: _filled(now, item) for key, item in value.items()} if isinstance(value, dict) else value


def _move(tracker: Tracker, robot: User, action: Action, now: Happening) -> None:
    moves.move_to_queue(tracker, robot, now.issue, str(action["queue"]), initial_status=True)


def _comment(tracker: Tracker, robot: User, action: Action, now: Happening) -> None:
    author = robot if action.get("fromRobot", True) else tracker.world.users[now.change.by]
    added = comments.add(tracker, author, now.issue, fill(now, str(action["text"]), empty_too=True))
    added.robot = True


def _issue(tracker: Tracker, robot: User, action: Action, now: Happening) -> None:
    """Create an issue; not in an issue that automation created, the documented guard against loops."""
    if now.issue.automatic:
        return
    template = action.get("fieldTemplates")
    body = {key: _filled(now, value) for key, value in (template if isinstance(template, dict) else {}).items()}
    body |= {"queue": action["queue"], "summary": fill(now, str(action["summary"]), empty_too=True)}
    made = tracker.create_issue(robot, body, automatic=True)
    if action.get("linkWithInitialIssue"):
        links.connect(tracker, robot, made, "relates", now.issue.key)


_VERBS: dict[str, Callable[[Tracker, User, Action, Happening], None]] = {
    "Transition": _transition,
    "Update": _update,
    "Move": _move,
    "CreateComment": _comment,
    "CreateIssue": _issue,
}
