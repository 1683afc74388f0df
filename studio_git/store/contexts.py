"""Context files: the data model's rows, where they stand in the repository, and what each
worktree's files and the canonical ones last had in common.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from studio_git.core.models import Alias, AliasType, DriftKind, SyncStatus


@dataclass(frozen=True, slots=True)
class ContextFile:
    """One canonical file and its path in the repository.

    ``file_path`` is relative to the project's context folder; ``repo_path`` is None for a row
    of the dashboard's that no repository tracks.
    """

    id: str
    project_id: str
    filename: str
    file_path: str
    sync_status: str
    canonical_hash: str | None
    repo_hash: str | None
    last_sync_at: str | None
    repo_path: str | None
    aliases: tuple[Alias, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Sync:
    """One moment at which canonical and repository had the same content."""

    id: int
    content_hash: str
    snapshot_id: str
    from_repo: bool
    repository_id: str | None
    worktree: str | None
    head_oid: str | None
    branch: str | None
    operation_id: int | None


@dataclass(frozen=True, slots=True)
class State:
    """What is stored of one context file in one worktree; hashes are None for absent sides."""

    sync_status: SyncStatus
    kind: DriftKind | None
    reason: str
    canonical_hash: str | None
    repo_hash: str | None
    base_hash: str | None


_SELECT = (
    "SELECT cf.*, t.repo_path AS repo_path FROM context_files cf "
    "LEFT JOIN git_context_targets t ON t.context_file_id = cf.id AND t.untracked_at IS NULL "
)


def every(db: sqlite3.Connection, project_id: str) -> list[ContextFile]:
    """All context files of a project by filename, tracked or not."""
    aliases: dict[str, list[Alias]] = {}
    for row in db.execute(
        "SELECT a.* FROM git_context_aliases a JOIN context_files cf ON cf.id = a.context_file_id "
        "WHERE cf.project_id = ? ORDER BY a.repo_path",
        [project_id],
    ):
        alias = Alias(row["repo_path"], AliasType(row["type"]))
        aliases.setdefault(row["context_file_id"], []).append(alias)
    rows = db.execute(_SELECT + "WHERE cf.project_id = ? ORDER BY cf.filename", [project_id])
    return [_context_file(row, tuple(aliases.get(row["id"], ()))) for row in rows]


def tracked(db: sqlite3.Connection, project_id: str) -> list[ContextFile]:
    """The context files that stand in the repository."""
    return [file for file in every(db, project_id) if file.repo_path is not None]


def add(
    db: sqlite3.Connection, context_file_id: str, project_id: str, filename: str, file_path: str
) -> None:
    """Insert a row of ``context_files``."""
    db.execute(
        "INSERT INTO context_files (id, project_id, filename, file_path) VALUES (?, ?, ?, ?)",
        [context_file_id, project_id, filename, file_path],
    )


def track(
    db: sqlite3.Connection, context_file_id: str, repo_path: str, aliases: Iterable[Alias] = ()
) -> None:
    """Say where a context file stands in the repository, and under which other paths."""
    db.execute(
        "INSERT INTO git_context_targets (context_file_id, repo_path) VALUES (?, ?) "
        "ON CONFLICT (context_file_id) DO UPDATE SET repo_path = excluded.repo_path, "
        "untracked_at = NULL",
        [context_file_id, repo_path],
    )
    db.execute("DELETE FROM git_context_aliases WHERE context_file_id = ?", [context_file_id])
    db.executemany(
        "INSERT INTO git_context_aliases (context_file_id, repo_path, type) VALUES (?, ?, ?)",
        [(context_file_id, alias.path, alias.type.value) for alias in aliases],
    )


def put_names(db: sqlite3.Connection, context_file_id: str, name: str) -> None:
    """Say how a canonical file is called, which is where it stands in the context folder."""
    db.execute(
        "UPDATE OR IGNORE context_files SET filename = ?, file_path = ? WHERE id = ?",
        [name, name, context_file_id],
    )


def put_repo_path(db: sqlite3.Connection, context_file_id: str, path: str) -> None:
    """Say where a context file stands in the repository, and leave its aliases."""
    db.execute(
        "UPDATE git_context_targets SET repo_path = ? WHERE context_file_id = ?",
        [path, context_file_id],
    )


def untrack(db: sqlite3.Connection, context_file_id: str) -> None:
    """Stop comparing a context file; its canonical copy and its history stay."""
    db.execute(
        "UPDATE git_context_targets SET untracked_at = CURRENT_TIMESTAMP WHERE context_file_id = ?",
        [context_file_id],
    )
    db.execute(
        "UPDATE context_files SET sync_status = 'unknown', updated_at = CURRENT_TIMESTAMP "
        "WHERE id = ?",
        [context_file_id],
    )
    db.execute("DELETE FROM git_context_states WHERE context_file_id = ?", [context_file_id])


def retrack(db: sqlite3.Connection, context_file_id: str) -> None:
    """Compare a context file again, where it stood before."""
    db.execute(
        "UPDATE git_context_targets SET untracked_at = NULL WHERE context_file_id = ?",
        [context_file_id],
    )


def checked(
    db: sqlite3.Connection,
    context_file_id: str,
    sync_status: SyncStatus,
    canonical_hash: str | None,
    repo_hash: str | None,
) -> None:
    """Write what a look at the primary worktree found; ``updated_at`` moves with a change."""
    db.execute(
        "UPDATE context_files SET last_checked_at = CURRENT_TIMESTAMP, updated_at = CASE WHEN "
        "sync_status IS NOT ?1 OR canonical_hash IS NOT ?2 OR repo_hash IS NOT ?3 "
        "THEN CURRENT_TIMESTAMP ELSE updated_at END, "
        "sync_status = ?1, canonical_hash = ?2, repo_hash = ?3 WHERE id = ?4",
        [sync_status.value, canonical_hash, repo_hash, context_file_id],
    )


def synced(db: sqlite3.Connection, context_file_id: str) -> None:
    """Note that canonical and repository were made or found equal just now."""
    db.execute(
        "UPDATE context_files SET last_sync_at = CURRENT_TIMESTAMP, "
        "updated_at = CURRENT_TIMESTAMP WHERE id = ?",
        [context_file_id],
    )


def save_state(
    db: sqlite3.Connection, context_file_id: str, repository_id: str, worktree: str, state: State
) -> None:
    """Remember how a context file stands in one worktree."""
    db.execute(
        "INSERT OR REPLACE INTO git_context_states (context_file_id, repository_id, worktree, "
        "sync_status, kind, reason, canonical_hash, repo_hash, base_hash) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            context_file_id,
            repository_id,
            worktree,
            state.sync_status.value,
            state.kind.value if state.kind else None,
            state.reason,
            state.canonical_hash,
            state.repo_hash,
            state.base_hash,
        ],
    )


def syncs(db: sqlite3.Connection, context_file_id: str) -> list[Sync]:
    """What a context file's two sides had in common, the newest first."""
    rows = db.execute(
        "SELECT * FROM git_syncs WHERE context_file_id = ? ORDER BY id DESC", [context_file_id]
    )
    return [
        Sync(
            id=row["id"],
            content_hash=row["content_hash"],
            snapshot_id=row["snapshot_id"],
            from_repo=bool(row["from_repo"]),
            repository_id=row["repository_id"],
            worktree=row["worktree"],
            head_oid=row["head_oid"],
            branch=row["branch"],
            operation_id=row["operation_id"],
        )
        for row in rows
    ]


def add_sync(
    db: sqlite3.Connection,
    context_file_id: str,
    snapshot_id: str,
    content_hash: str,
    *,
    from_repo: bool,
    repository_id: str | None,
    worktree: str | None,
    head_oid: str | None,
    branch: str | None,
    operation_id: int | None,
) -> None:
    """Remember that both sides had the content of a snapshot."""
    db.execute(
        "INSERT INTO git_syncs (context_file_id, snapshot_id, content_hash, from_repo, "
        "repository_id, worktree, head_oid, branch, operation_id) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            context_file_id,
            snapshot_id,
            content_hash,
            from_repo,
            repository_id,
            worktree,
            head_oid,
            branch,
            operation_id,
        ],
    )


def forget_syncs(db: sqlite3.Connection, operation_id: int) -> None:
    """Take back what an operation that is being undone remembered."""
    db.execute("DELETE FROM git_syncs WHERE operation_id = ?", [operation_id])


def keep_snapshot(
    db: sqlite3.Connection, snapshot_id: str, content_hash: str, content: bytes
) -> None:
    """Keep bytes under their own hash; the same bytes are kept once."""
    db.execute(
        "INSERT OR IGNORE INTO git_snapshots (id, content_hash, content) VALUES (?, ?, ?)",
        [snapshot_id, content_hash, content],
    )


def snapshot(db: sqlite3.Connection, snapshot_id: str) -> bytes | None:
    """The bytes of a snapshot."""
    row = db.execute("SELECT content FROM git_snapshots WHERE id = ?", [snapshot_id]).fetchone()
    return None if row is None else bytes(row["content"])


def dismiss(
    db: sqlite3.Connection,
    context_file_id: str,
    canonical_hash: str | None,
    repo_hash: str | None,
    *,
    hunks: Collection[int] | None,
) -> None:
    """Put a pair of contents aside; ``hunks`` None means the whole difference."""
    db.execute(
        "INSERT OR REPLACE INTO git_dismissals (context_file_id, canonical_hash, repo_hash, hunks) "
        "VALUES (?, ?, ?, ?)",
        [
            context_file_id,
            canonical_hash or "",
            repo_hash or "",
            None if hunks is None else json.dumps(sorted(hunks)),
        ],
    )


def dismissed(
    db: sqlite3.Connection,
    context_file_id: str,
    canonical_hash: str | None,
    repo_hash: str | None,
) -> frozenset[int] | bool:
    """True if exactly this pair was dismissed, False if not, or the numbers of dismissed hunks."""
    row = db.execute(
        "SELECT hunks FROM git_dismissals "
        "WHERE context_file_id = ? AND canonical_hash = ? AND repo_hash = ?",
        [context_file_id, canonical_hash or "", repo_hash or ""],
    ).fetchone()
    if row is None:
        return False
    return True if row["hunks"] is None else frozenset(json.loads(row["hunks"]))


def take_back_dismissal(
    db: sqlite3.Connection, context_file_id: str, canonical_hash: str | None, repo_hash: str | None
) -> None:
    """Forget that a pair of contents was dismissed."""
    db.execute(
        "DELETE FROM git_dismissals "
        "WHERE context_file_id = ? AND canonical_hash = ? AND repo_hash = ?",
        [context_file_id, canonical_hash or "", repo_hash or ""],
    )


def _context_file(row: sqlite3.Row, aliases: tuple[Alias, ...]) -> ContextFile:
    return ContextFile(
        id=row["id"],
        project_id=row["project_id"],
        filename=row["filename"],
        file_path=row["file_path"],
        sync_status=row["sync_status"],
        canonical_hash=row["canonical_hash"],
        repo_hash=row["repo_hash"],
        last_sync_at=row["last_sync_at"],
        repo_path=row["repo_path"],
        aliases=aliases,
    )
