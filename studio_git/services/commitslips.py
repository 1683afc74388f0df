"""The rows of a clone's commits, and of what they state, compared with what git has."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial

from studio_git.core import times
from studio_git.core.models import Commit
from studio_git.core.slips import is_near, is_noise, is_slip
from studio_git.errors import StoreError
from studio_git.gitio import Git, Place
from studio_git.services import history, merges, reconcile, recording, statements
from studio_git.services.recording import Belongs
from studio_git.services.slip import Slip
from studio_git.store import commits, recapture, records, salvage
from studio_git.store.commits import Captured
from studio_git.store.connection import Store
from studio_git.store.projects import Repository
from studio_git.store.records import Columns, Kind, Note

_OF_COMMITS = frozenset(
    ("sessions", "decisions", "learnings", "git_questions", "git_notes", "git_commits",
     "git_commit_files")
)  # fmt: skip
"""Tables whose rows follow from commits."""


def of_commits(store: Store, repository: Repository, git: Git) -> Iterator[Slip]:
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


def of_files(
    store: Store, repository: Repository, place: Place, git: Git, session_id: str
) -> Iterator[Slip]:
    """Files of a session's commits that are not git's."""
    members = {
        one.commit.oid: one
        for one in commits.of_session(store.db, session_id)
        if one.repository_id == repository.id
    }
    for commit in whole(git, place, history.existing(git, members)):
        row = members[commit.oid]
        if set(commit.files) != set(row.commit.files):
            mend = partial(recapture.put_files, commit_id=row.id, files=commit.files)
            yield Slip("files of commit", commit.subject, mend)


def whole(git: Git, place: Place, oids: Sequence[str]) -> Iterator[Commit]:
    """These commits with the files that capture counts."""
    if history.partial(git):
        found = list(history.read_partial(git, oids))
    else:
        found = list(history.read(git, oids, shallow=reconcile.shallow(place.common_dir)))
    own = merges.own_files(git, [commit for commit in found if len(commit.parents) > 1])
    for commit in found:
        yield replace(commit, files=own[commit.oid]) if commit.oid in own else commit


def incomplete(
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
        for said in whole(git, place, history.existing(git, rows)):
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


def of_records(store: Store, repository: Repository) -> Iterator[Slip]:
    """Decisions, learnings and questions against the messages that state them."""
    moments = recapture.author_times(store.db, repository.project_id)
    for commit in recapture.with_notes(store.db, repository.id):
        for kind, items in statements.stated(commit.commit.message).items():
            for note in records.in_commit(store.db, kind, commit.id):
                if not 0 <= note.position < len(items):
                    continue
                now = records.text(store.db, kind, note.record_id)
                if now is None:
                    continue
                said = _slipped(items[note.position], now)
                said |= _made_at_slipped(store.db, note, commit.commit, moments)
                if said:
                    mend = partial(_restate, kind=kind, record_id=note.record_id, said=said)
                    title = str(items[note.position][records.TITLE[kind]])
                    noise = any(is_noise(str(now[name])) for name in said if name in now)
                    noise = noise or "created_at" in said
                    yield Slip(kind.value, title, mend, noise)


def _made_at_slipped(
    db: sqlite3.Connection, note: Note, commit: Commit, moments: Collection[int]
) -> dict[str, str | None]:
    """The time of a record that damage changed: it is a commit's, be it one that was rewritten."""
    said = times.to_store(commit.author_time)
    found = recapture.made_at(db, note.kind, note.record_id)
    if not is_slip(said, found):
        return {}
    with suppress(StoreError):
        if (
            found[10:11] in (" ", "T") and times.from_store(found) in moments
        ):  # ISO 8601 has any character
            return {}
    return {"created_at": said}


def _restate(db: sqlite3.Connection, *, kind: Kind, record_id: str, said: Columns) -> None:
    records.change(db, kind, record_id, said)


def _slipped(said: Columns, found: Columns) -> dict[str, str | None]:
    """The columns of a record that damage changed, as they were stated."""
    return {
        name: value
        for name, value in said.items()
        if value is not None and is_slip(value, str(found.get(name) or ""))
    }
