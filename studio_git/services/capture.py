"""Capture: from the commits that git holds to sessions, decisions and learnings in the store.

Git is the write-ahead log. What a capture does follows from comparing references with what was
remembered, so it may run at any time, any number of times, and from several processes at once:
each commit is recorded by whoever comes first, in one transaction with all that follows from it.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from studio_git import files
from studio_git.config import Settings
from studio_git.core.models import Commit
from studio_git.gitio import Place
from studio_git.services import binding, history, reconcile, recording, rewrites, sessionfiles
from studio_git.services import hints as hinting
from studio_git.services import sessions as sessioning
from studio_git.services.hints import Hint
from studio_git.services.history import Walked
from studio_git.services.ownership import Ownership
from studio_git.services.reconcile import Difference, remember_start
from studio_git.services.recording import Belongs
from studio_git.services.rewrites import Replaced
from studio_git.store import activity, commits, sessions
from studio_git.store.commits import Captured
from studio_git.store.connection import Store
from studio_git.store.projects import Repository
from studio_git.store.records import Kind

__all__ = ["BATCH", "CaptureReport", "Hint", "capture", "remember_start"]

BATCH = 200
"""Commits of one transaction."""


@dataclass(frozen=True, slots=True)
class CaptureReport:
    """What a capture did.

    ``commits`` counts those recorded and ``rewritten`` the captured ones that were replaced;
    ``sessions`` are the ids of all that changed, ``new_sessions`` of those that are new.
    ``problems`` says what could not be written to files; it is tried again by the next capture.
    """

    commits: int = 0
    rewritten: int = 0
    sessions: tuple[str, ...] = ()
    new_sessions: tuple[str, ...] = ()
    decisions: int = 0
    learnings: int = 0
    questions: int = 0
    problems: tuple[str, ...] = ()


@dataclass(slots=True)
class _Tally:
    """What has been done so far; the dictionaries keep an order."""

    commits: int = 0
    rewritten: int = 0
    touched: dict[str, None] = field(default_factory=dict)
    new: dict[str, None] = field(default_factory=dict)
    removed: dict[str, str] = field(default_factory=dict)
    records: Counter[Kind] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Run:
    """What one capture works with."""

    store: Store
    repository: Repository
    place: Place
    settings: Settings
    hints: Sequence[Hint]
    found: Difference
    ownership: Ownership


def capture(
    store: Store,
    repository: Repository,
    place: Place,
    settings: Settings,
    *,
    hints: Iterable[Hint] = (),
) -> CaptureReport:
    """Record what is new in the clone since the last capture.

    Recorded is what the user wrote and what was committed in this clone, for its author. Raises
    GitError where git cannot read its history, and StoreError; what was recorded by then stays,
    and the next capture goes on from there.
    """
    store.require_writable()
    said = list(hints)
    project_id = repository.project_id
    tally = _Tally()
    tally.problems += sessionfiles.write(store, project_id, sessions.stale(store.db, project_id))
    now = reconcile.standing(place, settled=hinting.settled(said))
    found = reconcile.difference(store, repository, now)
    if found.anything or any(hint.pairs for hint in said):
        git = history.reader(place)
        emails = history.mapped_emails(git, settings.emails) if settings.emails else None
        ownership = Ownership(git, emails, list(now.heads))
        run = _Run(store, repository, place, settings, said, found, ownership)
        _all_batches(run, tally)
    if found.anything:
        with store.writing() as db:
            commits.set_refs(db, repository.id, found.moved, found.gone)
    return CaptureReport(
        commits=tally.commits,
        rewritten=tally.rewritten,
        sessions=tuple(tally.touched),
        new_sessions=tuple(tally.new),
        decisions=tally.records[Kind.DECISION],
        learnings=tally.records[Kind.LEARNING],
        questions=tally.records[Kind.QUESTION],
        problems=tuple(tally.problems),
    )


def _all_batches(run: _Run, tally: _Tally) -> None:
    walked = reconcile.read(run.place, run.found, local_only=run.ownership.emails is None)
    while True:
        batch = list(islice(walked, BATCH))
        _one_batch(run, batch, tally)
        if len(batch) < BATCH:
            return


def _one_batch(run: _Run, batch: Sequence[Walked], tally: _Tally) -> None:
    """Read what git knows of a batch, record it in one transaction, then write the files."""
    store = run.store
    git = history.reader(run.place)
    done = [walked.commit for walked in batch]
    replaced = _replaced(run, done)
    wanted = [
        walked
        for walked in batch
        if walked.commit.oid in replaced or run.ownership.mine(walked.commit)
    ]
    merged = history.merge_files(
        git, [walked.commit for walked in wanted if len(walked.commit.parents) > 1]
    )
    wanted = [
        replace(one, commit=replace(one.commit, files=merged.get(one.commit.oid, one.commit.files)))
        for one in wanted
    ]
    step = _Tally()
    if wanted or replaced:
        with store.writing() as db:
            _record(db, run, wanted, replaced, step)
    step.problems += _keep_journal(run.place, step.lines)
    for session_id, generated in step.removed.items():
        sessionfiles.forget(store, run.repository.project_id, session_id, generated)
    step.problems += sessionfiles.write(store, run.repository.project_id, step.touched)
    tally.commits += step.commits
    tally.rewritten += step.rewritten
    tally.touched |= step.touched
    tally.new |= step.new
    tally.records += step.records
    tally.problems += step.problems


def _keep_journal(place: Place, lines: Sequence[str]) -> list[str]:
    """Note in the clone what git cannot give back; what could not be noted, as text."""
    journal = binding.studio_dir(place.common_dir) / "journal"
    try:
        for line in lines:
            files.append_line(journal, line)
    except OSError as error:
        return [f"{journal} cannot be written: {error.strerror}."]
    return []


def _replaced(run: _Run, batch: Sequence[Commit]) -> Replaced:
    said = rewrites.by_hints(run.store, run.repository, batch, run.hints)
    standing = run.found.standing
    shown = rewrites.by_content(
        run.store,
        run.repository,
        history.reader(run.place),
        [commit for commit in batch if commit.oid not in said],
        tips={*standing.refs.values(), *standing.heads.values()},
        taken={old.id for olds in said.values() for old in olds},
    )
    return said | shown


def _record(
    db: sqlite3.Connection,
    run: _Run,
    wanted: Sequence[Walked],
    replaced: Replaced,
    step: _Tally,
) -> None:
    """Everything that follows from a batch, inside one transaction."""
    project_id = run.repository.project_id
    before = commits.by_oid(db, project_id, {*replaced, *(walked.commit.oid for walked in wanted)})
    agents = hinting.agent_sessions(
        run.hints, [one.commit.oid for one in wanted if one.commit.oid not in before]
    )
    fresh: dict[str, Captured] = {}
    for walked in wanted:
        commit = walked.commit
        added = commits.add(
            db,
            project_id,
            run.repository.id,
            commit,
            branch=run.found.standing.branch(walked.tip, run.place.git_dir),
            agent_session=agents.get(commit.oid),
        )
        if added is not None:
            fresh[commit.oid] = added
    step.commits += len(fresh)
    followed = _follow(db, run, before | fresh, replaced, step)
    _join(db, run, [one for oid, one in fresh.items() if oid not in followed], step)
    older = [session_id for session_id in step.touched if session_id not in step.new]
    sessioning.remake(db, older, run.settings)
    sessioning.announce(db, project_id, step.new)


def _follow(
    db: sqlite3.Connection,
    run: _Run,
    present: dict[str, Captured],
    replaced: Replaced,
    step: _Tally,
) -> set[str]:
    """Put rewritten commits where those stood whose place they took; their oids."""
    project_id = run.repository.project_id
    followed = set()
    for oid, named in replaced.items():
        new = present[oid]
        current = commits.by_oid(db, project_id, [old.commit.oid for old in named])
        olds = [
            current[old.commit.oid] for old in named if current[old.commit.oid].rewritten_to is None
        ]
        if not olds:  # another process was faster
            continue
        followed.add(oid)
        session_id = next((old.session_id for old in olds if old.session_id), None)
        commits.set_rewritten(db, new.id, None)
        commits.put_in_session(db, new.id, session_id)
        cycle = _cycle(db, project_id, new.commit, session_id)
        step.records += recording.follow(
            db, olds, new, Belongs(project_id, session_id, cycle), feed=True
        )
        step.rewritten += len(olds)
        for touched in {session_id, *(old.session_id for old in olds)} - {None}:
            step.touched[str(touched)] = None
        if session_id is not None:
            sessioning.recycle(db, session_id, olds)
            step.lines.append(_journal_line(db, session_id, oid))
        _leave(db, new.session_id, session_id, step)
    return followed


def _leave(db: sqlite3.Connection, left: str | None, joined: str | None, step: _Tally) -> None:
    """A session that a commit was put into before it was known to be a rewritten one."""
    if left is None or left == joined:
        return
    if commits.has_any(db, left):
        step.touched[left] = None
        return
    kept = sessions.tracked(db, left)
    activity.forget(db, "session", left)
    sessions.remove(db, left)
    step.touched.pop(left, None)
    step.removed[left] = kept.generated if kept is not None else ""


def _join(db: sqlite3.Connection, run: _Run, fresh: Sequence[Captured], step: _Tally) -> None:
    """Put new commits into sessions, and record what they state."""
    project_id = run.repository.project_id
    placed = sessioning.place(db, project_id, fresh, run.settings)
    for session_id in placed.new:
        step.new[session_id] = None
    for one in fresh:
        session_id = placed.session_of[one.id]
        step.touched[session_id] = None
        cycle = _cycle(db, project_id, one.commit, session_id)
        step.records += recording.record(db, one, Belongs(project_id, session_id, cycle), feed=True)
        step.lines.append(_journal_line(db, session_id, one.commit.oid))


def _cycle(
    db: sqlite3.Connection, project_id: str, commit: Commit, session_id: str | None
) -> str | None:
    """The cycle that a commit's records belong to: the one it names, else its session's."""
    row = sessions.get(db, session_id) if session_id else None
    return recording.cycle_said(db, project_id, commit) or (row["cycle_id"] if row else None)


def _journal_line(db: sqlite3.Connection, session_id: str, oid: str) -> str:
    row = sessions.get(db, session_id)
    cycle = row["cycle_id"] if row is not None else None
    return json.dumps({"session": session_id, "oid": oid, "cycle": cycle})
