"""``git studio learning``: problems that were met, and how they were solved."""

from __future__ import annotations

from dataclasses import asdict

import click

from studio_git.commands import scope
from studio_git.output import Part, columns, json_out, say, styled
from studio_git.services import memory
from studio_git.services.memory import Object
from studio_git.store.records import Kind


@click.group()
def command() -> None:
    """List, show and add learnings.

    Commits state them in their last paragraph: "Problem: …", "Solution: …", "Tags: …". A learning
    is named by its title, its id, or the first four or more characters of its id.
    """


@command.command("list")
@click.option("--tag", "-t", help="Those with this tag.")
@scope.of_projects
@scope.limited
@scope.as_json
def list_(
    *,
    tag: str | None,
    project: str | None,
    all_projects: bool,
    limit: int | None,
    as_json: bool,
) -> int:
    """List learnings, the newest first."""
    with scope.open_scope(project, all_projects=all_projects) as here:
        most = scope.asked(limit, as_json)
        found = memory.list_learnings(here.store, here.project_id, most, tag=tag)
        if as_json:
            json_out(found)
            return 0
        if not found and tag:
            say(f"There are no learnings with the tag {tag}. See: git studio learning tags")
        elif not found:
            say("There are no learnings yet. State one in a commit with lines Problem: … and")
            say("Solution: …, or now: git studio learning add TITLE --problem P --solution S")
        columns([_row(here, learning) for learning in scope.shown(found, limit)])
        scope.say_more(found, limit)
    return 0


@command.command()
@click.argument("learning")
@scope.of_projects
@scope.as_json
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
@click.argument("title")
@click.option("--problem", "-P", required=True, help="What the problem was.")
@click.option("--solution", "-S", required=True, help="How it was solved.")
@click.option("--tag", "-t", "tags", multiple=True, help="A tag; repeatable.")
@click.option("--cycle", metavar="CYCLE", help="The cycle that it belongs to.")
@scope.of_project
@scope.as_json
def add(
    title: str,
    *,
    problem: str,
    solution: str,
    tags: tuple[str, ...],
    cycle: str | None,
    project: str | None,
    as_json: bool,
) -> int:
    """Add a learning that no commit states."""
    with scope.open_scope(project, write=True) as here:
        made = memory.add_learning(
            here.store,
            here.project,
            title,
            problem=problem,
            solution=solution,
            tags=tags,
            cycle=cycle,
        )
    if as_json:
        json_out(made)
    else:
        say(styled("Recorded", "good"), f" {scope.short(made['id'])}: {made['title']}")
    return 0


@command.command()
@scope.of_projects
@scope.as_json
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
    row: list[Part] = [
        styled(scope.short(learning["id"]), "dim"),
        scope.when(learning["created_at"]),
    ]
    if here.project_id is None:
        row.append(here.name(learning["project_id"]))
    marks = " ".join(f"#{tag}" for tag in learning["tags"] or ())
    return [*row, f"{learning['title']}  {marks}".rstrip()]


def _show(learning: Object, commit: str | None) -> None:
    say(styled(learning["title"], "bold"))
    source = f"  commit {commit[:12]}" if commit else "  added by hand"
    say(styled(f"{scope.when(learning['created_at'])}{source}  {learning['id']}", "dim"))
    for name in ("problem", "solution"):
        first, *more = learning[name].split("\n")
        say(styled(f"{name.capitalize()}: ", "accent"), first)
        for line in more:
            say(line)
    if learning["tags"]:
        say(styled("Tags: ", "accent"), ", ".join(learning["tags"]))
