"""The clone that the situations begin with."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from conftest import Repo
from situated import MINUTE, NOON, Here, set_up


@pytest.fixture
def here(repo: Repo) -> Iterator[Here]:
    """A clone with one old commit, bound, with hooks."""
    repo.write("base", "1\n2\n3\n")
    repo.commit("Before", when=NOON - 60 * MINUTE)
    here = set_up(repo)
    yield here
    here.settle()
