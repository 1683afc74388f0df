"""``git studio diff``: how context files differ, hunk by hunk."""

from __future__ import annotations

import os
from pathlib import Path

import click

from studio_git.commands.standings import show
from studio_git.commands.status import named
from studio_git.core.diff import unified
from studio_git.output import json_out, say, text_block
from studio_git.services import reports
from studio_git.services.drift import Standing, look
from studio_git.services.sides import Index
from studio_git.services.workspace import open_here


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("--staged", is_flag=True, help="Look at what the next commit would have.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array.")
def command(paths: tuple[str, ...], staged: bool, as_json: bool) -> int:
    """Show how context files differ, from Studio's copy to the repository's.

    The numbers of the hunks are those that `git studio resolve --hunk` takes; each says which
    side moved. Exit 1 where there are differences.
    """
    with open_here(Path.cwd(), write=False) as workspace:
        said = os.environ.get("GIT_INDEX_FILE")
        place = workspace.place
        source = Index(place, place.top / said if said else None) if staged else None
        standings = look(
            workspace.store,
            workspace.repository,
            place,
            source=source,
            paths=named(workspace, paths),
        )
    if as_json:
        json_out([reports.differences(standing) for standing in standings])
    else:
        shown = [standing for standing in standings if standing.verdict.kind]
        for number, standing in enumerate(shown):
            if number:
                say()
            _print(standing)
    return 1 if any(standing.verdict.kind for standing in standings) else 0


def _print(standing: Standing) -> None:
    if not standing.hunks:  # a side is missing, or cannot be compared
        show(standing)
        return
    canonical, repo = standing.canonical, standing.repo
    text_block(
        unified(
            canonical if isinstance(canonical, bytes) else b"",
            repo if isinstance(repo, bytes) else b"",
            f"studio/{standing.file.filename}",
            f"repository/{standing.repo_path}",
            base=standing.base,
        )
    )
