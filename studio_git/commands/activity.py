"""``git studio activity``: what happened, as the dashboard's feed has it."""

from __future__ import annotations

import click

from studio_git.commands import scope
from studio_git.output import Part, columns, json_out, say, styled
from studio_git.services import memory
from studio_git.services.memory import Object


@click.command()
@scope.of_projects
@scope.limited
@scope.as_json
def command(project: str | None, all_projects: bool, limit: int | None, as_json: bool) -> int:
    """Show what happened, the newest first: sessions, decisions, cycles, drift."""
    with scope.open_scope(project, all_projects=all_projects) as here:
        found = memory.list_activity(here.store, here.project_id, scope.asked(limit, as_json))
        if as_json:
            json_out(found)
            return 0
        if not found:
            say("Nothing has happened yet.")
        columns([_row(here, event) for event in scope.shown(found, limit)])
        scope.say_more(found, limit)
    return 0


def _row(here: scope.Scope, event: Object) -> list[Part]:
    what = str(event["activity_type"]).replace("_", " ")
    row: list[Part] = [scope.when(event["created_at"]), styled(what, "accent")]
    if here.project_id is None:
        row.append(here.name(event["project_id"]))
    return [*row, event["title"]]
