"""What every hook asks Git first: the policy that counts here, and the configuration a message or a draft needs."""

import os

from gitlink import plumbing
from gitlink.core import policy as policies
from gitlink.core.policy import POLICY_FILE, Policy
from gitlink.core.refs import branch_of
from gitlink.core.text import shell_quote
from gitlink.errors import GitError, PolicyError


def worktree_policy() -> Policy:
    """Return the policy of the work tree whose top is the current directory, as in every hook Git starts (githooks(5)).

    Where the work tree has none, be it sparse or none at all, the policy is that of HEAD. Raises PolicyError where the
    policy cannot be read, is a link that leads out of the work tree, or says what gitlink does not know.
    """
    try:
        status = os.lstat(POLICY_FILE)
    except FileNotFoundError:
        return _policy_of_head()
    except OSError as error:
        raise PolicyError(
            ".gitlink cannot be read", where=POLICY_FILE, why=error.strerror, fix="ls -l .gitlink"
        ) from error
    if os.path.islink(POLICY_FILE):
        top, target = os.path.realpath("."), os.path.realpath(POLICY_FILE)
        inside = os.path.commonpath([top, target]) == top
        if not inside or os.sep + ".git" + os.sep in target[len(top) :] or not os.path.isfile(target):
            raise PolicyError(
                ".gitlink is a link that is not followed", why="it leads out of the work tree", fix="rm .gitlink"
            )
        status = os.stat(target)
    elif (status.st_mode & 0o170000) != 0o100000:
        raise PolicyError(
            ".gitlink is no file that gitlink reads", why="it is a folder or a device", fix="ls -l .gitlink"
        )
    if status.st_size > policies.MAX_BYTES:
        raise policies.too_big(POLICY_FILE)
    return policies.read(_entries("-f", POLICY_FILE))


def _policy_of_head() -> Policy:
    """Return HEAD's policy for a work tree without one; a wrong one that is being deleted counts no more."""
    try:
        return blob_policy("HEAD")
    except PolicyError:
        if plumbing.run("ls-files", "--error-unmatch", "--", POLICY_FILE)[0]:
            return policies.DEFAULTS
        raise


def file_policy(path: str) -> Policy:
    """Return the policy in the file *path*, which a person named; raises PolicyError where it cannot be read."""
    if os.path.isfile(path) and os.path.getsize(path) > policies.MAX_BYTES:
        raise policies.too_big(path)
    return policies.read(_entries("-f", path), path)


def blob_policy(revision: str, name: str | None = None) -> Policy:
    """Return the policy as *revision* has it; the defaults where it has none. *name*: what a person calls it.

    Raises PolicyError, too, where a partial clone has left it out.
    """
    source = f"{name or revision}:{POLICY_FILE}"
    status, listing = plumbing.run("ls-tree", "--full-tree", "-l", revision, POLICY_FILE)
    if status and plumbing.run("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")[0] == 0:
        raise PolicyError(
            f"{source} is not in this clone",
            where=source,
            why="it was left out of a partial clone, and a hook waits for no network",
            fix=f"git cat-file -s {source}",
        )
    if not listing:
        return policies.DEFAULTS
    size = listing.partition(b"\t")[0].split()[3]  # `-` of what is no file
    if size.isdigit() and int(size) > policies.MAX_BYTES:
        raise policies.too_big(source)
    return policies.read(_entries("--blob", f"{revision}:{POLICY_FILE}", source), source)


def _entries(option: str, place: str, shown: str | None = None) -> list[tuple[str, str | None]]:
    status, listing = plumbing.run("config", option, place, "--no-includes", "-z", "--list")
    if status:
        shown = shown or place
        is_away = option == "-f" and not os.path.lexists(place)
        raise PolicyError(
            f"{shown} cannot be read",
            where=shown,
            why="there is no such file" if is_away else "Git finds an error in it, or may not read it",
            fix=f"ls -l {shell_quote(place)}" if is_away else f"git config {option} {shell_quote(shown)} --list",
        )
    return policies.parse_entries(listing)


def git_config() -> dict[str, str]:
    """Return what hooks need of Git's configuration, the last value of each key."""
    wanted = (
        r"^(branch\..*\.description|core\.comment(char|string)|commit\.cleanup|i18n\.commitencoding"
        r"|remote\..*\.(url|pushurl)|gitlink\.(apibaseurl|orgid|cloudorgid))$"
    )
    status, listing = plumbing.run("config", "-z", "--get-regexp", wanted)
    if status not in (0, 1):
        raise GitError(
            "git cannot read its configuration here", why="no repository, or an error in it", fix="git config --list"
        )
    config: dict[str, str] = {}
    for key, value in policies.parse_entries(listing):
        config.pop(key, None)  # so that what was said last, and so closest to here, also stands last
        config[key] = value or ""
    return config


def current_branch() -> str | None:
    """Return the branch that is checked out, the one being rebased while HEAD is detached for it, else None."""
    return checked_out_branch() or rebased_branch()


def checked_out_branch() -> str | None:
    """Return the branch that HEAD is on, None where it is detached."""
    # `--short` would say `heads/NAME` where a tag has the branch's name.
    status, name = plumbing.run("symbolic-ref", "--quiet", "HEAD")
    return branch_of(plumbing.text(name).rstrip("\n")) if status == 0 else None


def rebased_branch() -> str | None:
    """Return the branch that a rebase under way will move (git's sequencer keeps its name), else None."""
    folder = git_dir()
    for state in ("rebase-merge", "rebase-apply"):
        try:
            with open(os.path.join(folder, state, "head-name"), "rb") as file:
                ref = plumbing.text(file.read()).strip()
        except OSError:
            continue
        return ref.removeprefix("refs/heads/") if ref.startswith("refs/heads/") else None
    return None


def head() -> str | None:
    """Return the commit that HEAD is; None where its branch has none yet: not what else is called HEAD."""
    status, oid = plumbing.run("show-ref", "--verify", "--hash", "HEAD")
    return plumbing.text(oid).strip() if status == 0 else None


def git_dir() -> str:
    """Return the git directory of the work tree one stands in."""
    return plumbing.text(plumbing.output("rev-parse", "--git-dir")).rstrip("\n")


def is_merging() -> bool:
    """Whether a merge is under way, whose message Git begins."""
    # As a revision it might be a branch or a tag of that name.
    status, path = plumbing.run("rev-parse", "--git-path", "MERGE_HEAD")
    return status == 0 and os.path.exists(os.fsdecode(path.rstrip(b"\n")))


def skip_reason() -> str | None:
    """Return the reason in GITLINK_SKIP, None where it is unset or empty."""
    return os.environ.get("GITLINK_SKIP", "").strip() or None
