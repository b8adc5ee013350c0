"""Fuzz for a while: python -m tests.fuzz [--minutes 60] [TARGET…]. Ends at the first input that breaks something."""

import argparse
import random
import sys
import time
from collections import Counter

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded

from tests.fuzz.targets import TARGETS

_AT_ONCE = 500


def run(name: str, number: int, seed: int) -> None:
    """Try so many inputs on one target; raises what it raises, for the smallest input that does."""
    target = TARGETS[name]

    @seeded(seed)
    @settings(
        max_examples=number,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink],
    )
    @given(target.given)
    def check(value: object) -> None:
        target.check(value)

    check()


def main() -> int:
    """Fuzz, and print how many inputs each target has had."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=", ".join(TARGETS))
    asked = parser.parse_args()
    until, tried = time.monotonic() + asked.minutes * 60, Counter[str]()
    while time.monotonic() < until:
        for name in asked.targets or TARGETS:
            seed = random.randrange(2**32)
            try:
                run(name, _AT_ONCE, seed)
            except BaseException:
                print(f"fuzz: {name} broke with seed {seed}", file=sys.stderr)
                raise
            tried[name] += _AT_ONCE
        print("fuzz:", ", ".join([f"{name} {count}" for name, count in tried.items()]), flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
