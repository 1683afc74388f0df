"""``git studio task``: what is to be done in a cycle."""

from __future__ import annotations

from pathlib import Path

import click

from studio_git import gitio
from studio_git.commands import scope
from studio_git.errors import NotBoundError, UsageError
from studio_git.output import Part, columns, json_out, say, styled
from studio_git.services import binding, cycles, cycleviews, tasks
from studio_git.services.memory import Object
from studio_git.store import tasks as rows
from studio_git.store.connection import Store
from studio_git.store.tasks import Status

_STATUS: dict[str, Part] = {
    Status.PENDING.value: "pending",
    Status.IN_PROGRESS.value: styled("in progress", "accent"),
    Status.COMPLETE.value: styled("complete", "good"),
}


@click.group()
def command() -> None:
    """Add, start, complete and list tasks.

    A task is named by its title, its id, or the first four or more characters of its id. Commits
    name it in a line "Task: TITLE", and "Task: TITLE (done)" completes it.
    """


@command.command()
@click.argument("title")
@click.option("--cycle", metavar="CYCLE", help="Its cycle; the active one unless told.")
@scope.of_project
@scope.as_json
def add(title: str, cycle: str | None, project: str | None, as_json: bool) -> int:
    """Add a task to a cycle."""
    with scope.open_scope(project, write=True) as here:
        cycle_id = _cycle(here.store, here.project, cycle)
        if cycle_id is None:
            raise UsageError(
                "no cycle is active here.",
                "Name one with --cycle, or start one: git studio cycle start NAME",
            )
        made = cycleviews.task(here.store, tasks.add(here.store, cycle_id, title))
    if as_json:
        json_out(made)
    else:
        say(styled("Added", "good"), f" {scope.short(made['id'])}: {made['title']}")
    return 0


@command.command()
@click.argument("task")
@scope.of_project
@scope.as_json
def start(task: str, project: str | None, as_json: bool) -> int:
    """Say that a task is in progress."""
    return _change(task, Status.IN_PROGRESS, project, as_json=as_json)


@command.command()
@click.argument("task")
@scope.of_project
@scope.as_json
def complete(task: str, project: str | None, as_json: bool) -> int:
    """Say that a task is complete."""
    return _change(task, Status.COMPLETE, project, as_json=as_json)


@command.command("list")
@click.option("--cycle", metavar="CYCLE", help="Those of one cycle.")
@scope.of_project
@scope.as_json
def list_(cycle: str | None, project: str | None, as_json: bool) -> int:
    """List the tasks of the project, cycle by cycle, in their order."""
    with scope.open_scope(project) as here:
        if cycle is None:
            found = rows.of_project(here.store.db, here.project)
        else:
            chosen = cycles.find(here.store, here.project, cycle)
            found = rows.of_cycle(here.store.db, chosen["id"])
        listed = [cycleviews.task(here.store, row) for row in found]
        if as_json:
            json_out(listed)
            return 0
        if not listed:
            say("There are no tasks yet. Add one: git studio task add TITLE")
        names = {row["id"]: cycles.code(row) for row in cycles.every(here.store, here.project)}
    columns([_row(task, names) for task in listed])
    return 0


def _change(words: str, status: Status, project: str | None, *, as_json: bool) -> int:
    with scope.open_scope(project, write=True) as here:
        active = _cycle(here.store, here.project, None)
        row = tasks.find(here.store, here.project, words, active)
        changed = cycleviews.task(here.store, tasks.set_status(here.store, row, status))
    if as_json:
        json_out(changed)
    else:
        say(changed["title"], ": ", _STATUS[changed["status"]])
    return 0


def _cycle(store: Store, project_id: str, words: str | None) -> str | None:
    """The cycle that is named, else the one that is active here, if any is."""
    if words is not None:
        return str(cycles.find(store, project_id, words)["id"])
    try:
        place = gitio.locate(Path.cwd())
        repository = binding.bound(store, place)
    except NotBoundError:
        return None
    row = cycles.active(store, repository, place) if repository.project_id == project_id else None
    return None if row is None else str(row["id"])


def _row(task: Object, names: dict[str, str]) -> list[Part]:
    return [
        styled(scope.short(task["id"]), "dim"),
        styled(names.get(task["cycle_id"], ""), "dim"),
        _STATUS.get(task["status"], task["status"]),
        task["title"],
    ]
