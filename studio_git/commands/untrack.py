"""``git studio untrack``: stop comparing a file with Studio's copy."""

from __future__ import annotations

from pathlib import Path

import click

from studio_git.errors import UsageError
from studio_git.output import say, styled
from studio_git.services import context
from studio_git.services.drift import names_of, relative_paths
from studio_git.services.workspace import open_here
from studio_git.store import contexts


@click.command()
@click.argument("path")
def command(path: str) -> int:
    """Stop comparing a file with Studio's copy; both stay as they are."""
    with open_here(Path.cwd()) as workspace:
        (relative,) = relative_paths(workspace.place, Path.cwd(), [path])
        tracked = contexts.tracked(workspace.store.db, workspace.repository.project_id)
        for file in tracked:
            if relative in {alias.path for alias in file.aliases}:
                context.untrack_alias(workspace, file, relative)
                break
            if {relative, path} & set(names_of(file)):
                context.untrack(workspace, file)
                break
        else:
            raise UsageError(
                f"{path} is not a tracked context file.", "See what is: git studio status"
            )
    say(f"{relative}: ", styled("no longer tracked", "good"), "; the files stay as they are.")
    return 0
