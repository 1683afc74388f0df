"""Rows of ``dependencies``, and which of them say what files declare (``git_dependencies``)."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from enum import StrEnum

Row = sqlite3.Row


class Status(StrEnum):
    """``dependencies.status`` of the data model."""

    INSTALLED = "installed"
    NOT_INSTALLED = "not_installed"
    VERSION_MISMATCH = "version_mismatch"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Looked:
    """What a look at a program found. ``required_version`` is None where any will do."""

    name: str
    required_version: str | None
    detected_path: str | None
    detected_version: str | None
    status: Status


def every(db: sqlite3.Connection, project_id: str) -> list[Row]:
    """The dependencies of a project, by name.

    ``declared`` says whether a row's required version is what files of the clone
    ``repository_id`` declared when they were last read; otherwise another program's, or a person
    wrote it.
    """
    return db.execute(
        "SELECT d.*, g.dependency_id IS NOT NULL AND g.required_version IS d.required_version "
        "AS declared, g.repository_id FROM dependencies d "
        "LEFT JOIN git_dependencies g ON g.dependency_id = d.id "
        "WHERE d.project_id = ? ORDER BY d.name, d.rowid",
        [project_id],
    ).fetchall()


def put(
    db: sqlite3.Connection,
    row_id: str,
    project_id: str,
    looked: Looked,
    *,
    repository_id: str | None,
    declared: bool,
) -> None:
    """Write what a look found, into the row of that name or as a new one with the given id.

    ``declared``: remember that what is required is what files declare.
    """
    db.execute(
        "INSERT INTO dependencies (id, project_id, name, required_version, detected_path, "
        "detected_version, status, last_checked_at) VALUES (?, ?, ?, ?, ?, ?, ?, "
        "CURRENT_TIMESTAMP) ON CONFLICT (project_id, name) DO UPDATE SET "
        "required_version = excluded.required_version, detected_path = excluded.detected_path, "
        "detected_version = excluded.detected_version, status = excluded.status, "
        "last_checked_at = excluded.last_checked_at",
        [
            row_id,
            project_id,
            looked.name,
            looked.required_version,
            looked.detected_path,
            looked.detected_version,
            looked.status.value,
        ],
    )
    if declared:
        db.execute(
            "INSERT INTO git_dependencies (dependency_id, required_version, repository_id) "
            "SELECT id, required_version, ?3 FROM dependencies WHERE project_id = ?1 AND name = ?2 "
            "ON CONFLICT (dependency_id) DO UPDATE SET "
            "required_version = excluded.required_version, repository_id = excluded.repository_id",
            [project_id, looked.name, repository_id],
        )


def delete(db: sqlite3.Connection, row_id: str) -> None:
    """Delete one row."""
    db.execute("DELETE FROM dependencies WHERE id = ?", [row_id])
