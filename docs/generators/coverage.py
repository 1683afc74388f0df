"""The page that says, of every column of the data model, what writes it and what reads it.

Told by hand, from the code: a test compares the columns with a new store, the commands with those
that there are, and looks whether commands and hooks fill what is said to be filled.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

Parties = tuple[str, ...]
"""Who writes or reads: a command without ``git studio``; ``hook NAME`` or ``editor FEATURE``."""

WORKER = "hook worker"
EDITOR_FEATURES = {
    "editor completion": "completion",
    "editor diagnostics": "diagnostics",
    "editor hover": "hover",
    "editor lenses": "lenses",
    "editor symbols": "symbols",
}
"""The features that are named, and the modules of the language server that have them.

A command of the language server is named by its id, as in ``editor studio.track``.
"""


class Column(NamedTuple):
    """What writes and what reads a column; ``note`` is what else is to be known."""

    name: str
    writes: Parties
    reads: Parties
    note: str = ""


class Table(NamedTuple):
    """A table: what reads whole rows of it, as JSON or to show them, and its columns."""

    columns: tuple[Column, ...]
    reads: Parties


_CAPTURE: Parties = (WORKER, "capture", "backfill")
_LOOKS: Parties = (WORKER, "init", "track", "status", "sync", "resolve", "undo")
_RESOLVES: Parties = (
    "editor studio.acceptIntoStudio", "editor studio.useStudioVersion", "editor studio.mergeBoth",
    "editor studio.dismiss", "editor studio.syncContext", "editor studio.undo",
)  # fmt: skip
_SEEN = _LOOKS + _RESOLVES
_TRACKS: Parties = ("init", "track", "registry install", "editor studio.track")
_PROJECTS: Parties = ("init", "new")
_CYCLES: Parties = ("cycle start",)
_DECIDES: Parties = (
    *_CAPTURE, "decision add", "decision import", "decision sync", "editor studio.recordDecision",
)  # fmt: skip
_DECISION_EDITS: Parties = (*_DECIDES, "decision edit")
_LEARNS: Parties = (*_CAPTURE, "learning add", "editor studio.recordLearning")
_LEARNING_EDITS: Parties = (*_LEARNS, "learning edit")
_ITEMS: Parties = (
    WORKER, "registry add", "registry edit", "registry import", "registry sync",
)  # fmt: skip
_SHOWN_ITEMS: Parties = (
    "registry list", "registry show", "search", "editor hover", "editor completion",
)  # fmt: skip
_NONE: Parties = ()
_WHEN = "the moment of the insertion"
_EVENT = "the time of the commit, where a commit states it"


def _columns(writes: Parties, names: str, reads: Parties = _NONE, note: str = "") -> list[Column]:
    return [Column(name, writes, reads, note) for name in names.split()]


def _table(reads: Parties, *groups: Sequence[Column]) -> Table:
    return Table(tuple(column for group in groups for column in group), reads)


def _registry_table(path: str, subtype: Parties | None, name: str = "") -> Table:
    kind = [] if subtype is None else _columns(subtype, name, ("registry list", "registry show"))
    return _table(
        ("dashboard", "registry search"),
        _columns(_ITEMS, "id", _SHOWN_ITEMS, "the name of the item, or another program's id"),
        _columns(_ITEMS, "name", (*_SHOWN_ITEMS, "editor diagnostics")),
        _columns(_ITEMS, "description", _SHOWN_ITEMS),
        kind,
        _columns(_ITEMS, path, (*_SHOWN_ITEMS, "doctor")),
        _columns(_ITEMS, "created_at", note=_WHEN),
        _columns(_ITEMS, "updated_at"),
    )


_PROJECT = _table(
    ("project list", "project show", "dashboard"),
    _columns(_PROJECTS, "id", ("status", "doctor")),
    _columns((*_PROJECTS, "project edit"), "name", ("status", "dashboard", "editor hover")),
    _columns(("project edit",), "description"),
    _columns((*_PROJECTS, "project edit"), "repo_path", ("init", "doctor"), "follows a clone that "
             "was moved, the next time that anything runs in it"),
    _columns(("new",), "template_id", ("dashboard",)),
    _columns(_PROJECTS, "created_at", note=_WHEN),
    _columns((*_PROJECTS, "project edit", "project archive", "project unarchive"), "updated_at"),
    _columns(("project archive", "project unarchive"), "archived_at",
             ("dashboard", "doctor", "registry show")),
)  # fmt: skip

_CYCLE = _table(
    ("cycle list", "cycle show", "dashboard"),
    _columns(_CYCLES, "id project_id", ("capture", "editor hover")),
    _columns((*_CYCLES, "cycle edit"), "name",
             ("capture", "hook studio-prepare-message", "editor completion", "editor hover",
              "editor diagnostics")),
    _columns((*_CYCLES, "cycle edit"), "description"),
    _columns((*_CYCLES, "cycle edit"), "cycle_type", ("editor hover",)),
    _columns((*_CYCLES, "cycle phase", "cycle complete"), "phase", ("editor hover",)),
    _columns((*_CYCLES, "cycle edit"), "intent success_criteria", ("editor hover",)),
    _columns(_CYCLES, "started_at", ("editor hover",)),
    _columns(("cycle complete", "cycle phase"), "completed_at",
             ("capture", "cycle use", "editor hover")),
    _columns((*_CYCLES, "cycle edit"), "due_at", ("editor hover",)),
    _columns(_CYCLES, "created_at", note=_WHEN),
    _columns((*_CYCLES, "cycle edit", "cycle phase", "cycle complete"), "updated_at"),
)  # fmt: skip

_TASK = _table(
    ("task list", "task show", "cycle show", "dashboard"),
    _columns(("task add",), "id"),
    _columns(("task add", "task move"), "cycle_id"),
    _columns(("task add", "task edit"), "title", ("capture", "editor completion", "editor hover")),
    _columns(("task add", "task start", "task complete", "task reopen", *_CAPTURE), "status",
             ("editor completion",)),
    _columns(("task add", "task move"), "sort_order"),
    _columns(("task add",), "created_at", note=_WHEN),
    _columns(("task add", "task edit", "task move", "task start", "task complete", "task reopen",
              *_CAPTURE), "updated_at"),
)  # fmt: skip

_SESSION = _table(
    ("session list", "session show", "dashboard"),
    _columns(_CAPTURE, "id project_id", ("why", "search", "editor studio.openSession")),
    _columns((*_CAPTURE, "session edit", "cycle remove"), "cycle_id", ("cycle show", "search")),
    _columns((*_CAPTURE, "session edit"), "title", ("why", "search", "editor symbols"),
             "what a person wrote in the session's file counts"),
    _columns((*_CAPTURE, "session edit"), "summary", ("search",),
             "what a person wrote in the session's file counts"),
    _columns(_CAPTURE, "duration_minutes"),
    _columns(_CAPTURE, "files_changed", ("search",)),
    _columns(_CAPTURE, "created_at", ("why",), "the time of the first commit"),
)  # fmt: skip

_DECISION = _table(
    ("decision list", "decision show", "dashboard"),
    _columns(_DECIDES, "id", ("why", "decision supersede", "search")),
    _columns(_DECIDES, "project_id", ("search",)),
    _columns((*_CAPTURE, "decision add", "decision edit", "cycle remove"), "cycle_id",
             ("cycle show", "search")),
    _columns(_DECISION_EDITS, "title",
             ("why", "search", "decision export", "editor symbols", "editor hover")),
    _columns(_DECISION_EDITS, "rationale alternatives",
             ("why", "search", "decision export", "editor hover")),
    _columns(_DECIDES, "created_at", ("decision export",), _EVENT),
)  # fmt: skip

_LEARNING = _table(
    ("learning list", "learning show", "dashboard"),
    _columns(_LEARNS, "id", ("why", "search")),
    _columns(_LEARNS, "project_id", ("search",)),
    _columns((*_CAPTURE, "learning add", "learning edit"), "cycle_id", ("search",)),
    _columns(_CAPTURE, "session_id", note="of one that was added by hand there is none"),
    _columns(_LEARNING_EDITS, "title", ("why", "search", "editor symbols", "editor hover")),
    _columns(_LEARNING_EDITS, "problem solution", ("why", "search", "editor hover")),
    _columns((*_LEARNING_EDITS, "learning tag"), "tags", ("learning tags", "search")),
    _columns(_LEARNS, "created_at", note=_EVENT),
    _columns((*_LEARNING_EDITS, "learning tag"), "updated_at"),
)  # fmt: skip

_CONTEXT = _table(
    ("status", "dashboard"),
    _columns(_TRACKS, "id project_id", ("search",)),
    _columns(_TRACKS, "filename file_path",
             ("diff", "sync", "resolve", "search", "doctor", "hook studio-drift",
              "editor diagnostics")),
    _columns((*_SEEN, "untrack", "editor studio.untrack"), "sync_status",
             ("editor studio.openDashboard",)),
    _columns(_SEEN, "last_sync_at", ("editor lenses",)),
    _columns(_SEEN, "last_checked_at"),
    _columns(_SEEN, "canonical_hash repo_hash", (WORKER,)),
    _columns(_TRACKS, "created_at", note=_WHEN),
    _columns((*_SEEN, "untrack", "editor studio.untrack"), "updated_at"),
)  # fmt: skip

_DRIFT = _table(
    ("dashboard",),
    _columns(_SEEN, "id context_file_id", ("undo",)),
    _columns(_SEEN, "detected_at"),
    _columns((*_SEEN, "untrack"), "resolved_at resolution", ("undo",),
             "also of drift that went away by itself"),
    _columns(_SEEN, "canonical_content repo_content", ("status", "resolve")),
    _columns(_SEEN, "diff_summary", ("dashboard",)),
)  # fmt: skip

_STACK = _table(
    ("stack list", "dashboard"),
    _columns(("stack detect", "stack add"), "id project_id", ("stack map",)),
    _columns(("stack detect", "stack add"), "category"),
    _columns(("stack detect", "stack add"), "name", ("stack map", "editor completion")),
    _columns(("stack detect", "stack add"), "version", ("stack map",)),
    _columns(("stack detect", "stack add"), "sort_order created_at"),
)

_MAPPING = _table(
    ("stack list", "dashboard"),
    _columns(("stack map",), "id"),
    _columns(("stack map",), "tech_stack_id registry_type registry_id",
             ("registry show", "editor completion", "editor hover")),
    _columns(("stack map",), "created_at", note=_WHEN),
)  # fmt: skip

_DEPENDENCY = _table(
    ("deps list", "dashboard"),
    _columns(("deps check",), "id project_id name required_version", ("deps check",)),
    _columns(("deps check",), "detected_path detected_version status last_checked_at created_at"),
)

_ACTIVITY_WRITES: Parties = tuple(
    dict.fromkeys((*_DECIDES, *_SEEN, *_TRACKS, "cycle start", "cycle complete", "cycle phase"))
)
_ACTIVITY = _table(
    ("activity", "dashboard", "editor studio.openDashboard"),
    _columns(_ACTIVITY_WRITES, "id project_id activity_type"),
    _columns((*_ACTIVITY_WRITES, "cycle edit", "decision edit", "session edit"), "title",
             note="follows what it is about, when that is renamed"),
    _columns(_ACTIVITY_WRITES, "reference_type reference_id",
             ("cycle remove", "decision remove"),
             "taken out of the feed with what it is about"),
    _columns(_ACTIVITY_WRITES, "created_at", note=f"{_EVENT}; backfill writes none"),
)  # fmt: skip

_SETTINGS = _table(
    ("settings list", "settings get"),
    _columns(("settings set", "init"), "key"),
    _columns(("settings set", "init"), "value", ("dashboard",), "init writes the four defaults"),
    _columns(("settings set", "init"), "updated_at"),
)

TABLES: Mapping[str, Table] = {
    "projects": _PROJECT,
    "cycles": _CYCLE,
    "tasks": _TASK,
    "sessions": _SESSION,
    "decisions": _DECISION,
    "learnings": _LEARNING,
    "context_files": _CONTEXT,
    "drift_records": _DRIFT,
    "tech_stack": _STACK,
    "registry_skills": _registry_table("file_path", None),
    "registry_agents": _registry_table("file_path", None),
    "registry_tools": _registry_table("file_path", _ITEMS, "tool_type"),
    "registry_templates": _registry_table("dir_path", _ITEMS, "template_type"),
    "registry_prompts": _registry_table("file_path", None),
    "tech_mappings": _MAPPING,
    "dependencies": _DEPENDENCY,
    "activity_log": _ACTIVITY,
    "settings": _SETTINGS,
}


def parties() -> set[str]:
    """Everybody who is named."""
    found: set[str] = set()
    for table in TABLES.values():
        found.update(table.reads)
        for column in table.columns:
            found.update(column.writes, column.reads)
    return found


def render(note: str) -> str:
    """The page."""
    parts = [
        f"{note}# Who writes and reads the store",
        "Of every column of the data model: the commands, hooks and features of the editor that "
        "write it, and those that read it. The tables themselves, and those that studio-git adds, "
        "stand on [their own page](store.md).",
        "Three read and write whole tables and are not named each time: `backup` and `restore` "
        "take the store as it is, `project export` and `project import` take all rows of a "
        "project along with the registry items it uses, and `dashboard --web` shows every table. "
        "What belongs to a record goes with it: `registry remove`, `task "
        "remove`, `decision remove`, `learning remove`, `cycle remove` and `stack remove` delete "
        "rows, and `capture` those whose commits were rewritten away.",
        "*worker* is the process that the hooks leave behind after a commit, a merge, a rewrite "
        "or a checkout (`studio-capture`, or git's own hooks): it captures, looks at the context "
        "files and brings the registry up to date. Whatever names a row by its id, or lists "
        "rows, of course reads ids.",
    ]
    for name, table in TABLES.items():
        lines = ["| column | written by | read by | |", "|---|---|---|---|"]
        lines += [
            f"| `{column.name}` | {_said(column.writes, 'nothing')} "
            f"| {_said(column.reads, '–')} | {column.note} |"
            for column in table.columns
        ]
        whole = f"Whole rows are read by {_said(table.reads, 'nothing')}."
        parts.append("\n\n".join([f"## {name}", whole, "\n".join(lines)]))
    return "\n\n".join(parts) + "\n"


def _said(who: Iterable[str], nobody: str) -> str:
    return ", ".join(map(_party, dict.fromkeys(who))) or nobody


def _party(words: str) -> str:
    kind, _, name = words.partition(" ")
    if words == WORKER:
        return "*worker*"
    if kind == "hook":
        return f"hook `{name}`"
    if kind == "editor":
        return f"editor: `{name}`" if "." in name else f"editor: {name}"
    return f"`{words}`"
