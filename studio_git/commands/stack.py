"""``git studio stack``: what a project is made of, and what of the registry fits it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

import click

from studio_git.commands import scope
from studio_git.core.technologies import Technology
from studio_git.core.technologytable import Category
from studio_git.errors import UsageError
from studio_git.output import Part, columns, confirm, json_out, say, styled, warn
from studio_git.services import manifestfiles, stack
from studio_git.services.manifestfiles import Manifests
from studio_git.services.memory import Object
from studio_git.services.stack import Detection, Proposal
from studio_git.store.stack import Entry

_FILES = 3


@click.group()
def command() -> None:
    """Detect, list and change the tech stack of a project, and map it to the registry.

    A technology is named by its name in any case, or by its id.
    """


@command.command()
@click.option("--dry-run", "-n", is_flag=True, help="Only show what would change.")
@scope.of_project
@scope.as_json
def detect(dry_run: bool, project: str | None, as_json: bool) -> int:
    """Take the tech stack from what the files of the repository declare.

    Files that git tracks are read, and nothing is run. What you added, changed or removed by hand
    stays as it is.
    """
    with scope.open_scope(project, write=not dry_run) as here:
        repository, place = manifestfiles.worktree(here.store, here.project)
        found = stack.detect(here.store, repository, place, write=not dry_run)
    if as_json:
        json_out(_detection(found))
        return 0
    say_problems(found.manifests)
    _say_detection(found, dry_run=dry_run)
    return 0


@command.command("list")
@scope.of_project
@scope.as_json
def list_(project: str | None, as_json: bool) -> int:
    """List the tech stack, by category, with the registry items that it is mapped to."""
    with scope.open_scope(project) as here:
        found = stack.objects(here.store, here.project)
    if as_json:
        json_out(found)
        return 0
    if not found:
        say("There is no tech stack yet. Take it from the files: git studio stack detect")
    columns(_row(entry) for entry in found)
    return 0


@command.command()
@click.argument("name")
@click.option(
    "--category",
    "-c",
    type=click.Choice([each.value for each in Category]),
    help="Where it belongs; known technologies need none.",
)
@click.option("--version", "-v", help="Its version; an empty text takes it away.")
@scope.of_project
@scope.as_json
def add(
    name: str, category: str | None, version: str | None, project: str | None, as_json: bool
) -> int:
    """Add a technology by hand, or change the category or version of one."""
    with scope.open_scope(project, write=True) as here:
        entry, new = stack.add(
            here.store,
            here.project,
            name,
            category=None if category is None else Category(category),
            version=version,
        )
        found = _object(stack.objects(here.store, here.project), entry)
    if as_json:
        json_out(found)
    else:
        say(styled("Added" if new else "Changed", "good"), f": {_named(entry)}, {entry.category}")
    return 0


@command.command()
@click.argument("name")
@scope.of_project
@scope.as_json
def remove(name: str, project: str | None, as_json: bool) -> int:
    """Take a technology out, with its mappings; detection does not bring it back."""
    with scope.open_scope(project, write=True) as here:
        found = _object(
            stack.objects(here.store, here.project), stack.find(here.store, here.project, name)
        )
        entry = stack.remove(here.store, here.project, found["id"])
    if as_json:
        json_out(found)
    else:
        say(styled("Removed", "good"), f": {_named(entry)}")
    return 0


@command.command("map")
@click.option("--yes", "-y", is_flag=True, help="Map what is proposed without asking.")
@click.option("--remove", metavar="NAME", help="Remove the mappings of an item or a technology.")
@scope.of_project
@scope.as_json
def map_(yes: bool, remove: str | None, project: str | None, as_json: bool) -> int:
    """Map the tech stack to the registry items that fit it.

    An item fits where its Tech Stack Compatibility names a technology of the stack, and no other
    version of it. You are asked before anything is recorded; without a terminal only --yes
    records it.
    """
    if remove is not None:
        if yes:
            raise UsageError("--yes and --remove exclude each other.", "Give one of them.")
        return _unmap(remove, project, as_json=as_json)
    with scope.open_scope(project, write=True) as here:
        every = stack.proposals(here.store, here.project)
        fitting = [each for each in every if each.fits]
        others = [each for each in every if not each.fits]
        if not as_json:
            _say_proposals(fitting, others)
        agreed = bool(fitting) and (
            yes if as_json else confirm(f"Map {_these(fitting)}?", yes=yes, default=False)
        )
        mapped = stack.map_items(here.store, fitting) if agreed else 0
    if as_json:
        json_out(
            {
                "proposed": [_proposal(each) for each in fitting],
                "other_version": [_proposal(each) for each in others],
                "mapped": mapped,
            }
        )
    elif agreed:
        say(styled("Mapped", "good"), f": {mapped}")
    elif fitting:
        say("Nothing was mapped. To map what fits: git studio stack map --yes")
    return 0


def say_problems(manifests: Manifests) -> None:
    """Tell which files could not be read, and how many were left out."""
    for problem in manifests.problems:
        warn(styled("not read: ", "warn"), f"{problem.path}: {problem.reason}")
    if manifests.left_out:
        warn(styled("not read: ", "warn"), f"{manifests.left_out} more files; there are too many")


def shown_files(files: Sequence[str]) -> str:
    """The first few of the files that declare something, and how many more there are."""
    more = f" and {len(files) - _FILES} more" if len(files) > _FILES else ""
    return ", ".join(files[:_FILES]) + more


def manifests_object(manifests: Manifests) -> Object:
    """What was read, as JSON shows it."""
    return {
        "files": [path for path, _ in manifests.files],
        "problems": [asdict(each) for each in manifests.problems],
        "left_out": manifests.left_out,
    }


def _unmap(words: str, project: str | None, *, as_json: bool) -> int:
    with scope.open_scope(project, write=True) as here:
        count = stack.unmap(here.store, here.project, words)
    if as_json:
        json_out({"unmapped": count})
    else:
        say(styled("Unmapped", "good"), f": {count}")
    return 0


def _say_detection(found: Detection, *, dry_run: bool) -> None:
    rows: list[list[Part]] = [
        [styled("+", "good"), each.category.value, _named(each), shown_files(each.files)]
        for each in found.added
    ]
    for entry, each in found.updated:
        rows.append([styled("~", "accent"), each.category.value, _named(each),
                     f"was {entry.category} {_named(entry)}"])  # fmt: skip
    rows += [[styled("-", "bad"), each.category, _named(each), "no file declares it any more"]
             for each in found.removed]  # fmt: skip
    rows += [[" ", each.category, _named(each), styled("kept as it is", "dim")]
             for each in found.kept]  # fmt: skip
    columns(rows)
    changes = len(found.added) + len(found.updated) + len(found.removed)
    if not found.found:
        say("No file that git tracks here declares a technology that is known.")
    if not changes:
        say("Nothing has changed.")
    elif dry_run:
        say("Nothing was changed: this was a dry run.")


def _detection(found: Detection) -> Object:
    return {
        "found": [asdict(each) for each in found.found],
        "added": [each.name for each in found.added],
        "updated": [each.name for _, each in found.updated],
        "removed": [each.name for each in found.removed],
        "kept": [each.name for each in found.kept],
    } | manifests_object(found.manifests)


def _say_proposals(fitting: Sequence[Proposal], others: Sequence[Proposal]) -> None:
    columns(
        [_named(each.entry), styled(each.item.type.value, "dim"), styled(each.item.name, "bold"),
         each.item.description]
        for each in fitting
    )  # fmt: skip
    for each in others:
        say(styled(f"{each.item.name} is for {each.words}, and the stack has "
                   f"{_named(each.entry)}: not proposed.", "dim"))  # fmt: skip
    if not fitting:
        say("Nothing of the registry fits that is not mapped already.")


def _proposal(each: Proposal) -> Object:
    return {
        "technology": each.entry.name,
        "version": each.entry.version,
        "type": each.item.type.value,
        "name": each.item.name,
        "compatibility": each.words,
    }


def _object(among: Sequence[Object], entry: Entry) -> Object:
    return next(each for each in among if each["id"] == entry.id)


def _row(entry: Object) -> list[Part]:
    mapped = ", ".join(each["name"] or each["id"] for each in entry["mapped"])
    return [
        styled(entry["category"], "dim"),
        styled(entry["name"], "bold"),
        entry["version"] or "",
        styled("" if entry["detected"] else "by hand", "dim"),
        mapped,
    ]


def _named(each: Technology | Entry) -> str:
    return f"{each.name} {each.version}" if each.version else each.name


def _these(fitting: Sequence[Proposal]) -> str:
    return "it" if len(fitting) == 1 else f"these {len(fitting)}"
