"""Tasks: added, started and completed, by hand and by ``Task`` trailers of commits."""

from __future__ import annotations

import difflib
import sqlite3
import uuid
from collections.abc import Iterable, Sequence
from enum import StrEnum

from studio_git.core.cyclenames import TaskSaid, read_task
from studio_git.core.prose import one_line
from studio_git.errors import NotFoundError, UsageError
from studio_git.store import tasks
from studio_git.store.commits import Captured
from studio_git.store.connection import Store
from studio_git.store.tasks import Link, Status

Row = sqlite3.Row


class Where(StrEnum):
    """Where in a cycle's order a task goes; the last two have another task beside them."""

    FIRST = "first"
    LAST = "last"
    BEFORE = "before"
    AFTER = "after"


def add(store: Store, cycle_id: str, title: str) -> Row:
    """Add a task behind the others of a cycle. Raises UsageError without a title."""
    task_id = str(uuid.uuid4())
    with store.writing() as db:
        tasks.add(db, task_id, cycle_id, _title(title))
    return _get(store, task_id)


def find(store: Store, project_id: str, words: str, cycle_id: str | None = None) -> Row:
    """The one task that a person means, in the cycle if it is there, else in the project.

    Raises NotFoundError with the titles that are alike, and UsageError where it may be several.
    """
    every = tasks.of_project(store.db, project_id)
    found = _find(every, words, cycle_id)
    if len(found) == 1:
        return found[0]
    if found:
        listed = "; ".join(f"{row['id'][:13]} {row['title']}" for row in found)
        raise UsageError(f"{words} may be several tasks: {listed}.", "Name it by more of its id.")
    alike = difflib.get_close_matches(words, [str(row["title"]) for row in every], n=3)
    hint = f"Did you mean {' or '.join(alike)}?" if alike else "See them: git studio task list"
    raise NotFoundError(f"there is no task {one_line(words)}.", hint)


def set_status(store: Store, row: Row, status: Status) -> Row:
    """Bring a task into a status."""
    with store.writing() as db:
        tasks.set_status(db, row["id"], status.value)
    return _get(store, row["id"])


def rename(store: Store, row: Row, title: str) -> Row:
    """Give a task another title. Raises UsageError without one."""
    said = _title(title)
    if said != row["title"]:
        with store.writing() as db:
            tasks.set_title(db, row["id"], said)
    return _get(store, row["id"])


def place(
    store: Store, row: Row, where: Where, other: Row | None = None, cycle_id: str | None = None
) -> Row:
    """Move a task within its cycle, or into another: before or after ``other``, or to an end.

    The cycle is that of ``other``, else ``cycle_id``, else the task's own.
    Raises UsageError for a place beside itself.
    """
    if other is not None and other["id"] == row["id"]:
        raise UsageError(f"{row['title']} cannot stand beside itself.", "Name another task.")
    target = str(other["cycle_id"] if other is not None else cycle_id or row["cycle_id"])
    with store.writing() as db:
        order = [each["id"] for each in tasks.of_cycle(db, target) if each["id"] != row["id"]]
        at = 0 if where is Where.FIRST else len(order)
        if other is not None:
            at = order.index(other["id"]) + (where is Where.AFTER)
        order.insert(at, row["id"])
        for number, task_id in enumerate(order):
            tasks.put(db, task_id, target, number)
    return _get(store, row["id"])


def remove(store: Store, row: Row) -> None:
    """Delete a task."""
    with store.writing() as db:
        tasks.remove(db, row["id"])


def link(
    db: sqlite3.Connection,
    captured: Captured,
    project_id: str,
    cycle_id: str | None,
    said: Sequence[str],
) -> None:
    """Let tasks follow what a commit's trailers say of them, in the caller's transaction.

    A task that is named is in progress, unless it was complete; one that is named as done is
    complete. Words that mean no task of the commit's cycle, and not one of the project, stay in
    the message.
    """
    if not said:
        return
    every = tasks.of_project(db, project_id)
    for text in said:
        task = read_task(text)
        row, done = _named(every, task, cycle_id)
        if row is None:
            continue
        current = tasks.get(db, row["id"])
        before = str(current["status"]) if current is not None else row["status"]
        made = Status.COMPLETE if done else Status.IN_PROGRESS
        tasks.link(db, captured.id, Link(row["id"], made, before))
        if made is Status.COMPLETE or before == Status.PENDING:
            tasks.set_status(db, row["id"], made.value)


def unlink(db: sqlite3.Connection, olds: Iterable[Captured]) -> None:
    """Take back what replaced commits said of tasks, where nobody changed it since."""
    for old in olds:
        for gone in tasks.unlink(db, old.id):
            row = tasks.get(db, gone.task_id)
            left = tasks.asked_of(db, gone.task_id)
            if row is None or row["status"] != gone.made or gone.made in left:
                continue
            status = Status.IN_PROGRESS if left and gone.before == "pending" else gone.before
            tasks.set_status(db, gone.task_id, status)


def move(db: sqlite3.Connection, olds: Iterable[Captured], new: Captured) -> None:
    """Let a commit have worked on the tasks of those that it took the place of."""
    for old in olds:
        for gone in tasks.unlink(db, old.id):
            tasks.link(db, new.id, gone)


def _named(every: Sequence[Row], task: TaskSaid, cycle_id: str | None) -> tuple[Row | None, bool]:
    """The task that a trailer means, and whether it is said to be done."""
    for words, done in ((task.whole, False), (task.words, task.done)):
        found = _find(every, words, cycle_id)
        if len(found) == 1:
            return found[0], done
    return None, False


def _find(every: Sequence[Row], words: str, cycle_id: str | None) -> list[Row]:
    """The candidates: within the cycle if it has any, else within the project."""
    inside = [row for row in every if row["cycle_id"] == cycle_id]
    return tasks.find(inside, words) or tasks.find(every, words)


def _title(text: str) -> str:
    said = one_line(text)
    if not said:
        raise UsageError("a task needs a title.", "Write it in quotes: git studio task add TITLE")
    return said


def _get(store: Store, task_id: str) -> Row:
    row = tasks.get(store.db, task_id)
    if row is None:
        raise NotFoundError("the task is gone.", "See them: git studio task list")
    return row
