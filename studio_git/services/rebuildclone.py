"""What a clone can give back to a store that was lost: by its journal, out of its commits."""

from __future__ import annotations

import hashlib
import sqlite3
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from studio_git import config, files
from studio_git.core import cyclenames, grouping, jsontext, names, sessionfile, times, titles
from studio_git.core.models import Commit
from studio_git.core.slips import is_near
from studio_git.core.text import content_hash
from studio_git.errors import StudioError
from studio_git.gitio import Git, Place
from studio_git.services import binding, commitslips, history, reconcile, recording, sessionfiles
from studio_git.services import sessions as sessioning
from studio_git.services.binding import Note
from studio_git.services.drift import context_dir
from studio_git.services.recording import Belongs
from studio_git.store import commits, contexts, cycles, projects, recapture, salvage, sessions
from studio_git.store.commits import Captured
from studio_git.store.connection import Store
from studio_git.store.projects import Repository
from studio_git.store.sessions import Made


@dataclass(slots=True)
class _Journal:
    """What the journal says: oid to session and cycle, the cycles by id, what worktrees used."""

    sessions: dict[str, tuple[str, str | None]] = field(default_factory=dict)
    cycles: dict[str, tuple[str, str]] = field(default_factory=dict)
    used: list[tuple[str, int, str | None]] = field(default_factory=list)


def take_back(store: Store, place: Place) -> int:
    """Bring a clone's binding, captured commits, sessions and records back; how many commits.

    What the store has already stays. Raises StudioError where git or the clone's files cannot be
    read.
    """
    note = binding.read_note(place.common_dir)
    if note is None:
        return 0
    journal = _read(place)
    project_id = _project(store, note, place, journal)
    if project_id is None:
        return 0
    repository = _bind(store, note, place, project_id, journal)
    with store.writing() as db:
        for cycle_id, (name, code) in journal.cycles.items():
            salvage.add_cycle(db, cycle_id, project_id, name)
            number = cyclenames.read_code(code)
            if number is not None:
                salvage.set_number(db, cycle_id, number)
        for worktree, since, used in journal.used:
            cycles.use(db, repository.id, worktree, since, used)
    count = _commits(store, repository, place, journal)
    _contexts(store, repository, place)
    reconcile.remember_start(store, repository, place)
    return count


def _read(place: Place) -> _Journal:
    """The journal's lines; later ones count, and torn ones do not."""
    found = _Journal()
    data = files.read_bytes(binding.studio_dir(place.common_dir) / "journal") or b""
    for line in data.splitlines():
        try:
            said = jsontext.loads(line)
            if "oid" in said:
                cycle = None if said["cycle"] is None else str(said["cycle"])
                found.sessions[str(said["oid"])] = (str(said["session"]), cycle)
            elif "worktree" in said:
                cycle = None if said["cycle"] is None else str(said["cycle"])
                found.used.append((str(said["worktree"]), int(said["since"]), cycle))
                if cycle is not None:
                    found.cycles[cycle] = (str(said["name"]), str(said["code"]))
        except (ValueError, KeyError, TypeError):
            continue
    return found


def _project(store: Store, note: Note, place: Place, journal: _Journal) -> str | None:
    """The project of a clone: by its row, the files of its sessions, or what the team wrote."""
    known = projects.repository(store.db, note.repository_id)
    if known is not None:
        return known.project_id
    proposal = config.read_proposal(place.top)
    found = next(
        (
            path.parent.parent.name
            for session_id, _ in journal.sessions.values()
            for path in (store.home / "projects").glob(f"*/sessions/{session_id}.md")
            if names.printable(session_id) == session_id and "/" not in session_id
        ),
        None,
    )
    project_id = found or (proposal.project_id if proposal is not None else "")
    if not project_id:
        return None
    named = proposal.project_name if proposal is not None else ""
    with store.writing() as db:
        row = projects.get(db, project_id)
        if row is None:
            projects.add(db, project_id, named or Path(note.top).name, note.top)
        elif row["name"] == project_id:
            projects.change(db, project_id, name=named or Path(note.top).name, repo_path=note.top)
    return project_id


def _bind(store: Store, note: Note, place: Place, project_id: str, journal: _Journal) -> Repository:
    found = projects.repository(store.db, note.repository_id)
    if found is not None:
        return found
    made = Repository(note.repository_id, project_id, str(place.common_dir), note.top, "{}")
    with store.writing() as db:
        projects.bind(db, made)
        salvage.adopt(db, made, journal.sessions, str(place.top))
    return made


def _commits(store: Store, repository: Repository, place: Place, journal: _Journal) -> int:
    """Record the journal's commits that the store lacks, in the sessions that they were in."""
    project_id = repository.project_id
    git = history.reader(place)
    there = history.existing(git, journal.sessions)
    missing = set(there) - commits.captured(store.db, project_id, there)
    missing -= _put_oids_right(store, repository, git, missing)
    now = reconcile.standing(place)
    lost = history.unreachable(git, there, now.tips)
    kept = {journal.sessions[oid][0] for oid in set(there) - lost}
    # What was rewritten is in the journal too: it counts only where nothing took its place.
    wanted = [
        oid
        for oid in journal.sessions
        if oid in missing and (oid not in lost or journal.sessions[oid][0] not in kept)
    ]
    whole = list(commitslips.whole(git, place, wanted))
    whole.sort(key=lambda it: it.author_time)
    settings = config.settings(place, config.read_proposal(place.top))
    with store.writing() as db:
        fresh = _record(db, repository, whole, journal, settings.lead_in_minutes)
        commits.mark_gone(db, project_id, lost & {it.oid for it in whole})
        sessioning.remake(db, fresh, settings)
    for session_id in fresh:
        _take_file(store, project_id, session_id)
    return len(whole)


def _put_oids_right(store: Store, repository: Repository, git: Git, missing: set[str]) -> set[str]:
    """Give rows of commits that git never had the oid beside theirs; those that were given."""
    rows = {row.commit.oid: row.id for row in recapture.of_repository(store.db, repository.id)}
    given: set[str] = set()
    for stray in set(rows) - set(history.existing(git, rows)):
        meant = [oid for oid in missing - given if is_near(oid, stray)]
        if len(meant) == 1:
            with store.writing() as db:
                salvage.put_oid(db, rows[stray], meant[0])
            given.add(meant[0])
    return given


def _record(
    db: sqlite3.Connection,
    repository: Repository,
    whole: Sequence[Commit],
    journal: _Journal,
    lead_in: int,
) -> list[str]:
    """Rows of commits, their sessions and what they state; the sessions."""
    project_id = repository.project_id
    spares = salvage.untied(db, project_id)
    members: dict[str, list[Captured]] = {}
    for commit in whole:
        added = commits.add(db, project_id, repository.id, commit, branch=None, agent_session=None)
        if added is not None:
            members.setdefault(journal.sessions[commit.oid][0], []).append(added)
    for session_id, ones in members.items():
        cycle = next((journal.sessions[it.commit.oid][1] for it in ones), None)
        if cycle is not None and cycles.get(db, cycle) is None:
            salvage.add_cycle(db, cycle, project_id, cycle)
        author = (sessioning.author_key(ones[0]), ones[0].commit.author_name)
        made = _made([it.commit for it in ones], cycle, lead_in)
        salvage.revive_session(db, session_id, project_id, author, made)
        for one in ones:
            commits.put_in_session(db, one.id, session_id)
            belongs = Belongs(project_id, session_id, cycle)
            recording.record(db, one, belongs, feed=False, spares=spares)
    return list(members)


def _made(done: Sequence[Commit], cycle: str | None, lead_in: int) -> Made:
    started, ended = done[0].author_time, done[-1].author_time
    return Made(
        title=titles.title(list(done), None),
        summary=titles.summary(list(done)),
        cycle_id=cycle,
        duration_minutes=grouping.duration_minutes(started, ended, lead_in),
        files=tuple(sorted({file.path for commit in done for file in commit.files})),
        created_at=times.to_store(started),
        started_at=started,
        ended_at=ended,
        zone=done[0].author_zone,
    )


def _take_file(store: Store, project_id: str, session_id: str) -> None:
    """Let the file of a session count as it stands: its title and summary are a person's words."""
    data = files.read_bytes(sessions.file_of(store.home, project_id, session_id))
    if data is None:
        sessionfiles.write(store, project_id, [session_id])
        return
    kept, row = sessions.tracked(store.db, session_id), sessions.get(store.db, session_id)
    if kept is None or row is None:
        return
    said = sessionfile.parse(data.decode("utf-8", "replace"))
    with store.writing() as db:
        if said.cycle and row["cycle_id"] and row["cycle_name"] == row["cycle_id"]:
            _name_cycle(db, row["cycle_id"], project_id, said.cycle)
        if said.title and said.title != row["title"]:
            sessions.set_title(db, session_id, said.title)
        if said.summary and said.summary != row["summary"]:
            sessions.set_summary(db, session_id, said.summary)
        again = sessions.get(db, session_id)
        members = commits.of_session(db, session_id)
        if again is not None:
            made = sessionfile.render(sessionfiles.document(db, kept, again, members))
            sessions.set_generated(db, session_id, made, kept.stale)


def _name_cycle(db: sqlite3.Connection, cycle_id: str, project_id: str, said: str) -> None:
    """Name a cycle of which only the id was known as a session's file does: ``Auth (CYC-7)``."""
    name, _, code = said.rpartition(" (")
    number = cyclenames.read_code(code.rstrip(")"))
    salvage.add_cycle(db, cycle_id, project_id, name or said)
    if number is not None:
        salvage.set_number(db, cycle_id, number)


def _contexts(store: Store, repository: Repository, place: Place) -> None:
    """Track the canonical files again that the store does not know, where the clone has them."""
    folder = context_dir(store.home, repository.project_id)
    every = contexts.every(store.db, repository.project_id)
    known = {name for file in every for name in (file.filename, file.file_path)}
    try:
        proposal = config.read_proposal(place.top)
    except StudioError:
        proposal = None
    said: Mapping[str, str] = proposal.context if proposal is not None else {}
    paths = _paths(place)
    for path in sorted(folder.rglob("*")) if folder.is_dir() else []:
        name = path.relative_to(folder).as_posix()
        if path.is_symlink() or not path.is_file() or name in known:
            continue
        try:
            names.check_canonical_name(name)
        except StudioError:
            continue
        target = said.get(name) or paths.get(name)
        with store.writing() as db:
            context_file_id = str(uuid.uuid4())
            contexts.add(db, context_file_id, repository.project_id, name, name)
            if target is not None:
                contexts.track(db, context_file_id, target)
                _common(db, context_file_id, repository, place, canonical=path, target=target)


def _common(
    db: sqlite3.Connection,
    context_file_id: str,
    repository: Repository,
    place: Place,
    *,
    canonical: Path,
    target: str,
) -> None:
    """Remember what both sides have in common, where they are equal now."""
    ours = files.read_bytes(canonical)
    theirs = files.read_side(place.top / target, inside=place.top)
    if ours is None or not isinstance(theirs, bytes) or content_hash(ours) != content_hash(theirs):
        return
    key = hashlib.sha256(theirs).hexdigest()
    contexts.keep_snapshot(db, key, content_hash(theirs), theirs)
    contexts.add_sync(
        db,
        context_file_id,
        key,
        content_hash(theirs),
        from_repo=False,
        repository_id=repository.id,
        worktree=str(place.top),
        head_oid=None,
        branch=None,
        operation_id=None,
    )


def _paths(place: Place) -> dict[str, str]:
    """The paths of the clone by the canonical names they would have; those git tracks."""
    found: dict[str, str] = {}
    for record in place.git.records("ls-files", "-z"):
        path = history.path_text(record)
        found.setdefault(names.canonical_name(path), path)
    return found
