"""``git studio track``: keep a file of the repository in Studio."""

from __future__ import annotations

from pathlib import Path

import click

from studio_git.errors import UsageError
from studio_git.output import say, styled
from studio_git.services import context
from studio_git.services.clone import Workspace
from studio_git.services.drift import relative_paths
from studio_git.services.workspace import open_here


@click.command()
@click.argument("path", required=False)
@click.option("--as", "name", metavar="NAME", help="Its name in Studio; the path in lower case.")
@click.option("--proposed", is_flag=True, help="Take what .studio.toml proposes instead.")
def command(path: str | None, name: str | None, proposed: bool) -> int:
    """Keep a file of the repository in Studio, and compare the two from now on.

    A link, a file that is only `@OTHER.md`, or an identical copy of a tracked file becomes
    another name of that file.
    """
    if (path is None) == (not proposed) or (proposed and name):
        raise UsageError(
            "what to track was not said clearly.",
            "Name one PATH (with --as NAME if you like), or say --proposed.",
        )
    with open_here(Path.cwd()) as workspace:
        if path is None:
            return _take_proposed(workspace)
        (relative,) = relative_paths(workspace.place, Path.cwd(), [path])
        file = context.track(workspace, relative, name)
    if file.repo_path == relative:
        say(f"{relative}: ", styled(f"tracked as {file.filename}", "good"), ".")
    else:
        say(f"{relative}: ", styled(f"stands for {file.repo_path} from now on", "good"), ".")
    return 0


def _take_proposed(workspace: Workspace) -> int:
    taken = context.take_proposed(workspace)
    if taken.project_id:
        raise UsageError(
            f".studio.toml names another project, {taken.project_id}.",
            f"Bind this clone to it with: git studio init --project {taken.project_id}",
        )
    for path in taken.added.values():
        say(f"{path}: ", styled("tracked", "good"), ".")
    for path in taken.removed.values():
        say(f"{path}: ", styled("no longer tracked", "good"), ".")
    for path in taken.aliases:
        say(f"{path}: ", styled("taken as proposed", "good"), ".")
    if not taken:
        say(".studio.toml proposes nothing new.")
    return 0
