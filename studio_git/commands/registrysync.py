"""``git studio registry add``, ``sync`` and ``validate``: files and rows that agree."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

import click

from studio_git.commands import scope
from studio_git.commands.registrychange import followed_objects, say_followed
from studio_git.core.registrytypes import ItemType
from studio_git.errors import StoreError
from studio_git.output import json_out, say, styled, warn
from studio_git.services import registry, registryfollow, registryvalidate
from studio_git.services.registry import Item, SyncReport, Told

_TYPES = click.Choice([each.value for each in ItemType])


@click.command()
@click.argument("item_type", metavar="TYPE", type=_TYPES)
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--name", "-n", help="What it is to be called; else what its file says.")
@scope.as_json
def add(item_type: str, file: Path, name: str | None, as_json: bool) -> int:
    """Add an item: a copy of FILE, which for a template is a folder.

    TYPE is skill, agent, tool, template or prompt. For a skill, FILE can be a folder with a
    SKILL.md. What is wrong in the file is told, and so are characters that nobody sees; nothing
    in it is run.
    """
    with scope.open_scope(None, all_projects=True, write=True) as here:
        added = registry.add(here.store, ItemType(item_type), file, name)
        found = registry.object_of(added.item)
    if as_json:
        json_out(found | {"added": added.changed, "warnings": list(added.warnings)})
        return 0
    for message in added.warnings:
        warn(styled("warning: ", "warn"), message)
    say(
        styled("Added", "good") if added.changed else "There already",
        f": the {item_type} {added.item.name}",
    )
    return 0


@click.command()
@scope.as_json
def sync(as_json: bool) -> int:
    """Bring rows and files together, whichever was edited.

    A file without a row gets one. What a file says counts, unless only the row was edited since
    both agreed: then that is written into the file. A row without a file is told and kept; the
    exit status is 1 then, and where something stands in the way of an agreement.
    """
    with scope.open_scope(None, all_projects=True, write=True) as here:
        report = registry.sync(here.store)
        followed = registryfollow.follow(here.store)
        if as_json:
            json_out(_report(report) | {"installed": followed_objects(followed)})
        else:
            _say_report(report)
            say_followed(here, followed)
    return 0 if report.is_clean else 1


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME|PATH]...")
@scope.as_json
def validate(names: tuple[str, ...], as_json: bool) -> int:
    """Check items: those of the registry, or files and folders that are named.

    A word with a "/", or that is a file or a folder here, is a PATH: of a SKILL.md folder,
    .claude/agents/NAME.md, a server.json of MCP's, or of files in registry/. For those no Studio
    home is needed. Exit 1 where something is wrong.
    """
    paths = [word for word in names if "/" in word or Path(word).exists()]
    words = [word for word in names if word not in paths]
    judged = []
    try:
        with scope.open_scope(None, all_projects=True) as here:
            known = registryvalidate.names_of(registry.items(here.store))
            if words or not names:
                chosen = [registry.get(here.store, word) for word in words]
                judged.append(registryvalidate.of_registry(here.store, chosen or None))
    except StoreError:
        if words or not names:
            raise
        known = registryvalidate.Names()  # in CI there is no Studio home
    judged += [registryvalidate.of_path(path, known) for path in paths]
    faults = [fault for each in judged for fault in each.faults]
    if as_json:
        json_out([asdict(fault) for fault in faults])
        return 1 if faults else 0
    for fault in faults:
        where = f"{fault.path}:{fault.line}" if fault.line else fault.path
        say(styled(where, "bold"), f": {fault.message}", styled(f" [{fault.code}]", "dim"))
        if fault.hint:
            say(styled(f"    {fault.hint}", "dim"))
    if not faults:
        looked = sum(each.items for each in judged)
        say(styled("Nothing is wrong", "good"), f" in {looked} item{'s' if looked != 1 else ''}.")
    return 1 if faults else 0


def _say_report(report: SyncReport) -> None:
    for word, items in (
        ("Added", report.added),
        ("Row updated", report.updated),
        ("File updated", report.written),
    ):
        for item in items:
            say(styled(word, "good"), f": {item.type.value} {item.name}")
    for item in report.missing:
        say(styled("No file", "bad"), f": {item.type.value} {item.name} ({item.row.path})")
    for told in report.problems:
        say(styled("Problem", "bad"), f": {told.type.value} {told.name}: {told.message}")
    for told in report.warnings:
        say(styled("Warning", "warn"), f": {told.type.value} {told.name}: {told.message}")
    if report.is_clean:
        say("All rows and files agree.")


def _report(report: SyncReport) -> dict[str, object]:
    return {
        "added": _named(report.added),
        "updated": _named(report.updated),
        "written": _named(report.written),
        "missing": _named(report.missing),
        "problems": _told(report.problems),
        "warnings": _told(report.warnings),
    }


def _named(items: Iterable[Item]) -> list[dict[str, str]]:
    return [{"type": item.type.value, "name": item.name} for item in items]


def _told(messages: Iterable[Told]) -> list[dict[str, str]]:
    return [
        {"type": told.type.value, "name": told.name, "message": told.message} for told in messages
    ]


COMMANDS = (add, sync, validate)
