"""The command that mends a violation: it can be pasted, holds the user's own names, and is right for this very case."""

from gitlink.core import keys, rules
from gitlink.core.policy import Policy
from gitlink.core.refs import HEADS, branch_name, is_option
from gitlink.core.rules import Violation
from gitlink.core.text import operand, shell_quote

_MAX_NAMED = 10  # queues or keys that a person is to read


class Scene:
    """What a fix has to know besides the violation: what was pushed where, and what is checked out.

    `tip`: the oid the branch ends in; `roots`: commits without a parent; `current`: the branch that is checked out;
    `named`: the issue that the tip's message names; `again`: how a message is given once more, to which a trailer is
    added (a refused `git commit` begun anew).
    """

    __slots__ = ("again", "current", "local_ref", "named", "remote", "roots", "tip")

    def __init__(
        self,
        *,
        remote: str | None = None,
        local_ref: str | None = None,
        current: str | None = None,
        tip: str | None = None,
        roots: "frozenset[str]" = frozenset(),
        named: str | None = None,
        again: str = "git commit --file=.git/COMMIT_EDITMSG --cleanup=strip",
    ) -> None:
        self.remote = remote
        self.local_ref = local_ref
        self.current = current
        self.tip = tip
        self.roots = roots
        self.named = named
        self.again = again


def fix(violation: Violation, policy: Policy, scene: Scene) -> str:
    """Return the command for *violation*; a sentence where no command of Git can do it."""
    if violation.commit is not None:
        return _fix_commit(violation, policy, scene)
    if violation.pull_request is not None:
        return _fix_pull_request(violation, policy, scene)
    return _fix_branch(violation, policy, scene)


def _key_for(violation: Violation, policy: Policy) -> str:
    if violation.expected:
        return violation.expected[0]
    miss = keys.near_miss(violation.text, policy.queues)
    if miss is not None:
        return miss.key
    of_branch = rules.branch_keys(violation.branch or "", policy)
    return of_branch[0] if of_branch else example_key(policy)


def _fix_branch(violation: Violation, policy: Policy, scene: Scene) -> str:
    branch = violation.branch or ""
    new = "NEW-NAME" if violation.rule == rules.BRANCH_PATTERN else _new_name(violation, policy, scene)
    if scene.local_ref == f"refs/heads/{branch}" or (scene.local_ref is None and scene.current == branch):
        return f"git branch -m {operand(branch)} {shell_quote(new)}"
    source = scene.local_ref or (HEADS + branch if is_option(branch) else branch)
    return f"git push {shell_quote(scene.remote or 'origin')} {shell_quote(source)}:refs/heads/{shell_quote(new)}"


def _new_name(violation: Violation, policy: Policy, scene: Scene) -> str:
    """Return a name that keeps the readable part of the old one and names an issue that can be meant."""
    rest = branch = violation.branch or ""
    miss = keys.near_miss(branch, policy.queues) if not violation.found else None
    for word in (*violation.found[:_MAX_NAMED], *([miss.written] if miss else [])):
        rest = rest.replace(word, "")
    if violation.rule in (rules.UNKNOWN_ISSUE, rules.CLOSED_ISSUE):
        key = example_key(policy)  # the one it names is what is wrong with it
    else:
        key = _key_for(violation, policy)
    if scene.named and scene.named not in violation.found and key == example_key(policy):
        key = scene.named
    return branch_name(policy.branch_name, key, rest.rpartition("/")[2])


def _fix_commit(violation: Violation, policy: Policy, scene: Scene) -> str:
    commit = violation.commit
    trailer = f'--trailer "Issue: {_key_for(violation, policy)}"'
    if commit is None or not commit.oid:
        return f"{scene.again} {trailer}"
    # `--only` leaves out what is staged, `--allow-empty` keeps a commit that was empty.
    amend = f"git commit --amend --no-edit {trailer} --only --allow-empty"
    local_branch, elsewhere = _whereabouts(violation, scene)
    if commit.oid == scene.tip and elsewhere is not None:
        detach = "" if local_branch else "--detach "
        return f"git switch {detach}{operand(elsewhere)} && {amend}"
    if commit.oid == scene.tip and local_branch:
        return amend
    # Not a merge, not a commit that some remote has (main, merged into the branch), and none that names the issue.
    named = f"(^|[^[:alnum:]])({_wanted(violation, policy)})([^[:alnum:]]|$)"
    lacks = f'git rev-list --no-merges -E --invert-grep --grep="{named}" HEAD^! --not --remotes'
    base = "--root" if commit.oid in scene.roots else f"{commit.oid[:12]}^"
    onto, before = (f" {shell_quote(elsewhere)}" if elsewhere else ""), ""
    if elsewhere and is_option(elsewhere):  # git-rebase takes no such name
        onto, before = "", f"git switch {operand(elsewhere)} && "
    step = f"! {lacks} | grep -q . || {amend}"
    return f"{before}git rebase --rebase-merges --exec {shell_quote(step)} {base}{onto}"


def _wanted(violation: Violation, policy: Policy) -> str:
    """Return an extended regular expression of the keys that count, one that the refused message does not match."""
    if violation.expected:
        return "|".join(violation.expected[:_MAX_NAMED])
    if len(policy.queues) > _MAX_NAMED or (not policy.queues and keys.find(violation.text, keys.LOOKALIKES)):
        return _key_for(violation, policy)
    queues = "|".join(sorted(policy.queues))
    return f"({queues or '[A-Z]+'})-[1-9][0-9]*"


def _whereabouts(violation: Violation, scene: Scene) -> tuple[bool, str | None]:
    """Return whether a branch's tip was pushed, and what to switch to for it, None where one stands on it already."""
    ref = scene.local_ref
    if ref is None:
        branch = violation.branch
        return True, branch if branch and branch != scene.current else None
    if ref.startswith(HEADS):
        local = ref.removeprefix(HEADS)
        return True, local if local != scene.current else None
    if ref[:4] == "HEAD" and ref[4:5] in ("", "~", "^", "@"):
        return ref == "HEAD", None
    return False, ref


def _fix_pull_request(violation: Violation, policy: Policy, scene: Scene) -> str:
    text = violation.pull_request
    key = _key_for(violation, policy)
    if text is None or not text.is_draft:
        if text is not None and text.number and violation.branch:
            issue = "" if key in violation.expected else f" --issue {key}"
            return f"gitlink pr fix --branch {shell_quote(violation.branch)}{issue}"
        return f"put {key} into the pull request's {part_words(policy)}"
    require = policy.pullrequest_require
    title, description = text.title, text.description
    if require != "description" and not (require == "both" and keys.is_named(title, key)):
        title = f"{key} {title}".rstrip()
    if require in ("description", "both") and not keys.is_named(description, key):
        description = f"{description}\n\nIssue: {key}".strip()
    local_branch, elsewhere = _whereabouts(violation, scene)
    branch = elsewhere if local_branch and elsewhere else scene.current or violation.branch or ""
    whole = f"{title}\n\n{description}".strip()
    return f"git config branch.{shell_quote(branch)}.description {shell_quote(whole)}"


def example_key(policy: Policy) -> str:
    """Return the key that stands in a fix where nobody can know the issue's number."""
    return f"{min(policy.queues, default='TEST')}-123"


def part_words(policy: Policy) -> str:
    """Return where a pull request's text must name an issue."""
    words = {"either": "title or description", "both": "title and description"}
    return words.get(policy.pullrequest_require, policy.pullrequest_require)
