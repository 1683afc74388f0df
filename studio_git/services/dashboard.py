"""What the dashboard shows: what asks for attention, one project, one cycle, the registry.

Everything here only reads, and nothing is looked at but the store: how context files stand is
what the last look at them found.
"""

from __future__ import annotations

import sqlite3

from studio_git.core.registrytypes import FOLDERS, ItemType
from studio_git.services import cycles as cycling
from studio_git.services import cycleviews, deps, memory, stack
from studio_git.services.memory import Object
from studio_git.store import cycles, dashboard, dependencies, projects
from studio_git.store.connection import Store

Row = sqlite3.Row


def overview(store: Store) -> Object:
    """All projects that are not archived, by what the data model's dashboard asks.

    ``drift_alerts``, ``active_cycles``, ``recent_decisions`` (of seven days) and
    ``recent_activity`` (the last twenty of seven days), each row with ``project_name``.
    """
    db = store.db
    decided = dashboard.pending_decisions(db)
    told = {each["id"]: each for each in memory.decision_objects(store, decided)}
    return {
        "projects": [dict(row) for row in projects.every(db)],
        "drift_alerts": [dict(row) for row in dashboard.drift_alerts(db)],
        "active_cycles": [_cycle(store, row) for row in dashboard.active_cycles(db)],
        "recent_decisions": [told[row["id"]] for row in decided],
        "recent_activity": [dict(row) for row in dashboard.recent_activity(db)],
    }


def project_view(store: Store, row: Row) -> Object:
    """One project, whole: ``project`` is its row, the rest lists of what belongs to it."""
    db, project_id = store.db, str(row["id"])
    return {
        "project": dict(row),
        "context_files": [dict(each) for each in dashboard.context_files(db, project_id)],
        "cycles": [_cycle(store, each) for each in cycles.every(db, project_id)],
        "sessions": memory.list_sessions(store, project_id),
        "decisions": memory.list_decisions(store, project_id),
        "learnings": memory.list_learnings(store, project_id),
        "tech_stack": stack.objects(store, project_id),
        "dependencies": deps.objects(dependencies.every(db, project_id)),
    }


def cycle_view(store: Store, words: str, project_id: str | None) -> Object:
    """The cycle that a person means, of a project or (None) of any.

    With ``project_name``, its ``tasks`` in order, its ``sessions`` and ``decisions``. Raises
    NotFoundError, and UsageError where it may be several.
    """
    row = cycling.one_of(cycles.every(store.db, project_id), words)
    project = projects.get(store.db, row["project_id"])
    found = _without_place(cycleviews.whole_cycle(store, row))
    return found | {"project_name": None if project is None else project["name"]}


def registry_view(store: Store) -> Object:
    """The registry's rows by type, each with ``project_count``: how often it is used."""
    return {
        FOLDERS[each]: [dict(row) for row in dashboard.registry_items(store.db, each)]
        for each in ItemType
    }


def _cycle(store: Store, row: Row) -> Object:
    return _without_place(cycleviews.cycle(store, row))


def _without_place(cycle: Object) -> Object:
    """A cycle without what depends on the folder that a command runs in."""
    return {name: value for name, value in cycle.items() if name != "active"}
