"""Rows of captured commits that damage changed: read all together, and put right one by one."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence

from studio_git.core.models import Commit, FileChange
from studio_git.store.commits import Captured, from_row
from studio_git.store.records import TABLES, Kind


def of_repository(db: sqlite3.Connection, repository_id: str) -> list[Captured]:
    """All commits that were captured in a clone, without their files."""
    rows = db.execute(
        "SELECT * FROM git_commits WHERE repository_id = ? ORDER BY id", [repository_id]
    )
    return [from_row(row) for row in rows]


def with_notes(db: sqlite3.Connection, repository_id: str) -> Iterator[Captured]:
    """The commits of a clone that state something and that none replaced."""
    rows = db.execute(
        "SELECT * FROM git_commits WHERE repository_id = ? AND rewritten_to IS NULL AND id IN "
        "(SELECT commit_id FROM git_notes WHERE position >= 0) ORDER BY id",
        [repository_id],
    ).fetchall()
    for row in rows:
        yield from_row(row)


def project_of(db: sqlite3.Connection, commit_id: int) -> str:
    """The project that a commit was captured for."""
    row = db.execute("SELECT project_id FROM git_commits WHERE id = ?", [commit_id]).fetchone()
    return str(row["project_id"])


def author_times(db: sqlite3.Connection, project_id: str) -> set[int]:
    """When the work of a project's commits was done, those that others took the place of too."""
    rows = db.execute("SELECT author_time FROM git_commits WHERE project_id = ?", [project_id])
    return {row["author_time"] for row in rows}


def made_at(db: sqlite3.Connection, kind: Kind, record_id: str) -> str:
    """When a record was made, as its row says it; "" where it is gone."""
    row = db.execute(
        f"SELECT created_at FROM {TABLES[kind]} WHERE id = ?",  # noqa: S608 - names of ours
        [record_id],
    ).fetchone()
    return "" if row is None else str(row["created_at"])


def restate(db: sqlite3.Connection, *, commit_id: int, said: Commit) -> None:
    """Let a commit's row say what git says of it; its files stay."""
    db.execute(
        "UPDATE git_commits SET parents = ?, tree = ?, author_name = ?, author_email = ?, "
        "author_time = ?, author_zone = ?, committer_email = ?, committer_time = ?, message = ? "
        "WHERE id = ?",
        [
            " ".join(said.parents),
            said.tree,
            said.author_name,
            said.author_email,
            said.author_time,
            said.author_zone,
            said.committer_email,
            said.committer_time,
            said.message,
            commit_id,
        ],
    )


def put_files(db: sqlite3.Connection, *, commit_id: int, files: Sequence[FileChange]) -> None:
    """Put other files in the place of those that a commit's rows name."""
    db.execute("DELETE FROM git_commit_files WHERE commit_id = ?", [commit_id])
    db.executemany(
        "INSERT INTO git_commit_files (commit_id, path, added, removed) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (commit_id, path) DO NOTHING",
        [(commit_id, file.path, file.added, file.removed) for file in files],
    )


def forget(db: sqlite3.Connection, *, commit_id: int) -> None:
    """Remove the row of a commit, with what tells what it states; the records stay."""
    db.execute("DELETE FROM git_commits WHERE id = ?", [commit_id])
