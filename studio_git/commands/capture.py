"""``git studio capture``: turn commits into sessions now, and wait for it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

import click

from studio_git import files
from studio_git.core.prose import counted
from studio_git.output import json_out, say, styled, warn
from studio_git.services import background, binding, hints, memory, superseding
from studio_git.services.capture import CaptureReport, capture
from studio_git.services.workspace import Workspace, open_here
from studio_hooks import launch, spool


@click.command()
@click.option(
    "--all-authors", is_flag=True, help="Everybody's commits since this repository was bound."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(all_authors: bool, as_json: bool) -> int:
    """Turn the commits made since the last capture into sessions, and wait for it.

    The hooks do the same in the background after each commit.
    """
    with open_here(Path.cwd()) as workspace:
        report = capture_now(workspace, all_authors=all_authors)
        if as_json:
            json_out(asdict(report))
        else:
            _print(workspace, report)
    for problem in report.problems:
        warn(styled("not written yet: ", "warn"), problem)
    return 0


def capture_now(workspace: Workspace, *, all_authors: bool = False) -> CaptureReport:
    """Capture, with what the hooks noted; the worker, if one is at it, is waited for."""
    common_dir = workspace.place.common_dir
    folder = binding.studio_dir(common_dir)
    with files.locked(folder / "worker.lock"):
        (folder / "kick").unlink(missing_ok=True)
        noted = spool.drain(common_dir)
        report = capture(
            workspace.store,
            workspace.repository,
            workspace.place,
            workspace.settings,
            hints=[hints.read_record(it.stage, it.git_dir, it.details) for it in noted.records],
            all_authors=all_authors,
        )
        if noted.records:
            background.settle(common_dir, noted.records)
        spool.done(common_dir, noted)
    if spool.waiting(common_dir):
        with suppress(OSError):
            launch.start_again(common_dir)
    return report


def _print(workspace: Workspace, report: CaptureReport) -> None:
    if not report.sessions:
        say("Nothing new: every commit of yours is captured.")
        return
    parts = [counted(report.commits, "commit")]
    if report.rewritten:
        parts.append(f"{report.rewritten} rewritten")
    for number, noun in (
        (report.decisions, "decision"),
        (report.learnings, "learning"),
        (report.questions, "open question"),
    ):
        if number:
            parts.append(counted(number, noun))
    say(styled("Captured ", "good"), ", ".join(parts), ":")
    for session_id in report.sessions:
        session = memory.show_session(workspace.store, session_id, None)
        new = "new session" if session_id in report.new_sessions else "session"
        say(f"  {new} ", styled(session_id[:8], "dim"), f"  {session['title']}")
    project_id = workspace.repository.project_id
    for each in superseding.unclear_in(workspace.store, project_id, report.sessions):
        warn(
            styled("Not clear: ", "warn"),
            f"Supersedes: {each.words} (of {each.title}) names no decision, or several.",
        )
