"""The files of sessions: ``projects/{project}/sessions/{session}.md`` in the Studio home.

A file is written after the transaction that changed its session's rows. What that transaction
did is counted in ``git_sessions.stale`` and taken off when the file stands, together with the
text that was generated; so whatever is interrupted in between is written by the next capture,
before it changes any row: the text is then the same as before, and nothing of ours is mistaken
for a person's.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from studio_git import files
from studio_git.core import names, sessionfile, times, trailers
from studio_git.core.models import FileChange
from studio_git.core.sessionfile import SessionDocument
from studio_git.core.titles import UNTITLED
from studio_git.errors import FileChangedError, StudioError
from studio_git.store import activity, commits, records, sessions
from studio_git.store.commits import Captured
from studio_git.store.connection import Store
from studio_git.store.records import Kind
from studio_git.store.sessions import Tracked

_ATTEMPTS = 20


@dataclass(frozen=True, slots=True)
class _Written:
    """What stands in a file now, what of it is ours, and how many changes that covers."""

    session_id: str
    generated: str
    changes: int
    text: str


def path(home: Path, project_id: str, session_id: str) -> Path:
    """Where the file of a session stands."""
    return home / "projects" / project_id / "sessions" / f"{session_id}.md"


def write(store: Store, project_id: str, session_ids: Iterable[str]) -> list[str]:
    """Write the files of these sessions as their rows stand; what could not be written, as text.

    What a person wrote in a file stays in it, and a title or summary of theirs goes into the
    row. One process at a time does this for a project.
    """
    problems = []
    wanted = list(session_ids)
    if not wanted:
        return []
    names.check_canonical_name(f"{project_id}/x")  # other programs choose ids too
    folder = store.home / "projects" / project_id
    files.make_private(folder / "sessions")
    written = []
    with files.locked(folder / ".sessions.lock"):
        for session_id in wanted:
            try:
                done = _write(store, session_id)
            except StudioError as problem:
                problems.append(problem.message)
                continue
            if done is not None:
                written.append(done)
        with store.writing() as db:
            for done in written:
                sessions.set_generated(db, done.session_id, done.generated, done.changes)
                if done.text != done.generated:
                    _take_words(db, done)
    return problems


def forget(store: Store, project_id: str, session_id: str, generated: str) -> None:
    """Remove the file of a session that is no more, if nobody changed it."""
    try:
        files.remove(
            path(store.home, project_id, session_id),
            inside=store.home,
            expected=generated.encode(),
            lock=store.lock,
        )
    except FileChangedError:  # a person's words are in it, or it was never written
        return


def document(db: sqlite3.Connection, kept: Tracked, row: sqlite3.Row) -> SessionDocument:
    """What a captured session's file is to say."""
    members = commits.of_session(db, kept.session_id)
    cycle = f"{row['cycle_name']} ({row['cycle_id']})" if row["cycle_name"] else row["cycle_id"]
    return SessionDocument(
        title=row["title"],
        date=times.local(kept.started_at, kept.zone),
        duration_minutes=row["duration_minutes"],
        cycle=cycle,
        summary=row["summary"] or "",
        files=_sums(change for one in members for change in one.commit.files),
        decisions=_words(db, Kind.DECISION, "title", kept.session_id),
        questions=_words(db, Kind.QUESTION, "question", kept.session_id),
        notes=_notes(members),
    )


def _write(store: Store, session_id: str) -> _Written | None:
    """Bring one file up to its session; None where there is no such session of ours."""
    for _ in range(_ATTEMPTS):
        # Read first: what is committed after it stays counted, and is written once more.
        kept = sessions.tracked(store.db, session_id)
        row = sessions.get(store.db, session_id)
        if kept is None or row is None:
            return None
        if not commits.of_session(store.db, session_id):  # all went into another session
            return _Written(session_id, kept.generated, kept.stale, kept.generated)
        generated = sessionfile.render(document(store.db, kept, row))
        target = path(store.home, kept.project_id, session_id)
        found = files.read_bytes(target)
        text = generated
        if found is not None:
            person = found.decode("utf-8", "surrogateescape")
            text = sessionfile.merge_person(kept.generated, person, generated)
        data = text.encode("utf-8", "surrogateescape")
        if data != found:
            try:
                files.write_whole(target, data, inside=store.home, expected=found, lock=store.lock)
            except FileChangedError:
                continue
        return _Written(session_id, generated, kept.stale, text)
    raise FileChangedError(
        f"the file of session {session_id} is being changed all the time.", "Capture again later."
    )


def _take_words(db: sqlite3.Connection, done: _Written) -> None:
    """Let the row say what a person wrote as title and summary, unless they wrote nothing."""
    # Bytes that are not UTF-8 stay in the file; the store cannot take them.
    storable = done.text.encode("utf-8", "replace").decode("utf-8")
    ours, theirs = sessionfile.parse(done.generated), sessionfile.parse(storable)
    title = theirs.title if theirs.title not in {ours.title, UNTITLED} else None
    summary = theirs.summary if theirs.summary != ours.summary and theirs.summary else None
    if title is not None:
        sessions.set_title(db, done.session_id, title)
        activity.retitle(db, "session", done.session_id, title)
    if summary is not None:
        sessions.set_summary(db, done.session_id, summary)


def _sums(changes: Iterable[FileChange]) -> tuple[FileChange, ...]:
    """Each path once, with its lines added up; binary where it was binary in every commit."""
    found: dict[str, FileChange] = {}
    for change in changes:
        have = found.get(change.path)
        if have is None or have.added is None:
            found[change.path] = change
        elif change.added is not None:
            found[change.path] = FileChange(
                change.path,
                have.added + change.added,
                (have.removed or 0) + (change.removed or 0),
            )
    return tuple(found[path] for path in sorted(found))


def _words(db: sqlite3.Connection, kind: Kind, column: str, session_id: str) -> tuple[str, ...]:
    rows = records.in_session(db, kind, session_id)
    return tuple(dict.fromkeys(row[column] for row in rows))


def _notes(members: Iterable[Captured]) -> tuple[str, ...]:
    notes = (note for one in members for note in trailers.read(one.commit.message).notes)
    return tuple(dict.fromkeys(notes))
