"""What was captured, compared with what it was captured from: damage that SQLite does not see.

Git names a commit by its content, a session's file was made of its rows, a registry item's row of
its file. A row that differs as only damage does (see :mod:`studio_git.core.slips`) is told; what
a person changed is theirs.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from studio_git import config, files, gitio
from studio_git.core import names, sessionfile
from studio_git.core.models import Commit
from studio_git.core.registrytypes import name_from
from studio_git.core.slips import is_near, is_noise, is_slip
from studio_git.errors import GitError, StudioError
from studio_git.gitio import Git, Place
from studio_git.services import (
    binding,
    history,
    merges,
    reconcile,
    recording,
    sessionfiles,
    statements,
)
from studio_git.services import sessions as sessioning
from studio_git.services.recording import Belongs
from studio_git.services.registryitems import item_of, stem
from studio_git.store import (
    commits,
    contexts,
    projects,
    recapture,
    records,
    registry,
    salvage,
    sessions,
)
from studio_git.store.commits import Captured
from studio_git.store.connection import Store
from studio_git.store.projects import Repository
from studio_git.store.records import Columns, Kind

_OF_COMMITS = frozenset(
    ("sessions", "decisions", "learnings", "git_questions", "git_notes", "git_commits",
     "git_commit_files")
)  # fmt: skip
"""Tables whose rows follow from commits."""

_DIVIDERS = str.maketrans("_.", "--")
"""A name and its file may be divided in different ways."""


@dataclass(frozen=True, slots=True)
class Slip:
    """Something whose row was damaged; ``mend`` lets the row say what it has to.

    One that is not ``certain`` differs in a character that a person may have changed as well.
    """

    kind: str
    title: str
    mend: Callable[[sqlite3.Connection], None]
    certain: bool = True


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
    yield from _of_commits(store, repository, git)
    yield from _incomplete(store, repository, place, git, lost)
    yield from _of_records(store, repository)
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
    for row in registry.every(store.db):
        said = item_of(row, store.home).details.description
        if said and is_slip(said, row.description):
            mend = partial(_describe, row=row, said=said)
            yield Slip(row.type.value, row.name, mend, is_noise(row.description))
        named = stem(row)
        if named and is_near(named.translate(_DIVIDERS), name_from(row.name).translate(_DIVIDERS)):
            again = partial(registry.rename, row=row, name=named)
            yield Slip(row.type.value, named, again, certain=False)


def _describe(db: sqlite3.Connection, *, row: registry.ItemRow, said: str) -> None:
    registry.describe(db, row, said, row.subtype)


def _of_commits(store: Store, repository: Repository, git: Git) -> Iterator[Slip]:
    """Commits against git's; and rows for commits that git never had, a letter beside another."""
    rows = {row.commit.oid: row for row in recapture.of_repository(store.db, repository.id)}
    there = history.existing(git, rows)
    known = set(there)
    for oid, row in rows.items():
        if oid not in known and any(is_near(oid, other) for other in known):
            yield Slip("commit", row.commit.subject, partial(recapture.forget, commit_id=row.id))
    for said in history.read_bare(git, there):
        row = rows[said.oid]
        if _commit_slipped(said, row.commit):
            yield Slip(
                "commit", said.subject, partial(recapture.restate, commit_id=row.id, said=said)
            )


def _commit_slipped(said: Commit, found: Commit) -> bool:
    """A mailmap changes names, a release what is redacted; the rest is as the id says."""
    exact = ("parents", "tree", "author_time", "author_zone", "committer_time")
    if any(getattr(said, name) != getattr(found, name) for name in exact):
        return True
    texts = ("author_name", "author_email", "committer_email", "message")
    return any(is_slip(getattr(said, name), getattr(found, name)) for name in texts)


def _of_files(
    store: Store, repository: Repository, place: Place, git: Git, session_id: str
) -> Iterator[Slip]:
    """Files of a session's commits that are not git's."""
    members = {
        one.commit.oid: one
        for one in commits.of_session(store.db, session_id)
        if one.repository_id == repository.id
    }
    for commit in _whole(git, place, history.existing(git, members)):
        row = members[commit.oid]
        if set(commit.files) != set(row.commit.files):
            mend = partial(recapture.put_files, commit_id=row.id, files=commit.files)
            yield Slip("files of commit", commit.subject, mend)


def _whole(git: Git, place: Place, oids: Sequence[str]) -> Iterator[Commit]:
    """These commits with the files that capture counts."""
    if history.partial(git):
        found = list(history.read_partial(git, oids))
    else:
        found = list(history.read(git, oids, shallow=reconcile.shallow(place.common_dir)))
    own = merges.own_files(git, [commit for commit in found if len(commit.parents) > 1])
    for commit in found:
        yield replace(commit, files=own[commit.oid]) if commit.oid in own else commit


def _incomplete(
    store: Store, repository: Repository, place: Place, git: Git, lost: Collection[str]
) -> Iterator[Slip]:
    """Commits of which other rows were lost: their session, their files, what they state."""
    if not set(lost) & _OF_COMMITS:
        return
    for commit in recapture.of_repository(store.db, repository.id):
        if commit.session_id is None and commit.rewritten_to is None and "sessions" in lost:
            mend = partial(recapture.forget, commit_id=commit.id)  # the journal knows its session
            yield Slip("commit", commit.commit.subject, mend)
        elif commit.rewritten_to is None:
            yield Slip("commit", commit.commit.subject, partial(_complete, commit=commit))
    if set(lost) & {"git_commit_files", "git_commits"}:
        rows = {row.commit.oid: row.id for row in recapture.of_repository(store.db, repository.id)}
        for said in _whole(git, place, history.existing(git, rows)):
            mend = partial(recapture.put_files, commit_id=rows[said.oid], files=said.files)
            yield Slip("files of commit", said.subject, mend)


def _complete(db: sqlite3.Connection, *, commit: Captured) -> None:
    """Let a commit state again what it stated, where the records or their ties were lost."""
    for kind in Kind:
        for note in records.in_commit(db, kind, commit.id):
            if records.text(db, kind, note.record_id) is None:
                records.untie(db, kind, note.record_id, commit.id)
    project_id = recapture.project_of(db, commit.id)
    belongs = Belongs(project_id, commit.session_id, recording.cycle_of(db, project_id, commit))
    spares = salvage.untied(db, project_id)
    recording.record(db, commit, belongs, feed=False, spares=spares)


def _of_records(store: Store, repository: Repository) -> Iterator[Slip]:
    """Decisions, learnings and questions against the messages that state them."""
    for commit in recapture.with_notes(store.db, repository.id):
        for kind, items in statements.stated(commit.commit.message).items():
            for note in records.in_commit(store.db, kind, commit.id):
                if not 0 <= note.position < len(items):
                    continue
                now = records.text(store.db, kind, note.record_id)
                said = {} if now is None else _slipped(items[note.position], now)
                if said:
                    mend = partial(_restate, kind=kind, record_id=note.record_id, said=said)
                    title = str(items[note.position][records.TITLE[kind]])
                    noise = now is not None and any(is_noise(str(now[name])) for name in said)
                    yield Slip(kind.value, title, mend, noise)


def _restate(db: sqlite3.Connection, *, kind: Kind, record_id: str, said: Columns) -> None:
    records.change(db, kind, record_id, said)


def _slipped(said: Columns, found: Columns) -> dict[str, str | None]:
    """The columns of a record that damage changed, as they were stated."""
    return {
        name: value
        for name, value in said.items()
        if value is not None and is_slip(value, str(found.get(name) or ""))
    }


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
        if now == kept.generated == text and not _derived_slipped(store, session_id, row):
            continue  # as most are, and reading three texts takes most of the time
        found, written = sessionfile.parse(now), sessionfile.parse(kept.generated)
        if found.files != written.files:
            yield from _of_files(store, repository, place, git, session_id)
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
    """Paths of context files: the canonical one is the file's name, the other one is in git."""
    tracked = [history.path_text(path) for path in place.git.records("ls-files", "-z")]
    for file in contexts.every(store.db, repository.project_id):
        if is_slip(file.filename, file.file_path):
            mend = partial(contexts.put_file_path, context_file_id=file.id, path=file.filename)
            yield Slip("context file", file.filename, mend)
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
