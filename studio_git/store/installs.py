"""``git_registry_installs``: which context files were made of which skill of the registry."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Install:
    """A context file that follows a skill.

    ``content_hash`` is that of the skill's text that Studio's copy last took over. ``files`` are
    the skill's other files as they were put into the repository, by path: sha256.
    """

    context_file_id: str
    skill_id: str
    content_hash: str
    files: Mapping[str, str]


def put(db: sqlite3.Connection, install: Install) -> None:
    """Remember that a context file follows a skill, and what it has of it."""
    db.execute(
        "INSERT INTO git_registry_installs (context_file_id, skill_id, content_hash, files) "
        "VALUES (?, ?, ?, ?) ON CONFLICT (context_file_id) DO UPDATE SET "
        "skill_id = excluded.skill_id, content_hash = excluded.content_hash, "
        "files = excluded.files",
        [
            install.context_file_id,
            install.skill_id,
            install.content_hash,
            json.dumps(install.files, sort_keys=True),
        ],
    )


def took(db: sqlite3.Connection, context_file_id: str, content_hash: str) -> None:
    """Remember which text of the skill Studio's copy has now."""
    db.execute(
        "UPDATE git_registry_installs SET content_hash = ? WHERE context_file_id = ?",
        [content_hash, context_file_id],
    )


def of(db: sqlite3.Connection, context_file_id: str) -> Install | None:
    """The skill that a context file follows; None where it follows none."""
    row = db.execute(
        "SELECT * FROM git_registry_installs WHERE context_file_id = ?", [context_file_id]
    ).fetchone()
    return None if row is None else _install(row)


def tracked(db: sqlite3.Connection, skill_id: str | None = None) -> list[tuple[Install, str, str]]:
    """The installs that a repository tracks, of one skill or of all: with project and file path.

    The path is ``context_files.file_path``. Those of archived projects are left out.
    """
    rows = db.execute(
        "SELECT i.*, f.project_id, f.file_path FROM git_registry_installs i "
        "JOIN context_files f ON f.id = i.context_file_id "
        "JOIN git_context_targets t ON t.context_file_id = f.id AND t.untracked_at IS NULL "
        "JOIN projects p ON p.id = f.project_id AND p.archived_at IS NULL "
        "WHERE ?1 IS NULL OR i.skill_id = ?1 ORDER BY p.name, f.file_path",
        [skill_id],
    )
    return [(_install(row), str(row["project_id"]), str(row["file_path"])) for row in rows]


def projects_of(db: sqlite3.Connection, skill_id: str) -> list[sqlite3.Row]:
    """``id`` and ``name`` of the projects in whose repositories a skill is installed, by name."""
    return db.execute(
        "SELECT DISTINCT p.id, p.name FROM git_registry_installs i "
        "JOIN context_files f ON f.id = i.context_file_id "
        "JOIN git_context_targets t ON t.context_file_id = f.id AND t.untracked_at IS NULL "
        "JOIN projects p ON p.id = f.project_id AND p.archived_at IS NULL "
        "WHERE i.skill_id = ? ORDER BY p.name, p.id",
        [skill_id],
    ).fetchall()


def forget_skill(db: sqlite3.Connection, skill_id: str) -> None:
    """Let the context files of a skill that is removed follow nothing."""
    db.execute("DELETE FROM git_registry_installs WHERE skill_id = ?", [skill_id])


def _install(row: sqlite3.Row) -> Install:
    return Install(
        context_file_id=row["context_file_id"],
        skill_id=row["skill_id"],
        content_hash=row["content_hash"],
        files=json.loads(row["files"]),
    )
