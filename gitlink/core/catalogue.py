"""The rules at length, for `gitlink explain`: what each asks for, why, and an example of each way to satisfy it."""

RULES: dict[str, tuple[str, str]] = {
    "branch-without-key": (
        "a pushed branch names no issue",
        "Who reads `feature/login` cannot tell which issue it is for. Name the issue anywhere in the branch:\n"
        "  git branch -m feature/login feature/TEST-1-login\n"
        "Branches that need none are listed in the policy:\n"
        "  git config -f .gitlink --add branch.exempt 'sandbox/*'\n"
        "Or ask it of nobody:\n"
        "  git config -f .gitlink branch.require false",
    ),
    "branch-pattern": (
        "a pushed branch does not match `branch.pattern`",
        "The policy holds a regular expression (Python's `re.search`) that branch names must match besides.\n"
        "  git config -f .gitlink --get branch.pattern",
    ),
    "commit-without-key": (
        "a new commit names no issue",
        "With `commit.require = any` each commit names an issue, with `branch` that of its branch. In the subject:\n"
        "  git commit --amend -m 'TEST-1 Add login form'\n"
        "or in a trailer:\n"
        '  git commit --amend --no-edit --trailer "Issue: TEST-1"\n'
        "or, where a commit belongs to no issue, say why:\n"
        '  git commit --amend --no-edit --trailer "Gitlink-Skip: version bump"\n'
        "gitlink can put the key in by itself:\n"
        "  git config -f .gitlink commit.insert prefix",
    ),
    "commit-other-issue": (
        "a new commit names another issue than its branch",
        "With `commit.require = branch` the commits of `TEST-1-login` name TEST-1; naming others besides is fine.\n"
        '  git commit --amend --no-edit --trailer "Issue: TEST-1"',
    ),
    "pull-request-without-key": (
        "a pull request's text names no issue",
        "`pullrequest.require` says where: `title`, `description`, `either`, `both`, `off`. The draft of the text is\n"
        "the branch's description, its first line the title:\n"
        "  git branch --edit-description",
    ),
    "pull-request-other-issue": (
        "a pull request's text names another issue than its branch",
        "The branch `TEST-1-login` wants a pull request whose text names TEST-1; naming others besides is fine.",
    ),
    "unknown-queue": (
        "a key is of a queue that does not count here",
        "`gitlink.queue` lists the queues of this repository. To let another one count:\n"
        "  git config -f .gitlink --add gitlink.queue WEB",
    ),
    "unknown-issue": (
        "the issue that a branch names does not exist",
        "With `issue.verify = exists` or `open` the push asks Tracker. Look for the right number:\n"
        "  gitlink status --issue TEST-1",
    ),
    "closed-issue": (
        "the issue that a branch names is resolved",
        "With `issue.verify = open` work belongs to an unresolved issue. Reopen it, or branch for another one:\n"
        "  gitlink status --issue TEST-1",
    ),
}
