"""The text of a pull request: made from an issue and commits, read from a branch's description, mended. Pure."""

from collections.abc import Iterable, Mapping, Sequence

from gitlink.core import keys, message
from gitlink.core.rules import Violation
from gitlink.core.text import printable, shorten

# Where forges look for a template, in the order they are taken here; names in any case.
# https://docs.github.com/en/communities/using-templates-to-encourage-useful-issues-and-pull-requests/creating-a-pull-request-template-for-your-repository
# https://docs.gitlab.com/user/project/description_templates/#set-a-default-template-for-merge-requests-and-issues
# https://docs.gitea.com/usage/issue-pull-request-templates
TEMPLATES = (
    ".github/pull_request_template.md",
    ".gitlab/merge_request_templates/default.md",
    ".forgejo/pull_request_template.md",
    ".gitea/pull_request_template.md",
    "pull_request_template.md",
    "docs/pull_request_template.md",
)

# Characters of a line: no forge takes a title of more than 255, and what Git is given must fit an argument list.
_LONGEST = 200


def compose(key: str, summary: str, subjects: Sequence[str], template: str | None) -> str:
    """Return a draft: its first line is the title, and the issue is named in title and text."""
    parts = [template.strip()] if template and template.strip() else []
    if not parts and subjects:
        parts = ["\n".join([f"- {shorten(subject, _LONGEST)}" for subject in subjects])]
    title = shorten(printable(summary).strip(), _LONGEST) or "…"
    return "\n\n".join([f"{key} {title}", *parts, f"Issue: {key}"])


def split(draft: str) -> tuple[str, str]:
    """Return title and text of a draft."""
    title, _, text = draft.strip().partition("\n")
    return title.strip(), text.strip()


def join(title: str, text: str) -> str:
    """Return the draft of a title and a text."""
    return f"{title}\n\n{text}" if text else title


def without_key(subject: str, key: str) -> str:
    """Return a commit's subject without the key in front of it or in brackets around it."""
    bare = subject.strip()
    for written in (f"[{key}]", f"({key})", f"{key}:", key):
        bare = bare.removeprefix(written).strip()
    return bare


def words_of(branch: str, found: Iterable[str]) -> str:
    """Return a branch's last part as words, without the keys that it names."""
    rest = branch.rpartition("/")[2]
    for key in found:
        at = rest.upper().find(key)
        rest = rest[:at] + rest[at + len(key) :] if at >= 0 else rest
    words = rest.replace("-", " ").replace("_", " ").split()
    return " ".join(words).capitalize()


def mended(title: str, text: str, key: str, held: Iterable[Violation]) -> tuple[str, str]:
    """Return title and text with *key* where the violations *held* miss it; all else stays to the letter."""
    parts = {violation.part for violation in held}
    if parts - {"description"} and not keys.is_named(title, key):
        title = message.with_prefix(title, key, comment=None)
    if "description" in parts and not keys.is_named(text, key):
        newline = "\r\n" if "\r\n" in text else "\n"
        text = f"{text.rstrip()}{newline * 2}Issue: {key}" if text.strip() else f"Issue: {key}"
    return title, text


def template_in(names: Mapping[str, str]) -> str | None:
    """Return the path of the template among the files *names* (path in lower case to path), None without any."""
    return next((names[path] for path in TEMPLATES if path in names), None)
