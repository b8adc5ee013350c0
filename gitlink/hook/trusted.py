"""What is obeyed only where the user, or whoever may change the remote's default branch, has said it.

A branch that is checked out, and the clone's configuration that a copied folder brings along, may be a stranger's.
"""

import os

from gitlink import plumbing
from gitlink.core.policy import Policy
from gitlink.errors import PolicyError
from gitlink.hook import setting


def checkout_status() -> str | None:
    """Return `checkout.status` of the remote's default branch, else of the user's own policy file; None: neither."""
    key = "checkout.status"
    try:
        policy = default_policy()
    except PolicyError:
        policy = None
    return (policy.text(key) if policy else None) or _of_user(key)


def default_policy() -> Policy | None:
    """Return the policy of the remote's default branch, None where that is not known; raises PolicyError."""
    remote = "origin"
    tip = _default_tip(remote)
    if tip is None:
        remotes = plumbing.text(plumbing.run("remote")[1]).split()
        tip = _default_tip(remotes[0]) if len(remotes) == 1 and remotes[0] != remote else None
    return setting.blob_policy(tip) if tip else None


def _default_tip(remote: str) -> str | None:
    """Return the commit of the remote's default branch.

    `refs/remotes/origin/HEAD` says which that is by being symbolic; one that is not is a branch called HEAD, and as a
    revision the name might be anybody's tag.
    """
    head = f"refs/remotes/{remote}/HEAD"
    listing = plumbing.run("for-each-ref", "--format=%(refname) %(symref) %(objectname)", head)[1]
    for ref, target, oid in [line.split(" ") for line in plumbing.text(listing).split("\n")[:-1]]:
        if ref == head and target.startswith(f"refs/remotes/{remote}/"):
            return oid
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
