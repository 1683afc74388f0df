"""Capture: from the commits that git holds to sessions, decisions and learnings in the store.

Git is the write-ahead log. What a capture does follows from comparing references with what was
remembered, so it may run at any time, any number of times, and from several processes at once:
each commit is recorded by whoever comes first, in one transaction with all that follows from it.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from studio_git.config import Settings
from studio_git.gitio import Place
from studio_git.services import (
    binding,
    history,
    journal,
    merges,
    reconcile,
    recording,
    rewrites,
    sessionfiles,
)
from studio_git.services import cycles as cycling
from studio_git.services import hints as hinting
from studio_git.services import sessions as sessioning
from studio_git.services.evidence import Evidence
from studio_git.services.hints import Hint
from studio_git.services.history import Walked
from studio_git.services.origins import Grounds, Origins
from studio_git.services.ownership import Ownership
from studio_git.services.reconcile import Difference, remember_start
from studio_git.services.recording import Belongs, Sources, Spares
from studio_git.store import activity, commits, refs, sessions
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
    spares: Spares = field(default_factory=dict)


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
    all_authors: bool = False,
) -> CaptureReport:
    """Record what is new in the clone since the last capture.

    Recorded is what the user wrote and what was committed in this clone, for its author; with
    ``all_authors`` what anybody wrote since the clone was bound. Raises GitError where git cannot
    read its history, and StoreError; what was recorded by then stays, and the next capture goes on
    from there.
    """
    store.require_writable()
    said = list(hints)
    project_id = repository.project_id
    tally = _Tally()
    tally.problems += sessionfiles.write(store, project_id, sessions.stale(store.db, project_id))
    now = reconcile.standing(place, settled=hinting.settled(said))
    found = reconcile.difference(store, repository, now, whole=all_authors)
    if found.anything or any(hint.pairs for hint in said):
        git = history.reader(place)
        emails = history.mapped_emails(git, settings.emails) if settings.emails else None
        ownership = Ownership(git, emails, list(now.heads), everyone=all_authors)
        run = _Run(store, repository, place, settings, said, found, ownership)
        _mark_gone(run)
        _all_batches(run, tally)
    if found.anything:
        with store.writing() as db:
            refs.remember(db, repository.id, found.moved, found.gone)
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


def _mark_gone(run: _Run) -> None:
    """Note which captured commits nothing reaches any more; those that were replaced are found
    among them.
    """
    lost = reconcile.lost(run.store, run.repository, run.place, run.found)
    if lost:
        with run.store.writing() as db:
            sessions.mark_stale(db, commits.mark_gone(db, run.repository.project_id, lost))


def _all_batches(run: _Run, tally: _Tally) -> None:
    own = run.ownership
    walked = reconcile.read(
        run.place, run.found, local_only=own.emails is None and not own.everyone
    )
    while True:
        batch = list(islice(walked, BATCH))
        _one_batch(run, batch, tally)
        if len(batch) < BATCH:
            return


def _one_batch(run: _Run, batch: Sequence[Walked], tally: _Tally) -> None:
    """Read what git knows of a batch, record it in one transaction, then write the files."""
    store = run.store
    git = history.reader(run.place)
    evidence = Evidence(git)
    folder = binding.studio_dir(run.place.common_dir)
    squashes = hinting.squashes(folder)
    sources = Grounds(store, run.repository, git, run.found.standing.tips, evidence, squashes)
    origins = rewrites.find(sources, [walked.commit for walked in batch], run.hints)
    wanted = [
        walked
        for walked in batch
        if walked.commit.oid in origins.replaced or run.ownership.mine(walked.commit)
    ]
    merged = merges.own_files(
        git, [walked.commit for walked in wanted if len(walked.commit.parents) > 1]
    )
    wanted = [
        replace(one, commit=replace(one.commit, files=merged.get(one.commit.oid, one.commit.files)))
        for one in wanted
    ]
    step = _Tally()
    if wanted or origins.replaced:
        with store.writing() as db:
            _record(db, run, wanted, origins, step)
            commits.set_patch_ids(db, run.repository.project_id, evidence.computed)
    step.problems += journal.keep(run.place, step.lines)
    used = {parent for one in wanted for parent in one.commit.parents} & set(squashes)
    hinting.forget_squashes(folder, used)
    for session_id, generated in step.removed.items():
        sessionfiles.forget(store, run.repository.project_id, session_id, generated)
    # Files of other sessions may say that a decision of theirs was superseded.
    behind = [*step.touched, *sessions.stale(store.db, run.repository.project_id)]
    step.problems += sessionfiles.write(store, run.repository.project_id, dict.fromkeys(behind))
    tally.commits += step.commits
    tally.rewritten += step.rewritten
    tally.touched |= step.touched
    tally.new |= step.new
    tally.records += step.records
    tally.problems += step.problems


def _record(
    db: sqlite3.Connection,
    run: _Run,
    wanted: Sequence[Walked],
    origins: Origins,
    step: _Tally,
) -> None:
    """Everything that follows from a batch, inside one transaction."""
    project_id = run.repository.project_id
    before = commits.by_oid(
        db, project_id, {*origins.replaced, *(walked.commit.oid for walked in wanted)}
    )
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
    heads = run.found.standing.heads
    cycling.imply(db, run.repository, run.place, heads, list(fresh.values()))
    step.commits += len(fresh)
    linked = _link(db, project_id, before | fresh, origins)
    # First what is new: it may go on stating what a commit stated whose place another one takes.
    named = set(origins.replaced)
    _join(db, run, [one for oid, one in fresh.items() if oid not in named], linked, step)
    followed = _follow(db, run, before | fresh, origins.replaced, step)
    _join(db, run, [fresh[oid] for oid in fresh.keys() & named - followed], linked, step)
    _revive(db, run, [one for oid, one in before.items() if oid not in followed], step)
    recording.sweep(db, step.spares)
    # What a session repeats of its own is known once its commits are in it.
    older = [one for one in step.touched if linked or one not in step.new]
    sessioning.remake(db, older, run.settings)
    sessioning.announce(db, project_id, step.new)


def _follow(
    db: sqlite3.Connection,
    run: _Run,
    present: dict[str, Captured],
    replaced: Mapping[str, Sequence[Captured]],
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
        cycle = _cycle(db, project_id, new, session_id)
        step.records += recording.follow(
            db, olds, new, Belongs(project_id, session_id, cycle), feed=True, spares=step.spares
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


def _link(
    db: sqlite3.Connection, project_id: str, present: Mapping[str, Captured], origins: Origins
) -> dict[str, Sources]:
    """Note whose work commits have once more; by the oid of each."""
    found = {}
    for how, named in ((rewrites.COPY, origins.copied), (rewrites.SQUASH, origins.squashed)):
        for oid, olds in named.items():
            if oid not in present:  # another author's
                continue
            known = commits.by_oid(db, project_id, olds)
            for old in known:
                commits.add_source(db, present[oid].id, old, how)
            # Where a commit was lost, it is said that its work is there again.
            sessions.mark_stale(
                db, {one.session_id for one in known.values() if one.gone and one.session_id}
            )
            if known:
                kept = [known[old] for old in olds if old in known]
                found[oid] = Sources(kept, keep=how == rewrites.SQUASH)
    return found


def _revive(db: sqlite3.Connection, run: _Run, again: Sequence[Captured], step: _Tally) -> None:
    """Commits that were captured, lost or replaced, and are reached again."""
    project_id = run.repository.project_id
    for one in again:
        if not one.gone and one.rewritten_to is None:
            continue
        commits.set_rewritten(db, one.id, None)
        cycle = _cycle(db, project_id, one, one.session_id)
        step.records += recording.record(
            db, one, Belongs(project_id, one.session_id, cycle), feed=True, spares=step.spares
        )
        if one.session_id is not None:
            step.touched[one.session_id] = None


def _join(
    db: sqlite3.Connection,
    run: _Run,
    fresh: Sequence[Captured],
    linked: Mapping[str, Sources],
    step: _Tally,
) -> None:
    """Put new commits into sessions, and record what they state."""
    project_id = run.repository.project_id
    placed = sessioning.place(db, project_id, fresh, run.settings)
    for session_id in placed.new:
        step.new[session_id] = None
    for one in fresh:
        session_id = placed.session_of[one.id]
        step.touched[session_id] = None
        cycle = _cycle(db, project_id, one, session_id)
        step.records += recording.record(
            db,
            one,
            Belongs(project_id, session_id, cycle),
            feed=True,
            sources=linked.get(one.commit.oid),
            spares=step.spares,
        )
        step.lines.append(_journal_line(db, session_id, one.commit.oid))


def _cycle(
    db: sqlite3.Connection, project_id: str, captured: Captured, session_id: str | None
) -> str | None:
    """The cycle that a commit's records belong to: its own, else its session's."""
    row = sessions.get(db, session_id) if session_id else None
    return recording.cycle_of(db, project_id, captured) or (row["cycle_id"] if row else None)


def _journal_line(db: sqlite3.Connection, session_id: str, oid: str) -> str:
    row = sessions.get(db, session_id)
    cycle = row["cycle_id"] if row is not None else None
    return journal.membership(session_id, oid, cycle)
