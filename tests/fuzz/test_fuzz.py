"""The short form of `python -m tests.fuzz`."""

import pytest

from tests.fuzz.__main__ import run
from tests.fuzz.targets import TARGETS


@pytest.mark.parametrize("name", TARGETS)
def test_nothing_breaks_it(name: str) -> None:
    run(name, 40, seed=1)
