"""``git studio restore``: bring a backup back into the live store."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import click

from studio_git.commands import scope
from studio_git.output import confirm, json_out, say, styled, warn
from studio_git.services import backups
from studio_git.services.agreement import Disagreement
from studio_git.services.backups import Restored

_SHOWN = 20


@click.command()
@click.argument("file", metavar="FILE")
@click.option("--files", "with_files", is_flag=True, help="The files of a full backup too.")
@click.option("--yes", "-y", is_flag=True, help="Do not ask.")
@scope.as_json
def command(file: str, with_files: bool, yes: bool, as_json: bool) -> int:
    """Bring a backup of the store back, after a backup of what is there now.

    FILE is a path, or the name of one that git studio backup --list shows. Programs that have
    the store open go on working. What of the files no longer agrees with the rows is told.
    """
    home = scope.home()
    source = backups.find(home, file)
    if not confirm(f"Put {source.name} in the place of what the store holds now?", yes=yes):
        warn("Nothing was restored. To do it without being asked: --yes")
        return 1
    done = backups.restore(home, source, with_files=with_files)
    if as_json:
        json_out(_object(done))
        return 0
    _say(done)
    return 0


def _say(done: Restored) -> None:
    say(styled("Restored", "good"), f": {done.source}")
    if done.before is not None:
        what = "The damaged store is kept in" if done.damaged else "What was there is kept in"
        say(f"{what} {done.before}")
    if done.unpacked is not None:
        say(f"Files: {len(done.unpacked.written)} put back, {done.unpacked.same} were the same.")
        for refused in done.unpacked.refused:
            warn(styled("not put back: ", "warn"), refused)
    if not done.disagreements:
        say("All files agree with it.")
        return
    number = len(done.disagreements)
    say(f"{number} {'file does' if number == 1 else 'files do'} not agree with it:")
    for each in done.disagreements[:_SHOWN]:
        say("  ", styled(wording(each), "warn"), f"  {each.path}")
    if number > _SHOWN:
        say(styled(f"  and {number - _SHOWN} more; all of them: git studio doctor", "dim"))


def wording(each: Disagreement) -> str:
    """What is wrong between a file and its row, in a few words."""
    return {
        "no-file": f"{each.kind} {each.title} has no file",
        "no-row": f"{each.kind} file without a row",
        "differs": f"{each.kind} {each.title} was changed since",
        "unsafe": f"{each.kind} {each.title} has a path that leads out of its folder",
    }[each.what]


def disagreement(each: Disagreement) -> dict[str, Any]:
    """A disagreement for programs."""
    return asdict(each) | {"path": str(each.path)}


def _object(done: Restored) -> dict[str, Any]:
    return {
        "restored": str(done.source),
        "before": None if done.before is None else str(done.before),
        "damaged": done.damaged,
        "files": None if done.unpacked is None else asdict(done.unpacked),
        "disagreements": [disagreement(each) for each in done.disagreements],
    }
