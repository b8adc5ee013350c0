"""The core costs a hook its own code and nothing else."""

import subprocess
import sys
from pathlib import Path

import gitlink
from gitlink import core


def test_the_core_loads_nothing_of_the_standard_library() -> None:
    modules = sorted(f"gitlink.core.{file.stem}" for file in Path(core.__path__[0]).glob("[a-z]*.py"))
    root = Path(gitlink.__path__[0]).parent
    loaded = (
        f"import sys; sys.path.insert(0, {str(root)!r}); before = set(sys.modules); import {', '.join(modules)};"
        "print(*[name for name in set(sys.modules) - before if not name.startswith('gitlink')])"
    )
    done = subprocess.run([sys.executable, "-I", "-S", "-c", loaded], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
