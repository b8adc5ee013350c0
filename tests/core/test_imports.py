"""The core costs a hook its own code and nothing else."""

import subprocess
import sys
from pathlib import Path

import pytest

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


@pytest.mark.parametrize("hook", ["pre_push", "post_checkout", "commit_msg", "prepare_commit_msg", "pre_receive"])
def test_a_hook_loads_nothing_that_costs_time(hook: str) -> None:
    root = Path(gitlink.__path__[0]).parent
    loaded = (
        f"import os, sys; sys.path.insert(0, {str(root)!r}); before = set(sys.modules); import gitlink.hook.{hook};"
        "print(*[name for name in set(sys.modules) - before if not name.startswith('gitlink')])"
    )
    done = subprocess.run([sys.executable, "-I", "-S", "-c", loaded], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) <= {"time"}  # a part of the interpreter, no file
