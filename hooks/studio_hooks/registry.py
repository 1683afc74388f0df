"""The check of registry files that are being committed: skills, agents, tools and prompts.

For repositories that keep such files. Imports nothing heavy; nothing of a file is run.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from studio_git import gitio
from studio_git.config import disabled
from studio_hooks import telling

FAULTY = 1

_MOST = 50


def run(names: Sequence[str]) -> int:
    """Check the files that are named (none: all that are staged), as they are in the index.

    Returns 1 where something is wrong, and says it on standard error. A check that cannot be
    made lets the commit through, with one line.
    """
    if disabled():
        return 0
    try:
        lines = _faults(names)
    except Exception as error:  # whatever it is, it does not make a commit fail
        telling.say([telling.excuse("registry files could not be checked", error)])
        return 0
    telling.say(lines)
    return FAULTY if lines else 0


def _faults(names: Sequence[str]) -> list[str]:
    from studio_git.services import registrystaged
    from studio_git.services.drift import relative_paths

    cwd = Path.cwd()
    place = gitio.locate(cwd)
    named = os.environ.get("GIT_INDEX_FILE")
    index_file = None if named is None else cwd / named
    paths = relative_paths(place, cwd, names) if names else None
    lines = []
    for fault in registrystaged.faults(place, index_file, paths):
        where = f"{fault.path}:{fault.line}" if fault.line else fault.path
        lines.append(f"studio-git: {where}: {fault.message} [{fault.code}]")
        if fault.hint:
            lines.append(f"    {fault.hint}")
    if len(lines) > _MOST:
        lines = [*lines[:_MOST], f"    and {len(lines) - _MOST} lines more"]
    return lines
