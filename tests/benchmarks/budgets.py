"""Print the ratios that gitlink promises, side by side in one run: python -m tests.benchmarks.budgets [RUNS].

Each pair of commands runs in turn, A B A B …; the figure is the median of the ratios, so a machine that drifts does not
bend it. Peers are measured where they are installed (commitlint, gitlint, commit-check), else left out and named.
"""

import compileall
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import gitlink

PYTHON = sys.executable
SCRIPTS = Path(sys.executable).parent
_POLICY = "[gitlink]\n\tqueue = TEST\n[commit]\n\trequire = branch\n"


def main() -> None:
    """Make a repository, measure, print."""
    compileall.compile_dir(str(Path(gitlink.__file__).parent), quiet=1)  # as an installer does
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 21
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ.update(
            HOME=name, GIT_CONFIG_NOSYSTEM="1", GIT_AUTHOR_NAME="a", GIT_AUTHOR_EMAIL="a@b", GIT_COMMITTER_NAME="a",
            GIT_COMMITTER_EMAIL="a@b",
        )  # fmt: skip
        tip = _repository(folder)
        print(f"{'what':58}{'ratio':>7}  budget")
        _hooks(folder, tip, runs)
        _big_push(folder, max(5, runs // 3))
        _status(folder, max(7, runs // 2))
        _peers(folder, max(3, runs // 5))


def _repository(folder: Path) -> str:
    """Ten new commits on TEST-1-x, ten thousand on TEST-1-big."""
    _git(folder, "init", "-q", "-b", "main")
    (folder / ".gitlink").write_text(_POLICY, encoding="utf-8")
    (folder / "message").write_text("TEST-1 Add login form\n\nBody.\n", encoding="utf-8")
    for branch, count in (("TEST-1-x", 10), ("TEST-1-big", 10_000)):
        stream = "".join(_commit(branch, number) for number in range(count))
        subprocess.run(("git", "fast-import", "--quiet"), cwd=folder, input=stream.encode(), check=True)
    _git(folder, "symbolic-ref", "HEAD", "refs/heads/TEST-1-x")
    return _git(folder, "rev-parse", "TEST-1-x")


def _commit(branch: str, number: int) -> str:
    text = f"TEST-1 Change number {number}\n\nWhat it does, and why it was well-considered to do it so-and-so.\n" * 2
    return f"commit refs/heads/{branch}\ncommitter a <a@b> {1700000000 + number} +0000\ndata {len(text)}\n{text}\n"


def _git(folder: Path, *args: str) -> str:
    done = subprocess.run(("git", *args), cwd=folder, check=True, stdout=subprocess.PIPE, encoding="utf-8")
    return done.stdout.strip()


def _hooks(folder: Path, tip: str, runs: int) -> None:
    bare = (PYTHON, "-c", "pass")
    line = f"refs/heads/TEST-1-x {tip} refs/heads/TEST-1-x {'0' * 40}\n"
    zero = "0" * 40
    for name, args, stdin in (
        ("pre-push", ("origin", "url"), line),
        ("commit-msg", ("message",), ""),
        ("prepare-commit-msg", ("message", "message"), ""),
        ("post-checkout", (tip, tip, "1"), ""),
    ):
        _print(f"gitlink-{name} / python -c pass", _ratio(folder, (_hook(name), *args), bare, runs, stdin), 2.0)
    deletion = f"(delete) {zero} refs/heads/x {tip}\n"
    ratio = _ratio(folder, (_hook("pre-push"), "origin", "url"), bare, runs, deletion)
    _print("gitlink-pre-push, a deletion / python -c pass", ratio, 2.0)


def _big_push(folder: Path, runs: int) -> None:
    tip = _git(folder, "rev-parse", "TEST-1-big")
    line = f"refs/heads/TEST-1-big {tip} refs/heads/TEST-1-big {'0' * 40}\n"
    log = ("sh", "-c", f"git log -z --format='%H %P%n%B' {tip} --not --remotes -- >/dev/null; '{PYTHON}' -c pass")
    ratio = _ratio(folder, (_hook("pre-push"), "origin", "url"), log, runs, line)
    _print("pre-push of 10,000 commits / git log of them + python", ratio, 1.5)
    typer = (PYTHON, "-c", "import typer")
    _print("gitlink --help / import typer", _ratio(folder, (str(SCRIPTS / "gitlink"), "--help"), typer, runs), 1.5)


def _status(folder: Path, runs: int) -> None:
    """Ask a sandbox in a process of its own, so that it does not share this one's interpreter lock."""
    command = (str(SCRIPTS / "gitlink"), "sandbox", "--port", "0")
    with subprocess.Popen(command, stdout=subprocess.PIPE, encoding="utf-8") as sandbox:
        assert sandbox.stdout is not None
        lines = [sandbox.stdout.readline() for _ in range(3)]
        for line in lines:
            name, _, value = line.removeprefix("export ").strip().partition("=")
            os.environ[name] = value
        both = (PYTHON, "-c", "import typer, requests")
        ratio = _ratio(folder, (str(SCRIPTS / "gitlink"), "status", "--issue", "TEST-1"), both, runs)
        _print("gitlink status, from a sandbox / import typer, requests", ratio, 1.5)
        sandbox.terminate()


def _peers(folder: Path, runs: int) -> None:
    ours = (_hook("commit-msg"), "message")
    rule = "export default {rules: {'subject-empty': [2, 'never']}}\n"
    (folder / "commitlint.config.mjs").write_text(rule, encoding="utf-8")
    peers = {
        "commitlint": ("commitlint", "--edit", "message"),
        "gitlint": ("gitlint", "--msg-filename", "message"),
        "commit-check": ("commit-check", "--message", "message"),
    }
    for name, command in peers.items():
        found = shutil.which(command[0]) or shutil.which(command[0], path=str(SCRIPTS))
        if found is None:
            print(f"{name}: not installed, left out")
            continue
        budget = {"commitlint": 1 / 8, "gitlint": 1 / 4}.get(name)
        _print(f"gitlink-commit-msg / {name}", _ratio(folder, ours, (found, *command[1:]), runs), budget)
    (folder / ".pre-commit-config.yaml").write_text(
        "repos: [{repo: local, hooks: [{id: t, name: t, entry: 'true', language: system, always_run: true, "
        "stages: [commit-msg]}]}]\n",
        encoding="utf-8",
    )
    host = (str(SCRIPTS / "pre-commit"), "run", "--hook-stage", "commit-msg", "--commit-msg-filename", "message")
    if Path(host[0]).exists():
        _print("gitlink-commit-msg / pre-commit hosting `true`", _ratio(folder, ours, host, runs), None)


def _hook(name: str) -> str:
    return str(SCRIPTS / f"gitlink-{name}")


def _ratio(folder: Path, ours: tuple[str, ...], other: tuple[str, ...], runs: int, stdin: str = "") -> float:
    _time(folder, ours, stdin)
    _time(folder, other, stdin)
    return statistics.median(_time(folder, ours, stdin) / _time(folder, other, stdin) for _ in range(runs))


def _time(folder: Path, command: tuple[str, ...], stdin: str) -> float:
    start = time.perf_counter()
    subprocess.run(
        command, cwd=folder, input=stdin.encode(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False
    )
    return time.perf_counter() - start


def _print(what: str, ratio: float, budget: float | None) -> None:
    print(f"{what:58}{ratio:7.2f}  {'' if budget is None else f'{budget:.2f}'}", flush=True)


if __name__ == "__main__":
    main()
