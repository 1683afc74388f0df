"""``git studio registry import`` and ``export``: items from elsewhere, and to elsewhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import click

from studio_git.commands import scope
from studio_git.commands.registrychange import followed_objects, say_followed
from studio_git.core.registrytypes import ItemType
from studio_git.errors import UsageError
from studio_git.output import Style, confirm, interactive, json_out, say, styled, warn
from studio_git.services import (
    registry,
    registryexport,
    registryfollow,
    registryimport,
    registrysource,
)
from studio_git.services.registry import Item
from studio_git.services.registryimport import Imported, Planned, State

_STYLES: dict[State, Style] = {
    State.NEW: "good",
    State.SAME: "dim",
    State.DIFFERS: "warn",
    State.UNUSABLE: "bad",
}
_MOST_TOLD = 5


@click.command("import")
@click.argument("source")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--name", "-n", "called", help="What the one item is to be called.")
@click.option("--branch", "-b", metavar="REF", help="The branch or tag of a git repository.")
@click.option("--replace", "replacing", is_flag=True, help="Replace items that differ, too.")
@click.option("--dry-run", is_flag=True, help="Only show what there is.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@scope.as_json
def import_(
    source: str,
    names: tuple[str, ...],
    *,
    called: str | None,
    branch: str | None,
    replacing: bool,
    dry_run: bool,
    yes: bool,
    as_json: bool,
) -> int:
    """Take items from a folder, a file or a git repository into the registry.

    SOURCE is a path or a git address. Found are folders with a SKILL.md, agents in
    .claude/agents, server.json files of MCP's, and files in registry/. What is there is shown
    first, with what is wrong and what nobody sees in it; then it is asked. Without a terminal
    only --yes imports. Nothing of it is run, and of a repository nothing is checked out.

    Items that are in the registry with another text stay as they are, unless you say --replace;
    the old ones are then kept in the backups of the Studio home.
    """
    if registrysource.is_address(source) and interactive():
        warn(styled(f"Fetching {source} …", "dim"))
    with (
        scope.open_scope(None, all_projects=True, write=not dry_run) as here,
        registrysource.opened(source, branch) as tree,
    ):
        planned = registryimport.plan(here.store, tree, names, called)
        wanted = [it for it in planned if _is_wanted(it, replacing=replacing)]
        if not as_json:
            _preview(planned, replacing=replacing)
        if dry_run or not wanted:
            if as_json:
                json_out(_object(planned, None, []))
            return 0
        question = f"Import {len(wanted)} item{'s' if len(wanted) != 1 else ''}?"
        if not confirm(question, yes=yes):
            raise UsageError("nothing was imported: nobody agreed.", "Agree with --yes.")
        done = registryimport.carry_out(here.store, planned, replacing=replacing)
        followed = registryfollow.follow(here.store)
        if as_json:
            json_out(_object(planned, done, followed_objects(followed)))
            return 0
        _say_done(done)
        say_followed(here, followed)
    return 0


@click.command()
@click.argument("names", nargs=-1, metavar="NAME... DIR", required=True)
@click.option("--all", "everything", is_flag=True, help="All items; then only DIR is named.")
@click.option(
    "--type",
    "-t",
    "item_type",
    type=click.Choice([each.value for each in ItemType]),
    help="Of which type they are.",
)
@click.option("--replace", "replacing", is_flag=True, help="Replace files that differ.")
@scope.as_json
def export(
    names: tuple[str, ...],
    everything: bool,
    item_type: str | None,
    replacing: bool,
    as_json: bool,
) -> int:
    """Write items into a folder, in the forms that agents read.

    A skill becomes skills/NAME/SKILL.md with its other files, an agent agents/NAME.md, a tool
    that came from a server.json servers/NAME/server.json; all else is written as it is. If DIR
    is called skills or agents itself, those are written right into it, as into .claude/skills.
    What was imported, and not edited since, is written byte for byte as it was.
    """
    *words, last = names
    if bool(words) == everything:
        raise UsageError(
            "say which items, and the folder.", "NAME... DIR, or --all DIR for all of them."
        )
    wanted = ItemType(item_type) if item_type else None
    folder = Path(last)
    with scope.open_scope(None, all_projects=True) as here:
        if everything:
            items: Sequence[Item] = registry.items(here.store, wanted)
        else:
            items = [registry.get(here.store, word, wanted) for word in words]
        done = registryexport.export(here.store, items, folder, replacing=replacing)
    if as_json:
        json_out(
            [
                {
                    "type": each.item.type.value,
                    "name": each.item.name,
                    "path": str(folder / each.path),
                    "warnings": list(each.warnings),
                }
                for each in done
            ]
        )
        return 0
    for each in done:
        say(f"{each.item.name}: ", styled(str(folder / each.path), "good"))
        for warning in each.warnings:
            warn(styled("  warning: ", "warn"), warning)
    return 0


def _is_wanted(it: Planned, *, replacing: bool) -> bool:
    return it.state is State.NEW or (replacing and it.state is State.DIFFERS)


def _preview(planned: Sequence[Planned], *, replacing: bool) -> None:
    for it in planned:
        draft = it.draft
        others = len(draft.files)
        parts = [it.summary] if it.summary else []
        if others and draft.type in (ItemType.SKILL, ItemType.TEMPLATE):
            runnable = sum(one.executable for one in draft.files.values())
            said = f"{others} {'more ' if draft.text else ''}file{'s' if others != 1 else ''}"
            parts.append(said + (f", {runnable} of them executable" if runnable else ""))
        say(
            styled(f"{it.state.value:<9}", _STYLES[it.state]),
            f"{draft.type.value} ",
            styled(draft.name or draft.origin, "bold"),
            styled(f"  {draft.origin}", "dim"),
            styled(f"  ({'; '.join(parts)})" if parts else "", "dim"),
        )
        if draft.refused:
            say(styled("    cannot be taken: ", "bad"), draft.refused)
        _say_some("hidden: ", "bad", draft.hidden)
        _say_some("warning: ", "warn", draft.warnings)
    counts = Counter(it.state for it in planned)
    if counts[State.DIFFERS] and not replacing:
        say(styled("Those that differ stay as they are; to replace them: --replace", "dim"))
    if not any(_is_wanted(it, replacing=replacing) for it in planned):
        say("There is nothing to import.")


def _say_some(word: str, style: Style, lines: Sequence[str]) -> None:
    for line in lines[:_MOST_TOLD]:
        say(styled(f"    {word}", style), line)
    if len(lines) > _MOST_TOLD:
        say(styled(f"    and {len(lines) - _MOST_TOLD} more", style))


def _say_done(done: Imported) -> None:
    for word, items in (("Imported", done.added), ("Replaced", done.replaced)):
        for item in items:
            say(styled(word, "good"), f": the {item.type.value} {item.name}")
    if done.kept is not None:
        say(styled(f"What was replaced is kept in {done.kept}", "dim"))


def _object(
    planned: Sequence[Planned], done: Imported | None, followed: list[dict[str, object]]
) -> dict[str, object]:
    return {
        "found": [
            {
                "type": it.draft.type.value,
                "name": it.draft.name,
                "origin": it.draft.origin,
                "state": it.state.value,
                "summary": it.summary or None,
                "files": sorted(it.draft.files),
                "refused": it.draft.refused or None,
                "hidden": list(it.draft.hidden),
                "warnings": list(it.draft.warnings),
            }
            for it in planned
        ],
        "imported": [] if done is None else [item.name for item in done.added],
        "replaced": [] if done is None else [item.name for item in done.replaced],
        "kept": None if done is None or done.kept is None else str(done.kept),
        "installed": followed,
    }


COMMANDS = (import_, export)
