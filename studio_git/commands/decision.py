"""``git studio decision``: what was decided, and why."""

from __future__ import annotations

import click

from studio_git.commands import scope
from studio_git.output import Part, columns, json_out, say, styled
from studio_git.services import memory
from studio_git.services.memory import Object
from studio_git.store.records import Kind


@click.group()
def command() -> None:
    """List, show and add decisions.

    Commits state them in their last paragraph: "Decision: …", "Rationale: …", "Alternative: …".
    A decision is named by its title, its id, or the first four or more characters of its id.
    """


@command.command("list")
@scope.of_projects
@scope.limited
@scope.as_json
def list_(project: str | None, all_projects: bool, limit: int | None, as_json: bool) -> int:
    """List decisions, the newest first."""
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
    """Show one decision.

    Exit 1 if there is none of that name.
    """
    with scope.open_scope(project, all_projects=all_projects) as here:
        found = memory.show_record(here.store, Kind.DECISION, decision, here.project_id)
        commit = memory.commit_of(here.store, Kind.DECISION, found)
    if as_json:
        json_out(found)
    else:
        _show(found, commit)
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
    return [*row, decision["title"]]


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
