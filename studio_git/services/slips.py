"""What was captured, compared with what it was captured from: damage that SQLite does not see.

Git names a commit by its content, a session's file was made of its rows, a registry item's row of
its file. A row that differs as only damage does (see :mod:`studio_git.core.slips`) is told; what
a person changed is theirs.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

from studio_git import config, files, gitio
from studio_git.core import names, sessionfile
from studio_git.core.registrytypes import ItemType, name_from
from studio_git.core.slips import is_near, is_noise, is_slip
from studio_git.errors import GitError, StudioError
from studio_git.gitio import Git, Place
from studio_git.services import binding, commitslips, history, sessionfiles
from studio_git.services import sessions as sessioning
from studio_git.services.drift import context_dir
from studio_git.services.registryitems import folder_of, item_of, stem
from studio_git.services.slip import Slip
from studio_git.store import commits, contexts, projects, records, registry, sessions
from studio_git.store.connection import Store
from studio_git.store.projects import Repository
from studio_git.store.records import Columns
from studio_git.store.registry import ItemRow

_DIVIDERS = str.maketrans("_.", "--")
"""A name and its file may be divided in different ways."""


def find(store: Store, place: Place, *, lost: Collection[str] = frozenset()) -> Iterator[Slip]:
    """The slips in what belongs to one clone. Raises StudioError where git cannot be read.

    Each is to be mended before the next is asked for, if it is to be: sessions are compared with
    what their commits say. ``lost`` are tables of which rows were lost: what is not in them was
    not deleted by a person.
    """
    note = binding.read_note(place.common_dir)
    repository = projects.repository(store.db, note.repository_id) if note is not None else None
    if repository is None:
        return
    git = history.reader(place)
    yield from commitslips.of_commits(store, repository, git)
    yield from commitslips.incomplete(store, repository, place, git, lost)
    yield from commitslips.of_records(store, repository)
    yield from _of_sessions(store, repository, place, git)
    yield from _of_binding(store, repository, place)
    yield from _of_contexts(store, repository, place, lost)


def clones(store: Store, here: Path) -> Iterator[Place]:
    """The bound clones that are there: those the store knows, and the one we are in."""
    known = [
        Path(clone.primary_worktree)
        for project in projects.every(store.db, archived=True)
        for clone in projects.repositories(store.db, project["id"])
    ]
    seen = set()
    for top in [*known, here]:
        if not top.is_dir():
            continue
        try:
            place = gitio.locate(top)
        except StudioError:
            continue
        if place.common_dir not in seen:
            seen.add(place.common_dir)
            yield place


def everywhere(store: Store, here: Path) -> Iterator[Slip]:
    """The slips of all clones that git can read, and those of the registry."""
    for place in clones(store, here):
        with suppress(GitError):
            yield from find(store, place)
    yield from in_registry(store)


def in_registry(store: Store) -> Iterator[Slip]:
    """The slips in the rows of the registry, each compared with its file."""
    rows = registry.every(store.db)
    taken = {(row.type, row.path) for row in rows}
    for row in rows:
        item = item_of(row, store.home)
        if item.path is None or not item.path.exists():
            yield from _of_path(store.home, row, taken)
            continue
        said = item.details.description
        if said and is_slip(said, row.description):
            mend = partial(_describe, row=row, said=said)
            yield Slip(row.type.value, row.name, mend, is_noise(row.description))
        named = stem(row)
        if named and _is_name_slip(named, row.name):
            again = partial(registry.rename, row=row, name=named)
            yield Slip(row.type.value, named, again, is_noise(row.name))


def _is_name_slip(said: str, found: str) -> bool:
    one, other = (name.translate(_DIVIDERS) for name in (said, name_from(found)))
    return is_near(one, other) or (is_noise(found) and not is_noise(said))


def _of_path(home: Path, row: ItemRow, taken: Collection[tuple[ItemType, str]]) -> Iterator[Slip]:
    """An item whose file is not there, where one beside it is that no row has."""
    folder = folder_of(home, row.type)
    names = sorted(each.name for each in folder.iterdir()) if folder.is_dir() else []
    meant = [name for name in names if is_slip(name, row.path) and (row.type, name) not in taken]
    if len(meant) == 1:
        mend = partial(registry.put_path, row=row, path=meant[0])
        yield Slip(row.type.value, row.name, mend, is_noise(row.path))


def _describe(db: sqlite3.Connection, *, row: ItemRow, said: str) -> None:
    registry.describe(db, row, said, row.subtype)


def _of_sessions(store: Store, repository: Repository, place: Place, git: Git) -> Iterator[Slip]:
    """Sessions against their files, and what of them follows from their commits alone.

    Counts of lines depend on the user's configuration: they are compared with git's only where
    they are not those that the session's file was written of.
    """
    settings = config.settings(place, config.read_proposal(place.top))
    for row in sessions.every(store.db, repository.project_id, None):
        session_id = str(row["id"])
        kept = sessions.tracked(store.db, session_id)
        now = _said_now(store, session_id)
        data = files.read_bytes(sessions.file_of(store.home, repository.project_id, session_id))
        if kept is None or kept.stale or now is None or data is None:
            continue
        text = data.decode("utf-8", "replace")
        same = now == kept.generated == text and not _shown_otherwise(row)
        if same and not _derived_slipped(store, session_id, row):
            continue  # as most are, and reading three texts takes most of the time
        found, written = sessionfile.parse(now), sessionfile.parse(kept.generated)
        if found.files != written.files:
            yield from commitslips.of_files(store, repository, place, git, session_id)
        stands = sessionfile.parse(text)
        words = {
            name: getattr(stands, name)
            for name in ("title", "summary")
            if is_slip(getattr(stands, name), str(row[name] or ""))
        }
        moved = any(
            getattr(found, name) != getattr(written, name) == getattr(stands, name)
            for name in ("date", "duration_minutes")
        )
        derived = _derived_slipped(store, session_id, row)
        if words or moved or derived:
            mend = partial(_remake, session_id=session_id, words=words, settings=settings)
            certain = moved or derived or any(is_noise(str(row[name])) for name in words)
            yield Slip("session", stands.title, mend, certain)


def _shown_otherwise(row: sqlite3.Row) -> bool:
    """Whether a session's words have what a byte can become, and its file shows as a space."""
    title, summary = str(row["title"]), str(row["summary"] or "")
    return is_noise(title + summary) or "\n" in title or bool({"\t", "\r"} & {*title, *summary})


def _said_now(store: Store, session_id: str) -> str | None:
    """What a session's file would say by the rows as they are; None if it has no commits."""
    kept, row = sessions.tracked(store.db, session_id), sessions.get(store.db, session_id)
    members = commits.of_session(store.db, session_id)
    if kept is None or row is None or not members:
        return None
    document = sessionfiles.document(store.db, kept, row, members)
    return sessionfile.render(document)


def _derived_slipped(store: Store, session_id: str, row: sqlite3.Row) -> bool:
    traces = sessioning.traces(store.db, session_id)
    return traces is not None and (
        is_near(traces.created_at, str(row["created_at"]))
        or is_slip(records.array(traces.files), str(row["files_changed"] or ""))
    )


def _remake(
    db: sqlite3.Connection, *, session_id: str, words: Columns, settings: config.Settings
) -> None:
    if words:
        sessions.change(db, session_id, words)
    sessioning.remake(db, [session_id], settings)


def _of_binding(store: Store, repository: Repository, place: Place) -> Iterator[Slip]:
    """The project's name and folder against .studio.toml and where the clone stands."""
    row = projects.get(store.db, repository.project_id)
    try:
        proposal = config.read_proposal(place.top)
    except StudioError:
        proposal = None
    if row is None:
        return
    said = {
        "name": proposal.project_name if proposal is not None else "",
        "repo_path": repository.primary_worktree,
    }
    words = {name: value for name, value in said.items() if is_slip(value, str(row[name] or ""))}
    if words and Path(repository.primary_worktree).is_dir():
        mend = partial(_rename, project_id=row["id"], words=words)
        certain = any(is_noise(str(row[name])) for name in words)
        yield Slip("project", said["name"], mend, certain)
    for name, now in (("common_dir", place.common_dir), ("primary_worktree", place.top)):
        if is_slip(str(now), getattr(repository, name)):
            bound = replace(repository, **{name: str(now)})
            yield Slip("clone", str(place.top), partial(projects.bind, repository=bound))


def _rename(db: sqlite3.Connection, *, project_id: str, words: dict[str, str]) -> None:
    projects.change(db, project_id, **words)


def _of_contexts(
    store: Store, repository: Repository, place: Place, lost: Collection[str]
) -> Iterator[Slip]:
    """Paths of context files: the canonical one is the file's name, which is there; the other one
    is in git.
    """
    tracked = [history.path_text(path) for path in place.git.records("ls-files", "-z")]
    folder = context_dir(store.home, repository.project_id)
    for file in contexts.every(store.db, repository.project_id):
        if is_slip(file.filename, file.file_path) or is_slip(file.file_path, file.filename):
            both = (file.filename, file.file_path)
            named = next((name for name in both if (folder / name).is_file()), file.filename)
            mend = partial(contexts.put_names, context_file_id=file.id, name=named)
            yield Slip("context file", named, mend)
        target = file.repo_path
        if target is None and "git_context_targets" in lost:
            same = [path for path in tracked if names.canonical_name(path) == file.filename]
            if same:
                mend = partial(
                    contexts.track, context_file_id=file.id, repo_path=same[0], aliases=file.aliases
                )
                yield Slip("context file", file.filename, mend)
        if target is None or target in tracked or names.canonical_name(target) == file.filename:
            continue
        near = [path for path in tracked if is_near(path, target)]
        if not near and is_noise(target):
            near = [path for path in tracked if names.canonical_name(path) == file.filename]
        if len(near) == 1:
            mend = partial(contexts.put_repo_path, context_file_id=file.id, path=near[0])
            yield Slip("context file", file.filename, mend)
