"""``git studio decision``: what was decided, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from studio_git.commands import records, scope
from studio_git.commands.groups import LaterGroup
from studio_git.output import Part, json_out, say, styled, text_block
from studio_git.services import memory
from studio_git.services.memory import Object
from studio_git.store import decisionfiles
from studio_git.store.records import Kind

if TYPE_CHECKING:
    from studio_git.services.superseding import Places

_LATER = dict.fromkeys(("add", "edit", "supersede", "remove"), "decisionchange")
_LATER |= dict.fromkeys(("import", "export", "sync"), "decisionfiles")
_DIM = frozenset({memory.SUPERSEDED, "rejected", "deprecated"})


@click.group(cls=LaterGroup, later=_LATER)
def command() -> None:
    """List, show, add, change and remove decisions, and say which took the place of which.

    Commits state them in their last paragraph: "Decision: …", "Rationale: …", "Alternative: …",
    and "Supersedes: …" with the title of an older decision.
    A decision is named by its title, its id, or the first four or more characters of its id.
    Files of decision records, as in docs/decisions, and the decisions are kept in step by import,
    export and sync.
    """


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
    from studio_git.services import superseding  # lists do without

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
