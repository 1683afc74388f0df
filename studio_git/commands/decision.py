"""``git studio decision``: what was decided, and why."""

from __future__ import annotations

import click

from studio_git.commands import scope
from studio_git.output import Part, columns, json_out, say, styled
from studio_git.services import memory, superseding
from studio_git.services.memory import Object
from studio_git.services.superseding import Places
from studio_git.store.lookup import Table
from studio_git.store.records import Kind


@click.group()
def command() -> None:
    """List, show and add decisions, and say which took the place of which.

    Commits state them in their last paragraph: "Decision: …", "Rationale: …", "Alternative: …",
    and "Supersedes: …" with the title of an older decision.
    A decision is named by its title, its id, or the first four or more characters of its id.
    """


@command.command("list")
@scope.of_projects
@scope.limited
@scope.as_json
def list_(project: str | None, all_projects: bool, limit: int | None, as_json: bool) -> int:
    """List decisions, the newest first; those that no longer hold are dim."""
    with scope.open_scope(project, all_projects=all_projects) as here:
        found = memory.list_decisions(here.store, here.project_id, scope.asked(limit, as_json))
        if as_json:
            json_out(found)
            return 0
        if not found:
            say(
                "There are no decisions yet. State one in a commit with a line Decision: …, or now:"
            )
            say("git studio decision add TITLE --rationale WHY")
        columns([_row(here, decision) for decision in scope.shown(found, limit)])
        scope.say_more(found, limit)
    return 0


@command.command()
@click.argument("decision")
@scope.of_projects
@scope.as_json
def show(decision: str, project: str | None, all_projects: bool, as_json: bool) -> int:
    """Show one decision."""
    with scope.open_scope(project, all_projects=all_projects) as here:
        found = memory.show_record(here.store, Kind.DECISION, decision, here.project_id)
        commit = memory.commit_of(here.store, Kind.DECISION, found)
        places = superseding.places(here.store, found["id"])
    if as_json:
        json_out(found)
    else:
        _show(found, commit)
        _show_places(places)
    return 0


@command.command()
@click.argument("old")
@click.argument("new")
@scope.of_project
@scope.as_json
def supersede(old: str, new: str, project: str | None, as_json: bool) -> int:
    """Say that a decision took the place of an older one.

    OLD and NEW are titles, ids, or the first four or more characters of an id. A commit says the
    same with a line "Supersedes: OLD" beside its "Decision: NEW".
    """
    with scope.open_scope(project, write=True) as here:
        older = memory.find(here.store, Table.DECISIONS, old, here.project_id)
        newer = memory.find(here.store, Table.DECISIONS, new, here.project_id)
        superseding.supersede(here.store, older, newer)
        found = memory.show_record(here.store, Kind.DECISION, older["id"], here.project_id)
    if as_json:
        json_out(found)
    else:
        say(styled("Superseded", "good"), f": {older['title']}, by {newer['title']}")
    return 0


@command.command()
@click.argument("title")
@click.option("--rationale", "-r", help="Why it was decided so.")
@click.option(
    "--alternative", "-a", "alternatives", multiple=True, help="What was considered; repeatable."
)
@click.option("--cycle", metavar="CYCLE", help="The cycle that it belongs to.")
@scope.of_project
@scope.as_json
def add(
    title: str,
    *,
    rationale: str | None,
    alternatives: tuple[str, ...],
    cycle: str | None,
    project: str | None,
    as_json: bool,
) -> int:
    """Add a decision that no commit states."""
    with scope.open_scope(project, write=True) as here:
        made = memory.add_decision(
            here.store,
            here.project,
            title,
            rationale=rationale,
            alternatives=alternatives,
            cycle=cycle,
        )
    if as_json:
        json_out(made)
    else:
        say(styled("Recorded", "good"), f" {scope.short(made['id'])}: {made['title']}")
    return 0


def _row(here: scope.Scope, decision: Object) -> list[Part]:
    row: list[Part] = [
        styled(scope.short(decision["id"]), "dim"),
        scope.when(decision["created_at"]),
    ]
    if here.project_id is None:
        row.append(here.name(decision["project_id"]))
    if decision["superseded_by"] is None:
        return [*row, decision["title"]]
    newer = memory.title_of(here.store, decision["superseded_by"])
    return [*row, styled(f"{decision['title']} (superseded by: {newer})", "dim")]


def _show(decision: Object, commit: str | None) -> None:
    say(styled(decision["title"], "bold"))
    source = f"  commit {commit[:12]}" if commit else "  added by hand"
    say(styled(f"{scope.when(decision['created_at'])}{source}  {decision['id']}", "dim"))
    for line in (decision["rationale"] or "").split("\n") if decision["rationale"] else ():
        say(line)
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
