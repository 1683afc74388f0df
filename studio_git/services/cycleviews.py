"""Cycles and tasks as JSON shows them."""

from __future__ import annotations

import sqlite3
from datetime import date
from typing import Any

from studio_git.core import jsontext
from studio_git.services import cycles as cycling
from studio_git.services.memory import Object
from studio_git.store import cycles, tasks
from studio_git.store.connection import Store

Row = sqlite3.Row


def cycle(store: Store, row: Row, active: str | None = None) -> Object:
    """A cycle: the table's columns, its ``code`` and ``tasks``.

    ``active``: it is the one in use here; ``overdue``: its last day is over, and it is not.
    """
    found: Object = {name: row[name] for name in row.keys() if name != "number"}  # noqa: SIM118
    found["success_criteria"] = _list(found["success_criteria"])
    return found | {
        "code": cycling.code(row) or None,
        "active": row["id"] == active,
        "overdue": cycling.overdue(row, date.today().isoformat()),  # noqa: DTZ011 - a person's day
        "tasks": [task(store, each) for each in tasks.of_cycle(store.db, row["id"])],
    }


def whole_cycle(store: Store, row: Row, active: str | None = None) -> Object:
    """As :func:`cycle`, with the ids and titles of its ``sessions`` and ``decisions``."""
    return cycle(store, row, active) | {
        "sessions": [_named(each) for each in cycles.sessions(store.db, row["id"])],
        "decisions": [_named(each) for each in cycles.decisions(store.db, row["id"])],
    }


def task(store: Store, row: Row) -> Object:
    """A task: the table's columns, and ``commits``, the oids of those that worked on it."""
    return dict(row) | {"commits": tasks.commits(store.db, row["id"])}


def _named(row: Row) -> Object:
    return {"id": row["id"], "title": row["title"], "created_at": row["created_at"]}


def _list(text: str | None) -> Any:
    """A JSON column; as it is where another program wrote no JSON."""
    try:
        return jsontext.loads(text) if text is not None else None
    except ValueError:
        return text
