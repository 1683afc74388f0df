"""``git studio decision``: what was decided, and why."""

from __future__ import annotations

from dataclasses import replace

import click

from studio_git.commands import decisionfiles as file_commands
from studio_git.commands import editing, records, scope
from studio_git.core import recordtext
from studio_git.core.recordtext import Sheet
from studio_git.output import Part, json_out, say, styled, text_block
from studio_git.services import editing as changes
from studio_git.services import memory, superseding
from studio_git.services.editing import DecisionChanges
from studio_git.services.memory import Object
from studio_git.services.superseding import Places
from studio_git.store import decisionfiles
from studio_git.store.lookup import Table
from studio_git.store.records import Kind

_RATIONALE, _ALTERNATIVES = "Rationale", "Alternatives"
_STATUSES = click.Choice(changes.STATUSES)
_DIM = frozenset({memory.SUPERSEDED, "rejected", "deprecated"})


@click.group()
def command() -> None:
    """List, show, add, change and remove decisions, and say which took the place of which.

    Commits state them in their last paragraph: "Decision: …", "Rationale: …", "Alternative: …",
    and "Supersedes: …" with the title of an older decision.
    A decision is named by its title, its id, or the first four or more characters of its id.
    Files of decision records, as in docs/decisions, and the decisions are kept in step by import,
    export and sync.
    """


for each in file_commands.COMMANDS:
    command.add_command(each)


@command.command("list")
@scope.listing
def list_(project: str | None, all_projects: bool, limit: int | None, as_json: bool) -> int:
    """List decisions, the newest first; those that no longer hold are dim."""
    with scope.open_scope(project, all_projects=all_projects) as here:
        found = memory.list_decisions(here.store, here.project_id, scope.asked(limit, as_json))
        return records.listed(
            found,
            limit,
            as_json=as_json,
            row=lambda decision: _row(here, decision),
            nothing=(
                "There are no decisions yet. State one in a commit with a line Decision: …, or "
                "now:",
                "git studio decision add TITLE --rationale WHY",
            ),
        )


@command.command()
@click.argument("decision")
@scope.some
def show(decision: str, project: str | None, all_projects: bool, as_json: bool) -> int:
    """Show one decision."""
    with scope.open_scope(project, all_projects=all_projects) as here:
        found = memory.show_record(here.store, Kind.DECISION, decision, here.project_id)
        commit = memory.commit_of(here.store, Kind.DECISION, found)
        places = superseding.places(here.store, found["id"])
        files = decisionfiles.of_decision(here.store.db, found["id"])
    if as_json:
        json_out(found | {"files": files})
    else:
        _show(found, commit, in_file=bool(files))
        _show_places(places)
        for path in files:
            say(styled("File: ", "accent"), path)
    return 0


@command.command()
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
        made = memory.add_decision(
            here.store,
            here.project,
            wanted.title or "",
            rationale=wanted.rationale,
            alternatives=wanted.alternatives or (),
            cycle=cycle,
            status=status or decisionfiles.ACCEPTED,
        )
    return records.answer(made, "Recorded", as_json=as_json)


@command.command()
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


@command.command()
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


@command.command()
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
        if not records.removes("decision", found, [*commits, *files], yes=yes):
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


def _row(here: scope.Scope, decision: Object) -> list[Part]:
    row = records.begin_row(here, decision)
    status, title = decision["status"], decision["title"]
    if decision["superseded_by"] is not None:
        newer = memory.title_of(here.store, decision["superseded_by"])
        return [*row, styled(f"{title} (superseded by: {newer})", "dim")]
    if status == decisionfiles.ACCEPTED:
        return [*row, title]
    shown = f"{title} ({status})"
    return [*row, styled(shown, "dim") if status in _DIM else shown]


def _show(decision: Object, commit: str | None, *, in_file: bool) -> None:
    records.head(decision, commit, in_file=in_file)
    if decision["status"] not in {decisionfiles.ACCEPTED, memory.SUPERSEDED}:
        say(styled("Status: ", "warn"), decision["status"])
    if decision["rationale"]:
        text_block(decision["rationale"].split("\n"), diff=False)
    if decision["alternatives"]:
        say("Considered:")
        for alternative in decision["alternatives"]:
            say(f"- {alternative}")


def _show_places(places: Places) -> None:
    if places.superseded_by is not None:
        say(styled("Superseded by: ", "warn"), places.superseded_by)
    for title in places.supersedes:
        say(styled("Supersedes: ", "accent"), title)
    for words in places.unclear:
        say(styled("Supersedes: ", "accent"), words, styled("  (none, or several, by that)", "dim"))
