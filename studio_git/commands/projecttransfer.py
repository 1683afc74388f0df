"""``git studio project export`` and ``import``: a project's memory as files."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from studio_git.commands import scope
from studio_git.commands.project import row_of, store_here
from studio_git.core.prose import counted
from studio_git.output import json_out, say, styled, warn
from studio_git.services import exporting, importing
from studio_git.services.importing import Imported
from studio_git.store.migrations import prepare_home


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@scope.one
def export(folder: Path, project: str | None, as_json: bool) -> int:
    """Write the whole memory of a project into a folder, as Markdown and JSON.

    DIR is new, empty, or holds an earlier export of this project, which is brought up to date.
    The same memory gives the same bytes, so that the folder can be kept in git.
    """
    with store_here() as store:
        done = exporting.export(store, row_of(store, project)["id"], folder.absolute())
    for left in done.left_out:
        warn(styled("left out: ", "warn"), left)
    if as_json:
        found = {"folder": str(done.folder), "rows": dict(done.rows), "files": done.files}
        json_out(found | {"left_out": list(done.left_out)})
        return 0
    number = sum(done.rows.values())
    say(styled("Exported", "good"), f": {counted(number, 'row')}, {counted(done.files, 'file')}")
    say(f"          to {done.folder}")
    return 0


@click.command("import")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--overwrite", is_flag=True, help="Where both differ, take what DIR says.")
@scope.as_json
def import_(folder: Path, overwrite: bool, as_json: bool) -> int:
    """Take an exported project into this Studio home, beside what is there.

    What is there already stays, and is told where DIR says other things; the exit status is 1
    then. With --overwrite a backup is made before.
    """
    prepare_home(scope.home())
    with store_here() as store:
        done = importing.take_in(store, folder.absolute(), overwrite=overwrite)
    if as_json:
        json_out(asdict(done))
    else:
        _say_import(done)
    return 0 if done.is_whole else 1


def _say_import(done: Imported) -> None:
    added = sum(done.added.values())
    files = counted(len(done.files_added), "file")
    say(
        styled("Imported", "good"),
        f": {done.name}: {counted(added, 'row')} and {files} added, "
        f"{done.same} were there" + (f", {done.changed} overwritten" if done.changed else ""),
    )
    for was, now in done.renumbered:
        say(f"CYC-{was} is CYC-{now} here.")
    for left in done.left_out:
        say(styled("Left out", "warn"), f": {left}")
    for name in done.unknown:
        say(styled("Not known here", "warn"), f": {name}")
    for clash in done.clashes:
        differs = f"{clash.table} {clash.id}: {', '.join(clash.columns)}"
        say(styled("Kept as it is here", "bad"), f": {differs}")
    for path in done.files_differ:
        say(styled("Kept as it is here", "bad"), f": {path}")


COMMANDS = (export, import_)
