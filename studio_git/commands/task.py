"""``git studio task``: what is to be done in a cycle."""

from __future__ import annotations

import sqlite3

import click

from studio_git.commands import editing, scope
from studio_git.commands import here as at_hand
from studio_git.errors import UsageError
from studio_git.output import Part, columns, json_out, say, styled
from studio_git.services import cycles, cycleviews, tasks
from studio_git.services.memory import Object
from studio_git.services.tasks import Where
from studio_git.store import tasks as rows
from studio_git.store.tasks import Status

_STATUS: dict[str, Part] = {
    Status.PENDING.value: "pending",
    Status.IN_PROGRESS.value: styled("in progress", "accent"),
    Status.COMPLETE.value: styled("complete", "good"),
}


@click.group()
def command() -> None:
    """Add, start, complete, change, order, list and remove tasks.

    A task is named by its title, its id, or the first four or more characters of its id. Commits
    name it in a line "Task: TITLE", and "Task: TITLE (done)" completes it.
    """


@command.command()
@click.argument("title")
@click.option("--cycle", metavar="CYCLE", help="Its cycle; the active one unless told.")
@scope.one
def add(title: str, cycle: str | None, project: str | None, as_json: bool) -> int:
    """Add a task to a cycle."""
    with scope.open_scope(project, write=True) as here:
        cycle_id = _cycle(here, cycle)
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
@scope.one
def start(task: str, project: str | None, as_json: bool) -> int:
    """Say that a task is in progress."""
    return _set_status(task, Status.IN_PROGRESS, project, as_json=as_json)


@command.command()
@click.argument("task")
@scope.one
def complete(task: str, project: str | None, as_json: bool) -> int:
    """Say that a task is complete."""
    return _set_status(task, Status.COMPLETE, project, as_json=as_json)


@command.command()
@click.argument("task")
@scope.one
def reopen(task: str, project: str | None, as_json: bool) -> int:
    """Say that a task is still to be done."""
    return _set_status(task, Status.PENDING, project, as_json=as_json)


@command.command("list")
@click.option("--cycle", metavar="CYCLE", help="Those of one cycle.")
@click.option(
    "--status", type=click.Choice([each.value for each in Status]), help="Those of one status."
)
@scope.one
def list_(cycle: str | None, status: str | None, project: str | None, as_json: bool) -> int:
    """List the tasks of the project, cycle by cycle, in their order."""
    with scope.open_scope(project) as here:
        if cycle is None:
            found = rows.of_project(here.store.db, here.project)
        else:
            chosen = cycles.find(here.store, here.project, cycle)
            found = rows.of_cycle(here.store.db, chosen["id"])
        wanted = [row for row in found if status in {None, row["status"]}]
        listed = [cycleviews.task(here.store, row) for row in wanted]
        if as_json:
            json_out(listed)
            return 0
        if not found:
            say("There are no tasks yet. Add one: git studio task add TITLE")
        elif not wanted:
            say("There are no tasks of that status.")
        names = _codes(here)
    columns([_row(task, names) for task in listed])
    return 0


@command.command()
@click.argument("task")
@scope.one
def show(task: str, project: str | None, as_json: bool) -> int:
    """Show one task, its cycle, and the commits that worked on it."""
    with scope.open_scope(project) as here:
        found = cycleviews.task(here.store, _find(here, task))
        cycle = cycles.again(here.store, found["cycle_id"])
    if as_json:
        json_out(found)
        return 0
    say(styled(found["title"], "bold"))
    say(_status(found), "  ",
        styled(f"{cycles.code(cycle)} {cycle['name']}  {found['id']}", "dim"))  # fmt: skip
    for oid in found["commits"]:
        say(styled("commit ", "dim"), oid[:12])
    return 0


@command.command()
@click.argument("task")
@click.option("--title", "-t", required=True, help="Another title.")
@scope.one
def edit(task: str, title: str, project: str | None, as_json: bool) -> int:
    """Give a task another title."""
    with scope.open_scope(project, write=True) as here:
        changed = cycleviews.task(here.store, tasks.rename(here.store, _find(here, task), title))
    return _say(changed, as_json=as_json)


@command.command()
@click.argument("task")
@click.option("--before", metavar="TASK", help="Before another task.")
@click.option("--after", metavar="TASK", help="After another task.")
@click.option("--first", is_flag=True, help="To the beginning.")
@click.option("--last", is_flag=True, help="To the end.")
@click.option("--cycle", metavar="CYCLE", help="Into another cycle; to its end unless told.")
@scope.one
def move(
    task: str,
    *,
    before: str | None,
    after: str | None,
    first: bool,
    last: bool,
    cycle: str | None,
    project: str | None,
    as_json: bool,
) -> int:
    """Move a task to another place of its cycle, or into another cycle."""
    chosen = [each for each in (before, after, first or None, last or None) if each is not None]
    if len(chosen) > 1 or not (chosen or cycle):
        raise UsageError(
            "say one place for the task.",
            "Give one of --before, --after, --first, --last, --cycle.",
        )
    with scope.open_scope(project, write=True) as here:
        row = _find(here, task)
        beside = before if before is not None else after
        other = None if beside is None else _find(here, beside)
        target = None if cycle is None else str(cycles.find(here.store, here.project, cycle)["id"])
        if other is not None and target not in {None, other["cycle_id"]}:
            raise UsageError(
                f"{other['title']} is in another cycle.", "Leave --cycle out, or name another task."
            )
        where = Where.LAST
        if other is not None:
            where = Where.BEFORE if before is not None else Where.AFTER
        elif first:
            where = Where.FIRST
        moved = tasks.place(here.store, row, where, other, target)
        order = rows.of_cycle(here.store.db, moved["cycle_id"])
        listed = [cycleviews.task(here.store, each) for each in order]
        names = _codes(here)
    if as_json:
        json_out(listed)
    else:
        columns([_row(each, names) for each in listed])
    return 0


@command.command()
@click.argument("task")
@editing.beforehand
@scope.one
def remove(task: str, yes: bool, project: str | None, as_json: bool) -> int:
    """Remove a task."""
    with scope.open_scope(project, write=True) as here:
        row = _find(here, task)
        found = cycleviews.task(here.store, row)
        if not editing.sure(f"Remove the task {row['title']}?", yes=yes):
            return 1
        tasks.remove(here.store, row)
    if as_json:
        json_out(found)
    else:
        say(styled("Removed", "good"), f": {found['title']}")
    return 0


def _set_status(words: str, status: Status, project: str | None, *, as_json: bool) -> int:
    with scope.open_scope(project, write=True) as here:
        row = _find(here, words)
        changed = cycleviews.task(here.store, tasks.set_status(here.store, row, status))
    return _say(changed, as_json=as_json)


def _say(task: Object, *, as_json: bool) -> int:
    if as_json:
        json_out(task)
    else:
        say(task["title"], ": ", _status(task))
    return 0


def _find(here: scope.Scope, words: str) -> sqlite3.Row:
    """The task that is meant; one of the active cycle goes before those of others."""
    return tasks.find(here.store, here.project, words, _cycle(here, None))


def _cycle(here: scope.Scope, words: str | None) -> str | None:
    """The cycle that is named, else the one that is active here, if any is."""
    if words is not None:
        return str(cycles.find(here.store, here.project, words)["id"])
    return at_hand.active_cycle(here.store, at_hand.clone(here.store, here.project))


def _codes(here: scope.Scope) -> dict[str, str]:
    return {row["id"]: cycles.code(row) for row in cycles.every(here.store, here.project)}


def _status(task: Object) -> Part:
    status = str(task["status"])  # another program may have written any
    return _STATUS.get(status, status)


def _row(task: Object, names: dict[str, str]) -> list[Part]:
    return [
        styled(scope.short(task["id"]), "dim"),
        styled(names.get(task["cycle_id"], ""), "dim"),
        _status(task),
        task["title"],
    ]
