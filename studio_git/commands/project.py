"""``git studio project``: the projects of the store."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from studio_git import config, gitio
from studio_git.commands.groups import LaterGroup
from studio_git.core.prose import counted
from studio_git.errors import NotBoundError
from studio_git.output import columns, json_out, say, styled
from studio_git.services import binding, projects
from studio_git.services.projects import standing
from studio_git.services.workspace import open_home
from studio_git.store import projects as rows
from studio_git.store.connection import Store

_GONE = {
    "there": "",
    "gone": " (gone)",
    "unbound": " (not bound any more)",
    "no-worktree": " (its work tree is gone)",
}


@click.group(cls=LaterGroup, later=dict.fromkeys(("export", "import"), "projecttransfer"))
def command() -> None:
    """List, show, edit and archive projects, and take them to other Studio homes.

    A project is named by its name, its id, or the first four or more characters of its id.
    """


@command.command("list")
@click.option("--archived", is_flag=True, help="Archived ones too.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array.")
def list_(archived: bool, as_json: bool) -> int:
    """List the projects."""
    with store_here() as store:
        found = rows.every(store.db, archived=archived)
        clones = {row["id"]: len(rows.repositories(store.db, row["id"])) for row in found}
    if as_json:
        json_out([dict(row) for row in found])
        return 0
    if not found:
        say("There are no projects yet. Make one in a repository with: git studio init")
    columns(
        [
            [
                styled(row["name"], "bold"),
                styled(row["id"][:8], "dim"),
                counted(clones[row["id"]], "clone"),
                styled("archived" if row["archived_at"] else row["repo_path"] or "", "dim"),
            ]
            for row in found
        ]
    )
    return 0


@command.command()
@click.argument("project", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def show(project: str | None, as_json: bool) -> int:
    """Show one project: that of this repository, or the one named."""
    with store_here() as store:
        row = row_of(store, project)
        clones = rows.repositories(store.db, row["id"])
    if as_json:
        told = [clone.primary_worktree for clone in clones]
        gone = [clone.primary_worktree for clone in clones if standing(clone) != "there"]
        json_out(dict(row) | {"clones": told, "gone": gone})
        return 0
    say(styled(row["name"], "bold"))
    if row["description"]:
        say(row["description"])
    facts = [("id", row["id"]), ("path", row["repo_path"] or "none")]
    facts.append(("created", f"{row['created_at']} UTC"))
    if row["archived_at"]:
        facts.append(("archived", f"{row['archived_at']} UTC"))
    facts += [("clone", clone.primary_worktree + _GONE[standing(clone)]) for clone in clones]
    columns([styled(name, "dim"), value] for name, value in facts)
    return 0


@command.command()
@click.argument("project", required=False)
@click.option("--name", help="Another name.")
@click.option("--description", help="What the project is; an empty text takes it away.")
@click.option(
    "--path", "repo_path", type=click.Path(path_type=Path), help="Where its repository is."
)
def edit(
    project: str | None, name: str | None, description: str | None, repo_path: Path | None
) -> int:
    """Change a project's name, description or path."""
    with store_here() as store:
        row = row_of(store, project)
        projects.edit(store, row, name=name, description=description, repo_path=repo_path)
        changed = rows.get(store.db, row["id"]) or row
    say(f"{changed['name']}: ", styled("changed", "good"), ".")
    return 0


@command.command()
@click.argument("project", required=False)
def archive(project: str | None) -> int:
    """Take a project out of the lists and alerts; nothing of it is removed."""
    return _set_archived(project, archived=True)


@command.command()
@click.argument("project", required=False)
def unarchive(project: str | None) -> int:
    """Bring an archived project back."""
    return _set_archived(project, archived=False)


def _set_archived(project: str | None, *, archived: bool) -> int:
    with store_here() as store:
        row = row_of(store, project)
        changed = projects.set_archived(store, row, archived=archived)
    state = "archived" if archived else "in the lists again"
    say(f"{row['name']}: ", styled(state if changed else f"was {state} already", "good"), ".")
    return 0


@command.command()
@click.argument("clone", metavar="CLONE", type=click.Path(path_type=Path))
def forget(clone: Path) -> int:
    """Forget a clone that was deleted; what was captured in it stays.

    CLONE is its path, as git studio project show tells it. One that is still bound is not
    forgotten: it would be bound again by its next commit.
    """
    with store_here() as store:
        found = projects.forget_clone(store, clone)
    say(f"{found.primary_worktree}: ", styled("forgotten", "good"), ".")
    return 0


@contextmanager
def store_here() -> Iterator[Store]:
    """The store of the clone that we are in, or of the environment outside of one."""
    try:
        home = binding.home_of(gitio.locate(Path.cwd()))
    except NotBoundError:
        home = config.studio_home(config.recorded_home(gitio.Git(Path.cwd())))
    with open_home(home) as store:
        yield store


def row_of(store: Store, words: str | None) -> sqlite3.Row:
    """The project that words mean; without words the one of the clone that we are in."""
    if words is not None:
        return projects.find_project(store, words)
    repository = binding.bound(store, gitio.locate(Path.cwd()))
    row = rows.get(store.db, repository.project_id)
    if row is None:
        raise NotBoundError("this repository's project is gone from the store.", binding.INIT_HINT)
    return row
