"""The background worker's backup of the store: at most one a day, and light to load."""

from __future__ import annotations

import time
from pathlib import Path

from studio_git.core import times
from studio_git.errors import StudioError
from studio_git.store import backup
from studio_git.store.connection import Store

_DAY = 24 * 3600


def make(store: Store) -> Path | None:
    """Copy the store if no copy of the last day is there; None where none was needed or made.

    What goes wrong is left to ``git studio doctor`` to tell: the worker has other work.
    """
    newest = next(iter(backup.every(store.home)), None)
    if newest is not None and 0 <= time.time() - times.from_store(newest.made_at) < _DAY:
        return None
    try:
        return backup.copy(store.db, store.home, verify=True)
    except StudioError:
        return None
