"""Which file of a repository states which decision, and what both once said.

``git_decision_files``, ``git_decision_syncs``, and ``git_decision_states`` for the status, which
the data model has no column for.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Row = sqlite3.Row

ACCEPTED = "accepted"
"""What a decision is that nobody said anything else of."""

Said = Mapping[str, str]
"""What a decision says, field by field, as text."""


@dataclass(frozen=True, slots=True)
class KnownFile:
    """A file that states a decision (None: one that was removed in Studio).

    ``path`` is that in the repository, or absolute where the file is in none.
    """

    id: int
    path: str
    decision_id: str | None


@dataclass(frozen=True, slots=True)
class Sync:
    """A moment at which file and decision said the same."""

    id: int
    content_hash: str
    said: Said
    from_repo: bool
    repository_id: str | None
    worktree: str | None
    head_oid: str | None


def known(db: sqlite3.Connection, project_id: str) -> list[KnownFile]:
    """The files of a project, by path."""
    rows = db.execute(
        "SELECT id, path, decision_id FROM git_decision_files WHERE project_id = ? ORDER BY path",
        [project_id],
    )
    return [KnownFile(row["id"], row["path"], row["decision_id"]) for row in rows]


def of_decision(db: sqlite3.Connection, decision_id: str) -> list[str]:
    """The paths of the files that state a decision."""
    rows = db.execute(
        "SELECT path FROM git_decision_files WHERE decision_id = ? ORDER BY path", [decision_id]
    )
    return [row["path"] for row in rows]


def tie(db: sqlite3.Connection, project_id: str, path: str, decision_id: str) -> int:
    """Say that a file states a decision; the number of the file."""
    row = db.execute(
        "INSERT INTO git_decision_files (project_id, path, decision_id) VALUES (?, ?, ?) "
        "ON CONFLICT (project_id, path) DO UPDATE SET decision_id = excluded.decision_id "
        "RETURNING id",
        [project_id, path, decision_id],
    ).fetchone()
    return int(row["id"])


def move(db: sqlite3.Connection, file_id: int, path: str) -> None:
    """Let a file have another path."""
    db.execute("UPDATE git_decision_files SET path = ? WHERE id = ?", [path, file_id])


def forget(db: sqlite3.Connection, file_id: int) -> None:
    """Know a file no longer, nor what it once said."""
    db.execute("DELETE FROM git_decision_files WHERE id = ?", [file_id])


def syncs(db: sqlite3.Connection, file_id: int) -> list[Sync]:
    """What a file and its decision both said, the newest first."""
    rows = db.execute(
        "SELECT * FROM git_decision_syncs WHERE file_id = ? ORDER BY id DESC", [file_id]
    )
    return [
        Sync(
            id=row["id"],
            content_hash=row["content_hash"],
            said=json.loads(row["said"]),
            from_repo=bool(row["from_repo"]),
            repository_id=row["repository_id"],
            worktree=row["worktree"],
            head_oid=row["head_oid"],
        )
        for row in rows
    ]


def add_sync(
    db: sqlite3.Connection,
    file_id: int,
    content_hash: str,
    said: Said,
    *,
    from_repo: bool,
    repository_id: str | None,
    worktree: str | None,
    head_oid: str | None,
) -> None:
    """Remember that file and decision say the same now."""
    db.execute(
        "INSERT INTO git_decision_syncs (file_id, content_hash, said, from_repo, repository_id, "
        "worktree, head_oid) VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            file_id,
            content_hash,
            json.dumps(dict(said), ensure_ascii=False),
            from_repo,
            repository_id,
            worktree,
            head_oid,
        ],
    )


def set_status(db: sqlite3.Connection, decision_id: str, status: str) -> None:
    """Say what became of a decision."""
    if status == ACCEPTED:
        db.execute("DELETE FROM git_decision_states WHERE decision_id = ?", [decision_id])
        return
    db.execute(
        "INSERT INTO git_decision_states (decision_id, status) VALUES (?, ?) "
        "ON CONFLICT (decision_id) DO UPDATE SET status = excluded.status, "
        "updated_at = CURRENT_TIMESTAMP",
        [decision_id, status],
    )


def statuses(db: sqlite3.Connection, decision_ids: Sequence[str]) -> dict[str, str]:
    """The statuses of those of the decisions that have one said."""
    rows = db.execute(
        "SELECT decision_id, status FROM git_decision_states "
        "WHERE decision_id IN (SELECT value FROM json_each(?))",
        [json.dumps(list(decision_ids))],
    )
    return {row["decision_id"]: row["status"] for row in rows}
