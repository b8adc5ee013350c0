"""Git's credential protocol: hands a token to the credential helpers of the user's Git, takes it back, erases it.

Protocol: git-credential(1); helpers: gitcredentials(7). A token belongs to one API host and one organization. The host,
with its port, is the protocol's `host`; the organization is in the user name (`oauth-org-77`, `iam-cloud-org-bpf1`),
which every helper keeps and compares. A `path` would not do: for HTTP, Git drops it before it asks a helper unless
`credential.useHttpPath` is set, so two organizations of one host would overwrite each other.

Git runs outside of every repository: only helpers of the user's and the system's configuration see a token, never one
that a repository names (a bare repository among checked-out files brings a `config` of its own). Nothing prompts.
"""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from gitlink.core.text import printable
from gitlink.errors import AuthError, GitError, SettingsError
from gitlink.transport.model import origin

FILL_S = 5.0
# A person stands by at `login`: a keyring may ask to be unlocked.
LOGIN_S = 60.0
_REPOSITORY = ("GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_CONFIG")
# An empty GIT_ASKPASS also keeps Git from `core.askPass` and SSH_ASKPASS: git_prompt() in prompt.c of Git.
# GCM_*: https://github.com/git-ecosystem/git-credential-manager/blob/release/docs/environment.md ; `generic` spares the
# probing of the host over the network.
_QUIET = {
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "",
    "SSH_ASKPASS": "",
    "GCM_INTERACTIVE": "never",
    "GCM_PROVIDER": "generic",
}


@dataclass(frozen=True, slots=True)
class Account:
    """What a token is bound to: the API's host and an organization. `is_cloud`: one of Yandex Cloud."""

    base_url: str
    org_id: str
    is_cloud: bool = False

    def username(self, is_iam: bool) -> str:
        """Return the name that helpers know the token by."""
        kind = "iam" if is_iam else "oauth"
        return f"{kind}-{'cloud-org' if self.is_cloud else 'org'}-{self.org_id}"

    def fields(self, is_iam: bool) -> dict[str, str]:
        """Return the protocol's description of the credential, without its password."""
        parts = urlsplit(origin(self.base_url))
        return {"protocol": parts.scheme, "host": parts.netloc, "username": self.username(is_iam)}


def fill(account: Account, *, is_iam: bool, seconds: float = FILL_S) -> str | None:
    """Return the token that the helpers hold for *account*, None where they hold none; SettingsError if they hang.

    An answer for another user, host or protocol is none of ours: some helpers give their one password to everybody.
    """
    wanted = account.fields(is_iam)
    status, printed = _ask("fill", wanted, seconds)
    told = dict(_pairs(printed)) if status == 0 else {}
    password = told.get("password", "")
    is_ours = all(told.get(name) == value for name, value in wanted.items())
    return password if is_ours and is_token(password) else None


def is_token(text: str) -> bool:
    """Whether *text* can be a token: one word of printable ASCII."""
    return bool(text) and text.isascii() and text.isprintable() and " " not in text


def approve(account: Account, token: str, *, is_iam: bool) -> None:
    """Hand *token* to the helpers; the other kind of token of this account is forgotten, or it would come first."""
    status, _ = _ask("approve", {**account.fields(is_iam), "password": token}, LOGIN_S)
    if status:
        raise GitError("`git credential approve` failed", fix="git config --show-origin --get-all credential.helper")
    _ask("reject", account.fields(not is_iam), LOGIN_S)


def reject(account: Account) -> None:
    """Let the helpers forget every token of *account*; that there is none is success."""
    for is_iam in (False, True):
        _ask("reject", account.fields(is_iam), LOGIN_S)


def helper(account: Account) -> str | None:
    """Return the helper that the user's Git is configured to ask for *account*'s host, None where there is none."""
    fields = account.fields(is_iam=False)
    url = f"{fields['protocol']}://{quote(fields['username'], safe='')}@{fields['host']}"
    status, printed = _git(("config", "-z", "--get-urlmatch", "credential.helper", url), b"", FILL_S)
    return printed.decode("utf-8", "replace").strip("\0\n") or None if status == 0 else None


def need_helper(account: Account) -> str:
    """Return the helper; raises SettingsError saying how to get one on this platform."""
    found = helper(account)
    if found is None:
        why, fix = _advice()
        raise SettingsError("Git has no credential helper to keep a token", why=why, fix=fix)
    return found


def forgetful(account: Account, named: str) -> SettingsError:
    """Return the fault of a helper that did not give back what it was handed; a command may hold a secret."""
    _, fix = _advice()
    word = "" if named.startswith("!") else named.partition(" ")[0]
    helper = f"the credential helper `{printable(word)}`" if word else "the command in `credential.helper`"
    why = f"{helper} does not give back what it was handed; is it installed?"
    return SettingsError(f"the token for {origin(account.base_url)} could not be kept", why=why, fix=fix)


def _advice() -> tuple[str, str]:
    """Return why and how: https://git-scm.com/doc/credential-helpers and gitcredentials(7)."""
    fix = "git config --global credential.helper "
    if sys.platform == "darwin":
        return "none is configured; macOS has its keychain", fix + "osxkeychain"
    if os.name == "nt":
        return "none is configured; Git for Windows brings Git Credential Manager", fix + "manager"
    if _has_helper("libsecret"):
        return "none is configured; the desktop's keyring is there", fix + "libsecret"
    why = "none is configured; `cache` keeps it in memory, here for 12 hours (`store` would: in a file, unencrypted)"
    return why, fix + "'cache --timeout=43200'"


def _has_helper(name: str) -> bool:
    status, folder = _git(("--exec-path",), b"", FILL_S)
    path = os.fsdecode(folder.strip()) + os.pathsep + os.environ.get("PATH", "")
    return status == 0 and shutil.which(f"git-credential-{name}", path=path) is not None


def _pairs(printed: bytes) -> Iterator[tuple[str, str]]:
    for line in printed.decode("utf-8", "surrogateescape").split("\n"):
        name, equals, value = line.partition("=")
        if equals:
            yield name, value


def _ask(action: str, fields: Mapping[str, str], seconds: float) -> tuple[int, bytes]:
    if any(not value.isprintable() for value in fields.values()):
        # A line end would begin another attribute: git-credential(1), INPUT/OUTPUT FORMAT
        raise AuthError("a token or an organization's id holds control characters", fix="gitlink login")
    lines = "".join(f"{name}={value}\n" for name, value in fields.items()) + "\n"
    return _git(("-c", "credential.interactive=false", "credential", action), lines.encode(), seconds)


def _git(words: tuple[str, ...], stdin: bytes, seconds: float) -> tuple[int, bytes]:
    """Run Git with *stdin* outside of every repository and of the terminal; return status and output."""
    environ = {name: value for name, value in os.environ.items() if name not in _REPOSITORY} | _QUIET
    try:
        child = subprocess.Popen(
            ("git", *words),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # a helper's own words could hold the token
            cwd=os.path.abspath(os.sep),
            env=environ,
            start_new_session=True,  # no terminal to ask on, and one group to end
        )
    except OSError:
        raise GitError("git is not to be found", why="no `git` on PATH", fix="install Git, or put it on PATH") from None
    with child:
        try:
            printed, _ = child.communicate(stdin, timeout=seconds)
        except subprocess.TimeoutExpired:
            raise _hanging(seconds) from None
        finally:
            _end(child)
    return child.returncode, printed


def _end(child: "subprocess.Popen[bytes]") -> None:
    """End *child* with all that it started, if it still runs."""
    if child.poll() is None:
        if hasattr(os, "killpg"):
            os.killpg(child.pid, signal.SIGKILL)
        else:
            child.kill()


def _hanging(seconds: float) -> SettingsError:
    return SettingsError(
        f"Git's credential helper did not answer within {seconds:g} s",
        why="it hangs, or waits for someone to unlock it",
        fix="read -rs TRACKER_TOKEN && export TRACKER_TOKEN",
    )
