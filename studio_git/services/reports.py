"""How context files stand, as the JSON that other programs read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from studio_git.core import aliases
from studio_git.core.drift import ACCEPTED_ELSEWHERE
from studio_git.services import cycles
from studio_git.services.clone import Workspace
from studio_git.services.drift import Standing
from studio_git.store import sessions


def entry(standing: Standing) -> dict[str, Any]:
    """One context file: stable keys, hashes of the normalised text, None for absent sides."""
    verdict = standing.verdict
    return {
        "filename": standing.file.filename,
        "repo_path": standing.file.repo_path,
        "sync_status": verdict.status.value,
        "kind": verdict.kind.value if verdict.kind else None,
        "reason": _reason(standing),
        "diff_summary": verdict.diff_summary,
        "canonical_hash": standing.canonical_hash,
        "repo_hash": standing.repo_hash,
        "base_hash": standing.base_hash,
        "dismissed": standing.dismissed,
        "aliases": [alias.path for alias in standing.file.aliases],
    }


def status(workspace: Workspace, standings: Iterable[Standing]) -> dict[str, Any]:
    """The object that ``git studio status --json`` prints."""
    db, project = workspace.store.db, workspace.project
    session = sessions.latest(db, project["id"])
    cycle = cycles.active(workspace.store, workspace.repository, workspace.place)
    return {
        "project": {"id": project["id"], "name": project["name"]},
        "repository": {"id": workspace.repository.id, "path": str(workspace.place.top)},
        "context": [entry(standing) for standing in standings],
        "cycle": None
        if cycle is None
        else _chosen(cycle, "id", "name", "cycle_type", "phase") | {"code": cycles.code(cycle)},
        "session": None
        if session is None
        else _chosen(session, "id", "title", "created_at", "duration_minutes"),
    }


def differences(standing: Standing) -> dict[str, Any]:
    """One context file with its hunks: line numbers from 1, lines without their newlines."""
    return entry(standing) | {
        "hunks": [
            {
                "number": hunk.number,
                "moved": hunk.moved,
                "canonical_start": hunk.canonical_start + 1,
                "canonical_lines": _text(hunk.canonical_lines),
                "repo_start": hunk.repo_start + 1,
                "repo_lines": _text(hunk.repo_lines),
            }
            for hunk in standing.hunks
        ]
    }


def _reason(standing: Standing) -> str:
    """The reason for programs: a code where there is one, after a colon what it is about."""
    reason = standing.verdict.reason
    if reason == ACCEPTED_ELSEWHERE:
        return f"{reason}: {standing.since}"
    return f"{reason}: {standing.repo_path}" if reason == aliases.PRIMARY_MISSING else reason


def _text(lines: Iterable[bytes]) -> list[str]:
    return [line.decode("utf-8", "replace").removesuffix("\n") for line in lines]


def _chosen(row: Any, *columns: str) -> dict[str, Any]:
    return {column: row[column] for column in columns}
