"""`gitlink bench setup`: the field that the bench link goes into."""

from itertools import islice
from typing import TYPE_CHECKING

import typer

from gitlink import jsontext
from gitlink.cli import again, complete, telling, world

if TYPE_CHECKING:
    from gitlink.goals.bench_field import Ready
    from gitlink.tracker.client import TrackerClient

_MOST = 100


def setup(
    queue: str = typer.Option(
        None,
        "--queue",
        metavar="Q",
        help="The queue; else the policy's, or the branch's.",
        autocompletion=complete.queues,
    ),
    local: bool = typer.Option(False, "--local", help="If it has to be created, then in the queue alone."),
    dry_run: bool = telling.DRY_RUN,
    as_json: bool = telling.JSON,
) -> None:
    """Find the field for the bench link (`bench.field` of the policy), else create it.

    It is created for all queues, or in the queue alone where your rights do not allow that.

    Example: gitlink bench setup --queue TEST
    """
    from gitlink.errors import UsageFault
    from gitlink.goals import bench_field

    word = world.policy().bench_field
    owners = _queues(queue)
    if local and owners == [None]:
        raise UsageFault(
            "no queue to create the field in",
            why="--local is given, and neither --queue nor the policy nor the branch names one queue",
            fix="gitlink bench setup --queue TEST --local",
        )
    client = world.tracker()
    act = bench_field.wanted if dry_run else bench_field.ensure
    done: list[Ready] = []
    for owner in owners:
        if owner:
            _check_queue(client, owner)  # or its absence would be told as a fault of the list of its fields
        ready = act(client, owner, word, is_local=local)
        if all((ready.key, ready.queue) != (other.key, other.queue) for other in done):
            done.append(ready)
    _say(done, dry_run, as_json)


def _queues(given: str | None) -> list[str | None]:
    """Return the queues to look into: the one given, else the policy's, else the branch's; None: none is known."""
    from gitlink.core import keys, rules

    if given:
        if not keys.is_queue(given.upper()):
            raise again.unfit(given, "is no queue key", ["TEST"])
        return [given.upper()]
    policy = world.policy()
    if policy.queues:
        return [*sorted(policy.queues)]
    here = world.branch()
    named = rules.branch_keys(here, policy) if here else []
    return [keys.queue_of(named[0]) if named else None]


def _check_queue(client: "TrackerClient", owner: str) -> None:
    from gitlink.core.text import nearest
    from gitlink.tracker.refusal import Refused

    try:
        client.queue(owner)
    except Refused as refusal:
        known = [queue.key for queue in islice(client.queues(), _MOST)] if refusal.status == 404 else []
        refusal.fix = refusal.fix or f"gitlink bench setup --queue {nearest(owner, known, however_far=True) or 'TEST'}"
        raise


def _say(fields: "list[Ready]", dry_run: bool, as_json: bool) -> None:
    from gitlink.core.text import printable

    shown = []
    for ready in fields:
        field = ready.field.id if ready.field else None
        shown.append({"field": field, "key": ready.key, "queue": ready.queue, "created": ready.changed and not dry_run})
        if not as_json:
            done = ("would be created" if dry_run else "created") if ready.changed else "is there already"
            where = f"in queue {ready.queue}" if ready.queue else "for all queues"
            name = f" ({ready.field.name})" if ready.field else ""
            typer.echo(printable(f"{ready.key}{name}: {done}, {where}"))
    if as_json:
        typer.echo(jsontext.dumps(shown[0] if len(shown) == 1 else shown))
