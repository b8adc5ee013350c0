"""Every fault gitlink knows by name, each with its exit code; knows nothing else and imports nothing.

Exit codes are those of the command's reference: 0 done or already so, 1 a check found violations, 2 wrong usage, then
the classes below, and 70 (`EX_SOFTWARE` of sysexits.h) for a fault of our own.
"""

EXIT_VIOLATIONS = 1
EXIT_BUG = 70
EXIT_INTERRUPTED = 130  # as a shell says it of SIGINT


class GitlinkError(Exception):
    """A fault that is told to a person: what (the first line stands alone), where, why and how to mend it.

    `fix` is a command that can be pasted, or one sentence where no command can do it.
    """

    exit_code = EXIT_BUG

    def __init__(
        self, message: str, *, where: str | None = None, why: str | None = None, fix: str | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.why = why
        self.fix = fix


class UsageFault(GitlinkError):
    """The words of the command line do not go together."""

    exit_code = 2


class SettingsError(GitlinkError):
    """A setting is missing or contradicts another; names the file, line or variable."""

    exit_code = 3


class PolicyError(SettingsError):
    """The policy file `.gitlink` cannot be read or says something that gitlink does not know."""


class AuthError(GitlinkError):
    """No credentials, or refused ones."""

    exit_code = 4


class TrackerRefused(GitlinkError):
    """Tracker answered, and the answer was no."""

    exit_code = 5


class IssueNotFound(TrackerRefused):
    """There is no such issue, or it is hidden from the token's user; `issue`: its key."""

    def __init__(self, message: str, *, issue: str, **told: str | None) -> None:
        super().__init__(message, **told)
        self.issue = issue


class TransitionUnavailable(TrackerRefused):
    """The issue's workflow offers no such move from where it is."""


class StatusUnknown(TransitionUnavailable):
    """No status has the name or key that was given; `near`: the one most likely meant."""

    def __init__(self, message: str, *, near: str | None, **told: str | None) -> None:
        super().__init__(message, **told)
        self.near = near


class ForgeRefused(GitlinkError):
    """A forge answered, and the answer was no; `status`: HTTP's."""

    exit_code = 5

    def __init__(self, message: str, *, status: int = 0, **told: str | None) -> None:
        super().__init__(message, **told)
        self.status = status


class Unreachable(GitlinkError):
    """No answer: no connection, a time-out, 5xx, or 429 after the retries."""

    exit_code = 6


class GitError(GitlinkError):
    """Git is missing, this is no repository, or a git command failed."""

    exit_code = 7
