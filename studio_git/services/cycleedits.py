"""Cycles changed and removed by hand, and the session files that name them brought along."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from studio_git.core.prose import many_lines
from studio_git.services import cycles as cycling
from studio_git.services import sessionfiles
from studio_git.services.cycles import CycleType
from studio_git.store import activity, cycles, sessions
from studio_git.store.connection import Store

Row = sqlite3.Row


@dataclass(frozen=True, slots=True)
class Changes:
    """What is to be changed of a cycle: None leaves a column, an empty text takes it away."""

    name: str | None = None
    cycle_type: CycleType | None = None
    intent: str | None = None
    description: str | None = None
    criteria: tuple[str, ...] | None = None
    due: str | None = None


def change(store: Store, row: Row, wanted: Changes) -> tuple[Row, list[str]]:
    """Change a cycle: the row as it is then, and what could not be written of session files.

    Raises UsageError as :func:`studio_git.services.cycles.start`.
    """
    columns = {name: text for name, text in _columns(wanted).items() if row[name] != text}
    if not columns:
        return row, []
    renamed = columns.get("name")
    with store.writing() as db:
        if renamed is not None:
            cycling.require_free(db, row["project_id"], renamed, but=row["id"])
            activity.retitle(db, "cycle", row["id"], renamed)
        cycles.change(db, row["id"], columns)
    problems = [] if renamed is None else _rewrite(store, row, _sessions(store, row))
    return cycling.again(store, row["id"]), problems


def remove(store: Store, row: Row) -> list[str]:
    """Delete a cycle with its tasks; what was done in it stays, and belongs to no cycle then.

    What could not be written of the session files is returned.
    """
    named = _sessions(store, row)
    with store.writing() as db:
        cycles.remove(db, row["id"])
        activity.forget(db, "cycle", row["id"])
    return _rewrite(store, row, named)


def _columns(wanted: Changes) -> dict[str, str | None]:
    columns: dict[str, str | None] = {}
    if wanted.name is not None:
        columns["name"] = cycling.fit_name(wanted.name)
    if wanted.cycle_type is not None:
        columns["cycle_type"] = wanted.cycle_type.value
    if wanted.intent is not None:
        columns["intent"] = many_lines(wanted.intent) or None
    if wanted.description is not None:
        columns["description"] = many_lines(wanted.description) or None
    if wanted.criteria is not None:
        columns["success_criteria"] = cycling.criteria_text(wanted.criteria)
    if wanted.due is not None:
        columns["due_at"] = cycling.due_time(wanted.due) if wanted.due.strip() else None
    return columns


def _sessions(store: Store, row: Row) -> list[str]:
    return [each["id"] for each in cycles.sessions(store.db, row["id"])]


def _rewrite(store: Store, row: Row, session_ids: Sequence[str]) -> list[str]:
    with store.writing() as db:
        sessions.mark_stale(db, session_ids)
    return sessionfiles.write(store, row["project_id"], session_ids)
