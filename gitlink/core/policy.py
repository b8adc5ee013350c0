"""What a repository demands: the policy file's keys, their types and defaults, from plain key/value pairs.

Git parses the file (git-config syntax); this module knows what the entries mean. An unknown key is an error, never a
guess: a policy that silently does not apply is worse than none.
"""

from gitlink.core import keys
from gitlink.core.refs import glob_matches
from gitlink.core.text import nearest, printable, shell_quote, shorten
from gitlink.errors import PolicyError

POLICY_FILE = ".gitlink"

# Kinds of value: `bool`, `int`, `text`, `list` (each entry adds one; an empty one adds nothing), or the words allowed.
_BOOL, _INT, _TEXT, _LIST = "bool", "int", "text", "list"
_Kind = str | tuple[str, ...]

KINDS: dict[str, _Kind] = {
    "gitlink.queue": _LIST,
    "branch.require": _BOOL,
    "branch.exempt": _LIST,
    "branch.pattern": _TEXT,
    "branch.name": _TEXT,
    "commit.require": ("off", "any", "branch"),
    "commit.insert": ("off", "prefix", "trailer"),
    "commit.since": _TEXT,
    "pullrequest.require": ("either", "title", "description", "both", "off"),
    "pullrequest.lookup": ("auto", "never", "always"),
    "pullrequest.field": _TEXT,
    "issue.verify": ("off", "exists", "open"),
    "checkout.remind": _BOOL,
    "checkout.status": _TEXT,
    "status.started": _TEXT,
    "status.opened": _TEXT,
    "status.accepted": _TEXT,
    "status.rejected": _TEXT,
    "status.merged": _TEXT,
    "status.declined": _TEXT,
    "status.deployed": _TEXT,
    "review.approvals": _INT,
    "review.ignore": _LIST,
    "review.association": ("any", "contributor", "collaborator", "member"),
    "review.issues": ("first", "all"),
    "bench.field": _TEXT,
}
# What stands in a section with a name only, and what that name is called.
NAMED_KINDS: dict[str, _Kind] = {
    "notify.kind": ("slack", "telegram"),
    "notify.chat": _TEXT,
    "notify.topic": _TEXT,
    "webhook.secret": _TEXT,
}
_NAMES = {"notify": "channel", "webhook": "repository"}
# git-config(1) keeps the case of subsections only; a key's own name is compared as Git does, in lower case.
_KNOWN = (*KINDS, *[key.replace(".", f".<{_NAMES[key.partition('.')[0]]}>.") for key in NAMED_KINDS])

DEFAULT_EXEMPT = ("main", "master", "trunk", "develop", "gh-pages", "release/*", "dependabot/*", "renovate/*")
_DEFAULT_TEXTS = {
    "branch.name": "{key}-{slug}",
    "status.accepted": "Ready for test",
    "status.rejected": "Needs improvement",
    "bench.field": "benchLink",
}
MAX_BYTES = 1 << 16  # of a policy file
_MAX_ENTRIES = _MAX_CHARACTERS = 1000  # of a file; of a key and of a value
# Sections that a repository's glob can narrow, in the one file of a service for many repositories.
_NARROWED = ("status", "review", "pullrequest", "bench")
# Sections whose glob names repositories that the file speaks for.
_NAMING = ("gitlink", "webhook")
_LONGEST_KEY = keys.MAX_QUEUE_LENGTH + 20


class Policy:
    """One repository's demands; made by `read`, never changed afterwards."""

    __slots__ = ("_flags", "_lists", "_texts", "entries", "queues", "source", "withheld")

    def __init__(self, entries: list[tuple[str, str | None]], source: str) -> None:
        self.source = source  # what a person calls it: `.gitlink`, `main:.gitlink`, or `gitlink's default policy`
        self.entries = entries
        self._texts: dict[str, str] = dict(_DEFAULT_TEXTS)
        self._flags: dict[str, bool] = {"branch.require": True, "checkout.remind": True}
        self._lists: dict[str, tuple[str, ...]] = {"branch.exempt": DEFAULT_EXEMPT}
        for key, value in entries:
            _check(key, value, source)
            if key.count(".") == 1:
                self._take(key, value)
        self.queues = frozenset(self._lists.get("gitlink.queue", ()))
        self.withheld: frozenset[str] = frozenset()  # queues that belong to other repositories
        self._check_whole()

    def _take(self, key: str, value: str | None) -> None:
        kind = KINDS[key]
        if kind == _BOOL:
            self._flags[key] = _bool(value) is True
        elif kind == _LIST:
            old = self._lists.get(key, ())
            seen_here = old if key != "branch.exempt" or old is not DEFAULT_EXEMPT else ()
            self._lists[key] = (*seen_here, value) if value else tuple(seen_here)
        else:
            self._texts[key] = (value or "").lower() if isinstance(kind, tuple) else value or ""

    def _check_whole(self) -> None:
        for key, value in self.entries:
            section, _, name = _split(key)
            if (section, name) == ("gitlink", "queue") and value and not keys.is_queue(value):
                raise _no_queue(self.source, key, value)
        if "{key}" not in self.branch_name:
            raise _wrong(
                self.source,
                "branch.name",
                f"`{printable(self.branch_name)}` holds no {{key}}",
                "a branch started from it would name no issue",
                _edit(self.source) + " branch.name '{key}-{slug}'",
            )

    def text(self, key: str) -> str | None:
        """Return the value of *key* (one of KINDS that is no list), None where it is neither set nor defaulted."""
        return self._texts.get(key) or None

    def for_repository(self, repository: str) -> "Policy":
        """Return this policy as it is for *repository* (`acme/shop`): subsections whose glob matches go before.

        Case does not count in such a glob: forges do not count it either. `[gitlink "acme/shop"] queue = SHOP` gives
        the repository its queues, and keeps all other repositories from them (`withheld`).
        """
        narrowed = []
        bound: dict[str, list[str]] = {}
        for key, value in self.entries:
            section, glob, name = _split(key)
            if section in _NARROWED and glob and _matches(glob, repository):
                narrowed.append((f"{section}.{name}", value))
            elif section == "gitlink" and glob and value:
                bound.setdefault(glob, []).append(value)
        own = [queues for glob, queues in bound.items() if _matches(glob, repository)]
        if not narrowed and not bound:
            return self
        plain = [entry for entry in self.entries if not _split(entry[0])[1]]
        if own:
            plain = [entry for entry in plain if entry[0] != "gitlink.queue"]
            plain += [("gitlink.queue", queue) for queue in own[-1]]
        policy = Policy([*plain, *narrowed], self.source)
        others = frozenset([queue for queues in bound.values() for queue in queues])
        policy.withheld = frozenset() if own else others
        return policy

    def counts(self, key: str) -> bool:
        """Whether the issue *key* can be one, and is of a queue that counts here, not of another repository's."""
        queue = keys.queue_of(key)
        return len(key) <= _LONGEST_KEY and queue not in self.withheld and (not self.queues or queue in self.queues)

    def repository_secrets(self) -> list[tuple[str, str]]:
        """Return `[webhook "acme/*"] secret = NAME` as pairs of glob and name, in their order."""
        found = [(_split(key), value) for key, value in self.entries]
        return [(glob, value or "") for (section, glob, _), value in found if section == "webhook"]

    def names_repository(self, repository: str) -> bool:
        """Whether a `[gitlink "…"]` or `[webhook "…"]` names *repository*; true for each where the file has neither."""
        globs = self._named_globs()
        return not globs or any([_matches(glob, repository) for glob in globs])

    @property
    def is_open(self) -> bool:
        """Whether the file names no repository in a `[gitlink "…"]` or `[webhook "…"]`."""
        return not self._named_globs()

    def _named_globs(self) -> list[str]:
        found = [_split(key) for key, _ in self.entries]
        return [glob for section, glob, _ in found if section in _NAMING and glob]

    @property
    def branch_require(self) -> bool:
        return self._flags["branch.require"]

    @property
    def branch_exempt(self) -> tuple[str, ...]:
        return self._lists["branch.exempt"]

    @property
    def branch_pattern(self) -> str | None:
        return self.text("branch.pattern")

    @property
    def branch_name(self) -> str:
        return self._texts["branch.name"] or _DEFAULT_TEXTS["branch.name"]

    @property
    def commit_require(self) -> str:
        return self.text("commit.require") or "off"

    @property
    def commit_insert(self) -> str:
        return self.text("commit.insert") or "off"

    @property
    def commit_since(self) -> str | None:
        return self.text("commit.since")

    @property
    def pullrequest_require(self) -> str:
        return self.text("pullrequest.require") or "either"

    @property
    def pullrequest_lookup(self) -> str:
        return self.text("pullrequest.lookup") or "auto"

    @property
    def issue_verify(self) -> str:
        return self.text("issue.verify") or "off"

    @property
    def review_ignore(self) -> tuple[str, ...]:
        return self._lists.get("review.ignore", ())

    @property
    def review_association(self) -> str:
        return self.text("review.association") or "collaborator"

    @property
    def checkout_remind(self) -> bool:
        return self._flags["checkout.remind"]

    @property
    def bench_field(self) -> str:
        return self._texts["bench.field"] or _DEFAULT_TEXTS["bench.field"]


def parse_entries(listing: bytes) -> list[tuple[str, str | None]]:
    """Read the output of `git config -z --list`: `key LF value NUL`, without LF where a key stands alone."""
    entries: list[tuple[str, str | None]] = []
    for chunk in listing.decode("utf-8", "surrogateescape").split("\0"):
        if chunk:
            key, newline, value = chunk.partition("\n")
            entries.append((key, value if newline else None))
    return entries


def read(entries: list[tuple[str, str | None]], source: str = POLICY_FILE) -> Policy:
    """Return the policy that *entries* describe; raises PolicyError naming *source*, key and the nearest known one."""
    edit = f"{_edit(source)} --edit"
    if len(entries) > _MAX_ENTRIES:
        raise PolicyError(f"{source} has more than {_MAX_ENTRIES:,} entries", where=source, fix=edit)
    for key, value in entries:
        if len(key) > _MAX_CHARACTERS:
            raise _wrong(source, shorten(key), f"a key of more than {_MAX_CHARACTERS:,} characters", None, edit)
        if value and len(value) > _MAX_CHARACTERS:
            raise _wrong(source, key, f"its value has more than {_MAX_CHARACTERS:,} characters", None, edit)
    return Policy(entries, source)


def too_big(source: str) -> PolicyError:
    """Return what is said of a policy that is larger than one can be."""
    return PolicyError(
        f"{source} is larger than {MAX_BYTES >> 10} KiB",
        where=source,
        why="a policy is read at every push, commit and checkout",
        fix=f"{_edit(source)} --edit",
    )


DEFAULTS = Policy([], "gitlink's default policy")


def _check(key: str, value: str | None, source: str) -> None:
    """Raise PolicyError unless *key*, with or without a subsection, is known and *value* is of its kind."""
    kind = _kind(key)
    if kind is None:
        _raise_unknown(key, source)
    elif kind == _BOOL and _bool(value) is None:
        raise _wrong(source, key, f"`{_shown(value)}` is neither true nor false", None, f"{_set(source, key)} true")
    elif kind == _INT and not _is_count(value or ""):
        raise _wrong(source, key, f"`{_shown(value)}` is no number above 0", None, f"{_set(source, key)} 1")
    elif isinstance(kind, tuple) and (value or "").lower() not in kind:
        near = nearest(value or "", kind) or kind[0]
        words = ", ".join(kind)
        raise _wrong(
            source,
            key,
            f"`{_shown(value)}` is not one of its words",
            f"it takes {words}",
            f"{_set(source, key)} {near}",
        )
    elif kind in (_TEXT, _LIST) and value is None:
        raise _wrong(source, key, "it has no value", None, f"{_set(source, key)} VALUE")


def _kind(key: str) -> _Kind | None:
    section, subsection, name = _split(key)
    if not subsection:
        return KINDS.get(key)
    if section in _NAMES:
        return NAMED_KINDS.get(f"{section}.{name}")
    if key == f"gitlink.{subsection}.queue":
        return KINDS["gitlink.queue"]
    return KINDS.get(f"{section}.{name}") if section in _NARROWED else None


def _split(key: str) -> tuple[str, str, str]:
    """Return section, subsection (empty where there is none) and name of *key*."""
    section, _, rest = key.partition(".")
    subsection, _, name = rest.rpartition(".")
    return section, subsection, name


def _matches(glob: str, repository: str) -> bool:
    return glob_matches(glob.lower(), repository.lower())


def _raise_unknown(key: str, source: str) -> None:
    """Raise for a key that is none, naming the nearest of its section, or of all where nothing there is near."""
    section, _, rest = key.partition(".")
    plain = f"{section}.{rest.rpartition('.')[2]}"  # a repository's glob or a channel's name says nothing about the key
    known = {".".join(_split(entry)[::2]): entry for entry in _KNOWN}
    same = [entry for entry in known if entry.startswith(section + ".")]
    near = nearest(plain, same) or nearest(plain, list(known)) or nearest(plain, same or list(known), however_far=True)
    raise _wrong(
        source,
        key,
        "gitlink knows no such key" if same else "gitlink knows no such section",
        f"the nearest known key is `{known[near or plain]}`; sections: {', '.join(_sections())}",
        f"{_edit(source)} --unset-all {shell_quote(key)}",
    )


def _sections() -> list[str]:
    return list(dict.fromkeys([known.partition(".")[0] for known in _KNOWN]))


def _wrong(source: str, key: str, what: str, why: str | None, fix: str) -> PolicyError:
    return PolicyError(
        f"{source}: {printable(key)}: {what}", where=f"{source}, key `{printable(key)}`", why=why, fix=fix
    )


def _no_queue(source: str, key: str, queue: str) -> PolicyError:
    upper = queue.upper()
    # --fixed-value (Git 2.30): what is no queue key may well hold characters of regular expressions.
    change = f"--replace-all {shell_quote(key)} {upper}" if keys.is_queue(upper) else f"--unset-all {shell_quote(key)}"
    return _wrong(
        source,
        key,
        f"`{printable(queue)}` is no queue key",
        "a queue key is at most 15 Latin capitals (digits may follow the first)",
        f"{_edit(source)} --fixed-value {change} {shell_quote(queue)}",
    )


def _set(source: str, key: str) -> str:
    return f"{_edit(source)} {shell_quote(key)}"


def _edit(source: str) -> str:
    """Return the command that changes the file; one of a revision is changed where it is checked out."""
    return f"git config -f {POLICY_FILE if source.endswith(':' + POLICY_FILE) else shell_quote(source)}"


def _shown(value: str | None) -> str:
    return printable(value or "")


def _bool(value: str | None) -> bool | None:
    """Read a boolean as git-config(1) does; a key without `=` is true."""
    if value is None:
        return True
    folded = value.lower()
    if folded in ("true", "yes", "on"):
        return True
    if folded in ("false", "no", "off", ""):
        return False
    digits = folded[1:] if folded[0] in "+-" else folded
    return bool(digits.strip("0")) if digits.isascii() and digits.isdigit() else None


def _is_count(value: str) -> bool:
    """Whether *value* is a whole number above 0, and one that an `int` takes without complaint."""
    return value.isascii() and value.isdigit() and 0 < len(value.lstrip("0")) < 10 and len(value) < 20
