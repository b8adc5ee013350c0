"""`commit.since`: the one commit that it means, found by no more than a few looks at refs and objects.

The value may be a stranger's, and so may every ref that Git would try for it (gitrevisions(7)): a tag named like an
abbreviated id goes before the commit itself, and `^{/…}` searches all of history for a regular expression. So only a
name or an id is taken, with `~3` and `^2` behind it, and each is looked for where it belongs.
"""

from gitlink import plumbing
from gitlink.core.text import printable, shell_quote
from gitlink.errors import GitError, PolicyError
from gitlink.hook import budget, setting
from gitlink.hook.commits import new_commits

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_PLACES = ("refs/tags/{}", "refs/heads/{}", "refs/remotes/{}", "refs/remotes/{}/HEAD")
_SHORTEST_ID, _LONGEST_ID = 4, 64
_CHANGE = "git config -f .gitlink commit.since"


def exclusion(since: str | None, tick: "Callable[[int], None] | None" = None) -> list[str]:
    """Return the revision that leaves out `commit.since` and its ancestors, by its full id; *tick*: plumbing.stream's.

    Raises PolicyError where it is not here, or may be more than one commit.
    """
    if not since:
        return []
    name, steps = _split(since)
    if _is_id(name):
        found = plumbing.text(plumbing.run("rev-parse", f"--disambiguate={name}")[1]).split()
    else:
        found = sorted({oid for _, oid in _named(name)})
    if len(found) > 1:
        raise _ambiguous(since, name, steps)
    oid = found[0] if found else None
    if oid and steps:
        oid = _commit(f"{oid}{steps}", tick)
    if not oid:
        raise _absent(since, name, steps)
    return [f"^{oid}"]


def _split(since: str) -> tuple[str, str]:
    """Return the name or id, and the `~` and `^` with their numbers behind it; raises PolicyError for anything else."""
    name = since.partition("~")[0].partition("^")[0]
    steps = since[len(name) :]
    is_name = name and name[0] != "-" and ".." not in name and "@{" not in name
    if not is_name or steps.strip("~^0123456789") or any([char <= " " or char in ":?*[\\\x7f" for char in name]):
        raise _refused(
            f"`{printable(since)}` is no name and no id",
            "it takes a branch, a tag or a commit's id, with `~3` or `^2` behind it",
            "git config -f .gitlink --edit",
        )
    return name, steps


def _is_id(name: str) -> bool:
    return _SHORTEST_ID <= len(name) <= _LONGEST_ID and not name.strip("0123456789abcdefABCDEF")


def _named(name: str) -> list[tuple[str, str]]:
    """Return the refs that *name* may mean, each with the id of its object."""
    if name in ("HEAD", "@"):
        head = setting.head()
        return [("HEAD", head)] if head else []
    places = [name] if name.startswith("refs/") else [place.format(name) for place in _PLACES]
    listing = plumbing.text(plumbing.run("for-each-ref", "--format=%(refname) %(objectname)", *places)[1])
    pairs = [line.split(" ") for line in listing.split("\n")[:-1]]
    return [(ref, oid) for ref, oid in pairs if ref in places]


def _commit(revision: str, tick: "Callable[[int], None] | None") -> str | None:
    try:
        commit = next(new_commits("-1", revision, "--", tick=tick), None)
    except budget.TooLong:
        raise
    except GitError:
        return None
    return commit.oid if commit else None


def _ambiguous(since: str, name: str, steps: str) -> PolicyError:
    if _is_id(name):
        why, fix = "several objects of this clone begin with it", f"git rev-parse --disambiguate={name}"
    else:
        refs = [ref for ref, _ in _named(name)]
        why, fix = f"it is {' and '.join(map(printable, refs))}", f"{_CHANGE} {shell_quote(refs[0] + steps)}"
    return _refused(f"`{printable(since)}` is more than one commit", why, fix)


def _absent(since: str, name: str, steps: str) -> PolicyError:
    what = f"`{printable(since)}` is not in this clone"
    refs = [ref for ref, _ in _named(name)] if _is_id(name) else []
    if refs:
        why = f"digits and letters up to f are a commit's id; {printable(refs[0])} is named in full"
        return _refused(what, why, f"{_CHANGE} {shell_quote(refs[0] + steps)}")
    why = "the commits after it cannot be told from those before"
    return _refused(what, why, "git fetch --tags --unshallow || git fetch --tags")


def _refused(what: str, why: str, fix: str) -> PolicyError:
    return PolicyError(f".gitlink: commit.since: {what}", where=".gitlink, key `commit.since`", why=why, fix=fix)
