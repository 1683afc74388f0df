"""Starting the worker from Python, by the same rules as the sh hooks start it."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from studio_git import programs
from studio_git.config import disabled

STALE_SECONDS = 30
"""A kick older than this was left by a worker that never came up (``shims/kick.sh`` has it too)."""


def start_worker(common_dir: Path) -> None:
    """Start the clone's worker in the background, unless one is on its way. Raises OSError."""
    if not disabled() and _take_kick(common_dir / "studio" / "kick"):
        command = [sys.executable, isolation(), "-m", "studio_hooks", "worker", str(common_dir)]
        programs.start_detached(command, cwd=common_dir)


def start_again(common_dir: Path) -> None:
    """Start the worker that found its lock taken and left its notes to us. Raises OSError."""
    (common_dir / "studio" / "kick").unlink(missing_ok=True)
    start_worker(common_dir)


def on_its_way(common_dir: Path) -> None:
    """Say that a worker will come, so that no hook starts one. Raises OSError."""
    (common_dir / "studio" / "kick").write_text(f"{int(time.time())}\n", encoding="ascii")


def isolation() -> str:
    """The option that starts this interpreter again with the modules that it has now.

    Either keeps the current folder off the module path.
    """
    return "-I" if sys.flags.isolated else "-P"


def _take_kick(kick: Path) -> bool:
    """True for the one caller that has to start the worker."""
    now = int(time.time())
    try:
        with kick.open("x", encoding="ascii") as file:
            file.write(f"{now}\n")
    except FileExistsError:
        if 0 <= now - _kicked_at(kick) <= STALE_SECONDS:
            return False
        kick.write_text(f"{now}\n", encoding="ascii")
    return True


def _kicked_at(kick: Path) -> int:
    """When the kick was made, in seconds since the epoch; 0 if it does not say."""
    try:
        return int(kick.read_bytes())
    except (OSError, ValueError):
        return 0
