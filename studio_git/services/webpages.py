"""What stands on each page of the web dashboard: read from the store, for its template."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from studio_git.core import cyclenames, diffrows, sessionfile
from studio_git.core.prose import one_line
from studio_git.core.registryfiles import ItemType
from studio_git.errors import NotFoundError, StudioError, UsageError
from studio_git.services import cycles as cycling
from studio_git.services import cycleviews, memory, registry, search, settings, stack
from studio_git.services.search import REGISTRY, Filters, Kind
from studio_git.services.webformat import day
from studio_git.store import cycles, dashboard, dependencies, lookup, pages, projects, records
from studio_git.store.connection import Store
from studio_git.store.lookup import Table

Query = Mapping[str, str]
"""What an address says behind its question mark; each name once."""

Content = dict[str, Any]
"""What a template is filled with."""

PER_PAGE = 50
_ON_START = 6
_SETTLED = 20
_FOUND = 50
_MOST_PAGES = 1_000_000


@dataclass(frozen=True, slots=True)
class Page:
    """A page: its template is named by its path (``start`` for the first one)."""

    title: str
    content: Callable[[Store, Query], Content]
    in_menu: bool = True


def theme(store: Store) -> str:
    """``light``, ``auto`` (as the browser's is) or ``dark``, which is anything else."""
    said = str(settings.get(store, "theme").value).strip().lower()
    if said in ("auto", "system"):
        return "auto"
    return "light" if said == "light" else "dark"


def _start(store: Store, _: Query) -> Content:
    active = dashboard.active_cycles(store.db)
    recent = dashboard.pending_decisions(store.db, _ON_START)
    return {
        "alerts": pages.drifting(store.db, None),
        "cycles": [
            {**cycleviews.cycle(store, row), "project_name": row["project_name"]}
            for row in active[:_ON_START]
        ],
        "active": len(active),
        "decisions": memory.decision_objects(store, recent),
        "activity": dashboard.recent_activity(store.db),
        "names": _names(store),
        "totals": pages.totals(store.db),
        "phases": [phase.value for phase in cycling.Phase],
    }


def _drift(store: Store, query: Query) -> Content:
    alerts = []
    for row in pages.drifting(store.db, _project(query)):
        canonical, repo = row["canonical_content"], row["repo_content"]
        found, whole = diffrows.blocks(_bytes(canonical), _bytes(repo))
        known = canonical is not None or repo is not None
        alerts.append(
            {
                "file": row,
                "known": known,
                "missing": "Studio" if canonical is None else "repository" if repo is None else "",
                "blocks": found if known else [],
                "whole": whole,
            }
        )
    return _filtered(store, query) | {
        "alerts": alerts,
        "unified": query.get("view") == "unified",
        "settled": pages.settled(store.db, _project(query), _SETTLED),
    }


def _timeline(store: Store, query: Query) -> Content:
    rows, paging = _paged(query, lambda limit, offset: pages.sessions(
        store.db, _project(query), limit=limit, offset=offset))  # fmt: skip
    sessions = [
        memory.object_of(row)
        | {
            "cycle_code": _code(row["cycle_number"]),
            "decisions": records.in_session(store.db, records.Kind.DECISION, row["id"]),
        }
        for row in rows
    ]
    days = []
    for name, group in groupby(sessions, key=lambda each: day(each["created_at"])):
        of_day = list(group)
        minutes = _sum(each["duration_minutes"] for each in of_day)
        days.append({"day": name, "sessions": of_day, "minutes": minutes})
    return _filtered(store, query) | paging | {"days": days}


def _session(store: Store, query: Query) -> Content:
    row = lookup.get(store.db, Table.SESSIONS, query.get("id", ""))
    if row is None:
        raise NotFoundError("there is no such session.", "It may have been removed meanwhile.")
    found = memory.show_session(store, row["id"], None)
    text = memory.session_text(store, found)
    cycle = cycles.get(store.db, row["cycle_id"]) if row["cycle_id"] else None
    return {
        "session": found,
        "document": None if text is None else sessionfile.parse(text),
        "cycle": cycle,
        "cycle_code": None if cycle is None else _code(cycle["number"]),
        "decisions": records.in_session(store.db, records.Kind.DECISION, row["id"]),
        "learnings": records.in_session(store.db, records.Kind.LEARNING, row["id"]),
        "names": _names(store),
    }


def _decisions(store: Store, query: Query) -> Content:
    rows, paging = _paged(query, lambda limit, offset: pages.decisions(
        store.db, _project(query), limit=limit, offset=offset))  # fmt: skip
    return _filtered(store, query) | paging | {
        "decisions": _told(store, memory.decision_objects(store, rows)),
        "cycles": _cycle_names(store),
    }  # fmt: skip


def _decision(store: Store, query: Query) -> Content:
    row = lookup.get(store.db, Table.DECISIONS, query.get("id", ""))
    if row is None:
        raise NotFoundError("there is no such decision.", "It may have been removed meanwhile.")
    return {
        "decision": _told(store, memory.decision_objects(store, [row]))[0],
        "names": _names(store),
        "cycles": _cycle_names(store),
    }


def _told(store: Store, found: list[memory.Object]) -> list[memory.Object]:
    """Decisions with the titles of those that they replace, or that replace them."""
    return [
        each
        | {
            "older": [(other, memory.title_of(store, other)) for other in each["supersedes"]],
            "newer": memory.title_of(store, each["superseded_by"]) if each["superseded_by"] else "",
        }
        for each in found
    ]


def _learnings(store: Store, query: Query) -> Content:
    tag = query.get("tag") or None
    rows, paging = _paged(query, lambda limit, offset: records.learnings(
        store.db, _project(query), limit + offset, tag=tag)[offset:])  # fmt: skip
    return _filtered(store, query) | paging | {
        "learnings": [memory.object_of(row) for row in rows],
        "tags": memory.list_tags(store, _project(query)),
        "tag": tag,
    }  # fmt: skip


def _cycles(store: Store, query: Query) -> Content:
    every = [cycleviews.cycle(store, row) for row in cycles.every(store.db, _project(query))]
    return _filtered(store, query) | {
        "active": [each for each in every if each["completed_at"] is None],
        "completed": [each for each in every if each["completed_at"] is not None],
        "phases": [phase.value for phase in cycling.Phase],
    }


def _cycle(store: Store, query: Query) -> Content:
    row = cycles.get(store.db, query.get("id", ""))
    if row is None:
        raise NotFoundError("there is no such cycle.", "It may have been removed meanwhile.")
    return {
        "cycle": cycleviews.whole_cycle(store, row),
        "phases": [phase.value for phase in cycling.Phase],
        "names": _names(store),
    }


def _registry(store: Store, query: Query) -> Content:
    said = query.get("type", "")
    wanted = ItemType(said) if said in set(ItemType) else None
    every = registry.items(store)
    uses = pages.registry_uses(store.db)
    return {
        "types": [(each.value, sum(item.type is each for item in every)) for each in ItemType],
        "type": wanted.value if wanted else "",
        "items": [
            {
                "type": item.type.value,
                "id": item.id,
                "name": item.name,
                "description": item.description,
                "subtype": item.row.subtype,
                "uses": uses.get((item.type.value, item.id), 0),
            }
            for item in every
            if wanted in (None, item.type)
        ],
    }


def _item(store: Store, query: Query) -> Content:
    said = (query.get("type"), query.get("id"))
    found = [item for item in registry.items(store) if (item.type.value, item.id) == said]
    if not found:
        raise NotFoundError(
            "there is no such registry item.", "It may have been removed meanwhile."
        )
    item = found[0]
    try:
        text, problem = registry.content(store, item), ""
    except StudioError as error:
        text, problem = "", error.message
    uses = registry.used_by(store, item.id, item.type)
    return {"item": item, "text": text, "problem": problem, "uses": uses}


def _search(store: Store, query: Query) -> Content:
    text, kind = query.get("q", ""), query.get("kind", "")
    hits, problem = [], ""
    if text.strip():
        kinds = REGISTRY if kind == "registry" else (Kind(kind),) if kind in set(Kind) else ()
        try:
            hits = search.search(
                store, text, Filters(kinds=tuple(kinds), project_id=_project(query)), _FOUND
            )
        except UsageError as error:
            problem = one_line(error.message)
    kinds_said = ["session", "decision", "learning", "context", "registry"]
    return _filtered(store, query) | {
        "q": text,
        "kind": kind,
        "kinds": kinds_said,
        "hits": hits,
        "problem": problem,
        "most": _FOUND,
    }


def _projects(store: Store, _: Query) -> Content:
    return {"projects": pages.projects(store.db)}


def _project_page(store: Store, query: Query) -> Content:
    project_id = query.get("id", "")
    row = projects.get(store.db, project_id)
    if row is None:
        raise NotFoundError("there is no such project.", "It may have been removed meanwhile.")
    recent = pages.sessions(store.db, project_id, limit=_ON_START, offset=0)
    return {
        "project": row,
        "files": pages.context_files(store.db, project_id),
        "cycles": [
            cycleviews.cycle(store, each)
            for each in cycles.every(store.db, project_id)
            if each["completed_at"] is None
        ],
        "sessions": recent,
        "decisions": memory.list_decisions(store, project_id, _ON_START),
        "stack": stack.objects(store, project_id),
        "dependencies": dependencies.every(store.db, project_id),
        "phases": [phase.value for phase in cycling.Phase],
    }


PAGES: Mapping[str, Page] = {
    "": Page("Overview", _start),
    "drift": Page("Drift", _drift),
    "timeline": Page("Timeline", _timeline),
    "session": Page("Session", _session, in_menu=False),
    "decisions": Page("Decisions", _decisions),
    "decision": Page("Decision", _decision, in_menu=False),
    "learnings": Page("Learnings", _learnings),
    "cycles": Page("Cycles", _cycles),
    "cycle": Page("Cycle", _cycle, in_menu=False),
    "registry": Page("Registry", _registry),
    "item": Page("Registry item", _item, in_menu=False),
    "projects": Page("Projects", _projects),
    "project": Page("Project", _project_page, in_menu=False),
    "search": Page("Search", _search),
}
"""The pages by their paths, in the order of the menu."""


def _project(query: Query) -> str | None:
    return query.get("project") or None


def _names(store: Store) -> dict[str, str]:
    return {row["id"]: row["name"] for row in projects.every(store.db, archived=True)}


def _cycle_names(store: Store) -> dict[str, str]:
    return {row["id"]: row["name"] for row in cycles.every(store.db, None)}


def _filtered(store: Store, query: Query) -> Content:
    """What a page needs that can be narrowed to one project."""
    return {"project": _project(query) or "", "names": _names(store)}


def _paged(query: Query, read: Callable[[int, int], list[Any]]) -> tuple[list[Any], Content]:
    """The rows of the page that is asked for, and the numbers of the pages beside it."""
    said = query.get("page", "1")
    number = min(int(said), _MOST_PAGES) if said.isascii() and said.isdigit() else 1
    number = max(number, 1)
    rows = read(PER_PAGE + 1, (number - 1) * PER_PAGE)
    paging = {
        "newer": number - 1 if number > 1 else None,
        "older": number + 1 if len(rows) > PER_PAGE else None,
    }
    return rows[:PER_PAGE], paging


def _code(number: int | None) -> str:
    return "" if number is None else cyclenames.code(number)


def _sum(values: Any) -> int:
    return sum(value for value in values if isinstance(value, int))


def _bytes(text: Any) -> bytes:
    """A snapshot as the store has it: text, bytes, or nothing."""
    if isinstance(text, bytes):
        return text
    return b"" if text is None else str(text).encode("utf-8", "surrogatepass")
