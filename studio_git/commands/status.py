"""``git studio status``: which context files differ from Studio's, and how."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from studio_git.commands.standings import show, style_of
from studio_git.errors import StudioError, UsageError
from studio_git.output import json_out, say, styled, warn
from studio_git.services import ledger, proposals
from studio_git.services.clone import Workspace
from studio_git.services.drift import Standing, branch_of, look, names_of, relative_paths
from studio_git.services.sides import Index
from studio_git.services.workspace import open_here
from studio_git.store import contexts, decisionfiles

if TYPE_CHECKING:
    from studio_git.services.decisionlook import Standing as Record


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("--staged", is_flag=True, help="Look at what the next commit would have.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(paths: tuple[str, ...], staged: bool, as_json: bool) -> int:
    """Show which context files differ from Studio's, and which side moved.

    Decision records that differ from their decisions are told too. Exit 1 where a context file is
    neither synced nor dismissed, or a record differs.
    """
    with open_here(Path.cwd(), write=False) as workspace:
        wanted = named(workspace, paths)
        source = Index(workspace.place, _index_file(workspace)) if staged else None
        standings = look(
            workspace.store, workspace.repository, workspace.place, source=source, paths=wanted
        )
        if not staged:
            _remember(workspace, standings)
        records = _records(workspace) if wanted is None and not staged else []
        if as_json:
            from studio_git.services import reports

            json_out(reports.status(workspace, standings) | {"decisions": _entries(records)})
        else:
            _print(workspace, standings, whole=wanted is None)
            _print_records(records)
        settled = all(standing.settled for standing in standings)
        return 0 if settled and not records else 1


def named(workspace: Workspace, words: Sequence[str]) -> list[str] | None:
    """The tracked files that the words name, as repository paths or canonical names; None: all.

    Raises UsageError for a word that names none.
    """
    if not words:
        return None
    tracked = contexts.tracked(workspace.store.db, workspace.repository.project_id)
    known = {name for file in tracked for name in names_of(file)}
    paths = relative_paths(workspace.place, Path.cwd(), words)
    found = []
    for word, path in zip(words, paths, strict=True):
        inside = [name for name in known if name.startswith(f"{path}/") or path == "."]
        if not word:
            raise UsageError("an empty name is no context file.", "Leave it out to see all.")
        if path in known or word in known:
            found.append(path if path in known else word)
        elif inside:
            found += inside
        else:
            raise UsageError(
                f"{word} is not a tracked context file.",
                f"See what is tracked: git studio status; track it with: git studio track {word}",
            )
    return found


def _index_file(workspace: Workspace) -> Path | None:
    said = os.environ.get("GIT_INDEX_FILE")
    return workspace.place.top / said if said else None


def _remember(workspace: Workspace, standings: Sequence[Standing]) -> None:
    """Store what was seen, where that can be done; looking works without."""
    if not workspace.store.writable:
        return
    try:
        ledger.record(workspace.store, workspace.repository, workspace.place, standings)
    except StudioError as problem:
        warn(styled(f"Not stored: {problem.message}", "warn"))


def _print(workspace: Workspace, standings: Sequence[Standing], *, whole: bool) -> None:
    branch = branch_of(workspace.place)
    where = f" on {branch}" if branch else ""
    say(styled(workspace.project["name"], "bold"), styled(where, "dim"))
    if not standings:
        say("No context files are tracked yet.")
        say(styled("Track one with: git studio track PATH", "dim"))
    for standing in standings:
        show(standing)
    if whole and workspace.proposal is not None:
        for line in proposals.told(proposals.changes(workspace)):
            warn(styled(line, "warn"))
        for key in workspace.proposal.unknown:
            warn(styled(f".studio.toml: {key} is not known to this release.", "dim"))
    open_ones = [standing for standing in standings if not standing.settled]
    if standings and not open_ones:
        files = "context file is" if len(standings) == 1 else "context files are"
        say(styled(f"{len(standings)} {files} in step.", style_of(None)))


def _records(workspace: Workspace) -> list[Record]:
    """Decision records that differ; where there are none, nothing is loaded for them."""
    if not decisionfiles.known(workspace.store.db, workspace.repository.project_id):
        return []
    from studio_git.services import decisionlook

    return decisionlook.differing(workspace.store, workspace.repository, workspace.place)


def _entries(records: Sequence[Record]) -> list[dict[str, object]]:
    if not records:
        return []
    from studio_git.commands import decisionfiles as shown

    return [shown.entry(record) for record in records]


def _print_records(records: Sequence[Record]) -> None:
    if not records:
        return
    from studio_git.commands import decisionfiles as shown

    for record in records:
        shown.say_standing(record)
    say(styled("Bring them together with: git studio decision sync", "dim"))
