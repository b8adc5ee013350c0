"""`gitlink pr`: a branch's pull request: its draft, its text on the forge, and whether they name the issue."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from gitlink import jsontext
from gitlink.cli import check, pulls, telling, world
from gitlink.core.text import printable

if TYPE_CHECKING:
    from gitlink.core.policy import Policy
    from gitlink.forge.client import ForgeClient
    from gitlink.forge.model import NewPullRequest, PullRequest
    from gitlink.hosting import Source

_BRANCH = typer.Option(None, "--branch", metavar="NAME", help="The branch; else the one you are on.")
_ISSUE = typer.Option(None, "--issue", metavar="KEY", help="The issue; else the branch's.")


def register(app: typer.Typer) -> None:
    """Add the group to *app*."""
    group = typer.Typer(help="The branch's pull request and its draft.", no_args_is_help=True, rich_markup_mode=None)
    group.command("draft")(draft)
    group.command("show")(show)
    group.command("check")(check_text)
    group.command("create")(create)
    group.command("fix")(fix)
    app.add_typer(group, name="pr")


def draft(
    edit: bool = typer.Option(False, "--edit", help="Open it in Git's editor."),
    new: bool = typer.Option(False, "--new", help="Make it anew, also where there is one."),
    branch: str = _BRANCH,
    issue: str = _ISSUE,
    dry_run: bool = telling.DRY_RUN,
) -> None:
    """Keep the draft of the pull request as the branch's description: the first line is its title.

    Made from the issue's summary and the commits, or the repository's template; one that is there already stays.

    Example: gitlink pr draft --edit
    """
    policy, name = world.policy(), pulls.branch(branch)
    with world.repo() as repo:
        pulls.check_branch(repo, name)
        text = "" if new else repo.draft(name).strip()
        if not text:
            text = pulls.composed(repo, name, pulls.key(name, issue, policy, "draft"), policy)
            if not dry_run:
                repo.set_draft(name, text)
        if edit and not dry_run:
            pulls.edit(name)
            text = repo.draft(name).strip()
    _print(text)


def show(branch: str = _BRANCH, as_json: bool = telling.JSON) -> None:
    """Show the branch's open pull requests with what their reviews have come to, or its draft.

    Example: gitlink pr show --json
    """
    from gitlink import drafts
    from gitlink.errors import SettingsError

    policy, name = world.policy(), pulls.branch(branch)
    try:
        client, found, _ = pulls.opened(name)
        shown = [_described(client, one, policy) for one in found]
    except SettingsError:
        if not pulls.draft_of(name):
            raise
        shown = []
    if not shown and (text := pulls.draft_of(name)):
        title, body = drafts.split(text)
        blank = {"number": None, "url": None, "state": "draft", "review": None, "source_branch": name}
        shown = [{**blank, "title": title, "description": body, "target_branch": None}]
    if as_json:
        typer.echo(jsontext.dumps(shown))
    for one in [] if as_json else shown:
        _print_one(one)
    if not shown:
        typer.echo(f"gitlink: {printable(name)} has neither a pull request nor a draft", err=True)


def check_text(branch: str = _BRANCH, format: str = check.FORMAT, as_json: bool = check.AS_JSON) -> None:
    """Check the text of the branch's open pull requests, or of its draft.

    Example: gitlink pr check --format json
    """
    policy, name = world.policy(), pulls.branch(branch)
    held = [violation for _, violations in pulls.judged(name, policy) for violation in violations]
    check.report(held, policy, "json" if as_json else format)


def create(
    title: str = typer.Option(None, "--title", help="The title; else the draft's."),
    description: str = typer.Option(None, "--description", help="The text; else the draft's."),
    base: str = typer.Option(None, "--base", metavar="NAME", help="The target branch; else the project's usual one."),
    as_draft: bool = typer.Option(False, "--draft", help="Not ready for review yet."),
    branch: str = _BRANCH,
    issue: str = _ISSUE,
    dry_run: bool = telling.DRY_RUN,
    as_json: bool = telling.JSON,
) -> None:
    """Create the branch's pull request from its draft; where there is one already, say so.

    Example: gitlink pr create --base main
    """
    from gitlink import drafts
    from gitlink.core import rules

    policy, name = world.policy(), pulls.branch(branch)
    client, found, source = pulls.opened(name)
    if found:
        _say(found[0], "already", as_json)
        return
    with world.repo() as repo:
        text = repo.draft(name).strip()
        if not text and title is None:
            text = pulls.composed(repo, name, pulls.key(name, issue, policy, "create"), policy)
    kept = drafts.split(text)
    title, body = kept[0] if title is None else title, kept[1] if description is None else description
    held = list(rules.check_pull_request(rules.PullRequestText(title, body, is_draft=True), name, policy))
    if held:
        check.report(held, policy, "text")
    pulls.check_pushed(source)
    new = _new(client, source, title, body, base, as_draft)
    if dry_run:
        _print(drafts.join(f"would create: {new.source_branch} → {new.target_branch}: {title}", body))
        return
    _say(_made(client, new), "created", as_json)


def fix(branch: str = _BRANCH, issue: str = _ISSUE, dry_run: bool = telling.DRY_RUN) -> None:
    """Put the issue's key where the text of the open pull request, or of the draft, misses it; all else stays.

    Example: gitlink pr fix --dry-run
    """
    from gitlink import drafts

    policy, name = world.policy(), pulls.branch(branch)
    judged = pulls.judged(name, policy)
    if not judged:
        typer.echo(f"gitlink: {printable(name)} has neither a pull request nor a draft", err=True)
    for opened, held in judged:
        what = f"pull request {opened[1].number}" if opened else "draft"
        if not held:
            typer.echo(f"{what}: nothing to mend")
            continue
        key = pulls.key(name, issue, policy, "fix")
        old = (opened[1].title, opened[1].description) if opened else drafts.split(pulls.draft_of(name))
        title, text = drafts.mended(*old, key, held)
        if not dry_run:
            _write(opened, name, title, text)
        added = "" if text == old[1] else f"; its text ends with `Issue: {key}`"
        typer.echo(printable(f"{what}: {'would be ' if dry_run else ''}{title}{added}"))


def _write(opened: tuple[ForgeClient, PullRequest] | None, name: str, title: str, text: str) -> None:
    """Give a pull request, or the draft of branch *name*, another title and text."""
    from gitlink import drafts

    if opened:
        opened[0].change(opened[1].number, title=title, description=text)
        return
    with world.repo() as repo:
        repo.set_draft(name, drafts.join(title, text))


def _new(
    client: ForgeClient, source: Source, title: str, text: str, base: str | None, is_draft: bool
) -> NewPullRequest:
    from gitlink.forge.model import NewPullRequest

    target = base or client.default_branch()
    return NewPullRequest(title, text, source.branch, target, source.remote.project, is_draft)


def _made(client: ForgeClient, new: NewPullRequest) -> PullRequest:
    """Create it; where the answer is lost, look whether it is there before anything else."""
    from gitlink.transport.model import NoAnswer

    try:
        return client.create(new)
    except NoAnswer as lost:
        found = client.find(new.source_branch, new.source_repository) if lost.uncertain else []
        if not found:
            raise
        return found[0]


def _described(client: ForgeClient, one: PullRequest, policy: Policy) -> dict[str, object]:
    from gitlink import review

    outcome = review.outcome(one, client.verdicts(one.number), review.demands(policy, one.repository))
    return {
        "number": one.number,
        "url": one.url,
        "state": "draft" if one.is_draft else one.state,
        "review": {"state": outcome.state, "why": outcome.why},
        "source_branch": one.source_branch,
        "target_branch": one.target_branch,
        "title": one.title,
        "description": one.description,
    }


def _say(one: PullRequest, what: str, as_json: bool) -> None:
    if as_json:
        shown = {"number": one.number, "url": one.url, "created": what == "created", "title": one.title}
        typer.echo(jsontext.dumps(shown))
        return
    typer.echo(printable(f"pull request {one.number} {what}  {one.title}  {one.url}"))


def _print_one(shown: dict[str, object]) -> None:
    review, number = shown["review"], shown["number"]
    head = f"pull request {number}" if number else "draft"
    typer.echo(printable(f"{head}  {shown['title']}"))
    if isinstance(review, dict):
        typer.echo(printable(f"  {shown['source_branch']} → {shown['target_branch']}  {shown['url']}"))
        typer.echo(printable(f"  review {review['state']}: {review['why']}"))
    if shown["description"]:
        _print(f"\n{shown['description']}")


def _print(text: str) -> None:
    """Print text of several lines, each without control characters."""
    typer.echo("\n".join([printable(line) for line in text.replace("\r\n", "\n").split("\n")]))
