"""Run the tests against the lowest versions that pyproject.toml declares: python tests/lowest.py [--all].

Whoever installs gitlink beside something else may get them. Every requirement that is not a test tool's is pinned to
its floor, in an environment of its own; the usual run takes the folders where other people's code does most.
"""

import os
import re
import subprocess
import sys
import tempfile
import tomllib
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SHORT = (
    "tests/forge/test_client.py",
    "tests/forge/test_pr.py",
    "tests/tracker/test_client.py",
    "tests/tracker/test_transport.py",
    "tests/test_outbox.py",
    "tests/test_repo.py",
    "tests/test_story.py",
    "tests/hook/test_pre_push.py",
    "tests/cli/test_help.py",
    "tests/sandbox/test_access.py",
    "tests/sandbox/test_guard.py",
    "tests/service/test_inbox.py",
    "tests/service/test_pages.py",
)
CHECKERS = ("import-linter", "mypy", "ruff", "types-")  # look at the code, not at what it runs with
_REQUIREMENT = re.compile(r"([A-Za-z0-9._-]+)(\[[a-z,]+\])?\s*>=\s*([0-9.]+)")


def declared(*extras: str) -> list[str]:
    """Return the requirements of the distribution and of *extras*, those on itself left out."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    own: str = project["name"]
    groups = [project["dependencies"], *(project["optional-dependencies"][extra] for extra in extras)]
    return [line for group in groups for line in group if not line.startswith(own)]


def pinned(requirement: str) -> str:
    """Return *requirement* at its floor; raise ValueError if it has none, or more than that."""
    match = _REQUIREMENT.fullmatch(requirement.partition(";")[0].strip())
    if match is None:
        raise ValueError(f"{requirement}: write NAME>=VERSION, so that the lowest version can be tested")
    return f"{match[1]}{match[2] or ''}=={match[3]}"


def main() -> int:
    """Return pytest's status."""
    folders = [] if "--all" in sys.argv[1:] else SHORT
    pins = [pinned(line) for line in declared("server", "postgres")]
    with tempfile.TemporaryDirectory(prefix="gitlink-lowest-") as name:
        venv.create(name, with_pip=True)
        bin = Path(name) / ("Scripts" if os.name == "nt" else "bin")
        python = str(bin / "python")
        print("+ install", *pins, flush=True)
        tools = [line for line in declared("dev") if not line.startswith(CHECKERS)]
        install = (python, "-m", "pip", "install", "--quiet", *pins, *tools, "--editable", str(ROOT))
        subprocess.run(install, cwd=ROOT, check=True)
        step = (python, "-m", "pytest", "-x", "-q", "-n", "4", "--hypothesis-profile=ci", *folders)
        print("+ pytest", *step[3:], flush=True)
        environ = {key: value for key, value in os.environ.items() if key != "VIRTUAL_ENV"}
        environ["PATH"] = str(bin) + os.pathsep + environ.get("PATH", "")
        status = subprocess.run(step, cwd=ROOT, env=environ, check=False).returncode
    if status:
        print("lowest: a declared version is too low, or the code needs mending for it", file=sys.stderr)
    return status


if __name__ == "__main__":
    raise SystemExit(main())
