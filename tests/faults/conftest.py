"""What the tests of faults share: how often, by which seed, and the figure that was reached.

With ``STUDIO_FAULTS`` set the counts are the full ones, as ``make faults`` runs them; without,
each test has a short count that stands in the quick tests. ``STUDIO_SEED`` repeats a run.
"""

from __future__ import annotations

import os
import random
import secrets
from collections.abc import Callable

import pytest


@pytest.fixture
def times() -> Callable[[int, int], int]:
    """``times(short, full)``: how often this run does it."""
    full = bool(os.environ.get("STUDIO_FAULTS"))
    return lambda short, complete: complete if full else short


@pytest.fixture
def seed(record_property: Callable[[str, object], None]) -> int:
    """The seed of this run: the one asked for, else a new one. Shown where a test fails."""
    found = int(os.environ.get("STUDIO_SEED") or secrets.randbelow(2**32))
    record_property("seed", found)
    print(f"STUDIO_SEED={found}")
    return found


@pytest.fixture
def chance(seed: int) -> random.Random:
    """Chance that can be repeated."""
    return random.Random(seed)


@pytest.fixture
def figure(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Say, in a few words with their numbers, what this run reached: "0 of 1,600 missing"."""

    def say(words: str) -> None:
        record_property("figure", words)
        print(words)

    return say
