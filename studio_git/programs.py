"""The other programs that are started: everything but git, which is :mod:`studio_git.gitio`'s."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence

from studio_git.gitio import clean_environment


def succeeds(words: Sequence[str], *, seconds: float) -> bool:
    """True where a program can be started and ends with status 0 in time; it says nothing."""
    try:
        done = subprocess.run(
            list(words),
            env=clean_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
            timeout=seconds,
        )
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
