"""What pre-push has a child find out of the forge: the text of a pushed branch's open pull request."""

from gitlink import child
from gitlink.core import rules
from gitlink.core.policy import Policy
from gitlink.core.refs import PushedRef
from gitlink.core.rules import PullRequestText, Violation
from gitlink.core.text import without_secrets
from gitlink.hook import budget

LOOKUP_S = 3.0
NOBODY = "-"
# What is judged of a forge's answer: characters of a text, of which GitHub takes no more, and texts of a branch.
MOST_TEXT = 1 << 16
MOST_PULLS = 10


def lookup(refs: list[PushedRef], policy: Policy, url: str) -> tuple[list[tuple[PushedRef, Violation]], list[str]]:
    """Return what the policy holds against the open pull requests of *refs*, and the branches nobody could judge."""
    by_branch = {pushed.branch or "": pushed for pushed in refs}
    how = "anyway" if policy.pullrequest_lookup == "always" else "with-token"
    printed = child.ask(LOOKUP_S, "pullrequests", str(LOOKUP_S), how, without_secrets(url), *by_branch)
    lines = (printed or "").splitlines()
    if lines == [NOBODY]:
        return [], list(by_branch) if how == "anyway" else []
    held, judged = [], set()
    for line in lines:
        try:
            budget.tick()
        except budget.TooLong:
            break
        branch, number, title, description = [unescaped(word) for word in line.split("\t")]
        text = PullRequestText(title, description, number=number)
        found = list(rules.check_pull_request(text, branch, policy)) if number else []
        if branch not in by_branch or (found and _is_cut(text)):
            continue
        judged.add(branch)
        held += [(by_branch[branch], one) for one in found]
    return held, [branch for branch in by_branch if branch not in judged]


def cut(text: str) -> str:
    """Return what is handed on of *text*: one character more than is judged shows that it is not all."""
    return text[: MOST_TEXT + 1]


def _is_cut(text: PullRequestText) -> bool:
    return max(len(text.title), len(text.description)) > MOST_TEXT


def escaped(text: str) -> str:
    """Return *text* as one word of one line, in ASCII."""
    return text.encode("unicode_escape").decode("ascii")


def unescaped(word: str) -> str:
    """Undo `escaped`."""
    return word.encode("ascii").decode("unicode_escape")
