"""``git studio learning``: problems that were met, and how they were solved."""

from __future__ import annotations

from dataclasses import asdict

import click

from studio_git.commands import records, scope
from studio_git.commands.groups import LaterGroup
from studio_git.output import Part, columns, json_out, say, styled, text_block
from studio_git.services import memory
from studio_git.services.memory import Object
from studio_git.store.records import Kind

_LATER = dict.fromkeys(("add", "edit", "tag", "remove"), "learningchange")


@click.group(cls=LaterGroup, later=_LATER)
def command() -> None:
    """List, show, add, change, tag and remove learnings.

    Commits state them in their last paragraph: "Problem: …", "Solution: …", "Tags: …". A learning
    is named by its title, its id, or the first four or more characters of its id.
    """


@command.command("list")
@click.option("--tag", "-t", help="Those with this tag.")
@scope.listing
def list_(
    *,
    tag: str | None,
    project: str | None,
    all_projects: bool,
    limit: int | None,
    as_json: bool,
) -> int:
    """List learnings, the newest first."""
    nothing = [
        "There are no learnings yet. State one in a commit with lines Problem: … and",
        "Solution: …, or now: git studio learning add TITLE --problem P --solution S",
    ]
    if tag:
        nothing = [f"There are no learnings with the tag {tag}. See: git studio learning tags"]
    with scope.open_scope(project, all_projects=all_projects) as here:
        most = scope.asked(limit, as_json)
        found = memory.list_learnings(here.store, here.project_id, most, tag=tag)
        return records.listed(
            found,
            limit,
            as_json=as_json,
            row=lambda learning: _row(here, learning),
            nothing=nothing,
        )


@command.command()
@click.argument("learning")
@scope.some
def show(learning: str, project: str | None, all_projects: bool, as_json: bool) -> int:
    """Show one learning."""
    with scope.open_scope(project, all_projects=all_projects) as here:
        found = memory.show_record(here.store, Kind.LEARNING, learning, here.project_id)
        commit = memory.commit_of(here.store, Kind.LEARNING, found)
    if as_json:
        json_out(found)
    else:
        _show(found, commit)
    return 0


@command.command()
@scope.some
def tags(project: str | None, all_projects: bool, as_json: bool) -> int:
    """List the tags of learnings, the most used first."""
    with scope.open_scope(project, all_projects=all_projects) as here:
        found = memory.list_tags(here.store, here.project_id)
    if as_json:
        json_out([asdict(tag) for tag in found])
    elif not found:
        say("There are no tags yet.")
    else:
        columns([f"{tag.count:4}", tag.tag] for tag in found)
    return 0


def _row(here: scope.Scope, learning: Object) -> list[Part]:
    marks = " ".join(f"#{tag}" for tag in learning["tags"] or ())
    return [*records.begin_row(here, learning), f"{learning['title']}  {marks}".rstrip()]


def _show(learning: Object, commit: str | None) -> None:
    records.head(learning, commit)
    for name in ("problem", "solution"):
        first, *more = learning[name].split("\n")
        say(styled(f"{name.capitalize()}: ", "accent"), first)
        text_block(more, diff=False)
    if learning["tags"]:
        say(styled("Tags: ", "accent"), ", ".join(learning["tags"]))
