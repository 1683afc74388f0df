"""``git studio cycle``: stretches of work with an intent, and which one is under way here."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

import click

from studio_git.commands import editing, scope
from studio_git.commands import here as at_hand
from studio_git.commands.here import Clone
from studio_git.core import recordtext
from studio_git.core.recordtext import Sheet
from studio_git.errors import NotBoundError, NothingYetError, UsageError
from studio_git.output import Part, Styled, columns, json_out, say, styled, text_block
from studio_git.services import binding, cycleedits, cycles, cycleviews
from studio_git.services.cycleedits import Changes
from studio_git.services.cycles import CycleType, Phase
from studio_git.services.memory import Object
from studio_git.store.connection import Store

_MARKS = {"complete": "x", "in_progress": ">", "pending": " "}
_TYPES = click.Choice([each.value for each in CycleType])
_INTENT, _DESCRIPTION, _CRITERIA = "Intent", "Description", "Success Criteria"
_HELD = ("tasks", "sessions", "decisions")


@click.group()
def command() -> None:
    """Start, use, change, complete, list, show and remove cycles.

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
    type=_TYPES,
    default=CycleType.FEATURE.value,
    help="feature unless told.",
)
@click.option("--intent", "-i", help="What is to be accomplished.")
@click.option("--description", "-d", help="What else is to be known of it.")
@click.option("--criteria", "-c", multiple=True, help="How one sees that it is done; repeatable.")
@click.option("--due", metavar="DATE", help="The last day for it, as 2025-03-31.")
@scope.one
def start(
    name: str,
    *,
    cycle_type: str,
    intent: str | None,
    description: str | None,
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
            description=description,
            criteria=criteria,
            due=due,
        )
        clone = at_hand.clone(here.store, here.project)
        if clone is not None:
            editing.tell(cycles.use(here.store, *clone, row), "not noted")
        if as_json:
            active = at_hand.active_cycle(here.store, clone)
            json_out(cycleviews.cycle(here.store, row, active))
            return 0
        say(styled("Started", "good"), f" {cycles.code(row)}: {row['name']}")
        _say_branch(here.store, clone, row)
    return 0


@command.command()
@click.argument("cycle")
@click.argument("phase", type=click.Choice([each.value for each in Phase]))
@scope.one
def phase(cycle: str, phase: str, project: str | None, as_json: bool) -> int:
    """Bring a cycle into a phase.

    Any phase but "complete" takes a complete cycle up again.
    """
    return _change(cycle, Phase(phase), project, as_json=as_json)


@command.command()
@click.argument("cycle")
@scope.one
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
        clone = at_hand.clone(here.store, here.project)
        if clone is None:
            raise NotBoundError("this repository is not bound to a project.", binding.INIT_HINT)
        row = None if cycle is None else cycles.find(here.store, here.project, cycle)
        editing.tell(cycles.use(here.store, *clone, row), "not noted")
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
@scope.some
def list_(project: str | None, all_projects: bool, as_json: bool) -> int:
    """List cycles, those under way first; "*" marks the one that is active here."""
    with scope.open_scope(project, all_projects=all_projects) as here:
        active = at_hand.active_cycle(here.store, at_hand.clone(here.store, here.project_id))
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
@scope.one
def show(cycle: str | None, project: str | None, as_json: bool) -> int:
    """Show one cycle, the active one unless named.

    Exit 1 where none is named and none is active.
    """
    with scope.open_scope(project) as here:
        active = at_hand.active_cycle(here.store, at_hand.clone(here.store, here.project))
        found = cycleviews.whole_cycle(here.store, _named(here, cycle), active)
    if as_json:
        json_out(found)
    else:
        _show(found)
    return 0


@command.command()
@click.argument("cycle", required=False)
@click.option("--name", "-n", help="Another name.")
@click.option("--type", "-t", "cycle_type", type=_TYPES, help="What kind of work it is.")
@click.option("--intent", "-i", help="What is to be accomplished.")
@click.option("--description", "-d", help="What else is to be known of it.")
@click.option(
    "--criteria",
    "-c",
    multiple=True,
    help="How one sees that it is done, in place of the old ones.",
)
@click.option("--due", metavar="DATE", help="The last day for it, as 2025-03-31.")
@editing.in_editor
@scope.one
def edit(
    cycle: str | None,
    *,
    name: str | None,
    cycle_type: str | None,
    intent: str | None,
    description: str | None,
    criteria: tuple[str, ...],
    due: str | None,
    edit: bool,
    project: str | None,
    as_json: bool,
) -> int:
    """Change a cycle, the active one unless named; an empty text takes away what is there.

    Without options it is opened in your editor.
    """
    wanted = Changes(
        name=name,
        cycle_type=CycleType(cycle_type) if cycle_type else None,
        intent=intent,
        description=description,
        criteria=criteria or None,
        due=due,
    )
    opens = editing.opens_editor(wanted != Changes(), edit=edit)
    with scope.open_scope(project, write=True) as here:
        row = _named(here, cycle)
        if opens:
            wanted = _in_editor(cycleviews.cycle(here.store, row), wanted)
        changed, problems = cycleedits.change(here.store, row, wanted)
        editing.tell(problems)
        active = at_hand.active_cycle(here.store, at_hand.clone(here.store, here.project))
        if as_json:
            json_out(cycleviews.cycle(here.store, changed, active))
        else:
            word = "Nothing changed" if changed == row else "Changed"
            say(styled(word, "good"), f": {cycles.code(changed)} {changed['name']}")
    return 0


@command.command()
@click.argument("cycle")
@editing.beforehand
@scope.one
def remove(cycle: str, yes: bool, project: str | None, as_json: bool) -> int:
    """Remove a cycle with its tasks.

    Its sessions, decisions and learnings stay, and belong to no cycle then. What is done is
    better completed: git studio cycle complete.
    """
    with scope.open_scope(project, write=True) as here:
        row = cycles.find(here.store, here.project, cycle)
        found = cycleviews.whole_cycle(here.store, row)
        named = f"{cycles.code(row)} {row['name']}".strip()
        counts = [f"{len(found[each])} {each}" for each in _HELD if found[each]]
        holds = f" It has {', '.join(counts)}." if counts else ""
        if not editing.sure(f"Remove the cycle {named}?{holds}", yes=yes):
            return 1
        editing.tell(cycleedits.remove(here.store, row))
    if as_json:
        json_out(found)
    else:
        say(styled("Removed", "good"), f": {named}")
    return 0


def _named(here: scope.Scope, words: str | None) -> sqlite3.Row:
    """The cycle that is named, else the active one. Raises NothingYetError where none is."""
    wanted = words or at_hand.active_cycle(here.store, at_hand.clone(here.store, here.project))
    if wanted is None:
        raise NothingYetError("no cycle is active here.", "Name one: git studio cycle list")
    return cycles.find(here.store, here.project, wanted)


def _in_editor(cycle: Object, wanted: Changes) -> Changes:
    """The changes as a person makes them in their editor, with those that were said before."""
    criteria = cycle["success_criteria"] if wanted.criteria is None else list(wanted.criteria)
    listed = criteria if isinstance(criteria, list) else [criteria or ""]
    texts = {
        _INTENT: cycle["intent"] if wanted.intent is None else wanted.intent,
        _DESCRIPTION: cycle["description"] if wanted.description is None else wanted.description,
        _CRITERIA: recordtext.listed(str(each) for each in listed),
    }
    before = Sheet(wanted.name or cycle["name"], {name: it or "" for name, it in texts.items()})
    after = editing.sheet(before)
    if after is None:
        return wanted
    return replace(
        wanted,
        name=after.title,
        intent=after.texts[_INTENT],
        description=after.texts[_DESCRIPTION],
        criteria=recordtext.items(after.texts[_CRITERIA]),
    )


def _change(words: str, phase: Phase, project: str | None, *, as_json: bool) -> int:
    with scope.open_scope(project, write=True) as here:
        row = cycles.set_phase(here.store, cycles.find(here.store, here.project, words), phase)
        active = at_hand.active_cycle(here.store, at_hand.clone(here.store, here.project))
        found = cycleviews.cycle(here.store, row, active)
    if as_json:
        json_out(found)
        return 0
    say(styled(f"{found['code']} {found['name']}", "bold"), f" is in phase {found['phase']}.")
    left = sum(task["status"] != "complete" for task in found["tasks"])
    if phase is Phase.COMPLETE and left:
        say(f"{left} of its tasks {'is' if left == 1 else 'are'} not complete.")
    return 0


def _say_branch(store: Store, clone: Clone | None, chosen: sqlite3.Row | None) -> None:
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
    row.append(_due(cycle))
    if here.project_id is None:
        row.append(here.name(cycle["project_id"]))
    return [*row, styled(cycle["name"], "dim") if over else cycle["name"]]


def _show(cycle: Object) -> None:
    mark = "  active here" if cycle["active"] else ""
    say(styled(cycle["name"], "bold"), styled(mark, "good"))
    words = [cycle["code"] or "", cycle["cycle_type"], f"phase {cycle['phase']}"]
    words.append(f"started {scope.when(cycle['started_at'])}")
    if cycle["completed_at"]:
        words.append(f"complete {scope.when(cycle['completed_at'])}")
    due = _due(cycle)
    say(styled("  ".join(word for word in words if word), "dim"), "  " if due.text else "", due)
    for text in (cycle["intent"], cycle["description"]):
        text_block(text.split("\n") if text else (), diff=False)
    criteria = cycle["success_criteria"] or ()
    _block("Done when", [str(each) for each in criteria] if isinstance(criteria, list) else [])
    _block("Tasks", [f"[{_MARKS.get(task['status'], '?')}] {task['title']}"
                     for task in cycle["tasks"]])  # fmt: skip
    _block("Sessions", [f"{scope.when(each['created_at'])}  {each['title']}"
                        for each in cycle["sessions"]])  # fmt: skip
    _block("Decisions", [each["title"] for each in cycle["decisions"]])


def _due(cycle: Object) -> Styled:
    """The last day of a cycle that has one; of one that is over it is of no interest."""
    if not cycle["due_at"] or cycle["completed_at"]:
        return styled("", "dim")
    day = str(cycle["due_at"])[:10]
    return styled(f"overdue {day}", "bad") if cycle["overdue"] else styled(f"due {day}", "dim")


def _block(heading: str, lines: list[str]) -> None:
    if lines:
        say(styled(heading, "accent"))
    for line in lines:
        say(f"  {line}")
