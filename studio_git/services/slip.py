"""One thing in the store that was damaged, and how it is put right."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Slip:
    """Something whose row was damaged; ``mend`` lets the row say what it has to.

    One that is not ``certain`` differs in a character that a person may have changed as well.
    """

    kind: str
    title: str
    mend: Callable[[sqlite3.Connection], None]
    certain: bool = True
