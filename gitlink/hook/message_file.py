"""A commit message file: read as bytes, decoded once, written back only whole and only if it changed."""

import os

from gitlink.core import message
from gitlink.errors import GitError


class MessageFile:
    """The file Git hands to a message hook, as text that gives back the same bytes."""

    __slots__ = ("encoding", "path", "raw")

    def __init__(self, path: str, config: dict[str, str]) -> None:
        self.path = path
        try:
            with open(path, "rb") as file:
                content = file.read()
        except OSError as error:
            raise GitError(
                f"the commit message cannot be read: {error.strerror}", where=path, fix="git commit"
            ) from error
        self.encoding = "utf-8"
        try:
            self.raw = content.decode("utf-8")
        except UnicodeDecodeError:
            self.raw, self.encoding = _decode(content, config.get("i18n.commitencoding", ""))

    def write(self, text: str) -> None:
        """Replace the file's content in one step, so that a full disk leaves the old message whole."""
        errors = "surrogateescape" if self.encoding == "utf-8" else "strict"
        new = f"{self.path}.gitlink"
        try:
            with open(new, "wb") as file:
                file.write(text.encode(self.encoding, errors))
            os.replace(new, self.path)
        except OSError as error:
            if os.path.exists(new):
                os.unlink(new)
            raise GitError(
                f"the commit message was left as it is: {error.strerror}", where=self.path, fix="df -h ."
            ) from error


def _decode(content: bytes, configured: str) -> tuple[str, str]:
    try:
        text = content.decode(configured or "utf-8")
        if text.encode(configured or "utf-8") == content:
            return text, configured or "utf-8"
    except (LookupError, UnicodeError):
        pass
    return content.decode("utf-8", "surrogateescape"), "utf-8"


def comment_prefix(raw: str, config: dict[str, str]) -> str:
    """Return what starts a comment here."""
    return message.comment_prefix(raw, config.get("core.commentstring") or config.get("core.commentchar") or "#")


def is_edited(raw: str, comment: str) -> bool:
    """Whether an editor is used: Git says `GIT_EDITOR=:` where none is (git's builtin/commit.c, run_commit_hook)."""
    return os.environ.get("GIT_EDITOR") != ":" or message.has_status_block(raw, comment)
