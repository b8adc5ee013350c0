"""What is imported is declared, where it is needed, with a floor that is tested and not known to be bad."""

import ast
import re
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests.lowest import ROOT, SHORT, declared, pinned

# The first version with no published vulnerability, on the day it was written down.
SAFE = {
    "gitpython": (3, 1, 62),  # PYSEC-2026-2160 to -2163, -3785 to -3788, CVE-2026-78676 and forty more
    "filelock": (3, 20, 3),  # CVE-2025-68146, CVE-2026-22701
    "requests": (2, 33, 0),  # CVE-2024-35195, CVE-2024-47081, CVE-2026-25645
    "urllib3": (2, 7, 0),  # CVE-2025-50181, CVE-2025-66418, CVE-2026-21441, CVE-2026-44431
    "jinja2": (3, 1, 6),  # CVE-2025-27516
    "h11": (0, 16, 0),  # CVE-2025-43859
    "starlette": (1, 3, 1),  # CVE-2025-62727, CVE-2026-48710, CVE-2026-54283
    "pytest": (9, 0, 3),  # CVE-2025-71176
}
SERVER = ("sandbox", "service")


def imported(file: Path) -> set[str]:
    """Return the names of other people's top modules that *file* imports, wherever in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            names.add(node.module)
    tops = {name.partition(".")[0] for name in names}
    return tops - sys.stdlib_module_names - {"gitlink"}


def name_of(requirement: str) -> str:
    return re.split(r"[\[>=<;~! ]", requirement, maxsplit=1)[0].lower().replace("_", "-")


def test_what_is_imported_is_declared() -> None:
    base = {name_of(line) for line in declared()}
    known, missing = packages_distributions(), []
    for file in sorted((ROOT / "gitlink").rglob("*.py")):
        part = file.relative_to(ROOT / "gitlink").parts[0]
        names = base | {name_of(line) for line in declared("server", "postgres")} if part in SERVER else base
        for module in imported(file):
            owners = {name.lower().replace("_", "-") for name in known.get(module, [module])}
            if not owners & names:
                missing.append(f"{file.relative_to(ROOT)}: {module}")
    assert missing == []


def test_nothing_is_declared_that_is_not_used() -> None:
    used = {module for file in (ROOT / "gitlink").rglob("*.py") for module in imported(file)}
    owners = {name.lower().replace("_", "-") for module in used for name in packages_distributions().get(module, [])}
    # Not imported by name: the protocol that uvicorn is told to use, the driver that SQLAlchemy is told to use.
    assert {name_of(line) for line in declared("server", "postgres")} - owners == {"h11", "psycopg"}


@pytest.mark.parametrize("line", declared("server", "postgres", "dev"))
def test_no_floor_is_known_to_be_vulnerable(line: str) -> None:
    floor = [int(part) for part in pinned(line).partition("==")[2].split(".")]
    assert (*floor, 0, 0, 0)[:3] >= SAFE.get(name_of(line), ())


@pytest.mark.parametrize("line", ["x", "x<2", "x>=1,<2", "x~=1.0", "x==1"])
def test_a_requirement_has_a_floor_and_no_more(line: str) -> None:
    with pytest.raises(ValueError, match="NAME>=VERSION"):
        pinned(line)


def test_the_short_run_names_what_there_is() -> None:
    assert [name for name in SHORT if not (ROOT / name).exists()] == []
