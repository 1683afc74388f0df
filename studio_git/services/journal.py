"""The journal in the common git directory: what git cannot give back, for a store that is lost."""

from __future__ import annotations

import json
from collections.abc import Sequence

from studio_git import files
from studio_git.gitio import Place
from studio_git.services import binding


def membership(session_id: str, oid: str, cycle_id: str | None) -> str:
    """The line that says which session and cycle a commit belongs to."""
    return json.dumps({"session": session_id, "oid": oid, "cycle": cycle_id})


def keep(place: Place, lines: Sequence[str]) -> list[str]:
    """Append lines, all in one go; what could not be noted, as text."""
    path = binding.studio_dir(place.common_dir) / "journal"
    try:
        if lines:
            files.append_line(path, "\n".join(lines))
    except OSError as error:
        return [f"{path} cannot be written: {error.strerror}."]
    return []
