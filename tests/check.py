"""Run formatter, linter, types, import contracts and tests in that order; say how to repeat the first failure."""

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Most tests wait for a process of their own: one more at a time than there are processors keeps these busy.
WORKERS = (os.cpu_count() or 1) + 1
STEPS = [
    ("ruff", "format", "--check", "."),
    ("ruff", "check", "."),
    ("mypy",),
    ("lint-imports",),
    ("pytest", f"--numprocesses={WORKERS}", "--cov=gitlink", "--cov-report=term:skip-covered"),
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
