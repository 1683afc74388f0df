"""What the hooks say on standard error, and how they excuse a check that could not be made."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from studio_git.core.names import printable
from studio_git.errors import StudioError


def say(lines: Iterable[str]) -> None:
    """Write lines to standard error, if there is one; nothing in them reaches a terminal raw."""
    try:
        sys.stderr.writelines(f"{printable(line)}\n" for line in lines)
    except (AttributeError, OSError):
        pass  # a client that closed standard error does not want to hear


def excuse(what: str, error: Exception) -> str:
    """One line that says what could not be done, why, and that the commit goes on."""
    said = error.message if isinstance(error, StudioError) else f"{type(error).__name__}: {error}"
    first = said.strip().split("\n", 1)[0].rstrip(".")
    return f"studio-git: {what} ({first}); the commit goes on."
