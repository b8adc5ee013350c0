"""A violation -> the text a person reads: what, where, why, and the exact command that mends it.

All the words of a refusal are here, so that they can be read in one sitting.
"""

from gitlink.core import keys, message, rules
from gitlink.core.policy import Policy
from gitlink.core.refs import branch_name
from gitlink.core.rules import Violation
from gitlink.core.text import printable, shell_quote, shorten

SHOWN = 10


class Scene:
    """What a fix has to know besides the violation: what was pushed where, and what is checked out.

    `tip`: the oid the branch ends in; `roots`: commits without a parent; `current`: the branch that is checked out;
    `named`: the issue that the tip's message names; `again`: how a refused
    `git commit` is begun anew with its message.
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
        again: str = "git commit --file=.git/COMMIT_EDITMSG",
    ) -> None:
        self.remote = remote
        self.local_ref = local_ref
        self.current = current
        self.tip = tip
        self.roots = roots
        self.named = named
        self.again = again


class Words:
    """One violation in words; `why` ends in the rule's name."""

    __slots__ = ("fix", "what", "where", "why")

    def __init__(self, what: str, where: str, why: str, fix: str) -> None:
        self.what = what
        self.where = where
        self.why = why
        self.fix = fix


def put(violation: Violation, policy: Policy, scene: Scene) -> Words:
    """Return *violation* in words, with a fix that is right for *scene*."""
    return Words(
        _what(violation),
        _where(violation, scene),
        f"{_why(violation, policy)} [{violation.rule}]",
        _fix(violation, policy, scene),
    )


def example_key(policy: Policy) -> str:
    """Return the key that stands in a fix where nobody can know the issue's number."""
    return f"{min(policy.queues, default='TEST')}-123"


def _subject_of(violation: Violation) -> str:
    if violation.commit is not None:
        return f"commit {violation.commit.oid[:7]}" if violation.commit.oid else "the commit message"
    if violation.pull_request is not None:
        return _pull_request(violation)
    return f"branch {shorten(printable(violation.branch or ''), 80)}"


def _pull_request(violation: Violation) -> str:
    text = violation.pull_request
    number = f" {printable(text.number)}" if text and text.number else ""
    part = f"the {violation.part} of " if violation.part in ("title", "description") else ""
    return f"{part}the {'draft of the pull request' if text and text.is_draft else f'pull request{number}'}"


def _what(violation: Violation) -> str:
    who = _subject_of(violation)
    found = ", ".join(violation.found)
    if violation.rule == rules.BRANCH_PATTERN:
        return f"{who} does not match `branch.pattern`"
    if violation.rule == rules.UNKNOWN_QUEUE:
        return f"{who} names {found}, of a queue that does not count"
    if violation.rule in (rules.COMMIT_OTHER_ISSUE, rules.PULL_REQUEST_OTHER_ISSUE):
        return f"{who} names {found}, not the branch's issue {violation.expected[0]}"
    if violation.rule == rules.UNKNOWN_ISSUE:
        return f"{who} names {found}, and Tracker knows no such issue"
    if violation.rule == rules.CLOSED_ISSUE:
        return f"{who} names {found}, which is resolved already"
    if violation.expected and violation.rule in (rules.COMMIT_WITHOUT_KEY, rules.PULL_REQUEST_WITHOUT_KEY):
        return f"{who} does not name the branch's issue {violation.expected[0]}"
    return f"{who} names no issue"


def _where(violation: Violation, scene: Scene) -> str:
    branch = shorten(printable(violation.branch or ""), 80)
    place = f"{branch} → {printable(scene.remote)}" if scene.remote and branch else branch
    if violation.commit is not None or violation.pull_request is not None:
        quoted = f'"{shorten(printable(message.subject(violation.text)))}"'
        return f"{place}, {quoted}" if place else quoted
    return place


def _why(violation: Violation, policy: Policy) -> str:
    miss = keys.near_miss(violation.text, policy.queues) if not violation.found else None
    hint = ""
    if miss is not None and miss.intruder is not None:
        kind = "letter" if miss.intruder.isalpha() else "dash"
        char = f"`{miss.intruder}` (U+{ord(miss.intruder):04X})"
        hint = f"; `{miss.written}` is not `{miss.key}`: its {kind} {char} only looks Latin"
    elif miss is not None:
        hint = f"; did you mean `{miss.key}`?"
    return _demand(violation, policy) + hint


def _demand(violation: Violation, policy: Policy) -> str:
    queues = ", ".join(sorted(policy.queues))
    of = f" of queue {queues}" if queues else ""
    source = policy.source
    if violation.rule == rules.BRANCH_PATTERN:
        return f"{source} wants branches to match {printable(violation.pattern or '')}"
    if violation.rule == rules.UNKNOWN_QUEUE:
        return f"{source} counts keys{of} only"
    if violation.rule in (rules.UNKNOWN_ISSUE, rules.CLOSED_ISSUE):
        state = "exists" if policy.issue_verify == "exists" else "is open"
        return f"{source} asks that the issue {state} (`issue.verify`)"
    if violation.pull_request is not None:
        return f"{source} asks the pull request's {_part_words(policy)} for a key{of}"
    if violation.commit is not None:
        whose = "the branch's key" if policy.commit_require == "branch" else f"a key{of}"
        return f"{source} asks every new commit for {whose}"
    return f"{source} asks every pushed branch for a key{of}"


def _part_words(policy: Policy) -> str:
    words = {"either": "title or description", "both": "title and description"}
    return words.get(policy.pullrequest_require, policy.pullrequest_require)


def _fix(violation: Violation, policy: Policy, scene: Scene) -> str:
    if violation.commit is not None:
        return _fix_commit(violation, policy, scene)
    if violation.pull_request is not None:
        return _fix_pull_request(violation, policy)
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
    if violation.rule == rules.BRANCH_PATTERN:
        return (
            f"git branch -m {shell_quote(branch)} NEW-NAME, where NEW-NAME matches {printable(violation.pattern or '')}"
        )
    rest = branch
    miss = keys.near_miss(branch, policy.queues)
    for word in (*violation.found, *([miss.written] if miss else [])):
        rest = rest.replace(word, "")
    key = _key_for(violation, policy)
    if scene.named and key == example_key(policy):
        key = scene.named
    new = branch_name(policy.branch_name, key, rest.rpartition("/")[2])
    if scene.local_ref == f"refs/heads/{branch}" or (scene.local_ref is None and scene.current == branch):
        return f"git branch -m {shell_quote(branch)} {shell_quote(new)}"
    source = scene.local_ref or branch
    return f"git push {shell_quote(scene.remote or 'origin')} {shell_quote(source)}:refs/heads/{shell_quote(new)}"


def _fix_commit(violation: Violation, policy: Policy, scene: Scene) -> str:
    commit = violation.commit
    # `--only` leaves out what is staged, `--allow-empty` keeps a commit that was empty.
    amend = f'git commit --amend --no-edit --trailer "Issue: {_key_for(violation, policy)}" --only --allow-empty'
    if commit is None or not commit.oid:
        return f'{scene.again} --cleanup=strip --trailer "Issue: {_key_for(violation, policy)}"'
    local = (scene.local_ref or "").removeprefix("refs/heads/") if scene.local_ref else violation.branch
    elsewhere = local if local and local not in (scene.current, "HEAD") else None
    if commit.oid == scene.tip:
        return f"git switch {shell_quote(elsewhere)} && {amend}" if elsewhere else amend
    wanted = "|".join(violation.expected) if violation.expected else "[A-Z]+-[1-9][0-9]*"
    step = f"git log -1 --format=%B | grep -qwE '{wanted}' || {amend}"
    base = "--root" if commit.oid in scene.roots else f"{commit.oid[:12]}^"
    onto = f" {shell_quote(elsewhere)}" if elsewhere else ""
    return f"git rebase --rebase-merges --exec {shell_quote(step)} {base}{onto}"


def _fix_pull_request(violation: Violation, policy: Policy) -> str:
    text = violation.pull_request
    key = _key_for(violation, policy)
    title = text.title if text else ""
    if text is not None and text.is_draft:
        whole = (
            f"{key} {title}\n\n{text.description}".rstrip("\n")
            if violation.part != "description"
            else (f"{title}\n\n{text.description}\n\nIssue: {key}")
        )
        return f"git config branch.{shell_quote(violation.branch or '')}.description {shell_quote(whole)}"
    return f"put {key} into the pull request's {_part_words(policy)}"


def refusal(violations: list[Violation], policy: Policy, scene_of: "dict[int, Scene]", once: str) -> str:
    """Return everything held against one push or message: the first ten in full, then a count.

    *scene_of*: the scene of a violation by its position. The same fault with the same fix twice: one heading, a list.
    """
    blocks = []
    for at, violation in enumerate(violations[:SHOWN]):
        words = put(violation, policy, scene_of[at])
        blocks.append(f"gitlink: {words.what}\n  where: {words.where}\n  why:   {words.why}\n  fix:   {words.fix}\n")
    more = len(violations) - SHOWN
    if more > 0:
        blocks.append(f"gitlink: and {more} more; all of them: gitlink check --json\n")
    blocks.append(f"  once:  {once}\n")
    return "".join(blocks)
