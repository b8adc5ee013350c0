"""A violation -> the text a person reads: what, where, why, and (from `mending`) the exact command that mends it.

All the words of a refusal are here, so that they can be read in one sitting.
"""

from gitlink.core import keys, message, rules
from gitlink.core.mending import Scene as Scene
from gitlink.core.mending import example_key as example_key
from gitlink.core.mending import fix, part_words
from gitlink.core.policy import Policy
from gitlink.core.rules import Violation
from gitlink.core.text import printable, shorten

SHOWN = 10


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
        fix(violation, policy, scene),
    )


def _subject_of(violation: Violation) -> str:
    if violation.commit is not None:
        return f"commit {violation.commit.oid[:7]}" if violation.commit.oid else "the commit message"
    if violation.pull_request is not None:
        return _pull_request(violation)
    return f"branch {shorten(printable(violation.branch or ''), 80)}"


def _pull_request(violation: Violation) -> str:
    text = violation.pull_request
    part = f"the {violation.part} of " if violation.part in ("title", "description") else ""
    if text and text.is_draft:
        return f"{part}the draft of the pull request"
    return f"{part}pull request {printable(text.number)}" if text and text.number else f"{part}the pull request"


def _what(violation: Violation) -> str:
    who = _subject_of(violation)
    found = _listed(violation.found)
    if violation.rule == rules.BRANCH_PATTERN:
        return f"{who} does not match `branch.pattern`"
    if violation.rule == rules.UNKNOWN_QUEUE:
        return f"{who} names {found}, of a queue that does not count"
    if violation.rule in (rules.COMMIT_OTHER_ISSUE, rules.PULL_REQUEST_OTHER_ISSUE):
        return f"{who} names {found}, not the branch's issue {shorten(violation.expected[0])}"
    if violation.rule == rules.UNKNOWN_ISSUE:
        return f"{who} names {found}, and Tracker knows no such issue"
    if violation.rule == rules.CLOSED_ISSUE:
        return f"{who} names {found}, which is resolved already"
    if violation.expected and violation.rule in (rules.COMMIT_WITHOUT_KEY, rules.PULL_REQUEST_WITHOUT_KEY):
        return f"{who} does not name the branch's issue {shorten(violation.expected[0])}"
    return f"{who} names no issue"


def _listed(found: tuple[str, ...]) -> str:
    """Return the first of *found*, and how many more there are."""
    more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    return ", ".join([shorten(key) for key in found[:SHOWN]]) + more


def _where(violation: Violation, scene: Scene) -> str:
    branch = shorten(printable(violation.branch or ""), 80)
    place = f"{branch} → {printable(scene.remote)}" if scene.remote and branch else branch
    if violation.commit is not None or violation.pull_request is not None:
        quoted = f'"{shorten(printable(message.subject(violation.text)))}"'
        return f"{place}, {quoted}" if place else quoted
    return place


def _why(violation: Violation, policy: Policy) -> str:
    seeks_key = violation.rule != rules.BRANCH_PATTERN and not violation.found
    miss = keys.near_miss(violation.text, policy.queues) if seeks_key else None
    hint = ""
    if miss is not None and miss.intruder is not None:
        kind, looks = ("letter", "Latin") if miss.intruder.isalpha() else ("dash", "like a hyphen")
        char = f"`{miss.intruder}` (U+{ord(miss.intruder):04X})"
        hint = f"; `{miss.written}` is not `{miss.key}`: its {kind} {char} only looks {looks}"
    elif miss is not None:
        hint = f"; did you mean `{miss.key}`?"
    return _demand(violation, policy) + hint


def _demand(violation: Violation, policy: Policy) -> str:
    queues = _listed(tuple(sorted(policy.queues)))
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
        return f"{source} asks the pull request's {part_words(policy)} for a key{of}"
    if violation.commit is not None:
        whose = "the branch's key" if policy.commit_require == "branch" else f"a key{of}"
        return f"{source} asks every new commit for {whose}"
    return f"{source} asks every pushed branch for a key{of}"


def refusal(violations: list[Violation], policy: Policy, scene_of: "dict[int, Scene]", once: str) -> str:
    """Return everything held against one push or message: the first ten in full, then a count.

    *scene_of*: the scene of a violation by its position.
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
