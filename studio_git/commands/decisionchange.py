"""``git studio decision add``, ``edit``, ``supersede`` and ``remove``."""

from __future__ import annotations

from dataclasses import replace

import click

from studio_git.commands import editing, records, scope
from studio_git.core import recordtext
from studio_git.core.recordtext import Sheet
from studio_git.output import json_out, say, styled
from studio_git.services import adding, memory, superseding
from studio_git.services import editing as changes
from studio_git.services.editing import DecisionChanges
from studio_git.services.memory import Object
from studio_git.store import decisionfiles
from studio_git.store.lookup import Table
from studio_git.store.records import Kind

_RATIONALE, _ALTERNATIVES = "Rationale", "Alternatives"
_STATUSES = click.Choice(changes.STATUSES)


@click.command()
@click.argument("title")
@click.option("--rationale", "-r", help="Why it was decided so.")
@click.option(
    "--alternative", "-a", "alternatives", multiple=True, help="What was considered; repeatable."
)
@click.option("--cycle", metavar="CYCLE", help="The cycle that it belongs to.")
@click.option("--status", type=_STATUSES, help="accepted unless told.")
@editing.in_editor
@scope.one
def add(
    title: str,
    *,
    rationale: str | None,
    alternatives: tuple[str, ...],
    cycle: str | None,
    status: str | None,
    edit: bool,
    project: str | None,
    as_json: bool,
) -> int:
    """Add a decision that no commit states."""
    wanted = DecisionChanges(title, rationale, alternatives, cycle, status)
    if edit:
        wanted = _in_editor(wanted)
    with scope.open_scope(project, write=True) as here:
        made = adding.add_decision(
            here.store,
            here.project,
            wanted.title or "",
            rationale=wanted.rationale,
            alternatives=wanted.alternatives or (),
            cycle=cycle,
            status=status or decisionfiles.ACCEPTED,
        )
    return records.answer(made, "Recorded", as_json=as_json)


@click.command()
@click.argument("decision")
@click.option("--title", "-t", help="Another title.")
@click.option("--rationale", "-r", help="Why it was decided so.")
@click.option(
    "--alternative",
    "-a",
    "alternatives",
    multiple=True,
    help="What was considered, in place of what stands there; repeatable.",
)
@click.option("--cycle", metavar="CYCLE", help="The cycle that it belongs to.")
@click.option("--status", type=_STATUSES, help="What became of it.")
@editing.in_editor
@scope.one
def edit(
    decision: str,
    *,
    title: str | None,
    rationale: str | None,
    alternatives: tuple[str, ...],
    cycle: str | None,
    status: str | None,
    edit: bool,
    project: str | None,
    as_json: bool,
) -> int:
    """Change a decision; an empty text takes away what is there.

    Without options it is opened in your editor. What you make of a decision that a commit states
    stays, whatever becomes of the commit.
    """
    wanted = DecisionChanges(title, rationale, alternatives or None, cycle, status)
    opens = editing.opens_editor(wanted != DecisionChanges(), edit=edit)
    with scope.open_scope(project, write=True) as here:
        before = memory.show_record(here.store, Kind.DECISION, decision, here.project_id)
        if opens:
            wanted = _in_editor(wanted, before)
        after, problems = changes.change_decision(here.store, before, wanted)
        editing.tell(problems)
    return records.changed(before, after, as_json=as_json)


@click.command()
@click.argument("old")
@click.argument("new")
@click.option("--take-back", is_flag=True, help="Say that it did not; what a commit says stays.")
@scope.one
def supersede(old: str, new: str, *, take_back: bool, project: str | None, as_json: bool) -> int:
    """Say that a decision took the place of an older one.

    OLD and NEW are titles, ids, or the first four or more characters of an id. A commit says the
    same with a line "Supersedes: OLD" beside its "Decision: NEW".
    """
    with scope.open_scope(project, write=True) as here:
        older = memory.find(here.store, Table.DECISIONS, old, here.project_id)
        newer = memory.find(here.store, Table.DECISIONS, new, here.project_id)
        (superseding.release if take_back else superseding.supersede)(here.store, older, newer)
        found = memory.show_record(here.store, Kind.DECISION, older["id"], here.project_id)
    if as_json:
        json_out(found)
    elif take_back:
        say(styled("Taken back", "good"), f": {older['title']}, by {newer['title']}")
    else:
        say(styled("Superseded", "good"), f": {older['title']}, by {newer['title']}")
    return 0


@click.command()
@click.argument("decision")
@editing.beforehand
@scope.one
def remove(decision: str, yes: bool, project: str | None, as_json: bool) -> int:
    """Remove a decision.

    One that a commit states stays away as long as this store lives; it is better superseded, or
    edited to be rejected. A file that states it is left as it is, and no longer taken in.
    """
    with scope.open_scope(project, write=True) as here:
        found = memory.show_record(here.store, Kind.DECISION, decision, here.project_id)
        files = decisionfiles.of_decision(here.store.db, found["id"])
        commits = [f"commit {oid[:12]}" for oid in found["commits"]]
        if not editing.removes("decision", found, [*commits, *files], yes=yes):
            return 1
        editing.tell(changes.remove(here.store, Kind.DECISION, found))
    return records.answer(found, "Removed", as_json=as_json)


def _in_editor(wanted: DecisionChanges, decision: Object | None = None) -> DecisionChanges:
    """The changes as a person makes them in their editor, with those that were said before."""
    now = decision or {"title": "", "rationale": None, "alternatives": []}
    alternatives = now["alternatives"] if wanted.alternatives is None else wanted.alternatives
    listed = [alternatives or ""] if isinstance(alternatives, str | None) else alternatives
    rationale = now["rationale"] if wanted.rationale is None else wanted.rationale
    before = Sheet(
        now["title"] if wanted.title is None else wanted.title,
        {
            _RATIONALE: rationale or "",
            _ALTERNATIVES: recordtext.listed(str(each) for each in listed),
        },
    )
    after = editing.sheet(before)
    if after is None:
        return wanted
    return replace(
        wanted,
        title=after.title,
        rationale=after.texts[_RATIONALE],
        alternatives=recordtext.items(after.texts[_ALTERNATIVES]),
    )


COMMANDS = (add, edit, supersede, remove)
