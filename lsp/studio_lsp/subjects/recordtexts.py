"""What is told of decisions, learnings, sessions, cycles and tasks, as Markdown that is inert."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from studio_git.core.prose import shorten
from studio_git.services import cycles as cycling
from studio_git.services import cycleviews, memory, superseding
from studio_git.services.memory import Object
from studio_git.store import cycles, dashboard, lookup, projects, tasks
from studio_git.store.connection import Store
from studio_git.store.lookup import Table
from studio_git.store.symbols import Kind, Titled
from studio_lsp.markdown import escaped, quoted

_HOVERED = 700
"""Characters of a text that a hover shows."""

_MOST = 20
_MANY_DECISIONS = 100


def about(store: Store, record: Titled) -> str:
    """A record for a hover; empty where it is gone."""
    parts = _PARTS[record.kind](store, record)
    if not parts:
        return ""
    heading = f"**{escaped(shorten(record.title, 300))}** ({_noun(store, record)})"
    return "\n\n".join([heading, *(_short(part) for part in parts)])


def document(store: Store, record: Titled) -> str:
    """A record as a document of its own; empty where it is gone."""
    parts = _PARTS[record.kind](store, record)
    if not parts:
        return ""
    project = projects.get(store.db, record.project_id) if record.project_id else None
    of = f" of {escaped(project['name'])}" if project else ""
    noun = _noun(store, record)
    lead = f"{noun[0].upper()}{noun[1:]}{of}, {escaped(record.id)}"
    return "\n\n".join([f"# {escaped(shorten(record.title, 500))}", lead, *parts]) + "\n"


def dashboard_text(store: Store) -> str:
    """The dashboard: drift alerts, active cycles, new decisions, and what happened lately."""
    alerts = (
        f"{_bold(row['project_name'])}: {escaped(row['filename'])} is {escaped(row['sync_status'])}"
        for row in dashboard.drift_alerts(store.db)
    )
    active = (
        f"{_bold(row['project_name'])}: {escaped(row['name'])}{_in_brackets(cycling.code(row))}, "
        f"{escaped(row['cycle_type'])}, {escaped(row['phase'])}"
        for row in dashboard.active_cycles(store.db)
    )
    decided = (
        f"{_day(row['created_at'])} {_bold(row['project_name'])}: {escaped(row['title'])}"
        f"{_in_brackets(row['cycle_name'] or '')}"
        for row in dashboard.pending_decisions(store.db, _MANY_DECISIONS)
    )
    happened = (
        f"{_day(row['created_at'])} {_bold(row['project_name'] or 'no project')}: "
        f"{escaped(str(row['activity_type']).replace('_', ' '))}: {escaped(row['title'])}"
        for row in dashboard.recent_activity(store.db)
    )
    parts = [
        "# Project Studio",
        _section("Drift alerts", alerts, "Every context file is in step."),
        _section("Active cycles", active, "No cycle is under way."),
        _section("Decisions of the last seven days", decided, "None."),
        _section("Recent activity", happened, "Nothing in the last seven days."),
    ]
    return "\n\n".join(parts) + "\n"


def _noun(store: Store, record: Titled) -> str:
    if record.kind is not Kind.CYCLE:
        return record.kind.value
    row = cycles.get(store.db, record.id)
    code = cycling.code(row) if row is not None else ""
    return f"cycle {code}" if code else "cycle"


def _decision(store: Store, record: Titled) -> list[str]:
    row = lookup.get(store.db, Table.DECISIONS, record.id)
    if row is None:
        return []
    found = memory.decision_objects(store, [row])[0]
    places = superseding.places(store, record.id)
    facts = [
        f"Decided {_day(found['created_at'])}{_source(found['commits'])}",
        f"Superseded by: {escaped(places.superseded_by)}" if places.superseded_by else "",
        *(f"Supersedes: {escaped(title)}" for title in places.supersedes),
        _cycle_of(store, found),
    ]
    alternatives = found["alternatives"] if isinstance(found["alternatives"], list) else []
    return [
        _lines(facts),
        *_text(found["rationale"]),
        *_list("Considered", (str(each) for each in alternatives)),
    ]


def _learning(store: Store, record: Titled) -> list[str]:
    row = lookup.get(store.db, Table.LEARNINGS, record.id)
    if row is None:
        return []
    found = memory.object_of(row)
    tags = found["tags"] if isinstance(found["tags"], list) else []
    facts = [
        f"Learned {_day(found['created_at'])}",
        f"Tags: {escaped(', '.join(map(str, tags)))}" if tags else "",
        _cycle_of(store, found),
    ]
    return [
        _lines(facts),
        "The problem:",
        *_text(found["problem"]),
        "The solution:",
        *_text(found["solution"]),
    ]


def _session(store: Store, record: Titled) -> list[str]:
    row = lookup.get(store.db, Table.SESSIONS, record.id)
    if row is None:
        return []
    minutes = row["duration_minutes"]
    length = "" if minutes is None else f", {minutes} minutes"
    facts = [f"{_day(row['created_at'])}{length}", _cycle_of(store, dict(row))]
    return [_lines(facts), *_text(row["summary"])]


def _cycle(store: Store, record: Titled) -> list[str]:
    row = cycles.get(store.db, record.id)
    if row is None:
        return []
    found = cycleviews.whole_cycle(store, row)
    criteria = found["success_criteria"] if isinstance(found["success_criteria"], list) else []
    done = sum(task["status"] == "complete" for task in found["tasks"])
    facts = [
        f"A {escaped(found['cycle_type'])}, phase {escaped(found['phase'])}",
        f"Begun {_day(found['started_at'])}",
        f"Completed {_day(found['completed_at'])}" if found["completed_at"] else "",
        f"Due {_day(found['due_at'])}" if found["due_at"] else "",
        f"Tasks: {done} of {len(found['tasks'])} done" if found["tasks"] else "",
    ]
    return [
        _lines(facts),
        *_text(found["intent"]),
        *_list("Done when", (str(each) for each in criteria)),
        *_list("Tasks", (f"{it['title']} ({it['status']})" for it in found["tasks"])),
        *_list("Decisions", (it["title"] for it in found["decisions"])),
        *_list("Sessions", (it["title"] for it in found["sessions"])),
    ]


def _task(store: Store, record: Titled) -> list[str]:
    row = tasks.get(store.db, record.id)
    if row is None:
        return []
    status = str(row["status"]).replace("_", " ")
    return [_lines([f"Status: {escaped(status)}", _cycle_of(store, dict(row))])]


_PARTS: Mapping[Kind, Callable[[Store, Titled], list[str]]] = {
    Kind.DECISION: _decision,
    Kind.LEARNING: _learning,
    Kind.SESSION: _session,
    Kind.CYCLE: _cycle,
    Kind.TASK: _task,
}


def _cycle_of(store: Store, record: Object) -> str:
    row = cycles.get(store.db, record["cycle_id"]) if record.get("cycle_id") else None
    if row is None:
        return ""
    return f"Cycle: {escaped(row['name'])}{_in_brackets(cycling.code(row))}"


def _source(commits: list[str]) -> str:
    return f", in commit {escaped(commits[0][:12])}" if commits else ", by hand"


def _day(time: object) -> str:
    return escaped(str(time or "")[:10])


def _bold(text: object) -> str:
    return f"**{escaped(str(text))}**"


def _in_brackets(text: str) -> str:
    return f" ({escaped(text)})" if text else ""


def _text(text: str | None) -> list[str]:
    return [quoted(text.strip())] if text and text.strip() else []


def _lines(facts: Iterable[str]) -> str:
    return "  \n".join(fact for fact in facts if fact)


def _list(heading: str, items: Iterable[str]) -> list[str]:
    said = [f"- {escaped(shorten(item, 300))}" for item in items]
    more = [f"- and {len(said) - _MOST} more"] if len(said) > _MOST else []
    return [f"{heading}:\n\n" + "\n".join([*said[:_MOST], *more])] if said else []


def _section(heading: str, items: Iterable[str], nothing: str) -> str:
    lines = [f"- {item}" for item in items]
    return f"## {heading}\n\n" + ("\n".join(lines) if lines else nothing)


def _short(part: str) -> str:
    """A part that is not longer than a hover should be; cut at the end of a line."""
    if len(part) <= _HOVERED:
        return part
    head = part[:_HOVERED]
    kept = head.rpartition("\n")[0] or head.rstrip("\\")
    return f"{kept}\n\n…"
