"""A commit message file: read as bytes, decoded once, written back only whole and only if it changed."""

import os

from gitlink import plumbing
from gitlink.core import message
from gitlink.errors import GitError


class MessageFile:
    """The file Git hands to a message hook: its beginning as text that gives back the same bytes."""

    __slots__ = ("encoding", "path", "raw", "read")

    def __init__(self, path: str, config: dict[str, str]) -> None:
        self.path = path
        try:
            with open(path, "rb") as file:
                content = file.read(plumbing.MOST)
                if file.read(1):  # what follows is left as it is: mostly the diff of `git commit --verbose`
                    content = content[: content.rfind(b"\n") + 1] or content
        except OSError as error:
            raise GitError(
                f"the commit message cannot be read: {error.strerror}", where=path, fix="git commit"
            ) from error
        self.read = len(content)
        self.raw, self.encoding = decode(content, config)

    def write(self, text: str) -> None:
        """Replace what was read of the file in one step, so that a full disk leaves the old message whole."""
        errors = "surrogateescape" if self.encoding == "utf-8" else "strict"
        new = f"{self.path}.gitlink"
        try:
            with open(self.path, "rb") as old, open(new, "wb") as file:
                file.write(text.encode(self.encoding, errors))
                old.seek(self.read)
                while chunk := old.read(plumbing.MOST):
                    file.write(chunk)
            os.replace(new, self.path)
        except OSError as error:
            if os.path.exists(new):
                os.unlink(new)
            raise GitError(
                f"the commit message was left as it is: {error.strerror}", where=self.path, fix="df -h ."
            ) from error


def decode(content: bytes, config: dict[str, str]) -> tuple[str, str]:
    """Return a message's bytes as text, and the encoding that gives the same bytes back."""
    configured = config.get("i18n.commitencoding", "")
    try:
        return content.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        pass
    try:
        text = content.decode(configured or "utf-8")
        if text.encode(configured or "utf-8") == content:
            return text, configured or "utf-8"
    except (LookupError, UnicodeError):
        pass
    return content.decode("utf-8", "surrogateescape"), "utf-8"


def comment_prefix(raw: str, config: dict[str, str]) -> str:
    """Return what starts a comment here; a Git before 2.45 does not know `core.commentString` (git-config(1))."""
    string = config.get("core.commentstring")
    if string and string != "auto" and f"\n{string}" not in f"\n{raw}":
        string = None
    return message.comment_prefix(raw, string or config.get("core.commentchar") or "#")


def kept(raw: str, config: dict[str, str]) -> str:
    """Return what Git will keep of the message *raw* under this configuration."""
    comment = comment_prefix(raw, config)
    cleanup = config.get("commit.cleanup", "default")
    return message.kept(raw, cleanup=cleanup, comment=comment, edited=is_edited(raw, comment))


def is_edited(raw: str, comment: str) -> bool:
    """Whether an editor is used: Git says `GIT_EDITOR=:` where none is (git's builtin/commit.c, run_commit_hook)."""
    return os.environ.get("GIT_EDITOR") != ":" or message.has_status_block(raw, comment)
