"""``git studio registry``: skills, agents, tools, templates and prompts, listed and shown.

What changes them is in modules of its own: :mod:`studio_git.commands.registrysync`,
:mod:`~studio_git.commands.registrychange` and :mod:`~studio_git.commands.registrytransfer`.
"""

from __future__ import annotations

import click

from studio_git.commands import scope
from studio_git.commands.groups import LaterGroup
from studio_git.core.registrytypes import ItemType
from studio_git.errors import NothingYetError, StudioError
from studio_git.output import Part, columns, json_out, say, styled, text_block, warn
from studio_git.services import registry
from studio_git.services.registry import Item, Uses

_LATER = dict.fromkeys(("add", "sync", "validate"), "registrysync")
_LATER |= dict.fromkeys(("edit", "remove", "install"), "registrychange")
_LATER |= dict.fromkeys(("import", "export"), "registrytransfer")
_TYPES = click.Choice([each.value for each in ItemType])


@click.group(cls=LaterGroup, later=_LATER)
def command() -> None:
    """Keep skills, agents, tools, templates and prompts, and bring them into repositories.

    The registry holds skills, agents, tools, templates and prompts as files below registry/ in
    the Studio home. An item is named by its name, which is that of its file, as in
    python-api-skill; context files and agents refer to it so.
    """


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
