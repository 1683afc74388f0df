"""``git studio doctor``: what is wrong, and putting right what is safe."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from studio_git.commands import scope
from studio_git.commands.capture import capture_now
from studio_git.errors import StudioError, UsageError
from studio_git.output import Style, confirm, json_out, say, styled, warn
from studio_git.services import doctor
from studio_git.services import rebuild as rebuilding
from studio_git.services.doctor import Finding, Level
from studio_git.services.workspace import open_here
from studio_hooks import installer

_PATHS = ("aside", "backup")
_STYLES: dict[Level, Style] = {Level.OK: "good", Level.NOTE: "warn", Level.PROBLEM: "bad"}


@click.command()
@click.option("--fix", is_flag=True, help="Put right what can be put right safely.")
@click.option("--rebuild", is_flag=True, help="Make a damaged store anew from all there is.")
@click.option("--yes", "-y", is_flag=True, help="With --fix or --rebuild, do not ask.")
@scope.as_json
def command(fix: bool, rebuild: bool, yes: bool, as_json: bool) -> int:
    """Look at the store, its files, the clones, their hooks, git and the editors' server.

    Exit 1 if something has to be put right. What --fix does not do is told with the command that
    does it.

    --rebuild keeps a damaged store aside and makes a new one: of the rows that can still be read,
    of the newest backup where tables were damaged, and of the commits, journals and files. In a
    sound store it adds what is missing.
    """
    home = scope.home()
    if rebuild and fix:
        raise UsageError("--rebuild and --fix exclude each other.", "First rebuild, then fix.")
    if rebuild:
        return _rebuild(home, yes=yes, as_json=as_json)
    found = _examine(home)
    fixed: list[str] = []
    if fix:
        fixed = _fix(found, yes=yes)
        found = _examine(home) if fixed else found
    if as_json:
        json_out(_object(home, found, fixed))
    else:
        _say(found)
    return 1 if any(each.level is Level.PROBLEM for each in found) else 0


def _rebuild(home: Path, *, yes: bool, as_json: bool) -> int:
    question = f"Rebuild the store in {home}? What is damaged is kept aside."
    if not confirm(question, yes=yes):
        warn("Nothing was rebuilt. To do it without being asked: --yes")
        return 1
    done = rebuilding.rebuild(home, Path.cwd())
    if as_json:
        told = asdict(done)
        paths = {name: None if told[name] is None else str(told[name]) for name in _PATHS}
        json_out(told | paths)
        return 1 if done.problems else 0
    if done.aside is not None:
        say(f"The damaged store is kept in {done.aside}")
        say(f"{done.read:,} rows were read out of it.")
    if done.backup is not None:
        say(f"{done.from_backup:,} rows came from {done.backup}")
    if done.lost:
        say(f"{done.lost:,} rows stood for nothing any more.")
    say(f"{done.commits:,} commits were read from git again.")
    if done.mended:
        say(f"{done.mended:,} rows were put right after what git and the files say.")
    if done.sessions:
        say(f"{done.sessions:,} sessions were made from their files alone.")
    for told_problem in done.problems:
        warn(styled("not read: ", "bad"), told_problem)
    say(styled("Rebuilt", "good"), ". To look at it: git studio doctor")
    return 1 if done.problems else 0


def _examine(home: Path) -> list[Finding]:
    return doctor.examine(home, installer.states, _catch_up)


def _catch_up(top: Path) -> None:
    with open_here(top) as workspace:
        capture_now(workspace)


def _fix(found: Sequence[Finding], *, yes: bool) -> list[str]:
    """Do what is safe and agreed to; what was done."""
    done = []
    for each in found:
        if each.repair is None:
            continue
        if not confirm(f"{each.what} {_sentence(each.title)}?", yes=yes):
            warn("Left: ", each.title, ". To do it without being asked: --fix --yes")
            continue
        try:
            each.repair()
        except (StudioError, OSError) as error:
            warn(styled("not done: ", "bad"), f"{each.title}: {error}")
            continue
        done.append(each.title)
        warn(styled("Done: ", "good"), each.title)
    return done


def _say(found: Sequence[Finding]) -> None:
    area = None
    for each in found:
        if each.area is not area:
            area = each.area
            say(styled(_sentence(area.value), "bold"))
        say("  ", styled(each.level.value, _STYLES[each.level]), f"  {each.what}")
        if each.hint:
            say(f"      {each.hint}")
        if each.repair is not None:
            say(f"      To {each.title}: git studio doctor --fix")
    number = sum(each.level is Level.PROBLEM for each in found)
    say()
    if number:
        say(styled(f"{number} {'problem' if number == 1 else 'problems'}.", "bad"))
    else:
        say(styled("No problems.", "good"))


def _object(home: Path, found: Sequence[Finding], fixed: Sequence[str]) -> dict[str, Any]:
    return {
        "home": str(home),
        "problems": sum(each.level is Level.PROBLEM for each in found),
        "findings": [
            {
                "area": each.area.value,
                "level": each.level.value,
                "what": each.what,
                "hint": each.hint,
                "fixable": each.repair is not None,
            }
            for each in found
        ],
        "fixed": list(fixed),
    }


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
