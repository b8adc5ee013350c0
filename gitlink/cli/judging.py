"""What is held against a branch, commits or a pull request's text, wherever `gitlink check` finds them."""

from typing import TYPE_CHECKING

import typer

from gitlink.cli.verify import verify

if TYPE_CHECKING:
    from gitlink.ci import CiFacts
    from gitlink.core.policy import Policy
    from gitlink.core.rules import Violation


def branch(name: str, policy: "Policy") -> "list[Violation]":
    """Return what is held against a branch's name."""
    from gitlink.core import rules
    from gitlink.hook import pattern

    return list(rules.check_branch(name, policy, pattern.search)) or verify(name, policy)


def commits(range_: str | None, name: str | None, policy: "Policy", facts: "CiFacts | None") -> "list[Violation]":
    """Return what is held against the commits of a range, else of those that are new here or in the CI\'s request."""
    from gitlink import plumbing
    from gitlink.core import rules
    from gitlink.core.refs import is_exempt
    from gitlink.errors import GitError
    from gitlink.hook import commits as history
    from gitlink.hook import judge, setting, since

    if policy.commit_require == "off" or setting.head() is None:
        return []
    revisions = [range_] if range_ is not None else ["HEAD", "--not", "--remotes"]
    if plumbing.run("rev-parse", "--is-shallow-repository")[1].strip() == b"true":
        if facts is not None:
            raise GitError(
                "the clone is shallow, so the range may be cut",
                why="commits that are not here cannot be judged",
                fix="git fetch --unshallow",
            )
        typer.echo("gitlink: the clone is shallow: commits that are not here are not judged", err=True)
    if facts and facts.target_branch and range_ is None:
        revisions = [f"{_target(facts.target_branch)}..HEAD"]
    if range_ and name and is_exempt(name, policy.branch_exempt):
        name = None  # whoever names a range wants it judged, wherever they stand
    skipped: list[tuple[rules.Commit, str]] = []
    found = history.new_commits(*revisions, *since.exclusion(policy.commit_since), "--")
    held = list(rules.check_commits(found, name, policy, skipped))
    judge.tell_skipped(skipped)
    return held


def is_range(words: str) -> bool:
    """Whether *words* name commits; empty ones (an unset variable in a CI's script) do not."""
    from gitlink import plumbing

    if not words or words[0] == "-":
        return False
    return plumbing.run("rev-parse", "--quiet", "--end-of-options", words, "--")[0] == 0


def _target(branch: str) -> str:
    """Return the remote-tracking branch that a request goes to; raises GitError where a CI's clone has left it out."""
    from gitlink import plumbing
    from gitlink.core.text import printable, shell_quote
    from gitlink.errors import GitError

    ref = f"refs/remotes/origin/{branch}"
    if plumbing.run("show-ref", "--verify", "--quiet", ref)[0]:
        raise GitError(
            f"the target branch {printable(branch)} is not in this clone",
            why="commits that are new to it cannot be told from its own",
            fix=f"git fetch origin {shell_quote(f'+refs/heads/{branch}:{ref}')}",
        )
    return ref


def pull_request_of(facts: "CiFacts | None", name: str | None, policy: "Policy") -> "list[Violation]":
    """Return what is held against the pull request that a CI checks, or the branch's open ones, or its draft."""
    from gitlink.cli import pulls
    from gitlink.core import rules
    from gitlink.core.refs import PushedRef
    from gitlink.hook import judge, setting

    if facts is not None and facts.is_pull_request:
        return _pull_request_in_ci(facts, name, policy)
    if not name:
        return []
    texts = pulls.open_texts(name, policy)
    if not texts:
        pushed = PushedRef(f"refs/heads/{name}", "", f"refs/heads/{name}", "")
        draft = judge.draft_of(pushed, setting.git_config(), lambda: name)
        texts = [draft] if draft is not None else []
    return [violation for text in texts for violation in rules.check_pull_request(text, name, policy)]


def _pull_request_in_ci(facts: "CiFacts", name: str | None, policy: "Policy") -> "list[Violation]":
    """Judge what the CI hands on; what it does not is asked of the forge where a token is at hand, else not judged."""
    from gitlink.cli import pulls
    from gitlink.core import rules

    unknown = {"title"} if facts.title is None else set()
    if facts.description is None or facts.is_truncated:
        unknown.add("description")
    whole = pulls.in_ci(facts, policy) if unknown else None
    if whole is not None:
        return list(rules.check_pull_request(whole, name, policy))
    number = str(facts.number) if facts.number is not None else None
    text = rules.PullRequestText(facts.title or "", facts.description or "", number=number)
    held = list(rules.check_pull_request(text, name, policy))
    unsure = unknown | ({"text"} if unknown else set())
    if any(violation.part in unsure for violation in held):
        parts = " and ".join(sorted(unknown))
        typer.echo(f"gitlink: {facts.name} does not hand on the pull request's whole {parts}: not judged", err=True)
    return [violation for violation in held if violation.part not in unsure]
