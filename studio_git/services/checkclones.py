"""The doctor's look at the clones that are bound: there, bound on both sides, drained, hooked."""

from __future__ import annotations

import os
import shlex
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

from studio_git import files, gitio
from studio_git.errors import StudioError
from studio_git.gitio import Place
from studio_git.services import binding
from studio_git.services.findings import Area, Finding, note, ok, problem
from studio_git.services.projects import standing
from studio_git.store import projects
from studio_git.store.connection import Store
from studio_git.store.projects import Repository

_WAITS = 600
"""Seconds after which a note in the spool should have been worked off."""


class HookState(Protocol):
    """One stage of the hooks, as ``git studio hooks status`` tells it."""

    @property
    def stage(self) -> str:
        """The hook."""

    @property
    def how(self) -> str:
        """How ours stands there; ``absent`` where it does not."""

    @property
    def runs(self) -> bool:
        """Whether it really runs."""

    @property
    def problem(self) -> str:
        """Why it does not."""


HookStates = Callable[[Place], Sequence[HookState]]
Catch = Callable[[Path], None]
"""Works off what a clone's hooks noted; takes its work tree."""


def check(store: Store, states: HookStates, catch_up: Catch) -> Iterator[Finding]:
    """Every clone of every project."""
    count = 0
    for project in projects.every(store.db, archived=True):
        clones = projects.repositories(store.db, project["id"])
        for clone in clones:
            count += 1
            yield from _clone(clone, str(project["name"]), states, catch_up)
        path = project["repo_path"]
        archived = project["archived_at"] is not None
        if path and not clones and not archived and not Path(path).expanduser().is_dir():
            yield note(
                Area.CLONES,
                f"{project['name']}: its path {path} is not there.",
                f"Say where it is: git studio project edit {project['id']} --path PATH",
            )
    yield ok(Area.CLONES, f"{count} {'clone is' if count == 1 else 'clones are'} bound.")


def _clone(clone: Repository, name: str, states: HookStates, catch_up: Catch) -> Iterator[Finding]:
    how = standing(clone)
    path = shlex.quote(clone.primary_worktree)
    if how == "gone":
        yield problem(
            Area.CLONES,
            f"{name}: the clone {clone.primary_worktree} was moved or deleted.",
            "Moved: run git studio status where it is now. Deleted: "
            f"git studio project forget {path}",
        )
        return
    if how == "unbound":
        yield problem(
            Area.CLONES,
            f"{name}: {clone.primary_worktree} does not know any more that it is bound.",
            f"Bind it again: git -C {path} studio init --project {clone.project_id}. Or: "
            f"git studio project forget {path}",
        )
        return
    if how == "no-worktree":
        yield problem(
            Area.CLONES,
            f"{name}: the work tree {clone.primary_worktree} is gone; its git directory is there.",
            "Run git studio init in the work tree that is to count instead.",
        )
        return
    yield from _spool(clone, name, catch_up)
    try:
        place = gitio.locate(Path(clone.primary_worktree))
        yield _hooks(place, name, states(place))
    except StudioError as error:
        yield problem(Area.CLONES, f"{name}: {error.message}", error.hint)


def _hooks(place: Place, name: str, found: Sequence[HookState]) -> Finding:
    wrong = [state for state in found if not state.runs]
    install = f"Install them: git -C {shlex.quote(str(place.top))} studio hooks install"
    if not wrong:
        return ok(Area.HOOKS, f"{name}: all hooks run in {place.top}.")
    if all(state.how == "absent" for state in found):
        return note(Area.HOOKS, f"{name}: no hooks are installed in {place.top}.", install)
    listed = "; ".join(
        state.stage + (f" ({state.problem})" if state.problem else "") for state in wrong
    )
    return problem(Area.HOOKS, f"{name}: hooks do not run in {place.top}: {listed}.", install)


def _spool(clone: Repository, name: str, catch_up: Catch) -> Iterator[Finding]:
    folder = binding.studio_dir(Path(clone.common_dir))
    top = Path(clone.primary_worktree)
    waiting = [path for path in (folder / "spool", *folder.glob("spool.[0-9]*")) if path.is_file()]
    locked = [path for path in waiting if not os.access(path, os.R_OK)]
    for path in locked:
        waiting.remove(path)
        yield problem(
            Area.SPOOL,
            f"{name}: you may not read what the hooks noted in {path}.",
            "Make the file yours again, or remove it: commits are found in git without it.",
        )
    if waiting and time.time() - min(path.stat().st_mtime for path in waiting) > _WAITS:
        yield problem(
            Area.SPOOL,
            f"{name}: what the hooks noted in {top} has not been worked off.",
            f"Do it now: git -C {shlex.quote(str(top))} studio capture",
            title=f"capture what was noted in {top}",
            repair=lambda: catch_up(top),
        )
    bad = folder / "spool.bad"
    if bad.exists():
        yield note(
            Area.SPOOL,
            f"{name}: notes that could not be read are kept in {bad}.",
            "Nothing is lost by it: commits are found in git. You can remove the file.",
        )
    said = (files.read_bytes(folder / "worker.log") or b"").decode("utf-8", "replace").splitlines()
    if said:
        what = f"{name}: the worker last complained: {said[-1]}"
        yield note(Area.SPOOL, what, f"See {folder / 'worker.log'}")
