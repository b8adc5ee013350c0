"""Run formatter, linter, types, import contracts and tests in that order; say how to repeat the first failure."""

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Most tests wait for a process of their own: twice as many at a time as there are processors keep these busy.
WORKERS = 2 * (os.cpu_count() or 1)
PYTEST = ("pytest", f"--numprocesses={WORKERS}", "--dist=worksteal", "--cov=gitlink", "--cov-report=term:skip-covered")
STEPS = [
    ("ruff", "format", "--check", "."),
    ("ruff", "check", "."),
    ("mypy",),
    ("lint-imports",),
    (*PYTEST, "--hypothesis-profile=ci"),  # the same examples each time; pytest alone looks for new ones
    ("python", "tests/lowest.py"),
]


def main() -> int:
    """Return the first failing step's status, 0 if all went well."""
    scripts = sysconfig.get_path("scripts")
    environ = os.environ | {"PATH": scripts + os.pathsep + os.environ.get("PATH", "")}
    for step in STEPS:
        print("+", *step, flush=True)
        status = subprocess.run(step, cwd=ROOT, env=environ, check=False).returncode
        if status:
            print(f"check: failed; repeat with:  {' '.join(step)}", file=sys.stderr)
            return status
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
