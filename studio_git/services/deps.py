"""The programs that a project needs, and whether they are there in a version that will do."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from studio_git import programs
from studio_git.core import manifests, programslist, versions
from studio_git.core.programslist import Program
from studio_git.core.versions import Requirement
from studio_git.gitio import Place
from studio_git.services import manifestfiles, programpaths
from studio_git.services.manifestfiles import Manifests
from studio_git.services.memory import Object
from studio_git.store import dependencies
from studio_git.store.connection import Store
from studio_git.store.dependencies import Looked, Row, Status
from studio_git.store.projects import Repository

SECONDS = 10.0
"""How long a program may take to say its version; those on the JVM take two."""

_AT_ONCE = 4
_TRIES = 4
"""Executables of one program that are asked before the first one's answer is taken."""

_COLUMNS = (
    "id", "project_id", "name", "required_version", "detected_path", "detected_version", "status",
    "last_checked_at", "created_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wanted:
    """A program, what is required of it, and the files that say so.

    No file says so of what stands in the store alone.
    """

    name: str
    requirements: tuple[Requirement, ...]
    files: tuple[str, ...]

    @property
    def required_version(self) -> str | None:
        """What is required, as the store has it; of several requirements all."""
        said = dict.fromkeys(str(each) for each in self.requirements)
        return " and ".join(said) or None


@dataclass(frozen=True, slots=True)
class Check:
    """One dependency as it was just checked, the reason of an unknown state, and its files."""

    looked: Looked
    reason: str
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """What a check found; ``rows`` are those of the store after it, in the order of ``checks``."""

    manifests: Manifests
    checks: tuple[Check, ...]
    rows: tuple[Row, ...]

    @property
    def is_met(self) -> bool:
        """Whether nothing is missing or of another version."""
        bad = (Status.NOT_INSTALLED, Status.VERSION_MISMATCH)
        return all(check.looked.status not in bad for check in self.checks)


def check(
    store: Store,
    repository: Repository,
    place: Place,
    *,
    seconds: float = SECONDS,
    step: Callable[[], None] = lambda: None,
) -> Report:
    """Look for the programs that a work tree's files need, and keep what was found.

    Rows that a person or another program wrote are looked at too, and keep what they require;
    what another clone of the project needs is left to it. ``step`` is called for each program
    that was looked for.
    """
    found = manifestfiles.read(place)
    before = dependencies.every(store.db, repository.project_id)
    declared = wanted(found)
    names = {each.name for each in declared}
    others = [_from_row(row) for row in before if row["name"] not in names and not row["declared"]]
    kept = {row["name"]: _from_row(row) for row in before if _is_a_persons(row)}
    every = [kept.get(each.name, each) for each in declared] + others
    folders = programpaths.folders(place)

    def one(each: Wanted) -> Check:
        done = look(each, folders, place, seconds=seconds)
        step()
        return done

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        checks = sorted(pool.map(one, every), key=lambda check: check.looked.name)
    with store.writing() as db:
        for row in before:
            if row["name"] not in names and _is_gone(row, repository):
                dependencies.delete(db, row["id"])
        for each in checks:
            dependencies.put(
                db,
                str(uuid.uuid4()),
                repository.project_id,
                each.looked,
                repository_id=repository.id,
                declared=each.looked.name in names and each.looked.name not in kept,
            )
        rows = {row["name"]: row for row in dependencies.every(db, repository.project_id)}
    return Report(found, tuple(checks), tuple(rows[each.looked.name] for each in checks))


def wanted(found: Manifests) -> list[Wanted]:
    """The programs that files need, each once, with all that is required of it."""
    needs = manifests.needs(found.files)
    return [
        Wanted(
            name,
            tuple(dict.fromkeys(need.requirement for _, need in said if need.requirement)),
            tuple(dict.fromkeys(path for path, _ in said)),
        )
        for name, said in programslist.by_program(needs).items()
    ]


def look(each: Wanted, folders: Sequence[Path], place: Place, *, seconds: float = SECONDS) -> Check:
    """Look for one program; nothing that is not on the list of known programs is started."""
    program = programslist.find(each.name)
    if program is None:
        return _told(each, Status.UNKNOWN, reason="not a program that is looked for")
    first: Check | None = None
    paths = programpaths.candidates(program, each.requirements, place)
    for path in islice(paths, _TRIES):
        found = _ask(each, program, path, folders, seconds)
        if found.looked.status is Status.INSTALLED:
            return found
        first = first or found
    return first or _told(each, Status.NOT_INSTALLED)


def objects(rows: Sequence[Row]) -> list[Object]:
    """Rows as JSON shows them."""
    return [{name: row[name] for name in _COLUMNS} for row in rows]


def check_objects(report: Report) -> list[Object]:
    """What a check found as JSON shows it: rows with ``reason`` and ``files`` beside them."""
    return [
        row | {"reason": check.reason or None, "files": list(check.files)}
        for row, check in zip(objects(report.rows), report.checks, strict=True)
    ]


def _ask(
    each: Wanted, program: Program, path: Path, folders: Sequence[Path], seconds: float
) -> Check:
    said = programs.ask_version(path, program.words, folders=folders, seconds=seconds)
    version = programslist.version_in(program, said.text) if said.status == 0 else None
    if version is None:
        reason = "it did not say its version"
        if said.status is None:
            reason += f" in {seconds:g} s, or said too much"
        elif said.status:
            reason += f", and ended with status {said.status}"
        return _told(each, Status.UNKNOWN, path=path, reason=reason)
    answers = [versions.satisfies(version, required) for required in each.requirements]
    if False in answers:
        return _told(each, Status.VERSION_MISMATCH, path=path, version=version)
    if None in answers:
        return _told(each, Status.UNKNOWN, path=path, version=version,
                     reason="what is required cannot be understood")  # fmt: skip
    return _told(each, Status.INSTALLED, path=path, version=version)


def _told(
    each: Wanted,
    status: Status,
    *,
    path: Path | None = None,
    version: str | None = None,
    reason: str = "",
) -> Check:
    shown = None if path is None else str(path)
    return Check(
        Looked(each.name, each.required_version, shown, version, status), reason, each.files
    )


def _from_row(row: Row) -> Wanted:
    said = row["required_version"]
    requirements = (versions.of_words(str(said)),) if said else ()
    return Wanted(str(row["name"]), requirements, ())


def _is_a_persons(row: Row) -> bool:
    """Whether what a row requires is not what files declared."""
    return not row["declared"] and row["required_version"] is not None


def _is_gone(row: Row, repository: Repository) -> bool:
    """Whether what a row says came from files of this clone, which no longer say it."""
    return bool(row["declared"]) and row["repository_id"] in (None, repository.id)
