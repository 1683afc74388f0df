"""``git studio sync``: move what is unambiguous in the direction it points."""

from __future__ import annotations

from pathlib import Path

import click

from studio_git.commands.standings import show
from studio_git.commands.status import named
from studio_git.core.diff import diff_summary
from studio_git.core.models import Resolution
from studio_git.output import json_out, say, styled
from studio_git.services import reports, resolve
from studio_git.services.drift import Standing
from studio_git.services.resolve import Synced
from studio_git.services.workspace import open_here


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(paths: tuple[str, ...], as_json: bool) -> int:
    """Bring both sides together where only one of them moved.

    What was edited in the repository goes into Studio, what moved in Studio into the
    repository's file; what both sides changed is left, and listed. `git studio undo` takes all
    of it back. Exit 1 where something is left.
    """
    with open_here(Path.cwd()) as workspace:
        synced = resolve.sync(workspace, named(workspace, paths))
    if as_json:
        json_out(_as_json(synced))
    else:
        _print(synced)
    return 1 if synced.left else 0


def _print(synced: Synced) -> None:
    for standing, resolution in synced.moved:
        taken = resolution is Resolution.ACCEPTED_REPO
        arrow = "repository → Studio" if taken else "Studio → repository"
        say(
            f"  {standing.file.repo_path}  ",
            styled(arrow, "good"),
            styled(f"  {_summary(standing, taken=taken)}", "dim"),
        )
    if synced.left:
        say("Left for you:")
        for standing in synced.left:
            show(standing)
    if synced.moved:
        say(styled("Take it back with: git studio undo", "dim"))
    elif not synced.left:
        say("Everything is in step.")


def _summary(standing: Standing, *, taken: bool) -> str:
    """What changed in the file that was written."""
    canonical, repo = standing.canonical, standing.repo
    if not isinstance(canonical, bytes) or not isinstance(repo, bytes):
        return ""
    return diff_summary(canonical, repo) if taken else diff_summary(repo, canonical)


def _as_json(synced: Synced) -> dict[str, object]:
    return {
        "operation": synced.operation,
        "moved": [
            reports.entry(standing) | {"resolution": resolution.value}
            for standing, resolution in synced.moved
        ],
        "left": [reports.entry(standing) for standing in synced.left],
    }
