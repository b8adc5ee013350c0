"""The commands' door to Git: what the lean door answers, by GitPython, and what only commands ask.

GitPython finds the repository and runs Git in it; its own readers are left alone, as each is wrong somewhere: those of
references know no reftable (note at `git.Repo`), `iter_commits` and `rev_parse` no SHA-256 (`Repo.re_hexsha_only`: 40
digits), `config_reader` is another parser than Git's. Names come as full refs or follow a check, so that none is taken
for an option. Its exceptions end here, as GitError.
"""

import os
from collections.abc import Callable, Mapping
from types import TracebackType

from gitlink import brought, plumbing
from gitlink.core.policy import POLICY_FILE, parse_entries
from gitlink.core.refs import HEADS, branch_of
from gitlink.core.rules import Commit
from gitlink.core.text import shell_quote, shorten
from gitlink.errors import GitError
from gitlink.hook.commits import LOG, LOG_FORMAT, parse_record

_TEMPLATE_BYTES = 1 << 16
_MOST_BYTES = 1 << 20


def _unusable(error: Exception) -> GitError:
    """Return the lean door's own fault where there is no git; else something keeps GitPython from the one there is."""
    try:
        plumbing.output("version")
    except GitError as missing:
        return missing
    first = next((line.strip() for line in str(error).splitlines() if line.strip()), repr(error))
    return GitError(
        "GitPython cannot run git", why=first, fix="unset GIT_PYTHON_GIT_EXECUTABLE GIT_PYTHON_REFRESH GIT_PYTHON_TRACE"
    )


try:
    import git  # runs `git version`, and is an ImportError where that fails: `git.refresh`
except ImportError as _error:
    raise _unusable(_error) from _error


class Repo:
    """The repository one stands in, until `close`; raises GitError where there is none, or none that Git trusts."""

    def __init__(self) -> None:
        brought.refuse_bare()
        try:
            # A path given here would win over GIT_DIR; `$NAME` in a path is no variable.
            self._repo = git.Repo(search_parent_directories=True, expand_vars=False)
        except (git.InvalidGitRepositoryError, git.NoSuchPathError, OSError, ValueError) as error:
            raise GitError("this is not a Git repository", where=_here(), fix="git init") from error
        status, _, told = self._run("rev-parse", "--git-dir")
        if status:
            self.close()
            raise _refused(told)

    def __enter__(self) -> "Repo":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the processes and files that GitPython keeps."""
        self._repo.close()

    # What the lean door answers, too.

    def top(self) -> str | None:
        """Return the top of the work tree; None in a bare repository."""
        top = self._repo.working_tree_dir
        return None if top is None else os.fspath(top)

    def git_dir(self) -> str:
        """Return the git directory of this work tree."""
        return os.fspath(self._repo.git_dir)

    def current_branch(self) -> str | None:
        """Return the branch that is checked out, the one being rebased while HEAD is detached for it, else None."""
        # `--short` would say `heads/NAME` where a tag has the branch's name.
        status, ref, _ = self._run("symbolic-ref", "--quiet", "HEAD")
        return branch_of(_line(ref)) if status == 0 else self._rebased_branch()

    def _rebased_branch(self) -> str | None:
        for state in ("rebase-merge", "rebase-apply"):
            try:
                with open(os.path.join(self.git_dir(), state, "head-name"), "rb") as file:
                    return branch_of(plumbing.text(file.read()).strip())
            except OSError:
                continue
        return None

    def policy_entries(self) -> list[tuple[str, str | None]]:
        """Return the entries of `.gitlink`, of HEAD's in a bare repository; none where there is no file.

        A link is followed as Git does; what a command obeys comes from `world.policy`, which looks where it leads.
        """
        where = ("--blob", f"HEAD:{POLICY_FILE}") if self.top() is None else ("-f", POLICY_FILE)
        status, listing, _ = self._run("config", *where, "--no-includes", "-z", "--list")
        return parse_entries(listing) if status == 0 else []

    def config(self, pattern: str) -> dict[str, str]:
        """Return what Git's configuration has under keys that *pattern* (POSIX) finds, the last value of each."""
        _, listing, _ = self._run("config", "-z", "--get-regexp", pattern)
        return {key: value or "" for key, value in parse_entries(listing)}

    def commits(self, range_: str) -> list[Commit]:
        """Return the commits of a range, newest first, messages in UTF-8; raises GitError if it is none."""
        return self._log("--end-of-options", range_)

    def unpushed(self) -> list[Commit]:
        """Return the commits of HEAD that no remote has, as far as this clone knows; none where there is no commit."""
        is_born = self._run("show-ref", "--verify", "--quiet", "HEAD")[0] == 0
        return self._log("HEAD", "--not", "--remotes") if is_born else []

    def _log(self, *revisions: str) -> list[Commit]:
        records = self._ask(*LOG, f"--format={LOG_FORMAT}", *revisions, "--")
        return [parse_record(record) for record in records.split(b"\0")[:-1]]

    def draft(self, branch: str) -> str:
        """Return the branch's description, which is the draft of its pull request; empty where there is none."""
        return self.config(r"^branch\..*\.description$").get(f"branch.{branch}.description", "")

    # What only commands ask.

    def set_draft(self, branch: str, text: str) -> None:
        """Keep *text* as the branch's description, as `git branch --edit-description` does."""
        self._ask("config", "--local", "--replace-all", f"branch.{branch}.description", text)

    def subjects_of(self, branch: str) -> list[str]:
        """Return the subjects of the branch's own commits, oldest first, no merges, the last thirty of them at most.

        Its own are those that no other branch has: of the remotes, or here where there are none.
        """
        others = "--remotes" if self._refs("%(refname)", "refs/remotes/", "") else "--branches"
        mine = f"--exclude=*/{branch}" if others == "--remotes" else f"--exclude={branch}"
        words = (*LOG, "--format=%s", "--no-merges", "-30", f"{HEADS}{branch}", "--not")
        status, printed, _ = self._run(*words, mine, others, "--")
        return plumbing.text(printed).split("\0")[-2::-1] if status == 0 else []

    def template(self, pick: Callable[[Mapping[str, str]], str | None]) -> str | None:
        """Return the text of HEAD's template of pull requests; *pick*: its path among those, by path in lower case.

        It comes from the commit, so no link of the work tree is followed.
        """
        places = ("./", ".github/", ".gitlab/merge_request_templates/", ".forgejo/", ".gitea/", "docs/")
        _, listing, _ = self._run("ls-tree", "-z", "HEAD", *places)
        entries = [entry.partition("\t") for entry in plumbing.text(listing).split("\0")]
        path = pick({name.lower(): name for meta, _, name in entries if meta.startswith("100")})
        status, size, _ = self._run("cat-file", "-s", f"HEAD:{path}") if path else (1, b"", "")
        if status or int(size) > _MOST_BYTES:  # Git would hold the whole of it
            return None
        return self._ask("cat-file", "blob", f"HEAD:{path}")[:_TEMPLATE_BYTES].decode("utf-8", "replace")

    def branches(self) -> list[str]:
        """Return the local branches that have a commit, sorted by name."""
        return self._refs("%(refname)", HEADS, HEADS)

    def remote_branches(self, name: str) -> list[str]:
        """Return the remote-tracking branches of that name, as `origin/NAME`."""
        return self._refs("%(refname)", f"refs/remotes/*/{name}", "refs/remotes/")

    def worktree_of(self, branch: str) -> str | None:
        """Return the work tree that has *branch* checked out, None where none has."""
        return next(iter(self._refs("%(worktreepath)", HEADS + branch, "")), None)

    def _refs(self, field: str, pattern: str, prefix: str) -> list[str]:
        lines = plumbing.text(self._ask("for-each-ref", f"--format={field}", pattern)).split("\n")
        return [line.removeprefix(prefix) for line in lines if line]

    def oid(self, revision: str) -> str:
        """Return the commit that *revision* names; raises GitError if it names none."""
        status, oid, _ = self._run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
        if status:
            raise GitError(
                f"`{revision}` is no commit here",
                where=_here(),
                why="neither a branch, a tag nor a commit of this clone has that name",
                fix="git fetch --all --tags",
            )
        return _line(oid)

    def head(self) -> str:
        """Return what HEAD is for a person: the branch, else the abbreviated commit."""
        return self.current_branch() or _line(self._ask("rev-parse", "--short", "HEAD"))

    def is_branch_name(self, name: str) -> bool:
        """Whether Git lets a branch have this name: git-check-ref-format(1), and no `-` in front."""
        return not name.startswith("-") and name != "HEAD" and self._run("check-ref-format", HEADS + name)[0] == 0

    def is_dirty(self) -> bool:
        """Whether something here is not committed, files that Git does not know yet included."""
        return bool(self._ask("status", "--porcelain"))

    def create_branch(self, name: str, base: str | None = None) -> str:
        """Create *name* at *base* (None: HEAD, born or not), check it out, and return what Git and its hooks said.

        An oid is no branch to track. By its name, `git switch -c` would have it track a remote's *base*, and a plain
        `git push` refuse or, with `push.default=upstream`, push there (git-config(1), `branch.autoSetupMerge`).
        """
        start = () if base is None else (self.oid(base),)
        return self._switch(name, "-c", name, *start)

    def track_branch(self, name: str, remote_branch: str) -> str:
        """Create *name* from its namesake on a remote (`origin/NAME`), tracking it; check it out."""
        return self._switch(name, "--track", "-c", name, f"refs/remotes/{remote_branch}")

    def check_out(self, name: str) -> str:
        """Check out the local branch *name* and return what Git and its hooks said."""
        return self._switch(name, "--no-guess", name)

    def _switch(self, name: str, *words: str) -> str:
        """Run `git switch`, its hooks in the user's own locale: GitPython sets LC_ALL and LANGUAGE to `C`."""
        locale = {variable: os.environ.get(variable, "") for variable in ("LC_ALL", "LANGUAGE")}
        status, _, told = self._run("switch", "--quiet", *words, environ=locale)
        # A post-checkout hook's status becomes git-switch's own (githooks(5)), when all is done.
        if status and self._run("symbolic-ref", "--quiet", "HEAD")[1] != f"{HEADS}{name}\n".encode():
            elsewhere = self.worktree_of(name)
            raise GitError(
                f"Git did not switch to `{name}`",
                where=elsewhere or self.top(),
                why=_reason(told),
                fix=f"cd {shell_quote(elsewhere)}" if elsewhere else "git status",
            )
        return told

    def _ask(self, *words: str) -> bytes:
        """Return what `git WORDS` prints; raises GitError if it fails."""
        status, printed, told = self._run(*words)
        if status:
            raise _refused(told)
        return printed

    def _run(self, *words: str, environ: dict[str, str] | None = None) -> tuple[int, bytes, str]:
        """Run `git WORDS` at the top of the work tree; return status, output and what it said on standard error."""
        # Names are UTF-8 whatever the locale is, and the bytes Git printed before.
        spelled = [os.fsdecode(word.encode("utf-8", "surrogateescape")) for word in words]
        try:
            return self._repo.git.execute(
                [git.Git.GIT_PYTHON_GIT_EXECUTABLE, *spelled],
                with_extended_output=True,
                with_exceptions=False,
                stdout_as_string=False,
                strip_newline_in_stdout=False,
                env=environ,
            )
        except (git.GitCommandNotFound, OSError) as error:
            raise _unusable(error) from error


def _refused(told: str) -> GitError:
    """Return the fault of a Git command; an owner that Git does not trust is told by the option it names itself."""
    if "safe.directory" in told:
        return GitError(
            "Git does not trust this repository",
            where=_here(),
            why="it belongs to another user",
            fix=f"git config --global --add safe.directory {shell_quote(_here())}",
        )
    return GitError("Git said no", where=_here(), why=_reason(told), fix="git status")


def _reason(told: str) -> str:
    lines = [line.strip().removeprefix("error: ").removeprefix("fatal: ") for line in told.splitlines()]
    return shorten(" ".join([line for line in lines if line]), 300)


def _line(raw: bytes) -> str:
    return plumbing.text(raw).rstrip("\n")


def _here() -> str:
    try:
        return os.getcwd()
    except OSError:
        return "a folder that is gone"
