"""``git studio undo``: take back what a sync or a resolve replaced."""

from __future__ import annotations

from pathlib import Path

import click

from studio_git.output import say, styled
from studio_git.services import changes, resolve
from studio_git.services.workspace import open_here


@click.command()
@click.argument("operation", type=click.IntRange(1), required=False, metavar="[ID]")
def command(operation: int | None) -> int:
    """Take back the newest sync or resolve in this worktree, or the one with the number ID.

    Files come back byte for byte; a file that was changed since stops it.
    """
    with open_here(Path.cwd()) as workspace:
        undone = changes.undo(workspace, operation)
        resolve.refresh(workspace)
    say("Taken back: ", styled(undone.title, "bold"), ".")
    return 0
