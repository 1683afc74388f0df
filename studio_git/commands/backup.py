"""``git studio backup``: copy the store, and list the copies."""

from __future__ import annotations

import click

from studio_git.commands import scope
from studio_git.errors import UsageError
from studio_git.output import Part, columns, json_out, say, styled
from studio_git.services import backups
from studio_git.services.backups import Backup

_UNITS = ("bytes", "kB", "MB", "GB")


@click.command()
@click.option("--full", is_flag=True, help="The files in projects/ and registry/ too.")
@click.option("--list", "listing", is_flag=True, help="List the backups; make none.")
@scope.as_json
def command(full: bool, listing: bool, as_json: bool) -> int:
    """Copy the store into backups/ in the Studio home, and check the copy.

    The newest 14 are kept. One is made each day by the background worker, before a release that
    changes the store first writes to it, and before a restore.
    """
    if full and listing:
        raise UsageError("--full and --list exclude each other.", "Give one of them.")
    if listing:
        return _list(as_json)
    with scope.open_scope(None, all_projects=True) as here:
        made = backups.make(here.store, full=full)
    if as_json:
        archive = None if made.archive is None else str(made.archive)
        json_out({"path": str(made.path), "archive": archive, "files": made.files})
        return 0
    say(styled("Backed up", "good"), f": {made.path}")
    if made.archive is not None:
        noun = "file" if made.files == 1 else "files"
        say(f"           {made.archive} ({made.files:,} {noun})")
    return 0


def _list(as_json: bool) -> int:
    found = backups.every(scope.home())
    if as_json:
        json_out([_object(each) for each in found])
        return 0
    if not found:
        say("There are no backups yet. Make one: git studio backup")
    columns([_row(each) for each in found])
    return 0


def _object(each: Backup) -> dict[str, object]:
    return {
        "name": each.path.name,
        "path": str(each.path),
        "made_at": each.made_at,
        "size": each.size,
        "archive": None if each.files is None else str(each.files),
    }


def _row(each: Backup) -> list[Part]:
    return [
        styled(each.path.name, "bold"),
        scope.when(each.made_at),
        _size(each.size),
        "with files" if each.files is not None else "",
    ]


def _size(count: int) -> str:
    size, unit = float(count), 0
    while size >= 1000 and unit < len(_UNITS) - 1:
        size /= 1000
        unit += 1
    return f"{size:.0f} {_UNITS[unit]}" if size >= 10 or not unit else f"{size:.1f} {_UNITS[unit]}"
