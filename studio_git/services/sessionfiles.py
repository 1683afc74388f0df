"""The files of sessions: ``projects/{project}/sessions/{session}.md`` in the Studio home.

A file is written after the transaction that changed its session's rows. What that transaction
did is counted in ``git_sessions.stale`` and taken off when the file stands, together with the
text that was generated; so whatever is interrupted in between is written by the next capture,
before it changes any row: the text is then the same as before, and nothing of ours is mistaken
for a person's.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from studio_git import files
from studio_git.core import cyclenames, names, sessionfile, sessionlayout, times, trailers
from studio_git.core.models import FileChange
from studio_git.core.sessionfile import SessionDocument
from studio_git.core.titles import UNTITLED
from studio_git.errors import FileChangedError, StudioError
from studio_git.store import activity, commits, records, sessions, supersedes
from studio_git.store.commits import Captured
from studio_git.store.connection import Store
from studio_git.store.records import Kind
from studio_git.store.sessions import Tracked

_ATTEMPTS = 20
_LISTED = 10
_MANY = 50
"""So many first files are written at once, and the disk is waited for once."""


@dataclass(frozen=True, slots=True)
class _Written:
    """A file: what of it was ours before, what is now, what stands in it, what that covers.

    ``alive`` is False for a session whose commits all went into another one: its file stays.
    """

    session_id: str
    project_id: str
    before: str
    generated: str
    changes: int
    text: str
    alive: bool


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
        new, older = _by_age(store, wanted)
        made = _write_new(store, project_id, new)
        for session_id in [*older, *(one for one in new if one not in made)]:
            try:
                done = _write(store, session_id)
            except StudioError as problem:
                problems.append(problem.message)
                continue
            if done is not None:
                written.append(done)
        if new:
            files.sync(folder / "sessions", [f"{session_id}.md" for session_id in new])
        with store.writing() as db:
            for done in (*made.values(), *written):
                sessions.set_generated(db, done.session_id, done.generated, done.changes)
                if done.text != done.generated:
                    _take_words(db, done)
    return problems


def _by_age(store: Store, wanted: Sequence[str]) -> tuple[list[str], list[str]]:
    """The sessions that never had a file, if they are many, and the other ones."""
    if len(wanted) < _MANY:
        return [], list(wanted)
    never = sessions.unwritten(store.db, wanted)
    if len(never) < _MANY:
        return [], list(wanted)
    return [one for one in wanted if one in never], [one for one in wanted if one not in never]


def _write_new(store: Store, project_id: str, new: Sequence[str]) -> dict[str, _Written]:
    """Write first files without waiting for the disk after each; those that were written."""
    made = {}
    for session_id in new:
        one = _made(store, session_id)
        if one is not None and one.alive:
            made[f"{session_id}.md"] = one
    contents = {name: _bytes(one.generated) for name, one in made.items()}
    folder = sessions.file_of(store.home, project_id, "x").parent
    try:
        taken = files.write_new(folder, contents, inside=store.home, lock=store.lock)
    except StudioError:
        return {}  # they are tried one by one, so that each is told that cannot be written
    return {one.session_id: one for name, one in made.items() if name not in taken}


def _made(store: Store, session_id: str) -> _Written | None:
    """What the file of a session is to be if nobody wrote in it; None if it is not of ours.

    Of a session whose commits all went into another one it is what was generated last.
    """
    # Read first: what is committed after it stays counted, and is written once more.
    kept = sessions.tracked(store.db, session_id)
    row = sessions.get(store.db, session_id)
    if kept is None or row is None:
        return None
    members = commits.of_session(store.db, session_id)
    generated = kept.generated
    if members:
        generated = sessionfile.render(document(store.db, kept, row, members))
    return _Written(
        session_id=session_id,
        project_id=kept.project_id,
        before=kept.generated,
        generated=generated,
        changes=kept.stale,
        text=generated,
        alive=bool(members),
    )


def forget(store: Store, project_id: str, session_id: str, generated: str) -> None:
    """Remove the file of a session that is no more, if nobody changed it."""
    try:
        files.remove(
            sessions.file_of(store.home, project_id, session_id),
            inside=store.home,
            expected=generated.encode(),
            lock=store.lock,
        )
    except FileChangedError:  # a person's words are in it, or it was never written
        return


def document(
    db: sqlite3.Connection, kept: Tracked, row: sqlite3.Row, members: Sequence[Captured]
) -> SessionDocument:
    """What a captured session's file is to say; ``members`` are its commits."""
    copies = commits.copies_within(db, kept.session_id)
    number = row["cycle_number"]
    code = row["cycle_id"] if number is None else cyclenames.code(number)
    cycle = f"{row['cycle_name']} ({code})" if row["cycle_name"] else row["cycle_id"]
    return SessionDocument(
        title=row["title"],
        date=times.local(kept.started_at, kept.zone),
        duration_minutes=row["duration_minutes"],
        cycle=cycle,
        summary=row["summary"] or "",
        files=_sums(
            change for one in members if one.id not in copies for change in one.commit.files
        ),
        decisions=_decisions(db, kept.session_id),
        questions=_words(db, Kind.QUESTION, "question", kept.session_id),
        notes=(*_notes(members), *_gone(db, kept.session_id, members)),
    )


def _write(store: Store, session_id: str) -> _Written | None:
    """Bring one file up to its session; None where there is no such session of ours."""
    for _ in range(_ATTEMPTS):
        made = _made(store, session_id)
        if made is None or not made.alive:
            return made
        target = sessions.file_of(store.home, made.project_id, session_id)
        found = files.read_bytes(target)
        text = made.generated
        if found is not None and not _torn(made, found):
            person = found.decode("utf-8", "surrogateescape")
            text = sessionfile.merge_person(made.before, person, made.generated)
        data = _bytes(text)
        if data != found:
            try:
                files.write_whole(target, data, inside=store.home, expected=found, lock=store.lock)
            except FileChangedError:
                continue
        return replace(made, text=text)
    raise FileChangedError(
        f"the file of session {session_id} is being changed all the time.", "Capture again later."
    )


def _torn(made: _Written, found: bytes) -> bool:
    """True for what a power cut left of a first file: parts of it, and zeros for the rest."""
    whole = _bytes(made.generated)
    pairs = zip(found, whole, strict=False)
    return not made.before and len(found) <= len(whole) and all(a in (0, b) for a, b in pairs)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


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


def _decisions(db: sqlite3.Connection, session_id: str) -> tuple[str, ...]:
    """The titles, each with the decision that took its place."""
    found = []
    for row in records.in_session(db, Kind.DECISION, session_id):
        newer = supersedes.by(db, row["id"])
        mark = "" if newer is None else sessionlayout.superseded(newer["title"])
        found.append(f"{row['title']}{mark}")
    return tuple(dict.fromkeys(found))


def _gone(db: sqlite3.Connection, session_id: str, members: Sequence[Captured]) -> list[str]:
    """What is to be said where commits of a session are on no branch any more."""
    if not any(one.gone for one in members):
        return []
    lost = set(commits.gone_of_sessions(db, [session_id])[session_id])
    gone = [one.commit for one in members if one.commit.oid in lost]
    if gone and len(gone) == len(members):
        return ["None of this session's commits is on a branch any more."]
    if len(gone) > _LISTED:
        return [f"{len(gone)} of this session's commits are on no branch any more."]
    return [f"On no branch any more: {commit.subject or commit.oid[:10]}" for commit in gone]


def _notes(members: Iterable[Captured]) -> tuple[str, ...]:
    notes = (note for one in members for note in trailers.read(one.commit.message).notes)
    return tuple(dict.fromkeys(notes))
