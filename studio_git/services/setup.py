"""Binding a clone to a project: which one it is, and writing it down."""

from __future__ import annotations

import os
import uuid
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from studio_git import config
from studio_git.core.names import printable
from studio_git.errors import NotBoundError, UsageError
from studio_git.gitio import Place
from studio_git.services import binding, reconcile
from studio_git.services.binding import Note
from studio_git.services.projects import find_project
from studio_git.services.survey import survey
from studio_git.store import projects
from studio_git.store.connection import Store
from studio_git.store.projects import Repository


class Origin(StrEnum):
    """How a clone's project was found."""

    BOUND = "bound"  # it is bound to it already
    NAMED = "named"  # the user named it
    PROPOSED = "proposed"  # .studio.toml names it, and the store knows it
    SHARED = "shared"  # .studio.toml names it, and the store does not know it
    FOUND = "found"  # a project of the store says it lives here
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Choice:
    """The project that a clone would be bound to."""

    origin: Origin
    project_id: str
    name: str

    @property
    def needs_consent(self) -> bool:
        """True where a file of the repository named the project, and not the user."""
        return self.origin in (Origin.PROPOSED, Origin.SHARED)


def refuse_unfit(place: Place, home: Path) -> None:
    """Raise UsageError for a repository that must not be bound, or cannot be."""
    user_home = os.environ.get("HOME")
    if user_home and place.top.resolve() == Path(user_home).resolve():
        raise UsageError(
            f"{place.top} is your home folder: it holds your own files, not one project.",
            "Run git studio init in the repository of a project.",
        )
    if home.resolve().is_relative_to(place.top.resolve()):
        raise UsageError(
            f"the Studio home {home} lies inside this repository.",
            "Choose another place with STUDIO_HOME, or run this in another repository.",
        )
    needed = [place.common_dir]
    if not (place.top / config.STUDIO_TOML).exists():
        needed.append(place.top)
    for folder in needed:
        if not os.access(folder, os.W_OK):
            raise UsageError(
                f"{folder} cannot be written to; nothing was changed.",
                "Make it writable: the binding is kept in the git directory, and shared in "
                f"{config.STUDIO_TOML}.",
            )


def choose(store: Store, place: Place, project: str | None, name: str | None) -> Choice:
    """The project that this clone belongs to, by what was said and what is known.

    Raises UsageError where ``project`` names none, or several; where several live here; and
    where this work tree uses the git directory of another clone that is bound.
    """
    if name is not None and not name.strip():
        raise UsageError("a project needs a name.", "Give it one: --name NAME")
    bound = _bound(store, place)
    if bound is None and project is None:
        _refuse_foreign(store, place)
    if project is not None:
        named = find_project(store, project)
        origin = Origin.BOUND if bound and bound.project_id == named["id"] else Origin.NAMED
        return Choice(origin, named["id"], named["name"])
    if bound is not None:
        row = projects.get(store.db, bound.project_id)
        if row is not None:
            return Choice(Origin.BOUND, row["id"], row["name"])
    proposal = config.read_proposal(place.top)
    if proposal is not None and proposal.project_id:
        row = projects.get(store.db, proposal.project_id)
        if row is not None:
            return Choice(Origin.PROPOSED, row["id"], row["name"])
        shared = name or proposal.project_name or survey(_main_worktree(place)).name
        return Choice(Origin.SHARED, proposal.project_id, shared)
    here = [row for row in projects.every(store.db) if _lives_at(row["repo_path"], place.top)]
    if name is None and len(here) > 1:
        listed = ", ".join(f"{row['name']} ({row['id'][:8]})" for row in here)
        raise UsageError(
            f"several projects of your store have this path: {listed}.",
            "Choose one: git studio init --project ID",
        )
    if name is None and here:
        return Choice(Origin.FOUND, here[0]["id"], here[0]["name"])
    return Choice(
        Origin.NEW, str(uuid.uuid4()), (name or survey(_main_worktree(place)).name).strip()
    )


def namesakes(store: Store, choice: Choice) -> list[str]:
    """The ids of other projects that are called as the chosen one is."""
    return [
        row["id"]
        for row in projects.every(store.db)
        if row["name"].casefold() == choice.name.casefold() and row["id"] != choice.project_id
    ]


def _refuse_foreign(store: Store, place: Place) -> None:
    other = projects.repository_at(store.db, str(place.common_dir))
    if other is None or binding.is_its_worktree(place, other):
        return
    raise UsageError(
        f"{place.top} uses the git directory of {other.primary_worktree}, which is bound already.",
        "A worktree that you moved: git worktree repair. To bind this folder instead: "
        "git studio init --project NAME",
    )


def _lives_at(repo_path: str | None, top: Path) -> bool:
    """True if a project's path, as whoever wrote it put it, is this work tree."""
    if not repo_path:
        return False
    try:
        return Path(repo_path).expanduser().resolve() == top.resolve()
    except (OSError, RuntimeError, ValueError):  # a path of somebody else's making
        return False


def bind(store: Store, place: Place, choice: Choice) -> Repository:
    """Bind the clone, making the project where it is new. Doing it again changes nothing."""
    existing = _bound(store, place) or projects.repository_at(store.db, str(place.common_dir))
    same = existing is not None and existing.project_id == choice.project_id
    if existing is not None and same and binding.is_its_worktree(place, existing):
        binding.write_note(
            place.common_dir, Note(existing.id, str(store.home), existing.primary_worktree)
        )
        return existing
    repository = Repository(
        id=existing.id if existing else str(uuid.uuid4()),
        project_id=choice.project_id,
        common_dir=str(place.common_dir),
        primary_worktree=str(_main_worktree(place)),
        confirmed=existing.confirmed if existing is not None and same else "{}",
    )
    with store.writing() as db:
        row = projects.get(db, choice.project_id)
        if row is None:
            projects.add(db, choice.project_id, printable(choice.name), repository.primary_worktree)
        elif not row["repo_path"] or (
            existing is not None and row["repo_path"] == existing.primary_worktree
        ):
            projects.change(db, choice.project_id, repo_path=repository.primary_worktree)
        projects.bind(db, repository)
    note = Note(repository.id, str(store.home), repository.primary_worktree)
    binding.write_note(place.common_dir, note)
    binding.forget_checks(place.common_dir)
    reconcile.remember_start(store, repository, place)
    return repository


def _bound(store: Store, place: Place) -> Repository | None:
    try:
        return binding.bound(store, place)
    except NotBoundError:
        return None


def _main_worktree(place: Place) -> Path:
    """The main worktree of the clone; where that has none (bare), the one that was bound."""
    records = place.git.records("worktree", "list", "--porcelain", "-z")
    first = records[: records.index(b"")] if b"" in records else records
    if b"bare" in first or not first:
        return place.top
    main = Path(os.fsdecode(first[0].removeprefix(b"worktree ")))
    return main if main.is_dir() and main != place.common_dir else place.top
