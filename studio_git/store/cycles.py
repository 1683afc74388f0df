"""Rows of ``cycles``; our codes for them, and which one a worktree or a commit belongs to."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence

from studio_git.core import cyclenames
from studio_git.core.cyclenames import Named

Row = sqlite3.Row

_SELECT = (
    "SELECT c.*, k.number FROM cycles c LEFT JOIN git_cycle_codes k ON k.cycle_id = c.id WHERE "
)


def get(db: sqlite3.Connection, cycle_id: str) -> Row | None:
    """One cycle by its whole id, with the ``number`` of its code (None: it has none yet)."""
    row: Row | None = db.execute(f"{_SELECT} c.id = ?", [cycle_id]).fetchone()
    return row


def every(db: sqlite3.Connection, project_id: str | None) -> list[Row]:
    """The cycles of a project or of all, those under way first, the newest first."""
    return db.execute(
        f"{_SELECT} (?1 IS NULL OR c.project_id = ?1) "
        "ORDER BY c.completed_at IS NOT NULL, c.created_at DESC, c.rowid DESC",
        [project_id],
    ).fetchall()


def find(db: sqlite3.Connection, project_id: str, words: str) -> list[Row]:
    """The cycles of a project that ``words`` may mean: :func:`matching`."""
    return matching(every(db, project_id), words)


def matching(rows: Sequence[Row], words: str) -> list[Row]:
    """Those of the cycles that ``words`` may mean.

    By id, else by code, else by a name in any case (of several of one name those under way),
    else by an id's start of four characters or more.
    """
    words = words.strip()
    wanted = " ".join(words.split()).casefold()
    if not wanted:
        return []
    number = cyclenames.read_code(words)
    named = [row for row in rows if " ".join(row["name"].split()).casefold() == wanted]
    return (
        [row for row in rows if row["id"] == words]
        or [row for row in rows if number is not None and row["number"] == number]
        or [row for row in named if row["completed_at"] is None]
        or named
        or [row for row in rows if len(wanted) >= 4 and row["id"].casefold().startswith(wanted)]
    )


def named(rows: Iterable[Row], *, at: str | None = None) -> tuple[Named, ...]:
    """Cycles by what may name them.

    ``at`` is a time as the store writes them: under way is what was not completed then (None:
    now).
    """
    return tuple(
        Named(
            row["id"],
            row["number"],
            row["name"],
            under_way=row["completed_at"] is None or (at is not None and row["completed_at"] > at),
        )
        for row in rows
    )


def uncoded(db: sqlite3.Connection) -> bool:
    """True where a cycle has no code yet."""
    row = db.execute(
        "SELECT 1 FROM cycles WHERE id NOT IN (SELECT cycle_id FROM git_cycle_codes) LIMIT 1"
    )
    return row.fetchone() is not None


def give_codes(db: sqlite3.Connection) -> None:
    """Give each cycle that has none its code, the oldest first."""
    db.execute(
        "INSERT INTO git_cycle_codes (cycle_id) SELECT id FROM cycles "
        "WHERE id NOT IN (SELECT cycle_id FROM git_cycle_codes) ORDER BY created_at, rowid"
    )


def add(
    db: sqlite3.Connection,
    cycle_id: str,
    project_id: str,
    *,
    name: str,
    cycle_type: str,
    intent: str | None,
    description: str | None,
    success_criteria: str,
    due_at: str | None,
) -> None:
    """Insert a cycle that starts now, in its first phase."""
    db.execute(
        "INSERT INTO cycles (id, project_id, name, cycle_type, intent, description, "
        "success_criteria, due_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [cycle_id, project_id, name, cycle_type, intent, description, success_criteria, due_at],
    )


def change(db: sqlite3.Connection, cycle_id: str, columns: Mapping[str, str | None]) -> None:
    """Set columns of a cycle, and ``updated_at``."""
    assignments = "".join(f"{name} = ?, " for name in columns)
    db.execute(
        f"UPDATE cycles SET {assignments}updated_at = CURRENT_TIMESTAMP WHERE id = ?",  # noqa: S608
        [*columns.values(), cycle_id],
    )


def remove(db: sqlite3.Connection, cycle_id: str) -> None:
    """Delete a cycle and its tasks; sessions, decisions and learnings belong to none then."""
    for table in ("sessions", "decisions"):  # of learnings the data model lets go by itself
        db.execute(f"UPDATE {table} SET cycle_id = NULL WHERE cycle_id = ?", [cycle_id])  # noqa: S608
    db.execute("DELETE FROM tasks WHERE cycle_id = ?", [cycle_id])
    db.execute("DELETE FROM cycles WHERE id = ?", [cycle_id])


def set_phase(db: sqlite3.Connection, cycle_id: str, phase: str) -> None:
    """Set the phase; ``complete`` also says when, any other one that it is under way again."""
    db.execute(
        "UPDATE cycles SET phase = ?1, updated_at = CURRENT_TIMESTAMP, completed_at = "
        "CASE WHEN ?1 = 'complete' THEN coalesce(completed_at, CURRENT_TIMESTAMP) END "
        "WHERE id = ?2",
        [phase, cycle_id],
    )


def use(
    db: sqlite3.Connection, repository_id: str, worktree: str, since: int, cycle_id: str | None
) -> None:
    """Say which cycle a worktree's commits belong to from a second on; None: to none."""
    db.execute(
        "INSERT INTO git_worktree_cycles (repository_id, worktree, since, cycle_id) "
        "VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET cycle_id = excluded.cycle_id",
        [repository_id, worktree, since, cycle_id],
    )


def any_used(db: sqlite3.Connection, repository_id: str) -> bool:
    """True if a cycle was ever chosen by hand in the clone."""
    row = db.execute(
        "SELECT 1 FROM git_worktree_cycles WHERE repository_id = ? LIMIT 1", [repository_id]
    )
    return row.fetchone() is not None


def used(
    db: sqlite3.Connection, repository_id: str, worktree: str, at: int, at_text: str
) -> str | None:
    """The cycle chosen in a worktree at a time, unless it was complete by then.

    ``at_text`` is the same time as the store writes it.
    """
    row = db.execute(
        "SELECT u.cycle_id, c.completed_at FROM git_worktree_cycles u "
        "LEFT JOIN cycles c ON c.id = u.cycle_id "
        "WHERE u.repository_id = ? AND u.worktree = ? AND u.since <= ? "
        "ORDER BY u.since DESC LIMIT 1",
        [repository_id, worktree, at],
    ).fetchone()
    if row is None or (row["completed_at"] is not None and row["completed_at"] <= at_text):
        return None
    found: str | None = row["cycle_id"]
    return found


def imply(db: sqlite3.Connection, pairs: Sequence[tuple[int, str]]) -> None:
    """Remember which cycle a commit (by its row's id) belongs to without saying so itself."""
    db.executemany(
        "INSERT INTO git_commit_cycles (commit_id, cycle_id) VALUES (?, ?) "
        "ON CONFLICT (commit_id) DO UPDATE SET cycle_id = excluded.cycle_id",
        pairs,
    )


def inherit(db: sqlite3.Connection, commit_id: int, olds: Iterable[int]) -> None:
    """Let a commit imply what the first of those did whose place it took, unless it does itself."""
    for old in olds:
        db.execute(
            "INSERT INTO git_commit_cycles (commit_id, cycle_id) SELECT ?, cycle_id "
            "FROM git_commit_cycles WHERE commit_id = ? ON CONFLICT DO NOTHING",
            [commit_id, old],
        )


def implied(db: sqlite3.Connection, commit_id: int) -> str | None:
    """What :func:`imply` remembered of a commit."""
    row = db.execute(
        "SELECT g.cycle_id FROM git_commit_cycles g JOIN cycles c ON c.id = g.cycle_id "
        "WHERE g.commit_id = ?",
        [commit_id],
    ).fetchone()
    return None if row is None else str(row["cycle_id"])


def sessions(db: sqlite3.Connection, cycle_id: str) -> list[Row]:
    """The sessions of a cycle, the newest first."""
    return db.execute(
        "SELECT * FROM sessions WHERE cycle_id = ? ORDER BY created_at DESC, rowid DESC",
        [cycle_id],
    ).fetchall()


def decisions(db: sqlite3.Connection, cycle_id: str) -> list[Row]:
    """The decisions of a cycle, the newest first."""
    return db.execute(
        "SELECT * FROM decisions WHERE cycle_id = ? ORDER BY created_at DESC, rowid DESC",
        [cycle_id],
    ).fetchall()
