"""All rows that belong to a project, out of the store and into one.

Which rows those are follows from the references of the tables themselves, so that a table of ours
that is added later goes along. Ids that are texts are kept; numbers are given anew where they are
taken, and what refers to them follows.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from graphlib import TopologicalSorter

from studio_git.errors import StoreError
from studio_git.store.migrations import schema_sql

Value = str | int | float | bytes | None
Row = dict[str, Value]
Tables = dict[str, list[Row]]

OUTSIDE: Mapping[str, str] = {
    "settings": "belong to the user, and not to a project",
    "registry_prompts": "belong to the user: nothing of a project refers to one",
    "git_meta": "says of the store itself who may write it",
}
"""Tables that do not go along, and why."""

_PROJECT = "project_id = :project"
_MAPPED = (
    "id IN (SELECT registry_id FROM tech_mappings WHERE registry_type = '{type}' AND tech_stack_id "
    "IN (SELECT id FROM tech_stack WHERE project_id = :project))"
)
_CONDITIONS: Mapping[str, str] = {
    "projects": "id = :project",
    "registry_skills": f"{_MAPPED.format(type='skill')} OR id IN (SELECT skill_id FROM "  # noqa: S608
    "git_registry_installs WHERE context_file_id IN (SELECT id FROM context_files WHERE "
    f"{_PROJECT}))",
    "registry_agents": _MAPPED.format(type="agent"),
    "registry_tools": _MAPPED.format(type="tool"),
    "registry_templates": "id IN (SELECT template_id FROM projects WHERE id = :project)",
    "git_snapshots": "id IN (SELECT snapshot_id FROM git_syncs WHERE context_file_id IN (SELECT "  # noqa: S608
    f"id FROM context_files WHERE {_PROJECT})) OR EXISTS (SELECT 1 FROM git_operations o WHERE "
    "o.project_id = :project AND instr(o.changes, git_snapshots.id))",
}
"""Where references do not say what belongs to a project."""

_BY_KIND: Mapping[tuple[str, str], tuple[str, Mapping[str, str]]] = {
    ("tech_mappings", "registry_id"): (
        "registry_type",
        {"skill": "registry_skills", "agent": "registry_agents", "tool": "registry_tools"},
    ),
    ("activity_log", "reference_id"): (
        "reference_type",
        {
            "session": "sessions",
            "decision": "decisions",
            "cycle": "cycles",
            "context_file": "context_files",
            "drift": "drift_records",
        },
    ),
    ("git_notes", "record_id"): (
        "kind",
        {"decision": "decisions", "learning": "learnings", "question": "git_questions"},
    ),
}
_UNDECLARED: Mapping[tuple[str, str], str] = {
    ("projects", "template_id"): "registry_templates",
    ("git_syncs", "operation_id"): "git_operations",
    ("git_registry_installs", "skill_id"): "registry_skills",
}
"""References that the schema does not declare: column to table, by another column or always."""

_PASSING = frozenset({"updated_at", "last_checked_at", "checked_at"})
"""Columns that move without anything being said."""

_LARGEST_NUMBER = 2**31


@dataclass(frozen=True, slots=True)
class Clash:
    """A row that the store has, and says other things; ``columns`` are those that differ."""

    table: str
    id: str
    columns: tuple[str, ...]


@dataclass(slots=True)
class Taken:
    """What taking in did: rows by table, what clashed, what could not be taken.

    ``renumbered`` are the numbers of cycles that were taken: what they were and are.
    ``unknown`` are columns and tables that this store does not have.
    """

    added: dict[str, int] = field(default_factory=dict)
    same: int = 0
    changed: int = 0
    clashes: list[Clash] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    renumbered: list[tuple[str, str]] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Table:
    """What the schema says of a table; ``keys`` are its unique sets of columns, the primary first.

    ``number`` is the column of a number that SQLite gives, None where ids are of another kind.
    ``references`` maps columns to (table, column), ``needed`` are columns that cannot be NULL.
    """

    name: str
    columns: tuple[str, ...]
    keys: tuple[tuple[str, ...], ...]
    number: str | None
    references: Mapping[str, tuple[str, str]]
    needed: frozenset[str]


def names(db: sqlite3.Connection) -> list[str]:
    """The tables that go along: those of the data model and ours, referred ones first."""
    schema = _schema(db)
    graph = {
        name: {parent for parent in _parents(table) if parent in schema and parent != name}
        for name, table in schema.items()
    }
    return list(TopologicalSorter(graph).static_order())


def belonging(db: sqlite3.Connection, project_id: str) -> Tables:
    """Every row that belongs to a project, by table, in the order of the primary keys."""
    schema = _schema(db)
    found: Tables = {}
    db.execute("BEGIN")  # all tables as they are at one moment
    try:
        for name in names(db):
            table = schema[name]
            order = ", ".join(f'"{column}"' for column in table.keys[0])
            rows = db.execute(
                f'SELECT * FROM "{name}" WHERE {_condition(schema, table)} ORDER BY {order}',  # noqa: S608
                {"project": project_id},
            )
            found[name] = [dict(row) for row in rows]
    finally:
        db.rollback()
    return found


def take_in(db: sqlite3.Connection, tables: Tables, *, overwrite: bool = False) -> Taken:
    """Put rows into the store, inside the caller's transaction.

    A row that is there already stays as it is, unless ``overwrite``; what differs is told. Raises
    StoreError for rows that the schema does not allow.
    """
    try:
        return _take_in(db, tables, _Run(db, overwrite))
    except (sqlite3.IntegrityError, sqlite3.DataError, sqlite3.InterfaceError) as error:
        raise StoreError(
            f"what is to be taken in cannot stand in a store: {error}.",
            "Nothing was changed. Export the project once more.",
        ) from error


def _take_in(db: sqlite3.Connection, tables: Tables, run: _Run) -> Taken:
    schema = _schema(db)
    taken = run.taken
    taken.unknown += sorted(set(tables) - set(schema))
    for name in names(db):
        table = schema[name]
        missing: set[str] = set()
        for row in tables.get(name, []):
            missing |= set(row) - set(table.columns)
            run.take(table, {key: value for key, value in row.items() if key in table.columns})
        taken.unknown += [f"{name}.{column}" for column in sorted(missing)]
    return taken


class _Run:
    """One taking in: what rows are called here that were called otherwise there.

    ``claimed`` are numbered rows that were met already, so that equal rows stay several. ``mine``
    are the keys of all rows that were taken in: what needs another row needs one of them, so that
    nothing is hung onto another project.
    """

    def __init__(self, db: sqlite3.Connection, overwrite: bool) -> None:
        self.db = db
        self.overwrite = overwrite
        self.taken = Taken()
        self.moved: dict[tuple[str, Value], Value] = {}
        self.claimed: set[tuple[str, Value]] = set()
        self.mine: set[tuple[str, str, Value]] = set()

    def take(self, table: _Table, row: Row) -> None:
        """Put one row in, or meet the one that is there."""
        old = dict(row)
        if not self._follow(table, row):
            return
        for column in table.keys[0]:
            if column != table.number and row.get(column) is None:
                raise sqlite3.IntegrityError(f"a row of {table.name} has no {column}")
        found = self._same(table, row)
        if found is None:
            self._insert(table, row, old)
            self.mine.update((table.name, column, row[column]) for column in table.keys[0])
            return
        for column in table.keys[0]:
            if found[column] != old.get(column):
                self.moved[table.name, old.get(column)] = found[column]
                row[column] = found[column]
        if table.number is not None:
            self.claimed.add((table.name, found[table.number]))
        self.mine.update((table.name, column, row[column]) for column in table.keys[0])
        self._meet(table, row, found)

    def _insert(self, table: _Table, row: Row, old: Row) -> None:
        number = table.number
        if number is not None:
            said = row.get(number)
            fits = isinstance(said, int) and 0 < said < _LARGEST_NUMBER
            if not fits or _exists(self.db, table.name, number, said):
                row[number] = None
        columns = ", ".join(f'"{column}"' for column in row)
        marks = ", ".join("?" * len(row))
        cursor = self.db.execute(
            f'INSERT INTO "{table.name}" ({columns}) VALUES ({marks})',  # noqa: S608
            list(row.values()),
        )
        self.taken.added[table.name] = self.taken.added.get(table.name, 0) + 1
        if number is None:
            return
        self.claimed.add((table.name, cursor.lastrowid))
        if row.get(number) is None:
            row[number] = cursor.lastrowid
            self.moved[table.name, old.get(number)] = cursor.lastrowid
            if table.name == "git_cycle_codes":
                self.taken.renumbered.append((str(old.get(number)), str(cursor.lastrowid)))

    def _follow(self, table: _Table, row: Row) -> bool:
        """Let a row refer to what its targets are called here; False where it cannot stand."""
        for column, parent in _targets(table, row).items():
            if row.get(column) is not None:
                row[column] = self.moved.get((parent, row[column]), row[column])
        for column, (parent, key) in table.references.items():
            value = row.get(column)
            if value is None or (parent, key, value) in self.mine:
                continue
            if _needs(table, column):
                self.taken.left_out.append(f"{table.name}: refers to {parent} {value!s}")
                return False
            if _exists(self.db, parent, key, value):
                continue
            self.taken.left_out.append(f"{table.name}.{column}: {parent} {value!s}")
            row[column] = None
        return True

    def _same(self, table: _Table, row: Row) -> sqlite3.Row | None:
        """The row of the store that a row is, by any of its keys; numbers say nothing of that."""
        keys = [key for key in table.keys if key != (table.number,)]
        keys = keys or [tuple(column for column in row if column != table.number)]
        for key in keys:
            where = " AND ".join(f'"{column}" IS ?' for column in key)
            order = f'ORDER BY "{table.number}" IS NOT ?' if table.number else "LIMIT ?"
            first = row.get(table.number) if table.number else 1
            rows = self.db.execute(
                f'SELECT * FROM "{table.name}" WHERE {where} {order}',  # noqa: S608
                [*(row.get(column) for column in key), first],
            )
            for found in rows.fetchall():
                if (table.name, found[table.keys[0][0]]) not in self.claimed:
                    return found  # type: ignore[no-any-return]
        return None

    def _meet(self, table: _Table, row: Row, found: sqlite3.Row) -> None:
        """What becomes of a row that the store has."""
        taken = self.taken
        differ = tuple(key for key in row if key not in _PASSING and found[key] != row[key])
        ours = table.name.startswith("git_")
        if not differ or (ours and not self.overwrite):
            taken.same += 1
            return
        if not self.overwrite or any(_needs(table, key) for key in differ):
            shown = ", ".join(str(found[column]) for column in table.keys[0])
            taken.clashes.append(Clash(table.name, shown, differ))
            return
        assignments = ", ".join(f'"{column}" = ?' for column in differ)
        where = " AND ".join(f'"{column}" IS ?' for column in table.keys[0])
        stamp = ", updated_at = CURRENT_TIMESTAMP" if "updated_at" in table.columns else ""
        self.db.execute(
            f'UPDATE "{table.name}" SET {assignments}{stamp} WHERE {where}',  # noqa: S608
            [*(row[column] for column in differ), *(found[column] for column in table.keys[0])],
        )
        taken.changed += 1


def _needs(table: _Table, column: str) -> bool:
    """Whether a column says what a row belongs to: a reference that cannot be left open."""
    return column in table.references and (column in table.needed or column in table.keys[0])


def _exists(db: sqlite3.Connection, table: str, column: str, value: Value) -> bool:
    found = db.execute(f'SELECT 1 FROM "{table}" WHERE "{column}" IS ?', [value])  # noqa: S608
    return found.fetchone() is not None


def _condition(schema: Mapping[str, _Table], table: _Table) -> str:
    """Which rows of a table belong to the project, as SQL."""
    if table.name in _CONDITIONS:
        return _CONDITIONS[table.name]
    if "project_id" in table.references:
        return _PROJECT
    for column, (parent, key) in table.references.items():
        if _needs(table, column) and parent in schema:
            inner = _condition(schema, schema[parent])
            return f'"{column}" IN (SELECT "{key}" FROM "{parent}" WHERE {inner})'  # noqa: S608
    return "FALSE"


def _targets(table: _Table, row: Row) -> dict[str, str]:
    """The table that each referring column of a row means."""
    found = {column: parent for column, (parent, _) in table.references.items()}
    for (name, column), parent in _UNDECLARED.items():
        if name == table.name:
            found[column] = parent
    for (name, column), (by, kinds) in _BY_KIND.items():
        kind = kinds.get(str(row.get(by)))
        if name == table.name and kind is not None:
            found[column] = kind
    return found


def _parents(table: _Table) -> set[str]:
    found = {parent for parent, _ in table.references.values()}
    found |= {parent for (name, _), parent in _UNDECLARED.items() if name == table.name}
    for (name, _), (_, kinds) in _BY_KIND.items():
        if name == table.name:
            found |= set(kinds.values())
    return found


def _schema(db: sqlite3.Connection) -> dict[str, _Table]:
    """The tables of the data model and ours; those of other programs are theirs to carry."""
    rows = db.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY rowid")
    made = schema_sql().splitlines()
    known = {line.split()[2] for line in made if line.startswith("CREATE TABLE ")}
    return {
        name: _table(db, name)
        for (name,) in rows
        if (name in known or name.startswith("git_")) and name not in OUTSIDE
    }


def _table(db: sqlite3.Connection, name: str) -> _Table:
    info = db.execute("SELECT * FROM pragma_table_info(?)", [name]).fetchall()
    primary = tuple(
        row["name"] for row in sorted(info, key=lambda row: int(row["pk"])) if row["pk"]
    )
    references = {
        row["from"]: (row["table"], row["to"] or "id")
        for row in reversed(
            db.execute("SELECT * FROM pragma_foreign_key_list(?)", [name]).fetchall()
        )
    }
    types = {row["name"]: str(row["type"]).upper() for row in info}
    is_number = len(primary) == 1 and types[primary[0]] == "INTEGER"
    number = primary[0] if is_number and primary[0] not in references else None
    keys = [primary, *(key for key in _unique(db, name) if key != primary)]
    return _Table(
        name=name,
        columns=tuple(types),
        keys=tuple(keys),
        number=number,
        references=references,
        needed=frozenset(row["name"] for row in info if row["notnull"]),
    )


def _unique(db: sqlite3.Connection, name: str) -> Iterable[tuple[str, ...]]:
    for index in db.execute("SELECT * FROM pragma_index_list(?)", [name]).fetchall():
        if index["unique"] and not index["partial"]:
            rows = db.execute("SELECT name FROM pragma_index_info(?)", [index["name"]]).fetchall()
            columns: Sequence[str | None] = [row["name"] for row in rows]
            if all(columns):
                yield tuple(str(column) for column in columns)
