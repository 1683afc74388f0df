"""``git studio cycle``: stretches of work with an intent, and which one is under way here."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import click

from studio_git import gitio
from studio_git.commands import scope
from studio_git.errors import NotBoundError, NothingYetError, UsageError
from studio_git.gitio import Place
from studio_git.output import Part, columns, json_out, say, styled, warn
from studio_git.services import binding, cycles, cycleviews
from studio_git.services.cycles import CycleType, Phase
from studio_git.services.memory import Object
from studio_git.store.connection import Store
from studio_git.store.projects import Repository

_MARKS = {"complete": "x", "in_progress": ">", "pending": " "}


@click.group()
def command() -> None:
    """Start, use, complete, list and show cycles.

    A cycle is named by its code (CYC-7), its name, or the first characters of its id. A commit
    belongs to the cycle that it names in a line "Cycle: …", else to the one that its branch's
    name speaks of (feature/CYC-7-login), else to the one in use in its worktree.
    """


@command.command()
@click.argument("name")
@click.option(
    "--type",
    "-t",
    "cycle_type",
    type=click.Choice([each.value for each in CycleType]),
    default=CycleType.FEATURE.value,
    help="feature unless told.",
)
@click.option("--intent", "-i", help="What is to be accomplished.")
@click.option("--criteria", "-c", multiple=True, help="How one sees that it is done; repeatable.")
@click.option("--due", metavar="DATE", help="When it is due, as 2025-03-31.")
@scope.of_project
@scope.as_json
def start(
    name: str,
    *,
    cycle_type: str,
    intent: str | None,
    criteria: tuple[str, ...],
    due: str | None,
    project: str | None,
    as_json: bool,
) -> int:
    """Start a cycle, and use it in this worktree."""
    with scope.open_scope(project, write=True) as here:
        row = cycles.start(
            here.store,
            here.project,
            name,
            cycle_type=CycleType(cycle_type),
            intent=intent,
            criteria=criteria,
            due=due,
        )
        clone = _clone(here.store, here.project)
        if clone is not None:
            _warn(cycles.use(here.store, *clone, row))
        if as_json:
            json_out(cycleviews.cycle(here.store, row, _active(here.store, clone)))
            return 0
        say(styled("Started", "good"), f" {cycles.code(row)}: {row['name']}")
        _say_branch(here.store, clone, row)
    return 0


@command.command()
@click.argument("cycle")
@click.argument("phase", type=click.Choice([each.value for each in Phase]))
@scope.of_project
@scope.as_json
def phase(cycle: str, phase: str, project: str | None, as_json: bool) -> int:
    """Bring a cycle into a phase.

    Any phase but "complete" takes a complete cycle up again.
    """
    return _change(cycle, Phase(phase), project, as_json=as_json)


@command.command()
@click.argument("cycle")
@scope.of_project
@scope.as_json
def complete(cycle: str, project: str | None, as_json: bool) -> int:
    """Complete a cycle; commits no longer join it unless they name it."""
    return _change(cycle, Phase.COMPLETE, project, as_json=as_json)


@command.command()
@click.argument("cycle", required=False)
@click.option("--none", "nothing", is_flag=True, help="Use no cycle from now on.")
@scope.as_json
def use(cycle: str | None, nothing: bool, as_json: bool) -> int:
    """Let this worktree's commits from now on belong to a cycle.

    What a commit names itself, or its branch's name, goes before.
    """
    if nothing == (cycle is not None):
        raise UsageError("say which cycle, or --none.", "See them: git studio cycle list")
    with scope.open_scope(None, write=True) as here:
        clone = _clone(here.store, here.project)
        if clone is None:
            raise NotBoundError("this repository is not bound to a project.", binding.INIT_HINT)
        row = None if cycle is None else cycles.find(here.store, here.project, cycle)
        _warn(cycles.use(here.store, *clone, row))
        active = cycles.active(here.store, *clone)
        if as_json:
            shown = None
            if active is not None:
                shown = cycleviews.cycle(here.store, active, active["id"])
            json_out(shown)
            return 0
        if row is None:
            say(styled("No cycle", "good"), " is in use in this worktree.")
        else:
            say(styled("Using", "good"), f" {cycles.code(row)}: {row['name']}")
        _say_branch(here.store, clone, row)
    return 0


@command.command("list")
@scope.of_projects
@scope.as_json
def list_(project: str | None, all_projects: bool, as_json: bool) -> int:
    """List cycles, those under way first; "*" marks the one that is active here."""
    with scope.open_scope(project, all_projects=all_projects) as here:
        active = _active(here.store, _clone(here.store, here.project_id))
        rows = cycles.every(here.store, here.project_id)
        found = [cycleviews.cycle(here.store, row, active) for row in rows]
        if as_json:
            json_out(found)
            return 0
        if not found:
            say("There are no cycles yet. Start one: git studio cycle start NAME")
        columns([_row(here, cycle) for cycle in found])
    return 0


@command.command()
@click.argument("cycle", required=False)
@scope.of_project
@scope.as_json
def show(cycle: str | None, project: str | None, as_json: bool) -> int:
    """Show one cycle, the active one unless named.

    Exit 1 where none is named and none is active.
    """
    with scope.open_scope(project) as here:
        active = _active(here.store, _clone(here.store, here.project))
        words = cycle or active
        if words is None:
            raise NothingYetError("no cycle is active here.", "Name one: git studio cycle list")
        row = cycles.find(here.store, here.project, words)
        found = cycleviews.whole_cycle(here.store, row, active)
    if as_json:
        json_out(found)
    else:
        _show(found)
    return 0


def _change(words: str, phase: Phase, project: str | None, *, as_json: bool) -> int:
    with scope.open_scope(project, write=True) as here:
        row = cycles.set_phase(here.store, cycles.find(here.store, here.project, words), phase)
        active = _active(here.store, _clone(here.store, here.project))
        found = cycleviews.cycle(here.store, row, active)
    if as_json:
        json_out(found)
        return 0
    say(styled(f"{found['code']} {found['name']}", "bold"), f" is in phase {found['phase']}.")
    left = sum(task["status"] != "complete" for task in found["tasks"])
    if phase is Phase.COMPLETE and left:
        say(f"{left} of its tasks {'is' if left == 1 else 'are'} not complete.")
    return 0


def _clone(store: Store, project_id: str | None) -> tuple[Repository, Place] | None:
    """This repository, where it is bound to the project that is meant (None: to any)."""
    try:
        place = gitio.locate(Path.cwd())
        repository = binding.bound(store, place)
    except NotBoundError:
        return None
    return (repository, place) if project_id in {None, repository.project_id} else None


def _active(store: Store, clone: tuple[Repository, Place] | None) -> str | None:
    row = None if clone is None else cycles.active(store, *clone)
    return None if row is None else str(row["id"])


def _warn(problems: list[str]) -> None:
    for problem in problems:
        warn(styled("not noted: ", "warn"), problem)


def _say_branch(
    store: Store, clone: tuple[Repository, Place] | None, chosen: sqlite3.Row | None
) -> None:
    """Tell that the branch's name goes before what was chosen, where it does."""
    row = None if clone is None else cycles.by_branch(store, *clone)
    if row is not None and (chosen is None or row["id"] != chosen["id"]):
        say(
            styled("Note: ", "warn"),
            f"the name of this branch speaks of {cycles.code(row)} {row['name']}, and goes before.",
        )


def _row(here: scope.Scope, cycle: Object) -> list[Part]:
    done = sum(task["status"] == "complete" for task in cycle["tasks"])
    over = cycle["completed_at"] is not None
    row: list[Part] = [
        styled("*", "good") if cycle["active"] else " ",
        styled(cycle["code"] or scope.short(cycle["id"]), "dim"),
        cycle["cycle_type"],
        styled(cycle["phase"], "dim" if over else "accent"),
        styled(f"{done}/{len(cycle['tasks'])} tasks" if cycle["tasks"] else "", "dim"),
    ]
    if here.project_id is None:
        row.append(here.name(cycle["project_id"]))
    return [*row, styled(cycle["name"], "dim") if over else cycle["name"]]


def _show(cycle: Object) -> None:
    mark = "  active here" if cycle["active"] else ""
    say(styled(cycle["name"], "bold"), styled(mark, "good"))
    words = [cycle["code"] or "", cycle["cycle_type"], f"phase {cycle['phase']}"]
    words.append(f"started {scope.when(cycle['started_at'])}")
    if cycle["due_at"]:
        words.append(f"due {str(cycle['due_at'])[:10]}")
    if cycle["completed_at"]:
        words.append(f"complete {scope.when(cycle['completed_at'])}")
    say(styled("  ".join(word for word in words if word), "dim"))
    for line in (cycle["intent"] or "").split("\n") if cycle["intent"] else ():
        say(line)
    _block("Done when", [str(each) for each in cycle["success_criteria"] or ()])
    _block("Tasks", [f"[{_MARKS.get(task['status'], '?')}] {task['title']}"
                     for task in cycle["tasks"]])  # fmt: skip
    _block("Sessions", [f"{scope.when(each['created_at'])}  {each['title']}"
                        for each in cycle["sessions"]])  # fmt: skip
    _block("Decisions", [each["title"] for each in cycle["decisions"]])


def _block(heading: str, lines: list[str]) -> None:
    if lines:
        say(styled(heading, "accent"))
    for line in lines:
        say(f"  {line}")
