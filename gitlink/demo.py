"""The story of gitlink in a temporary folder, with a real remote, the real hooks and a Tracker on this machine.

Every command is printed before it runs, and nothing is pretended: the fix is pasted from what the refused push printed.
"""

import json
import os
import secrets
import subprocess
import sys
import sysconfig
import tempfile
import time
from pathlib import Path
from urllib.request import ProxyHandler, Request, build_opener

from gitlink.errors import EXIT_BUG, GitError
from gitlink.sandbox.server import SandboxServer, exports, steering

_BENCH = "https://login.bench.example.com"


class _Story:
    """One telling: where it happens, with which environment."""

    def __init__(self, folder: Path, environ: dict[str, str]) -> None:
        self.folder = folder
        self.environ = environ

    def say(self, text: str) -> None:
        print(f"\n# {text}", flush=True)

    def do(self, line: str, *, fails: bool = False) -> str:
        """Print a line, run it in a shell, print what it said and return that; raises GitError if it ends otherwise."""
        print(f"$ {line}", flush=True)
        done = subprocess.run(
            ("sh", "-c", line),
            cwd=self.folder,
            env=self.environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
        print(done.stdout, end="", flush=True)
        if (done.returncode != 0) is not fails:
            raise GitError(f"the demo's step `{line}` ended with {done.returncode}", fix="gitlink doctor")
        return done.stdout


def run() -> int:
    """Tell the story and return 0, or 70 if a step did not end as it should."""
    sandbox = SandboxServer(token=secrets.token_urlsafe())
    with tempfile.TemporaryDirectory(prefix="gitlink-demo-") as name:
        folder = Path(name)
        sandbox.start()
        try:
            story = _Story(folder, _environ(folder, exports(sandbox.port)))
            _tell_of_pushes(story)
            _tell_of_reviews(story)
            _tell_of_notifications(story, sandbox)
            sandbox.stop()
            _tell_of_absence(story)
            sandbox = SandboxServer(sandbox.port, state=sandbox.state, token=sandbox.token)
            sandbox.start()
            _tell_of_return(story)
        except GitError as error:
            sys.stderr.write(f"gitlink: {error.message}\n")
            return EXIT_BUG
        finally:
            sandbox.stop()
    return 0


def _environ(folder: Path, tracker: dict[str, str]) -> dict[str, str]:
    """Return an environment of the demo's own: its Tracker, no configuration of the user's Git, gitlink on PATH."""
    kept = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("GIT_", "GITLINK_", "TRACKER_", "PRE_COMMIT")) and key not in ("CI", "GITHUB_ACTIONS")
    }
    who = {f"GIT_{role}_{what}": value for role in ("AUTHOR", "COMMITTER") for what, value in _WHO.items()}
    home = {"HOME": str(folder), "XDG_STATE_HOME": str(folder / "state"), "LC_ALL": "C.UTF-8"}
    path = {"PATH": sysconfig.get_path("scripts") + os.pathsep + kept.get("PATH", "")}
    git = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": str(folder / "gitconfig"), "GIT_TERMINAL_PROMPT": "0"}
    proxy = {"NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}
    return {**kept, **who, **home, **path, **git, **proxy, **tracker}


_WHO = {"NAME": "Anna", "EMAIL": "anna@example.com"}


def _tell_of_pushes(story: _Story) -> None:
    story.say("A repository with a remote, and gitlink in it.")
    story.do("git init --quiet --bare -b main remote.git && git init --quiet -b main shop")
    story.folder = story.folder / "shop"
    story.do("git remote add origin ../remote.git && git commit --quiet --allow-empty -m 'Start'")
    story.do("gitlink init --queue TEST --yes && git config -f .gitlink status.started inProgress")
    story.say("A branch that nobody can place is refused.")
    story.do("git switch --quiet -c login && echo '<form>' > login.html && git add login.html")
    story.do("git commit --quiet -m 'TEST-1 Add login form'")
    refusal = story.do("git push --quiet origin login", fails=True)
    story.say("The fix it printed, pasted.")
    fix = next(line.partition("fix:")[2].strip() for line in refusal.splitlines() if line.strip().startswith("fix:"))
    story.do(fix)
    story.do("git push --quiet origin TEST-1-login")
    story.say("Or start from the issue: its branch is made, and the issue begun.")
    story.do("gitlink start TEST-6 --base main")
    story.do("git switch --quiet TEST-1-login")


def _tell_of_reviews(story: _Story) -> None:
    story.say("The review is accepted: the issue goes where the policy says, by as many moves as it takes.")
    story.do("gitlink status")
    story.do("gitlink review accepted --comment 'Looks good'")
    story.say("The test bench stands in the issue.")
    story.do(f"gitlink bench set {_BENCH}")
    if _BENCH not in story.do("gitlink bench show"):
        raise GitError("the bench link is not in the issue", fix="gitlink doctor")


def _tell_of_notifications(story: _Story, sandbox: SandboxServer) -> None:
    """Let the sandbox's Slack hear of the issue, and show what it heard."""
    story.say("Slack hears of it: a trigger in Tracker, and a stand-in of Slack on this machine.")
    story.environ["SLACK_WEBHOOK_URL"] = f"{sandbox.url}/_sandbox/slack/services/T0/B0/demo"
    story.do("gitlink notify slack --queue TEST --when 'status=Needs improvement'")
    story.do("gitlink status needs-improvement")
    until = time.monotonic() + 10
    while not (heard := _heard(sandbox)) and time.monotonic() < until:
        time.sleep(0.05)
    if not heard:
        raise GitError("the notification did not arrive", fix="gitlink doctor")
    print(f"# Slack shows: {heard[-1]}", flush=True)


def _tell_of_absence(story: _Story) -> None:
    story.say("Tracker is away. What it cannot be told is kept.")
    if "kept for later" not in story.do("gitlink comment 'Deployed to the bench'", fails=True):
        raise GitError("the comment was not kept", fix="gitlink doctor")


def _tell_of_return(story: _Story) -> None:
    story.say("Tracker is back. (The next gitlink command or hook would send it in the background, too.)")
    if "sent" not in story.do("gitlink sync"):
        raise GitError("the comment was not sent", fix="gitlink doctor")
    if "TEST-1" not in story.do("gitlink issue"):
        raise GitError("the issue is not shown", fix="gitlink doctor")
    story.say("That was real: real git, the real hooks, HTTP. `gitlink sandbox` keeps such a Tracker running.")


def _heard(sandbox: SandboxServer) -> list[str]:
    asked = Request(f"{sandbox.url}/_sandbox/messages", headers=steering(sandbox.token))
    with build_opener(ProxyHandler({})).open(asked, timeout=5) as answer:
        return [str(message["text"]) for message in json.load(answer)]
