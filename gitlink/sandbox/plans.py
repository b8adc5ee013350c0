"""Workflows of a seed: `{"dev": {"initial": "open", "transitions": [{"id", "from", "to", "name", "required"}]}}`."""

from __future__ import annotations

from .model import Name, Transition, Workflow
from .validity import is_word
from .world import World

_KEYS = {"id", "from", "to", "name", "required"}


def read_workflow(world: World, name: str, plan: object) -> Workflow:
    """Return the workflow that *plan* describes; raise ValueError saying what is wrong."""
    if not is_word(name):
        raise ValueError(f"workflow {name!a:.100}: no name of a workflow")
    if not isinstance(plan, dict) or plan.keys() - {"initial", "transitions"}:
        raise ValueError(f"workflow {name}: an object with initial and transitions")
    initial, listed = _status(world, plan.get("initial", "open")), plan.get("transitions")
    if not isinstance(listed, list):
        raise ValueError(f"workflow {name}: transitions is a list")
    moves = [_transition(world, item) for item in listed]
    if len({move.id for move in moves}) < len(moves):
        raise ValueError(f"workflow {name}: two transitions have one id")
    return Workflow(name, name, initial, moves)


def _transition(world: World, item: object) -> Transition:
    if not isinstance(item, dict) or item.keys() - _KEYS or not is_word(item.get("id")):
        raise ValueError("a transition is an object with id, from, to and perhaps name, required")
    required, name = item.get("required", []), str(item.get("name", item["id"]))
    if not isinstance(required, list) or not set(map(str, required)) <= {"comment", *world.fields}:
        raise ValueError(f"transition {item['id']}: required is a list of field ids")
    source, target = _status(world, item.get("from")), _status(world, item.get("to"))
    return Transition(item["id"], Name(name, name), source, target, [str(key) for key in required])


def _status(world: World, key: object) -> str:
    if not isinstance(key, str) or key not in world.statuses:
        raise ValueError(f"unknown status: {key}")
    return key
