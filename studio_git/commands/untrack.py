"""``git studio untrack``: stop comparing a file with Studio's copy."""

from __future__ import annotations

from pathlib import Path

import click

from studio_git.output import say, styled
from studio_git.services import context
from studio_git.services.drift import relative_paths
from studio_git.services.workspace import open_here


@click.command()
@click.argument("path")
def command(path: str) -> int:
    """Stop comparing a file with Studio's copy; both stay as they are."""
    with open_here(Path.cwd()) as workspace:
        (relative,) = relative_paths(workspace.place, Path.cwd(), [path])
        context.untrack_named(workspace, (path, relative))
    say(f"{relative}: ", styled("no longer tracked", "good"), "; the files stay as they are.")
    return 0
