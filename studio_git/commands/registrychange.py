"""``git studio registry edit``, ``remove`` and ``install``."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import click

from studio_git import programs
from studio_git.commands import scope
from studio_git.core.registrytypes import ItemType
from studio_git.errors import UsageError
from studio_git.output import confirm, json_out, say, styled, warn
from studio_git.services import registry, registrychange, registryinstall
from studio_git.services.drift import relative_paths
from studio_git.services.registry import Item, Uses
from studio_git.services.registryfollow import Followed
from studio_git.services.workspace import open_here

_TYPES = click.Choice([each.value for each in ItemType])


@click.command()
@click.argument("name")
@click.option("--type", "-t", "item_type", type=_TYPES, help="Of which type it is.")
@scope.as_json
def edit(name: str, item_type: str | None, as_json: bool) -> int:
    """Edit an item in your editor.

    What is wrong in the text is told before it replaces the file; a text that is refused is
    kept, and named. Copies of a skill that are installed in repositories then differ from
    Studio's: git studio status shows it there.
    """
    with scope.open_scope(None, all_projects=True, write=True) as here:
        item = registry.get(here.store, name, ItemType(item_type) if item_type else None)
        done = registrychange.edit(
            here.store, item, lambda text, suffix: programs.edit(text, suffix=suffix), _again
        )
        if as_json:
            found = registry.object_of(registry.get(here.store, item.id, item.type))
            told = {"changed": done.changed, "warnings": list(done.warnings)}
            json_out(found | told | {"installed": followed_objects(done.followed)})
            return 0
        for message in done.warnings:
            warn(styled("warning: ", "warn"), message)
        if done.changed:
            say(styled("Edited", "good"), f": the {item.type.value} {item.name}")
        else:
            say("Nothing was changed.")
        say_followed(here, done.followed)
    return 0


@click.command()
@click.argument("name")
@click.option("--type", "-t", "item_type", type=_TYPES, help="Of which type it is.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@scope.as_json
def remove(name: str, item_type: str | None, yes: bool, as_json: bool) -> int:
    """Remove an item: its file, what belongs to it, and its row.

    Says who uses it, and asks; without a terminal only with --yes. The files are kept in the
    backups of the Studio home, from where registry import brings them back. Files in
    repositories stay.
    """
    with scope.open_scope(None, all_projects=True, write=True) as here:
        item = registry.get(here.store, name, ItemType(item_type) if item_type else None)
        uses = registry.used_by(here.store, item.name, item.type)
        if not as_json:
            _say_uses(item, uses)
        if not confirm(f"Remove the {item.type.value} {item.name}?", yes=yes):
            raise UsageError(f"{item.name} was not removed: nobody agreed.", "Agree with --yes.")
        done = registrychange.remove(here.store, item)
    if as_json:
        kept = None if done.kept is None else str(done.kept)
        named = {"type": item.type.value, "id": item.id, "name": item.name}
        json_out(named | {"kept": kept, "used_by": uses.as_object()})
        return 0
    say(styled("Removed", "good"), f": the {item.type.value} {item.name}")
    if done.kept is not None:
        say("Bring it back with: ", styled(f"git studio registry import {done.kept}", "accent"))
    return 0


@click.command()
@click.argument("skill")
@click.option("--to", "folder", metavar="DIR", help="The folder for skills; .claude/skills.")
@scope.as_json
def install(skill: str, folder: str | None, as_json: bool) -> int:
    """Put a skill into this repository, as a file that is compared with the registry's.

    SKILL.md becomes a context file: when the skill is edited in the registry, git studio status
    shows that the repository's is behind. What else belongs to the skill is copied; installing
    again brings it along, but for files that were edited here. Nothing of it is run.

    Without --to it goes where the repository has skills: .claude/skills or .agents/skills.
    """
    with open_here(Path.cwd()) as workspace:
        item = registry.get(workspace.store, skill, ItemType.SKILL)
        if folder is None:
            target = registryinstall.place_for(workspace)
        else:
            (target,) = relative_paths(workspace.place, Path.cwd(), [folder])
        done = registryinstall.install(workspace, item, target)
    if as_json:
        json_out(
            {
                "skill": item.name,
                "path": done.path,
                "filename": done.file.filename,
                "changed": done.changed,
                "written": list(done.written),
                "left": list(done.left),
            }
        )
        return 0
    if not done.changed:
        say("There already: ", styled(done.path, "bold"))
    for path in done.written:
        how = f"tracked as {done.file.filename}" if path == done.path else "copied"
        say(f"{path}: ", styled(how, "good"), ".")
    for path in done.left:
        warn(styled("left: ", "warn"), f"{path} was edited here, or is the skill's no more")
    return 0


def say_followed(here: scope.Scope, followed: Iterable[Followed]) -> None:
    """Tell which installed copies moved along, and which have a text of their own."""
    for each in followed:
        project = here.name(each.project_id)
        if each.moved:
            say(f"{project}: {each.path} ", styled("moved along", "good"), f" with {each.skill}.")
        else:
            warn(
                styled("left: ", "warn"),
                f"{project} has a text of its own for {each.skill} ({each.path})",
            )


def followed_objects(followed: Iterable[Followed]) -> list[dict[str, object]]:
    """What :func:`say_followed` says, for programs."""
    return [
        {
            "skill": each.skill,
            "project_id": each.project_id,
            "path": each.path,
            "moved": each.moved,
        }
        for each in followed
    ]


def _again(problems: list[str]) -> bool:
    for problem in problems:
        warn(styled("wrong: ", "bad"), problem)
    return confirm("Edit it once more?", default=False)


def _say_uses(item: Item, uses: Uses) -> None:
    if not uses:
        return
    warn(f"The {item.type.value} {item.name} is in use:")
    for word, names in (
        ("listed by the agents", uses.agents),
        ("mapped to the tech stack of", [name for _, name in uses.projects]),
        ("installed in", [name for _, name in uses.installed]),
    ):
        if names:
            warn(f"  {word} {', '.join(names)}")


COMMANDS = (edit, remove, install)
