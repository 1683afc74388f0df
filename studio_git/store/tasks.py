"""Rows of ``tasks``, and which commits worked on them (``git_commit_tasks``)."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

Row = sqlite3.Row


class Status(StrEnum):
    """``tasks.status`` of the data model."""

    PENDING = "pending"
    IN_PROGRESS = "in_progress"
    COMPLETE = "complete"


@dataclass(frozen=True, slots=True)
class Link:
    """That a commit worked on a task: the status it asked for, and the one there was before."""

    task_id: str
    made: Status
    before: str


def get(db: sqlite3.Connection, task_id: str) -> Row | None:
    """One task by its whole id."""
    row: Row | None = db.execute("SELECT * FROM tasks WHERE id = ?", [task_id]).fetchone()
    return row


def of_cycle(db: sqlite3.Connection, cycle_id: str) -> list[Row]:
    """The tasks of a cycle in their order."""
    return db.execute(
        "SELECT * FROM tasks WHERE cycle_id = ? ORDER BY sort_order, created_at, rowid", [cycle_id]
    ).fetchall()


def of_project(db: sqlite3.Connection, project_id: str) -> list[Row]:
    """All tasks of a project, cycle by cycle: the newest cycle first, its tasks in their order."""
    return db.execute(
        "SELECT t.* FROM tasks t JOIN cycles c ON c.id = t.cycle_id WHERE c.project_id = ? "
        "ORDER BY c.created_at DESC, c.rowid DESC, t.sort_order, t.created_at, t.rowid",
        [project_id],
    ).fetchall()


def find(rows: Sequence[Row], words: str) -> list[Row]:
    """Those of the tasks that ``words`` may mean: the id, a title in any case, an id's start."""
    wanted = " ".join(words.split()).casefold()
    if not wanted:
        return []
    return (
        [row for row in rows if row["id"] == words.strip()]
        or [row for row in rows if " ".join(row["title"].split()).casefold() == wanted]
        or [row for row in rows if len(wanted) >= 4 and row["id"].casefold().startswith(wanted)]
    )


def add(db: sqlite3.Connection, task_id: str, cycle_id: str, title: str) -> None:
    """Insert a task behind the others of its cycle."""
    db.execute(
        "INSERT INTO tasks (id, cycle_id, title, sort_order) SELECT ?1, ?2, ?3, "
        "coalesce(max(sort_order) + 1, 0) FROM tasks WHERE cycle_id = ?2",
        [task_id, cycle_id, title],
    )


def set_status(db: sqlite3.Connection, task_id: str, status: str) -> None:
    """Set a task's status."""
    db.execute(
        "UPDATE tasks SET status = ?, updated_at = CURRENT_TIMESTAMP WHERE id = ?",
        [status, task_id],
    )


def set_title(db: sqlite3.Connection, task_id: str, title: str) -> None:
    """Set a task's title."""
    db.execute(
        "UPDATE tasks SET title = ?, updated_at = CURRENT_TIMESTAMP WHERE id = ?", [title, task_id]
    )


def put(db: sqlite3.Connection, task_id: str, cycle_id: str, sort_order: int) -> None:
    """Put a task at a place of a cycle; one that is there already stays as it is."""
    db.execute(
        "UPDATE tasks SET cycle_id = ?2, sort_order = ?3, updated_at = CURRENT_TIMESTAMP "
        "WHERE id = ?1 AND (cycle_id <> ?2 OR sort_order <> ?3)",
        [task_id, cycle_id, sort_order],
    )


def remove(db: sqlite3.Connection, task_id: str) -> None:
    """Delete a task."""
    db.execute("DELETE FROM tasks WHERE id = ?", [task_id])


def link(db: sqlite3.Connection, commit_id: int, made: Link) -> None:
    """Remember that a commit worked on a task; of several times the first status stays."""
    db.execute(
        "INSERT INTO git_commit_tasks (commit_id, task_id, made, before) VALUES (?, ?, ?, ?) "
        "ON CONFLICT DO UPDATE SET made = excluded.made",
        [commit_id, made.task_id, made.made.value, made.before],
    )


def unlink(db: sqlite3.Connection, commit_id: int) -> list[Link]:
    """Forget what a commit worked on; what was remembered."""
    rows = db.execute(
        "DELETE FROM git_commit_tasks WHERE commit_id = ? RETURNING task_id, made, before",
        [commit_id],
    ).fetchall()
    return [Link(row["task_id"], Status(row["made"]), row["before"]) for row in rows]


def asked_of(db: sqlite3.Connection, task_id: str) -> set[Status]:
    """The statuses that linked commits asked for."""
    rows = db.execute("SELECT DISTINCT made FROM git_commit_tasks WHERE task_id = ?", [task_id])
    return {Status(row["made"]) for row in rows}


def commits(db: sqlite3.Connection, task_id: str) -> list[str]:
    """The oids of the commits that worked on a task, oldest first."""
    rows = db.execute(
        "SELECT c.oid FROM git_commit_tasks t JOIN git_commits c ON c.id = t.commit_id "
        "WHERE t.task_id = ? ORDER BY c.author_time, c.id",
        [task_id],
    )
    return [row["oid"] for row in rows]
