"""One command over several issues: what is refused of one keeps no other from its own, and the same no is told once."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence

import typer

from gitlink import jsontext
from gitlink.cli import again
from gitlink.errors import IssueNotFound, TrackerRefused


def each(keys: Sequence[str], act: Callable[[str], None]) -> dict[str, TrackerRefused]:
    """Call *act* for every issue, and return what was refused of which."""
    refused = {}
    for key in keys:
        try:
            act(key)
        except TrackerRefused as fault:
            refused[key] = fault
    return refused


def show(keys: Sequence[str], look: Callable[[str], Mapping[str, object]], as_json: bool) -> None:
    """Print as JSON, if that is wanted, what *look* returns of each issue: one, or a list if there are several."""
    shown: list[Mapping[str, object]] = []
    refused = each(keys, lambda key: shown.append(look(key)))
    if as_json and shown:
        typer.echo(jsontext.dumps(shown[0] if len(keys) == 1 else shown))
    end(refused)


def end(refused: Mapping[str, TrackerRefused]) -> None:
    """Raise what was *refused*, by issue, if anything was; what is of another kind is told before."""
    faults = _merged(refused)
    _print(faults[:-1])
    if faults:
        raise faults[-1]


def print_all(refused: Mapping[str, TrackerRefused]) -> None:
    """Tell what was *refused* before something else ends the command."""
    _print(_merged(refused))


def _print(faults: Sequence[TrackerRefused]) -> None:
    from gitlink.hook.guard import told

    for fault in faults:
        sys.stderr.write(told(fault))


def _merged(refused: Mapping[str, TrackerRefused]) -> list[TrackerRefused]:
    kinds: dict[tuple[object, ...], dict[str, TrackerRefused]] = {}
    for key, fault in refused.items():
        words = [(text or "").replace(key, "*") for text in (fault.message, fault.why, fault.fix)]
        kinds.setdefault((type(fault), *words), {})[key] = fault
    return [_one(same) for same in kinds.values()]


def _one(same: Mapping[str, TrackerRefused]) -> TrackerRefused:
    """Return the first of faults that are the same for several issues, with all of these in its words."""
    first, fault = next(iter(same.items()))
    fault.message = fault.message.replace(f"`{first}`", ", ".join([f"`{key}`" for key in same]))
    fault.where = "; ".join(dict.fromkeys([one.where for one in same.values() if one.where])) or None
    if isinstance(fault, IssueNotFound):
        return again.with_another_issue(fault, *[one.issue for one in same.values() if isinstance(one, IssueNotFound)])
    if fault.fix:
        fault.fix = fault.fix.replace(f"--issue {first}", " ".join([f"--issue {key}" for key in same]))
    return fault
