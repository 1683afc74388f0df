"""``git studio deps``: the programs that a project needs, and whether they are there."""

from __future__ import annotations

import click

from studio_git.commands import scope
from studio_git.commands.stack import say_problems, shown_files
from studio_git.output import Part, columns, json_out, progress, say, styled
from studio_git.services import deps, manifestfiles
from studio_git.services.memory import Object
from studio_git.store import dependencies
from studio_git.store.dependencies import Status

_STATUS: dict[str, Part] = {
    Status.INSTALLED.value: styled("installed", "good"),
    Status.NOT_INSTALLED.value: styled("not installed", "bad"),
    Status.VERSION_MISMATCH.value: styled("other version", "bad"),
    Status.UNKNOWN.value: styled("unknown", "warn"),
}


@click.group()
def command() -> None:
    """Check and list the programs that a project needs."""


@command.command()
@scope.of_project
@scope.as_json
def check(project: str | None, as_json: bool) -> int:
    """Look for the programs that the files of the repository need.

    Exit 1 where one is missing or has another version than is required. Only programs that are
    known are started, to say their version, and nothing that stands in the repository.
    """
    with scope.open_scope(project, write=True) as here:
        repository, place = manifestfiles.worktree(here.store, here.project)
        with progress("Looking at programs") as step:
            report = deps.check(here.store, repository, place, step=step)
    if as_json:
        json_out(deps.check_objects(report))
        return 0 if report.is_met else 1
    say_problems(report.manifests)
    found = deps.check_objects(report)
    if not found:
        say("No file that git tracks here needs a program.")
    columns([*_row(each), styled(each["reason"] or shown_files(each["files"]), "dim")]
            for each in found)  # fmt: skip
    return 0 if report.is_met else 1


@command.command("list")
@scope.of_project
@scope.as_json
def list_(project: str | None, as_json: bool) -> int:
    """List what the last check found."""
    with scope.open_scope(project) as here:
        found = deps.objects(dependencies.every(here.store.db, here.project))
    if as_json:
        json_out(found)
        return 0
    if not found:
        say("Nothing is known yet. Look for what is needed: git studio deps check")
    columns([*_row(each), styled(scope.when(each["last_checked_at"]), "dim")] for each in found)
    return 0


def _row(each: Object) -> list[Part]:
    return [
        _STATUS.get(each["status"], str(each["status"])),
        styled(each["name"], "bold"),
        each["required_version"] or "",
        each["detected_version"] or "",
        each["detected_path"] or "",
    ]
