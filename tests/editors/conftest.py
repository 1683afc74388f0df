"""What the tests of all editors share: the repository, and the end of what they started."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from conftest import Repo
from editors.story import Story, make_story


@pytest.fixture
def story(repo: Repo) -> Iterator[Story]:
    """The drifted repository; whatever server is still there at the end is a fault."""
    made = make_story(repo)
    yield made
    made.await_no_server()
