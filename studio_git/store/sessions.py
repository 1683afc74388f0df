"""Rows of ``sessions``, and of ``git_sessions`` for those that were captured."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from studio_git.core.grouping import Span

Row = sqlite3.Row


@dataclass(frozen=True, slots=True)
class Made:
    """A captured session as its commits make it; times are seconds since the epoch.

    ``created_at`` is ``started_at`` as the store writes times, ``zone`` the author's at the
    first commit.
    """

    title: str
    summary: str
    cycle_id: str | None
    duration_minutes: int
    files: tuple[str, ...]
    created_at: str
    started_at: int
    ended_at: int
    zone: str


@dataclass(frozen=True, slots=True)
class Tracked:
    """What the file of a captured session needs beside the session's row.

    ``generated`` is the file as we wrote it last (empty: never), ``stale`` counts the changes of
    the rows that the file lacks.
    """

    session_id: str
    project_id: str
    started_at: int
    zone: str
    generated: str
    stale: int


def file_of(home: Path, project_id: str, session_id: str) -> Path:
    """Where the file of a session stands in a Studio home."""
    return home / "projects" / project_id / "sessions" / f"{session_id}.md"


def spans(
    db: sqlite3.Connection, project_id: str, authors: Collection[str], since: int, until: int
) -> list[Span]:
    """The captured sessions of these authors (e-mails) that touch a stretch of time."""
    rows = db.execute(
        "SELECT g.*, s.cycle_id FROM git_sessions g JOIN sessions s ON s.id = g.session_id "
        "WHERE g.project_id = ? AND g.author_email IN (SELECT value FROM json_each(?)) "
        "AND g.ended_at >= ? AND g.started_at <= ?",
        [project_id, json.dumps(sorted(authors)), since, until],
    )
    return [
        Span(
            row["session_id"], row["author_email"], row["cycle_id"], row["started_at"],
            row["ended_at"],
        )
        for row in rows
    ]  # fmt: skip


def add(
    db: sqlite3.Connection,
    session_id: str,
    project_id: str,
    *,
    author_email: str,
    author_name: str,
    made: Made,
) -> None:
    """Insert a captured session; its file is stale."""
    db.execute(
        "INSERT INTO sessions (id, project_id, cycle_id, title, summary, duration_minutes, "
        "files_changed, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            session_id,
            project_id,
            made.cycle_id,
            made.title,
            made.summary,
            made.duration_minutes,
            _array(made.files),
            made.created_at,
        ],
    )
    db.execute(
        "INSERT INTO git_sessions (session_id, project_id, author_email, author_name, started_at, "
        "ended_at, zone, title, summary, stale) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 1)",
        [
            session_id,
            project_id,
            author_email,
            author_name,
            made.started_at,
            made.ended_at,
            made.zone,
            made.title,
            made.summary,
        ],
    )


def remake(db: sqlite3.Connection, session_id: str, made: Made) -> None:
    """Bring a captured session up to its commits. A title or summary of a person's stays."""
    db.execute(
        "UPDATE sessions SET "
        "title = CASE WHEN sessions.title IS g.title THEN ? ELSE sessions.title END, "
        "summary = CASE WHEN sessions.summary IS g.summary THEN ? ELSE sessions.summary END, "
        "cycle_id = ?, duration_minutes = ?, files_changed = ?, created_at = ? "
        "FROM (SELECT session_id, title, summary FROM git_sessions) AS g "
        "WHERE g.session_id = sessions.id AND sessions.id = ?",
        [
            made.title,
            made.summary,
            made.cycle_id,
            made.duration_minutes,
            _array(made.files),
            made.created_at,
            session_id,
        ],
    )
    db.execute(
        "UPDATE git_sessions SET title = ?, summary = ?, started_at = ?, ended_at = ?, zone = ?, "
        "stale = stale + 1 WHERE session_id = ?",
        [made.title, made.summary, made.started_at, made.ended_at, made.zone, session_id],
    )


def set_cycle(db: sqlite3.Connection, session_id: str, cycle_id: str | None) -> None:
    """Say which cycle a session belongs to."""
    db.execute("UPDATE sessions SET cycle_id = ? WHERE id = ?", [cycle_id, session_id])


def set_title(db: sqlite3.Connection, session_id: str, title: str) -> None:
    """Set the title to what a person wrote."""
    db.execute("UPDATE sessions SET title = ? WHERE id = ?", [title, session_id])


def set_summary(db: sqlite3.Connection, session_id: str, summary: str) -> None:
    """Set the summary to what a person wrote."""
    db.execute("UPDATE sessions SET summary = ? WHERE id = ?", [summary, session_id])


def change(db: sqlite3.Connection, session_id: str, columns: Mapping[str, str | None]) -> None:
    """Set columns of a session to what a person said."""
    assignments = ", ".join(f"{name} = ?" for name in columns)
    db.execute(
        f"UPDATE sessions SET {assignments} WHERE id = ?",  # noqa: S608 - names of ours
        [*columns.values(), session_id],
    )


def set_generated(db: sqlite3.Connection, session_id: str, generated: str, changes: int) -> None:
    """Remember what was written into a session's file, and the changes that it covers."""
    db.execute(
        "UPDATE git_sessions SET generated = ?, stale = stale - ? WHERE session_id = ?",
        [generated, changes, session_id],
    )


def mark_stale(db: sqlite3.Connection, session_ids: Iterable[str]) -> None:
    """Have the files of captured sessions written anew."""
    db.executemany(
        "UPDATE git_sessions SET stale = stale + 1 WHERE session_id = ?",
        [(session_id,) for session_id in session_ids],
    )


def stale(db: sqlite3.Connection, project_id: str) -> list[str]:
    """Captured sessions whose rows changed after their file was written, the oldest first."""
    rows = db.execute(
        "SELECT g.session_id FROM git_sessions g JOIN sessions s ON s.id = g.session_id "
        "WHERE g.project_id = ? AND g.stale > 0 ORDER BY g.started_at, g.session_id",
        [project_id],
    )
    return [row["session_id"] for row in rows]


def cycles(db: sqlite3.Connection, session_ids: Collection[str]) -> dict[str, str]:
    """The cycles of those of the sessions that have one."""
    rows = db.execute(
        "SELECT id, cycle_id FROM sessions WHERE cycle_id IS NOT NULL "
        "AND id IN (SELECT value FROM json_each(?))",
        [json.dumps(list(session_ids))],
    )
    return {row["id"]: row["cycle_id"] for row in rows}


def unwritten(db: sqlite3.Connection, session_ids: Collection[str]) -> set[str]:
    """Those of the captured sessions that never had a file."""
    rows = db.execute(
        "SELECT session_id FROM git_sessions WHERE generated = '' "
        "AND session_id IN (SELECT value FROM json_each(?))",
        [json.dumps(list(session_ids))],
    )
    return {row["session_id"] for row in rows}


def get(db: sqlite3.Connection, session_id: str) -> Row | None:
    """One session's row, with ``cycle_name`` and ``cycle_number`` (that of the cycle's code)."""
    row: Row | None = db.execute(
        "SELECT s.*, c.name AS cycle_name, k.number AS cycle_number FROM sessions s "
        "LEFT JOIN cycles c ON c.id = s.cycle_id "
        "LEFT JOIN git_cycle_codes k ON k.cycle_id = c.id WHERE s.id = ?",
        [session_id],
    ).fetchone()
    return row


def tracked(db: sqlite3.Connection, session_id: str) -> Tracked | None:
    """What we keep of a session; None if we did not capture it."""
    row = db.execute("SELECT * FROM git_sessions WHERE session_id = ?", [session_id]).fetchone()
    if row is None:
        return None
    return Tracked(
        session_id=row["session_id"],
        project_id=row["project_id"],
        started_at=row["started_at"],
        zone=row["zone"],
        generated=row["generated"],
        stale=row["stale"],
    )


def every(db: sqlite3.Connection, project_id: str | None, limit: int | None) -> list[Row]:
    """Sessions of one project or of all, the newest first."""
    return db.execute(
        "SELECT * FROM sessions WHERE (?1 IS NULL OR project_id = ?1) "
        "ORDER BY created_at DESC, rowid DESC LIMIT ?2",
        [project_id, -1 if limit is None else limit],
    ).fetchall()


def latest(db: sqlite3.Connection, project_id: str) -> Row | None:
    """The newest session of a project."""
    return next(iter(every(db, project_id, 1)), None)


def remove(db: sqlite3.Connection, session_id: str) -> None:
    """Delete a captured session that was left without any commit."""
    db.execute("UPDATE learnings SET session_id = NULL WHERE session_id = ?", [session_id])
    db.execute("UPDATE git_questions SET session_id = NULL WHERE session_id = ?", [session_id])
    db.execute("DELETE FROM sessions WHERE id = ?", [session_id])


def _array(values: Iterable[str]) -> str:
    return json.dumps(list(values), ensure_ascii=False)
