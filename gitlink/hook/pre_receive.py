"""Git's pre-receive hook on a self-hosted server: pre-push's offline rules, the policy from the default branch.

Git runs it in the repository pushed to, before any ref moves (githooks(5)); new objects are in quarantine, so "new" is
what no ref reaches.
"""

from gitlink import plumbing
from gitlink.core import policy as policies
from gitlink.core.refs import parse_receive_lines
from gitlink.core.rules import Commit
from gitlink.errors import GitError
from gitlink.hook import guard, judge, setting
from gitlink.hook.commits import new_commits, since_exclusion


def main() -> int:
    """Judge the push that Git describes on standard input."""
    lines = plumbing.read_stdin()
    return guard.blocking(lambda: _main(lines), "ask whoever runs this server")


def _main(lines: str) -> int:
    try:
        refs = parse_receive_lines(lines)
    except ValueError as error:
        raise GitError("standard input is not what Git gives to pre-receive", fix="git push") from error
    born = not plumbing.run("rev-parse", "--verify", "--quiet", "HEAD^{commit}")[0]
    policy = setting.blob_policy("HEAD") if born else policies.DEFAULTS
    since = since_exclusion(policy.commit_since) if policy.commit_require != "off" else []
    skipped: list[tuple[Commit, str]] = []
    held = judge.judge(
        refs,
        policy,
        lambda pushed: new_commits(pushed.local_oid, *since, "--not", "--all", "--"),
        lambda _: None,
        skipped,
    )
    judge.tell_skipped(skipped)
    branch = held[0][0].branch if held else None
    return judge.report(held, policy, None, branch, "ask whoever runs this server")
