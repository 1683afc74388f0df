"""``git studio project``: the projects of the store."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import click

from studio_git import config, gitio
from studio_git.commands import scope
from studio_git.errors import NotBoundError
from studio_git.output import columns, json_out, say, styled, warn
from studio_git.services import binding, exporting, importing, projects
from studio_git.services.checkclones import standing
from studio_git.services.importing import Imported
from studio_git.services.workspace import open_home
from studio_git.store import projects as rows
from studio_git.store.connection import Store
from studio_git.store.migrations import prepare_home

_GONE = {
    "there": "",
    "gone": " (gone)",
    "unbound": " (not bound any more)",
    "no-worktree": " (its work tree is gone)",
}


@click.group()
def command() -> None:
    """List, show, edit and archive projects, and take them to other Studio homes.

    A project is named by its name, its id, or the first four or more characters of its id.
    """


@command.command("list")
@click.option("--archived", is_flag=True, help="Archived ones too.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array.")
def list_(archived: bool, as_json: bool) -> int:
    """List the projects."""
    with _store() as store:
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
                _count(clones[row["id"]], "clone"),
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
    with _store() as store:
        row = _row(store, project)
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
    with _store() as store:
        row = _row(store, project)
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
    with _store() as store:
        row = _row(store, project)
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
    with _store() as store:
        found = projects.forget_clone(store, clone)
    say(f"{found.primary_worktree}: ", styled("forgotten", "good"), ".")
    return 0


@command.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@scope.one
def export(folder: Path, project: str | None, as_json: bool) -> int:
    """Write the whole memory of a project into a folder, as Markdown and JSON.

    DIR is new, empty, or holds an earlier export of this project, which is brought up to date.
    The same memory gives the same bytes, so that the folder can be kept in git.
    """
    with _store() as store:
        done = exporting.export(store, _row(store, project)["id"], folder.absolute())
    for left in done.left_out:
        warn(styled("left out: ", "warn"), left)
    if as_json:
        found = {"folder": str(done.folder), "rows": dict(done.rows), "files": done.files}
        json_out(found | {"left_out": list(done.left_out)})
        return 0
    number = sum(done.rows.values())
    say(styled("Exported", "good"), f": {_count(number, 'row')}, {_count(done.files, 'file')}")
    say(f"          to {done.folder}")
    return 0


@command.command("import")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--overwrite", is_flag=True, help="Where both differ, take what DIR says.")
@scope.as_json
def import_(folder: Path, overwrite: bool, as_json: bool) -> int:
    """Take an exported project into this Studio home, beside what is there.

    What is there already stays, and is told where DIR says other things; the exit status is 1
    then. With --overwrite a backup is made before.
    """
    prepare_home(scope.home())
    with _store() as store:
        done = importing.take_in(store, folder.absolute(), overwrite=overwrite)
    if as_json:
        json_out(asdict(done))
    else:
        _say_import(done)
    return 0 if done.is_whole else 1


def _say_import(done: Imported) -> None:
    added = sum(done.added.values())
    say(
        styled("Imported", "good"),
        f": {done.name}: {_count(added, 'row')} and {_count(len(done.files_added), 'file')} added, "
        f"{done.same} were there" + (f", {done.changed} overwritten" if done.changed else ""),
    )
    for was, now in done.renumbered:
        say(f"CYC-{was} is CYC-{now} here.")
    for left in done.left_out:
        say(styled("Left out", "warn"), f": {left}")
    for name in done.unknown:
        say(styled("Not known here", "warn"), f": {name}")
    for clash in done.clashes:
        differs = f"{clash.table} {clash.id}: {', '.join(clash.columns)}"
        say(styled("Kept as it is here", "bad"), f": {differs}")
    for path in done.files_differ:
        say(styled("Kept as it is here", "bad"), f": {path}")


@contextmanager
def _store() -> Iterator[Store]:
    """The store of the clone that we are in, or of the environment outside of one."""
    try:
        home = binding.home_of(gitio.locate(Path.cwd()))
    except NotBoundError:
        home = config.studio_home(config.recorded_home(gitio.Git(Path.cwd())))
    with open_home(home) as store:
        yield store


def _row(store: Store, words: str | None) -> sqlite3.Row:
    if words is not None:
        return projects.find_project(store, words)
    repository = binding.bound(store, gitio.locate(Path.cwd()))
    row = rows.get(store.db, repository.project_id)
    if row is None:
        raise NotBoundError("this repository's project is gone from the store.", binding.INIT_HINT)
    return row


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
