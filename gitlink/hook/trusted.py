"""What is obeyed only where the user, or whoever may change the remote's default branch, has said it.

A branch that is checked out, and the clone's configuration that a copied folder brings along, may be a stranger's.
"""

import os

from gitlink import plumbing
from gitlink.errors import PolicyError
from gitlink.hook import setting


def checkout_status() -> str | None:
    """Return `checkout.status` of the remote's default branch, else of the user's own policy file; None: neither."""
    key = "checkout.status"
    return _of_default_branch(key) or _of_user(key)


def _of_default_branch(key: str) -> str | None:
    remote = "origin"
    head = f"refs/remotes/{remote}/HEAD"
    if plumbing.run("rev-parse", "--verify", "--quiet", head)[0]:
        remotes = plumbing.text(plumbing.run("remote")[1]).split()
        if len(remotes) != 1 or remotes[0] == remote:
            return None
        head = f"refs/remotes/{remotes[0]}/HEAD"
    try:
        return setting.blob_policy(head).text(key)
    except PolicyError:
        return None


def _of_user(key: str) -> str | None:
    for scope in ("--global", "--system"):
        status, path = plumbing.run("config", scope, "--type=path", "--get", "gitlink.policy")
        name = os.fsdecode(path.rstrip(b"\n"))
        if status == 0 and os.path.isabs(name):
            try:
                return setting.file_policy(name).text(key)
            except PolicyError:
                return None
    return None
