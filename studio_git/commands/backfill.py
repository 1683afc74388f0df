"""``git studio backfill``: take in the history from before the repository was bound."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from studio_git.commands.capture import capture_now
from studio_git.core.prose import counted
from studio_git.output import json_out, progress, say, styled, warn
from studio_git.services import backfill
from studio_git.services.backfill import BackfillReport, Plan
from studio_git.services.workspace import Workspace, open_here


@click.command()
@click.argument("revisions", metavar="RANGE", required=False)
@click.option("--since", metavar="WHEN", help="Only what was committed since then (git log).")
@click.option("--all-authors", is_flag=True, help="Everybody's commits, not only yours.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(revisions: str | None, since: str | None, all_authors: bool, as_json: bool) -> int:
    """Turn older commits into sessions: those from before this repository was bound.

    Takes in what HEAD reaches, or RANGE (a branch, a tag, v1.0..main). What is captured is
    passed over: stopped at any time, it goes on where it was when it is run again.
    """
    with open_here(Path.cwd()) as workspace:
        # First what is new: that is told in the feed, and what is old is not.
        capture_now(workspace, all_authors=all_authors)
        planned = backfill.plan(workspace, revisions, since=since, all_authors=all_authors)
        report = take_in(workspace, planned)
    if as_json:
        json_out(asdict(report))
    else:
        say_done(planned, report)
    for problem in report.problems:
        warn(styled("not written yet: ", "warn"), problem)
    return 0


def take_in(workspace: Workspace, planned: Plan) -> BackfillReport:
    """Take in what is planned, with a bar on a terminal."""
    with progress("Taking in the history", total=len(planned.oids)) as advance:
        return backfill.take_in(workspace, planned, advance=advance)


def say_done(planned: Plan, report: BackfillReport) -> None:
    """The one line that says what was done."""
    if not planned.oids:
        others = f" {counted(planned.others, 'commit')} of others: --all-authors."
        captured = f"{counted(planned.captured, 'commit')} captured before."
        say(f"Nothing to take in: {captured}{others if planned.others else ''}")
        return
    parts = [counted(report.commits, "commit")]
    for number, noun in (
        (report.decisions, "decision"),
        (report.learnings, "learning"),
        (report.questions, "open question"),
    ):
        if number:
            parts.append(counted(number, noun))
    where = [counted(report.sessions, "new session")]
    if report.joined:
        where.append(counted(report.joined, "session") + " from before")
    say(styled("Took in ", "good"), ", ".join(parts), " into ", " and ".join(where), ".")
