"""Rows of ``git_commits``, ``git_commit_files``, ``git_refs``: what was captured, up to where."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from studio_git.core.models import Commit, FileChange

Row = sqlite3.Row

_AT_ONCE = 500
"""Values of one IN list; SQLite before 3.32 takes 999 at most."""


@dataclass(frozen=True, slots=True)
class Captured:
    """A commit as it was captured; ``commit`` carries its files where they were asked for."""

    id: int
    repository_id: str | None
    session_id: str | None
    branch: str | None
    agent_session: str | None
    rewritten_to: str | None
    commit: Commit


def refs(db: sqlite3.Connection, repository_id: str) -> dict[str, str]:
    """Where each reference stood when its commits were captured: name to oid."""
    rows = db.execute("SELECT name, oid FROM git_refs WHERE repository_id = ?", [repository_id])
    return {row["name"]: row["oid"] for row in rows}


def set_refs(
    db: sqlite3.Connection, repository_id: str, moved: Mapping[str, str], gone: Iterable[str] = ()
) -> None:
    """Remember where references stand now, and forget those that are gone."""
    db.executemany(
        "DELETE FROM git_refs WHERE repository_id = ? AND name = ?",
        [(repository_id, name) for name in gone],
    )
    db.executemany(
        "INSERT INTO git_refs (repository_id, name, oid) VALUES (?, ?, ?) "
        "ON CONFLICT (repository_id, name) DO UPDATE SET oid = excluded.oid",
        [(repository_id, name, oid) for name, oid in moved.items()],
    )


def add(
    db: sqlite3.Connection,
    project_id: str,
    repository_id: str,
    commit: Commit,
    *,
    branch: str | None,
    agent_session: str | None,
) -> Captured | None:
    """Insert a commit with its files, in no session yet; None if the project has it already."""
    cursor = db.execute(
        "INSERT INTO git_commits (project_id, repository_id, oid, parents, tree, author_name, "
        "author_email, author_time, author_zone, committer_email, committer_time, branch, message, "
        "agent_session) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (project_id, oid) DO NOTHING",
        [
            project_id,
            repository_id,
            commit.oid,
            " ".join(commit.parents),
            commit.tree,
            commit.author_name,
            commit.author_email,
            commit.author_time,
            commit.author_zone,
            commit.committer_email,
            commit.committer_time,
            branch,
            commit.message,
            agent_session,
        ],
    )
    if not cursor.rowcount or cursor.lastrowid is None:
        return None
    db.executemany(
        "INSERT INTO git_commit_files (commit_id, path, added, removed) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (commit_id, path) DO NOTHING",
        [(cursor.lastrowid, file.path, file.added, file.removed) for file in commit.files],
    )
    return Captured(cursor.lastrowid, repository_id, None, branch, agent_session, None, commit)


def by_oid(db: sqlite3.Connection, project_id: str, oids: Collection[str]) -> dict[str, Captured]:
    """Those of the commits that were captured, by oid, without their files."""
    found = {}
    for part in _portions(list(oids)):
        marks = ", ".join("?" * len(part))
        for row in db.execute(
            f"SELECT * FROM git_commits WHERE project_id = ? AND oid IN ({marks})",  # noqa: S608
            [project_id, *part],
        ):
            found[row["oid"]] = _captured(row)
    return found


def live_twins(
    db: sqlite3.Connection, project_id: str, repository_id: str, commit: Commit
) -> list[Captured]:
    """Other commits of this clone by the same author at the same second that none replaced."""
    rows = db.execute(
        "SELECT * FROM git_commits WHERE project_id = ? AND author_email = ? AND author_time = ? "
        "AND repository_id = ? AND rewritten_to IS NULL AND oid <> ? ORDER BY id",
        [project_id, commit.author_email, commit.author_time, repository_id, commit.oid],
    )
    return [_captured(row) for row in rows]


def of_session(db: sqlite3.Connection, session_id: str) -> list[Captured]:
    """The commits of a session that none replaced, oldest first by the author, with files."""
    files: dict[int, list[FileChange]] = {}
    for row in db.execute(
        "SELECT f.* FROM git_commit_files f JOIN git_commits c ON c.id = f.commit_id "
        "WHERE c.session_id = ? AND c.rewritten_to IS NULL ORDER BY f.path",
        [session_id],
    ):
        change = FileChange(row["path"], row["added"], row["removed"])
        files.setdefault(row["commit_id"], []).append(change)
    rows = db.execute(
        "SELECT * FROM git_commits WHERE session_id = ? AND rewritten_to IS NULL "
        "ORDER BY author_time, id",
        [session_id],
    )
    return [_captured(row, tuple(files.get(row["id"], ()))) for row in rows]


def oids_of_sessions(db: sqlite3.Connection, session_ids: Sequence[str]) -> dict[str, list[str]]:
    """For each session the oids of its commits that none replaced, oldest first."""
    found: dict[str, list[str]] = {session_id: [] for session_id in session_ids}
    for part in _portions(session_ids):
        marks = ", ".join("?" * len(part))
        for row in db.execute(
            f"SELECT session_id, oid FROM git_commits WHERE session_id IN ({marks}) "  # noqa: S608
            "AND rewritten_to IS NULL ORDER BY author_time, id",
            part,
        ):
            found[row["session_id"]].append(row["oid"])
    return found


def has_any(db: sqlite3.Connection, session_id: str) -> bool:
    """True if a session has commits, replaced ones included."""
    row = db.execute("SELECT 1 FROM git_commits WHERE session_id = ? LIMIT 1", [session_id])
    return row.fetchone() is not None


def put_in_session(db: sqlite3.Connection, commit_id: int, session_id: str | None) -> None:
    """Say which session a commit belongs to."""
    db.execute("UPDATE git_commits SET session_id = ? WHERE id = ?", [session_id, commit_id])


def set_rewritten(db: sqlite3.Connection, commit_id: int, oid: str | None) -> None:
    """Say which commit took a commit's place; None: it lives."""
    db.execute("UPDATE git_commits SET rewritten_to = ? WHERE id = ?", [oid, commit_id])


def _portions(values: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(values), _AT_ONCE):
        yield values[start : start + _AT_ONCE]


def _captured(row: Row, files: tuple[FileChange, ...] = ()) -> Captured:
    return Captured(
        id=row["id"],
        repository_id=row["repository_id"],
        session_id=row["session_id"],
        branch=row["branch"],
        agent_session=row["agent_session"],
        rewritten_to=row["rewritten_to"],
        commit=Commit(
            oid=row["oid"],
            parents=tuple(row["parents"].split()),
            tree=row["tree"],
            author_name=row["author_name"],
            author_email=row["author_email"],
            author_time=row["author_time"],
            author_zone=row["author_zone"],
            committer_email=row["committer_email"],
            committer_time=row["committer_time"],
            message=row["message"],
            files=files,
        ),
    )
