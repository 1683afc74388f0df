"""Writing the committed ``.studio.toml``; comments and order of what stands there are kept."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import tomlkit
from tomlkit import TOMLDocument
from tomlkit.items import Table

from studio_git import config, files
from studio_git.gitio import Place
from studio_git.services import binding, proposals
from studio_git.services.changes import REPO, Write
from studio_git.services.clone import Workspace
from studio_git.services.proposals import Changes
from studio_git.store import contexts
from studio_git.store.contexts import ContextFile

_HEADER = (
    "What this repository shares of its Project Studio project; each of you confirms it",
    "with: git studio init",
)


def write(
    place: Place,
    project_id: str,
    project_name: str,
    *,
    tracked: Iterable[ContextFile],
    still_open: Changes,
) -> bool:
    """Let ``.studio.toml`` say what the store says; True if that changed the file.

    What others propose in it and the user has not agreed to (``still_open``) stays as it is, and
    a project id that stands there is never rewritten. Raises ConfigError where the file cannot
    be understood, and StudioError where it cannot be written; it is then as it was.
    """
    path = place.top / config.STUDIO_TOML
    before = files.read_bytes(path, inside=place.top)
    after = text(path, before, project_id, project_name, tracked=tracked, still_open=still_open)
    if after == before:
        return False
    lock = binding.studio_dir(place.common_dir) / "lock"
    files.write_whole(path, after, inside=place.top, expected=before, lock=lock, mode=0o644)
    return True


def without(workspace: Workspace, file: ContextFile) -> tuple[Write, ...]:
    """What takes a context file out of ``.studio.toml``; nothing where it is not there."""
    if workspace.proposal is None:
        return ()
    path = workspace.place.top / config.STUDIO_TOML
    before = files.read_bytes(path, inside=workspace.place.top)
    every = contexts.tracked(workspace.store.db, workspace.repository.project_id)
    after = text(
        path,
        before,
        workspace.project["id"],
        workspace.project["name"],
        tracked=[other for other in every if other.id != file.id],
        still_open=proposals.changes(workspace),
    )
    return () if after == before else (Write(REPO, config.STUDIO_TOML, before, after),)


def text(
    path: Path,
    before: bytes | None,
    project_id: str,
    project_name: str,
    *,
    tracked: Iterable[ContextFile],
    still_open: Changes,
) -> bytes:
    """What :func:`write` would make of a ``.studio.toml`` that holds ``before``."""
    document = _read(path, before)
    _say_project(document, project_id, project_name)
    _say_context(document, list(tracked), still_open)
    after = tomlkit.dumps(document).encode()
    if before is not None and b"\r\n" in before:
        after = after.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    return after


def _read(path: Path, data: bytes | None) -> TOMLDocument:
    if data is None:
        document = tomlkit.document()
        for line in _HEADER:
            document.add(tomlkit.comment(line))
        document.add(tomlkit.nl())
        return document
    config.parse_proposal(data, path)  # says file, line and column, or which key is wrong
    return tomlkit.parse(data.decode())


def _say_project(document: TOMLDocument, project_id: str, project_name: str) -> None:
    table = _table(document, "project")
    if not table.get("id"):
        table["id"] = project_id
        table["name"] = project_name


def _say_context(document: TOMLDocument, tracked: list[ContextFile], still_open: Changes) -> None:
    context = _table(document, "context")
    theirs = {*still_open.added, *still_open.removed}
    wanted = {it.filename: str(it.repo_path) for it in tracked if it.filename not in theirs}
    _follow(context, wanted, keep={"alias", *theirs})
    theirs = set(still_open.aliases)
    aliases = {
        alias.path: it.filename
        for it in tracked
        for alias in it.aliases
        if alias.path not in theirs
    }
    if aliases or "alias" in context:
        if "alias" not in context:
            context["alias"] = tomlkit.table()
        alias_table = context["alias"]
        assert isinstance(alias_table, Table)  # noqa: S101 - parse_proposal has looked
        _follow(alias_table, aliases, keep=theirs)


def _follow(table: Table, wanted: dict[str, str], keep: set[str]) -> None:
    for key in [key for key in table if key not in wanted and key not in keep]:
        del table[key]
    for key, value in wanted.items():
        if table.get(key) != value:
            table[key] = value


def _table(document: TOMLDocument, name: str) -> Table:
    if name not in document:
        document[name] = tomlkit.table()
    table = document[name]
    assert isinstance(table, Table)  # noqa: S101 - parse_proposal has looked
    return table
