"""`gitlink start`: the branch of an issue, made or found again, and the issue said to be begun."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

from gitlink import jsontext
from gitlink.cli import telling, world

if TYPE_CHECKING:
    from gitlink.core.policy import Policy
    from gitlink.errors import GitlinkError
    from gitlink.goals import Reached
    from gitlink.repo import Repo
    from gitlink.tracker.models import Issue, Status


@dataclass(frozen=True, slots=True)
class _Plan:
    """The branch to be on. `base`: what it is made from, None where it is here already; `is_remote`: its namesake."""

    branch: str
    base: str | None = None
    is_remote: bool = False


def register(app: typer.Typer) -> None:
    """Add the command to *app*."""
    app.command("start")(start)


def start(
    key: str = typer.Argument(metavar="KEY", help="The issue, in any case."),
    slug: str = typer.Option(None, "--slug", help="The readable part of the branch's name; else the issue's summary."),
    base: str = typer.Option(None, "--base", metavar="REF", help="What the branch is made from; else where you are."),
    dry_run: bool = telling.DRY_RUN,
    no_outbox: bool = telling.NO_OUTBOX,
    as_json: bool = telling.JSON,
) -> None:
    """Make the issue's branch as `branch.name` of the policy spells it, or go back to it, and do `status.started`.

    Uncommitted changes come along. A branch that a remote has under the same name is taken from there.

    Example: gitlink start TEST-12 --base main
    """
    wanted = world.issues([key])[0]
    with world.repo() as repo:
        _check_place(repo)
        policy = world.policy()
        issue, away = _ask(wanted, is_needed=slug is None and not _mine(repo, wanted, policy))
        wanted = issue.key if issue else wanted
        plan = _plan(repo, policy, wanted, _name(policy, wanted, slug, issue), slug, base)
        _tell_issue(issue, key)
        if plan.base is None and base:
            typer.echo(f"gitlink: --base is not used: branch {plan.branch} is here already", err=True)
        current = repo.current_branch()
        if not dry_run:
            _go(repo, plan, current, f"gitlink start {wanted}{_options(slug, base)}")
    _say(wanted, _went(plan, current, dry_run), as_json)
    shown = {"issue": wanted, "branch": plan.branch, "created": plan.base is not None, "base": plan.base}
    moved = None
    try:
        status = None if issue and issue.resolution else policy.text("status.started")
        if status and dry_run:
            _say(wanted, f"would move to {status}", as_json)
        elif status:
            moved = _begin(wanted, status, away, no_outbox)
            arrow = f"{moved.before.name} → {moved.after.name}" if moved.changed else f"{moved.after.name} already"
            _say(wanted, arrow, as_json)
    finally:
        if as_json:  # the branch is made, whatever Tracker said then
            after = {"key": moved.after.key, "name": moved.after.name} if moved else None
            typer.echo(jsontext.dumps({**shown, "status": after}))


def _begin(key: str, status: str, away: GitlinkError | None, no_outbox: bool) -> Reached[Status]:
    """Move the issue; *away*: why Tracker did not answer a moment ago, so that nobody waits for it once more."""
    from gitlink import goals
    from gitlink.errors import Unreachable

    move = goals.Move(key, status)
    if isinstance(away, Unreachable) and not no_outbox:
        raise telling.kept(world.connection()[1], [move], away)
    if away is not None:
        raise away
    reached: list[Reached[Status]] = []
    blame = telling.blame_policy("status.started")
    telling.tell([move], lambda _, done: reached.append(done), no_outbox=no_outbox, mend=blame)
    return reached[0]


def _check_place(repo: Repo) -> None:
    from gitlink.errors import GitError

    if repo.top() is None:
        fix = "git worktree add ../work"
        raise GitError("there is no work tree to switch", where=repo.git_dir(), why="the repository is bare", fix=fix)


def _ask(key: str, *, is_needed: bool) -> tuple[Issue | None, GitlinkError | None]:
    """Return the issue, or why Tracker cannot be asked now; raises that where the branch's name hangs on it."""
    from gitlink.errors import AuthError, SettingsError, Unreachable

    try:
        return world.tracker().issue(key), None
    except (AuthError, SettingsError, Unreachable) as fault:
        if is_needed:
            if isinstance(fault, Unreachable):
                fault.fix = f"gitlink start {key} --slug short-name"
            raise
        typer.echo(f"gitlink: {key} is not looked up: {fault.message}", err=True)
        return None, fault


def _mine(repo: Repo, key: str, policy: Policy) -> list[str]:
    """Return the local branches whose issue this is; the current one counts before it has a commit."""
    from gitlink.core import rules

    names = dict.fromkeys([repo.current_branch() or "", *repo.branches()])
    return [name for name in names if rules.branch_keys(name, policy)[:1] == [key]]


def _name(policy: Policy, key: str, slug: str | None, issue: Issue | None) -> str | None:
    from gitlink.core.refs import branch_name

    text = slug if slug is not None else issue.summary if issue else None
    return None if text is None else branch_name(policy.branch_name, key, text)


def _plan(repo: Repo, policy: Policy, key: str, name: str | None, slug: str | None, base: str | None) -> _Plan:
    """Choose the branch: the one of that name, or the issue's only one; *name* is None where nobody knows it."""
    mine = _mine(repo, key, policy) if slug is None else []
    here = repo.current_branch()
    if here is not None and here in mine:
        return _Plan(here)
    if name is not None and name in [here, *repo.branches()]:
        return _Plan(name)
    if len(mine) == 1:
        return _Plan(mine[0])
    if mine or name is None:
        raise _several(key, mine)
    _check_name(repo, policy, key, name)
    if base is not None:
        repo.oid(base)
        return _Plan(name, base)
    remote = repo.remote_branches(name)
    return _Plan(name, remote[0], is_remote=True) if remote else _Plan(name, repo.head())


def _several(key: str, names: list[str]) -> GitlinkError:
    from gitlink.core.text import operand, printable
    from gitlink.errors import UsageFault

    switches = "    or: ".join([f"git switch {operand(name)}" for name in names])
    return UsageFault(
        f"{key} has several branches here",
        where=", ".join([printable(name) for name in names]),
        why="one of them must be chosen, or a new one named with --slug",
        fix=f"{switches}    or: gitlink start {key} --slug short-name",
    )


def _check_name(repo: Repo, policy: Policy, key: str, name: str) -> None:
    """Raise unless Git takes the name and the policy would let it be pushed."""
    from gitlink.core import keys, rules
    from gitlink.errors import PolicyError, UsageFault
    from gitlink.hook import pattern

    where = f"{policy.source}, key `branch.name`"
    queue = keys.queue_of(key)
    if not repo.is_branch_name(name):
        raise PolicyError(
            f"`{name}` is no name for a branch",
            where=where,
            why="Git does not take it: git help check-ref-format",
            fix="git config -f .gitlink branch.name '{key}-{slug}'",
        )
    if not rules.branch_keys(key, policy):
        raise UsageFault(
            f"queue {queue} does not count here",
            where=policy.source,
            why=f"a push of `{name}` would be refused",
            fix=f"git config -f .gitlink --add gitlink.queue {queue}",
        )
    if rules.branch_keys(name, policy)[:1] != [key]:
        raise UsageFault(
            f"branch `{name}` would not be {key}'s",
            where=where,
            why="it names another issue first, or none",
            fix=f"gitlink start {key} --slug short-name",
        )
    for violation in rules.check_branch(name, policy, pattern.search):
        raise PolicyError(
            f"a push of `{name}` would be refused [{violation.rule}]",
            where=where,
            why=f"`branch.pattern` is {policy.branch_pattern}",
            fix="git config -f .gitlink --edit",
        )


def _tell_issue(issue: Issue | None, asked: str) -> None:
    """Warn of what one should know before beginning: the issue has another key now, or is closed."""
    if issue and issue.key != asked.strip().upper():
        typer.echo(f"gitlink: {asked.strip().upper()} is {issue.key} now", err=True)
    if issue and issue.resolution:
        typer.echo(f"gitlink: {issue.key} is closed ({issue.status.name}) and is left there", err=True)


def _go(repo: Repo, plan: _Plan, current: str | None, again: str) -> None:
    """Be on the branch, and hand on what hooks said; *again*: the command that was given."""
    from gitlink.errors import GitError

    if plan.branch == current:
        return
    try:
        if plan.base is None:
            told = repo.check_out(plan.branch)
        elif plan.is_remote:
            told = repo.track_branch(plan.branch, plan.base)
        else:
            told = repo.create_branch(plan.branch, None if plan.base == repo.head() else plan.base)
    except GitError as error:
        if error.fix == "git status" and repo.is_dirty():
            error.fix = f"git stash --include-untracked && {again} && git stash pop"
        raise
    if told:
        typer.echo(told, err=True)


def _options(slug: str | None, base: str | None) -> str:
    from gitlink.core.text import shell_quote

    given = (("--slug", slug), ("--base", base))
    return "".join([f" {name} {shell_quote(value)}" for name, value in given if value is not None])


def _went(plan: _Plan, current: str | None, dry_run: bool) -> str:
    from gitlink.core.text import printable

    name = printable(plan.branch)
    if plan.branch == current:
        return f"branch {name} already"
    if plan.base is None:
        return f"would go back to branch {name}" if dry_run else f"back on branch {name}"
    return f"{'would make ' if dry_run else ''}branch {name} from {printable(plan.base)}"


def _say(key: str, what: str, as_json: bool) -> None:
    typer.echo(f"{key}  {what}", err=as_json)
