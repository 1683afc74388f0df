"""``git studio resolve``: decide for one context file which side counts."""

from __future__ import annotations

from pathlib import Path

import click

from studio_git import programs
from studio_git.commands.standings import show
from studio_git.core.models import Resolution
from studio_git.errors import UsageError
from studio_git.output import say, styled
from studio_git.services import resolve, studiotoml
from studio_git.services.clone import Workspace
from studio_git.services.drift import Standing, relative_paths
from studio_git.services.workspace import open_here

_SAYS = {
    Resolution.ACCEPTED_REPO: "Studio has the repository's text now",
    Resolution.KEPT_STUDIO: "the repository has Studio's text now",
    Resolution.MERGED: "both have the merged text now",
    Resolution.DISMISSED: "put aside until one of the two changes again",
}


@click.command()
@click.argument("path")
@click.option("--accept-repo", "accepted_repo", is_flag=True, help="Studio takes the file.")
@click.option("--keep-studio", "kept_studio", is_flag=True, help="The file takes Studio's.")
@click.option("--merge", "merged", is_flag=True, help="Both take what both changed.")
@click.option("--dismiss", "dismissed", is_flag=True, help="Leave exactly this difference.")
@click.option(
    "--hunk",
    "numbers",
    type=click.IntRange(1),
    multiple=True,
    metavar="N",
    help="Only this difference of `git studio diff`; may be repeated.",
)
@click.option("--edit", is_flag=True, help="With --merge: settle conflicts in your editor.")
def command(path: str, numbers: tuple[int, ...], edit: bool, **said: bool) -> int:
    """Decide for one context file which side counts.

    What is replaced is kept, and comes back with `git studio undo`.
    """
    chosen = [Resolution(how) for how, it_is in said.items() if it_is]
    if len(chosen) != 1:
        raise UsageError(
            "which side counts was not said, or said twice.",
            "Add just one of --accept-repo, --keep-studio, --merge and --dismiss.",
        )
    (resolution,) = chosen
    if edit and (resolution is not Resolution.MERGED or numbers):
        raise UsageError("--edit goes with --merge, and without --hunk.", "Leave one of them out.")
    with open_here(Path.cwd()) as workspace:
        (relative,) = relative_paths(workspace.place, Path.cwd(), [path])
        standing = _find(workspace, relative, path)
        if edit:
            number = resolve.resolve_with(workspace, standing, _edited(standing))
        else:
            number = resolve.resolve(
                workspace,
                standing,
                resolution,
                numbers,
                if_untracked=studiotoml.without(workspace, standing.file),
            )
        after = resolve.standing_now(workspace, standing.file)
    says = "no longer tracked" if after is None else _SAYS[resolution]
    if resolution is Resolution.ACCEPTED_REPO and standing.repo_path != standing.file.repo_path:
        says = f"all copies and Studio have the text of {standing.repo_path} now"
    hunks = f", hunk {', '.join(map(str, sorted(set(numbers))))}" if numbers else ""
    say(f"{standing.file.repo_path}{hunks}: ", styled(says, "good"), ".")
    if after is not None and not after.settled:
        say("What is left:")
        show(after)
    say(styled(f"Take it back with: git studio undo {number}", "dim"))
    return 0


def _find(workspace: Workspace, relative: str, word: str) -> Standing:
    try:
        return resolve.standing_of(workspace, relative)
    except UsageError:
        if relative == word:
            raise
        return resolve.standing_of(workspace, word)


def _edited(standing: Standing) -> bytes:
    """What the user made of both sides in the editor; markers must be gone."""
    text = resolve.conflict_text(standing)
    if text is None:
        raise UsageError(
            f"{standing.file.repo_path} has only one side: there is nothing to merge.",
            "Take it: --accept-repo or --keep-studio.",
        )
    edited = programs.edit(text, suffix=Path(str(standing.file.repo_path)).suffix or ".md")
    lines = edited.split(b"\n")
    if any(line.startswith((b"<<<<<<< ", b">>>>>>> ")) for line in lines):
        raise UsageError(
            "the text still has conflict markers; nothing was changed.",
            "Run the command again, and settle every conflict in the editor.",
        )
    return edited
