"""Rows of ``git_supersedes``: which decision took the place of which."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence

Row = sqlite3.Row


def say(
    db: sqlite3.Connection,
    newer_id: str,
    words: str,
    older_id: str | None,
    *,
    commit_id: int | None = None,
    superseded_at: str | None = None,
) -> None:
    """Remember that a decision supersedes what the words mean; None: that is not known.

    ``commit_id`` is the commit that says so, None where it was said by hand. ``superseded_at``
    is now unless given.
    """
    db.execute(
        "INSERT INTO git_supersedes (newer_id, words, older_id, commit_id, superseded_at) "
        "VALUES (?, ?, ?, ?, coalesce(?, CURRENT_TIMESTAMP)) ON CONFLICT (newer_id, words) "
        "DO UPDATE SET older_id = coalesce(excluded.older_id, older_id)",
        [newer_id, words, older_id, commit_id, superseded_at],
    )


def of_commit(db: sqlite3.Connection, commit_id: int) -> list[Row]:
    """What a commit said."""
    return db.execute("SELECT * FROM git_supersedes WHERE commit_id = ?", [commit_id]).fetchall()


def take_back(db: sqlite3.Connection, newer_id: str, words: str) -> None:
    """Forget one."""
    db.execute("DELETE FROM git_supersedes WHERE newer_id = ? AND words = ?", [newer_id, words])


def move(db: sqlite3.Connection, commit_id: int, to: int) -> None:
    """Let another commit be the one that said it."""
    db.execute("UPDATE git_supersedes SET commit_id = ? WHERE commit_id = ?", [to, commit_id])


def settle(db: sqlite3.Connection, newer_id: str, words: str, older_id: str) -> None:
    """Say which decision was meant by words that were not clear before."""
    db.execute(
        "UPDATE git_supersedes SET older_id = ? WHERE newer_id = ? AND words = ?",
        [older_id, newer_id, words],
    )


def open_ones(db: sqlite3.Connection, project_id: str) -> list[Row]:
    """What was said in a project of decisions that are not known: ``newer_id``, ``words``,
    ``title`` of the newer one.
    """
    return db.execute(
        "SELECT s.newer_id, s.words, d.title FROM git_supersedes s "
        "JOIN decisions d ON d.id = s.newer_id WHERE s.older_id IS NULL AND d.project_id = ? "
        "ORDER BY s.superseded_at, s.newer_id, s.words",
        [project_id],
    ).fetchall()


def known(db: sqlite3.Connection, decision_ids: Sequence[str]) -> list[Row]:
    """The pairs ``older_id`` and ``newer_id`` that concern these decisions, the last said last."""
    return db.execute(
        "SELECT s.older_id, s.newer_id FROM git_supersedes s JOIN decisions o "
        "ON o.id = s.older_id JOIN decisions n ON n.id = s.newer_id "
        "WHERE s.older_id IN (SELECT value FROM json_each(?1)) "
        "OR s.newer_id IN (SELECT value FROM json_each(?1)) "
        "ORDER BY s.superseded_at, n.rowid, o.rowid",
        [json.dumps(list(decision_ids))],
    ).fetchall()


def by(db: sqlite3.Connection, decision_id: str) -> Row | None:
    """The decision that superseded one last (``id``, ``title``, ``superseded_at``), or None."""
    row: Row | None = db.execute(
        "SELECT d.id, d.title, s.superseded_at FROM git_supersedes s "
        "JOIN decisions d ON d.id = s.newer_id WHERE s.older_id = ? "
        "ORDER BY s.superseded_at DESC, d.rowid DESC LIMIT 1",
        [decision_id],
    ).fetchone()
    return row


def of(db: sqlite3.Connection, decision_id: str) -> list[Row]:
    """What a decision supersedes: ``words``, and ``id`` and ``title`` of the older one if known."""
    return db.execute(
        "SELECT s.words, d.id, d.title FROM git_supersedes s LEFT JOIN decisions d "
        "ON d.id = s.older_id WHERE s.newer_id = ? ORDER BY s.superseded_at, s.words",
        [decision_id],
    ).fetchall()


def said_of(db: sqlite3.Connection, newer_id: str) -> list[Row]:
    """What was said of a decision: ``words``, ``older_id``, and the ``oid`` of the commit that
    says so (None: it was said by hand).
    """
    return db.execute(
        "SELECT s.words, s.older_id, c.oid FROM git_supersedes s "
        "LEFT JOIN git_commits c ON c.id = s.commit_id WHERE s.newer_id = ?",
        [newer_id],
    ).fetchall()


def candidates(db: sqlite3.Connection, newer_id: str) -> list[Row]:
    """The decisions of the same project that a decision may supersede, the newest first.

    Not itself, nothing younger, and nothing that supersedes it in turn. Each with
    ``superseded``: whether another decision has superseded it already.
    """
    return db.execute(
        "WITH RECURSIVE above(id) AS (VALUES (?1) UNION SELECT s.newer_id FROM git_supersedes s "
        "JOIN above a ON s.older_id = a.id) "
        "SELECT d.*, EXISTS (SELECT 1 FROM git_supersedes s JOIN decisions o "
        "ON o.id = s.newer_id WHERE s.older_id = d.id AND s.newer_id <> ?1) AS superseded "
        "FROM decisions d JOIN decisions n ON n.id = ?1 "
        "WHERE d.project_id = n.project_id AND d.created_at <= n.created_at "
        "AND d.id NOT IN (SELECT id FROM above) ORDER BY d.created_at DESC, d.rowid DESC",
        [newer_id],
    ).fetchall()


def above(db: sqlite3.Connection, decision_id: str) -> set[str]:
    """The decisions that supersede one, directly or through others."""
    rows = db.execute(
        "WITH RECURSIVE above(id) AS (SELECT newer_id FROM git_supersedes WHERE older_id = ? "
        "UNION SELECT s.newer_id FROM git_supersedes s JOIN above a ON s.older_id = a.id) "
        "SELECT id FROM above",
        [decision_id],
    )
    return {row["id"] for row in rows}


def sessions_of(db: sqlite3.Connection, decision_ids: Sequence[str]) -> list[str]:
    """The sessions whose files name these decisions."""
    rows = db.execute(
        "SELECT DISTINCT c.session_id FROM git_notes n JOIN git_commits c ON c.id = n.commit_id "
        "WHERE n.kind = 'decision' AND n.record_id IN (SELECT value FROM json_each(?)) "
        "AND c.session_id IS NOT NULL",
        [json.dumps(list(decision_ids))],
    )
    return [row["session_id"] for row in rows]
