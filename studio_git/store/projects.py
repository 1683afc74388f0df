"""Rows of ``projects`` and of ``git_repositories``: what is bound to what."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

Row = sqlite3.Row


@dataclass(frozen=True, slots=True)
class Repository:
    """One clone on this machine, as the user bound it; paths are absolute.

    ``confirmed`` is the JSON of what the user agreed to of a committed ``.studio.toml``.
    """

    id: str
    project_id: str
    common_dir: str
    primary_worktree: str
    confirmed: str


def add(db: sqlite3.Connection, project_id: str, name: str, repo_path: str | None) -> None:
    """Insert a project under the given id."""
    db.execute(
        "INSERT INTO projects (id, name, repo_path) VALUES (?, ?, ?)", [project_id, name, repo_path]
    )


def get(db: sqlite3.Connection, project_id: str) -> Row | None:
    """One project by its whole id."""
    row: Row | None = db.execute("SELECT * FROM projects WHERE id = ?", [project_id]).fetchone()
    return row


def find(db: sqlite3.Connection, words: str) -> list[Row]:
    """Projects that ``words`` may mean: the id, the name, the name in any case, an id's start."""
    for condition, value in (
        ("id = ?", words),
        ("name = ?", words),
        ("name = ? COLLATE NOCASE", words),
        ("substr(id, 1, length(?1)) = ?1 AND length(?1) >= 4", words),
    ):
        rows = db.execute(f"SELECT * FROM projects WHERE {condition}", [value]).fetchall()  # noqa: S608
        if rows:
            return rows
    return []


def every(db: sqlite3.Connection, *, archived: bool = False) -> list[Row]:
    """Projects by name; archived ones only where asked for."""
    where = "" if archived else "WHERE archived_at IS NULL"
    return db.execute(f"SELECT * FROM projects {where} ORDER BY name, id").fetchall()  # noqa: S608


def change(db: sqlite3.Connection, project_id: str, **columns: str | None) -> None:
    """Set columns of a project, and ``updated_at``."""
    assignments = ", ".join(f"{column} = ?" for column in columns)
    db.execute(
        f"UPDATE projects SET {assignments}, updated_at = CURRENT_TIMESTAMP WHERE id = ?",  # noqa: S608
        [*columns.values(), project_id],
    )


def set_archived(db: sqlite3.Connection, project_id: str, *, archived: bool) -> None:
    """Archive a project, or take that back."""
    db.execute(
        "UPDATE projects SET archived_at = CASE WHEN ? THEN CURRENT_TIMESTAMP END, "
        "updated_at = CURRENT_TIMESTAMP WHERE id = ?",
        [archived, project_id],
    )


def bind(db: sqlite3.Connection, repository: Repository) -> None:
    """Bind a clone to a project, or bind it anew."""
    db.execute(
        "INSERT INTO git_repositories (id, project_id, common_dir, primary_worktree, confirmed) "
        "VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET project_id = excluded.project_id, "
        "common_dir = excluded.common_dir, primary_worktree = excluded.primary_worktree, "
        "confirmed = excluded.confirmed",
        [
            repository.id,
            repository.project_id,
            repository.common_dir,
            repository.primary_worktree,
            repository.confirmed,
        ],
    )


def unbind(db: sqlite3.Connection, repository_id: str) -> None:
    """Forget a clone; what was captured in it stays the project's."""
    db.execute("DELETE FROM git_repositories WHERE id = ?", [repository_id])


def confirm(db: sqlite3.Connection, repository_id: str, confirmed: str) -> None:
    """Remember what of ``.studio.toml`` the user agreed to."""
    db.execute("UPDATE git_repositories SET confirmed = ? WHERE id = ?", [confirmed, repository_id])


def repository(db: sqlite3.Connection, repository_id: str) -> Repository | None:
    """One bound clone by its id."""
    row = db.execute("SELECT * FROM git_repositories WHERE id = ?", [repository_id]).fetchone()
    return None if row is None else _repository(row)


def repository_at(db: sqlite3.Connection, common_dir: str) -> Repository | None:
    """The clone bound at a git directory."""
    row = db.execute("SELECT * FROM git_repositories WHERE common_dir = ?", [common_dir]).fetchone()
    return None if row is None else _repository(row)


def repositories(db: sqlite3.Connection, project_id: str) -> list[Repository]:
    """All clones bound to a project, the first bound first."""
    rows = db.execute(
        "SELECT * FROM git_repositories WHERE project_id = ? ORDER BY bound_at, rowid", [project_id]
    )
    return [_repository(row) for row in rows]


def _repository(row: Row) -> Repository:
    return Repository(
        row["id"], row["project_id"], row["common_dir"], row["primary_worktree"], row["confirmed"]
    )
