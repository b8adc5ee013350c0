"""`gitlink check`: the rules, anywhere."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from gitlink.cli import complete, judging, world
from gitlink.errors import EXIT_VIOLATIONS

if TYPE_CHECKING:
    from gitlink.core.policy import Policy
    from gitlink.core.rules import Violation

FORMAT = typer.Option("text", "--format", help="text, json, github, gitlab or sarif.", autocompletion=complete.formats)
AS_JSON = typer.Option(False, "--json", help="The same as --format json.")


def register(app: typer.Typer) -> None:
    """Add the group to *app*."""
    group = typer.Typer(invoke_without_command=True, rich_markup_mode=None)
    group.callback()(check)
    group.command("branch")(branch)
    group.command("commits")(commits)
    group.command("message")(message)
    group.command("pr")(pull_request)
    app.add_typer(group, name="check")


def check(context: typer.Context, format: str = FORMAT, as_json: bool = AS_JSON) -> None:
    """Check the branch, its new commits and its pull request's text: from the CI's variables, or as they are here.

    Example: gitlink check --format github
    """
    if context.invoked_subcommand:
        return
    _need_repository()
    policy = world.policy()
    facts, here = world.ci(), world.branch()
    name = facts.source_branch if facts else here
    held = judging.branch(name, policy) if name else []
    held += judging.commits(None, name, policy, facts)
    held += judging.pull_request_of(facts, name, policy)
    report(held, policy, "json" if as_json else format)


def branch(
    names: list[str] = typer.Argument(None, metavar="NAME", autocompletion=complete.branches),
    format: str = FORMAT,
    as_json: bool = AS_JSON,
) -> None:
    """Check branch names; without one, the branch you are on.

    Example: gitlink check branch feature/TEST-1-login
    """
    if not names:
        _need_repository()
    policy = world.policy()
    here = world.branch() if not names else None
    held = [violation for name in names or ([here] if here else []) for violation in judging.branch(name, policy)]
    report(held, policy, "json" if as_json else format)


def commits(range_: str = typer.Argument(None, metavar="RANGE"), format: str = FORMAT, as_json: bool = AS_JSON) -> None:
    """Check the commits of a range; without one, those no remote has yet.

    Example: gitlink check commits main..HEAD
    """
    from gitlink.core.text import printable
    from gitlink.errors import GitError

    _need_repository()
    policy = world.policy()
    facts = world.ci() if range_ is None else None
    if range_ is not None and not judging.is_range(range_):
        raise GitError(f"`{printable(range_)}` is no range of commits here", fix="gitlink check commits main..HEAD")
    if policy.commit_require == "off":
        typer.echo(
            f"gitlink: no commit was judged: `commit.require` is off in {policy.source}; to demand an issue of each:\n"
            "  git config -f .gitlink commit.require any",
            err=True,
        )
    report(judging.commits(range_, world.branch(), policy, facts), policy, "json" if as_json else format)


def message(file: str = typer.Argument(metavar="FILE"), format: str = FORMAT, as_json: bool = AS_JSON) -> None:
    """Check a message in a file, `-` for standard input.

    Example: gitlink check message .git/COMMIT_EDITMSG
    """
    from gitlink.core import message as messages
    from gitlink.core import rules
    from gitlink.core.refs import is_exempt
    from gitlink.core.text import shell_quote
    from gitlink.errors import UsageFault
    from gitlink.hook import message_file, setting

    try:
        raw = _stdin() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        raise UsageFault(
            f"the message cannot be read: {error.strerror}", where=file, fix="gitlink check message -"
        ) from error
    policy = world.policy()
    config = setting.git_config()
    text = message_file.kept(message_file.decode(raw, config)[0], config)
    here = world.branch()
    exempt = (
        messages.is_autosquash(text)
        or messages.is_revert(text)
        or setting.is_merging()
        or messages.skip_reason(text) is not None
        or (here is not None and is_exempt(here, policy.branch_exempt))
    )
    violation = None if exempt else rules.check_message(text, here, policy, commit=rules.Commit("", 1, text))
    again = f"git interpret-trailers --in-place {shell_quote(file)}" if file != "-" else None
    report([violation] if violation else [], policy, "json" if as_json else format, again=again)


def _stdin() -> bytes:
    """Return standard input to its end, nothing where it is closed."""
    return sys.stdin.buffer.read() if sys.stdin is not None else b""


def pull_request(
    title: str = typer.Option(None, "--title"),
    description: str = typer.Option(None, "--description", help="The text, `-` for standard input."),
    branch: str = typer.Option(None, "--branch", help="The source branch; else the one you are on."),
    url: str = typer.Option(None, "--url", help="A pull request's page; its text is read from the forge."),
    format: str = FORMAT,
    as_json: bool = AS_JSON,
) -> None:
    """Check a pull request's text; without one, what the CI, the forge or the branch's description says.

    Example: gitlink check pr --title 'TEST-1 Add login' --branch TEST-1-login
    """
    from gitlink.cli import pulls
    from gitlink.core import rules

    policy = world.policy()
    if url:
        one = pulls.at(url)
        held = list(rules.check_pull_request(pulls.text_of(one), branch or one.source_branch, policy))
        report(held, policy, "json" if as_json else format)
        return
    facts = world.ci()
    name = branch or (facts.source_branch if facts else world.branch())
    if title is not None or description is not None:
        text = _stdin().decode("utf-8", "surrogateescape") if description == "-" else description
        held = list(rules.check_pull_request(rules.PullRequestText(title or "", text or ""), name, policy))
    else:
        if facts is None:
            _need_repository()
        held = judging.pull_request_of(facts, name, policy)
    report(held, policy, "json" if as_json else format)


def _need_repository() -> None:
    """Raise GitError where there is nothing to look at: passing in silence would be a verdict."""
    from gitlink import brought, plumbing
    from gitlink.errors import GitError

    brought.refuse_bare()
    if plumbing.run("rev-parse", "--git-dir")[0]:
        raise GitError(
            "Git can read no repository here", where=str(Path.cwd()), why="`git status` says why", fix="git status"
        )


def report(held: "list[Violation]", policy: "Policy", format: str, *, again: str | None = None) -> None:
    """Print what is *held* against a branch, commits or a text, and end with the status that says so.

    *again*: the command that a message's fix begins with.
    """
    from gitlink import report as reports
    from gitlink.core import wording
    from gitlink.core.wording import Scene
    from gitlink.hook import judge, setting

    if format not in reports.FORMATS:
        raise typer.BadParameter(f"`{format}` is none of {', '.join(reports.FORMATS)}", param_hint="--format")
    tip = setting.head()
    current = world.branch() if held else None
    findings = []
    for violation in held:
        commit = violation.commit
        roots = frozenset([commit.oid] if commit and not commit.parents else [])
        named = judge.named_by_tip("HEAD", policy) if violation.branch == current else None
        scene = Scene(current=current, tip=tip, roots=roots, named=named)
        scene.again = again or scene.again
        words = wording.put(violation, policy, scene)
        text = violation.pull_request
        findings.append(
            reports.Finding(
                rule=violation.rule,
                where=words.where,
                message=words.what,
                fix=words.fix,
                why=words.why,
                branch=violation.branch,
                commit=commit.oid or None if commit else None,
                pull_request=int(text.number) if text and text.number else None,
            )
        )
    rendered = reports.render(findings, format)
    if rendered:
        typer.echo(rendered, nl=False)
    if held:
        raise typer.Exit(EXIT_VIOLATIONS)
