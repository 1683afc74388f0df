"""``git studio learning add``, ``edit``, ``tag`` and ``remove``."""

from __future__ import annotations

from dataclasses import replace

import click

from studio_git.commands import editing, records, scope
from studio_git.core.recordtext import Sheet
from studio_git.errors import UsageError
from studio_git.output import json_out, say, styled
from studio_git.services import adding, memory
from studio_git.services import editing as changes
from studio_git.services.editing import LearningChanges
from studio_git.services.memory import Object
from studio_git.store.records import Kind

_PROBLEM, _SOLUTION, _TAGS = "Problem", "Solution", "Tags"


@click.command()
@click.argument("title")
@click.option("--problem", "-P", help="What the problem was.")
@click.option("--solution", "-S", help="How it was solved.")
@click.option("--tag", "-t", "tags", multiple=True, help="A tag; repeatable.")
@click.option("--cycle", metavar="CYCLE", help="The cycle that it belongs to.")
@editing.in_editor
@scope.one
def add(
    title: str,
    *,
    problem: str | None,
    solution: str | None,
    tags: tuple[str, ...],
    cycle: str | None,
    edit: bool,
    project: str | None,
    as_json: bool,
) -> int:
    """Add a learning that no commit states."""
    wanted = LearningChanges(title, problem, solution, tags, cycle)
    if edit:
        wanted = _in_editor(wanted)
    if wanted.problem is None or wanted.solution is None:
        raise UsageError(
            "a learning needs a problem and a solution.",
            "Give --problem and --solution, or write them in your editor with --edit.",
        )
    with scope.open_scope(project, write=True) as here:
        made = adding.add_learning(
            here.store,
            here.project,
            wanted.title or "",
            problem=wanted.problem,
            solution=wanted.solution,
            tags=wanted.tags or (),
            cycle=cycle,
        )
    return records.answer(made, "Recorded", as_json=as_json)


@click.command()
@click.argument("learning")
@click.option("--title", help="Another title.")
@click.option("--problem", "-P", help="What the problem was.")
@click.option("--solution", "-S", help="How it was solved.")
@click.option("--cycle", metavar="CYCLE", help="The cycle that it belongs to.")
@editing.in_editor
@scope.one
def edit(
    learning: str,
    *,
    title: str | None,
    problem: str | None,
    solution: str | None,
    cycle: str | None,
    edit: bool,
    project: str | None,
    as_json: bool,
) -> int:
    """Change a learning; --cycle with an empty name takes it out of its cycle.

    Without options it is opened in your editor. What you make of a learning that a commit states
    stays, whatever becomes of the commit.
    """
    wanted = LearningChanges(title, problem, solution, None, cycle)
    opens = editing.opens_editor(wanted != LearningChanges(), edit=edit)
    with scope.open_scope(project, write=True) as here:
        before = memory.show_record(here.store, Kind.LEARNING, learning, here.project_id)
        if opens:
            wanted = _in_editor(wanted, before)
        after = changes.change_learning(here.store, before, wanted)
    return records.changed(before, after, as_json=as_json)


@click.command()
@click.argument("learning")
@click.option("--add", "-a", "added", metavar="TAG", multiple=True, help="A tag; repeatable.")
@click.option(
    "--remove", "-r", "removed", metavar="TAG", multiple=True, help="One to take away; repeatable."
)
@scope.one
def tag(
    learning: str,
    *,
    added: tuple[str, ...],
    removed: tuple[str, ...],
    project: str | None,
    as_json: bool,
) -> int:
    """Add tags to a learning, or take some away."""
    if not added and not removed:
        raise UsageError("no tag is named.", "Say which: --add TAG, --remove TAG")
    with scope.open_scope(project, write=True) as here:
        found = memory.show_record(here.store, Kind.LEARNING, learning, here.project_id)
        after = changes.retag(here.store, found, added, removed)
    if as_json:
        json_out(after)
    else:
        say(styled(after["title"], "bold"), f": {', '.join(after['tags']) or 'no tags'}")
    return 0


@click.command()
@click.argument("learning")
@editing.beforehand
@scope.one
def remove(learning: str, yes: bool, project: str | None, as_json: bool) -> int:
    """Remove a learning; one that a commit states stays away as long as this store lives."""
    with scope.open_scope(project, write=True) as here:
        found = memory.show_record(here.store, Kind.LEARNING, learning, here.project_id)
        commit = memory.commit_of(here.store, Kind.LEARNING, found)
        stated = [] if commit is None else [f"commit {commit[:12]}"]
        if not editing.removes("learning", found, stated, yes=yes):
            return 1
        changes.remove(here.store, Kind.LEARNING, found)
    return records.answer(found, "Removed", as_json=as_json)


def _in_editor(wanted: LearningChanges, learning: Object | None = None) -> LearningChanges:
    """The changes as a person makes them in their editor, with those that were said before."""
    now = learning or {"title": "", "problem": "", "solution": "", "tags": []}
    tags = now["tags"] if wanted.tags is None else wanted.tags
    before = Sheet(
        now["title"] if wanted.title is None else wanted.title,
        {
            _PROBLEM: now["problem"] if wanted.problem is None else wanted.problem,
            _SOLUTION: now["solution"] if wanted.solution is None else wanted.solution,
            _TAGS: ", ".join(map(str, tags or ())) if not isinstance(tags, str) else tags,
        },
    )
    after = editing.sheet(before)
    if after is None:
        return wanted
    return replace(
        wanted,
        title=after.title,
        problem=after.texts[_PROBLEM],
        solution=after.texts[_SOLUTION],
        tags=tuple(after.texts[_TAGS].split()),
    )


COMMANDS = (add, edit, tag, remove)
