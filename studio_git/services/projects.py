"""Projects of the store, by the words people use for them."""

from __future__ import annotations

import difflib
import os
import sqlite3
from pathlib import Path

from studio_git.core.names import printable
from studio_git.errors import UsageError
from studio_git.services import binding
from studio_git.store import projects
from studio_git.store.connection import Store
from studio_git.store.projects import Repository


def standing(clone: Repository) -> str:
    """How a bound clone stands: ``there``, ``gone``, ``unbound`` or ``no-worktree``."""
    common_dir = Path(clone.common_dir)
    if not common_dir.is_dir():
        return "gone"
    note_of = binding.read_note(common_dir)
    if note_of is None or note_of.repository_id != clone.id:
        return "unbound"
    return "there" if Path(clone.primary_worktree).is_dir() else "no-worktree"


def find_project(store: Store, words: str) -> sqlite3.Row:
    """The one project that an id, a name or the start of an id means.

    Raises UsageError with the candidates, or with the names that are alike.
    """
    found = projects.find(store.db, words)
    if len(found) == 1:
        return found[0]
    if found:
        listed = ", ".join(f"{row['name']} ({row['id'][:8]})" for row in found)
        raise UsageError(f"{words} may be several projects: {listed}.", "Name it by its id.")
    known = [str(row["name"]) for row in projects.every(store.db, archived=True)]
    alike = difflib.get_close_matches(words, known, n=3)
    hint = f"Did you mean {' or '.join(alike)}?" if alike else "See them: git studio project list"
    raise UsageError(f"there is no project {words}.", hint)


def edit(
    store: Store,
    row: sqlite3.Row,
    *,
    name: str | None = None,
    description: str | None = None,
    repo_path: Path | None = None,
) -> None:
    """Change what is given of a project."""
    columns: dict[str, str | None] = {}
    if name is not None:
        if not name.strip():
            raise UsageError("a project needs a name.", "Give it one: --name NAME")
        columns["name"] = printable(name.strip())
    if description is not None:
        columns["description"] = description.strip() or None
    if repo_path is not None:
        columns["repo_path"] = os.path.abspath(repo_path)  # noqa: PTH100 - keeps links
    if not columns:
        raise UsageError("there is nothing to change.", "Say what: --name, --description, --path")
    with store.writing() as db:
        projects.change(db, row["id"], **columns)


def set_archived(store: Store, row: sqlite3.Row, *, archived: bool) -> bool:
    """Archive a project or take that back; False if it was so already."""
    if (row["archived_at"] is not None) == archived:
        return False
    with store.writing() as db:
        projects.set_archived(db, row["id"], archived=archived)
    return True


def forget_clone(store: Store, path: Path) -> Repository:
    """Forget a clone by the path of its work tree or git directory.

    Raises UsageError where none is known there, and where it still knows that it is bound.
    """
    wanted = os.path.abspath(path.expanduser())  # noqa: PTH100 - keeps links
    known = [
        clone
        for project in projects.every(store.db, archived=True)
        for clone in projects.repositories(store.db, project["id"])
        if wanted in (clone.primary_worktree, clone.common_dir)
    ]
    if not known:
        raise UsageError(f"no clone is known at {path}.", "See them: git studio project show")
    if standing(known[0]) in ("there", "no-worktree"):
        raise UsageError(
            f"{known[0].primary_worktree} is there, and bound.",
            "To stop: git studio hooks uninstall, and git studio project archive",
        )
    with store.writing() as db:
        projects.unbind(db, known[0].id)
    return known[0]
