"""``git studio registry``: skills, agents, tools, templates and prompts.

Verbs that change or install an item are in :mod:`studio_git.commands.registrychange`, those that
take items in and give them out in :mod:`studio_git.commands.registrytransfer`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

import click

from studio_git.commands import registrychange, registrytransfer, scope
from studio_git.commands.registrychange import say_followed
from studio_git.core.registryfiles import ItemType
from studio_git.errors import NothingYetError, StoreError, StudioError
from studio_git.output import Part, columns, json_out, say, styled, text_block, warn
from studio_git.services import registry, registryfollow, registryvalidate
from studio_git.services.registry import Item, SyncReport, Told, Uses

_TYPES = click.Choice([each.value for each in ItemType])


@click.group()
def command() -> None:
    """Keep skills, agents, tools, templates and prompts, and bring them into repositories.

    The registry holds skills, agents, tools, templates and prompts as files below registry/ in
    the Studio home. An item is named by its name, which is that of its file, as in
    python-api-skill; context files and agents refer to it so.
    """


@command.command()
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


@command.command("list")
@click.argument("item_type", metavar="[TYPE]", type=_TYPES, required=False)
@scope.as_json
def list_(item_type: str | None, as_json: bool) -> int:
    """List the items of one type, or of all."""
    with scope.open_scope(None, all_projects=True) as here:
        found = registry.items(here.store, ItemType(item_type) if item_type else None)
        if as_json:
            json_out([registry.object_of(item) for item in found])
            return 0
    if not found:
        say(f"There are no {item_type or 'registry item'}s yet. Add one, or take in the files that")
        say("are there: git studio registry add TYPE FILE, git studio registry sync")
    columns([_row(item, item_type) for item in found])
    return 0


@command.command()
@click.argument("name")
@click.option("--type", "-t", "item_type", type=_TYPES, help="Of which type it is.")
@scope.as_json
def show(name: str, item_type: str | None, as_json: bool) -> int:
    """Show one item: what it is for, who uses it, and its file."""
    with scope.open_scope(None, all_projects=True) as here:
        item = registry.get(here.store, name, ItemType(item_type) if item_type else None)
        uses = registry.used_by(here.store, item.name, item.type)
        try:
            text, problem = registry.content(here.store, item), None
        except StudioError as error:
            text, problem = None, error
        found = registry.object_of(item)
    if as_json:
        used = uses.as_object()
        json_out(found | {"used_by": used, "content": text})
        return 0
    _show(item, uses)
    if problem is not None and item.type is not ItemType.TEMPLATE:
        warn(styled("warning: ", "warn"), problem.message)
    elif text:
        say()
        text_block(text.rstrip("\n").split("\n"), diff=False)
    return 0


@command.command()
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
            json_out(_report(report) | {"installed": registrychange.followed_objects(followed)})
        else:
            _say_report(report)
            say_followed(here, followed)
    return 0 if report.is_clean else 1


@command.command()
@click.argument("text")
@click.argument("item_type", metavar="[TYPE]", type=_TYPES, required=False)
@click.option("--limit", "-n", type=click.IntRange(min=1), metavar="N", help="The best N; 20.")
@scope.as_json
def search(text: str, item_type: str | None, limit: int | None, as_json: bool) -> int:
    """Find items by words in their names, descriptions and texts.

    Every word has to occur. Exit 1 where nothing is found.
    """
    from studio_git.services import search as finder

    with scope.open_scope(None, all_projects=True) as here:
        kinds = (finder.Kind(item_type),) if item_type else finder.REGISTRY
        most = limit or (None if as_json else scope.ON_SCREEN)
        hits = finder.search(here.store, text, finder.Filters(kinds=kinds), most)
        items = {(item.type.value, item.id): item for item in registry.items(here.store)}
        found = [
            (item, hit.snippet) for hit in hits if (item := items.get((hit.kind.value, hit.id)))
        ]
        if as_json:
            json_out([registry.object_of(item) | {"snippet": said} for item, said in found])
            return 0 if found else 1
    if not found:
        raise NothingYetError(
            f"nothing in the registry has {text}.", "See: git studio registry list"
        )
    columns([[*_row(item, item_type)[:-1], said or item.description] for item, said in found])
    return 0


@command.command()
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


for each in (*registrychange.COMMANDS, *registrytransfer.COMMANDS):
    command.add_command(each)


def _row(item: Item, item_type: str | None) -> list[Part]:
    row: list[Part] = [] if item_type else [styled(item.type.value, "dim")]
    return [*row, styled(item.name, "bold"), item.description]


def _show(item: Item, uses: Uses) -> None:
    say(styled(item.title, "bold"))
    if item.description:
        say(item.description)
    kind = item.tool_type or item.template_type
    facts = [
        ("name", item.name),
        ("type", item.type.value + (f" ({kind})" if kind else "")),
        ("for", ", ".join(item.compatibility)),
        ("agents", ", ".join(uses.agents)),
        ("projects", ", ".join(name for _, name in uses.projects)),
        ("installed", ", ".join(name for _, name in uses.installed)),
        ("file", "" if item.path is None else str(item.path)),
    ]
    columns([styled(name, "dim"), value] for name, value in facts if value)


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
